"""Forms of the acts on divisions that are more than a field: merge, split, end, boundaries."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fupin.core import clock
from fupin.core.boxes import Boxes
from fupin.core.sentences import bracketed
from fupin.divisions import words
from fupin.divisions.operations import NewDivision
from fupin.divisions.tree import Node, Tree

MOST_PARTS = 40
"""More new divisions than any split has made: a request for a thousand fields is a mistake."""


def _text(label: Any, length: int, **more: Any) -> forms.CharField:
    widget = forms.TextInput({"class": "form-control", "autocomplete": "off"})
    return forms.CharField(label=label, max_length=length, widget=widget, **more)


class DatedAct(forms.Form):
    """From which day, by which document."""

    on = forms.DateField(
        label=_("生效日期"), widget=forms.DateInput({"class": "form-control", "type": "date"}, format="%Y-%m-%d")
    )
    document = _text(_("依据文件"), 200, help_text=_("文件名和文号"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = clock.today()


class MergeForm(DatedAct):
    """Which neighbours are merged into this division."""

    predecessors = forms.TypedMultipleChoiceField(label=_("并入的区划"), coerce=int, widget=Boxes)
    field_order = ("predecessors", "on", "document")

    def __init__(self, node: Node, tree: Tree, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        siblings = [one for one in tree.children(node.parent_id) if one.id != node.id]
        self.fields["predecessors"].choices = [(one.id, bracketed(one.name, one.code)) for one in siblings]  # type: ignore[attr-defined]


class SplitForm(DatedAct):
    """The new divisions, whether the old one stays, and where each division below goes. `parts`: how many new ones."""

    more = _("再加一个新区划")
    keeps = forms.BooleanField(
        label=_("原区划保留"), required=False, initial=True, widget=forms.CheckboxInput({"class": "form-check-input"})
    )

    def __init__(
        self, node: Node, tree: Tree, *args: Any, parts: int = 1, english: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.node, self.below = node, tree.children(node.id)
        self.count = min(max(parts, 1), MOST_PARTS)
        kinds = [(kind, words.label(words.KINDS, kind, english)) for kind in words.kinds_of(node.level)]
        for number in range(1, self.count + 1):
            first = number == 1
            self.fields[f"name{number}"] = _text(_("新区划 %(n)d 名称") % {"n": number}, 80, required=first)
            self.fields[f"code{number}"] = _text(_("新区划 %(n)d 代码") % {"n": number}, 15, required=first)
            self.fields[f"kind{number}"] = forms.ChoiceField(
                label=_("新区划 %(n)d 类型") % {"n": number}, choices=kinds, initial=node.kind, required=first,
                widget=forms.Select({"class": "form-select"}),
            )  # fmt: skip
        goes = [("", _("留在原区划")), *((str(n), _("到新区划 %(n)d") % {"n": n}) for n in range(1, self.count + 1))]
        for child in self.below:
            self.fields[f"child{child.id}"] = forms.ChoiceField(
                label=child.name, choices=goes, required=False, widget=forms.Select({"class": "form-select"})
            )

    def _filled(self) -> list[int]:
        data = self.cleaned_data
        return [n for n in range(1, self.count + 1) if data[f"name{n}"] and data[f"code{n}"]]

    def parts(self) -> list[NewDivision]:
        """The new divisions that were filled in."""
        data = self.cleaned_data
        return [
            NewDivision(data[f"code{n}"], data[f"name{n}"], data[f"kind{n}"], self.node.level, self.node.parent_id)
            for n in self._filled()
        ]

    def children(self) -> dict[int, int]:
        """Where each division below goes, by the position of its new parent."""
        at = {n: position for position, n in enumerate(self._filled())}
        chosen = {child.id: self.cleaned_data[f"child{child.id}"] for child in self.below}
        return {id: at.get(int(number), -1) for id, number in chosen.items() if number}


class BoundaryForm(forms.Form):
    """An official GeoJSON file and where it comes from."""

    file = forms.FileField(label=_("GeoJSON 文件"), widget=forms.FileInput({"class": "form-control", "accept": ".json,.geojson"}),
                           help_text=_("图形集合；每个图形以 code、adcode 或 gb 注明区划代码，坐标为经纬度"))  # fmt: skip
    source = _text(_("数据来源"), 200, help_text=_("出具单位、图件名称和审图号"))

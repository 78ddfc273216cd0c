"""The forms by which an office asks for a rule: off or on, or in its own words."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from fupin.accounts import scopes
from fupin.bulk.datasets import declared
from fupin.core.dressing import dress
from fupin.core.refusals import Refused
from fupin.divisions.queries import tree
from fupin.policy.quality import Rule
from fupin.quality import example_lines
from fupin.quality.words import DATASETS, SEVERITIES
from fupin.rulebook.rule_checks import LENGTHS

PERMISSION = "rulebook.change"
SWITCHES = {"off": gettext_lazy("停用"), "on": gettext_lazy("启用"), "above": gettext_lazy("按上级规定")}
IS_ON = {"off": False, "on": True, "above": None}
_DAY = {"type": "date"}


def places(user: Any, permission: str = PERMISSION) -> list[tuple[int, str]]:
    """Where a user may ask for something: the own divisions and those directly below."""
    nodes, roots = tree(), scopes.divisions(user, permission)
    return [
        (node.id, nodes.full_name(node.id))
        for root in ([nodes.root.id] if roots is None else roots)
        for node in (nodes.by_id(root), *nodes.children(root))
    ]


class RequestForm(forms.Form):
    """What every request says: where, from which day, by which document, why."""

    division = forms.TypedChoiceField(label=gettext_lazy("适用区划"), coerce=int)
    valid_from = forms.DateField(
        label=gettext_lazy("生效日期"), widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d")
    )  # fmt: skip
    document = forms.CharField(label=gettext_lazy("依据文件（名称与文号）"), max_length=200)
    reason = forms.CharField(
        label=gettext_lazy("理由"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, user: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["division"].choices = places(user)  # type: ignore[attr-defined]
        dress(self.fields.values())


class SwitchForm(RequestForm):
    """A rule switched off, on, or as it is above."""

    is_on = forms.ChoiceField(label=gettext_lazy("办理"), choices=tuple(SWITCHES.items()), initial="off")
    valid_to = forms.DateField(
        label=gettext_lazy("失效日期（不含）"), required=False, widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"),
        help_text=gettext_lazy("不填为一直有效"),
    )  # fmt: skip
    field_order = ("division", "is_on", "valid_from", "valid_to", "document", "reason")


class BackForm(RequestForm):
    """An own version of a rule gives way to the one above, at one of the places that have one."""

    def __init__(self, *args: Any, held: Collection[int], **more: Any) -> None:
        super().__init__(*args, **more)
        division = self.fields["division"]
        division.choices = [(place, name) for place, name in division.choices if place in held]  # type: ignore[attr-defined]


class RuleForm(RequestForm):
    """A rule in an office's words."""

    name = forms.CharField(
        label=gettext_lazy("规则编号"), max_length=40,
        help_text=gettext_lazy("本级区划代码加短横和大写字母或数字，例如 150522-WATER1"),
    )  # fmt: skip
    label = forms.CharField(label=gettext_lazy("规则名称"), max_length=LENGTHS["label"])
    label_en = forms.CharField(label=gettext_lazy("英文名称"), max_length=LENGTHS["label_en"])
    dataset = forms.ChoiceField(label=gettext_lazy("判断对象"), choices=tuple(DATASETS.items()))
    severity = forms.ChoiceField(label=gettext_lazy("级别"), choices=tuple(SEVERITIES.items()), initial="W")
    finds = forms.CharField(
        label=gettext_lazy("命中条件"), max_length=4000, strip=True,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocapitalize": "off"}),
    )  # fmt: skip
    asks = forms.CharField(
        label=gettext_lazy("核实事项"), max_length=LENGTHS["asks"], widget=forms.Textarea({"rows": 2, "lang": "zh"})
    )
    asks_en = forms.CharField(
        label=gettext_lazy("英文核实事项"), max_length=LENGTHS["asks_en"], widget=forms.Textarea({"rows": 2})
    )
    found = forms.CharField(
        label=gettext_lazy("应命中的例子"), widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy(
            "每行一个例子，写条件用到的字段，金额以元为单位：家庭人口=10；人均纯收入=2999.50。"
            "家庭成员各以“｜”开头：家庭人口=2｜与户主关系=配偶。不按生效日期判断的，先写 判断日期=2018-06-01。先点“试算”，系统会列出要填的字段；提交时逐个试判"
        ),
    )  # fmt: skip
    passed = forms.CharField(
        label=gettext_lazy("不应命中的例子"), widget=forms.Textarea({"rows": 3}), help_text=gettext_lazy("写法同上")
    )
    asks_anew = forms.BooleanField(label=gettext_lazy("原来的答复须重新核实"), required=False)
    field_order = ("division", "name", "label", "label_en", "dataset", "severity", "finds", "asks", "asks_en", "found",
                   "passed", "asks_anew", "valid_from", "document", "reason")  # fmt: skip

    def __init__(self, *args: Any, rule: Rule | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        if rule is not None:
            del self.fields["name"]
            self.fields["dataset"].choices = [(rule.dataset, DATASETS[rule.dataset])]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The examples are read as records of the object that is judged."""
        data = super().clean() or {}
        for name in ("found", "passed"):
            if data.get("dataset") and data.get(name):
                try:
                    data[name] = example_lines.read(data[name], declared.dataset(data["dataset"]))
                except Refused as refusal:
                    self.add_error(name, list(refusal.reasons))
        return data

    def offer_examples(self) -> None:
        """Where no examples are written yet: a line with the fields that the condition reads, to be filled in."""
        blank = example_lines.blank(self.cleaned_data["dataset"], self.cleaned_data["finds"])
        self.data = self.data.copy()  # type: ignore[has-type]
        for name in ("found", "passed"):
            if not self.data.get(name, "").strip():
                self.data[name] = blank  # type: ignore[index]

    @classmethod
    def of(cls, rule: Rule) -> dict[str, Any]:
        """What the form starts with for a version of a rule: the rule as it stands."""
        names = ("label", "label_en", "dataset", "severity", "finds", "asks", "asks_en", "asks_anew")
        dataset = declared.dataset(rule.dataset)
        examples = {name: example_lines.write(getattr(rule, name), dataset) for name in ("found", "passed")}
        return {name: getattr(rule, name) for name in names} | examples


class SweepForm(forms.Form):
    """A sweep by hand: where, of which rules, the list as which file."""

    division = forms.TypedChoiceField(label=gettext_lazy("检查范围"), coerce=int)
    names = forms.CharField(
        label=gettext_lazy("规则编号"), required=False, max_length=400,
        help_text=gettext_lazy("不填为全部规则；多条用逗号或空格隔开"),
    )  # fmt: skip
    form = forms.ChoiceField(
        label=gettext_lazy("问题清单"), choices=(("xlsx", "Excel"), ("csv", "CSV")), initial="xlsx"
    )

    def __init__(self, *args: Any, user: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["division"].choices = places(user, "quality.sweep")  # type: ignore[attr-defined]
        dress(self.fields.values())

    def clean_names(self) -> list[str]:
        """The ids one by one."""
        return self.cleaned_data["names"].replace("，", " ").replace(",", " ").split()

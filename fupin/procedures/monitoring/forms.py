"""The forms of monitoring: a report, an answer, a hand-over, a decision, an area at risk, relief."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fupin.accounts import scopes
from fupin.core import clock
from fupin.divisions.queries import tree
from fupin.policy.catalogue import code_list
from fupin.procedures.identification.work import kinds_on
from fupin.procedures.monitoring.words import DECISIONS, TOLD
from fupin.procedures.words import DECIDE

_TEXT = {"class": "form-control"}
_SELECT = {"class": "form-select"}
_LONG = {**_TEXT, "rows": 3}


def _day(label: Any, **given: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={**_TEXT, "type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, initial=clock.today, **given)


def coded(name: str, codes: Any = None, *, empty: bool = False) -> list[tuple[str, str]]:
    """The codes of a list with their words in the reader's language."""
    known, english = code_list(name), scopes.is_english()
    found = [(one.code, known.label(one.code, english)) for one in known.items if codes is None or one.code in codes]
    return [("", "—"), *found] if empty else found


def _choice(label: Any, **given: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, widget=forms.Select(_SELECT), **given)


def _risks(*, required: bool) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(label=_("致贫返贫风险"), required=required, widget=forms.SelectMultiple(_SELECT))


class _Coded(forms.Form):
    """A form whose choices are code lists, in the reader's language."""

    lists: dict[str, tuple[str, Any, bool]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (known, codes, empty) in self.lists.items():
            self.fields[name].choices = coded(known, codes, empty=empty)  # type: ignore[attr-defined]


class ReportForm(_Coded):
    """A report as it comes in."""

    lists = {"origin": ("signal_origin", TOLD, False), "risks": ("risk_cause", None, False)}
    origin = _choice(_("预警来源"))
    on = _day(_("反映日期"))
    told_by = forms.CharField(label=_("反映人"), max_length=60, widget=forms.TextInput(_TEXT))
    risks = _risks(required=False)
    about = forms.CharField(label=_("反映的情况"), max_length=500, widget=forms.Textarea(_LONG))


class AnswerForm(_Coded):
    """What a visit found."""

    lists = {
        "answer": ("signal_answer", None, False),
        "risks": ("risk_cause", None, False),
    }  # fmt: skip
    visited_on = _day(_("入户日期"))
    spoke_to = forms.CharField(label=_("受访人"), max_length=60, required=False, widget=forms.TextInput(_TEXT))
    answer = _choice(_("核实结论"))
    finding = forms.CharField(label=_("入户情况和理由"), max_length=500, widget=forms.Textarea(_LONG))
    kind = _choice(_("拟纳入类别"), required=False, help_text=_("有风险的填写，随后登记识别线索"))
    risks = _risks(required=False)
    late_reason = forms.CharField(
        label=_("逾期原因"), max_length=300, required=False, widget=forms.TextInput(_TEXT), help_text=_("有逾期时填写")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(code, words[scopes.is_english()]) for code, words in kinds_on(clock.today()).items()]
        self.fields["kind"].choices = [("", "—"), *kinds]  # type: ignore[attr-defined]


class ReferForm(_Coded):
    """A household to hand over to civil affairs."""

    lists = {"kind": ("civil_aid", None, False)}
    kind = _choice(_("民政救助类别"))
    on = _day(_("转办日期"))
    reason = forms.CharField(label=_("转办理由"), max_length=500, widget=forms.Textarea(_LONG))
    document = forms.CharField(label=_("文号"), max_length=200, required=False, widget=forms.TextInput(_TEXT))


class AidForm(forms.Form):
    """The decision of civil affairs."""

    decision = forms.ChoiceField(label=_("民政决定"), choices=tuple(DECISIONS.items()), widget=forms.Select(_SELECT))
    decided_on = _day(_("决定日期"))
    note = forms.CharField(label=_("决定说明"), max_length=300, required=False, widget=forms.TextInput(_TEXT))


class TakeOverForm(ReferForm):
    """A household that civil affairs hand to us, with their decision."""

    decision = forms.ChoiceField(label=_("民政决定"), choices=tuple(DECISIONS.items()), widget=forms.Select(_SELECT))
    decided_on = _day(_("决定日期"))
    note = forms.CharField(label=_("决定说明"), max_length=300, required=False, widget=forms.TextInput(_TEXT))


class ReliefForm(_Coded):
    """Relief given at once."""

    lists = {"kind": ("relief_kind", None, False), "risks": ("risk_cause", None, False)}
    kind = _choice(_("救助类别"))
    on = _day(_("救助日期"))
    what = forms.CharField(
        label=_("救助内容"), max_length=120, widget=forms.TextInput(_TEXT), help_text=_("品名、数量，如：饲草 2 吨")
    )
    amount = forms.DecimalField(
        label=_("折合金额（元）"), required=False, max_digits=10, decimal_places=2, widget=forms.NumberInput(_TEXT)
    )
    risks = _risks(required=True)
    reason = forms.CharField(label=_("先行救助理由"), max_length=500, widget=forms.Textarea(_LONG))
    event = forms.TypedChoiceField(
        label=_("区域性风险"), required=False, coerce=int, empty_value=None, widget=forms.Select(_SELECT)
    )

    def __init__(self, *args: Any, events: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["event"].choices = [("", "—"), *((one.pk, one.name) for one in events)]  # type: ignore[attr-defined]


class EventForm(_Coded):
    """An area at risk."""

    lists = {"kind": ("area_risk", None, False)}
    kind = _choice(_("区域性风险类别"))
    name = forms.CharField(
        label=_("名称"), max_length=80, widget=forms.TextInput(_TEXT), help_text=_("如：2026 年 1 月白灾")
    )
    document = forms.CharField(label=_("依据文件"), max_length=200, widget=forms.TextInput(_TEXT))
    on = _day(_("宣布日期"))
    divisions = forms.TypedMultipleChoiceField(
        label=_("受影响的苏木乡镇"), coerce=int, widget=forms.SelectMultiple({**_SELECT, "size": 8})
    )
    herders_only = forms.BooleanField(
        label=_("只走访牧户"), required=False, widget=forms.CheckboxInput({"class": "form-check-input"})
    )
    days = forms.IntegerField(
        label=_("走访天数"), required=False, min_value=1, max_value=30, widget=forms.NumberInput(_TEXT),
        help_text=_("不填按参数规定的天数"),
    )  # fmt: skip

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["divisions"].choices = townships(user)  # type: ignore[attr-defined]


def townships(user: Any) -> list[tuple[int, str]]:
    """The townships for which this person may declare an area at risk."""
    nodes, tops = tree(), scopes.divisions(user, DECIDE)
    found: dict[int, str] = {}
    for top in [nodes.root.id] if tops is None else tops:
        found |= {one.id: nodes.full_name(one.id, "banner") for one in nodes.below(top, "township")}
    return list(found.items())

"""The forms of procedures: a lead, a step, a file, a verification, a meeting, its votes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fupin.accounts import scopes
from fupin.core import clock
from fupin.core.boxes import Boxes
from fupin.divisions.queries import tree
from fupin.policy.catalogue import code_list
from fupin.procedures.operations import MOST_TEXT
from fupin.procedures.words import (
    CALLED,
    EVIDENCE,
    MEET,
    MEETING_EVIDENCE,
    MEETINGS,
    VERIFICATIONS,
    MeetingKind,
)
from fupin.procedures.works import Work

_TEXT = {"class": "form-control"}
_SELECT = {"class": "form-select"}
_LONG = {**_TEXT, "rows": 3}


def _day(label: Any, **given: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={**_TEXT, "type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, initial=clock.today, **given)


def _coded(name: str, codes: Iterable[str] | None = None) -> list[tuple[str, str]]:
    known, english = code_list(name), scopes.is_english()
    return [(one.code, known.label(one.code, english)) for one in known.items if codes is None or one.code in codes]


class LeadForm(forms.Form):
    """A case as it begins: a lead, an application, a proposal; each procedure asks what it needs."""

    kind = forms.ChoiceField(label=_("类别"), widget=forms.Select(_SELECT))
    origin = forms.ChoiceField(label=_("线索来源"), widget=forms.Select(_SELECT))
    on = _day(_("申请或发现日期"))
    applicant = forms.CharField(
        label=_("申请人"),
        max_length=60,
        widget=forms.TextInput(_TEXT),
        help_text=_("户主或代为申请的成员；部门预警的填户主"),
    )
    risks = forms.MultipleChoiceField(label=_("致贫返贫风险"), required=False, widget=Boxes)
    statement = forms.CharField(label=_("申请理由或线索情况"), max_length=MOST_TEXT, widget=forms.Textarea(_LONG))

    def __init__(self, *args: Any, work: Work, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        english = scopes.is_english()
        kinds = [(code, words[english]) for code, words in work.kinds(clock.today()).items()]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
        self.fields["origin"].choices = _coded("monitor_origin")  # type: ignore[attr-defined]
        self.fields["risks"].choices = _coded("risk_cause")  # type: ignore[attr-defined]
        for name in {"kind", "origin", "risks"} - work.fields(clock.today()):
            if name == "kind" and kinds:
                self.fields[name].initial, self.fields[name].widget = kinds[0][0], forms.HiddenInput()
            else:
                del self.fields[name]


class StepForm(forms.Form):
    """A step: the day it happened, a note, why it is late."""

    act = forms.CharField(max_length=40)
    on = _day(_("办理日期"), required=False)
    note = forms.CharField(label=_("说明"), required=False, max_length=500)
    late_reason = forms.CharField(label=_("逾期原因"), required=False, max_length=300)
    version = forms.IntegerField(required=False)


class FileForm(forms.Form):
    """A file put into a case."""

    kind = forms.ChoiceField(label=_("材料类别"), choices=tuple(EVIDENCE.items()), widget=forms.Select(_SELECT))
    file = forms.FileField(label=_("文件"), widget=forms.FileInput(_TEXT))


class MeetingFileForm(forms.Form):
    """The minutes, or a photograph of the meeting."""

    kind = forms.ChoiceField(label=_("材料类别"), choices=tuple(MEETING_EVIDENCE.items()), widget=forms.Select(_SELECT))
    file = forms.FileField(label=_("文件"), widget=forms.FileInput(_TEXT))


class VerificationForm(forms.Form):
    """A verification: what kind, by or from whom, where, what was found, with photograph and signature."""

    kind = forms.ChoiceField(label=_("类别"), choices=tuple(VERIFICATIONS.items()), widget=forms.Select(_SELECT))
    on = _day(_("日期"))
    person = forms.CharField(label=_("核查人或印证人"), max_length=60, widget=forms.TextInput(_TEXT))
    place = forms.CharField(label=_("地点"), max_length=120, widget=forms.TextInput(_TEXT))
    agrees = forms.TypedChoiceField(
        label=_("与申报情况"), choices=(("1", _("一致")), ("0", _("不一致"))), coerce=lambda text: text == "1",
        widget=forms.Select(_SELECT),
    )  # fmt: skip
    finding = forms.CharField(label=_("情况"), max_length=500, widget=forms.Textarea({**_TEXT, "rows": 2}))
    photo = forms.FileField(label=_("入户照片"), required=False, widget=forms.FileInput(_TEXT))
    signature = forms.FileField(
        label=_("签字"), required=False, widget=forms.FileInput(_TEXT), help_text=_("入户核查须附照片和签字")
    )


class MeetingForm(forms.Form):
    """A meeting as its minutes say."""

    village = forms.TypedChoiceField(label=_("嘎查村"), coerce=int, widget=forms.Select(_SELECT))
    kind = forms.ChoiceField(label=_("会议类别"), choices=tuple(MEETINGS.items()), widget=forms.Select(_SELECT))
    held_on = _day(_("召开日期"))
    place = forms.CharField(label=_("地点"), max_length=100, widget=forms.TextInput(_TEXT))
    chair = forms.CharField(label=_("主持人"), max_length=60, widget=forms.TextInput(_TEXT))
    called = forms.IntegerField(
        label=_("应到人数"),
        min_value=1,
        max_value=9999,
        widget=forms.NumberInput(_TEXT),
        help_text=CALLED[MeetingKind.REPRESENTATIVES],
    )
    present = forms.IntegerField(label=_("实到人数"), min_value=1, max_value=9999, widget=forms.NumberInput(_TEXT))

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["village"].choices = villages(user)  # type: ignore[attr-defined]


def villages(user: Any) -> list[tuple[int, str]]:
    """The villages in which this person may hold meetings."""
    nodes, tops = tree(), scopes.divisions(user, MEET)
    found: dict[int, str] = {}
    for top in [nodes.root.id] if tops is None else tops:
        below = [nodes.by_id(top)] if nodes.by_id(top).level == "village" else list(nodes.below(top, "village"))
        found |= {one.id: nodes.full_name(one.id, "township") for one in below}
    return list(found.items())

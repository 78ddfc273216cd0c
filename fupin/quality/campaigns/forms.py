"""The forms of collection: a round, a visit, who goes there, the reason why not, the compared fields."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fupin.accounts import scopes
from fupin.accounts.models import Posting
from fupin.accounts.roles import ROLES
from fupin.core import clock
from fupin.divisions.queries import tree
from fupin.policy import collection
from fupin.quality.campaigns.words import KINDS, MOST_NOTE, WHO, State

_DAY = {"type": "date", "class": "form-control"}
_TEXT = {"class": "form-control"}
_SELECT = {"class": "form-select"}


def _day(label: Any, **given: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"), **given)


class RoundForm(forms.Form):
    """A round: what, where, when, which form, which households."""

    name = forms.CharField(label=_("轮次名称"), max_length=80, widget=forms.TextInput(_TEXT))
    division = forms.TypedChoiceField(label=_("采集范围"), coerce=int, widget=forms.Select(_SELECT))
    kind = forms.ChoiceField(label=_("类别"), choices=tuple(KINDS.items()), widget=forms.Select(_SELECT))
    period_from = _day(_("采集期起"))
    period_to = _day(_("采集期止"))
    form = forms.ChoiceField(label=_("采集表版本"), widget=forms.Select(_SELECT))
    who = forms.ChoiceField(label=_("采集对象"), choices=tuple(WHO.items()), widget=forms.Select(_SELECT))
    condition = forms.CharField(
        label=_("条件"), required=False, max_length=2000, widget=forms.Textarea({**_TEXT, "rows": 2}),
        help_text=_("只在采集对象为“符合条件的户”时填写，写法与质量规则相同，如：is_herder = TRUE"),
    )  # fmt: skip

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        english = scopes.is_english()
        self.fields["division"].choices = areas(user)  # type: ignore[attr-defined]
        self.fields["form"].choices = [  # type: ignore[attr-defined]
            (name, one.label_en if english else one.label) for name, one in collection.forms().items()
        ]
        self.fields["form"].initial = collection.form_on(clock.today()).name


def areas(user: Any) -> list[tuple[int, str]]:
    """The divisions that the user may run a round in: where the postings are, and every banner below."""
    tops = scopes.divisions(user, "quality.campaign")
    nodes = tree()
    found: dict[int, str] = {}
    for top in [nodes.root.id] if tops is None else tops:
        found[top] = nodes.full_name(top) or nodes.name(top)
        found |= {one.id: nodes.full_name(one.id) for one in nodes.below(top, "banner")}
    return list(found.items())


OUTCOMES = (
    ("unchanged", _("已采集，无变化")), ("changed", _("已采集，有变化并已改登记")), (State.VISITED, _("已走访，待改登记后确认")),
    (State.ABSENT, _("家中无人")), (State.REFUSED, _("拒绝采集")), (State.MOVED, _("已搬走")),
)  # fmt: skip


class VisitForm(forms.Form):
    """What an officer says of a visit."""

    outcome = forms.ChoiceField(label=_("走访结果"), choices=OUTCOMES, widget=forms.RadioSelect)
    visited_on = _day(_("走访日期"), required=False)
    spoke_to = forms.CharField(
        label=_("受访人"), required=False, max_length=60, widget=forms.TextInput(_TEXT),
        help_text=_("与谁谈的，填姓名"),
    )  # fmt: skip
    note = forms.CharField(
        label=_("情况说明"), required=False, max_length=MOST_NOTE, widget=forms.Textarea({**_TEXT, "rows": 2}),
        help_text=_("拒绝采集、已搬走的必须写明"),
    )  # fmt: skip
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class LeaveOutForm(forms.Form):
    """Why a household is left out."""

    reason = forms.CharField(
        label=_("不采集的原因"), required=False, max_length=MOST_NOTE, widget=forms.Textarea({**_TEXT, "rows": 2})
    )


class AssignForm(forms.Form):
    """Who is to go there; nobody named: the officer of the village with the fewest left to do."""

    to = forms.TypedChoiceField(
        label=_("采集人"), required=False, coerce=int, empty_value=None, widget=forms.Select(_SELECT)
    )

    def __init__(self, data: Any = None, *, officers: Iterable[Posting] = (), **given: Any) -> None:
        super().__init__(data, **given)
        names, english = tree(), scopes.is_english()
        choices = {
            one.user_id: f"{one.user.full_name or one.user.username} · {names.name(one.division_id)} "
            + (ROLES[one.role].label_en if english else ROLES[one.role].label)
            for one in officers
        }
        self.fields["to"].choices = [("", _("按工作量自动分派")), *choices.items()]  # type: ignore[attr-defined]


class DrawForm(forms.Form):
    """Where a sample is drawn."""

    division = forms.TypedChoiceField(label=_("抽查范围"), coerce=int, widget=forms.Select(_SELECT))
    newest = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, top: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        nodes = tree()
        places = [nodes.by_id(top), *nodes.below(top, "banner"), *nodes.below(top, "township")]
        self.fields["division"].choices = [  # type: ignore[attr-defined]
            (one.id, nodes.full_name(one.id, "banner"))
            for one in dict.fromkeys(places)
            if one.level in ("banner", "township")
        ]


class SpotCheckForm(forms.Form):
    """The day of the check; the compared fields are read beside it."""

    checked_on = _day(_("核查日期"), required=False)

"""The forms of screening: a round, a visit, a lead, a sheet that comes back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fupin.accounts import scopes
from fupin.core import clock
from fupin.divisions.queries import tree
from fupin.policy import collection
from fupin.procedures.forms import LeadForm
from fupin.procedures.screening.steps import RUN
from fupin.procedures.screening.words import MOST_NOTE

_TEXT = {"class": "form-control"}
_SELECT = {"class": "form-select"}


def _day(label: Any, **given: Any) -> forms.DateField:
    return forms.DateField(
        label=label, widget=forms.DateInput(attrs={**_TEXT, "type": "date"}, format="%Y-%m-%d"), **given
    )


class RoundForm(forms.Form):
    """A round: what, where, when, which form."""

    name = forms.CharField(label=_("轮次名称"), max_length=80, widget=forms.TextInput(_TEXT))
    division = forms.TypedChoiceField(label=_("排查范围"), coerce=int, widget=forms.Select(_SELECT))
    period_from = _day(_("排查期起"), initial=clock.today)
    period_to = _day(_("排查期止"))
    form = forms.ChoiceField(label=_("入户用采集表"), widget=forms.Select(_SELECT))

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
    tops, nodes = scopes.divisions(user, RUN), tree()
    found: dict[int, str] = {}
    for top in [nodes.root.id] if tops is None else tops:
        found[top] = nodes.full_name(top) or nodes.name(top)
        found |= {one.id: nodes.full_name(one.id) for one in nodes.below(top, "banner")}
    return list(found.items())


class VisitForm(forms.Form):
    """A visit that found no risk."""

    happened_on = _day(_("入户日期"))
    spoke_to = forms.CharField(label=_("受访人"), max_length=60, widget=forms.TextInput(_TEXT))
    finding = forms.CharField(
        label=_("入户所见"), max_length=MOST_NOTE, widget=forms.Textarea({**_TEXT, "rows": 2}),
        help_text=_("登记内容有变化的，先在该户页面更正"),
    )  # fmt: skip
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class SuspectForm(LeadForm):
    """A suspect as identification takes it down."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class SheetForm(forms.Form):
    """A sheet that was taken along and is brought back."""

    file = forms.FileField(label=_("填好的排查表"), widget=forms.FileInput(_TEXT))

"""The form by which a round is opened."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fupin.accounts import scopes
from fupin.core import clock
from fupin.divisions.queries import tree
from fupin.procedures.rounds.words import RUN

_DAY = {"type": "date", "class": "form-control"}
_TEXT = {"class": "form-control"}


def _day(label: Any, **given: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"), **given)


class RoundForm(forms.Form):
    """A round as its notice says: where, which year, from which day the table counts, until when what is done."""

    division = forms.TypedChoiceField(label=_("区划"), coerce=int, widget=forms.Select({"class": "form-select"}))
    year = forms.IntegerField(label=_("年度"), min_value=2014, max_value=2099, widget=forms.NumberInput(_TEXT))
    name = forms.CharField(label=_("轮次名称"), max_length=80, widget=forms.TextInput(_TEXT))
    begins_on = _day(_("期初日"), help_text=_("增减变动表从这一天终了时算起，一般为上一轮的期末日"))
    collect_until = _day(_("采集调整至"))
    compare_until = _day(_("比对清洗至"))
    document = forms.CharField(label=_("依据文件"), required=False, max_length=200, widget=forms.TextInput(_TEXT))

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = clock.today()
        self.fields["division"].choices = areas(user)  # type: ignore[attr-defined]
        self.fields["year"].initial = today.year
        self.fields["begins_on"].initial = date(today.year - 1, 12, 31)
        self.fields["collect_until"].initial = today + timedelta(days=30)
        self.fields["compare_until"].initial = today + timedelta(days=60)


def areas(user: Any) -> list[tuple[int, str]]:
    """The divisions that the user may open a round in: where the postings are, and every league and banner below."""
    tops, nodes = scopes.divisions(user, RUN), tree()
    found: dict[int, str] = {}
    for top in [nodes.root.id] if tops is None else tops:
        found[top] = nodes.full_name(top) or nodes.name(top)
        for level in ("league", "banner"):
            found |= {one.id: nodes.full_name(one.id) for one in nodes.below(top, level)}
    return list(found.items())

"""The forms of acts among the members of a household: leaving, another head, splitting, merging."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from fupin.core.boxes import Boxes
from fupin.registry import words
from fupin.registry.queries import Member


def _english() -> bool:
    return (get_language() or "").startswith("en")


def _day() -> forms.DateField:
    widget = forms.DateInput({"class": "form-control", "type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=_("发生日期"), widget=widget, help_text=_("实际发生的日期，不是录入的日期"))


def _select(
    label: str, choices: Sequence[tuple[str, str]], *, required: bool = True, note: str = ""
) -> forms.ChoiceField:
    widget = forms.Select({"class": "form-select"})
    return forms.ChoiceField(
        label=label, choices=[("", "—"), *choices], required=required, widget=widget, help_text=note
    )


class MembersForm(forms.Form):
    """An act among the members. `relation_<person>` is the relation to the new head."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    client_id = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, members: Sequence[Member], data: Any = None, *, on: date, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.members, self.on = list(members), on
        self.people = [(str(m.membership.person_id), m.fact.name) for m in self.members]
        self.fields["happened_on"] = _day()
        self.build()

    def build(self) -> None:
        """Add the fields of the act."""

    def groups(self) -> list[tuple[str, list[Any]]]:
        """All fields under one heading, those of relations under theirs."""
        own = [self[name] for name in self.fields if not name.startswith("relation_") and not self[name].is_hidden]
        relations = [self[name] for name in self.fields if name.startswith("relation_")]
        return [("", own), *([(_("其他成员与新户主的关系"), relations)] if relations else [])]

    def add_relations(self, note: str = "") -> None:
        """A field for every member's relation to the new head."""
        choices = words.choices("relation_to_head", self.on, english=_english())
        for person, name in self.people:
            self.fields[f"relation_{person}"] = _select(name, choices, required=False, note=note)

    def relations(self) -> dict[int, str]:
        """The relations that were filled in, by person."""
        found = {}
        for name, value in self.cleaned_data.items():
            if name.startswith("relation_") and value:
                found[int(name.removeprefix("relation_"))] = value
        return found


class LeavingForm(MembersForm):
    """A member leaves."""

    def build(self) -> None:
        reasons = [
            pair for pair in words.choices("member_change", self.on, english=_english()) if pair[0] in words.LEAVINGS
        ]
        self.fields["person"] = _select(_("减少的成员"), self.people)
        self.fields["left_by"] = _select(_("减少原因"), reasons)
        note = _("户主减少而户内还有人时必填；户编号不变")
        self.fields["new_head"] = _select(_("新户主"), self.people, required=False, note=note)
        self.add_relations(_("户主变更时填写；不填的按“其他”，配偶接任户主的子女关系不变"))


class HeadForm(MembersForm):
    """Another member becomes the head."""

    def build(self) -> None:
        others = [(str(m.membership.person_id), m.fact.name) for m in self.members if not m.is_head]
        self.fields["new_head"] = _select(_("新户主"), others, note=_("户编号不变"))
        self.add_relations(_("不填的按“其他”，配偶接任户主的子女关系不变"))


class SplitForm(MembersForm):
    """Some members go on as a household of their own."""

    def build(self) -> None:
        self.people = [(str(m.membership.person_id), m.fact.name) for m in self.members if not m.is_head]
        self.fields["going"] = forms.MultipleChoiceField(label=_("分出的成员"), choices=self.people, widget=Boxes)
        self.fields["new_head"] = _select(_("新户的户主"), self.people)
        self.add_relations(_("只填分出的成员"))

    def going(self) -> dict[int, str]:
        """Who goes, with the relation to the new head."""
        relations = self.relations()
        head = int(self.cleaned_data["new_head"])
        return {int(p): relations.get(int(p), "99") for p in self.cleaned_data["going"] if int(p) != head}


class MergeForm(MembersForm):
    """The household joins another."""

    def build(self) -> None:
        widget = forms.TextInput({"class": "form-control", "autocomplete": "off", "inputmode": "numeric"})
        note = _("并入后，本户整户减少，成员转到该户；历史仍在原户编号下")
        self.fields["into"] = forms.CharField(label=_("并入的户编号"), max_length=20, widget=widget, help_text=note)
        self.add_relations(_("与并入户户主的关系"))

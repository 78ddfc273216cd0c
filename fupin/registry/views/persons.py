"""The page of a person: facts, documents, every household there was."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from fupin.accounts import scopes
from fupin.core import clock, days
from fupin.core.refusals import NotFound
from fupin.core.sentences import said
from fupin.registry import panels, queries, rules, words
from fupin.registry.sheets import PERSONS
from fupin.registry.views.households import (
    column_of,
    history_lines,
    history_template,
    member_line,
    place_of,
    stored_name,
)
from fupin.registry.views.shown import act_lines, blocks, is_english, sections

HEADED = frozenset({"name", "mongolian_name", "number", "household_number", "village", "head_id", "head_name",
                    "relation", "is_synthetic", "national_number", "joined_by"})  # fmt: skip


@require_GET
def person(request: HttpRequest, number: str) -> HttpResponse:
    """A person as of the day looked at."""
    on = days.as_of(request)
    page = queries.person_page(request.user, number, on)
    held = scopes.permissions_at(request.user, page.household_fact.village_id)
    standing = rules.Standing(
        members=1, is_gone=not page.is_member, looks_back=on != clock.today(), may_change="registry.change" in held
    )
    may_reveal, history = "registry.reveal" in held, reverse("registry:person_history", args=[number])
    contents = sections(PERSONS, page.member.fact, on, but=HEADED)
    memberships = [
        (row, words.label("relation_to_head", row.relation, row.valid_from, english=is_english()),
         words.label("member_change", row.joined_by, english=is_english()),
         words.label("member_change", row.left_by, english=is_english()))
        for row in reversed(page.memberships)
    ]  # fmt: skip
    context = {
        "page": page, "on": on, "line": member_line(page.member, on), "number": number,
        "sections": blocks(contents, history=history, may_reveal=may_reveal), "memberships": memberships,
        "place": place_of(page.household_fact.village_id, on), "reasons": [said(r) for r in rules.may_act(standing).reasons],
        "may_reveal": may_reveal, "history": history,
        "notes": panels.panels(panels.NOTES, held) if page.is_member else (), "identities": page.member.identities, "trail": act_lines(page.trail),
    }  # fmt: skip
    return render(request, "registry/person.html", context)


@require_GET
def history(request: HttpRequest, number: str) -> HttpResponse:
    """Where a value of a person came from and who changed it."""
    record, _membership = queries.person_for(request.user, number)
    column = column_of(PERSONS, request.GET.get("field", "name"))
    try:
        changes = queries.history_of("person", record.pk, stored_name(column))
    except KeyError:
        raise NotFound(_("没有这一项")) from None
    back = reverse("registry:person", args=[number])
    return render(
        request, history_template(request), {"column": column, "back": back, **history_lines(column, changes)}
    )

"""How lists are said on screen: sheets with their first lines, lines with whom they may mean."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from fupin.core.workbooks.child import column_letters
from fupin.divisions.queries import tree
from fupin.quality.issued import layout, queries
from fupin.quality.issued.books import Sheet
from fupin.quality.issued.models import IssuedLine, IssuedList
from fupin.quality.issued.words import BACK, FATES, Fate
from fupin.quality.views.shown import rule_label
from fupin.quality.words import ANSWERS
from fupin.registry.models import HouseholdCard, PersonFact

SHOWN_LINES = 5
TONES = {Fate.MATCHED: "good", Fate.SEVERAL: "warn", Fate.NOBODY: "wrong"}


def sheets(one: IssuedList, preview: Mapping[str, Sheet], given: Mapping[str, str], anew: Collection[str] = ()
           ) -> list[dict[str, Any]]:  # fmt: skip
    """Each sheet with its columns, what they seem or were said to hold, and the first lines below the header. What was
    `given` on the form stays as it was chosen, but for sheets whose header was looked for `anew`."""
    found = []
    for nth, each in enumerate(one.sheets):
        sheet = preview.get(each["title"], Sheet(each["title"], []))
        rows = layout.filled(sheet.rows, sheet.merged)[each["bottom"] + 1 :][:SHOWN_LINES]
        keeps = "do" in given and each["title"] not in anew
        columns = [
            {"name": f"s{nth}-c{at}", "heading": heading or column_letters(at),
             "role": given.get(f"s{nth}-c{at}", "") if keeps else each["columns"].get(str(at), ""),
             "cells": [queries.masked(row[at]) if at < len(row) else "" for row in rows]}
            for at, heading in enumerate(each["headings"])
        ]  # fmt: skip
        found.append({**each, "nth": nth, "columns": columns, "top": each["top"] + 1, "bottom": each["bottom"] + 1,
                      "is_read": bool(given.get(f"s{nth}-read")) if keeps else each["is_read"],
                      "titles": [next((text for text in row if text), "") for row in sheet.rows[: each["top"]]]})  # fmt: skip
    return found


def words(one: IssuedList, given: Mapping[str, str]) -> list[dict[str, Any]]:
    """How each of our answers is written into the sender's column, and what the sender's drop-down offers."""
    offered: list[str] = next((each["choices"] for each in one.sheets if each.get("choices")), [])
    return [{"code": word, "label": ANSWERS[word], "said": given.get(f"word-{word}") or one.answers.get(word) or BACK[word],
             "offered": offered} for word in BACK]  # fmt: skip


def figures(one: IssuedList, standing: queries.Standing) -> list[tuple[str, int, str]]:
    """The figures of a list, each with the records it opens."""
    lines, tickets = reverse("issued:lines", args=[one.pk]), f"{reverse('quality:tickets')}?issued={one.pk}"
    return [
        (_("已下发"), standing.out, tickets), (_("待核实"), standing.open, f"{tickets}&state=open"),
        (_("待复核"), standing.answered, f"{tickets}&state=answered"), (_("已办结"), standing.closed, f"{tickets}&state=closed"),
        (_("本系统规则已先发现"), standing.found_before, f"{lines}?fate=matched&before=1"),
    ]  # fmt: skip


def rules(found: Iterable[tuple[str, int]]) -> list[tuple[str, str, int]]:
    """Rules with their names."""
    return [(name, rule_label(name), count) for name, count in found]


def lines(rows: Sequence[IssuedLine]) -> list[dict[str, Any]]:
    """Lines with what they say, what became of them, and the households they may mean."""
    pairs = [(pair[0], pair[1]) for row in rows for pair in row.candidates]
    households = {pk for pk, _person in pairs} | {row.household_id for row in rows if row.household_id}
    cards = {card.pk: card for card in HouseholdCard.objects.filter(pk__in=households)} if households else {}
    persons = {person for _pk, person in pairs if person}
    facts = {
        pk: (number, name)
        for pk, number, name in PersonFact.objects.filter(person__in=persons, valid_to=None).values_list(
            "person_id", "person__number", "name"
        )
    } if persons else {}  # fmt: skip
    nodes = tree()
    return [
        {
            "row": row, "said": queries.said(row), "fate": FATES[Fate(row.fate)], "tone": TONES.get(Fate(row.fate), "quiet"),
            "number": row.row + 1, "card": cards.get(row.household_id or 0), "may_decide": row.fate in (Fate.SEVERAL, Fate.NOBODY, Fate.RETURNED),
            "candidates": [_candidate(cards[pk], facts.get(person or 0), nodes) for pk, person in row.candidates if pk in cards],
        }
        for row in rows
    ]  # fmt: skip


def _candidate(card: HouseholdCard, person: tuple[str, str] | None, nodes: Any) -> dict[str, str]:
    number, name = person or ("", "")
    return {"value": f"{card.number}/{number}", "household": card.number, "head": card.head_name, "name": name,
            "place": nodes.full_name(card.village_id, since="township")}  # fmt: skip

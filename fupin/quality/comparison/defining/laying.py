"""A source laid open: its columns, and in words which hits, or whose absence, become a question of which rule."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from fupin.accounts import scopes
from fupin.conditions.judging import in_words
from fupin.conditions.parsing import BadCondition, Condition
from fupin.conditions.sqltext import Circumstance
from fupin.core.sentences import listed
from fupin.policy.sources import Feeds, Source, SourceColumn
from fupin.quality import applying
from fupin.rulebook.conditions import settings
from fupin.rulebook.source_conditions import absence_of, condition_of
from fupin.rulebook.source_wording import TYPES, words_told


@dataclass(frozen=True, slots=True)
class Hit:
    """What feeds a rule: being in the file, or (`is_absent`) not being in a complete one. `parts` is the condition in
    words, each with how deep it hangs and by which word; empty where every hit counts."""

    rule: str
    label: str
    is_absent: bool
    parts: list[tuple[str, int, str]]
    text: str
    is_own: bool
    """in an office's own words, which may be Chinese"""


def hits(source: Source, *, on: date, division: int) -> list[Hit]:
    """What of a source becomes a question there on a day."""
    found = [_hit(source, feeds, False, on, division) for feeds in source.findings]
    return found + [_hit(source, feeds, True, on, division) for feeds in source.absent]


def _hit(source: Source, feeds: Feeds, is_absent: bool, on: date, division: int) -> Hit:
    rule = applying.rule(feeds.rule, on, division)
    label = rule.label_en if scopes.is_english() else rule.label
    try:
        condition = absence_of(feeds) if is_absent else condition_of(source, feeds)
        parts = _parts(condition, on, division) if condition is not None else []
    except BadCondition:
        parts = []
    return Hit(feeds.rule, label, is_absent, parts, feeds.when, source.is_own)


def _parts(condition: Condition, on: date, division: int) -> list[tuple[str, int, str]]:
    return in_words(condition, Circumstance(on, settings(condition.settings, on, division)))


def feeding(
    rule: str, sources: Iterable[tuple[Source, int | None]], *, on: date, division: int
) -> list[dict[str, Any]]:
    """The sources that feed a rule, each with what of it does."""
    english = scopes.is_english()
    return [
        {"name": one.name, "label": one.label_en if english else one.label,
         "department": one.department_en if english else one.department,
         "hits": [hit for hit in hits(one, on=on, division=division if office is None else office) if hit.rule == rule]}
        for one, office in sources if rule in one.rules
    ]  # fmt: skip


def columns(source: Source) -> list[dict[str, Any]]:
    """The columns of a source as a table shows them: those by which a person is known first."""
    return [_column(one, source) for one in source.all_columns]


def _column(one: SourceColumn, source: Source) -> dict[str, Any]:
    label = one.label_en if scopes.is_english() else one.label
    is_own = source.is_own
    return {
        "name": "" if one in source.keys else f"file.{one.name}", "label": label, "headers": listed((one.label, *one.aliases)),
        "type": TYPES[one.type], "required": one.required, "kept": one.kept, "is_key": one in source.keys,
        "words": words_told({word if is_own else spelt[0]: list(spelt) for word, spelt in one.words}),
    }  # fmt: skip

"""What a posting hands over, counted by those who know it: each app hands its counter in at start."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
from django.db.models import Count

from fupin.accounts import scopes
from fupin.accounts.models import Handover, Posting
from fupin.divisions.models import Division, Level
from fupin.divisions.words import LEVEL_LIST
from fupin.policy.catalogue import code_list


@dataclass(frozen=True, slots=True)
class Item:
    """One line of what is handed over: its words in both languages and how many."""

    label: str
    label_en: str
    count: int


Counter = Callable[[int, int], Iterable[Item]]
"""From (division, user) to lines: what lies in the division, what the person has begun and not finished."""

_counters: list[Counter] = []

PassOn = Callable[[Posting, int, Any, date], object]
"""From (posting, successor, who, day): what the leaver had in hand becomes the successor's, in the act's transaction."""
PASSES_ON: list[PassOn] = []


def count_with(counter: Counter) -> None:
    """Let this counter add its lines to every handover that is drawn up."""
    if counter not in _counters:
        _counters.append(counter)


def contents_of(posting: Posting) -> list[dict[str, Any]]:
    """All lines for a posting as they are now: the area first, then what the counters know."""
    below = Division.objects.filter(pk__in=scopes.below([posting.division_id]), facts__valid_to__isnull=True)
    levels: dict[str, int] = dict(below.values_list("level").annotate(n=Count("id", distinct=True)).order_by())
    words = code_list(LEVEL_LIST)
    items = [
        Item(words.label(level), words.label(level, english=True), levels[level])
        for level in Level.values
        if level in levels
    ]
    for counter in _counters:
        items += counter(posting.division_id, posting.user_id)
    return [{"label": one.label, "label_en": one.label_en, "count": one.count} for one in items]


def digest_of(handover: Handover) -> bytes:
    """SHA-256 over everything that the two sign."""
    body = [handover.posting_id, handover.successor_id, handover.contents, handover.remark, handover.drawn_up_on]
    return hashlib.sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).digest()

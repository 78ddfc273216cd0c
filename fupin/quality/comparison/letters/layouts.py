"""How a department's answer is read: which of its headers is which column, and what its words for the result mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.core import audit
from fupin.core.columns import Column
from fupin.core.refusals import Refused
from fupin.core.workbooks.headers import fold
from fupin.policy.sources import Source
from fupin.quality.comparison.letters.models import ReturnLayout
from fupin.quality.comparison.letters.words import SPELLINGS, Outcome
from fupin.quality.comparison.sources import LINE, RESULT, columns_of


@dataclass(frozen=True, slots=True)
class Layout:
    """Headers to the names of our columns, words to outcomes; `only_hits` where every line that came back is a hit."""

    headers: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    only_hits: bool = False

    def outcome(self, text: str | None) -> str | None:
        """What a cell says; "" for a word that nobody explained yet, None for an empty cell."""
        plain = fold(text or "")
        if not plain:
            return None
        if plain in self.words:
            return str(self.words[plain])
        return next((str(one) for one, known in SPELLINGS.items() if plain in known), "")


class Unarranged(Refused):
    """The answer cannot be read before somebody says what its columns or words mean."""

    def __init__(self, reason: str, *, headers: Sequence[str] = (), words: Sequence[str] = ()) -> None:
        super().__init__(reason, "unarranged")
        self.headers, self.words = list(headers), list(words)


def layout_of(source: str, division: int) -> Layout:
    """What was said before of the answers of this source there; nothing where nobody had to."""
    found = ReturnLayout.objects.filter(source=source, division=division).first()
    return Layout() if found is None else Layout(found.headers, found.words, found.only_hits)


def arranged(source: Source, layout: Layout) -> tuple[Column, ...]:
    """The columns that are looked for in an answer, with the headers that this department uses."""
    columns = []
    for one in (*columns_of(source), LINE, RESULT):
        own = tuple(header for header, name in layout.headers.items() if name == one.name)
        columns.append(replace(one, required=False, aliases=(*own, *one.aliases)))
    return tuple(columns)


@transaction.atomic
def arrange(*, source: Source, division: int, headers: Mapping[str, str], words: Mapping[str, str], only_hits: bool,
            by: Any) -> ReturnLayout:  # fmt: skip
    """Say once how the answers of a source are read; it holds for every later one. Raises Refused for what cannot be."""
    scopes.require(by, "quality.exchange", division)
    names = {one.name for one in arranged(source, Layout())}
    taken = [name for name in headers.values() if name]
    if set(taken) - names or len(set(taken)) < len(taken):
        raise Refused(_("一个栏目只能对应一列，请核对"), "headers")
    if set(words.values()) - set(Outcome):
        raise Refused(_("每种写法请选“查有”或“查无”"), "words")
    known = ReturnLayout.objects.select_for_update().filter(source=source.name, division=division).first()
    row = known or ReturnLayout(source=source.name, division_id=division)
    row.headers = {
        **{h: n for h, n in row.headers.items() if n not in taken},
        **{h: n for h, n in headers.items() if n},
    }
    row.words = {**row.words, **{fold(word): str(said) for word, said in words.items()}}
    row.only_hits, row.said_by = only_hits, getattr(by, "pk", None)
    row.save(force_insert=known is None)
    audit.record(by=by, act="letter.arrange", subject=f"division:{division}", division=division,
                 detail={"source": source.name, "headers": row.headers, "words": row.words, "only_hits": only_hits})  # fmt: skip
    return row

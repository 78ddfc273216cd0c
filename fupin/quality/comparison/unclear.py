"""What a department's file says that could not be understood: gathered by column, told in one sentence each."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from fupin.accounts.scopes import is_english
from fupin.core.sentences import bracketed, listed
from fupin.policy.sources import Source

WORDS, ROWS, LETTERS = 6, 3, 40
"""Of a column so many different texts are told, of each so many rows and characters."""
MOST_TEXTS = 1_000
"""Different texts of a column that are kept apart; what comes beyond is counted together."""
Places = tuple[int, list[int]]


@dataclass(slots=True)
class Unclear:
    """By column the texts that are none of its words, and the cells that are no value of its kind: how many, and in which
    rows they stand first."""

    words: dict[str, dict[str, Places]] = field(default_factory=dict)
    more: dict[str, Places] = field(default_factory=dict)
    cells: dict[str, Places] = field(default_factory=dict)

    def word(self, column: str, text: str, row: int) -> None:
        """A text that is none of the words of a column."""
        known, plain = self.words.setdefault(column, {}), text.strip()[:LETTERS]
        if plain in known or len(known) < MOST_TEXTS:
            _add(known, plain, row)
        else:
            _add(self.more, column, row)

    def cell(self, column: str, row: int) -> None:
        """A cell that could not be read."""
        _add(self.cells, column, row)

    def sentences(self, source: Source) -> list[str]:
        """What its reader should know, a sentence for each column; what stands in most rows comes first."""
        english = is_english()
        labels = {one.name: one.label_en if english else one.label for one in source.all_columns}
        return [*(self._of_words(column, labels.get(column, column)) for column in self.words),
                *(self._of_cells(labels.get(column, column), *found) for column, found in self.cells.items())]  # fmt: skip

    def _of_words(self, column: str, label: str) -> str:
        known = sorted(self.words[column].items(), key=lambda pair: (-pair[1][0], pair[1][1]))
        beyond = self.more.get(column, (0, []))[0]
        count = sum(found[0] for _text, found in known) + beyond
        told = [bracketed(f"“{text}”", _at(*found)) for text, found in known[:WORDS]]
        left = count - sum(found[0] for _text, found in known[:WORDS])
        if left:
            told.append(_("其他写法 %(count)d 行") % {"count": left})
        return _("列“%(column)s”有 %(count)d 行的写法不认识，按未填处理：%(words)s") % {
            "column": label, "count": count, "words": listed(told),
        }  # fmt: skip

    def _of_cells(self, label: str, count: int, rows: list[int]) -> str:
        sentence = _("列“%(column)s”有 %(count)d 格读不懂，按未填处理：%(rows)s")
        return sentence % {"column": label, "count": count, "rows": _at(count, rows)}


def _add(known: dict[str, Places], key: str, row: int) -> None:
    count, rows = known.get(key, (0, []))
    known[key] = (count + 1, [*rows, row] if len(rows) < ROWS else rows)


def _at(count: int, rows: list[int]) -> str:
    """The first rows, and how many there are where that is more."""
    said = {"rows": listed(str(row) for row in rows), "count": count}
    return _("第 %(rows)s 行等 %(count)d 行") % said if count > len(rows) else _("第 %(rows)s 行") % said

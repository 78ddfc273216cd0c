"""A department's file is read: preflight, cells as their columns say, and every number made a token before it is kept.

What comes out (`rows.parquet`) has for each row: `row_id`, `row`, `tokens`, `number_token`, `number_state`,
`near_tokens`, `number_mask`, `name`, `sex`, `born_on`, `village_id`, `township_id`, `kin`, `said` (a digest of what the
row says of the person, by which a decision finds it again), and what else the file says as `file.x`. No raw number is in
it, and it lies sealed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import polars
import pyarrow as pa
import pyarrow.parquet as pq
from django.utils.translation import gettext as _

from fupin.accounts.scopes import is_english
from fupin.core import duck, id_numbers, sealing
from fupin.core.columns import Column
from fupin.core.imports import checking
from fupin.core.imports.declaration import Readable, Work
from fupin.core.refusals import Refused
from fupin.core.workbooks import reading
from fupin.core.workbooks.headers import fold
from fupin.divisions.queries import find, tree
from fupin.policy import sources as policy
from fupin.policy.sources import Source, SourceColumn
from fupin.quality.comparison import numbers, renewing
from fupin.quality.comparison.letters.layouts import Layout, Unarranged, arranged
from fupin.quality.comparison.letters.words import Outcome
from fupin.quality.comparison.sources import FILE, LINE, RESULT, columns_of
from fupin.quality.comparison.unclear import Unclear
from fupin.rulebook import own_sources

MOST_UNREAD = 60
"""Columns that were not read which are told."""
_CUT = re.compile(r"\d(\.\d+)?[Ee]\+?\d+")
_SEVERAL = re.compile(r"[,，、;；/\s]+")
_PERSONS = {"sex", "born_on"}
"""Keys of a list of persons; in one of households, which has none of them, the head is whom a row names."""
_TEXTS = pa.list_(pa.string())
_FIXED = (
    ("row_id", pa.int64()), ("row", pa.int64()), ("tokens", _TEXTS), ("number_token", pa.string()),
    ("number_state", pa.string()), ("near_tokens", _TEXTS), ("number_mask", pa.string()), ("name", pa.string()),
    ("sex", pa.string()), ("born_on", pa.date32()), ("village_id", pa.int64()), ("township_id", pa.int64()),
    ("kin", _TEXTS), ("said", pa.string()),
)  # fmt: skip
_ANSWER = (("line_id", pa.string()), ("result", pa.string()))
MOST_WORDS = 20
"""Words for the result that are asked about at a time."""
_ARROW = {"text": pa.string(), "word": pa.string(), "integer": pa.int64(), "decimal": pa.float64(), "money": pa.int64(),
          "date": pa.date32(), "yes_no": pa.bool_()}  # fmt: skip


@dataclass(slots=True)
class Taken:
    """What a file gave: how many rows, what its reader should know, which column was taken for which, figures."""

    rows: int = 0
    is_tokens: bool = False
    remarks: list[str] = field(default_factory=list)
    layout: list[list[str]] = field(default_factory=list)
    sheets: list[str] = field(default_factory=list)
    unread: list[list[str]] = field(default_factory=list)
    """each column that was not read, with what it may be (or nothing)"""
    unfound: list[str] = field(default_factory=list)
    """the columns of the source that the file has not got"""
    counts: dict[str, int] = field(default_factory=dict)


class _Rows(Readable):
    """The columns of a source for the checks that imports have; nothing of it is planned or merged."""

    permission = "quality.exchange"

    def __init__(self, source: Source, columns: tuple[Column, ...]) -> None:
        self.ledger, self.label, self.label_en, self.columns = source.name, source.label, source.label_en, columns


def take(path: Path, name: str, source: Source, folder: Path, *, on: date, division: int | None,
         beat: Callable[[], None] = lambda: None, layout: Layout | None = None) -> Taken:  # fmt: skip
    """Read a file of a source into `folder/rows.parquet`. Raises Refused, in one sentence, for what cannot be compared.

    With a `layout` it is the answer to a letter: `line_id` and `result` stand in it, too. Raises Unarranged where it has
    to be said first what a column or a word means.
    """
    columns = columns_of(source) if layout is None else arranged(source, layout)
    found = reading.stage(path, columns, folder / "staged", name=name, beat=beat)
    taken = Taken(remarks=list(found.findings))
    given = {one for staged in found.staged for one in staged.mapping.found}
    taken.is_tokens = "number_token" in given
    if layout is None:
        _refuse_strange(source, given, found.staged, name, own_sources.usable(on=on, division=division))
    else:
        _require_marks(given, layout, found.staged, name)
    if not found.rows:
        raise Refused(_("“%(name)s”只有表头，没有数据行") % {"name": name}, "empty")
    taken.layout = _layout(source, found.staged)
    taken.sheets = [each.sheet for each in found.staged]
    wanted = [one for one in source.all_columns if layout is None or one in source.kept or one.name in source.asks]
    _tell_unread(taken, [one for one in wanted if one.name not in given], found.staged)
    if not given & {"number", "number_token"}:
        taken.remarks.append(_("没有证件号码列，只能按姓名等关联，需要人工判定的会较多"))
    with duck.connect(folder) as connection:
        work = Work(run_id=0, folder=folder, connection=connection, on=on, division=division,
                    progress=lambda done, total, phase: beat())  # fmt: skip
        checking.check(_Rows(source, columns), found.staged, work)
        reader = _Reader(source, taken, division, layout)
        _tokenise(reader, work.typed, folder / "rows.parquet", beat)
    work.typed.unlink()
    _say_counts(taken, is_answer=layout is not None)
    taken.remarks += reader.unclear.sentences(source)
    return taken


def _refuse_strange(source: Source, given: set[str], staged: Sequence[Any], name: str,
                    known: Mapping[str, Source]) -> None:  # fmt: skip
    """A file of another department, or one in which nobody is named."""
    missing = [one.label for one in source.columns if one.required and one.name not in given]
    if not given & {"number", "number_token", "name"}:
        sentence = _("“%(name)s”中没有证件号码列，也没有姓名列，无法比对")
        raise Refused(sentence % {"name": name}, "no_key")
    if missing or (source.columns and not given & {one.name for one in source.columns}):
        headers = {cell for one in staged for cell in one.mapping.header}
        other = _whose(headers, source, known)
        if other is not None:
            sentence = _("“%(name)s”看上去是“%(other)s”的文件，不是“%(source)s”的，请核对数据来源")
            raise Refused(sentence % {"name": name, "other": other.label, "source": source.label}, "other_source")
    if missing:
        sentence = _("“%(name)s”缺少列：%(columns)s")
        raise Refused(sentence % {"name": name, "columns": "、".join(missing)}, "no_column")


def _whose(headers: set[str], source: Source, known: Mapping[str, Source]) -> Source | None:
    """The source whose own columns a header has most of, where it is another one than said."""

    def own(one: Source) -> int:
        return sum(bool(headers & {column.label, column.label_en, *column.aliases}) for column in one.columns)

    best = max(known.values(), key=own)
    return best if own(best) > max(own(source), 1) and best.name != source.name else None


def _layout(source: Source, staged: Sequence[Any]) -> list[list[str]]:
    english = is_english()
    labels = {one.name: one.label for one in (*columns_of(source), LINE, RESULT)}
    called = {one.name: one.label_en if english else one.label for one in source.all_columns}
    unkept = {one.name for one in source.columns if not one.kept}
    labels |= {
        name: _("%(column)s（不留存）") % {"column": label} if name in unkept else label
        for name, label in called.items()
    }
    pairs: dict[str, str] = {}
    for each in staged:
        for name, at in sorted(each.mapping.found.items(), key=lambda pair: pair[1]):
            pairs.setdefault(each.mapping.header[at] if at < len(each.mapping.header) else name, labels[name])
    return [[header, label] for header, label in pairs.items()]


def _tell_unread(taken: Taken, lacking: Sequence[SourceColumn], staged: Sequence[Any]) -> None:
    """The columns of the file that nobody reads, each with the column that its heading is nearest to of those that are
    `lacking`: whoever sees the file knows whether they are meant."""
    english = is_english()
    taken.unfound = [one.label_en if english else one.label for one in lacking]
    headings = dict.fromkeys(extra for each in staged for extra in each.mapping.extra)
    for heading in list(headings)[:MOST_UNREAD]:
        near = _nearest(heading, lacking)
        taken.unread.append([heading, "" if near is None else near.label_en if english else near.label])


def _nearest(heading: str, columns: Sequence[SourceColumn]) -> SourceColumn | None:
    """The column that has the longest of its headings within this one, or this one within it."""
    plain, length = fold(heading), 1
    best: SourceColumn | None = None
    for one in columns:
        for spelt in map(fold, (one.label, *one.aliases)):
            if len(plain) > 1 and len(spelt) > length and (spelt in plain or plain in spelt):
                best, length = one, len(spelt)
    return best


def _require_marks(given: set[str], layout: Layout, staged: Sequence[Any], name: str) -> None:
    """An answer names its lines by our mark, and says of each whether there was something."""
    missing = [one.label for one in (LINE, RESULT) if one.name not in given]
    if layout.only_hits and missing == [RESULT.label]:
        return
    if missing:
        headers = dict.fromkeys(cell.strip() for one in staged for cell in one.mapping.header if cell.strip())
        sentence = _("“%(name)s”中没有找到列：%(columns)s，请指明是哪一列")
        raise Unarranged(sentence % {"name": name, "columns": "、".join(missing)}, headers=list(headers))


def _tokenise(reader: _Reader, typed: Path, target: Path, beat: Callable[[], None]) -> None:
    source, taken = reader.source, reader.taken
    answers = () if reader.layout is None else _ANSWER
    schema = renewing.marked(
        pa.schema([*_FIXED, *((f"{FILE}{one.name}", _ARROW[one.type]) for one in source.kept), *answers])
    )
    with pq.ParquetWriter(target, schema, compression="zstd", compression_level=1) as writer:
        for batch in pq.ParquetFile(typed).iter_batches(batch_size=checking.SLICE):
            frame = polars.from_arrow(batch)
            assert isinstance(frame, polars.DataFrame)
            writer.write_table(pa.table(reader.columns(frame), schema=schema))
            beat()
    if reader.strange:
        sentence = _("查询结果中有不认识的写法：%(words)s，请指明是查有还是查无")
        words = sorted(reader.strange)[:MOST_WORDS]
        raise Unarranged(sentence % {"words": "、".join(words)}, words=words)
    taken.counts["no_key"] = reader.nameless
    taken.rows = reader.rows


class _Reader:
    """Makes the columns of `rows.parquet` out of checked slices."""

    def __init__(self, source: Source, taken: Taken, division: int | None, layout: Layout | None = None) -> None:
        self.source, self.taken, self.division, self.layout = source, taken, division, layout
        self.strange: set[str] = set()
        self.unclear = Unclear()
        self.rows = self.nameless = 0
        self.lines: list[int] = []
        self.place = cache(self._place)

    def columns(self, frame: polars.DataFrame) -> dict[str, pa.Array]:
        counts = self.taken.counts
        self.rows += frame.height
        self.lines = frame["row"].to_list()
        said: dict[str, list[Any]] = {name: frame[name].to_list() for name in ("number", "name", "sex", "born_on", "village", "kin",
                                                          "number_token", "near_tokens") if name in frame.columns}  # fmt: skip
        none: list[Any] = [None] * frame.height
        names = [text or None for text in said.get("name", none)]
        if not _PERSONS & {one.name for one in self.source.keys}:
            names = [text or head or None for text, head in zip(names, said.get("kin", none), strict=True)]
        kin = [self._kin(text) for text in said.get("kin", none)]
        places = [self.place(text) if text else (None, None) for text in said.get("village", none)]
        sexes = self._words("sex", said.get("sex", none))
        found = self._tokens(said, none) if self.taken.is_tokens else self._numbers(said.get("number", none))
        states = found["number_state"]
        born = [
            day or from_number for day, from_number in zip(said.get("born_on", none), found.pop("born"), strict=True)
        ]
        for state in ("missing", "invalid", "valid"):
            counts[state] = counts.get(state, 0) + states.count(state)
        self.nameless += sum(state == "missing" and not name for state, name in zip(states, names, strict=True))
        problems = frame["problems"].to_list()
        counts["problems"] = counts.get("problems", 0) + sum(1 for each in problems if each)
        for row, each in zip(self.lines, problems, strict=True):
            for column in dict.fromkeys(one["column"] for one in each or ()):
                self.unclear.cell(column, row)
        keys = [self._key(*row) for row in zip(found.pop("plain"), names, born, kin, places, strict=True)]
        made = {
            "row_id": frame["row_id"].to_list(), "row": frame["row"].to_list(), **found, "name": names, "sex": sexes,
            "born_on": born, "village_id": [one[0] for one in places], "township_id": [one[1] for one in places],
            "kin": kin, "said": keys,
        }  # fmt: skip
        arrays = {name: pa.array(made[name], kind) for name, kind in _FIXED}
        for one in self.source.kept:
            values = self._words(one.name, frame[one.name].to_list()) if one.type == "word" else (
                [None if value is None else float(value) for value in frame[one.name].to_list()]
                if one.type == "decimal" else frame[one.name].to_list())  # fmt: skip
            arrays[f"{FILE}{one.name}"] = pa.array(values, _ARROW[one.type])
        if self.layout is not None:
            arrays |= self._answers(frame, self.layout)
        return arrays

    def _answers(self, frame: polars.DataFrame, layout: Layout) -> dict[str, pa.Array]:
        """Which line each row is, and what is said of it."""
        marks = frame["line_id"].to_list()
        given = frame["result"].to_list() if "result" in frame.columns else [None] * frame.height
        said = [layout.outcome(text) for text in given]
        if layout.only_hits and not any(given):
            said = [str(Outcome.HIT) if mark else None for mark in marks]
        self.strange |= {str(text)[:40] for text, one in zip(given, said, strict=True) if one == ""}
        return {"line_id": pa.array(marks, pa.string()), "result": pa.array(said, pa.string())}

    def _numbers(self, given: list[str | None]) -> dict[str, list[Any]]:
        """Tokens under the register's key; the numbers themselves go no further than this."""
        plain = [sealing.normalise(text, "id") if text else "" for text in given]
        cut = sum(1 for text in plain if text and (_CUT.fullmatch(text) or _is_cut(text)))
        self.taken.counts["cut"] = self.taken.counts.get("cut", 0) + cut
        plain = ["" if self._is_no_number(text) else text for text in plain]
        own = [token.hex() if token else None for token in sealing.token_many(plain, "id")]
        former = [[token.hex() if token else None for token in each] for each in sealing.former_token_many(plain, "id")]
        states = ["missing" if not text else "valid" if numbers.is_right(text) else "invalid" for text in plain]
        near = [numbers.meant(text) if state == "invalid" else [] for text, state in zip(plain, states, strict=True)]
        flat = sealing.token_many([number for each in near for number in each], "id")
        tokens = iter(flat)
        return {
            "tokens": [[t for t in (one, *others) if t] for one, *others in zip(own, *former, strict=True)],
            "number_token": own, "number_state": states,
            "near_tokens": [[token.hex() for _number in each if (token := next(tokens))] for each in near],
            "number_mask": [id_numbers.mask(text) or None for text in plain],
            "born": [id_numbers.birth_day(text) if state == "valid" else None
                     for text, state in zip(plain, states, strict=True)],
            "plain": plain,
        }  # fmt: skip

    def _is_no_number(self, text: str) -> bool:
        """Cut by a spreadsheet or masked, it says nothing of who it was; our own mark still does, in an answer."""
        return bool(_CUT.fullmatch(text)) or "*" in text or (self.layout is not None and _is_cut(text))

    def _tokens(self, said: dict[str, list[Any]], none: list[Any]) -> dict[str, list[Any]]:
        """What a department made at home is taken as it is."""
        own = [(text or "").strip().lower() or None for text in said["number_token"]]
        near = [[each for each in _SEVERAL.split(text or "") if each] for text in said.get("near_tokens", none)]
        return {
            "tokens": [[token] if token else [] for token in own], "number_token": own, "near_tokens": near,
            "number_state": ["missing" if not token else "invalid" if each else "valid"
                             for token, each in zip(own, near, strict=True)],
            "number_mask": none, "born": none, "plain": [token or "" for token in own],
        }  # fmt: skip

    def _words(self, name: str, given: list[Any]) -> list[str | None]:
        column = (
            next(one for one in self.source.all_columns if one.name == name) if name != "sex" else policy.keys()["sex"]
        )
        known = {spelling.casefold(): word for word, spellings in column.words for spelling in (word, *spellings)}
        found = [known.get(str(text).strip().casefold()) if text else None for text in given]
        for row, text, word in zip(self.lines, given, found, strict=True):
            if text and word is None:
                self.unclear.word(name, str(text), row)
        return found

    def _kin(self, text: str | None) -> list[str]:
        return [each for each in _SEVERAL.split(text or "") if each]

    def _place(self, text: str) -> tuple[int | None, int | None]:
        """The village and the township that a text names; of an address the longest ending that names one."""
        try:
            found = find(text, below=self.division)
        except LookupError:
            return None, None
        if found is None:
            return None, None
        township = tree().ancestor(found, "township")
        is_village = tree().by_id(found).level == "village"
        return (found if is_village else None), (township.id if township else None)

    @staticmethod
    def _key(plain: str, name: str | None, born: date | None, kin: list[str], place: tuple[Any, Any]) -> str:
        said = "\x1f".join((plain, name or "", str(born or ""), "、".join(kin), str(place[0] or place[1] or "")))
        return hashlib.blake2b(said.encode(), digest_size=32).hexdigest()


def _is_cut(text: str) -> bool:
    """The last digits of an 18-digit number that a spreadsheet took for a quantity are zeros."""
    return len(text) == 18 and text.endswith("000") and not numbers.is_right(text)


def _say_counts(taken: Taken, *, is_answer: bool) -> None:
    """The preflight in sentences. Raises Refused where most numbers were cut."""
    counts = taken.counts
    if counts.get("cut", 0) * 2 > taken.rows and not is_answer:
        sentence = _("%(count)d 个证件号码被电子表格截去了末几位，请把该列设为文本、重新导出后再报送")
        raise Refused(sentence % {"count": counts["cut"]}, "id_cut")
    said: Iterator[tuple[str, str]] = iter((
        ("cut", _("%(count)d 个证件号码像是被电子表格截去了末几位，这些行按姓名等关联")),
        ("invalid", _("%(count)d 个证件号码校验不通过，按姓名、出生日期等关联")),
        ("missing", _("%(count)d 行没有证件号码")),
        ("no_key", _("%(count)d 行既没有证件号码也没有姓名，不参加比对")),
    ))  # fmt: skip
    taken.remarks += [sentence % {"count": counts[name]} for name, sentence in said if counts.get(name)]

"""The list of a letter, set-wise from the newest extract: who is asked about, who is left out and why.

Of each line the sealed `lines` keep its mark, the person, and the token of the number that was sent, so that what comes
back is compared with what went out. The workbook with whole numbers lies sealed beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.bulk import engine, taking
from fupin.bulk.extracts import Extract
from fupin.core import id_numbers, sealing
from fupin.core.cells import harmless
from fupin.core.workbooks.lists import write_workbook
from fupin.divisions.queries import tree
from fupin.policy.sources import Source
from fupin.quality.comparison import authorising, folders, matching, renewing
from fupin.quality.comparison.letters.models import Letter
from fupin.quality.comparison.letters.words import Whom
from fupin.quality.comparison.sources import LINE, RESULT, TOKEN, asked_columns, needs_authorisation
from fupin.quality.comparison.tokens import Exchanged
from fupin.quality.comparison.words import Way
from fupin.registry.models import PersonIdentity

NO_NUMBER = "no_number"
"""Left out because there is no number to ask by."""
_AT_ONCE = 5_000
SAMPLE = 10
"""Lines that whoever checks the letter looks at, numbers masked."""
_WHOM = {
    Whom.REGISTERED: "is_registered", Whom.MONITORED: "is_monitored", Whom.BOTH: "is_registered OR is_monitored",
    Whom.ALL: "TRUE",
}  # fmt: skip
LINES = pa.schema([
    ("line_id", pa.string()), ("person_id", pa.int64()), ("household_id", pa.int64()), ("village_id", pa.int64()),
    ("name", pa.string()), ("number_token", pa.string()),
])  # fmt: skip
_ASKED = "person_id, household_id, village_id, place_id, name, sex, born_on"


@dataclass(slots=True)
class Made:
    """What was drawn up."""

    extract: Extract
    households: int = 0
    persons: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    sample: list[list[str]] = field(default_factory=list)
    sha256: str = ""
    size: int = 0


def make(letter: Letter, source: Source) -> Made:
    """Draw up the list; done again, it takes the place of the one before."""
    made = Made(taking.current())
    made.extract.used()
    with folders.working(letter.pk) as work:
        connection = engine.connect(folder=work)
        try:
            _choose(connection, letter, source, made)
            _write(connection, letter, source, made, work)
        finally:
            connection.close()
    return made


def _choose(connection: duckdb.DuckDBPyConnection, letter: Letter, source: Source, made: Made) -> None:
    """Fill `asked`: the persons of the list, those without an authorisation left out and counted by household."""
    division = letter.division
    villages = None if division.level == "region" else scopes.below([division.pk]).values_list(
        "descendant_id", flat=True)  # fmt: skip
    matching.persons_view(connection, made.extract.path("persons", letter.on), villages)
    connection.execute(f"CREATE TEMP TABLE chosen AS SELECT * FROM persons WHERE {_WHOM[Whom(letter.whom)]}")
    if needs_authorisation(source, on=letter.on, division=division.pk):
        rows = connection.execute("SELECT DISTINCT household_id FROM chosen").fetchall()
        found = authorising.held({row[0] for row in rows}, source.name, on=letter.on)
        made.left_out |= found.lacking
        ids = pa.table({"id": pa.array(sorted(found.households), pa.int64())})
        connection.register("valid_in", ids)
        connection.execute(
            "CREATE TEMP TABLE kept AS SELECT c.* FROM chosen c SEMI JOIN valid_in v ON v.id = c.household_id"
        )
        connection.unregister("valid_in")
    else:
        connection.execute("CREATE TEMP TABLE kept AS SELECT * FROM chosen")
    connection.execute(
        f"CREATE TEMP TABLE asked AS SELECT row_number() OVER (ORDER BY household_number, number) AS line, {_ASKED}"
        " FROM kept WHERE number_token IS NOT NULL"
    )
    without = connection.execute("SELECT count(*) FROM kept WHERE number_token IS NULL").fetchone()
    if without and without[0]:
        made.left_out[NO_NUMBER] = int(without[0])


def _write(connection: duckdb.DuckDBPyConnection, letter: Letter, source: Source, made: Made, work: Path) -> None:
    lines, asked = work / "lines.parquet", work / "asked.xlsx"
    drawing = _Drawing(connection, letter, source, lines)
    write_workbook(drawing.rows(), asked, _("查询名单"))
    drawing.close()
    made.sample = drawing.sample
    made.persons, made.households = drawing.persons, len(drawing.households)
    folders.seal(letter.pk, folders.LINES, folders.blocks(lines))
    made.size, made.sha256 = folders.seal(letter.pk, folders.ASKED, folders.blocks(asked))


class _Drawing:
    """Writes both files in one walk: numbers are unsealed a chunk at a time."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, letter: Letter, source: Source, lines: Path) -> None:
        self.connection, self.letter, self.source = connection, letter, source
        self.is_tokens = letter.way == Way.TOKENS
        self.writer = pq.ParquetWriter(lines, renewing.marked(LINES))
        self.persons, self.households = 0, set[int]()
        self.sample: list[list[str]] = []
        self.key = bytes.fromhex(sealing.unseal(bytes(letter.key_sealed))) if letter.key_sealed else b""

    def rows(self) -> Iterator[list[str]]:
        """The header and the lines as they go out; the columns of the answer are empty."""
        columns = () if self.is_tokens else asked_columns(self.source)
        answers = [one.label for one in self.source.kept]
        who = [TOKEN.label] if self.is_tokens else [one.label for one in columns]
        yield [LINE.label, *who, RESULT.label, *answers]
        found = self.connection.execute(f"SELECT line, {_ASKED} FROM asked ORDER BY line")
        while some := found.fetchmany(_AT_ONCE):
            for mark, told in self._chunk(some, [one.name for one in columns]):
                yield [mark, *told, "", *([""] * len(answers))]

    def _chunk(self, some: list[tuple[Any, ...]], names: list[str]) -> Iterator[tuple[str, list[str]]]:
        numbers = _numbers([row[1] for row in some])
        plain = [numbers.get(row[1]) for row in some]
        if self.is_tokens:
            tokens = Exchanged(self.key).many(plain)
        else:
            tokens = [token.hex() if token else None for token in sealing.token_many(plain, "id")]
        marks = [mark_of(self.letter.pk, row[0]) for row in some]
        columns = [marks, *([row[at] for row in some] for at in (1, 2, 3, 5)), tokens]
        self.writer.write_table(pa.table([pa.array(one, kind) for one, kind in zip(columns, LINES.types, strict=True)],
                                         schema=LINES))  # fmt: skip
        if not self.sample:
            self.sample = [[mark, row[5] or "", id_numbers.mask(number or "") or ""]
                           for mark, row, number in list(zip(marks, some, plain, strict=True))[:SAMPLE]]  # fmt: skip
        self.persons += len(some)
        self.households |= {row[2] for row in some}
        for mark, row, number, token in zip(marks, some, plain, tokens, strict=True):
            yield mark, [token or ""] if self.is_tokens else [_told(name, row, number) for name in names]

    def close(self) -> None:
        """Nothing more comes."""
        self.writer.close()


def _told(name: str, row: tuple[Any, ...], number: str | None) -> str:
    _line, _person, _household, _village, place, called, sex, born = row
    said = {
        "number": number or "", "name": harmless(called or ""), "sex": {"1": "男", "2": "女"}.get(sex or "", ""),
        "born_on": str(born or ""), "village": tree().full_name(place, since="banner") if place else "", "kin": "",
    }  # fmt: skip
    return said[name]


def mark_of(letter: int, line: int) -> str:
    """Our mark of a line: its number, and a keyed part so that a mistyped or made-up one is seen."""
    return f"{line:06d}-{sealing.short_token(f'{letter}:{line}', 'line', 4).hex()}"


def _numbers(persons: list[int]) -> dict[int, str]:
    rows = PersonIdentity.objects.filter(person_id__in=persons, valid_to=None).values_list("person_id", "number_sealed")
    kept = [(person, bytes(sealed)) for person, sealed in rows if sealed is not None]
    opened = sealing.unseal_many(sealed for _person, sealed in kept)
    return {person: text for (person, _sealed), text in zip(kept, opened, strict=True) if text}

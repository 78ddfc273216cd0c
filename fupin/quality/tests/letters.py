"""Letters as they go out and come back, for the tests."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

from openpyxl import Workbook, load_workbook

from fupin.core import clock
from fupin.core.ledgers import acts, find
from fupin.policy.sources import source
from fupin.quality.comparison import operations as comparing
from fupin.quality.comparison.letters import answers, operations
from fupin.quality.comparison.letters.models import Letter
from fupin.quality.comparison.letters.operations import Wanted
from fupin.quality.comparison.models import Exchange

SINCE = date(2019, 1, 1)
numbers = iter(range(1, 10_000))


def authorise(household: Any, by: Any, **more: Any) -> Any:
    values = {"household_number": household.number, "sources": "all", "valid_from": SINCE, "signed_by": "宝音", **more}
    return acts.create(find("authorisations"), [values], by=by)[0]


def drafted(cast: Any, name: str = "deaths", **more: Any) -> Letter:
    """A letter with its list."""
    given: dict[str, Any] = {
        "source": source(name), "division": cast.banner.pk, "number": f"左中比函〔2026〕{next(numbers)}号",
        "purpose": "年度动态调整核查", "on": clock.today(), "whom": "all", **more,
    }  # fmt: skip
    by = given.pop("by", cast.banner_officer)
    letter = operations.draft(wanted=Wanted(**given), by=by)
    return operations.prepare(letter=letter, source=given["source"], by=by)


def sent(cast: Any, name: str = "deaths", **more: Any) -> Letter:
    """A letter that a second person confirmed and that went out."""
    letter, today = drafted(cast, name, **more), clock.today()
    for act, by in (
        ("submit", cast.banner_officer),
        ("confirm", cast.second_banner_officer),
        ("send", cast.banner_officer),
    ):
        operations.act(letter=letter, act=act, by=by, on=today)
    return letter


def taken(letter: Letter, by: Any) -> list[list[Any]]:
    """The lines of the list as it went out, the header first."""
    data = b"".join(operations.take(letter=letter, purpose="发函给公安局", by=by))
    sheet = load_workbook(io.BytesIO(data)).active
    return [["" if cell is None else cell for cell in row] for row in sheet.iter_rows(values_only=True)]


def workbook(rows: list[list[Any]]) -> bytes:
    book, file = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(list(row))
    book.save(file)
    return file.getvalue()


def returned(letter: Letter, rows: list[list[Any]] | bytes, by: Any, file: str = "回函.xlsx") -> Exchange:
    """An answer taken in and read."""
    data = rows if isinstance(rows, bytes) else workbook(rows)
    made = answers.take_in(letter=letter, pieces=[data], name=file, by=by, on=clock.today())
    return comparing.read(exchange=made, source=source(letter.source))


def compared(letter: Letter, rows: list[list[Any]] | bytes, by: Any) -> Exchange:
    """The same, compared."""
    made = returned(letter, rows, by)
    done = comparing.compare(exchange=made, source=source(letter.source), by=by)
    answers.counted(exchange=done, by=by)
    return done


def later(days: int) -> date:
    return clock.today() + timedelta(days=days)

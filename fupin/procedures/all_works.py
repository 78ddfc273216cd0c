"""Every procedure of cases. A new one is added here; the tables are checked and drawn by what `config` hands on."""

from __future__ import annotations

from collections.abc import Iterator

from fupin.core.models import Case
from fupin.core.steps import Procedure
from fupin.procedures.exits.villages.work import VILLAGE_EXIT
from fupin.procedures.exits.work import EXIT
from fupin.procedures.identification.work import IDENTIFICATION
from fupin.procedures.monitoring.work import CLEARING_WORK, RETURNING_WORK
from fupin.procedures.works import Work

WORKS: dict[str, Work] = {one.name: one for one in (IDENTIFICATION, EXIT, VILLAGE_EXIT, CLEARING_WORK, RETURNING_WORK)}


def work_of(case: Case) -> Work:
    """The procedure that a case goes through. Raises KeyError for one that is not worked here."""
    return WORKS[case.procedure]


def table_of(case: Case) -> Procedure:
    """The table of steps that a case goes by: the edition in which it began."""
    return work_of(case).tables.of(case.edition)


def tables() -> Iterator[Procedure]:
    """The tables of all of them."""
    for work in WORKS.values():
        yield from work.tables.tables


def act_words(procedure: str, act: str) -> tuple[str, str]:
    """An act in words: Chinese, English."""
    return WORKS[procedure].acts.get(act, (act, act))

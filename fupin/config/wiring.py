"""The lists that the engines are handed at start, so that none of them imports upward.

One line a thing: a ledger, a table of steps, a dataset, a job, a check.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import asdict
from datetime import date
from typing import Any

from django.utils.module_loading import import_string

from fupin.accounts import datasets as account_datasets
from fupin.accounts import handovers, limits, scopes, second_factor, trail, workload
from fupin.accounts import ledgers as account_ledgers
from fupin.accounts.queries import names_of
from fupin.accounts.steps import HANDOVER
from fupin.api import rates
from fupin.bulk.datasets import declared
from fupin.config import details, keys
from fupin.config import publicity as boards
from fupin.config.acts import ACTS, SUBJECTS, ledger_acts, ledger_subjects
from fupin.config.handovers import count as count_handed_over
from fupin.config.handovers import pass_on
from fupin.config.paths import data_folder
from fupin.config.workload import LOADS
from fupin.config.workload import count as count_workload
from fupin.core import (
    attachments,
    clock,
    codes,
    index_renewal,
    jobs,
    outbox,
    people,
    places,
    results,
    rotation,
    seals,
    steps,
)
from fupin.core.fair_sqlite3 import log
from fupin.core.imports import work as import_work
from fupin.core.imports.declaration import register_intake
from fupin.core.ledgers import all_ledgers, register_ledger, use_rights
from fupin.core.ledgers.calendar import calendar_days
from fupin.core.ledgers.intake import LedgerIntake
from fupin.divisions import ledgers as division_ledgers
from fupin.divisions import loading, measures, published
from fupin.divisions import operations as divisions
from fupin.divisions.places import TreePlaces
from fupin.notices import jobs as notices
from fupin.notices import operations as notice_operations
from fupin.notices import retained as retained_notices
from fupin.papers import jobs as paper_jobs
from fupin.papers import retained as retained_papers
from fupin.papers import shipped as shipped_papers
from fupin.papers import subjects as paper_subjects
from fupin.papers.words import TITLE as PAPERS_TITLE
from fupin.procedures import case_papers, publicity
from fupin.procedures import meetings as procedure_work
from fupin.procedures import papers as procedure_papers
from fupin.procedures import retained as retained_procedures
from fupin.procedures.all_works import tables as tables_of_cases
from fupin.procedures.monitoring import warnings as monitoring
from fupin.procedures.monitoring.words import TITLE as MONITORING_TITLE
from fupin.procedures.rounds.steps import ADJUSTMENT
from fupin.procedures.screening import jobs as screening
from fupin.procedures.screening.steps import SCREENING
from fupin.procedures.words import TITLE as PROCEDURES_TITLE
from fupin.quality import jobs as sweeps
from fupin.quality import kept
from fupin.quality import operations as tickets
from fupin.quality import retained as retained_quality
from fupin.quality.campaigns import datasets as collection_datasets
from fupin.quality.campaigns import jobs as collection
from fupin.quality.campaigns.steps import COLLECTION
from fupin.quality.comparison import folders as comparison_folders
from fupin.quality.comparison import jobs as comparison
from fupin.quality.comparison import ledgers as comparison_ledgers
from fupin.quality.comparison import renewing as comparison_renewing
from fupin.quality.comparison.letters.steps import LETTER
from fupin.quality.guarantees.words import TITLE as LIGHTS_TITLE
from fupin.quality.issued import jobs as issued
from fupin.quality.issued import keeping as issued_keeping
from fupin.quality.offline import jobs as offline
from fupin.quality.offline import standing as offline_work
from fupin.quality.signs import jobs as signs
from fupin.quality.signs import prints
from fupin.quality.steps import TICKET
from fupin.quality.words import NOTES_TITLE
from fupin.quality.words import TITLE as TICKETS_TITLE
from fupin.registry import cards, changes, datasets, duplicates, exports, openings, panels
from fupin.registry import ledgers as register_ledgers
from fupin.registry import papers as register_papers
from fupin.registry import retained as retained_register
from fupin.registry.intake.households import HouseholdIntake
from fupin.registry.intake.income import IncomeIntake
from fupin.registry.intake.persons import PersonIntake
from fupin.registry.national import operations as national
from fupin.registry.operations import phones
from fupin.registry.steps import CLOSE_OPENING
from fupin.retention import jobs as retention_jobs
from fupin.retention import places as retained_places
from fupin.retention import subjects as retained
from fupin.retention.operations import holding
from fupin.rulebook import ledgers as rulebook_ledgers
from fupin.rulebook import operations as rulebook_operations
from fupin.rulebook import queries as rulebook
from fupin.rulebook.own_codes import OfficeCodes
from fupin.statistics import freshness, mapping

PREPARATIONS: tuple[Callable[[], dict[str, Any]], ...] = (
    lambda: asdict(loading.load()),
    published.load,
    openings.open_region,
)
"""What `fupin init` does once the tables stand, in this order; each returns counts for its answer."""

PROCEDURES = (
    CLOSE_OPENING,
    HANDOVER,
    LETTER,
    TICKET,
    COLLECTION,
    SCREENING,
    *tables_of_cases(),
    ADJUSTMENT,
)
"""Every table of steps: they are checked when they are loaded, and drawn into docs/procedures."""


PANELS = (
    panels.Panel(panels.LIGHTS, "guarantees:lights", LIGHTS_TITLE, "registry.view"),
    panels.Panel(panels.NOTES, "quality:notes", NOTES_TITLE, "quality.view"),
    panels.Panel(panels.CARDS, "procedures:of_household", PROCEDURES_TITLE, "procedures.view"),
    panels.Panel(panels.CARDS, "monitoring:card", MONITORING_TITLE, "procedures.view"),
    panels.Panel(panels.CARDS, "quality:of_household", TICKETS_TITLE, "quality.view"),
    panels.Panel(panels.CARDS, "papers:of_household", PAPERS_TITLE, "registry.view"),
)
"""What other duties add to the page of a household."""


def wire() -> None:
    """Hand every engine its declarations. Called once, when Django is ready."""
    places.use(TreePlaces())
    people.use(names_of)
    codes.use(OfficeCodes())
    steps.use_numbers(_numbers)
    publicity.use(boards.NoticeBoards())
    notice_operations.FOLLOWS.append(boards.follow)
    use_rights(scopes)
    measures.use(mapping.IndicatorMeasures())
    divisions.FOLLOWS.append(cards.place_anew)
    for ledger in division_ledgers.ledgers(scopes.within):
        register_ledger(ledger)
    _declare_datasets()
    jobs.job(rotation.KIND)(rotation.rotate)
    rotation.ALSO += [second_factor.reseal, results.reseal, comparison_folders.reseal]
    jobs.job(index_renewal.KIND)(index_renewal.renew)
    index_renewal.ALSO.append(cards.rekey)
    index_renewal.FILES.append(comparison_renewing.carry_over)
    index_renewal.FORGET.append(lambda: keys.forget_index_keys(data_folder()))
    for intake in (HouseholdIntake(), PersonIntake(), IncomeIntake()):
        register_intake(intake)
    jobs.job(import_work.STAGE)(import_work.stage)
    jobs.job(import_work.MERGE)(import_work.merge)
    jobs.every(3600)(import_work.sweep)
    _wire_exports()
    _wire_papers()
    jobs.every(5)(outbox.deliver)
    jobs.job(national.JOB)(national.compare_job)
    jobs.every(60)(seals.seal_trail)
    jobs.every(5)(log.carry_over)
    jobs.every(3600)(lapse_openings)
    jobs.every(60)(notices.end_over)
    jobs.every(3600)(rates.forget)
    jobs.every(2)(freshness.keep_fresh)
    panels.PANELS += PANELS
    _wire_officers()
    _register_ledgers()
    trail.name_acts(ledger_acts(all_ledgers()) | ACTS, SUBJECTS | ledger_subjects(all_ledgers()))
    trail.name_details(details.said)
    trail.name_subjects(details.SUBJECT_NUMBERS, details.find_subject)
    limits.use(lambda name: rulebook.value(name, on=clock.today()))


def _register_ledgers() -> None:
    for ledger in (
        account_ledgers.postings(), register_ledgers.guarantee_findings(), comparison_ledgers.authorisations(),
        calendar_days(account_ledgers.calendar_rows), rulebook_ledgers.overrides(),
    ):  # fmt: skip
        register_ledger(ledger)
    for ledger in all_ledgers():
        if ledger.takes_files:
            register_intake(LedgerIntake(ledger))


def _wire_officers() -> None:
    handovers.count_with(count_handed_over)
    handovers.PASSES_ON.append(pass_on)
    jobs.every(3600)(tend_tickets)
    jobs.every(3600)(monitoring.hourly)
    workload.count_with(LOADS, count_workload)


def _wire_exports() -> None:
    jobs.every(3600)(results.sweep)
    jobs.job(exports.KIND)(exports.export)
    jobs.job(duplicates.KIND)(duplicates.look)
    jobs.every(86_400)(look_for_duplicates)
    jobs.every(86_400)(phones.tell_forms)
    jobs.job(comparison.READ)(comparison.read)
    jobs.job(comparison.COMPARE)(comparison.compare)
    jobs.job(comparison.PREPARE)(comparison.prepare)
    jobs.every(86_400)(comparison.forget)
    _wire_sweeps()
    jobs.job(collection.FILL)(collection.fill)
    jobs.every(21_600)(collection.keep_up)
    jobs.job(screening.FILL)(screening.fill)
    jobs.every(21_600)(screening.keep_up)
    jobs.job(issued.READ)(issued.read)
    jobs.job(issued.MATCH)(issued.match)
    jobs.job(issued.GIVE_BACK)(issued.give_back)
    results.guard(issued.GIVE_BACK, issued.require_taking)
    jobs.every(86_400)(issued.forget)
    jobs.job(offline_work.READ)(offline.read)
    jobs.job(offline_work.APPLY)(offline.apply)
    jobs.job(offline.TAKE_OUT)(offline.take_out)
    jobs.job(offline.RETURN)(offline.give_back)
    for kind in (offline.TAKE_OUT, offline.RETURN):
        results.guard(kind, offline.require_taking)
    jobs.every(86_400)(offline.forget)
    jobs.job(signs.KIND)(signs.look)
    jobs.every(86_400)(signs.monthly)
    jobs.every(3600)(signs.take_prints)
    exports.TOLD |= {
        "screen": _later("fupin.registry.views.export.lines"),
        "program": _later("fupin.registry.api.files.lines"),
    }
    results.guard(exports.KIND, exports.require_taking)


def _wire_papers() -> None:
    _wire_retention()
    shipped_papers.load()
    paper_subjects.use(register_papers.kind())
    paper_subjects.use(procedure_papers.kind())
    paper_subjects.use(case_papers.kind())
    jobs.job(paper_jobs.READ)(paper_jobs.read)
    jobs.job(paper_jobs.PRINT_MANY)(paper_jobs.print_many)
    results.guard(paper_jobs.PRINT_MANY, paper_jobs.require_taking)


def _wire_retention() -> None:
    for kind in (
        retained_places.kind(), retained_papers.kind(), *retained_register.kinds(), *retained_quality.kinds(),
        *retained_notices.kinds(retained_procedures.homes), *retained_procedures.kinds(),
    ):  # fmt: skip
        retained.use(kind)
    attachments.GUARDS.append(holding.guard)
    attachments.DERIVED.append(prints.forget)
    jobs.job(retention_jobs.LOOK)(retention_jobs.look)
    jobs.job(retention_jobs.DESTROY)(retention_jobs.destroy)
    jobs.every(86_400)(retention_jobs.daily)


def _wire_sweeps() -> None:
    jobs.job(sweeps.KIND)(sweeps.run)
    jobs.job(sweeps.CLOSE, quick=True)(sweeps.close)
    results.guard(sweeps.KIND, sweeps.require_taking)
    rulebook_operations.FOLLOWS.append(sweeps.follow)
    jobs.every(1800)(sweeps.ask_nightly)
    jobs.every(86_400)(kept.forget)


def look_for_duplicates() -> None:
    """Once a day, as a job beside the duties that come every second."""
    duplicates.ask()


def _numbers(name: str, on: date, divisions: Collection[int | None]) -> dict[int | None, Any]:
    """What procedures go by: an office's own values where it has them."""
    found: dict[int | None, Any] = {None: rulebook.value(name, on=on)} if None in divisions else {}
    for division, value in rulebook.values(
        name, on=on, divisions=[one for one in divisions if one is not None]
    ).items():
        found[division] = value
    return found


def _later(path: str) -> Callable[..., Any]:
    """A function of the screens or the API, loaded when a job needs it: a command that needs neither starts faster."""
    return lambda *given: import_string(path)(*given)


def _declare_datasets() -> None:
    for part in (account_datasets, datasets, collection_datasets):
        declared.declare(sources=part.SOURCES, datasets=part.DATASETS)
    for more in collection_datasets.PARTS:
        declared.extend(more)
    declared.changed, declared.unrelated = changes.changed_subjects, changes.UNRELATED
    declared.related = changes.RELATED


def lapse_openings() -> None:
    """Requests to close an opening that nobody confirmed in time."""
    openings.lapse(on=clock.today())


def tend_tickets() -> None:
    """What is overdue goes up; what belongs to somebody who no longer answers there is handed out anew."""
    tickets.close_switched_off(on=clock.today(), by=scopes.SYSTEM)
    tickets.escalate(on=clock.today())
    issued_keeping.follow(on=clock.today())
    procedure_work.escalate(on=clock.today())
    tickets.tidy(on=clock.today())

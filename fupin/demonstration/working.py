"""The first days of a demonstrated office: officers in every township, a first check, what they answered, today's check.

The worker makes them once the demonstration serves: whoever starts it waits for nothing, and finds the tickets there a few
seconds later. Everything goes through the office's own operations, on the day on which it would have happened: the records
of the year are there from 20 December on, the accounts from the 25th, the visits on the last day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from fupin.accounts.models import Posting, User
from fupin.core import clock, jobs
from fupin.demonstration import loading, mistakes, noticeboard, people, touches, yearly
from fupin.demonstration.story import FIRST_YEAR
from fupin.quality import checking, operations
from fupin.quality.models import Sweep, Ticket
from fupin.quality.operations import Said
from fupin.quality.words import Answer, Severity, State
from fupin.synthetic.headers import LEDGERS
from fupin.synthetic.headers import PERSONS as P

FIRST_RULES = tuple(one.rule for one in mistakes.KINDS if one.ledger != "income")
"""What can be judged before the accounts of the year are in."""
FIRST, MENDED, ACCEPTED, ELSEWHERE = (timedelta(days=before) for before in (10, 5, 4, 3))
"""How many days ago: the first check and the answers of the same day, what was put right, the second person's word."""
MOST, TURNS = 300, 10
"""Tickets that the story is told of, and every how many tickets it begins anew."""
WAITS, TAKEN, BACK, NEW, MISTAKEN, OURS_NOT = (0,), (1,), (2,), (3,), (4, 5, 6), (7,)
"""Of every ten: told true and nobody has checked it, accepted, sent back and late, told today; put right; not ours."""
TRUE = "【演示】入户核实，登记与实际一致，情况说明附后。"
NOT_OURS = "【演示】该户已搬至邻近苏木，请转所在地核实。"
UNREADABLE = "【演示】佐证材料看不清，请重新拍照上传。"


@dataclass(frozen=True, slots=True)
class Office:
    """Who works, and when: `first` is the day of the first check."""

    second: User
    banner: int
    first: date
    today: date

    def day(self, before: timedelta) -> date:
        """So many days ago, where the story reaches back so far."""
        return max(self.first, self.today - before)


def work(running: jobs.Running) -> None:
    """The job. An office that has made a check of its own is left alone; one that was interrupted goes on."""
    done = set(running.reached.get("done", ()))
    office = _office()
    if office is None or (not done and Sweep.objects.exists()):
        return
    for place, (name, step) in enumerate(STEPS.items()):
        if name not in done:
            running.progress(place, len(STEPS))
            step(office, running)
            done.add(name)
            running.checkpoint({"done": sorted(done)})
    running.progress(len(STEPS), len(STEPS))


def _office() -> Office | None:
    today = clock.today()
    posting = Posting.objects.on(today).filter(user__username="banner2").select_related("user").first()
    if posting is None:
        return None
    return Office(posting.user, posting.division_id, today - FIRST if _planted().exists() else today, today)


def _planted() -> Path:
    return Path(settings.DATA_FOLDER) / "examples" / "mistakes.csv"


def _enlist(office: Office, running: jobs.Running) -> None:
    people.enlist_townships(office.banner, on=date(FIRST_YEAR, 1, 1))


def _check_first(office: Office, running: jobs.Running) -> None:
    """The records of the year, before the accounts; a whole region has all it has on one day, and one check."""
    is_story = office.first < office.today
    checking.check(
        on=office.first, division=office.banner if is_story else None, names=FIRST_RULES if is_story else (),
        by=office.second, job=running.job, tell=running.progress,
    )  # fmt: skip


def _check(office: Office, running: jobs.Running) -> None:
    if office.first < office.today:
        checking.check(
            on=office.today, division=office.banner, by=office.second, job=running.job, tell=running.progress
        )


def _told(office: Office, turns: Sequence[int]) -> list[Ticket]:
    """The tickets of these turns, of those that somebody was given by the first check."""
    rows = Ticket.objects.filter(opened_on=office.first, assigned_to__isnull=False).order_by("pk")
    return [one for place, one in enumerate(rows[:MOST]) if place % TURNS in turns]


def _doubtful(office: Office, turns: Sequence[int], state: State) -> list[Ticket]:
    """Of these the ones that can be true: what is surely wrong cannot."""
    return [one for one in _told(office, turns) if one.state == state and one.severity != Severity.ERROR]


def _say(tickets: Sequence[Ticket], answer: Answer, reason: str, on: date) -> None:
    """Each of them answered by whoever has it; what "true" rests on is a drawn sheet of paper."""
    by_officer: dict[int, list[Ticket]] = defaultdict(list)
    for one in tickets:
        by_officer[one.assigned_to_id or 0].append(one)
    for officer, own in by_officer.items():
        slip = SimpleUploadedFile("情况说明（合成）.jpg", touches.slip(officer))
        said = dict.fromkeys((one.pk for one in own), Said(answer, reason, rests=answer == Answer.TRUE))
        files = [slip] if answer == Answer.TRUE else []
        operations.answer_each(said=said, files=files, by=User.objects.get(pk=officer), on=on)


def _say_true(office: Office, running: jobs.Running) -> None:
    fresh = _doubtful(office, (*WAITS, *TAKEN, *BACK), State.OPEN)
    _say([one for one in fresh if not one.acts.filter(act="confirm").exists()], Answer.TRUE, TRUE, office.first)


def _send_back(office: Office, running: jobs.Running) -> None:
    _review(_doubtful(office, BACK, State.ANSWERED), office, office.first, accepts=False)


def _put_right(office: Office, running: jobs.Running) -> None:
    """Some mistakes are put right as an office would, by a workbook of the persons; the rule then closes the ticket."""
    if not _planted().exists():
        return
    lines = pl.read_csv(_planted(), infer_schema=False).filter(
        (pl.col("ledger") == "persons") & (pl.col("before").fill_null("") != "")
    )
    persons = loading.persons_of(lines["person"].to_list())
    wrong = {(one["rule"], persons.get(one["person"])): one for one in lines.iter_rows(named=True)}
    tickets = [one for one in _told(office, MISTAKEN) if one.state == State.OPEN and (one.rule, one.person_id) in wrong]
    if not tickets:
        return
    day = office.day(MENDED)
    rows = [_right(wrong[one.rule, one.person_id]) for one in tickets]
    fields = [LEDGERS["persons"][name] for name in mistakes.FIELDS["persons"]]
    schema = dict.fromkeys([*yearly.PERSON_KEYS, *fields], pl.String)
    with loading.unmapped():
        loading.import_frame("persons", pl.DataFrame(rows, schema=schema), on=day, by=office.second)
    _say(tickets, Answer.CORRECTED, "", day)


def _right(line: dict[str, Any]) -> dict[str, str]:
    """The row of a workbook that puts a mistake right."""
    return {
        P["village"]: line["village"], P["head_id"]: line["head"], P["name"]: line["name"],
        P["id_number"]: line["person"], P["is_synthetic"]: "是", line["field"]: line["before"],
    }  # fmt: skip


def _accept(office: Office, running: jobs.Running) -> None:
    _review(_doubtful(office, TAKEN, State.ANSWERED), office, office.day(ACCEPTED), accepts=True)


def _pass_on(office: Office, running: jobs.Running) -> None:
    fresh = [one for one in _told(office, OURS_NOT) if one.state == State.OPEN]
    _say(fresh, Answer.ELSEWHERE, NOT_OURS, office.day(ELSEWHERE))


def _review(tickets: Sequence[Ticket], office: Office, on: date, *, accepts: bool) -> None:
    if tickets:
        reason = "" if accepts else UNREADABLE
        operations.review(tickets=[one.pk for one in tickets], accepts=accepts, reason=reason, by=office.second, on=on)


def _say_today(office: Office, running: jobs.Running) -> None:
    _say(_doubtful(office, NEW, State.OPEN), Answer.TRUE, TRUE, office.today)


def _post(office: Office, running: jobs.Running) -> None:
    noticeboard.post_some(today=office.today)


def _remind(office: Office, running: jobs.Running) -> None:
    operations.escalate(on=office.today)


STEPS: dict[str, Callable[[Office, jobs.Running], None]] = {
    "officers": _enlist, "first check": _check_first, "told true": _say_true, "sent back": _send_back,
    "put right": _put_right, "accepted": _accept, "passed on": _pass_on, "check": _check, "told today": _say_today,
    "overdue": _remind, "notices": _post,
}  # fmt: skip
"""What is done one after the other."""

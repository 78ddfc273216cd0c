"""A year's exits as an office works them: listed, reviewed with ballots, verified by two, signed, posted, checked, approved.

Everything goes through the procedure's own operations, many cases at a time, on the days on which it happened. What is
drawn as evidence belongs to nobody and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile

from fupin.accounts.models import User
from fupin.core import clock
from fupin.core.models import Case
from fupin.core.refusals import Refused
from fupin.demonstration import touches, visits
from fupin.divisions.queries import tree
from fupin.notices import operations as notices
from fupin.notices import queries as boards
from fupin.notices.models import Notice
from fupin.notices.operations import Said
from fupin.procedures import meetings, operations
from fupin.procedures.meetings import Found, Held, Voted
from fupin.procedures.models import CaseFile
from fupin.procedures.words import EXIT, MINUTES, Checked, MeetingKind
from fupin.procedures.works import Lead
from fupin.registry.operations.findings import Finding, record_findings

KIND = "exit"
CALLED, PRESENT = 42, 36
"""Representatives of a village's people, called and come: no real meeting's."""
SIGNED = ("visit_form", "visit_photo", "signature", "committee_signature", "team_signature")
POSTED, TAKEN_OFF = 1, 9
"""Days after the list began: the notice hangs, and its seven full days are over."""
STAYS = "【演示】家中有人刚做手术，村民代表认为应再帮扶一年。"
OBJECTION = "【演示】听说该户今年养牛亏了本，请再核对收入。"
ANSWER = "【演示】已再次入户核对（群众反映问题再次核对），收入与核算一致。"
DONE = "【演示】经核查，符合退出标准。"


@dataclass(frozen=True, slots=True)
class Crew:
    """Who works: in the villages, with the resident team, in the township, and two in the banner."""

    village: User
    team: User
    township: User
    first: User
    second: User


def work(*, crew: Crew, leaving: Sequence[int], staying: Sequence[int], began: date) -> int:
    """All exits of a year, from the list to the mark in the register; returns how many households left.

    `staying` are listed, too, and voted down by their village's meeting. Raises Refused where a single step is refused.
    """
    if not leaving:
        return 0
    with clock.living(began):
        leads = [Lead(pk, KIND, statement=DONE) for pk in (*leaving, *staying)]
        cases = operations.open_leads(leads=leads, by=crew.village, on=began, work=EXIT)
        good, bad = cases[: len(leaving)], cases[len(leaving) :]
        _meet(good, bad, crew, began)
        _verify(good, crew, began)
    with clock.living(hung := began + timedelta(days=POSTED)):
        do("post", good, crew.village, hung)
        _object(prove(good, crew.village, hung), crew, hung)
    with clock.living(over := began + timedelta(days=TAKEN_OFF)):
        notices.end_over(on=over)
        do("close", good, crew.village, over)
        do("check", good, crew.township, over)
    with clock.living(approved := over + timedelta(days=1)):
        do("decide", good, crew.first, approved)
        do("announce", good, crew.first, approved)
    with clock.living(marked := approved + timedelta(days=1)):
        do("leave", good, crew.second, marked)
    return len(good)


def do(act: str, cases: Sequence[int], by: User, on: date, note: str = "") -> None:
    """Take a step in each of these cases. Raises Refused where one is not taken."""
    done = operations.act(cases=cases, act=act, by=by, on=on, note=note)
    if len(done.taken) != len(cases):
        raise Refused(f"{act}: {len(done.taken)} / {len(cases)}")


def found_secured(homes: Sequence[int], crew: Crew, on: date) -> None:
    """The visit before the list: food, clothing and the four guarantees, as the records of the year say."""
    found = [Finding(pk, name, "met", said, "驻村工作队") for pk in homes for name, said in visits.MET.items()]
    record_findings(findings=found, by=crew.team, on=on)


def _meet(good: Sequence[int], bad: Sequence[int], crew: Crew, on: date) -> None:
    """Each village's representatives meet; what is to leave passes, what is to stay does not."""
    by_village: dict[int, list[int]] = {}
    for pk, village in CaseFile.objects.filter(pk__in=[*good, *bad]).values_list("pk", "division_id"):
        by_village.setdefault(tree().home(village) or village, []).append(pk)
    stays = set(bad)
    for village, cases in sorted(by_village.items()):
        held = Held(village, MeetingKind.REPRESENTATIVES, on, "嘎查村委会（合成）", "嘎查达（合成）", CALLED, PRESENT)
        meeting = meetings.hold(held=held, by=crew.village, on=on)
        meetings.attach_to_meeting(
            meeting=meeting, file=paper("会议记录", meeting.pk), kind=MINUTES, by=crew.village, on=on
        )
        votes = [
            Voted(pk, 11, 22, 3, STAYS) if pk in stays else Voted(pk, 34 - at % 4, at % 4, 2) for at, pk in enumerate(cases)
        ]  # fmt: skip
        meetings.vote(meeting=meeting, votes=votes, by=crew.village, on=on)
    do("review", good, crew.village, on)
    if bad:
        do("vote_down", bad, crew.village, on, STAYS)


def _verify(cases: Sequence[int], crew: Crew, on: date) -> None:
    """Two visit and sign; neighbours and files bear it out; leavers are checked with care; the household signs."""
    kept = {
        kind: meetings.attach_to_each(cases=cases, file=paper(kind, at), kind=kind, by=crew.village, on=on)
        for at, kind in enumerate(SIGNED)
    }
    for officer in (crew.village, crew.team):
        meetings.verify(by=officer, on=on, found=[
            Found(pk, Checked.HOME, officer.full_name, DONE, "户内", True, kept["visit_photo"][pk].pk, kept["signature"][pk].pk)
            for pk in cases
        ])  # fmt: skip
        do("verify", cases, officer, on)
    checks = (
        (Checked.NEIGHBOURS, "邻居（合成）"), (Checked.RECORDS, "信息档案"), (Checked.AGAIN_LEAVER, crew.team.full_name),
    )  # fmt: skip
    meetings.verify(by=crew.village, on=on, found=[
        Found(pk, kind, person, DONE, "本嘎查村", True) for pk in cases for kind, person in checks
    ])  # fmt: skip
    do("conclude", cases, crew.village, on)
    meetings.attach_to_each(cases=cases, file=paper("认可", 9), kind="exit_consent", by=crew.village, on=on)
    do("agree", cases, crew.village, on)


def paper(name: str, number: int) -> SimpleUploadedFile:
    """A drawn sheet: nobody's."""
    return SimpleUploadedFile(f"{name}（合成）.jpg", touches.slip(number))


def prove(cases: Sequence[int], by: User, on: date) -> list[Notice]:
    """The notices of these cases, with a photograph of each board."""
    found = boards.standing_of([f"case:{pk}" for pk in cases], on=on, place="village")
    rows = list({one.notice.pk: one.notice for one in found.values()}.values())
    notices.prove(notices=rows, files=[paper("公示栏", 3)], by=by, on=on)
    return rows


def _object(hung: Sequence[Notice], crew: Crew, on: date) -> None:
    """Somebody objects to the first line of the first list; the township looks once more, and the list is right."""
    said = Said(OBJECTION, 1, "群众丙（合成）")
    made = notices.raise_objection(notice=hung[0], said=said, channel="paper", by=crew.village, on=on)
    case = Case.objects.get(pk=int(hung[0].lines.get(position=1).subject.partition(":")[2]))
    again = Found(case.pk, Checked.AGAIN_OBJECTED, crew.team.full_name, ANSWER, "户内", True)
    meetings.verify(found=[again], by=crew.team, on=on)
    notices.answer(objections=[made.pk], outcome="rejected", reason=ANSWER, by=crew.township, on=on)

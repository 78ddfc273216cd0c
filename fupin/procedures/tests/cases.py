"""Cases for the tests of procedures: made by the product's own operations, lists hung on a board of the test's own."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from fupin.core import clock
from fupin.core.models import Attachment, Case
from fupin.core.verdicts import Sentence, Verdict
from fupin.procedures import meetings, operations, publicity
from fupin.procedures.identification.work import IDENTIFICATION
from fupin.procedures.meetings import Found, Held, Voted
from fupin.procedures.models import Meeting
from fupin.procedures.publicity import Standing
from fupin.procedures.works import Lead
from fupin.registry import cards
from fupin.registry.models import Household, HouseholdCard
from fupin.registry.operations import AccountSheet, Line, enter_accounts
from fupin.registry.tests.households import family

UNSTABLE, MARGINAL, SUDDEN = "100A03001", "100A03002", "100A03003"
BEGAN = 12
"""So many days before today the cases of the tests begin."""


class Board:
    """Publicity as a procedure knows it, kept in memory: five whole days, and objections that a test raises."""

    def __init__(self) -> None:
        self.hung: dict[tuple[str, str], date] = {}
        self.objected: set[str] = set()
        self.down: set[str] = set()

    def post(self, *, kind: str, place: str, cases: Any, by: Any, on: date, is_confirmed: bool = False) -> None:
        self.hung |= {(place, one.subject): on for one in cases}

    def standing(self, *, place: str, subjects: Any, on: date) -> dict[str, Standing]:
        return {
            subject: Standing(f"/notices/{subject}/", "N1", posted, self.verdict(subject, posted, on), subject in self.down)
            for subject in subjects if (posted := self.hung.get((place, subject)))
        }  # fmt: skip

    def verdict(self, subject: str, posted: date, on: date) -> Verdict:
        reasons = [Sentence("有异议没有答复")] if subject in self.objected else []
        reasons += [Sentence("公示期未满")] if on < posted + timedelta(days=6) else []
        return Verdict(tuple(reasons))


def ago(days: int) -> date:
    return clock.today() - timedelta(days=days)


def poor(village: Any, *, by: Any, yuan: int = 3000) -> Household:
    """A household with an account of its income, far below the line."""
    made = family(village, by=by, on=date(2024, 1, 1))
    year = clock.today().year - 1
    sheet = AccountSheet(made.pk, year, date(year - 1, 10, 1), date(year, 10, 1), 3, [Line("a1", yuan * 300)])
    enter_accounts(sheets=[sheet], by=by, on=clock.today())
    cards.refresh([made.pk])
    return made


def led(cast: Any, household: Household, *, kind: str = "", on: date | None = None) -> int:
    """The case of a lead: as marginal, or as what a household could become until 2020."""
    known = IDENTIFICATION.kinds(on or ago(BEGAN))
    kind = kind or (MARGINAL if MARGINAL in known else next(iter(known)))
    lead = Lead(household.pk, kind, "01", "因病支出大", "宝音", "01")
    return operations.open_leads(leads=[lead], by=cast.village_officer, on=on or ago(BEGAN))[0]


def put(subject: str, *kinds: str) -> list[int]:
    """Files of these kinds."""
    return [
        Attachment.objects.create(
            subject=subject, kind=kind, name="a.jpg", media_type="image/jpeg", size=1, sha256="0"
        ).pk
        for kind in kinds
    ]


def step(pk: int, act: str, by: Any, days: int = BEGAN, **more: Any) -> operations.Done:
    """Take a step that happened so many days ago, entered that day."""
    return operations.act(cases=[pk], act=act, by=by, on=ago(days), today=ago(days), **more)


def visit(pk: int, by: Any, days: int = BEGAN) -> None:
    """A home visit of one person, entered and signed."""
    photo, signature = put(f"case:{pk}", "visit_photo", "signature")
    found = Found(pk, "home", str(by), "情况属实", "家中", True, photo, signature)
    meetings.verify(found=[found], by=by, on=ago(days))
    step(pk, "verify", by, days)


def borne_out(pk: int, by: Any, agrees: bool = True) -> None:
    """Neighbours and records bear it out."""
    meetings.verify(by=by, on=ago(BEGAN), found=[
        Found(pk, kind, "邻居", "情况属实", "村部", agrees) for kind in ("neighbours", "records")
    ])  # fmt: skip


def reviewed(
    cast: Any, pk: int, days: int = 11, votes: tuple[int, int, int] = (28, 1, 1), present: int = 30
) -> Meeting:
    """A meeting of the representatives with its minutes and its vote on the case."""
    held = Held(cast.village.pk, "representatives", ago(days), "村部", "包主任", 40, present)
    row = meetings.hold(held=held, by=cast.village_officer, on=ago(days))
    put(f"meeting:{row.pk}", "minutes")
    meetings.vote(meeting=row, votes=[Voted(pk, *votes)], by=cast.village_officer, on=ago(days))
    return row


def verified(cast: Any, pk: int) -> None:
    """Applied, visited by two, concluded."""
    put(f"case:{pk}", "application", "authorisation")
    step(pk, "apply", cast.village_officer)
    visit(pk, cast.village_officer)
    visit(pk, cast.village_team)
    borne_out(pk, cast.village_officer)
    put(f"case:{pk}", "visit_form", "visit_photo")
    step(pk, "conclude", cast.village_officer)


def decided(cast: Any, pk: int) -> None:
    """The whole lawful way up to the decision, as of 2021."""
    verified(cast, pk)
    step(pk, "compare", cast.banner_officer, note="比对未发现疑点")
    reviewed(cast, pk)
    step(pk, "review", cast.village_officer, 11)
    step(pk, "post", cast.village_officer, 11)
    step(pk, "close", cast.village_officer, 5)
    step(pk, "check", cast.township_officer, 5)
    step(pk, "decide", cast.banner_officer, 4)


def at_home(cast: Any, pk: int, on: date, *papers: str) -> None:
    """On one day: the application with its papers, two visits, borne out, concluded."""
    put(f"case:{pk}", "application", *papers)
    taken(pk, "apply", cast.village_officer, on)
    for by in (cast.village_officer, cast.village_team):
        photo, signature = put(f"case:{pk}", "visit_photo", "signature")
        meetings.verify(found=[Found(pk, "home", str(by), "情况属实", "家中", True, photo, signature)], by=by, on=on)
        taken(pk, "verify", by, on)
    meetings.verify(by=cast.village_officer, on=on, found=[
        Found(pk, kind, "邻居", "情况属实", "村部", True) for kind in ("neighbours", "records")
    ])  # fmt: skip
    put(f"case:{pk}", "visit_form", "visit_photo")
    taken(pk, "conclude", cast.village_officer, on)


def passed(cast: Any, pk: int, on: date) -> None:
    """A meeting of that day with its minutes passes the case."""
    held = Held(cast.village.pk, "representatives", on, "村部", "包主任", 40, 30)
    row = meetings.hold(held=held, by=cast.village_officer, on=on)
    put(f"meeting:{row.pk}", "minutes")
    meetings.vote(meeting=row, votes=[Voted(pk, 28, 1, 1)], by=cast.village_officer, on=on)
    taken(pk, "review", cast.village_officer, on)


def taken(pk: int, act: str, by: Any, on: date, **more: Any) -> operations.Done:
    """Take a step of that day."""
    return operations.act(cases=[pk], act=act, by=by, on=on, **more)


def state_of(pk: int) -> str:
    return str(Case.objects.get(pk=pk).state)


def known_case(cast: Any, household: Household) -> int:
    """A case of a household of the village, for whoever looks at addresses."""
    known = Case.objects.filter(subject=f"household:{household.pk}").first()
    return known.pk if known else led(cast, household)


def known_meeting(cast: Any) -> int:
    """A meeting of the village."""
    known = Meeting.objects.first()
    held = Held(cast.village.pk, "representatives", date(2018, 3, 1), "村部", "包主任", 40, 30)
    return known.pk if known else meetings.hold(held=held, by=cast.village_officer, on=date(2018, 3, 1)).pk


def card_of(household: Household) -> HouseholdCard:
    return HouseholdCard.objects.get(pk=household.pk)


def hang_on(board: Board) -> Any:
    """Let lists hang there; returns what hung them before."""
    before = publicity.publicity()
    publicity.use(board)
    return before

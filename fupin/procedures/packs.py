"""The visit pack (入户包): all that a visit to a household has to settle, each question once, many households at once.

Open questions, cases in hand, papers that lack something, the screening and the collection rounds; the fields that their forms
ask for and the register does not hold. What belongs to an area out of the reader's reach is not in it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.core.documents import declared
from fupin.papers import queries as papers
from fupin.papers.models import Paper
from fupin.policy import collection
from fupin.procedures import queries
from fupin.procedures.all_works import act_words, table_of, work_of
from fupin.procedures.models import CaseFile
from fupin.procedures.screening import queries as screening
from fupin.procedures.screening.tables import ScreeningHousehold
from fupin.procedures.screening.words import Stage, State
from fupin.quality.campaigns import paper
from fupin.quality.campaigns import queries as campaigns
from fupin.quality.campaigns.words import RUNNING, TO_VISIT
from fupin.quality.models import Ticket
from fupin.quality.offline import telling
from fupin.quality.words import State as TicketState
from fupin.registry.models import HouseholdCard

_TURN = 500


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to settle: what it is, what is asked, until when."""

    title: str
    asks: str = ""
    due_on: date | None = None


@dataclass(slots=True)
class Pack:
    """What a visit to one household settles."""

    card: HouseholdCard
    cases: list[Item] = field(default_factory=list)
    tickets: list[Item] = field(default_factory=list)
    lacking: list[Item] = field(default_factory=list)
    rounds: list[Item] = field(default_factory=list)
    blanks: list[paper.Blank] = field(default_factory=list)
    forms: set[str] = field(default_factory=set)
    qr: str = ""

    @property
    def is_empty(self) -> bool:
        """Is there nothing to settle?"""
        return not (self.cases or self.tickets or self.lacking or self.rounds)


def due_in(user: Any, village: int) -> list[int]:
    """The households of a village that somebody has to go to, in the order of their numbers: five questions."""
    below = list(scopes.below([village]))
    found = set(_tickets(user).filter(village__in=below).values_list("household_id", flat=True))
    found |= set(_cases(user).filter(division__in=below).values_list("household_id", flat=True))
    found |= set(_screened(user).filter(village__in=below).values_list("household_id", flat=True))
    found |= set(_collected(user).filter(village__in=below).values_list("household_id", flat=True))
    lacking = papers.lacking(user, division=village).filter(subject_kind="household").prefetch_related(None)
    found |= set(lacking.order_by().values_list("subject_id", flat=True))
    cards = HouseholdCard.objects.filter(pk__in=found, village__in=below)
    return list(cards.order_by("number").values_list("pk", flat=True))


def packs(user: Any, households: Sequence[int], *, on: date, address: Any) -> list[Pack]:
    """The packs of households in this order; a constant number of questions for five hundred. `address` makes the address
    that the printed code leads to, of a household's number."""
    made: list[Pack] = []
    for start in range(0, len(households), _TURN):
        some = list(households[start : start + _TURN])
        cards = HouseholdCard.objects.in_bulk(some)
        found = {pk: Pack(cards[pk]) for pk in some if pk in cards}
        _fill(user, found, on, address)
        made += found.values()
    return made


def _fill(user: Any, found: Mapping[int, Pack], on: date, address: Any) -> None:
    ids = list(found)
    for one in _cases(user).filter(household__in=ids).select_related("case").order_by("case__due_on", "pk"):
        found[one.household_id or 0].cases.append(_case(one))
    tickets = list(_tickets(user).filter(household__in=ids).order_by("due_on", "pk"))
    for ticket, told in zip(tickets, telling.lines(tickets, on, timezone.now()), strict=True):
        title = f"{told['rule']} · {told['person']}" if ticket.person_id and told["person"] else told["rule"]
        found[ticket.household_id or 0].tickets.append(Item(title, told["asks"], ticket.due_on))
    for row in papers.lacking(user).filter(subject_kind="household", subject_id__in=ids):
        found[row.subject_id].lacking.append(_paper(row))
    for line in _screened(user).filter(household__in=ids).select_related("round"):
        why = "、".join([*screening.labels_of(line.groups), *([line.reason] if line.reason else [])])
        found[line.household_id].rounds.append(Item(line.round.name, why, line.round.period_to))
        found[line.household_id].forms.add(line.round.form)
    for one_ in _collected(user).filter(household__in=ids).select_related("round"):
        found[one_.household_id].rounds.append(Item(one_.round.name, _("信息采集"), one_.round.period_to))
        found[one_.household_id].forms.add(one_.round.form)
    _ask(found, on, address)


def _case(one: CaseFile) -> Item:
    """A case in hand: where it stands, and which steps wait for it."""
    work, table = work_of(one.case), table_of(one.case)
    english = scopes.is_english()
    acts = dict.fromkeys(
        act_words(work.name, step.act)[english] for step in table.ways_from(one.case.state)
        if step.act not in work.side_acts and step.level == "village"
    )  # fmt: skip
    title, state = _(work.title), _(table.state(one.case.state).label)
    return Item(f"{title} · {state}", "、".join(acts), one.case.due_on)


def _paper(row: Paper) -> Item:
    of = declared.document(row.document)
    label = row.document if of is None else (of.label_en if scopes.is_english() else of.label)
    return Item(label, "；".join(papers.lack_of(row).said))


def _ask(found: Mapping[int, Pack], on: date, address: Any) -> None:
    """What the forms of the rounds ask for and the register does not hold, each field once, whatever asks for it."""
    english = scopes.is_english()
    by_form: dict[str, list[int]] = defaultdict(list)
    for pk, one in found.items():
        for name in sorted(one.forms) or [""]:
            by_form[name].append(pk)
    for name, ids in by_form.items():
        form = collection.form(name) if name else collection.form_on(on)
        sheets = paper.sheets(ids, form, on=on, english=english, masked=True, address=address)
        by_number = {one.number: one for one in sheets}
        for pk in ids:
            sheet = by_number.get(found[pk].card.number)
            if sheet is not None:
                _take(found[pk], sheet, bool(name))


def _take(one: Pack, sheet: paper.Sheet, is_asked: bool) -> None:
    one.qr = sheet.qr
    known = {blank.label for blank in one.blanks}
    for _title, blanks in sheet.groups if is_asked else ():
        for blank in blanks:
            is_held = blank.text or any(box.is_ticked for box in blank.boxes)
            if not is_held and blank.label not in known:
                one.blanks.append(blank)


def _tickets(user: Any) -> Any:
    rows = Ticket.objects.filter(state=TicketState.OPEN, household__isnull=False)
    return scopes.within(user, rows, division="village", permission="quality.view")


def _cases(user: Any) -> Any:
    return queries.cases_for(user).filter(case__ended_on=None, household__isnull=False)


def _screened(user: Any) -> Any:
    rows = ScreeningHousehold.objects.filter(round__stage=Stage.OPEN, state=State.TO_VISIT, left_on__isnull=True)
    return scopes.within(user, rows, division="village", permission=queries.VIEW)


def _collected(user: Any) -> Any:
    return campaigns.lines_for(user).filter(round__stage__in=RUNNING, left_on__isnull=True, state__in=TO_VISIT)

"""Reads of accounts. What is served to a person starts at `accounts.scopes.within`."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.accounts.models import Handover, Posting, User
from fupin.accounts.roles import ROLES
from fupin.accounts.steps import HANDOVER
from fupin.accounts.words import DUTIES, HANDOVER_ACTS, HANDOVER_STATES
from fupin.core import clock, steps, working_days
from fupin.core.models import Case
from fupin.core.refusals import NotAllowed, NotFound, Refused
from fupin.core.sentences import bracketed
from fupin.divisions.models import Division, DivisionFact


def division_of_code(code: str) -> Division:
    """The division that uses a code today; a code of 2 to 9 digits stands for its 12-digit form. Raises NotFound."""
    fact = DivisionFact.objects.open().filter(code=code.ljust(12, "0")).select_related("division").first()
    if fact is None:
        raise NotFound(_("没有代码为 %(code)s 的行政区划。") % {"code": code})
    return fact.division


@dataclass(frozen=True, slots=True)
class PostingLine:
    """A posting in words, for lists."""

    pk: int
    user: User
    place: str
    code: str
    role: str
    role_label: str
    duty_label: str
    valid_from: date
    valid_to: date | None
    holds: bool
    duty: str
    area: str
    division: int
    level: str


def lines(postings: QuerySet[Posting]) -> list[PostingLine]:
    """Postings with the name of their division and the words of role and duty: one query."""
    fact = DivisionFact.objects.filter(division=OuterRef("division_id")).order_by("-valid_from")
    rows = postings.select_related("user", "division").annotate(
        place=Subquery(fact.values("name")[:1]), code=Subquery(fact.values("code")[:1])
    )
    english, today = scopes.is_english(), clock.today()
    return [
        PostingLine(
            row.pk, row.user, row.place, row.code, row.role, role_label(row.role, english),
            DUTIES.get(row.duty, (row.duty, row.duty))[english] if row.duty else "", row.valid_from, row.valid_to,
            row.valid_from <= today and (row.valid_to is None or today < row.valid_to), row.duty, row.area,
            row.division_id, row.division.level,
        )
        for row in rows
    ]  # fmt: skip


def role_label(role: str, english: bool) -> str:
    """A role in words; a role that is no longer known keeps its name."""
    known = ROLES.get(role)
    return role if known is None else (known.label_en if english else known.label)


def postings_of(user: User) -> list[PostingLine]:
    """A person's own postings, present and past, the latest first."""
    return lines(Posting.objects.filter(user=user).order_by("-valid_from", "-pk"))


PAGE = 50


def visible_postings(viewer: Any) -> QuerySet[Posting]:
    """The gate of postings: those at divisions that the viewer manages or may know of."""
    return scopes.within(viewer, Posting.objects.all(), division="division", permission="accounts.view")


def visible_users(viewer: Any) -> QuerySet[User]:
    """The gate of users: whoever has, or had, a posting that the viewer sees."""
    return User.objects.filter(pk__in=visible_postings(viewer).values("user_id"))


def user_or_404(viewer: Any, pk: int) -> User:
    """The user, or NotFound where there is none or the viewer may not know."""
    found = visible_users(viewer).filter(pk=pk).first()
    if found is None:
        raise NotFound(_("没有这个用户。"))
    return found


def posting_or_404(viewer: Any, pk: int) -> Posting:
    """The posting, or NotFound where there is none or the viewer may not know."""
    found = visible_postings(viewer).filter(pk=pk).select_related("user").first()
    if found is None:
        raise NotFound(_("没有这条任职。"))
    return found


@dataclass(frozen=True, slots=True)
class PostingFilter:
    """What a list of postings is narrowed to."""

    text: str = ""
    role: str = ""
    duty: str = ""
    place: int | None = None
    state: str = "present"
    """present, ended or all"""


def posting_list(
    viewer: Any, wanted: PostingFilter, *, before: int | None = None
) -> tuple[list[PostingLine], int | None]:
    """One page of postings, the newest first, and the key of the next page (None: this is the last)."""
    rows = visible_postings(viewer)
    if wanted.text:
        rows = rows.filter(Q(user__username__istartswith=wanted.text) | Q(user__full_name__startswith=wanted.text))
    if wanted.role:
        rows = rows.filter(role=wanted.role)
    if wanted.duty:
        rows = rows.filter(duty=wanted.duty)
    if wanted.place is not None:
        rows = rows.filter(division__in=scopes.below([wanted.place]))
    today = clock.today()
    if wanted.state == "present":
        rows = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=today))
    elif wanted.state == "ended":
        rows = rows.filter(valid_to__lte=today)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    page = lines(rows.order_by("-pk")[: PAGE + 1])
    return page[:PAGE], page[PAGE - 1].pk if len(page) > PAGE else None


def division_in_reach(viewer: Any, text: str, permission: str) -> Division:
    """The division that a code, or a name unique in the viewer's reach, stands for. Raises NotFound, Refused."""
    text = text.strip()
    facts = DivisionFact.objects.open().select_related("division")
    rows = scopes.within(viewer, facts, division="division", permission=permission)
    by_code = text.isdigit()
    found = list(rows.filter(code=text.ljust(12, "0")) if by_code else rows.filter(name=text)[:6])
    if not found:
        raise NotFound(_("您的管辖范围内没有“%(text)s”，请填区划代码或全名。") % {"text": text})
    if len(found) > 1:
        codes = "、".join(fact.code for fact in found)
        raise Refused(_("“%(text)s”不止一个，请填代码：%(codes)s") % {"text": text, "codes": codes}, "division")
    return found[0].division


def successors(posting: Posting) -> list[tuple[int, str]]:
    """Who could take over: the others who hold the same role in the division today."""
    rows = Posting.objects.on(clock.today()).filter(division=posting.division_id, role=posting.role)
    rows = rows.exclude(user=posting.user_id).select_related("user").order_by("user__username")
    return [(row.user_id, bracketed(row.user.full_name or row.user.username, row.user.username)) for row in rows]


def name_of(user: Any) -> str:
    """What colleagues call somebody: the name, or the account where none is known."""
    return getattr(user, "full_name", "") or str(user)


def names_of(ids: Collection[int]) -> dict[int, str]:
    """The same for many accounts, by their ids."""
    return {user.pk: name_of(user) for user in User.objects.filter(pk__in=ids).only("full_name", "username")}


def handover_or_404(viewer: Any, pk: int) -> Handover:
    """A handover: seen by its two persons and by those who see the posting. Raises NotFound."""
    rows = Handover.objects.select_related("posting__user", "successor")
    own = Q(posting__user=viewer.pk) | Q(successor=viewer.pk)
    found = rows.filter(own | Q(posting__in=visible_postings(viewer))).filter(pk=pk).first()
    if found is None:
        raise NotFound(_("没有这份交接。"))
    return found


def handover_page(row: Handover) -> dict[str, Any]:
    """Everything that the page of a handover shows."""
    case = steps.case_of(HANDOVER, f"handover:{row.pk}")
    (line,) = lines(Posting.objects.filter(pk=row.posting_id))
    english = scopes.is_english()
    signatures = [
        (HANDOVER_ACTS[one.act][english], one) for one in row.signatures.select_related("user").order_by("pk")
    ]
    state = case.state if case else ""
    label = HANDOVER_STATES[state][english] if case else ""
    return {"row": row, "line": line, "case": case, "state": state, "state_label": label, "signatures": signatures,
            "doubt": working_days.doubt(case.since, case.due_on) if case else "", "digest": bytes(row.digest).hex()}  # fmt: skip


def handovers_waiting_for(user: Any) -> list[Handover]:
    """Handovers that wait for this person's signature."""
    rows = Handover.objects.filter(Q(posting__user=user.pk) | Q(successor=user.pk)).select_related("posting__user")
    found = {f"handover:{row.pk}": row for row in rows}
    cases = Case.objects.filter(procedure=HANDOVER.name, subject__in=found, state__in=("drawn_up", "given"))
    waits = {"drawn_up": lambda row: row.posting.user_id, "given": lambda row: row.successor_id}
    return [found[case.subject] for case in cases if waits[case.state](found[case.subject]) == user.pk]


def require_two_persons(first: int | None, second: int | None) -> None:
    """Raises NotAllowed where what asks for two persons is done by one: by one account, or by two that bear one name."""
    if first == second:
        raise NotAllowed(_("申请人不能确认自己的申请，须由第二人确认"), "same_person")
    names = [
        _plain_name(name) for name in User.objects.filter(pk__in=[first, second]).values_list("full_name", flat=True)
    ]
    if len(names) == 2 and names[0] == names[1] != "":
        raise NotAllowed(_("两个账户的姓名相同，视为同一人：请由姓名不同的另一人或上级确认"), "same_person")


def _plain_name(name: str) -> str:
    """A name however it was typed: width, case, blanks and the interpunct are not told apart."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", name).casefold() if letter.isalnum())

"""Reads of accounts. What is served to a person starts at `accounts.scopes.within`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import OuterRef, QuerySet, Subquery

from fupin.accounts import scopes
from fupin.accounts.models import Posting, User
from fupin.accounts.roles import ROLES
from fupin.accounts.words import DUTIES
from fupin.core import clock
from fupin.core.refusals import NotFound
from fupin.divisions.models import Division, DivisionFact


def division_of_code(code: str) -> Division:
    """The division that uses a code today; a code of 2 to 9 digits stands for its 12-digit form. Raises NotFound."""
    fact = DivisionFact.objects.open().filter(code=code.ljust(12, "0")).select_related("division").first()
    if fact is None:
        raise NotFound(f"没有代码为 {code} 的行政区划。")
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


def lines(postings: QuerySet[Posting]) -> list[PostingLine]:
    """Postings with the name of their division and the words of role and duty: one query."""
    fact = DivisionFact.objects.filter(division=OuterRef("division_id")).order_by("-valid_from")
    rows = postings.select_related("user").annotate(
        place=Subquery(fact.values("name")[:1]), code=Subquery(fact.values("code")[:1])
    )
    english, today = scopes.is_english(), clock.today()
    return [
        PostingLine(
            row.pk, row.user, row.place, row.code, row.role, role_label(row.role, english),
            DUTIES.get(row.duty, (row.duty, row.duty))[english] if row.duty else "", row.valid_from, row.valid_to,
            row.valid_from <= today and (row.valid_to is None or today < row.valid_to),
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

"""Income accounts over the API."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema

from fupin.core.money import NotMoney, to_fen
from fupin.core.refusals import NotFound, Refused
from fupin.core.rest import versions
from fupin.registry import operations, queries
from fupin.registry.api import households, shapes
from fupin.registry.models import IncomeAccount
from fupin.registry.operations.evidence import MOST_CITED

router = Router(tags=["income"])


class LineOut(Schema):
    """One entry of an account: an item of the list `income_item`."""

    item: str
    amount: Decimal
    origin: str
    received_on: date | None
    note: str


class AccountLine(Schema):
    """An account without its entries; amounts in yuan."""

    year: int
    version: int
    window_from: date
    window_to: date
    counted_basis: str
    counted_persons: int
    wage: Decimal
    business: Decimal
    property: Decimal
    transfer: Decimal
    cost: Decimal
    net: Decimal
    per_head: Decimal
    line: Decimal | None
    claims: Decimal
    self_paid: Decimal
    signed_on: date | None


class EvidenceOut(Schema):
    """A file of the household that an item was rested on. It carries the item while its state is `stands`: `changed`,
    the item's amount is no longer the one that it was cited for; `withdrawn`, the file was taken away."""

    item: str
    attachment: str | None
    name: str
    sha256: str
    amount: Decimal
    cited_on: date
    withdrawn_on: date | None
    state: Literal["stands", "changed", "withdrawn"]


class AccountOut(AccountLine):
    """An account with its entries, what its items rest on, and how many of them rest on something."""

    entries: list[LineOut]
    evidence: list[EvidenceOut]
    items: int
    items_with_evidence: int


_AMOUNTS = ("wage", "business", "property", "transfer", "cost", "net", "per_head", "line", "claims", "self_paid")


def _line(row: IncomeAccount) -> dict[str, Any]:
    own = ("year", "version", "window_from", "window_to", "counted_basis", "counted_persons", "signed_on")
    return {name: getattr(row, name) for name in own} | {
        name: shapes.yuan(getattr(row, f"{name}_fen")) for name in _AMOUNTS
    }


def _account(number: str, household: int, year: int, response: HttpResponse) -> dict[str, Any]:
    row = IncomeAccount.objects.filter(household=household, year=year).prefetch_related("entries").first()
    if row is None:
        told = _("户 %(number)s 没有 %(year)d 年的收入核算") % {"number": number, "year": year}
        raise NotFound(told, "income_account")
    versions.tag(response, row.version)
    evidence = queries.evidence_of(row, queries.amounts_of(row.entries.all()))
    entries = [
        {"item": entry.item, "amount": shapes.yuan(entry.amount_fen), "origin": entry.origin,
         "received_on": entry.received_on, "note": entry.note}
        for entry in sorted(row.entries.all(), key=lambda entry: (entry.item, entry.pk))
    ]  # fmt: skip
    return _line(row) | {
        "entries": entries, "evidence": [_cited(one) for one in evidence.citations],
        "items": len(evidence.amounts), "items_with_evidence": len(evidence.rested),
    }  # fmt: skip


def _cited(one: queries.Citation) -> dict[str, Any]:
    row = one.row
    own = {name: getattr(row, name) for name in ("item", "name", "sha256", "cited_on", "withdrawn_on")}
    attachment = None if row.attachment_id is None else str(row.attachment_id)
    return own | {"attachment": attachment, "amount": shapes.yuan(row.amount_fen), "state": one.state.value}


@router.get("/households/{number}/income-accounts", response=list[AccountLine], summary="List income accounts")
def list_accounts(request: HttpRequest, number: str) -> list[dict[str, Any]]:
    """The accounts of a household, one a year, the newest first."""
    household = households.in_sight(request, number)
    return [_line(row) for row in IncomeAccount.objects.filter(household=household).order_by("-year")]


@router.get("/households/{number}/income-accounts/{year}", response=AccountOut, summary="Read an income account")
def read_account(request: HttpRequest, response: HttpResponse, number: str, year: int) -> dict[str, Any]:
    """One account with its entries. The ETag names its version."""
    return _account(number, households.in_sight(request, number).pk, year, response)


class LineIn(Schema):
    """One entry, in yuan."""

    item: str = Field(max_length=6)
    amount: Decimal
    origin: str = Field("asked", pattern="^(asked|received)$")
    received_on: date | None = None
    note: str = Field("", max_length=200)


class AccountIn(Schema):
    """An account as it was filled in; it replaces all entries."""

    on: date | None = None
    window_from: date
    window_to: date
    counted_persons: int = Field(ge=1, le=50)
    counted_basis: str = Field("registered", pattern="^(registered|resident|sharing)$")
    line: Decimal | None = None
    claims: Decimal = Decimal(0)
    self_paid: Decimal = Decimal(0)
    entries: list[LineIn] = Field(max_length=200)


def _fen(amount: Decimal) -> int:
    try:
        return to_fen(amount)
    except NotMoney as fault:
        raise Refused(str(fault), "amount") from None


@router.put("/households/{number}/income-accounts/{year}", response=AccountOut, summary="Enter an income account")
def enter_account(
    request: HttpRequest, response: HttpResponse, number: str, year: int, data: AccountIn
) -> dict[str, Any]:
    """Write the account of a year with its entries; totals are computed. An existing one needs If-Match."""
    household = households.writable(request, number)
    exists = IncomeAccount.objects.filter(household=household, year=year).exists()
    sheet = operations.AccountSheet(
        household=household.pk, year=year, window_from=data.window_from, window_to=data.window_to,
        counted_persons=data.counted_persons, counted_basis=data.counted_basis,
        lines=[operations.Line(each.item, _fen(each.amount), each.origin, each.received_on, each.note)
               for each in data.entries],
        line_fen=None if data.line is None else _fen(data.line), claims_fen=_fen(data.claims),
        self_paid_fen=_fen(data.self_paid), base_version=versions.expected(request) if exists else operations.NEW,
    )  # fmt: skip
    operations.enter_accounts(sheets=[sheet], by=request.user, on=shapes.day(data.on), source="api")
    return _account(number, household.pk, year, response)


class CitedIn(Schema):
    """Exactly the files that an item rests on, by their ids."""

    item: str = Field(max_length=6)
    attachments: list[Annotated[str, Field(pattern="^[0-9]{1,19}$")]] = Field(max_length=MOST_CITED)


class EvidenceIn(Schema):
    """The items to rest on files; those that are not named keep what they have."""

    on: date | None = None
    items: list[CitedIn] = Field(min_length=1, max_length=100)


@router.put("/households/{number}/income-accounts/{year}/evidence", response=AccountOut,
            summary="Cite the evidence of income items")  # fmt: skip
def cite_evidence(
    request: HttpRequest, response: HttpResponse, number: str, year: int, data: EvidenceIn
) -> dict[str, Any]:
    """Let items of the account rest on files of the household (kinds income, signature, authorisation, other).

    Citing a file again says that it shows the amount of now. Needs If-Match.
    """
    household = households.writable(request, number)
    operations.cite_evidence(
        household=household.pk, year=year, by=request.user, on=shapes.day(data.on),
        cited={one.item: [int(pk) for pk in one.attachments] for one in data.items},
        base_version=versions.expected(request),
    )  # fmt: skip
    return _account(number, household.pk, year, response)


class SignIn(Schema):
    """The day on which the household signed the sheet."""

    on: date | None = None


@router.post("/households/{number}/income-accounts/{year}/sign", response=AccountOut, summary="Sign an income account")
def sign_account(request: HttpRequest, response: HttpResponse, number: str, year: int, data: SignIn) -> dict[str, Any]:
    """The household has signed the sheet as it stands; needs If-Match."""
    household = households.writable(request, number)
    operations.sign_account(household=household.pk, year=year, by=request.user, on=shapes.day(data.on),
                            base_version=versions.expected(request))  # fmt: skip
    return _account(number, household.pk, year, response)

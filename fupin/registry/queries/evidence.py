"""What the items of an income account rest on, and what rests on nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from fupin.core.models import Attachment
from fupin.registry.models import IncomeAccount, IncomeEntry, IncomeEvidence


class State(StrEnum):
    """Whether a citation carries its item."""

    STANDS = "stands"
    CHANGED = "changed"
    """The item says another amount now than the one that the file was cited for."""
    WITHDRAWN = "withdrawn"
    """The file was taken away."""


class Citation(NamedTuple):
    """A file that an item was rested on; the same file has the same number at every item of the account."""

    number: int
    row: IncomeEvidence
    state: State


@dataclass(frozen=True, slots=True)
class Evidence:
    """The citations of an account, beside the amounts of its items in fen."""

    amounts: Mapping[str, int]
    citations: tuple[Citation, ...]

    @property
    def rested(self) -> frozenset[str]:
        """The items with at least one citation that stands."""
        return frozenset(one.row.item for one in self.citations if one.state is State.STANDS) & set(self.amounts)

    def of(self, item: str) -> list[Citation]:
        """The citations of an item, in the order in which they were made."""
        return [one for one in self.citations if one.row.item == item]

    def files(self, item: str) -> list[int]:
        """The files that an item cites and the household still has."""
        return [one.row.attachment_id for one in self.of(item) if one.row.attachment_id is not None]


def amounts_of(entries: Iterable[IncomeEntry]) -> dict[str, int]:
    """The amounts of an account by item: several entries of an item are summed."""
    found: dict[str, int] = {}
    for entry in entries:
        found[entry.item] = found.get(entry.item, 0) + entry.amount_fen
    return found


def evidence_of(account: IncomeAccount, amounts: Mapping[str, int]) -> Evidence:
    """What an account cites, numbered as the sheet reads. Whoever asks has passed the gate of the household."""
    rows = IncomeEvidence.objects.filter(account=account).select_related("attachment").order_by("item", "pk")
    numbers: dict[int | str, int] = {}
    found = []
    for row in rows:
        number = numbers.setdefault(row.attachment_id or row.sha256, len(numbers) + 1)
        if row.attachment_id is None:
            state = State.WITHDRAWN
        else:
            state = State.STANDS if row.amount_fen == amounts.get(row.item) else State.CHANGED
        found.append(Citation(number, row, state))
    return Evidence(amounts, tuple(found))


def cited_by(files: Iterable[Attachment]) -> dict[int, list[tuple[int, str]]]:
    """The accounts and items (year, item) that cite these files, by file."""
    rows = IncomeEvidence.objects.filter(attachment__in=[file.pk for file in files]).order_by("account__year", "item")
    found: dict[int, list[tuple[int, str]]] = {}
    for file, year, item in rows.values_list("attachment", "account__year", "item"):
        found.setdefault(file, []).append((year, item))
    return found

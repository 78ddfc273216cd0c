"""The values that hold: what the documents set, over it what an office set for itself, over both a simulation."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import BigIntegerField, CharField, DateField, Q, QuerySet
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.core.prepared import Prepared
from fupin.core.refusals import Refused
from fupin.divisions.models import Designation, DivisionFact, Level, Reach
from fupin.policy import catalogue, parameters
from fupin.policy.documents import Source
from fupin.rulebook.models import Override
from fupin.rulebook.rules import Content
from fupin.rulebook.words import State

_simulated: ContextVar[Mapping[str, Any]] = ContextVar("simulated", default={})  # noqa: B039 (never changed in place)


class BrokenOverride(Refused):
    """A confirmed setting is not what was confirmed: nothing is computed with it."""


@dataclass(frozen=True, slots=True)
class InForce:
    """A value with the day it holds from and what says so. `override` is None for a value of the documents."""

    value: Any
    since: date
    source: Source
    override: Override | None = None
    is_simulated: bool = False


def value(name: str, *, on: date, division: int | None = None) -> Any:
    """The value of a parameter on a day, for a division (its id) or for the whole region.

    The nearest division at or above with a confirmed value of its own wins, then the shipped documents.
    Raises `policy.parameters.UnknownParameter`, `NotInForce`, and BrokenOverride.
    """
    return in_force(name, on=on, division=division).value


def in_force(name: str, *, on: date, division: int | None = None) -> InForce:
    """The same with its source. Raises as `value` does."""
    setting = parameters.parameter(name)
    if name in _simulated.get():
        return InForce(_simulated.get()[name], on, Source(_("模拟"), "design"), is_simulated=True)
    own = _own(setting, on, division) if setting.level else None
    if own is not None:
        return own
    base = setting.dated(on, _places(division, on) if setting.scopes else ())
    return InForce(base.value, base.since, base.source)


def values(name: str, *, on: date, divisions: Collection[int]) -> dict[int, Any]:
    """The same for many divisions: division → value. One question where no office has a value of its own."""
    setting = parameters.parameter(name)
    own = Override.objects.filter(kind="parameter", name=name, state=State.CONFIRMED)
    if setting.scopes or (setting.level and own.exists()):
        return {division: value(name, on=on, division=division) for division in divisions}
    return dict.fromkeys(divisions, value(name, on=on))


def many(names: Collection[str], *, on: date, division: int | None = None) -> dict[str, Any]:
    """The values of many parameters at one place; those that are not in force on that day are not there.

    A few questions where neither the office nor any above it has values of its own. Raises as `value` does otherwise.
    """
    own = set(_confirmed("parameter", on, division).filter(name__in=names).values_list("name", flat=True))
    own |= _simulated.get().keys()
    settings = {name: parameters.parameter(name) for name in names}
    scoped = any(one.scopes for name, one in settings.items() if name not in own)
    places = _places(division, on) if scoped else ()
    found = {}
    for name, setting in settings.items():
        with suppress(parameters.NotInForce):
            if name in own:
                found[name] = value(name, on=on, division=division)
            else:
                found[name] = setting.dated(on, places if setting.scopes else ()).value
    return found


def places_of(names: Collection[str], *, on: date) -> dict[str, list[tuple[str, int]]]:
    """Level and id of the divisions for which a parameter may have another value than for the whole region, by name.

    A few questions, however many parameters.
    """
    settings = {name: parameters.parameter(name) for name in names}
    found: dict[str, set[tuple[str, int]]] = {name: set() for name in names}
    own = [name for name, setting in settings.items() if setting.level]
    rows = Override.objects.filter(kind="parameter", name__in=own, state=State.CONFIRMED, valid_from__lte=on)
    rows = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on))
    for name, level, division in rows.values_list("name", "division__level", "division_id"):
        found[name].add((level, division))
    for place, level, division in _lying_at({scope.place for one in settings.values() for scope in one.scopes}, on):
        for name, setting in settings.items():
            if any(scope.place == place for scope in setting.scopes):
                found[name].add((level, division))
    return {name: sorted(places) for name, places in found.items()}


def _lying_at(places: Collection[str], on: date) -> list[tuple[str, str, int]]:
    """The divisions that carry a code or designation: which of them, level and id."""
    if not places:
        return []
    kinds = Designation.objects.on(on).filter(kind__in=places)
    codes = DivisionFact.objects.on(on).filter(code__in=places)
    return [
        *kinds.values_list("kind", "division__level", "division_id"),
        *codes.values_list("code", "division__level", "division_id"),
    ]


@contextmanager
def simulating(values: Mapping[str, Any]) -> Iterator[None]:
    """Inside, these values stand over everything else. Nothing is written; other requests do not see them."""
    layer = {name: parameters.parameter(name).read(raw) for name, raw in values.items()}
    token = _simulated.set({**_simulated.get(), **layer})
    try:
        yield
    finally:
        _simulated.reset(token)


def _own(setting: parameters.Parameter, on: date, division: int | None) -> InForce | None:
    if division is None:
        row = _winner(_OF_REGION(name=setting.name, on=on))
    else:
        row = _winner(_OF_DIVISION(name=setting.name, on=on, division=division))
    return InForce(setting.read(row.value), row.valid_from, Source(row.document), row) if row else None


def own_values(name: str, divisions: Collection[int], *, on: date) -> dict[int, Override]:
    """The divisions of these that have a value of their own for a parameter on a day, each with its request."""
    rows = Override.objects.filter(
        kind="parameter", name=name, division__in=divisions, state=State.CONFIRMED, valid_from__lte=on
    )
    rows = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on)).select_related("division")
    latest = {row.division_id: row for row in rows.order_by("valid_from", "pk")}
    return {division: row for division, row in latest.items() if row.value is not None}


def above(name: str, division: int, *, on: date) -> Any:
    """What would hold at a division if it had no value of its own. Raises as `value` does."""
    setting = parameters.parameter(name)
    rows = _confirmed("parameter", on, division).filter(name=name).exclude(division=division)
    row = _winner(rows.order_by("valid_from")) if setting.level else None
    if row is not None:
        return setting.read(row.value)
    return setting.dated(on, _places(division, on) if setting.scopes else ()).value


def _confirmed(kind: str, on: Any, division: Any) -> QuerySet[Override]:
    """The confirmed rows of a day that reach a division: its own and those above it."""
    rows = Override.objects.filter(kind=kind, state=State.CONFIRMED, valid_from__lte=on)
    rows = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on)).select_related("division")
    if division is None:
        return rows.filter(division__level=Level.REGION)
    return rows.filter(division_id__in=Reach.objects.filter(descendant=division).values("ancestor_id"))


_PLACES: dict[str, Any] = {"name": CharField(), "on": DateField()}
_OF_REGION = Prepared(
    lambda name, on: _confirmed("parameter", on, None).filter(name=name).order_by("valid_from"), **_PLACES
)
_OF_DIVISION = Prepared(
    lambda name, on, division: _confirmed("parameter", on, division).filter(name=name).order_by("valid_from"),
    division=BigIntegerField(), **_PLACES,
)  # fmt: skip
"""The own values of one parameter: asked on nearly every page, and at every request of a public one."""


def _latest_nearest_first(rows: Iterable[Override]) -> list[Override]:
    """Of rows in order of their first day the latest of each division and code, the lowest division first."""
    latest: dict[tuple[int, str], Override] = {}
    for row in rows:
        latest[row.division_id, row.code] = row
    return sorted(latest.values(), key=lambda row: -Level.values.index(row.division.level))


def _places(division: int | None, on: date) -> set[str]:
    """The codes and designations that hold for a division: its own and those above it."""
    if division is None:
        return set()
    above = list(Reach.objects.filter(descendant=division).values_list("ancestor_id", flat=True))
    kinds = Designation.objects.on(on).filter(division_id__in=above).values_list("kind", flat=True)
    codes = DivisionFact.objects.on(on).filter(division_id__in=above).values_list("code", flat=True)
    return {*kinds, *codes}


def content_of(row: Override) -> Content:
    """What a request says, for its digest."""
    return Content(
        row.kind, row.name, row.code, row.division_id, row.value, row.former, row.valid_from, row.valid_to,
        row.document, row.reason, row.proposed_by,
    )  # fmt: skip


def is_intact(row: Override) -> bool:
    """Is the request still word for word what was proposed?"""
    return content_of(row).digest() == bytes(row.digest)


def require_intact(row: Override) -> None:
    """Raises BrokenOverride where a confirmed row was changed behind the operations' back."""
    if not is_intact(row):
        raise BrokenOverride(
            _("“%(name)s”的本地设定（%(id)s）与复核时不一致，已停用。请联系审计管理员。")
            % {"name": row.name, "id": row.pk},
            "broken_override",
        )


def code_list(name: str, *, on: date, division: int | None = None) -> catalogue.CodeList:
    """A code list with the codes that a division, or one above it, has added."""
    base = catalogue.code_list(name)
    added: dict[str, catalogue.Item] = {}
    rows = _confirmed("code", on, division).filter(name=base.name).order_by("valid_from")
    for row in reversed(_latest_nearest_first(rows)):
        require_intact(row)
        if row.value is not None and row.code not in base.codes:
            added[row.code] = catalogue.Item(row.code, row.value["label"], row.value["label_en"], since=row.valid_from)
    return catalogue.with_items(base, added.values()) if added else base


def own_code(name: str, code: str, division: int, *, on: date) -> dict[str, str] | None:
    """The words of a code that a division itself added and uses on a day; None where it has none."""
    rows = Override.objects.filter(kind="code", name=name, code=code, division=division, state=State.CONFIRMED)
    row = rows.filter(valid_from__lte=on).order_by("-valid_from").first()
    return row.value if row is not None else None


def others_with(name: str, code: str, label: str, *, division: int) -> list[Override]:
    """Codes in force or waiting that clash with one that a division asks for: its code with another word, or its word
    under another code, wherever in the region. A code means one thing, so that figures add up."""
    rows = Override.objects.filter(
        kind="code", name=name, state__in=(State.PROPOSED, State.CONFIRMED), value__isnull=False
    )
    found = []
    for row in rows.select_related("division"):
        is_own = row.code == code and row.division_id == division
        said = row.value["label"]
        if (row.code == code) != (catalogue.fold(said) == catalogue.fold(label)) and not is_own:
            found.append(row)
    return found


def overrides_for(user: Any, *, permission: str = "rulebook.change") -> QuerySet[Override]:
    """The requests that a user may see: those of divisions in scope."""
    rows = Override.objects.select_related("division")
    return scopes.within(user, rows, division="division", permission=permission)


def waiting_for(user: Any) -> QuerySet[Override]:
    """The requests that wait for this user to decide: in scope, and proposed by somebody else."""
    rows = overrides_for(user, permission="rulebook.confirm").filter(state=State.PROPOSED)
    return rows.exclude(proposed_by=getattr(user, "pk", None)).order_by("proposed_at", "pk")


def history(name: str, user: Any) -> QuerySet[Override]:
    """Every request about a parameter or list that a user may see, the newest first."""
    return overrides_for(user).filter(name=name).order_by("-proposed_at", "-pk")


def all_in_force(*, on: date, division: int | None = None) -> dict[str, InForce]:
    """Every parameter that has a value on a day, for a list: two or three queries whatever their number."""
    own: dict[str, list[Override]] = {}
    for row in _confirmed("parameter", on, division).order_by("name", "valid_from"):
        own.setdefault(row.name, []).append(row)
    places = _places(division, on)
    found: dict[str, InForce] = {}
    for name, setting in parameters.parameters().items():
        winner = _winner(own.get(name, ()))
        if name in _simulated.get():
            found[name] = in_force(name, on=on, division=division)
        elif winner is not None and setting.level:
            found[name] = InForce(setting.read(winner.value), winner.valid_from, Source(winner.document), winner)
        else:
            try:
                base = setting.dated(on, places)
            except parameters.NotInForce:
                continue
            found[name] = InForce(base.value, base.since, base.source)
    return found


def _winner(rows: Iterable[Override]) -> Override | None:
    for row in _latest_nearest_first(rows):
        require_intact(row)
        if row.value is not None:
            return row
    return None

"""The only road from a user to rows: where a permission holds, as a queryset and as a dataset predicate.

One definition (`scope_of`): the divisions of the postings that are valid today and whose role carries the permission,
narrowed to the posting acted for and to what an API token allows. Below a division means `divisions.Reach`: today's
tree including predecessors. Both compiled forms come from the same `Scope` and are tested equal.

Nobody is allowed anything by default: no user, an unknown user and a disabled user reach nothing. Work of the system
itself (a command typed by the operator, the worker) says so with `SYSTEM`.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from fupin.accounts.models import Posting
from fupin.accounts.roles import ROLES
from fupin.core import clock
from fupin.core.prepared import Prepared
from fupin.core.refusals import NotAllowed
from fupin.divisions.models import Division, Level, Reach
from fupin.divisions.queries import tree

Row = TypeVar("Row", bound=models.Model)
_HELD = Prepared(
    lambda user, day: Posting.objects.on(day)
    .filter(user_id=user, role__in=ROLES)
    .values_list("id", "role", "division_id", "division__level"),
    user=models.BigIntegerField(), day=models.DateField(),
)  # fmt: skip
_ABOVE = Prepared(
    lambda division: Reach.objects.filter(descendant=division).values_list("ancestor_id", flat=True),
    division=models.BigIntegerField(),
)


def is_english() -> bool:
    """Is this request answered in English?"""
    return (get_language() or "").startswith("en")


class System:
    """The system itself as the actor: a command of the operator, a periodic job. It may everything."""

    pk = None
    is_active = True

    def __str__(self) -> str:
        return "system"


SYSTEM = System()


@dataclass(frozen=True, slots=True)
class Holding:
    """A posting as scopes need it."""

    pk: int
    role: str
    division: int
    is_region: bool
    place: str = ""
    level: str = ""

    @property
    def label(self) -> str:
        """The posting in the words of the screen: 甘旗卡镇 · 苏木乡镇干部."""
        return f"{self.place} · {ROLES[self.role].label_en}" if is_english() else self.entered

    @property
    def entered(self) -> str:
        """The posting as the trail keeps it: in Chinese, whatever the screen was read in."""
        return f"{self.place} · {ROLES[self.role].label}"


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a permission holds: below these divisions; `None` is the whole region; empty is nowhere."""

    roots: frozenset[int] | None

    def queryset(self, rows: models.QuerySet[Row], path: str) -> models.QuerySet[Row]:
        """The rows whose division (at `path`) lies in the scope."""
        if self.roots is None:
            return rows
        if not self.roots:
            return rows.none()
        return rows.filter(**{f"{path}__in": below(self.roots)})

    def predicate(self, column: str) -> tuple[str, list[Any]]:
        """The same for a DuckDB dataset with a column of division ids: SQL with `?` and its parameters."""
        if self.roots is None:
            return "TRUE", []
        if not self.roots:
            return "FALSE", []
        # As text: of a list, DuckDB asks for each single number whether it is one of pandas, which is not installed.
        return f'"{column}" IN (SELECT unnest(?::BIGINT[]))', [str(sorted(below(self.roots)))]

    def covers(self, division: int) -> bool:
        """Does this one division lie in the scope?"""
        if self.roots is None:
            return True
        return bool(self.roots) and Reach.objects.filter(ancestor__in=self.roots, descendant=division).exists()

    def beyond(self, divisions: Set[int]) -> set[int]:
        """Those of many divisions that do not lie in the scope: one question."""
        if self.roots is None:
            return set()
        rows = Reach.objects.filter(ancestor__in=self.roots, descendant__in=divisions)
        return set(divisions) - set(rows.values_list("descendant_id", flat=True))


def below(roots: Iterable[int]) -> models.QuerySet[Any]:
    """The ids of the divisions at and below `roots` in today's tree, predecessors included."""
    return Reach.objects.filter(ancestor__in=list(roots)).values_list("descendant_id", flat=True)


def holdings(user: Any) -> tuple[Holding, ...]:
    """The user's postings that are valid today, or the one acted for. A request reads them once (middleware)."""
    if user is None or getattr(user, "pk", None) is None or not user.is_active:
        return ()
    held: tuple[Holding, ...] | None = getattr(user, "holdings_today", None)
    if held is None:
        held = read_holdings(user)
    acted_for = getattr(user, "acted_for", None)
    return held if acted_for is None else tuple(h for h in held if h.pk == acted_for)


def read_holdings(user: Any) -> tuple[Holding, ...]:
    """The user's postings that are valid today, from the database, the widest first."""
    rows = _HELD(user=user.pk, day=clock.today())
    if not rows:
        return ()
    names, held = tree(), sorted(rows, key=lambda row: (Level.values.index(row[3]), row[0]))
    return tuple(
        Holding(id_, role, at, level == Level.REGION, names.name(at) if names.home(at) else "", level)
        for id_, role, at, level in held
    )


def permissions_of(user: Any) -> frozenset[str]:
    """Everything the user may do somewhere, for menus and buttons."""
    if isinstance(user, System):
        return frozenset().union(*(role.permissions for role in ROLES.values()))
    found = frozenset().union(*(ROLES[h.role].permissions for h in holdings(user)))
    limit = getattr(user, "limited_to", None)
    return found if limit is None else found & limit


def permissions_at(user: Any, division: int) -> frozenset[str]:
    """Everything the user may do in this one division: one query, however many permissions are asked for."""
    held = holdings(user)
    if isinstance(user, System) or not held:
        return permissions_of(user)
    above = set(_ABOVE(division=division))
    found = (ROLES[h.role].permissions for h in held if h.is_region or h.division in above)
    limit = getattr(user, "limited_to", None)
    carried = frozenset().union(*found)
    return carried if limit is None else carried & limit


def scope_of(user: Any, permission: str, level: str = "") -> Scope:
    """Where the permission holds for the user: the one definition that everything else is compiled from.

    With `level` only by postings at that level: who reaches a village from the banner does not act as the village.
    """
    if isinstance(user, System):
        return Scope(None)
    limit = getattr(user, "limited_to", None)
    if limit is not None and permission not in limit:
        return Scope(frozenset())
    held = [h for h in holdings(user) if permission in ROLES[h.role].permissions and level in ("", h.level)]
    if any(h.is_region for h in held):
        return Scope(None)
    return Scope(frozenset(h.division for h in held))


def within(
    user: Any, rows: models.QuerySet[Row], *, division: str = "village", permission: str = "registry.view"
) -> models.QuerySet[Row]:
    """The rows that the user may reach.

    `division` is the path to the row's division: a foreign key (`village`, `household__card__village`) or a column of
    division ids (`division_id`, `id` for divisions themselves). Rows without a division are reached region-wide only.
    """
    return scope_of(user, permission).queryset(rows, division)


def dataset_predicate(user: Any, *, column: str, permission: str = "registry.view") -> tuple[str, list[Any]]:
    """The same scope for a dataset in DuckDB: `("…SQL with ?…", parameters)` over a column of division ids."""
    return scope_of(user, permission).predicate(column)


def divisions(user: Any, permission: str) -> list[int] | None:
    """The divisions that the permission holds at (the tops, not what lies below); None is the whole region."""
    roots = scope_of(user, permission).roots
    return None if roots is None else sorted(roots)


def may(user: Any, permission: str, division: Division | int | None = None) -> bool:
    """May the user do this, there? Without a division: anywhere at all."""
    scope = scope_of(user, permission)
    if division is None:
        return scope.roots is None or bool(scope.roots)
    return scope.covers(division.pk if isinstance(division, Division) else division)


def require(user: Any, permission: str, division: Division | int | None = None) -> None:
    """Raises NotAllowed where `may` says no."""
    if may(user, permission, division):
        return
    if division is None or not may(user, permission):
        raise NotAllowed(_("您现在的岗位没有这项权限，请联系安全管理员。"), "permission")
    raise _beyond_scope()


@dataclass(frozen=True, slots=True)
class Rights:
    """What somebody may do where, by a posting at which level: what the engine of procedures asks."""

    user: Any

    def lacking(self, permission: str, level: str, divisions: Set[int | None]) -> Set[int | None]:
        """Those of the divisions in which the user has no posting at that level (empty: any) with the permission."""
        if isinstance(self.user, System):
            return set()
        scope = scope_of(self.user, permission, level)
        known = {one for one in divisions if one is not None}
        beyond: set[int | None] = {*scope.beyond(known)} if scope.roots is None or scope.roots else {*known}
        return beyond | ({None} & divisions if scope.roots is not None else set())


def require_each(user: Any, permission: str, divisions: Set[int]) -> None:
    """`require` at every one of many divisions, with as many questions as for one."""
    if not divisions:
        return
    require(user, permission)
    if scope_of(user, permission).beyond(divisions):
        raise _beyond_scope()


def _beyond_scope() -> NotAllowed:
    return NotAllowed(_("该区划不在您的管辖范围内，请换到管辖它的岗位再办。"), "scope")

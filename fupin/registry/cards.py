"""Keeping the derived rows: what lists show of a household, and how its members' names can be typed.

Facts are the source. Every operation that changes a household calls `refresh` in its own transaction; `rebuild` makes
all of it anew. Both work set-wise: a few statements for thousands of households.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

import orjson
from django.db import connection, models, transaction

from fupin.divisions.queries import tree
from fupin.divisions.tree import Tree
from fupin.registry import names
from fupin.registry.models import Household, HouseholdCard, HouseholdFact, Membership, PersonFact, SearchKey

CHUNK = 5_000
_CARD = (
    "household_id", "number", "village_id", "township_id", "banner_id", "league_id", "head_name", "persons", "status",
    "monitor_kind", "household_kind", "main_cause", "per_head_fen", "income_year", "is_synthetic",
)  # fmt: skip

_HEAD_NAME = (
    "COALESCE((SELECT pf.name FROM registry_membership m JOIN registry_personfact pf ON pf.person_id = m.person_id"
    " AND pf.valid_to IS NULL WHERE m.household_id = %s AND m.valid_to IS NULL AND m.relation = '01'"
    " ORDER BY m.id LIMIT 1), '')"
)
_MEMBERS = "(SELECT COUNT(*) FROM registry_membership m WHERE m.household_id = %s AND m.valid_to IS NULL)"
_OWN = "registry_householdcard.household_id"


def refresh(household_ids: Iterable[int]) -> None:
    """Bring cards and search keys of these households in line with their open facts. Call inside the transaction."""
    ids = sorted(set(household_ids))
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        refresh_cards(chunk)
        refresh_keys(chunk)


def rebuild() -> int:
    """Make every card and search key anew, in chunks of one transaction each; returns how many households."""
    done, last = 0, -1
    while ids := list(Household.objects.filter(id__gt=last).order_by("id").values_list("id", flat=True)[:CHUNK]):
        with transaction.atomic():
            refresh(ids)
        done, last = done + len(ids), ids[-1]
    return done


def among(column: str) -> str:
    """A condition on a column being one of a list of ids, given as one parameter made by `listed`."""
    if connection.vendor == "postgresql":
        return f"{column} = ANY(%s)"
    return f"{column} IN (SELECT value FROM json_each(%s))"


def listed(ids: Sequence[int]) -> str:
    """The parameter for `among`. A text on PostgreSQL too: its driver would quote a list value by value."""
    text = orjson.dumps(list(ids)).decode()
    return f"{{{text[1:-1]}}}" if connection.vendor == "postgresql" else text


def refresh_cards(household_ids: Sequence[int]) -> None:
    """The cards alone. A household without an open fact has none."""
    if not household_ids:
        return
    ids = listed(household_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT village_id FROM registry_householdfact WHERE valid_to IS NULL AND "
            + among("household_id"),
            [ids],
        )
        villages = [row[0] for row in cursor.fetchall()]
        if villages:
            cursor.execute(_upsert(villages), [ids])
        cursor.execute(
            "DELETE FROM registry_householdcard WHERE " + among("household_id") + " AND NOT EXISTS (SELECT 1 FROM"
            " registry_householdfact f WHERE f.household_id = registry_householdcard.household_id AND f.valid_to IS NULL)",
            [ids],
        )


def refresh_members(household_ids: Sequence[int]) -> None:
    """What cards say of members, where nothing else of the households changed: who heads them, and how many they are."""
    if not household_ids:
        return
    ids = listed(household_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE registry_householdcard SET head_name = {_HEAD_NAME % _OWN}, persons = {_MEMBERS % _OWN}"
            f" WHERE {among('household_id')}",
            [ids],
        )


def _upsert(villages: Sequence[int]) -> str:
    changes = ", ".join(f"{name} = excluded.{name}" for name in _CARD[1:])
    today = tree()
    places = ", ".join(_place(today, village) for village in villages)
    return f"""
        WITH places(village, township, banner, league) AS (VALUES {places})
        INSERT INTO registry_householdcard ({", ".join(_CARD)})
        SELECT h.id, h.number, f.village_id, p.township, p.banner, p.league,
            {_HEAD_NAME % "h.id"}, {_MEMBERS % "h.id"},
            COALESCE(s.status, ''), COALESCE(s.monitor_kind, ''), f.household_kind, f.main_cause,
            i.per_head_fen, i.year, h.is_synthetic
        FROM registry_household h
        JOIN registry_householdfact f ON f.household_id = h.id AND f.valid_to IS NULL
        JOIN places p ON p.village = f.village_id
        LEFT JOIN registry_registerstatus s ON s.household_id = h.id AND s.valid_to IS NULL
        LEFT JOIN registry_incomeaccount i ON i.household_id = h.id AND i.year =
            (SELECT MAX(year) FROM registry_incomeaccount WHERE household_id = h.id)
        WHERE {among("h.id")}
        ON CONFLICT (household_id) DO UPDATE SET {changes}"""


@lru_cache(maxsize=20_000)
def _place(today: Tree, village: int) -> str:
    """The village with the places above it, as a row of values."""
    return f"({village}, {', '.join(map(str, _above(today, village)))})"


def _above(today: Tree, village: int) -> tuple[int, ...]:
    """The township, banner and league that a village lies in today; 0 where it lies above one of them."""
    nodes = {node.level: node.id for node in today.path(village)}
    return tuple(nodes.get(level, 0) for level in ("township", "banner", "league"))


def place_anew() -> int:
    """After a change of the tree: let cards and search keys lie where their villages lie now. Returns how many villages
    lie elsewhere than before. Lists and searches begin at the banner or league, so one left behind would not be found."""
    today = tree()
    held = (
        HouseholdCard.objects.order_by().values_list("village_id", "township_id", "banner_id", "league_id").distinct()
    )
    moved = [row for row in held if row[1:] != _above(today, row[0])]
    for village, _township, former, _league in moved:
        township, banner, league = _above(today, village)
        cards = HouseholdCard.objects.filter(village_id=village)
        cards.update(township_id=township, banner_id=banner, league_id=league)
        SearchKey.objects.filter(banner_id=former, village_id=village).update(banner_id=banner)
    return len(moved)


def refresh_keys(household_ids: Sequence[int]) -> None:
    """The search keys of everyone who is a member now, and of the household's own phone."""
    if not household_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM registry_searchkey WHERE " + among("household_id"), [listed(household_ids)])
    _write_keys(_keyed(household_ids), lambda name, token: [*names.spellings(name), *_phone(token)])


def refresh_phone_keys(household_ids: Sequence[int]) -> None:
    """The search keys of phones alone: the readings of the names take most of the time, and others wait meanwhile."""
    if not household_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM registry_searchkey WHERE substr(key, 1, 1) = %s AND " + among("household_id"),
            [names.PHONE_MARK, listed(household_ids)],
        )
    _write_keys(_keyed(household_ids), lambda _name, token: _phone(token))


def _phone(token: bytes | None) -> list[names.Spelling]:
    return [names.phone(bytes(token))] if token else []


def _keyed(household_ids: Sequence[int]) -> list[tuple[str, bytes | None, int, int | None, int]]:
    """What search keys are made of: name, token of the phone, village, person, household."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pf.name, pf.phone_token, f.village_id, m.person_id, m.household_id FROM registry_membership m"
            " JOIN registry_personfact pf ON pf.person_id = m.person_id AND pf.valid_to IS NULL"
            " JOIN registry_householdfact f ON f.household_id = m.household_id AND f.valid_to IS NULL"
            " WHERE m.valid_to IS NULL AND " + among("m.household_id"),
            [listed(household_ids)],
        )
        rows = cursor.fetchall()
        cursor.execute(
            "SELECT '', phone_token, village_id, NULL, household_id FROM registry_householdfact"
            " WHERE valid_to IS NULL AND phone_token IS NOT NULL AND " + among("household_id"),
            [listed(household_ids)],
        )
        return [*rows, *cursor.fetchall()]


def _write_keys(
    rows: Sequence[tuple[str, bytes | None, int, int | None, int]],
    spellings: Callable[[str, bytes | None], list[names.Spelling]],
) -> None:
    today = tree()
    banners = {village: banner_of(today, village) for village in {row[2] for row in rows}}
    SearchKey.objects.bulk_create(
        [
            SearchKey(
                **spelling._asdict(),
                banner_id=banners[village],
                village_id=village,
                person_id=person,
                household_id=household,
            )
            for name, token, village, person, household in rows
            for spelling in spellings(name, token)
        ],
        batch_size=2_000,
    )


def rekey(model: type[models.Model], rows: Sequence[int]) -> None:
    """The search keys of the households whose facts, or whose members' facts, have another phone token now."""
    if model is HouseholdFact:
        refresh_phone_keys(
            sorted(set(HouseholdFact.objects.open().filter(pk__in=rows).values_list("household_id", flat=True)))
        )
    elif model is PersonFact:
        persons = PersonFact.objects.open().filter(pk__in=rows).values("person_id")
        members = Membership.objects.open().filter(person_id__in=persons)
        refresh_phone_keys(sorted(set(members.values_list("household_id", flat=True))))


def banner_of(today: Tree, village: int) -> int:
    """The id of the banner that a village lies in; 0 above the banners."""
    node = today.ancestor(village, "banner")
    return node.id if node else 0

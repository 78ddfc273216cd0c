"""What every act does around its writing: rights, versions, the day, one answer for an act sent twice."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from typing import Any, TypeVar

from django.db import connection
from django.db.models import F
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.core import clock
from fupin.core.dated import rows_of
from fupin.core.refusals import NotFound, Refused, Stale
from fupin.registry.models import Act, Household, HouseholdFact, KeyingItem, Membership, Person

Answer = TypeVar("Answer", bound=list[Any])
_AT_ONCE = 500
"""So many households are named in one statement."""


def once(client_id: str, act: str, by: Any, perform: Callable[[], list[str]]) -> list[str]:
    """Perform an act once for its client-made id: the second time the first answer is given and nothing happens.

    Raises Refused for an id that stands for another act, or for somebody else's.
    """
    if not client_id:
        return perform()
    known = Act.objects.filter(client_id=client_id[:64]).first()
    if known is not None:
        if (known.act, known.user_id) != (act, getattr(by, "pk", None)):
            raise Refused(_("这次办理的编号已用于另一次办理，请刷新页面后重新填写"), "client_id")
        return list(known.result)
    result = perform()
    Act.objects.create(client_id=client_id[:64], act=act, user_id=getattr(by, "pk", None), result=result)
    return result


def check_day(on: date) -> None:
    """An act happens today or has happened. Raises Refused for a day to come."""
    if on > clock.today():
        raise Refused(_("日期 %(day)s 晚于今天，请填写实际发生的日期") % {"day": on})


def open_facts(
    household_ids: Iterable[int], by: Any, *, on: date | None = None, permission: str = "registry.change"
) -> dict[int, HouseholdFact]:
    """The present facts of households that the actor may change, by household; they are held until the act is done.

    Raises NotFound, NotAllowed; with `on`, Refused for a household that came into the register after that day.
    """
    ids = sorted(set(household_ids))
    _hold(ids)
    facts: dict[int, HouseholdFact] = {}
    since: dict[int, date] = {}
    for start in range(0, len(ids), _AT_ONCE):
        for fact in rows_of(HouseholdFact, "household", ids[start : start + _AT_ONCE]):
            since.setdefault(fact.household_id, fact.valid_from)
            if fact.valid_to is None:
                facts[fact.household_id] = fact
    if len(facts) < len(ids):
        raise NotFound(
            _("有 %(count)d 户已不在册（整户减少或编号有误），请刷新后重选") % {"count": len(ids) - len(facts)}
        )
    for village in {fact.village_id for fact in facts.values()}:
        scopes.require(by, permission, village)
    young = next((household for household in ids if on is not None and since[household] > on), None)
    if young is not None:
        sentence = _("户 %(number)s 自 %(day)s 起才在册，不能早于这一天办理：请填写 %(day)s 或以后的日期")
        number = Household.objects.values_list("number", flat=True).get(pk=young)
        raise Refused(sentence % {"number": number, "day": since[young]}, "happened_on")
    return facts


def _hold(households: Iterable[int]) -> bool:
    """Wait for the turn at these households, in the order of their ids; False where one writer has the turn anyway.

    What is read before may be undone by the act that was waited for: read after it.
    """
    if not connection.features.has_select_for_update:
        return False
    rows = Household.objects.select_for_update().filter(pk__in=list(households)).order_by("pk")
    list(rows.values_list("pk", flat=True))
    return True


def open_ties(persons: Iterable[int]) -> dict[int, Membership]:
    """The present memberships by person, their households held. Raises Stale for who changed household meanwhile."""
    wanted = set(persons)
    rows = _ties(wanted)
    homes = {row.household_id for row in rows.values()}
    if _hold(homes):
        rows = _ties(wanted)
        if {row.household_id for row in rows.values()} - homes:
            raise Stale(_("所选人员刚被转入他户，请刷新后重选"), "stale")
    return rows


def _ties(persons: Iterable[int]) -> dict[int, Membership]:
    rows = Membership.objects.open().filter(person__in=list(persons)).select_related("person", "household")
    return {row.person_id: row for row in rows}


def lock_households(versions: Mapping[int, int | None]) -> dict[int, Household]:
    """Hold the rows until the act is done and count them up; `versions` is household → the version read, or None.

    Raises Stale where somebody was faster.
    """
    rows = Household.objects.select_for_update().filter(pk__in=list(versions)).order_by("pk").in_bulk()
    for pk, version in versions.items():
        if version is not None and pk in rows and rows[pk].version != version:
            raise Stale(_("户 %(number)s 已被他人修改，请对照后再保存") % {"number": rows[pk].number}, "stale")
    Household.objects.filter(pk__in=list(versions)).update(version=F("version") + 1)
    return rows


def lock_persons(versions: Mapping[int, int | None]) -> dict[int, Person]:
    """As `lock_households`, for persons."""
    rows = Person.objects.select_for_update().filter(pk__in=list(versions)).order_by("pk").in_bulk()
    for pk, version in versions.items():
        if version is not None and pk in rows and rows[pk].version != version:
            raise Stale(_("人员 %(number)s 已被他人修改，请对照后再保存") % {"number": rows[pk].number}, "stale")
    Person.objects.filter(pk__in=list(versions)).update(version=F("version") + 1)
    return rows


def keying_follows(household: int, village: int, persons: Collection[int] = ()) -> None:
    """What is still to be keyed into the national register lies where the household lies now, and with those who joined
    it: whoever served them before sees it no longer."""
    KeyingItem.objects.filter(household=household).exclude(village=village).update(village=village)
    if persons:
        items = KeyingItem.objects.filter(kind="person", subject_id__in=list(persons))
        items.update(household=household, village=village)

"""What every act does around its writing: rights, versions, the day, one answer for an act sent twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, TypeVar

from django.db.models import F
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.core import clock
from fupin.core.dated import rows_of
from fupin.core.refusals import NotFound, Refused, Stale
from fupin.registry.models import Act, Household, HouseholdFact, Person

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
    household_ids: Iterable[int], by: Any, *, permission: str = "registry.change"
) -> dict[int, HouseholdFact]:
    """The present facts of households that the actor may change, by household. Raises NotFound, NotAllowed."""
    ids = sorted(set(household_ids))
    facts = {
        fact.household_id: fact
        for start in range(0, len(ids), _AT_ONCE)
        for fact in rows_of(HouseholdFact, "household", ids[start : start + _AT_ONCE])
        if fact.valid_to is None
    }
    if len(facts) < len(ids):
        raise NotFound(
            _("有 %(count)d 户已不在册（整户减少或编号有误），请刷新后重选") % {"count": len(ids) - len(facts)}
        )
    for village in {fact.village_id for fact in facts.values()}:
        scopes.require(by, permission, village)
    return facts


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

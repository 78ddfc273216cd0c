"""Taking over: households that the national register holds enter ours as registered, in a batch of two persons.

Only what an export holds can be taken over, only with the other export's members, and every status says where it
came from. Outside the opening this and the procedures are the only ways into the register.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import orjson
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.accounts.queries import require_two_persons
from fupin.core import audit, sealing
from fupin.core.columns import Column, Kind
from fupin.core.refusals import Refused
from fupin.registry import cards
from fupin.registry.models import Household, NationalExport, NationalRow, Person, RegisterStatus, TakeOver
from fupin.registry.operations.households import NewHousehold, register_households
from fupin.registry.sheets import HOUSEHOLDS, PERSONS

MOST = 2000
"""Households a batch."""
STATUS = ("status", "monitor_kind", "standard", "identified_on", "first_identified_on", "exit_year", "return_year",
          "is_risk_cleared", "risk_cleared_on", "risk_clear_mode")  # fmt: skip
NOT_FACTS = frozenset(
    {"number", "national_number", "village_id", "village", "head_name", "head_id", "household_number", *STATUS}
)


def ask(*, export: NationalExport, numbers: Sequence[str], document: str, on: date, by: Any) -> TakeOver:
    """Ask for households that are new in an export to be entered into the register. Raises Refused, NotAllowed."""
    scopes.require(by, "national.import", export.division)
    if not document.strip():
        raise Refused(_("请填写依据文件"))
    rows = list(_rows(export, numbers))
    missing = sorted(set(numbers) - {row.number for row in rows})
    if not rows or missing:
        listed = "、".join(missing[:5]) or "—"
        raise Refused(_("只能接收本次导出中国家系统新增的户；不在其中：%(numbers)s") % {"numbers": listed})
    if len(rows) > MOST:
        raise Refused(_("每批最多 %(most)d 户，请分批办理") % {"most": MOST})
    with transaction.atomic():
        batch = TakeOver.objects.create(
            export=export, division=export.division, numbers=[row.number for row in rows], document=document.strip()[:200],
            on=on, asked_by=by,
        )  # fmt: skip
        audit.record(by=by, act="national.takeover.ask", subject=f"takeover:{batch.pk}", division=export.division_id,
                     detail={"households": len(rows), "document": batch.document})  # fmt: skip
    return batch


def _rows(export: NationalExport, numbers: Sequence[str]) -> Any:
    return NationalRow.objects.filter(export=export, outcome="new", number__in=list(numbers), taken_over_at=None)


def refuse(*, batch: TakeOver, by: Any) -> None:
    """Send a batch back. Raises NotAllowed."""
    scopes.require(by, "national.import", batch.division)
    with transaction.atomic():
        _undecided(batch)
        TakeOver.objects.filter(pk=batch.pk).update(refused_at=timezone.now(), confirmed_by=by)
        audit.record(by=by, act="national.takeover.refuse", subject=f"takeover:{batch.pk}", division=batch.division_id)


def confirm(*, batch: TakeOver, by: Any) -> dict[str, int]:
    """A second person signs: the households, their members and their status are written. Raises Refused, NotAllowed."""
    scopes.require(by, "national.import", batch.division)
    require_two_persons(batch.asked_by_id, by.pk)
    with transaction.atomic():
        _undecided(batch)
        rows = list(_rows(batch.export, batch.numbers))
        if len(rows) < len(batch.numbers):
            raise Refused(_("有 %(count)d 户已由其他批次接收，请重新申请") % {"count": len(batch.numbers) - len(rows)})
        counts = _enter(batch, rows, by)
        NationalRow.objects.filter(pk__in=[row.pk for row in rows]).update(taken_over_at=timezone.now())
        TakeOver.objects.filter(pk=batch.pk).update(confirmed_by=by, confirmed_at=timezone.now(), counts=counts)
        audit.record(by=by, on=batch.on, act="national.takeover.confirm", subject=f"takeover:{batch.pk}",
                     division=batch.division_id, detail=counts)  # fmt: skip
    return counts


def _undecided(batch: TakeOver) -> None:
    row = TakeOver.objects.select_for_update().get(pk=batch.pk)
    if row.confirmed_at or row.refused_at:
        raise Refused(_("该批次已经办结，请刷新"))


def _enter(batch: TakeOver, rows: Sequence[NationalRow], by: Any) -> dict[str, int]:
    """Write households with the members that the newest export of persons holds for them."""
    source = f"national:{batch.export_id}"
    members = _members([row.number for row in rows], batch)
    without = [row.number for row in rows if not any(m.get("relation") == "01" for m in members.get(row.number, ()))]
    if without:
        raise Refused(
            _("人口导出中没有以下户的户主，请先导入同期的人口信息：%(numbers)s") % {"numbers": "、".join(without[:5])}
        )
    values = [_values(row.values_sealed, HOUSEHOLDS) for row in rows]
    news = [
        NewHousehold(
            row.village_id, [{k: v for k, v in m.items() if k != "national_number"} for m in members[row.number]],
            {name: value for name, value in one.items() if name not in NOT_FACTS},
            is_synthetic=_is_made_up(members[row.number]),
        )
        for row, one in zip(rows, values, strict=True)
    ]  # fmt: skip
    numbers = register_households(households=news, by=by, on=batch.on, source=source)
    made = {household.number: household for household in Household.objects.filter(number__in=numbers)}
    households = [made[number] for number in numbers]
    for household, row in zip(households, rows, strict=True):
        household.national_number = row.number
    Household.objects.bulk_update(households, ["national_number"], batch_size=500)
    RegisterStatus.objects.bulk_create(
        [
            RegisterStatus(
                household=household, valid_from=batch.on, source=source, recorded_by=by.pk, entered_by="taken_over",
                document=batch.document, **{name: one[name] for name in STATUS if one.get(name) not in (None, "")},
            )
            for household, one in zip(households, values, strict=True)
        ],
        batch_size=500,
    )  # fmt: skip
    persons = _number_persons(households, [members[row.number] for row in rows])
    cards.refresh([household.pk for household in households])
    return {"households": len(households), "persons": persons}


def _is_made_up(members: Sequence[dict[str, Any]]) -> bool:
    from fupin.policy.parameters import value

    area = str(value("registry.synthetic_area", on=date(2020, 1, 1)))
    return any(str(member.get("id_number") or "").startswith(area) for member in members)


def _members(numbers: Sequence[str], batch: TakeOver) -> dict[str, list[dict[str, Any]]]:
    """The members of households in the newest compared export of persons below the division."""
    newest = (
        NationalExport.objects.filter(kind="person", division__in=scopes.below([batch.division_id]))
        .exclude(compared_at=None)
        .order_by("-as_of", "-id")
        .first()
    )
    found: dict[str, list[dict[str, Any]]] = {}
    rows = NationalRow.objects.filter(
        export=newest, outcome="new", household_number__in=list(numbers), taken_over_at=None
    ).order_by("number")
    for row in rows if newest else ():
        values = _values(row.values_sealed, PERSONS)
        values.pop("household_number", None)
        values.pop("village_id", None)
        values.pop("number", None)
        values["national_number"] = row.number
        found.setdefault(row.household_number, []).append(values)
    if newest:
        rows.update(taken_over_at=timezone.now())
    return found


def _number_persons(households: Sequence[Household], groups: Sequence[Sequence[dict[str, Any]]]) -> int:
    """Keep the national number of each member, found by the order in which they were written."""
    persons = []
    for household, members in zip(households, groups, strict=True):
        rows = Person.objects.filter(memberships__household=household, memberships__valid_to=None).order_by("id")
        for person, member in zip(rows, members, strict=True):
            person.national_number = member["national_number"]
            persons.append(person)
    Person.objects.bulk_update(persons, ["national_number"], batch_size=500)
    return len(persons)


def _values(sealed: bytes, columns: Sequence[Column]) -> dict[str, Any]:
    """The stored values of a row kept from an export."""
    kinds = {column.name: column for column in columns}
    plain = orjson.loads(sealing.unseal(bytes(sealed)))
    return {
        name: _stored(kinds[name].kind, text)
        for name, text in plain.items()
        if name in kinds and text not in (None, "")
    }


def _stored(kind: Kind, text: str) -> Any:
    """A plain text as the value that a table stores."""
    match kind:
        case Kind.YES_NO:
            return text == "1"
        case Kind.INTEGER | Kind.YEAR | Kind.MONEY:
            return int(text)
        case Kind.DATE:
            return date.fromisoformat(text)
    return text

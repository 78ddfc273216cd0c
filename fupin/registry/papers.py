"""Households as what papers are printed of: the gate, the fields with their values, made-up values for a preview."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

from django.urls import reverse

from fupin.accounts import scopes
from fupin.accounts.models import Posting
from fupin.core import id_numbers, sealing
from fupin.core.dated import holds, rows_of
from fupin.core.money import to_yuan
from fupin.divisions.queries import tree
from fupin.papers.subjects import Subject, SubjectKind
from fupin.registry import words
from fupin.registry.models import (
    GuaranteeFinding,
    HouseholdCard,
    HouseholdFact,
    IncomeAccount,
    Membership,
    PersonFact,
    PersonIdentity,
    RegisterStatus,
)
from fupin.registry.queries import household_for, households_for
from fupin.registry.queries.pages import HELPING

KIND = "household"
GUARANTEES = {
    "food": "不愁吃", "clothing": "不愁穿", "schooling": "义务教育", "medical": "基本医疗", "housing": "住房安全", "water": "饮水安全",
}  # fmt: skip
OUTCOMES = {"met": "有保障", "unmet": "未保障", "unknown": "未核查"}
WORDS = {
    "word_household": ("household", "本时期对象的称呼", "What a household is called in this time"),
    "word_register": ("register", "本时期登记的称呼", "What the register is called in this time"),
    "word_work": ("work", "本时期工作的称呼", "What the work is called in this time"),
    "word_cause": ("cause", "本时期原因的称呼", "What a cause is called in this time"),
    "word_line": ("line", "本时期标准的称呼", "What the line is called in this time"),
    "word_helper": ("helper", "本时期帮扶人的称呼", "What a helper is called in this time"),
}
_MEMBER = {
    "name": ("姓名", "Name"), "relation": ("与户主关系", "Relation to the head"), "sex": ("性别", "Sex"), "age": ("年龄", "Age"),
    "id_number": ("证件号码（遮盖）", "Id number (masked)"), "health": ("健康状况", "Health"), "labour": ("劳动技能", "Labour"),
}  # fmt: skip
FIELDS: dict[str, Any] = {
    "household_number": (("户编号", "Household number"), None),
    "head": (("户主", "Head"), None),
    "head_mongolian": (("户主蒙古文姓名", "Head's name in Mongolian"), None),
    "members_count": (("家庭人口", "Persons"), None),
    "place": (("旗县至嘎查村", "Banner to village"), None),
    "village": (("嘎查村", "Village"), None),
    "village_group": (("村民小组", "Group"), None),
    "township": (("苏木乡镇", "Township"), None),
    "banner": (("旗县", "Banner"), None),
    "office": (("旗县主管机构（按时期）", "The banner's office, as it is called in this time"), None),
    "status": (("户类型", "Status"), None),
    "cause": (("主要原因", "Main cause"), None),
    "phone": (("联系电话（遮盖）", "Phone (masked)"), None),
    "net_income": (("年纯收入（元）", "Net income (yuan)"), None),
    "per_head": (("人均纯收入（元）", "Net income per head (yuan)"), None),
    "helpers": (("帮扶责任人", "Helpers"), None),
    "day": (("打印日期", "Day of printing"), None),
    **{name: ((chinese, english), None) for name, (_key, chinese, english) in WORDS.items()},
    "members": (("家庭成员", "Members"), _MEMBER),
    "guarantees": (("保障情况", "Guarantees"), {"label": ("项目", "Guarantee"), "outcome": ("情况", "Outcome"),
                                            "day": ("日期", "Day"), "evidence": ("依据", "Evidence")}),
    "incomes": (("历年收入", "Incomes"), {"year": ("年度", "Year"), "net": ("年纯收入", "Net income"),
                                      "per_head": ("人均", "Per head"), "line": ("标准", "Line")}),
}  # fmt: skip


def _subject(card: HouseholdCard) -> Subject:
    return Subject(KIND, card.household_id, card.number, card.head_name or card.number, card.village_id)


def find(user: Any, number: str, permission: str) -> Subject:
    """A household by its number, gone ones too. Raises NotFound out of reach."""
    household, fact = household_for(user, number, permission)
    card = HouseholdCard.objects.filter(pk=household.pk).first()
    return _subject(card) if card else Subject(KIND, household.pk, household.number, household.number, fact.village_id)


def see(user: Any, ids: Collection[int], permission: str) -> dict[int, Subject]:
    """Of these households those that the user may reach: one question."""
    rows = scopes.within(
        user, HouseholdCard.objects.filter(pk__in=list(ids)), division="village", permission=permission
    )
    return {card.pk: _subject(card) for card in rows}


def within(user: Any, division: int, permission: str) -> list[int]:
    """The households of a division that the user may reach, in the order of their numbers."""
    rows = households_for(user, permission).filter(village__in=scopes.below([division]))
    return list(rows.values_list("household_id", flat=True))


def facts(ids: Collection[int], on: date) -> dict[int, dict[str, Any]]:
    """What papers say of households on a day: nine questions, however many."""
    wanted = sorted(ids)
    cards = HouseholdCard.objects.in_bulk(wanted)
    held = _now(rows_of(HouseholdFact, "household", wanted), "household_id", on)
    statuses = _now(rows_of(RegisterStatus, "household", wanted), "household_id", on)
    findings = _each(rows_of(GuaranteeFinding, "household", wanted), on)
    accounts = rows_of(IncomeAccount, "household", wanted, "year")
    members = _members(wanted, on)
    helpers = _helpers({card.village_id for card in cards.values()}, on)
    return {
        pk: {
            **_where(card.village_id, on), **_words(on), "day": f"{on.year}年{on.month}月{on.day}日",
            "is_made_up": card.is_synthetic, "household_number": card.number, "head": card.head_name, "members_count": str(len(members[pk]) or card.persons),
            "head_mongolian": next((one["mongolian"] for one in members[pk] if one["is_head"]), ""),
            "village_group": getattr(held.get(pk), "village_group", "") or "",
            "phone": _phone(held.get(pk)),
            "cause": words.label("main_cause", getattr(held.get(pk), "main_cause", "") or "", on),
            "status": words.label("register_status", getattr(statuses.get(pk), "status", "") or "", on) or words.word("ordinary", on),
            "helpers": "、".join(helpers.get(card.village_id, ())), "members": members[pk],
            "guarantees": [_finding(key, findings[pk].get(key)) for key in GUARANTEES],
            **_income([row for row in accounts if row.household_id == pk and row.year <= on.year]),
        }
        for pk, card in cards.items()
    }  # fmt: skip


def _where(village: int, on: date) -> dict[str, str]:
    path = {node.level: node.name for node in tree(on).path(village)} or {
        node.level: node.name for node in tree().path(village)
    }
    banner = path.get("banner", "")
    return {
        "village": path.get("village", ""), "township": path.get("township", ""), "banner": banner,
        "place": banner + path.get("township", "") + path.get("village", ""), "office": banner + words.word("office", on),
    }  # fmt: skip


def _words(on: date) -> dict[str, str]:
    return {name: words.word(key, on) for name, (key, _chinese, _english) in WORDS.items()}


def _now(rows: Iterable[Any], key: str, on: date) -> dict[int, Any]:
    """Of each subject the row that holds on the day; a resident's number goes before any other document."""
    found: dict[int, Any] = {}
    for row in rows:
        subject = getattr(row, key)
        if holds(row, on) and (subject not in found or getattr(row, "number_kind", "") == "resident"):
            found[subject] = row
    return found


def _each(rows: Iterable[GuaranteeFinding], on: date) -> dict[int, dict[str, GuaranteeFinding]]:
    found: dict[int, dict[str, GuaranteeFinding]] = defaultdict(dict)
    for row in rows:
        if holds(row, on):
            found[row.household_id][row.guarantee] = row
    return found


def _members(households: Sequence[int], on: date) -> dict[int, list[dict[str, Any]]]:
    ties = [row for row in rows_of(Membership, "household", households) if holds(row, on)]
    persons = sorted({row.person_id for row in ties})
    known = _now(rows_of(PersonFact, "person", persons), "person_id", on)
    numbers = _now(rows_of(PersonIdentity, "person", persons), "person_id", on)
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for tie in sorted(ties, key=lambda row: (row.relation != words.HEAD, row.relation, row.pk)):
        if tie.person_id in known:
            found[tie.household_id].append(_member(tie, known[tie.person_id], numbers.get(tie.person_id), on))
    return found


def _member(tie: Membership, fact: PersonFact, number: PersonIdentity | None, on: date) -> dict[str, Any]:
    born = fact.born_on
    age = on.year - born.year - ((on.month, on.day) < (born.month, born.day)) if born else ""
    return {
        "name": fact.name, "relation": words.label("relation_to_head", tie.relation, on), "is_head": tie.relation == words.HEAD,
        "sex": words.label("sex", fact.sex or "", on), "age": str(age), "mongolian": fact.mongolian_name or "",
        "id_number": id_numbers.mask(sealing.unseal(number.number_sealed)) if number else "",
        "health": words.label("health", fact.health or "", on), "labour": words.label("labour", fact.labour or "", on),
    }  # fmt: skip


def _phone(fact: HouseholdFact | None) -> str:
    return id_numbers.mask_phone(sealing.unseal(fact.phone_sealed)) if fact is not None and fact.phone_sealed else ""


def _finding(key: str, row: GuaranteeFinding | None) -> dict[str, str]:
    return {
        "label": GUARANTEES[key], "outcome": OUTCOMES.get(row.outcome, "") if row else "未核查",
        "day": str(row.valid_from) if row else "", "evidence": row.evidence if row else "",
    }  # fmt: skip


def _income(rows: Sequence[IncomeAccount]) -> dict[str, Any]:
    lines = [
        {
            "year": str(row.year),
            "net": _yuan(row.net_fen),
            "per_head": _yuan(row.per_head_fen),
            "line": _yuan(row.line_fen),
        }
        for row in rows[-8:]
    ]
    last = lines[-1] if lines else {"net": "", "per_head": ""}
    return {"incomes": lines, "net_income": last["net"], "per_head": last["per_head"]}


def _yuan(fen: int | None) -> str:
    return "" if fen is None else f"{to_yuan(fen):,.2f}"


def _helpers(villages: Collection[int], on: date) -> dict[int, list[str]]:
    """Who helps in these villages, by name: one question."""
    rows = Posting.objects.on(on).filter(division_id__in=villages, role__in=HELPING).order_by("role", "id")
    found: dict[int, list[str]] = defaultdict(list)
    for village, name, username in rows.values_list("division_id", "user__full_name", "user__username"):
        if (name or username) not in found[village] and len(found[village]) < 4:
            found[village].append(name or username)
    return found


def sample(on: date) -> dict[str, Any]:
    """A made-up household for a preview: its numbers begin with the area that is nobody's."""
    member = {"name": "包示例", "relation": "户主", "sex": "男", "age": "52", "id_number": "1599***********123", "health": "健康",
              "labour": "普通劳动力", "is_head": True, "mongolian": ""}  # fmt: skip
    return {
        **dict.fromkeys(FIELDS, ""), **_words(on), "is_made_up": True, "household_number": "1599000000000001", "head": "包示例", "members_count": "2",
        "place": "示例旗示例苏木示例嘎查", "village": "示例嘎查", "township": "示例苏木", "banner": "示例旗",
        "office": "示例旗" + words.word("office", on), "status": words.word("household", on), "cause": "因病",
        "phone": "139****0000", "net_income": "12,000.00", "per_head": "6,000.00", "helpers": "示例人",
        "day": f"{on.year}年{on.month}月{on.day}日", "members": [member, {**member, "name": "高示例", "relation": "配偶", "sex": "女"}],
        "guarantees": [_finding(key, None) for key in GUARANTEES],
        "incomes": [{"year": str(on.year - 1), "net": "12,000.00", "per_head": "6,000.00", "line": "4,000.00"}],
    }  # fmt: skip


def kind() -> SubjectKind:
    """Households, as `config` hands them to papers."""
    return SubjectKind(
        KIND,
        ("户", "Household"),
        find,
        see,
        within,
        facts,
        lambda number: reverse("registry:household", args=[number]),
        FIELDS,
        sample,
    )

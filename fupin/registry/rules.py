"""What may be done with a household, and what speaks against a value: facts in, verdicts and sentences out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from fupin.core.verdicts import Sentence as _
from fupin.core.verdicts import Verdict
from fupin.registry import words

MALE_ONLY = frozenset({"03", "06", "07", "09", "11", "13", "15", "17", "19", "22", "24", "27"})
FEMALE_ONLY = frozenset({"04", "05", "08", "10", "12", "14", "16", "18", "20", "23", "25", "26"})
"""Relations to the head that fix the sex (rule REL-006)."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the acts on a household depend on."""

    members: int
    is_gone: bool = False
    looks_back: bool = False
    may_change: bool = True


@dataclass(frozen=True, slots=True)
class MemberFacts:
    """A member as the rules see one."""

    name: str
    relation: str
    sex: str
    born_on: date | None


def may_act(standing: Standing) -> Verdict:
    """May anything at all be changed here and now?"""
    reasons: list[str] = []
    if not standing.may_change:
        reasons.append(_("当前岗位没有“登记与修改”的权限"))
    if standing.looks_back:
        reasons.append(_("正在查看过去的日期，请先回到今天"))
    if standing.is_gone:
        reasons.append(_("该户已整户减少，只能查看"))
    return Verdict(tuple(reasons))


def may_split(standing: Standing) -> Verdict:
    """A household splits when somebody goes and somebody stays."""
    alone = Verdict((_("只有一名成员，不能分户"),)) if standing.members < 2 else Verdict()
    return may_act(standing) & alone


def may_change_head(standing: Standing) -> Verdict:
    """Another head needs another member."""
    alone = Verdict((_("没有其他成员可任户主"),)) if standing.members < 2 else Verdict()
    return may_act(standing) & alone


def may_set_status(standing: Standing) -> Verdict:
    """The register status is never set by hand: it moves by identification, exit and monitoring."""
    by_procedure = Verdict((_("身份由识别、退出、监测程序产生，不能手工修改；期初数据由导入写入"),))
    return may_act(standing) & by_procedure


def check_members(members: Sequence[MemberFacts], *, on: date, head_least_age: int) -> Verdict:
    """One head, at most one spouse, relations that agree with the sex (rules REL-001, 002, 006, 007, 008, 011)."""
    heads = [member for member in members if member.relation == words.HEAD]
    spouses = [member for member in members if member.relation == "02"]
    reasons: list[str] = []
    if not heads:
        reasons.append(_("没有户主：请把一名成员的“与户主关系”填为本人或户主"))
    if len(heads) > 1:
        reasons.append(_("户主只能有一人，现有 {names}", names="、".join(one.name for one in heads)))
    if len(spouses) > 1:
        reasons.append(_("配偶只能有一人，现有 {names}", names="、".join(one.name for one in spouses)))
    if heads and spouses and heads[0].sex and heads[0].sex == spouses[0].sex:
        reasons.append(_("户主与配偶性别相同，请核对性别或与户主关系"))
    reasons += [sentence for member in members if (sentence := contradicts_sex(member))]
    return Verdict(tuple(reasons))


def contradicts_sex(member: MemberFacts) -> str:
    """Does the relation to the head contradict the sex (REL-006)? The sentence, or nothing."""
    wrong = (member.sex == "1" and member.relation in FEMALE_ONLY) or (
        member.sex == "2" and member.relation in MALE_ONLY
    )
    return _("{name}的与户主关系与性别不符，请核对", name=member.name) if wrong else ""


def check_causes(main: str, others: str, *, most: int) -> Verdict:
    """Other causes do not repeat the main one and are at most `most` (REL-016); they need a main one."""
    found = [code for code in others.split(",") if code]
    reasons: list[str] = []
    if main and main in found:
        reasons.append(_("其他致贫原因不能与主要致贫原因相同"))
    if len(found) > most:
        reasons.append(_("其他致贫原因最多 {most} 项，现为 {count} 项", most=most, count=len(found)))
    if found and not main:
        reasons.append(_("填写其他致贫原因前，请先填写主要致贫原因"))
    return Verdict(tuple(reasons))


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Values of one person that cannot both be true: the quality rule, the field it is told at, the fields it reads."""

    code: str
    field: str
    fields: tuple[str, ...]
    holds: Callable[[Mapping[str, Any]], bool]
    sentence: str


NOT_AT_SCHOOL = ("", "01", "17")
"""Not a pupil, and a child below school age, whose schooling may be said as well."""
BELOW_SCHOOL_AGE = "06"


def _is_schooled_twice(one: Mapping[str, Any]) -> bool:
    return (one.get("student") or "") not in NOT_AT_SCHOOL and (one.get("education") or "") not in (
        "",
        BELOW_SCHOOL_AGE,
    )


def _works_in_part(one: Mapping[str, Any]) -> bool:
    months = one.get("work_months")
    somewhere = bool(one.get("work_place") or one.get("work_division_code"))
    return months is None if somewhere else bool(months)


PERSON_CONTRADICTIONS = (
    Contradiction("EDU-001", "education", ("education", "student"), _is_schooled_twice,
                  _("在校生不填文化程度：在校的只填在校生状况，不在校的只填文化程度")),
    Contradiction("EMP-002", "work_months", ("work_place", "work_division_code", "work_months"), _works_in_part,
                  _("务工地点和务工时间只填了一项，请补全，或两项都清空")),
    Contradiction("SOC-002", "has_employee_medical", ("has_resident_medical", "has_employee_medical"),
                  lambda one: bool(one.get("has_resident_medical") and one.get("has_employee_medical")),
                  _("城乡居民医保和职工医保不能同时参加，请核对")),
    Contradiction("SOC-007", "gets_destitute_support", ("gets_subsistence_allowance", "gets_destitute_support"),
                  lambda one: bool(one.get("gets_subsistence_allowance") and one.get("gets_destitute_support")),
                  _("低保和特困供养不能同时享受，请核对")),
)  # fmt: skip
"""Rules of severity E: such an entry is refused. They are judged where one of their fields is given or changed."""


def contradictions(one: Mapping[str, Any], given: Collection[str] | None = None) -> list[Contradiction]:
    """What of a person's values contradicts itself; `given` narrows it to what was touched."""
    return [
        each for each in PERSON_CONTRADICTIONS
        if (given is None or set(given) & set(each.fields)) and each.holds(one)
    ]  # fmt: skip


def doubts(one: Mapping[str, Any]) -> list[str]:
    """What of a person hardly stands together and is nevertheless written (severity W): sentences to be told."""
    health = [code for code in (one.get("health") or "").split(",") if code]
    return [_("健康状况选了“健康”，又选了别的，已照写，请核对")] if "01" in health and len(health) > 1 else []


def check_against_number(
    *, sex: str, born_on: date | None, number_sex: str, number_born_on: date | None
) -> Verdict:  # fmt: skip
    """Sex and birth day agree with the id number (ID-007, ID-008)."""
    reasons: list[str] = []
    if sex and number_sex and sex != number_sex:
        reasons.append(_("性别与身份证号不一致，请核对证件"))
    if born_on and number_born_on and born_on != number_born_on:
        reasons.append(_("出生日期与身份证号中的 {day} 不一致，请核对证件", day=number_born_on))
    return Verdict(tuple(reasons))


def income_window(year: int, start: str) -> tuple[date, date]:
    """The yearly window that ends in a year: from `start` (MM-DD) of the year before, end exclusive."""
    month, day = (int(part) for part in start.split("-"))
    if (month, day) == (1, 1):
        return date(year, 1, 1), date(year + 1, 1, 1)
    return date(year - 1, month, day), date(year, month, day)


def net_fen(*, wage: int, business: int, property: int, transfer: int, cost: int) -> int:
    """Net income: what came in less the cost of production (handbook §2.1), all in fen."""
    return wage + business + property + transfer - cost


def reference_fen(net: int, *, claims: int, self_paid: int) -> int:
    """The income that monitoring looks at: net plus insurance claims less self-paid medical costs (since 2021)."""
    return net + claims - self_paid

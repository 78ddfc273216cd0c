"""Vocabulary of the register: which field speaks which code list, and what the lists' codes mean for us.

A field is bound to the register's own list; the words offered on a day are those of the regime of that day
(`education` offers the list of 2016 or of 2020), the code stored is always the register's.
"""

from __future__ import annotations

from datetime import date
from functools import cache, lru_cache

from fupin.core import codes
from fupin.policy.catalogue import CodeList, Item, code_list
from fupin.policy.regimes import NoRegime, regime

HOUSEHOLD_CODES = {
    "household_kind": "household_kind",
    "main_cause": "main_cause",
    "other_causes": "main_cause",
    "risks": "risk_cause",
    "disaster_kind": "disaster_kind",
    "not_exit_reason": "not_exit_reason",
    "water_source": "water_source",
    "road_type": "road_type",
    "house_structure": "house_structure",
    "house_grade": "house_grade",
    "fuel": "fuel",
    "relocation_mode": "relocation_mode",
    "relocation_settlement": "relocation_settlement",
    "relocation_place": "relocation_place",
    "relocation_difficulty": "relocation_difficulty",
}
STATUS_CODES = {
    "status": "register_status",
    "monitor_kind": "monitor_kind",
    "standard": "poverty_standard",
    "risk_clear_mode": "risk_clear_mode",
}
PERSON_CODES = {
    "sex": "sex",
    "ethnicity": "ethnicity",
    "education": "education",
    "student": "student",
    "dropout_reason": "dropout_reason",
    "political": "political",
    "health": "health",
    "disability_category": "disability_category",
    "disability_grade": "disability_grade",
    "labour": "labour",
    "work_place": "work_place",
    "job_channel": "job_channel",
    "public_job": "public_job",
}
MEMBERSHIP_CODES = {"relation": "relation_to_head", "joined_by": "member_change", "left_by": "member_change"}
SEVERAL = frozenset({"other_causes", "risks", "health"})
"""Fields that hold several codes, joined by commas."""

HEAD = "01"
"""Relation to the head: the head."""
DEATH, MARRIED_OUT, BIRTH, MARRIED_IN, MOVED_IN, MOVED_OUT = "01", "02", "06", "05", "07", "08"
"""Reasons of a change of members (member_change)."""
ENTRIES = ("05", "06", "07", "09", "10", "11")
LEAVINGS = ("01", "02", "03", "04", "08")

NOT_EXITED = ("01", "02", "04")
"""Registered and not yet exited: exit prepared, returned, not exited."""
EXITED = ("03", "05", "06", "07", "08")
STRUCK_OFF = "99"
MONITORED = ("100A03001", "100A03002", "100A03003")

ATTACHMENTS = {
    "family": ("全户照片", "Photo of the family"),
    "house": ("住房照片", "Photo of the house"),
    "water": ("饮水照片", "Photo of the water supply"),
    "income": ("收入证明", "Proof of income"),
    "signature": ("签字页", "Signed page"),
    "authorisation": ("承诺授权书", "Promise and authorisation"),
    "application": ("申请书", "Application"),
    "verification": ("入户核查表", "Home verification form"),
    "minutes": ("评议记录", "Minutes of the review"),
    "publicity": ("公示表", "Publicity sheet"),
    "approval": ("审批表", "Approval"),
    "notice": ("告知书", "Notice"),
    "handbook": ("帮扶手册", "Handbook"),
    "other": ("其他材料", "Other"),
}
"""What a photo or document shows: Chinese, English."""
EVIDENCE = ("income", "signature", "authorisation", "other")
"""The kinds that an income item can rest on; what is added for one is the first. A photo of the family shows no amount."""
GUARANTEES = ("food", "clothing", "schooling", "medical", "housing", "water")
OUTCOMES = ("met", "unmet", "unknown")

ACTS = {
    "registry.register": ("登记新户", "Household registered"),
    "registry.household.change": ("登记变化", "Household changed"),
    "registry.household.correct": ("更正登记", "Household corrected"),
    "registry.household.gone": ("整户减少", "Household gone"),
    "registry.person.register": ("登记成员", "Person registered"),
    "registry.person.return": ("成员再次入户", "Person joins again"),
    "registry.person.change": ("登记个人变化", "Person changed"),
    "registry.person.correct": ("更正个人登记", "Person corrected"),
    "registry.person.leave": ("成员减少", "Person left"),
    "registry.member.add": ("增加成员", "Member added"),
    "registry.member.remove": ("减少成员", "Member removed"),
    "registry.head.change": ("变更户主", "Head changed"),
    "registry.phone_forms": ("补记电话形式", "Phone forms told"),
    "registry.split": ("分户", "Household split"),
    "registry.merge": ("并户", "Household merged"),
    "registry.move": ("迁移", "Household moved"),
    "registry.finding": ("保障核查", "Guarantee finding"),
    "registry.income": ("收入核算", "Income account"),
    "registry.income.cite": ("引用收入凭证", "Evidence of income cited"),
    "registry.income.uncite": ("撤下收入凭证", "Evidence of income taken off"),
    "registry.income.sign": ("收入核算签字", "Income account signed"),
    "registry.reveal": ("查看完整号码", "Number revealed"),
    "registry.tell_apart": ("核对为不同的人", "Told apart"),
    "registry.export": ("导出名单", "List exported"),
    "core.attach": ("添加材料", "File added"),
    "core.detach": ("移除材料", "File removed"),
}
"""The acts of the register as the trail names them: Chinese, English."""

GROUPS = {
    "户与地点": "Household and place",
    "建档立卡状态": "Register status",
    "致贫原因与风险": "Causes and risks",
    "土地与草场": "Land and pasture",
    "生产生活条件": "Living conditions",
    "易地搬迁": "Relocation",
    "账户与备注": "Account and remarks",
    "基本情况": "Person",
    "教育": "Schooling",
    "健康": "Health",
    "劳动与务工": "Labour and work",
    "保险与保障": "Insurance and benefits",
    "户主": "Head",
    "核算口径": "Basis of the account",
    "工资性收入": "Wages",
    "生产经营性收入": "Business",
    "财产性收入": "Property",
    "转移性收入": "Transfers",
    "生产经营性支出": "Cost of business",
    "参考收入": "Reference income",
}
"""The headings of the columns in English."""


def heading(title: str, *, english: bool) -> str:
    """A heading of columns in the reader's language."""
    return GROUPS.get(title, title) if english else title


@cache
def binding(field: str) -> str:
    """The code list of a field. Raises KeyError for a field that holds no code."""
    for bound in (HOUSEHOLD_CODES, STATUS_CODES, PERSON_CODES, MEMBERSHIP_CODES):
        if field in bound:
            return bound[field]
    raise KeyError(field)


def list_of(name: str, on: date | None = None) -> CodeList:
    """The list of a name as its regime has it on a day."""
    if on is None:
        return code_list(name)
    try:
        return regime(on).code_list(name)
    except NoRegime:
        return code_list(name)


def choices(name: str, on: date, *, english: bool = False, place: codes.Place = codes.NOWHERE) -> list[tuple[str, str]]:
    """What may be chosen from a list on a day: the register's code and the word of that time, then the own codes of
    the offices that answer for `place`."""
    return [
        *_shipped(name, on, english),
        *(_choice(item, on, english) for item in codes.offered(name, on=on, place=place)),
    ]


@lru_cache(maxsize=2_000)
def _shipped(name: str, on: date, english: bool) -> tuple[tuple[str, str], ...]:
    known = list_of(name, on)
    return tuple(_choice(item, on, english) for item in known.items if item.holds(max(on, known.since)))


def _choice(item: Item, on: date, english: bool) -> tuple[str, str]:
    return item.means or item.code, item.label_en if english else item.label_on(on)


def label(name: str, code: str, on: date | None = None, *, english: bool = False) -> str:
    """The word for a code (or several, joined by commas) as said on a day; nothing for nothing."""
    if not code:
        return ""
    labels = [codes.label(name, each, english=english, on=on) for each in code.split(",")]
    return (", " if english else "、").join(labels)


def word(key: str, on: date, *, english: bool = False) -> str:
    """A word of the regime of a day: what a household, a status, a line is called then."""
    try:
        return regime(on).word(key, english)
    except NoRegime:
        return regime(date(2014, 1, 1)).word(key, english)

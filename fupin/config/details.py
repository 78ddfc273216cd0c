"""What an entry of the trail holds, in words: fields by their official names, codes by their labels, money in yuan."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from django.utils.translation import gettext as _

from fupin.accounts.models import User
from fupin.accounts.roles import ROLES
from fupin.accounts.words import DUTIES
from fupin.core.cells import show
from fupin.core.columns import Column, Kind, english_name, unit_of
from fupin.core.ledgers import all_ledgers
from fupin.core.money import to_yuan
from fupin.core.sentences import bracketed, listed, together, told
from fupin.divisions.queries import tree
from fupin.notices import words as notice_words
from fupin.policy import catalogue, parameters
from fupin.quality.signs.words import KINDS as SIGN_KINDS
from fupin.registry.models import Household, Person
from fupin.registry.sheets import HOUSEHOLDS, INCOME, PERSONS
from fupin.registry.words import ATTACHMENTS, label
from fupin.rulebook import wording

NAMES: dict[str, tuple[str, str]] = {
    # name in the entry: (label, English label)
    "added": ("加入", "Joined"),
    "allowed": ("权限", "Permissions"),
    "amount": ("金额", "Amount"),
    "area": ("负责片区", "Area"),
    "as_of": ("截至日期", "As of"),
    "assigned": ("重新分派", "Assigned anew"),
    "asks": ("核实事项", "Asked"),
    "asks_en": ("英文核实事项", "Asked in English"),
    "attachment": ("材料编号", "Attachment"),
    "back": ("返回", "Back"),
    "agrees": ("与申报情况一致", "Agrees"),
    "called": ("应到人数", "Called"),
    "case": ("案卷", "Case"),
    "changed": ("变更内容", "Changes"),
    "confirmed_by": ("补录复核人", "Confirmed by"),
    "due_on": ("办理期限", "Due"),
    "held_on": ("召开日期", "Held on"),
    "late_reason": ("逾期原因", "Why late"),
    "meeting": ("会议", "Meeting"),
    "present": ("实到人数", "Present"),
    "step": ("环节", "Step"),
    "votes": ("赞成、反对、弃权", "For, against, abstained"),
    "channel": ("途径", "Channel"),
    "code": ("编码", "Code"),
    "columns": ("列", "Columns"),
    "compared": ("核对项数", "Fields compared"),
    "created": ("新增", "Added"),
    "days": ("有效天数", "Days"),
    "days_late": ("逾期天数", "Days late"),
    "dataset": ("判断的数据", "Data judged"),
    "different": ("不一致", "Different"),
    "document": ("依据文件", "Document"),
    "duty": ("职责", "Duty"),
    "entries": ("分项数", "Entries"),
    "evidence": ("依据", "Evidence"),
    "field": ("字段", "Field"),
    "fields": ("填写项数", "Fields filled in"),
    "file": ("文件", "File"),
    "files": ("文件", "Files"),
    "filters": ("筛选条件", "Filters"),
    "finds": ("条件", "Condition"),
    "found_by": ("核查人", "Found by"),
    "form": ("采集表版本", "Form"),
    "from": ("起始", "From"),
    "gone": ("整户减少", "Household gone"),
    "gone_there": ("那边没有", "Gone there"),
    "guarantee": ("保障项目", "Guarantee"),
    "head": ("户主编号", "Head"),
    "households": ("户数", "Households"),
    "import": ("导入编号", "Import"),
    "into": ("并入", "Into"),
    "is_changed": ("有无变化", "Changed"),
    "item": ("收支项目", "Income item"),
    "joined_by": ("增加原因", "Joined by"),
    "kind": ("类别", "Kind"),
    "label": ("名称", "Name"),
    "label_en": ("英文名称", "English name"),
    "ledger": ("内容", "Record type"),
    "left": ("离开", "Left"),
    "left_by": ("减少原因", "Left by"),
    "line": ("行", "Line"),
    "lines": ("行数", "Lines"),
    "list": ("名单", "List"),
    "method": ("方式", "Method"),
    "moved": ("迁居", "Moved"),
    "name": ("名称", "Name"),
    "net": ("年纯收入", "Net income"),
    "new_head": ("新户主编号", "New head"),
    "new_household": ("新户编号", "New household"),
    "new_there": ("那边新增", "New there"),
    "note": ("说明", "Note"),
    "notice_kind": ("公示类别", "Kind of notice"),
    "number": ("编号", "Number"),
    "officer": ("采集人编号", "Officer"),
    "objection_outcome": ("处理结果", "Outcome"),
    "on": ("日期", "Day"),
    "outcome": ("核查结果", "Outcome"),
    "per_head": ("人均纯收入", "Net income a head"),
    "period": ("时期", "Period"),
    "person": ("人编号", "Person"),
    "persons": ("人数", "Persons"),
    "photographs": ("照片张数", "Photographs"),
    "place": ("地点", "Place"),
    "posting": ("任职编号", "Posting"),
    "purpose": ("用途", "Purpose"),
    "query": ("查询条件", "Query"),
    "read": ("读入", "Read"),
    "other": ("另一人", "Other person"),
    "reason": ("原因", "Reason"),
    "receipt": ("受理编号", "Receipt"),
    "rejected": ("退回", "Rejected"),
    "relation": ("与户主关系", "Relation to the head"),
    "role": ("岗位角色", "Role"),
    "rotated": ("已更换", "Rotated"),
    "renewed": ("已更新", "Renewed"),
    "rows": ("行数", "Rows"),
    "rule": ("规则", "Rule"),
    "same": ("一致", "The same"),
    "scopes": ("权限", "Permissions"),
    "second_factor": ("二次验证", "Second factor"),
    "seed": ("随机种子", "Seed"),
    "severity": ("级别", "Severity"),
    "sha256": ("文件校验值", "SHA-256"),
    "size": ("样本户数", "Sample"),
    "source": ("来源", "Source"),
    "spoke_to": ("受访人", "Spoken to"),
    "state": ("状态", "State"),
    "successor": ("去向", "Successor"),
    "switched": ("是否启用", "Switched on"),
    "taken": ("拍摄日期", "Taken on"),
    "theirs": ("国家系统的值", "Their value"),
    "token": ("令牌编号", "Token"),
    "uid": ("统一身份标识", "Identity"),
    "unchanged": ("未变", "Unchanged"),
    "until": ("公示至", "Until"),
    "updated": ("更新", "Updated"),
    "username": ("用户名", "User name"),
    "valid_to": ("止", "To"),
    "village": ("行政村", "Village"),
    "visit": ("走访结果", "Outcome of the visit"),
    "visited_on": ("走访日期", "Day of the visit"),
    "who": ("采集对象", "Households"),
    "why": ("原因", "Reason"),
    "wrong": ("差错项数", "Fields wrong"),
    "year": ("年度", "Year"),
    "answers.changed": ("问题有变化", "Changed since"),
    "answers.closed": ("已办结", "Closed by the rule"),
    "answers.empty": ("未填写", "Not filled in"),
    "answers.evidence": ("佐证材料份数", "Pieces of evidence"),
    "answers.good": ("可提交", "Ready to be handed in"),
    "answers.refused": ("退回", "Returned"),
    "answers.same": ("已有相同答复", "Answered alike"),
    "answers.settled": ("他人已办理", "Done by others"),
    "answers.still": ("规则仍命中", "Still found"),
    "answers.waiting": ("已提交，待复核", "Waits for the check"),
}
"""Names that are no column of a record type; behind a kind of acts, what a name is called there."""

WORDS: dict[str, dict[str, tuple[Any, Any]]] = {
    "role": {name: (role.label, role.label_en) for name, role in ROLES.items()},
    "duty": DUTIES,
    "method": {"password": ("密码", "Password"), "oidc": ("统一身份认证", "Single sign-on")},
    "state": {
        "open": ("期初中", "Open"), "closing_asked": ("待另一人确认关闭", "Closing asked for"),
        "closed": ("已关闭", "Closed"), "drawn_up": ("待移交人签字", "Waits for the leaver"),
        "given": ("待接收人签字", "Waits for the successor"), "taken": ("已交接", "Handed over"),
        "dropped": ("已作废", "Dropped"),
    },
    "why": {
        "sign_out": ("本人退出", "Signed out"), "idle": ("长时间未操作", "Idle"), "limit": ("登录满时限", "Time is up"),
    },
    "kind": {**ATTACHMENTS, **{kind: (label, label) for kind, label in SIGN_KINDS.items()}},
    "notice_kind": {kind: (label, label) for kind, label in notice_words.KINDS.items()},
    "place": {place: (label, label) for place, label in notice_words.PLACES.items()},
    "channel": {channel: (label, label) for channel, label in notice_words.CHANNELS.items()},
    "objection_outcome": {outcome: (label, label) for outcome, label in notice_words.OUTCOMES.items()},
    "collection.kind": {
        "first_half": ("上半年", "First half"), "second_half": ("下半年", "Second half"), "special": ("专项", "Special"),
    },
    "collection.state": {
        "drafted": ("草拟", "Drafted"), "open": ("采集中", "Collecting"), "checking": ("核查中", "Checking"),
        "closed": ("已结束", "Closed"), "dropped": ("已作废", "Dropped"),
    },
    "collection.visit": {
        "visited": ("已走访，待确认", "Visited"), "absent": ("家中无人", "Nobody at home"), "refused": ("拒绝采集", "Refused"),
        "moved": ("已搬走", "Moved away"), "collected": ("已采集", "Collected"), "left_out": ("经批准不采集", "Left out"),
    },
    "collection.who": {
        "registered": ("建档立卡未脱贫户和监测对象", "Registered and monitored"), "monitored": ("监测对象", "Monitored"),
        "condition": ("符合条件的户", "By a condition"),
    },
}  # fmt: skip
"""Values that come from no code list."""

CODED = {
    "guarantee": "guarantee", "outcome": "guarantee_outcome", "joined_by": "member_change", "left_by": "member_change",
    "relation": "relation_to_head", "item": "income_item",
}  # fmt: skip


def speak(act: str, name: str, english: bool) -> tuple[str, Callable[[Any], str]]:
    """How an entry's field is called, and how its values are said."""
    if act.startswith("rulebook.") and name in {**parameters.parameters(), **catalogue.code_lists()}:
        return _setting(name, english)
    column = _column(act, name.removesuffix("_fen"))
    short = name.removesuffix("_fen")
    if name in CODED:
        return NAMES[name][english], lambda value: label(CODED[name], str(value), english=english)
    if column is not None and (name == "kind" or name not in WORDS):
        return _heading(column, english), lambda value: _said(column, value, english)
    heading = NAMES.get(f"{act.partition('.')[0]}.{short}", NAMES.get(short, (name, name)))[english]
    if name != short:
        return heading, lambda value: f"{to_yuan(int(value))} {'yuan' if english else '元'}"
    if name == "field":
        return heading, lambda value: _heading(named, english) if (named := _column(act, str(value))) else str(value)
    known = {
        **WORDS.get(f"{act.partition('.')[0]}.{name}", WORDS.get(name, {})),
        **(_ledgers() if name == "ledger" else {}),
    }

    def say(value: Any) -> str:
        is_known = isinstance(value, str) and value in known
        return str(known[value][english]) if is_known else _plain(act, value, english)

    return heading, say


def _setting(name: str, english: bool) -> tuple[str, Callable[[Any], str]]:
    """An office's own parameter or code, as the page of its request says it."""
    known = parameters.parameters().get(name)
    if known is None:
        held = catalogue.code_list(name)
        return held.title_en if english else held.title, lambda value: _code(value, english)
    unit = known.unit_label(english)
    heading = known.label_en if english else known.label
    return heading, lambda value: f"{wording.show(known, known.read(value), english)} {unit}".strip()


def _code(value: Any, english: bool) -> str:
    """The words of an own code; the English one beside the Chinese, for both were confirmed."""
    words = (value["label_en"], value["label"]) if english else (value["label"], value["label_en"])
    return bracketed(*words)


def _heading(column: Column, english: bool) -> str:
    return english_name(column) if english else column.label


def _said(column: Column, value: Any, english: bool) -> str:
    if column.kind is Kind.DIVISION and isinstance(value, int):
        return tree().name(value)
    text, unit = show(column, value, english=english), unit_of(column, english=english)
    return f"{text} {unit}" if unit else text


def _plain(act: str, value: Any, english: bool) -> str:
    """Several values one after the other; a change inside a change as `name：old → new`."""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, Mapping):
        return together(told(name, text) for name, text in said(act, value, english))
    if isinstance(value, list | tuple):
        return listed(_plain(act, one, english) for one in value)
    return str(value)


def said(act: str, detail: Mapping[str, Any], english: bool) -> list[tuple[str, str]]:
    """An entry's detail in words: (name, `old → new` or value)."""
    found = []
    # PostgreSQL keeps the names of a JSON value in an order of its own.
    for name, value in sorted(detail.items()):
        heading, show_value = speak(act, name, english)
        if isinstance(value, list) and len(value) == 2:
            old, new = ("—" if one in (None, "") else show_value(one) for one in value)
            found.append((heading, f"{old} → {new}"))
        elif value not in (None, ""):
            found.append((heading, show_value(value)))
    return found


def _column(act: str, name: str) -> Column | None:
    """The column that a name stands for: of the act's own record type, else of the register."""
    record = act.partition(".")[0]
    if record == "persons" or act.startswith("registry.person."):
        return _of_persons().get(name)
    if record in ("registry", "households", "income", "national"):
        return _of_households().get(name)
    ledger = next((one for one in all_ledgers() if one.name == record), None)
    return ledger.by_name.get(name) if ledger else None


@cache
def _of_persons() -> dict[str, Column]:
    return _by_name(HOUSEHOLDS, PERSONS)


@cache
def _of_households() -> dict[str, Column]:
    return _by_name(INCOME, PERSONS, HOUSEHOLDS)


def _by_name(*lists: Iterable[Column]) -> dict[str, Column]:
    """The columns of several record types by name; what the later ones say counts."""
    return {column.name: column for columns in lists for column in columns}


def _ledgers() -> dict[str, tuple[str, str]]:
    register = {"households": ("户", "Households"), "persons": ("人", "Persons"), "income": ("收入", "Income")}
    return register | {one.name: (str(one.label), one.label_en) for one in all_ledgers()}


def _numbers(model: type[Household] | type[Person]) -> Callable[[Iterable[int]], dict[int, str]]:
    def numbers(ids: Iterable[int]) -> dict[int, str]:
        return dict(model.objects.filter(pk__in=list(ids)).values_list("pk", "number"))

    return numbers


def _users(ids: Iterable[int]) -> dict[int, str]:
    return dict(User.objects.filter(pk__in=list(ids)).values_list("pk", "username"))


def _divisions(ids: Iterable[int]) -> dict[int, str]:
    return {id: tree().name(id) for id in ids}


SUBJECT_NUMBERS: dict[str, Callable[[Iterable[int]], dict[int, str]]] = {
    "household": _numbers(Household), "person": _numbers(Person), "user": _users, "division": _divisions,
}  # fmt: skip
"""What people call the subjects: a household's and a person's number, a user's name, a division's."""


def find_subject(text: str) -> str:
    """The subject of a household's or a person's number, or of a user name; empty for none."""
    for kind, model, field in (
        ("household", Household, "number"),
        ("person", Person, "number"),
        ("user", User, "username"),
    ):
        found = model.objects.filter(**{field: text}).values_list("pk", flat=True).first()
        if found is not None:
            return f"{kind}:{found}"
    return ""

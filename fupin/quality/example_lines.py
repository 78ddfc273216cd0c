"""Examples of a rule as an officer types them, one a line: `家庭人口=10；住房面积=40｜与户主关系=配偶；性别=女`.

Fields are called by their labels or names, codes likewise, money is in yuan; what stands behind each `｜` is one member.
The day on which an example is judged, where it is not the day on which the rule comes to hold, stands first: `判断日期=2019-06-30`.
What cannot be said like this (a text that holds one of the signs) stands as JSON, so that no example is ever lost.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from fupin.bulk.datasets import Dataset, Field, Type, declared
from fupin.conditions import tree
from fupin.conditions.saying import is_english, label
from fupin.core import codes
from fupin.core.money import NotMoney, to_fen, to_yuan
from fupin.core.refusals import Refused
from fupin.policy.catalogue import code_list
from fupin.rulebook.conditions import read_condition
from fupin.rulebook.rule_checks import ON

_PARTS, _MEMBERS = re.compile("[；;]"), re.compile("[｜|]")
MOST_SAID = 10
_YES, _NO = ("是", "yes", "true"), ("否", "no", "false")
_NOTHING = ("什么都未填写", "nothing filled in")
_DAYS = ("判断日期", "Judged on")
"""What the day of an example is called."""
_ALONE = ("没有成员", "no members")


def read(text: str, dataset: Dataset) -> list[dict[str, Any]]:
    """The examples of some lines. Raises Refused with every line that cannot be read: which, what, the mend."""
    found, reasons = [], []
    for place, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            found.append(_json(line) if line.strip().startswith("{") else _example(line, dataset))
        except ValueError as problem:
            reasons.append(_("第 %(place)d 行读不出来：%(problem)s") % {"place": place, "problem": problem})
    if reasons:
        raise Refused(reasons[:MOST_SAID], "examples")
    return found


def _json(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError(_("每个例子写成“字段=值”，例如 %(example)s") % {"example": "家庭人口=10"}) from None
    return found  # type: ignore[no-any-return]


def _example(line: str, dataset: Dataset) -> dict[str, Any]:
    head, *rows = _MEMBERS.split(line)
    day, head = _judged_on(head)
    example = day | _row(head, dataset)
    if rows and not dataset.members:
        raise ValueError(_("只有判断户的规则可以写家庭成员"))
    for kind, link in dataset.members.items():
        if rows:
            alone = len(rows) == 1 and rows[0].strip().casefold() in _ALONE
            example[kind] = [] if alone else [_row(row, declared.dataset(link.dataset)) for row in rows]
    return example


def _judged_on(head: str) -> tuple[dict[str, Any], str]:
    """The day of an example, as text, and what else stands there."""
    first, *others = _PARTS.split(head)
    name, *value = (each.strip() for each in _is(first).split(first, maxsplit=1))
    if name.casefold() not in {ON, *(one.casefold() for one in _DAYS)}:
        return {}, head
    try:
        return {ON: date.fromisoformat(value[0] if value else "").isoformat()}, "；".join(others) or _NOTHING[0]
    except ValueError:
        raise ValueError(_("“%(name)s”应写成 2018-12-31 的样子") % {"name": name}) from None


def _row(text: str, dataset: Dataset) -> dict[str, Any]:
    if text.strip().casefold() in _NOTHING:
        return {}
    said = [part.strip() for part in _PARTS.split(text) if part.strip()]
    known = {name.casefold(): one for one in dataset.fields for name in (one.label, one.label_en, one.name) if name}
    row: dict[str, Any] = {}
    for part in said:
        name, *value = (each.strip() for each in _is(part).split(part, maxsplit=1))
        field = known.get(name.casefold())
        if field is None:
            raise ValueError(_("没有名为“%(name)s”的字段，请从下面的字段表中选用") % {"name": name[:40]})
        if not value:
            raise ValueError(_("“%(name)s”后面请写等号和值") % {"name": name})
        row[field.name] = _value(field, value[0])
    return row


def _is(part: str) -> re.Pattern[str]:
    """What stands between a field and its value; a colon only without an equals sign, as labels may hold one."""
    return re.compile("[=＝]" if "=" in part or "＝" in part else "[：:]")


def _value(field: Field, text: str) -> Any:
    """A value as records hold it; None where nothing is typed."""
    if not text:
        return None
    plain = text.removesuffix(field.unit).strip() if field.unit else text
    try:
        if field.type is Type.MONEY:
            return to_fen(plain)
        if field.type is Type.INTEGER:
            return int(plain)
        if field.type is Type.DECIMAL:
            return float(plain) if "." in plain else int(plain)
    except (NotMoney, ValueError):
        raise ValueError(
            _("“%(name)s”应为数字，现为“%(value)s”") % {"name": label(field), "value": text[:40]}
        ) from None
    if field.type is Type.BOOLEAN:
        if text.casefold() not in _YES + _NO:
            raise ValueError(_("“%(name)s”应填“是”或“否”") % {"name": label(field)})
        return text.casefold() in _YES
    if field.type is Type.CODE:
        return _code(field, text)
    if field.type is Type.CODES:
        return ",".join(_code(field, one.strip()) for one in re.split("[、,，]", text))
    return text


def _code(field: Field, text: str) -> str:
    """The code of a label or of a code; a condition may compare with one that is in no list, so that is kept."""
    if not field.codes or text in code_list(field.codes).codes:
        return text
    for known in (code_list(field.codes), codes.in_use(field.codes)):
        for one in known.items:
            if text in (one.label, one.label_en):
                return one.code
    return text


def write(examples: Iterable[Mapping[str, Any]], dataset: Dataset) -> str:
    """Examples as lines that read back as they are."""
    return "\n".join(_line(_plain(one), dataset) for one in examples)


def _plain(example: Mapping[str, Any]) -> dict[str, Any]:
    """What a form can hold: days as text."""
    return json.loads(json.dumps(dict(example), default=str))  # type: ignore[no-any-return]


def _line(example: dict[str, Any], dataset: Dataset) -> str:
    own = {name: value for name, value in example.items() if name not in dataset.members and name != ON}
    said = _say(own, dataset)
    if ON in example:
        said = f"{_DAYS[is_english()]}={example[ON]}" + (f"；{said}" if own else "")
    for kind, link in dataset.members.items():
        inner = declared.dataset(link.dataset)
        rows = example.get(kind)
        said += "".join(f"｜{_say(row, inner)}" for row in rows or ())
        said += f"｜{_ALONE[is_english()]}" if rows == [] else ""
    try:
        if _example(said, dataset) == example:
            return said
    except ValueError:
        pass
    return json.dumps(example, ensure_ascii=False)


def _say(row: Mapping[str, Any], dataset: Dataset) -> str:
    parts = [f"{label(one)}={_shown(one, value)}" for name, value in row.items() if (one := dataset.field(name))]
    return "；".join(parts) or _NOTHING[is_english()]


def _shown(field: Field, value: Any) -> str:
    if value is None:
        return ""
    if field.type is Type.MONEY:
        return str(to_yuan(value)).removesuffix(".00")
    if field.type is Type.BOOLEAN:
        return (_NO, _YES)[bool(value)][is_english()]
    if field.type in (Type.CODE, Type.CODES) and field.codes:
        return "、".join(_label(field, one) for one in str(value).split(","))
    return str(value)


def _label(field: Field, code: str) -> str:
    said = codes.label(field.codes, code, english=is_english())
    return said if _code(field, said) == code else code


def blank(dataset: str, finds: str) -> str:
    """A line to fill in: what the condition reads of the record, and of one member where it looks through them."""
    one = read_condition(dataset, finds)
    read_of: tuple[Sequence[Field], ...] = tuple(
        list({node.field.name: node.field for node in one.root.walk() if isinstance(node, tree.Ref) and node.depth == depth}.values())
        for depth in (0, 1)
    )  # fmt: skip
    own, inner = ("；".join(f"{label(field)}=" for field in fields) for fields in read_of)
    return f"{own}｜{inner}" if inner else own

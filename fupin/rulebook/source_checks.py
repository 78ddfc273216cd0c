"""A source in an office's words is read before anybody else sees it: its columns, keys, conditions and questions.

An office writes no condition for the ordinary case: each column may carry one plain comparison, and the conditions are
made of these. What more it writes is a condition like that of any rule: read and refused, never run as text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from fupin.core.refusals import Refused
from fupin.core.workbooks.headers import fold
from fupin.divisions.tree import Node
from fupin.policy import sources as shipped
from fupin.policy.documents import Faulty
from fupin.policy.quality import SEVERITIES
from fupin.policy.sources import OWN_MARK, Feeds, Source
from fupin.rulebook import own_sources
from fupin.rulebook.source_columns import Columns
from fupin.rulebook.source_conditions import absence_of, condition_of, read_when

LENGTHS = {"label": 40, "department": 40, "basis_title": 100, "basis_number": 60, "means": 300}
ENGLISH = {"label_en": ("label", 80), "department_en": ("department", 80), "legal_basis_en": ("legal_basis", 300),
           "means_en": ("means", 400)}  # fmt: skip
"""English words, their Chinese ones, and how long they may be; what is not said in English stays in Chinese."""
WHOM = {
    "all": "",
    "registered": "is_registered",
    "monitored": "is_monitored",
    "both": "(is_registered or is_monitored)",
}
"""Whom a hit is asked of, and how a condition says it."""
MOST_DAYS = 1_096
"""A file older than three years says nothing of today."""
LONGEST_WHEN = 1_000
RETENTION = {False: "comparison.retention_days", True: "comparison.retention_short_days"}
_OWN = re.compile(r"[a-z0-9]{1,20}\Z")
_FORMULA = tuple("=+-@")


def names() -> dict[str, str]:
    """What a source has to say, as the form calls it."""
    return {
        "label": _("来源名称"), "department": _("主管部门"), "basis_title": _("法律依据"), "basis_number": _("依据文号"),
        "means": _("核实事项"), "label_en": _("英文名称"), "department_en": _("部门英文名称"),
        "legal_basis_en": _("法律依据英文"), "means_en": _("核实事项英文"),
    }  # fmt: skip


def read_words(name: str, given: Mapping[str, Any], *, at: Node, version: int, on: date) -> dict[str, Any]:
    """What an office says of a source, in order and with its conditions; else Refused with every reason."""
    columns = Columns(given.get("columns"), former=given.get("former"))
    words = {word: _plain(given.get(word)) for word in (*LENGTHS, *ENGLISH)}
    reasons = [*_name(name, at), *_texts(words), *_closed(given), *columns.reasons,
               *clashes(name, words["label"], at=at.id, on=on)]  # fmt: skip
    days, day = _whole(given.get("freshness_days")), _day(given.get("basis_day"))
    if days is None or not 1 <= days <= MOST_DAYS:
        reasons.append(_("数据时效应为 1 到 %(most)d 天") % {"most": MOST_DAYS})
    if day is None:
        reasons.append(_("请填写法律依据的日期"))
    if reasons:
        raise Refused(dict.fromkeys(reasons), "source")
    said: dict[str, Any] = {**words, "basis_day": str(day), "legal_basis": _basis(words, str(day))}
    said |= {english: said[english] or said[chinese] for english, (chinese, _most) in ENGLISH.items()}
    said |= {flag: given.get(flag) is True for flag in ("hits", "absents", "authorised", "sensitive", "asks_anew")}
    said |= {word: str(given.get(word) or "").strip() for word in ("when", "absent_when")}
    known = shipped.keys()
    keys = [key for key in known if key in given["keys"]]
    said |= {
        "keys": keys, "asks": [key for key in shipped.ASKS if key in keys], "columns": columns.said, "freshness_days": days,
        "whom": given["whom"], "severity": given["severity"], "retention": RETENTION[said["sensitive"]], "version": version,
    }  # fmt: skip
    return _judged(name, said, columns)


def _judged(name: str, said: dict[str, Any], columns: Columns) -> dict[str, Any]:
    """The same with the conditions that follow; each is read now. Raises Refused, BadCondition with place and mend."""
    bare = _source(name, {**said, "findings": [], "absent": []})
    for word in ("when", "absent_when"):
        if len(said[word]) > LONGEST_WHEN:
            raise Refused(_("另加的条件不超过 %(most)d 字") % {"most": LONGEST_WHEN}, "condition")
    if said["when"]:
        read_when(bare, said["when"])
    if said["absent_when"]:
        _read_absence(said["absent_when"])
    rule, whom = own_sources.rule_name(name), WHOM[said["whom"]]
    found = {"rule": rule, "when": _all([whom, *columns.tests, said["when"]])}
    missed = {"rule": rule, "when": _all([whom, said["absent_when"]])}
    said |= {"findings": [found] if said["hits"] else [], "absent": [missed] if said["absents"] else []}
    source = _source(name, said)
    for feeds in source.findings:
        condition_of(source, feeds)
    for feeds in source.absent:
        absence_of(feeds)
    return said


def _read_absence(text: str) -> None:
    """Whoever is not in the file has no row in it."""
    if "file." in text.casefold():
        raise Refused(_("“未在名册中”的条件不能用文件的列（file.），不在名册中的人没有这一行"), "condition")
    absence_of(Feeds("CMP", text))


def _source(name: str, said: Mapping[str, Any]) -> Source:
    try:
        return own_sources.source_in(name, said)
    except Faulty as fault:
        raise Refused(str(fault), "source") from None


def _all(parts: Sequence[str]) -> str:
    held = [part for part in parts if part]
    return held[0] if len(held) == 1 else " and ".join(f"({part})" for part in held)


def _plain(value: Any) -> str:
    return " ".join(str(value or "").split())


def _whole(value: Any) -> int | None:
    text = str(value).strip() if value is not None and not isinstance(value, bool) else ""
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 6 else None


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value or ""))
    except ValueError:
        return None


def _basis(words: Mapping[str, str], day: str) -> str:
    """The legal basis in one line: title, number, day."""
    inside = "，".join(part for part in (words["basis_number"], day) if part)
    return f"{words['basis_title']}（{inside}）"


def _name(name: str, at: Node) -> list[str]:
    prefix = f"{OWN_MARK}{at.short_code}_"
    if name.startswith(prefix) and _OWN.match(name.removeprefix(prefix)):
        return []
    return [_("来源代号应为小写英文字母或数字，最多 20 个，例如 pension")]


def _texts(words: Mapping[str, str]) -> list[str]:
    said, reasons = names(), []
    for word, longest in {**LENGTHS, **{name: most for name, (_of, most) in ENGLISH.items()}}.items():
        if word in LENGTHS and not words[word]:
            reasons.append(_("请填写%(what)s") % {"what": said[word]})
        elif len(words[word]) > longest:
            reasons.append(_("%(what)s不超过 %(longest)d 字") % {"what": said[word], "longest": longest})
        elif not words[word].isprintable():
            reasons.append(_("%(what)s里有不可见字符，请删去") % {"what": said[word]})
        elif words[word].startswith(_FORMULA):
            reasons.append(_("%(what)s不能以 = + - @ 开头") % {"what": said[word]})
    return reasons


def _closed(given: Mapping[str, Any]) -> list[str]:
    reasons, keys = [], given.get("keys")
    if not isinstance(keys, Sequence) or isinstance(keys, str) or not set(keys) <= set(shipped.keys()):
        reasons.append(_("匹配依据请从所列的栏目中选"))
    elif "number" not in keys:
        reasons.append(_("匹配依据须有证件号码"))
    if given.get("whom") not in WHOM:
        reasons.append(_("请选择向哪些户的人提出"))
    if given.get("severity") not in SEVERITIES:
        reasons.append(_("级别应为错误（E）、疑点（W）或提示（I）"))
    if given.get("hits") is not True and given.get("absents") is not True:
        reasons.append(_("“在名册中”和“未在名册中”至少选一项作为疑点"))
    return reasons


def clashes(name: str, label: str, *, at: int, on: date) -> list[str]:
    """What speaks against a name for a source: it means one source wherever it can be chosen."""
    plain = fold(label)
    others = [*shipped.sources().values(), *(one.source for one in own_sources.seen(on=on, areas=[at]))]
    same = [one for one in others if one.name != name and fold(one.label) == plain]
    return [_("已有名为“%(name)s”的数据来源，请另取名称") % {"name": label}] if same and plain else []

"""The columns of a department's file as an office says them, and the plain comparison that each may carry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from fupin.core.workbooks.headers import fold
from fupin.policy import sources as shipped
from fupin.policy.sources import TYPES

MOST = 30
MOST_HEADERS = 10
MOST_WORDS = 30
LONGEST = 40
TESTS: dict[str, tuple[str, ...]] = {
    "any": TYPES, "eq": TYPES[:-1], "ne": ("text", "word"), "ge": ("integer", "decimal", "money", "date"),
    "le": ("integer", "decimal", "money", "date"), "yes": ("yes_no",), "no": ("yes_no",),
}  # fmt: skip
"""The comparisons, and the kinds of columns that each is for."""
RESERVED = frozenset({
    "证件号码令牌", "token", "近似号码令牌", "行标识", "查询行标识", "line id", "查询结果", "比对结果", "核查结果", "反馈结果",
    "查询情况", "结果", "是否命中", "有无", "是否查有",
})  # fmt: skip
"""Headers that tokens and answers to letters bring along."""
_FORMULA = tuple("=+-@")
_SIGNS = {"eq": "=", "ge": ">=", "le": "<="}


class Columns:
    """The columns in order, `said` as they are kept; with every reason that speaks against them, and their `tests` as
    conditions. A column keeps the name that `former` (the version before) gave its header."""

    def __init__(self, given: Any, former: Mapping[str, Any] | None = None) -> None:
        self.said: list[dict[str, Any]] = []
        self.tests: list[str] = []
        self.reasons: list[str] = []
        self._names = {one["label"]: one["name"] for one in (former or {}).get("columns", ())}
        self._headers: set[str] = {fold(text) for key in shipped.keys().values() for text in (key.label, *key.aliases)}
        self._headers |= {fold(text) for text in RESERVED}
        rows = given if isinstance(given, Sequence) and not isinstance(given, str) else ()
        if len(rows) > MOST:
            self.reasons.append(_("最多 %(most)d 列") % {"most": MOST})
            return
        for place, row in enumerate(rows, 1):
            self._take(place, row if isinstance(row, Mapping) else {})

    def _take(self, place: int, row: Mapping[str, Any]) -> None:
        headers = [text for each in _texts(row.get("headers")) if (text := " ".join(each.split()))]
        called = _("第 %(place)d 列") % {"place": place}
        if headers:
            called += f"“{headers[0][:LONGEST]}”"
        kind, label_en = row.get("type"), " ".join(str(row.get("label_en") or "").split())
        reasons = [*self._against(headers, kind, label_en), *_against_words(row)]
        is_kept, is_required = row.get("kept") is not False, row.get("required") is True
        if is_required and not is_kept:
            reasons.append(_("不留存的列不能设为必有"))
        if row.get("test") and not is_kept:
            reasons.append(_("不留存的列不能作为条件"))
        if not reasons:
            column = {
                "name": self._name(headers[0]), "label": headers[0], "label_en": label_en or headers[0], "type": kind,
                "aliases": headers[1:], "required": is_required, "kept": is_kept,
                "test": row.get("test") or "", "bound": " ".join(str(row.get("bound") or "").split()),
            }  # fmt: skip
            if kind == "word":
                column["words"] = _words(row["words"])
            try:
                self.tests += [tested(column)] if column["test"] else []
            except ValueError as fault:
                reasons.append(str(fault))
            self.said.append(column)
        self.reasons += [_("%(column)s：%(why)s") % {"column": called, "why": why} for why in reasons]

    def _name(self, header: str) -> str:
        """c1, c2 …, or what the header was called before."""
        taken = {*self._names.values(), *(one["name"] for one in self.said)}
        free = next(f"c{nth}" for nth in range(1, 2 * MOST + 2) if f"c{nth}" not in taken)
        return self._names.get(header, free)

    def _against(self, headers: list[str], kind: Any, label_en: str) -> list[str]:
        reasons = []
        if not headers or len(headers) > MOST_HEADERS:
            reasons.append(_("请填写表头名称，最多 %(most)d 个") % {"most": MOST_HEADERS})
        for text in (*headers, label_en):
            if len(text) > LONGEST or not text.isprintable() or text.startswith(_FORMULA):
                reasons.append(
                    _("表头名称不超过 %(most)d 字，不能有不可见字符，不能以 = + - @ 开头") % {"most": LONGEST}
                )
        if taken := [text for text in headers if fold(text) in self._headers]:
            reasons.append(_("“%(header)s”与别的列或匹配依据重复") % {"header": taken[0][:LONGEST]})
        self._headers |= {fold(text) for text in headers}
        if kind not in TYPES:
            reasons.append(_("请选择这一列的内容是什么"))
        return reasons


def _texts(given: Any) -> list[str]:
    return [str(each) for each in given] if isinstance(given, Sequence) and not isinstance(given, str) else []


def _against_words(row: Mapping[str, Any]) -> list[str]:
    """What speaks against the words of a column that holds one of a few."""
    given = row.get("words")
    if row.get("type") != "word":
        return [_("只有“几种写法之一”的列才填写法")] if given else []
    if not isinstance(given, Mapping) or not 1 <= len(given) <= MOST_WORDS:
        return [_("请填写这一列的几种取值，最多 %(most)d 种，例如 有效=正常、在用；注销=已注销") % {"most": MOST_WORDS}]
    texts = [*given, *(text for each in given.values() for text in _texts(each))]
    if any(not str(text).strip() or len(str(text)) > LONGEST or not str(text).isprintable() for text in texts):
        return [_("取值和写法应为 1 到 %(most)d 字，不能有不可见字符") % {"most": LONGEST}]
    spelt = [text for each in _words(given).values() for text in {one.casefold() for one in each}]
    twice = sorted({text for text in spelt if spelt.count(text) > 1})
    return [_("写法“%(text)s”出现在两种取值中") % {"text": twice[0]}] if twice else []


def _words(given: Mapping[str, Any]) -> dict[str, list[str]]:
    """Each word with its spellings, itself the first."""
    return {
        str(word).strip(): list(dict.fromkeys((str(word).strip(), *(each.strip() for each in _texts(spellings)))))
        for word, spellings in given.items()
    }


def tested(column: Mapping[str, Any]) -> str:
    """The comparison of a column as a condition. Raises ValueError with the sentence."""
    test, kind, field = column["test"], column["type"], f"file.{column['name']}"
    if kind not in TESTS.get(test, ()):
        raise ValueError(_("这种内容不能这样比较"))
    if test == "any":
        return f"{field} is not null"
    if test in ("yes", "no"):
        return f"{field} = {'true' if test == 'yes' else 'false'}"
    if kind not in ("text", "word"):
        return f"{field} {_SIGNS[test]} {_bound(column)}"
    values = [each for each in str(column["bound"]).replace(",", "、").replace("，", "、").split("、") if each]
    if not values or (kind == "word" and not set(values) <= set(column["words"])):
        raise ValueError(_("请填写与什么比较，几个之间用顿号；几种写法之一的列填取值"))
    quoted = ["'{}'".format(each.replace("'", "''")) for each in values]
    if test == "eq":
        return " or ".join(f"{field} = {each}" for each in quoted)
    differs = " and ".join(f"{field} <> {each}" for each in quoted)
    return f"{field} is null or ({differs})"


def _bound(column: Mapping[str, Any]) -> str:
    """The number or day that a column is compared with, as conditions write it; yuan become fen."""
    text, kind = str(column["bound"]).replace(",", ""), column["type"]
    try:
        if kind == "date":
            return f"date '{date.fromisoformat(text).isoformat()}'"
        number = Decimal(text)
        exact = number * 100 if kind == "money" else number
        if not number.is_finite() or abs(exact) >= 10**13 or (kind != "decimal" and exact != int(exact)):
            raise ValueError
    except (ValueError, InvalidOperation):
        raise ValueError(
            _("请填写比较的日期，例如 2018-12-31") if kind == "date" else _("请填写比较的数，金额以元为单位")
        ) from None
    return str(int(exact)) if kind != "decimal" else format(exact, "f")

"""From text to a typed tree: `parse("persons >= 3 and main_cause = '01'", households)`.

The text is a boolean SQL expression over the declared fields of a dataset, with a closed list of functions. sqlglot
reads it, and only listed kinds of nodes are translated: text from a user is never run as it stands.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from functools import cached_property
from typing import Any

import sqlglot
from django.utils.translation import gettext as _
from sqlglot import exp
from sqlglot.errors import ParseError, TokenError

from fupin.bulk.datasets import Dataset, Type, declared
from fupin.conditions import tree
from fupin.conditions.checking import FUNCTIONS, OVERS, check_call, check_over
from fupin.conditions.tree import NUMBERS, SORTS, Node, Sort
from fupin.core import codes
from fupin.core.refusals import Refused
from fupin.policy.catalogue import UnknownList, code_list

logging.getLogger("sqlglot").setLevel(logging.ERROR)  # what it warns of is refused here, in words for who wrote it

Expr = Any
"""A node of sqlglot; its classes say too little for the type checker to be of use."""
LONGEST = 4_000
MOST_DIGITS = 15
DEEPEST = 40
"""Levels of parts within parts: people write five, and what is far deeper is meant to break something."""


class BadCondition(Refused):
    """The text is no condition over this dataset. `place` is the position of the offending word, counted from 1."""

    def __init__(self, said: str, mend: str, place: int, text: str = "") -> None:
        self.said, self.mend, self.place, self.text = said, mend, place, text
        super().__init__(
            _("第 %(place)d 字处：%(said)s。%(mend)s") % {"place": place, "said": said, "mend": mend}, "condition"
        )


@dataclass(frozen=True)
class Condition:
    """A condition that holds, does not hold or cannot be told for a record of its dataset."""

    text: str
    dataset: Dataset
    root: Node

    @cached_property
    def fields(self) -> frozenset[str]:
        """The names of the record's own fields that it reads."""
        return frozenset(n.field.name for n in self.root.walk() if isinstance(n, tree.Ref) and n.depth == 0)

    @cached_property
    def members(self) -> frozenset[str]:
        """The kinds of members that it looks through."""
        return frozenset(n.members for n in self.root.walk() if isinstance(n, tree.Over))

    @cached_property
    def settings(self) -> frozenset[str]:
        """The policy parameters that it reads."""
        return frozenset(n.name for n in self.root.walk() if isinstance(n, tree.Setting))


def parse(text: str, dataset: Dataset, *, parameters: Mapping[str, Type] | None = None) -> Condition:
    """The condition that `text` says. `parameters` names the policy parameters that it may read, with their types.

    Raises BadCondition with the place and the mend.
    """
    return Condition(text, dataset, _Parser(text, dataset, parameters or {}).root())


class _Parser:
    def __init__(self, text: str, dataset: Dataset, parameters: Mapping[str, Type]) -> None:
        self.text = text
        self.dataset = dataset
        self.parameters = parameters
        self.scopes = [dataset]
        self.words: dict[str, str] = {}
        self.depth = 0

    def root(self) -> Node:
        if len(self.text) > LONGEST:
            raise self.bad(None, _("条件太长"), _("请拆成几条，每条不超过 %d 字") % LONGEST)
        try:
            parsed = sqlglot.parse_one(self._mangled(), read="duckdb")
        except (ParseError, TokenError, ValueError, AttributeError) as fault:  # the last two: sqlglot's own stumbling
            found = getattr(fault, "errors", None) or [{}]
            place = found[0].get("col") or 1
            raise BadCondition(_("写法不对"), _("请检查括号、引号和运算符是否成对"), place, self.text) from None
        except RecursionError:
            raise self.bad(None, _("嵌套太深"), _("请拆成几条")) from None
        return self.boolean(parsed)

    def _mangled(self) -> str:
        """The text with our words hidden under names of the same length, so that no SQL meaning reaches them."""
        tokens = sqlglot.tokenize(self.text, read="duckdb")
        text = self.text
        names = {f.name for d in self._datasets() for f in d.fields if "(" in f.name}
        for place, token in enumerate(tokens[:-1]):
            word = self.text[token.start : token.end + 1]
            end = next((token.start + len(n) for n in names if self.text.startswith(n, token.start)), None)
            if end is not None:
                word, hidden = self.text[token.start : end], self._hide(self.text[token.start : end])
            elif tokens[place + 1].text == "(" and word.lower() in FUNCTIONS | OVERS.keys():
                hidden = self._hide(word.lower())
            else:
                continue
            text = text[: token.start] + hidden + text[token.start + len(word) :]
        return text

    def _hide(self, word: str) -> str:
        name = next((k for k, v in self.words.items() if v == word), None)
        name = name or f"q{len(self.words):02d}".ljust(len(word), "_")
        self.words[name] = word
        return name

    def _datasets(self) -> list[Dataset]:
        inner = [declared.datasets[m.dataset] for m in self.dataset.members.values() if m.dataset in declared.datasets]
        return [self.dataset, *inner]

    def bad(self, node: Expr | None, said: str, mend: str) -> BadCondition:
        starts = [n.meta["start"] for n in node.walk() if "start" in n.meta] if node is not None else []
        return BadCondition(said, mend, min(starts, default=0) + 1, self.text)

    def boolean(self, node: Expr) -> Node:
        """A node that must be a condition."""
        made = self.node(node)
        if made.sort is not Sort.BOOLEAN:
            raise self.bad(node, _("这里应是一个条件"), _("请写成比较，例如 persons >= 3"))
        return made

    def node(self, node: Expr) -> Node:
        make = _MAKERS.get(type(node))
        if self.depth >= DEEPEST:
            raise self.bad(None, _("嵌套太深"), _("请拆成几条"))
        if make is not None:
            self.depth += 1
            try:
                made: Node = make(self, node)
            finally:
                self.depth -= 1
            return made
        raise self.bad(
            node, _("不能使用这种写法"), _("可用：比较、and、or、not、in、between、is null、四则运算和列出的函数")
        )

    def junction(self, node: Expr) -> Node:
        kind = type(node)
        parts: list[Node] = []
        stack = [node]
        while stack:
            one = stack.pop()
            if type(one) is kind:
                stack += [one.expression, one.this]
            else:
                parts.append(self.boolean(one))
        return (tree.All if kind is exp.And else tree.Any_)(Sort.BOOLEAN, tuple(parts))

    def compare(self, node: Expr) -> Node:
        operator = _SIGNS[type(node)]
        left, right = self.node(node.this), self.node(node.expression)
        self.same(node, left, right)
        if operator in ("=", "<>") and Sort.DECIMAL in (left.sort, right.sort):
            raise self.bad(node, _("小数不能比较是否相等"), _("请用 between、>= 或 <="))
        if operator not in ("=", "<>") and (left.sort is Sort.BOOLEAN or _is_code(left) or _is_code(right)):
            raise self.bad(node, _("代码和是否不分大小"), _("请用 =、<> 或 in"))
        self.known_code(node, left, right)
        self.known_code(node, right, left)
        return tree.Compare(Sort.BOOLEAN, operator, left, right)

    def same(self, node: Expr, left: Node, right: Node) -> None:
        if Sort.CODES in (left.sort, right.sort):
            raise self.bad(node, _("多选项不能直接比较"), _("请用 has(字段, '代码')"))
        if left.sort is not right.sort and not (left.sort in NUMBERS and right.sort in NUMBERS):
            mend = (
                _("日期写成 date '2018-12-31'")
                if Sort.DATE in (left.sort, right.sort)
                else _("文字加引号，数字不加引号")
            )
            raise self.bad(node, _("两边的类型不同"), mend)

    def known_code(self, node: Expr, subject: Node, value: Node) -> None:
        if not (isinstance(subject, tree.Ref) and subject.field.codes and isinstance(value, tree.Value)):
            return
        try:
            known = code_list(subject.field.codes)
        except UnknownList:
            return
        if not codes.is_known(subject.field.codes, str(value.value)):
            some = "、".join(f"{code} {label}" for code, label in known.choices[:6])
            said = _("“%(label)s”没有代码 %(code)s") % {"label": subject.field.label, "code": value.value}
            raise self.bad(node, said, _("可用：%s") % some)

    def between(self, node: Expr) -> Node:
        subject, low, high = self.node(node.this), self.node(node.args["low"]), self.node(node.args["high"])
        for bound in (low, high):
            self.same(node, subject, bound)
        if subject.sort is Sort.BOOLEAN or _is_code(subject):
            raise self.bad(node, _("代码和是否不分大小"), _("请用 =、<> 或 in"))
        return tree.Between(Sort.BOOLEAN, subject, low, high)

    def one_of(self, node: Expr) -> Node:
        subject = self.node(node.this)
        values = []
        if node.args.get("query") is not None or not node.expressions:
            raise self.bad(node, _("in 后面只能列出值"), _("例如 main_cause in ('01', '02')"))
        for one in node.expressions:
            value = self.node(one)
            if not isinstance(value, tree.Value):
                raise self.bad(one, _("in 后面只能列出值"), _("例如 main_cause in ('01', '02')"))
            self.same(one, subject, value)
            self.known_code(one, subject, value)
            values.append(value)
        if subject.sort is Sort.DECIMAL:
            raise self.bad(node, _("小数不能比较是否相等"), _("请用 between、>= 或 <="))
        return tree.OneOf(Sort.BOOLEAN, subject, tuple(values))

    def is_(self, node: Expr) -> Node:
        if isinstance(node.expression, exp.Null):
            return tree.Missing(Sort.BOOLEAN, self.node(node.this))
        if isinstance(node.expression, exp.Boolean):
            return tree.Surely(Sort.BOOLEAN, self.boolean(node.this), bool(node.expression.this))
        raise self.bad(node, _("is 后面只能是 null、true 或 false"), _("其他比较请用 ="))

    def arithmetic(self, node: Expr) -> Node:
        operator = _SIGNS[type(node)]
        left, right = self.node(node.this), self.node(node.expression)
        for side, made in ((node.this, left), (node.expression, right)):
            if made.sort not in NUMBERS:
                raise self.bad(side, _("四则运算只用于数字"), _("日期请用 days(起, 止) 或 plus_days(日期, 天数)"))
        whole = operator != "/" and left.sort is right.sort is Sort.INTEGER
        return tree.Arithmetic(Sort.INTEGER if whole else Sort.DECIMAL, operator, left, right)

    def negative(self, node: Expr) -> Node:
        inner = self.node(node.this)
        if inner.sort not in NUMBERS:
            raise self.bad(node, _("负号只用于数字"), _("请去掉负号"))
        if isinstance(inner, tree.Value):
            return tree.Value(inner.sort, -inner.value)  # type: ignore[operator]
        return tree.Arithmetic(inner.sort, "-", tree.Value(Sort.INTEGER, 0), inner)

    def literal(self, node: Expr) -> Node:
        if node.is_string:
            if "\x00" in node.this:
                raise self.bad(node, _("文字里有不可见字符"), _("请删去"))
            return tree.Value(Sort.TEXT, str(node.this))
        digits = str(node.this)
        if not digits.replace(".", "", 1).isdecimal() or len(digits.replace(".", "")) > MOST_DIGITS:
            raise self.bad(node, _("数字写法不对"), _("请写成普通数字，最多 %d 位") % MOST_DIGITS)
        return tree.plain(Decimal(digits) if "." in digits else int(digits))

    def day(self, node: Expr) -> Node:
        literal = node.this
        if node.to.this is not exp.DataType.Type.DATE or not (isinstance(literal, exp.Literal) and literal.is_string):
            raise self.bad(node, _("不能转换类型"), _("只有日期可以写成 date '2018-12-31'"))
        try:
            return tree.plain(date.fromisoformat(literal.this))
        except ValueError:
            raise self.bad(node, _("没有这一天"), _("日期写成 date '2018-12-31'")) from None

    def column(self, node: Expr) -> Node:
        name = ".".join(part.name for part in node.parts)
        name = self.words.get(name, name)
        if name.lower() == "today":
            return tree.Day(Sort.DATE)
        for depth in range(len(self.scopes) - 1, -1, -1):
            try:
                found = self.scopes[depth].field(name)
            except KeyError:
                continue
            return tree.Ref(SORTS[found.type], found, depth)
        near = _nearest(name, self.scopes[-1].names)
        mend = _("您要的是不是“%s”？") % near if near else _("请从本数据集的字段中选")
        raise self.bad(node, _("没有名为“%s”的字段") % name, mend)

    def call(self, node: Expr) -> Node:
        word = self.words.get(str(node.this))
        if word is None:
            raise self.bad(
                node, _("没有名为“%s”的函数") % node.this, _("可用：%s") % "、".join(sorted(FUNCTIONS | OVERS.keys()))
            )
        if word in OVERS:
            return self.over(node, word)
        if word == "parameter":
            return self.setting(node)
        arguments = tuple(self.node(one) for one in node.expressions)
        sort, fault = check_call(word, arguments)
        if sort is None:
            raise self.bad(node, _("%s 的参数不对") % word, fault)
        if word == "has":
            self.known_code(node, arguments[0], arguments[1])
        return tree.Call(sort, word, arguments)

    def setting(self, node: Expr) -> Node:
        given = node.expressions
        name = given[0].this if len(given) == 1 and isinstance(given[0], exp.Literal) else ""
        if name not in self.parameters:
            raise self.bad(node, _("没有名为“%s”的政策参数") % name, _("请从参数目录中选"))
        return tree.Setting(SORTS[self.parameters[name]], name)

    def over(self, node: Expr, word: str) -> Node:
        given = node.expressions
        kind = given[0].name if given and isinstance(given[0], exp.Column) else ""
        known = self.dataset.members
        if len(self.scopes) > 1 or kind not in known:
            said = _("这里不能再套一层") if len(self.scopes) > 1 else _("没有名为“%s”的成员") % kind
            raise self.bad(node, said, _("可用：%s") % "、".join(known))
        self.scopes.append(declared.dataset(known[kind].dataset))
        try:
            arguments = [self.node(one) for one in given[1:]]
        finally:
            self.scopes.pop()
        made, fault = check_over(word, kind, arguments)
        if made is None:
            raise self.bad(node, _("%s 的参数不对") % word, fault)
        return made


_SIGNS: dict[Any, str] = {
    exp.EQ: "=", exp.NEQ: "<>", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">=", exp.Add: "+", exp.Sub: "-",
    exp.Mul: "*", exp.Div: "/",
}  # fmt: skip
_MAKERS: dict[Any, Any] = {
    exp.And: _Parser.junction, exp.Or: _Parser.junction,
    exp.Not: lambda self, node: tree.Not(Sort.BOOLEAN, self.boolean(node.this)),
    exp.Paren: lambda self, node: self.node(node.this),
    exp.EQ: _Parser.compare, exp.NEQ: _Parser.compare, exp.LT: _Parser.compare, exp.LTE: _Parser.compare,
    exp.GT: _Parser.compare, exp.GTE: _Parser.compare, exp.Between: _Parser.between, exp.In: _Parser.one_of,
    exp.Is: _Parser.is_, exp.Add: _Parser.arithmetic, exp.Sub: _Parser.arithmetic, exp.Mul: _Parser.arithmetic,
    exp.Div: _Parser.arithmetic, exp.Neg: _Parser.negative, exp.Literal: _Parser.literal, exp.Cast: _Parser.day,
    exp.Boolean: lambda self, node: tree.Value(Sort.BOOLEAN, bool(node.this)),
    exp.Column: _Parser.column, exp.Anonymous: _Parser.call,
}  # fmt: skip


def _is_code(node: Node) -> bool:
    return isinstance(node, tree.Ref) and node.field.type in (Type.CODE, Type.TOKEN)


def _nearest(name: str, names: tuple[str, ...]) -> str:
    return next(iter(get_close_matches(name, names, 1)), "")

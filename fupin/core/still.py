"""What of a page depends on nothing but the language is written once a language, not once a request.

A page of the register has some three hundred words, symbols and fixed addresses between its values. Django resolves,
translates and escapes each of them anew; here the loader draws neighbours among them together when a template is
read, and `{% kept %}` does the same for a part that repeats from page to page, such as the bar and the duties.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Hashable, Iterator
from typing import Any

from django.template import Node, NodeList, Template, TemplateSyntaxError
from django.template.base import FilterExpression, Parser, TextNode, Token, render_value_in_context, token_kwargs
from django.template.context import Context
from django.template.defaulttags import IfNode, LoadNode, URLNode
from django.template.library import SimpleNode
from django.template.loaders import cached
from django.templatetags.i18n import TranslateNode
from django.utils.translation import get_language

SAME_TAGS = frozenset({"asset", "icon"})
"""Our own tags whose answer follows from their arguments."""
MOST_KEPT = 400
"""So many ways a kept part may come in (persons, duties, languages) before the process forgets them all."""
_MARK = secrets.token_hex(8)
_MARKS = re.compile(rf"\ue000{_MARK}:(\w+)\ue000")


class Loader(cached.Loader):  # type: ignore[misc]
    """Django's cached loader; what stands still in a template is drawn together when it is read."""

    def get_template(self, template_name: str, skip: Any = None) -> Template:
        template = super().get_template(template_name, skip)
        if not getattr(template, "is_drawn_together", False):
            _draw_together(template.nodelist)
            template.is_drawn_together = True
        return template


class Still(Node):  # type: ignore[misc]
    """Neighbouring nodes that come out alike for every reader of a language."""

    child_nodelists = ()

    def __init__(self, nodes: list[Node]) -> None:
        self.nodes, self.token, self.origin = nodes, nodes[0].token, nodes[0].origin
        self._texts: dict[tuple[str | None, bool], str] = {}

    def render(self, context: Context) -> str:
        key = (get_language(), context.autoescape)
        text = self._texts.get(key)
        if text is None:
            text = self._texts[key] = "".join(node.render_annotated(context) for node in self.nodes)
        return text


def _draw_together(nodes: NodeList) -> None:
    found: list[Node] = []
    waiting: list[Node] = []

    def settle() -> None:
        only_text = all(isinstance(node, TextNode) for node in waiting)
        found.extend(waiting if only_text else [Still(list(waiting))])
        waiting.clear()

    for node in nodes:
        if _is_still(node):
            waiting.append(node)
            continue
        settle()
        found.append(node)
        for part in _parts(node):
            _draw_together(part)
    settle()
    nodes[:] = found


def _parts(node: Node) -> Iterator[NodeList]:
    """The lists of nodes inside a node."""
    if isinstance(node, IfNode):
        yield from (part for _condition, part in node.conditions_nodelists)
        return
    for name in node.child_nodelists:
        part = getattr(node, name, None)
        if isinstance(part, NodeList):
            yield part


def _is_still(node: Node) -> bool:
    if isinstance(node, TextNode | LoadNode):
        return True
    if isinstance(node, TranslateNode):
        said = node.filter_expression
        is_fixed = getattr(said.var, "literal", None) is not None and not said.filters
        return is_fixed and node.asvar is None and node.message_context is None
    if isinstance(node, URLNode):
        return node.asvar is None and not node.args and not node.kwargs and _is_fixed(node.view_name)
    if type(node) is SimpleNode and node.func.__name__ in SAME_TAGS:
        given = (*node.args, *node.kwargs.values())
        return node.target_var is None and not node.takes_context and all(map(_is_fixed, given))
    return False


def _is_fixed(given: FilterExpression) -> bool:
    return not given.is_var and not given.filters


class Kept(Node):  # type: ignore[misc]
    """`{% kept key name=value … %}…{% endkept %}`: the part is written once for each key and language.

    All that it depends on stands in the key, but for the named values: where it writes one of them, the value of the
    request is filled in. They can be written only (a filter or a condition would see the open place).
    """

    def __init__(self, key: FilterExpression, open_: dict[str, FilterExpression], nodelist: NodeList) -> None:
        self.key, self.open, self.nodelist = key, open_, nodelist
        self._texts: dict[Hashable, list[str]] = {}

    def render(self, context: Context) -> str:
        key = (self.key.resolve(context), get_language())
        pieces = self._texts.get(key)
        if pieces is None:
            pieces = self._written(context)
            if len(self._texts) >= MOST_KEPT:
                self._texts.clear()
            self._texts[key] = pieces
        values = {name: render_value_in_context(value.resolve(context), context) for name, value in self.open.items()}
        return "".join([values[piece] if at % 2 else piece for at, piece in enumerate(pieces)])

    def _written(self, context: Context) -> list[str]:
        """The part, cut where the open places are: text, name, text, name, text."""
        with context.push(**{name: f"\ue000{_MARK}:{name}\ue000" for name in self.open}):
            return _MARKS.split(self.nodelist.render(context))


def kept(parser: Parser, token: Token) -> Kept:
    """Compile `{% kept %}`."""
    _tag, *bits = token.split_contents()
    if not bits:
        raise TemplateSyntaxError("kept: what does it depend on?")
    key = parser.compile_filter(bits.pop(0))
    open_ = token_kwargs(bits, parser)
    nodelist = parser.parse(("endkept",))
    parser.delete_first_token()
    return Kept(key, open_, nodelist)

"""A request in words: what it is about, and line by line what it changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from fupin.accounts import scopes
from fupin.bulk.datasets import declared
from fupin.core.templatetags.fupin import number
from fupin.divisions.queries import tree
from fupin.policy import catalogue, parameters
from fupin.policy.quality import rules
from fupin.rulebook import own_rules, own_sources, source_wording
from fupin.rulebook.models import Override
from fupin.rulebook.saying import Said
from fupin.rulebook.words import STATES, State


@dataclass(frozen=True, slots=True)
class Request:
    """A request as a screen shows it, with what this user may do about it."""

    row: Override
    label: str
    place: str
    asked: list[Said]
    state: Any
    digest: str
    may_decide: bool
    may_withdraw: bool


def shown(row: Override, user: Any) -> Request:
    """A request in the words of the screen."""
    english, waits = scopes.is_english(), row.state == "proposed"
    is_own = row.proposed_by == user.pk
    may_decide = waits and not is_own and scopes.may(user, "rulebook.confirm", row.division_id)
    return Request(row, title(row, english), tree().full_name(row.division_id), asked(row, english),
                   STATES[State(row.state)], bytes(row.digest).hex(), may_decide, waits and is_own)  # fmt: skip


def title(row: Override, english: bool) -> str:
    """The parameter or the code list, as its page is called."""
    if row.kind == "code":
        held = catalogue.code_list(row.name)
        return held.title_en if english else held.title
    if row.kind == own_sources.KIND:
        return source_wording.label_of(row, english)
    if row.kind in own_rules.KINDS:
        return f"{row.name} {_rule_label(row, english)}"
    setting = parameters.parameter(row.name)
    return setting.label_en if english else setting.label


def _rule_label(row: Override, english: bool) -> str:
    known = row.value or row.former if row.kind == "rule" else None
    word = "label_en" if english else "label"
    return str(known[word]) if known else own_rules.label_of(row.name, english)


def asked(row: Override, english: bool) -> list[Said]:
    """What stands there now and what is asked for, so that the second person can weigh every word of it."""
    if row.kind == "rule":
        return _rule_lines(row, english)
    if row.kind == own_sources.KIND:
        return source_wording.lines(row)
    return _code_lines(row) if row.kind == "code" else _parameter_lines(row, english)


def short(row: Override, raw: Any, english: bool) -> str:
    """The former or the new value of a request in one cell of a table."""
    if row.kind == "parameter":
        return f"{_value(row, raw, english)} {parameters.parameter(row.name).unit_label(english)}".strip()
    if row.kind == "switch":
        return _SWITCHED[raw]()
    if row.kind == own_sources.KIND:
        return source_wording.short(row, raw)
    if row.kind == "rule":
        return _("第 %(version)d 版：%(finds)s") % raw if raw else _("按上级规定") if raw is row.value else ""
    if raw is None:
        return _("不再使用") if row.former and raw is row.value else ""
    return str(raw["label_en" if english else "label"])


def show(setting: parameters.Parameter, value: Any, english: bool) -> str:
    """A value in words, numbers with thin spaces."""
    return number(value) if setting.kind in ("integer", "decimal", "money") else setting.show(value, english)


def _parameter_lines(row: Override, english: bool) -> list[Said]:
    former, new = short(row, row.former, english), short(row, row.value, english)
    return [Said(_("原值"), former), Said(_("新值"), new, is_new=True)]


def _value(row: Override, raw: Any, english: bool) -> str:
    """A stored value in words; none means what stands above it."""
    setting = parameters.parameter(row.name)
    return _("按上级规定") if raw is None else show(setting, setting.read(raw), english)


_SWITCHED: dict[bool | None, Callable[[], str]] = {
    True: lambda: _("启用"), False: lambda: _("停用"), None: lambda: _("按上级规定"),
}  # fmt: skip


def _rule_lines(row: Override, english: bool) -> list[Said]:
    """A rule in the office's words; of a new version what it changes stands out, also beside the one that is shipped."""
    if row.value is None:
        return [Said(pgettext("request", "事项"), _("恢复为上级规定的版本"), is_new=True)]
    former = row.former or _shipped(row.name)
    labels = {
        "label": _("规则名称"), "label_en": _("英文名称"), "severity": _("级别"), "dataset": _("判断的数据"),
        "finds": _("条件"), "asks": _("核实事项"), "asks_en": _("英文核实事项"),
    }  # fmt: skip
    lines = []
    for word, said in labels.items():
        is_new, is_chinese = former.get(word) != row.value[word], word in ("label", "asks")
        if former and is_new:
            was = _rule_word(word, former[word], english)
            lines.append(Said(_("原%(what)s") % {"what": said}, was, is_chinese=is_chinese))
        lines.append(Said(said, _rule_word(word, row.value[word], english), is_new=is_new, is_chinese=is_chinese))
    anew = _("新版要求对原答复重新核实") if row.value["asks_anew"] else _("原答复继续有效")
    counts = _("应命中 %(found)d 个，不应命中 %(passed)d 个") % {
        "found": len(row.value["found"]), "passed": len(row.value["passed"]),
    }  # fmt: skip
    return [*lines, Said(_("答复"), anew), Said(_("例子"), counts)]


def _shipped(name: str) -> dict[str, str]:
    """The words of the rule that the product ships under a name; none where an office made it."""
    known = rules().get(name)
    return {word: getattr(known, word) for word in own_rules.WORDS} if known else {}


def _rule_word(word: str, text: str, english: bool) -> str:
    if word == "severity":
        return str(source_wording.SEVERITIES[text])
    if word == "dataset":
        return declared.dataset(text).label_en if english else declared.dataset(text).label
    return text


def _code_lines(row: Override) -> list[Said]:
    """A code with its words in both languages: the second person answers for both."""
    new, former = row.value, row.former
    act = _("停用编码") if new is None else _("增设编码") if former is None else _("修改编码的名称")
    lines = [Said(pgettext("request", "事项"), act), Said(_("编码"), row.code, is_new=True)]
    for word, label, was in (
        ("label", _("中文名称"), _("原中文名称")),
        ("label_en", _("英文名称"), _("原英文名称")),
    ):
        is_chinese = word == "label"
        if former and (new is None or former[word] != new[word]):
            lines.append(Said(was, former[word], is_chinese=is_chinese))
        if new is not None:
            lines.append(Said(label, new[word], is_new=not former or former[word] != new[word], is_chinese=is_chinese))
    return lines

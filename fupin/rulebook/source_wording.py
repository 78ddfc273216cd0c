"""An office's own source in words: what a second person weighs, and what the page of a source lays open."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from fupin.accounts.scopes import is_english
from fupin.core.sentences import listed
from fupin.policy import sources as shipped
from fupin.rulebook.models import Override
from fupin.rulebook.saying import Said

TYPES = {
    "text": gettext_lazy("文字"), "word": gettext_lazy("几种写法之一"), "integer": gettext_lazy("整数"),
    "decimal": gettext_lazy("小数"), "money": gettext_lazy("金额（元）"), "date": gettext_lazy("日期"),
    "yes_no": gettext_lazy("是或否"),
}  # fmt: skip
TESTS = {
    "any": gettext_lazy("有内容"), "eq": gettext_lazy("等于"), "ne": gettext_lazy("不等于"), "ge": gettext_lazy("不低于、不早于"),
    "le": gettext_lazy("不高于、不晚于"), "yes": pgettext_lazy("value", "是"), "no": pgettext_lazy("value", "否"),
}  # fmt: skip
WHOM = {
    "all": gettext_lazy("登记册中的全部人员"), "registered": gettext_lazy("在册户"), "monitored": gettext_lazy("监测对象"),
    "both": gettext_lazy("在册户和监测对象"),
}  # fmt: skip
SEVERITIES = {"E": gettext_lazy("错误"), "W": gettext_lazy("疑点"), "I": gettext_lazy("提示")}


def label_of(row: Override, english: bool) -> str:
    """What the source of a request is called."""
    words = row.value or row.former or {}
    return str(words.get("label_en" if english else "label", row.name))


def short(row: Override, raw: Mapping[str, Any] | None) -> str:
    """The former or the new words of a source in one cell of a table."""
    if raw is None:
        return _("停止使用") if row.former and raw is row.value else ""
    return _("第 %(version)d 版：%(department)s，%(columns)d 列") % {
        "version": raw["version"], "department": raw["department_en" if is_english() else "department"],
        "columns": len(raw["columns"]),
    }  # fmt: skip


def lines(row: Override) -> list[Said]:
    """A source line by line; of a later version what it changes stands out."""
    if row.value is None:
        return [Said(pgettext("request", "事项"), _("停止使用，已接收的数据照常办理、到期删除"), is_new=True)]
    new, former = told(row.value), told(row.former) if row.former else {}
    found = []
    for label, text in new.items():
        is_new = former.get(label) != text
        if former and is_new:
            found.append(Said(_("原%(what)s") % {"what": label}, former.get(label, "")))
        found.append(Said(label, text, is_new=is_new))
    return found


def told(words: Mapping[str, Any]) -> dict[str, str]:
    """What an office says of a source: label and text of each line, in the order of the form."""
    plain = {
        _("来源名称"): _both(words, "label"), _("主管部门"): _both(words, "department"),
        _("法律依据"): _both(words, "legal_basis"),
        _("匹配依据"): listed(shipped.keys()[key].label_en if is_english() else shipped.keys()[key].label for key in words["keys"]),
    }  # fmt: skip
    columns = {
        _("第 %(place)d 列") % {"place": place}: column_told(one) for place, one in enumerate(words["columns"], 1)
    }
    return plain | columns | {
        _("作为疑点"): listed(said() for flag, said in _FLAGS.items() if words[flag]),
        _("另加的命中条件"): words["when"], _("未在名册中的条件"): words["absent_when"],
        _("向谁提出"): str(WHOM[words["whom"]]), _("核实事项"): _both(words, "means"),
        _("级别"): str(SEVERITIES[words["severity"]]),
        _("数据时效"): _("%(days)d 天") % {"days": words["freshness_days"]},
        _("保存期限"): _("按敏感数据") if words["sensitive"] else _("按一般数据"),
        _("家庭授权"): _("须有家庭签字授权") if words["authorised"] else _("不须家庭授权"),
        _("答复"): _("新版要求对原答复重新核实") if words["asks_anew"] else _("原答复继续有效"),
    }  # fmt: skip


_FLAGS: dict[str, Callable[[], str]] = {"hits": lambda: _("在名册中"), "absents": lambda: _("未在名册中")}


def _both(words: Mapping[str, Any], name: str) -> str:
    """The Chinese words with the English ones behind, where they differ: the second person answers for both."""
    chinese, english = str(words[name]), str(words[f"{name}_en"])
    return chinese if chinese == english else f"{chinese} / {english}"


def column_told(one: Mapping[str, Any]) -> str:
    """A column in one line: headers, what it holds, what it must be, its comparison."""
    parts = [listed((one["label"], *one["aliases"])), str(TYPES[one["type"]])]
    if one.get("words"):
        parts.append(words_told(one["words"]))
    if one["required"]:
        parts.append(_("必有"))
    if not one["kept"]:
        parts.append(_("不留存"))
    if one["test"]:
        parts.append(f"{TESTS[one['test']]} {one['bound']}".strip())
    english = f" / {one['label_en']}" if one["label_en"] != one["label"] else ""
    return "；".join(parts) + english


def words_told(words: Mapping[str, Any]) -> str:
    """The words of a column with their spellings, as the form writes them: 有效=正常、在用；注销."""
    return "；".join(
        f"{word}={'、'.join(each for each in spellings if each != word)}" if len(spellings) > 1 else word
        for word, spellings in words.items()
    )


def words_read(text: str) -> dict[str, list[str]]:
    """The same the other way round."""
    found: dict[str, list[str]] = {}
    for part in text.replace(";", "；").replace("\n", "；").split("；"):
        word, _mark, spellings = part.replace("＝", "=").partition("=")
        if word.strip():
            found[word.strip()] = [
                each.strip() for each in spellings.replace("，", "、").replace(",", "、").split("、") if each.strip()
            ]
    return found

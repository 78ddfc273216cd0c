"""Refusals as RFC 9457 problem documents, in the language of the request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from fupin.core import sentences
from fupin.core.refusals import NotAllowed, NotFound, Refused, Stale
from fupin.core.sentences import together

MEDIA_TYPE = "application/problem+json"

TITLES: dict[str, tuple[int, Any]] = {
    "bad_request": (400, gettext_lazy("请求无法读懂")),
    "not_signed_in": (401, gettext_lazy("尚未登录")),
    "not_allowed": (403, gettext_lazy("不能办理")),
    "not_found": (404, gettext_lazy("没有找到")),
    "method_not_allowed": (405, gettext_lazy("不支持这种操作")),
    "conflict": (409, gettext_lazy("与现有记录冲突")),
    "length_required": (411, gettext_lazy("请求缺少长度")),
    "stale": (412, gettext_lazy("已被他人修改")),
    "too_large": (413, gettext_lazy("请求过大")),
    "refused": (422, gettext_lazy("未能办理")),
    "invalid": (422, gettext_lazy("内容有误")),
    "repeated_differently": (422, gettext_lazy("幂等键已用于另一请求")),
    "version_required": (428, gettext_lazy("须写明所依据的版本")),
    "too_many": (429, gettext_lazy("请求过于频繁")),
    "fault": (500, gettext_lazy("系统故障")),
    "unavailable": (503, gettext_lazy("暂时不可用")),
}
"""Kinds of problems: status and title. The type is `urn:fupin:problem:<kind>`; the sentences are in `reasons`."""


class VersionRequired(Refused):
    """An edit came without saying which version of the record it was made on."""


def body(kind: str, reasons: Iterable[str] = (), *, code: str = "", errors: Iterable[Mapping[str, Any]] = ()) -> dict[str, Any]:  # fmt: skip
    """A problem document: what kind, every reason as a sentence, and for invalid input each place."""
    status, title = TITLES[kind]
    told = list(reasons)
    document: dict[str, Any] = {"type": f"urn:fupin:problem:{kind}", "title": str(title), "status": status}
    if told:
        document |= {"detail": together(told), "reasons": told}
    if code:
        document["code"] = code
    placed = list(errors)
    if placed:
        document["errors"] = placed
    return document


def response(kind: str, reasons: Iterable[str] = (), *, code: str = "", errors: Iterable[Mapping[str, Any]] = (),
             headers: Mapping[str, str] | None = None) -> HttpResponse:  # fmt: skip
    """The answer that carries a problem document."""
    document = body(kind, reasons, code=code, errors=errors)
    return HttpResponse(orjson.dumps(document), status=document["status"], content_type=MEDIA_TYPE, headers=headers)


def of_refusal(refusal: Refused) -> HttpResponse:
    """A refusal as a problem: 404, 403, 412, 428, else 422."""
    kind = next((kind for known, kind in _KINDS if isinstance(refusal, known)), "refused")
    return response(kind, refusal.reasons, code=refusal.code)


_KINDS: tuple[tuple[type[Refused], str], ...] = (
    (NotFound, "not_found"),
    (NotAllowed, "not_allowed"),
    (Stale, "stale"),
    (VersionRequired, "version_required"),
)


def of_invalid(errors: Iterable[Mapping[str, Any]]) -> HttpResponse:
    """Input that does not have the declared form: each place as a pointer, with the sentence."""
    placed = [{"pointer": _pointer(error.get("loc", ())), "reason": _sentence(error)} for error in errors]
    reasons = [sentences.told(each["pointer"], each["reason"]) for each in placed]
    return response("invalid", reasons, code="invalid", errors=placed)


def _pointer(path: Iterable[Any]) -> str:
    """`("body", "data", "head_name")` as `/body/head_name`: without the name of the Python argument."""
    parts = [str(part) for part in path]
    shown = parts[:1] + (parts[2:] if parts[:1] == ["body"] and len(parts) > 2 else parts[1:])
    return "/" + "/".join(shown)


def _sentence(error: Mapping[str, Any]) -> str:
    kind, context = str(error.get("type", "")), error.get("ctx") or {}
    for known, sentence in _SENTENCES.items():
        if kind.startswith(known):
            return str(sentence) % {name: str(value) for name, value in context.items()}
    return _("格式不符合要求")


_SENTENCES = {
    "missing": gettext_lazy("缺少这一项"),
    "extra_forbidden": pgettext_lazy("field", "没有这一项"),
    "date": gettext_lazy("应为日期，如 2018-12-05"),
    "int": gettext_lazy("应为整数"),
    "decimal": gettext_lazy("应为数字"),
    "bool": gettext_lazy("应为 true 或 false"),
    "list": gettext_lazy("应为列表"),
    "dict": gettext_lazy("应为对象"),
    "json_invalid": gettext_lazy("不是有效的 JSON"),
    "string_too_long": gettext_lazy("最多 %(max_length)s 个字符"),
    "string_too_short": gettext_lazy("至少 %(min_length)s 个字符"),
    "string_pattern": gettext_lazy("写法不符合要求"),
    "string": gettext_lazy("应为文本"),
    "greater_than_equal": gettext_lazy("不能小于 %(ge)s"),
    "less_than_equal": gettext_lazy("不能大于 %(le)s"),
    "literal_error": gettext_lazy("应为 %(expected)s 之一"),
    "enum": gettext_lazy("应为 %(expected)s 之一"),
}

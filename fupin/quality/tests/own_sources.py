"""A source that a banner adds itself, for the tests: old-age pensions, as the civil-affairs office lists them."""

from __future__ import annotations

from datetime import date
from typing import Any

from fupin.rulebook import operations, own_sources
from fupin.rulebook.models import Override
from fupin.rulebook.operations import SourceProposal

NAME, RULE = "own_150522_pension", "CMP-150522-PENSION"
SINCE = date(2018, 1, 1)
COLUMNS: list[dict[str, Any]] = [
    {"headers": ["月发放额", "月津贴"], "label_en": "Monthly amount", "type": "money", "required": True, "test": "ge", "bound": "100"},
    {"headers": ["发放状态"], "label_en": "State", "type": "word", "words": {"在发": ["正常"], "停发": ["停止"]}, "test": "eq", "bound": "在发"},
    {"headers": ["开户行"], "label_en": "Bank", "type": "text", "kept": False},
]  # fmt: skip
WORDS: dict[str, Any] = {
    "label": "高龄津贴", "label_en": "Old-age pension", "department": "民政", "department_en": "Civil affairs",
    "basis_title": "高龄津贴发放办法", "basis_number": "后旗政发〔2017〕3号", "basis_day": "2017-11-01",
    "legal_basis_en": "Rules on old-age pensions", "keys": ["number", "name", "born_on"], "columns": COLUMNS, "hits": True,
    "absents": False, "whom": "all", "when": "", "absent_when": "", "means": "领取高龄津贴，请核实是否已计入收入。",
    "means_en": "Receives the old-age pension: is it counted as income?", "severity": "W", "freshness_days": 92,
    "sensitive": False, "authorised": False,
}  # fmt: skip


def propose(by: Any, division: Any, name: str = NAME, *, valid_from: date = SINCE, valid_to: date | None = None,
            document: str = "后旗扶贫〔2018〕5号", **changed: Any) -> Override:  # fmt: skip
    """The source asked for, with some of its words changed."""
    proposal = SourceProposal(name, division, {**WORDS, **changed}, valid_from, document, valid_to)
    return operations.propose_sources(proposals=[proposal], by=by)[0]


def end(by: Any, division: Any, name: str = NAME, *, valid_from: date) -> Override:
    """Its end asked for."""
    proposal = SourceProposal(name, division, None, valid_from, "后旗扶贫〔2019〕1号")
    return operations.propose_sources(proposals=[proposal], by=by)[0]


def confirm(row: Override, by: Any) -> Override:
    """The second person."""
    return operations.confirm(overrides=[row], by=by, seen={row.pk: bytes(row.digest)})[0]


def own_source(cast: Any, **changed: Any) -> str:
    """A confirmed one of the banner, once; its name."""
    if own_sources.latest(NAME, on=SINCE) is None:
        confirm(propose(cast.banner_officer, cast.banner, **changed), cast.second_banner_officer)
    return NAME

"""A judgement as it is kept with the case of an exit: each standard with its outcome, source and the record's values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fupin.procedures.exits.judging import Judged, Part


def parts_as_kept(parts: Sequence[Part]) -> list[dict[str, Any]]:
    """The standards, in both languages where they are documents' words."""
    return [
        {
            "name": part.name, "label": list(part.label), "outcome": part.outcome, "says": list(part.says),
            "source": list(part.source), "missing": list(part.missing),
            "lines": [{"said": line.said, "outcome": line.outcome, "values": [list(pair) for pair in line.values]}
                      for line in part.lines],
        }
        for part in parts
    ]  # fmt: skip


def as_kept(judged: Judged) -> dict[str, Any]:
    """A household's judgement with the day as of which it was made, and why it is not to exit."""
    return {
        "judged_on": judged.on.isoformat(), "parts": parts_as_kept(judged.parts),
        "held": [{"code": one.code, "label": list(one.label), "says": list(one.says)} for one in judged.held],
    }  # fmt: skip

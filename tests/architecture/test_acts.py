"""The trail speaks in words: every act that the code records has its Chinese and its English."""

from __future__ import annotations

import re
from pathlib import Path

import fupin
from fupin.config.acts import ACTS, SUBJECTS, ledger_acts
from fupin.config.wiring import PROCEDURES
from fupin.core.ledgers import all_ledgers

ROOT = Path(fupin.__file__).parent
ACT = re.compile(r"""(?:\bact=|\bEntry\(\s*|_entry\(\s*)"([a-z_]+\.[a-z_]+)\"""")


def recorded() -> set[str]:
    """Every act that a source file names when it writes to the trail, and every step of a procedure."""
    found: set[str] = set()
    for path in ROOT.rglob("*.py"):
        if "tests" not in path.parts:
            found |= set(ACT.findall(path.read_text(encoding="utf-8")))
    steps = {f"{one.name}.{step.act}" for one in PROCEDURES for step in one.transitions}
    begun = {f"{one.name}.begin" for one in PROCEDURES}
    begun |= {f"{one.name}.{act}" for one in PROCEDURES if one.strict for act in ("ask", "ask_refused", "escalate")}
    timed_out = {f"{one.name}.time_out" for one in PROCEDURES if one.time_outs}
    return found | steps | begun | timed_out


def test_every_act_has_its_words():
    assert sorted(recorded() - set(ACTS) - set(ledger_acts(all_ledgers()))) == []


def test_acts_and_subjects_have_both_languages():
    assert all(chinese and english for chinese, english in (*ACTS.values(), *SUBJECTS.values()))

"""Defects planted in a made-up register: each one that the import lets in is found, and a clean register is left alone."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bench.planted import AT_ENTRY, bring_in, held_against, swept
from fupin.policy.quality import rule
from fupin.quality.recheck import findings_of
from fupin.registry import openings
from fupin.registry.models import Membership, RegisterStatus
from fupin.synthetic.defects import DOUBTFUL
from fupin.synthetic.make import Order

BANNER = "150522"
TASKS = {"GUA-HOUSING", "GUA-WATER", "EXT-004"}
"""What is no mistake of a record: a dangerous house or unsafe water of those still in the register; and an exit of the
year, as long as nobody has written down what the visit before it found. Files of households hold no visits."""

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(db: None, tmp_path: Path, settings: Any) -> None:
    settings.DATA_FOLDER = tmp_path
    # Only a division in opening takes the status that a file says.
    openings.open_region()


def test_every_planted_defect_that_comes_in_is_found_and_nothing_where_none_was_planted(tmp_path: Path) -> None:
    on, refused = bring_in(tmp_path, Order(900, BANNER, seed=3), dirty=25)
    held = held_against(tmp_path, refused, swept(tmp_path, on))
    judged = {name: kind for name, kind in held.kinds.items() if rule(name).finds and name not in AT_ENTRY}
    assert {name: kind.missed for name, kind in judged.items() if kind.missed} == {}
    assert {name for name, kind in judged.items() if kind.taken} >= {defect.rule for defect in DOUBTFUL}
    assert sum(kind.taken for kind in judged.values()) > 200
    assert {name: count for name, count in held.false.items() if name not in TASKS} == {}


def test_the_import_takes_every_defect_that_is_called_doubtful(tmp_path: Path) -> None:
    _on, refused = bring_in(tmp_path, Order(400, BANNER, seed=4), dirty=50, defects=DOUBTFUL)
    assert refused == {"households": set(), "persons": set(), "income": set()}


def test_a_sweep_and_the_records_as_they_are_now_agree_on_every_rule(tmp_path: Path) -> None:
    on, _refused = bring_in(tmp_path, Order(150, BANNER, seed=5), dirty=40)
    found = swept(tmp_path, on)
    homes = Membership.objects.filter(valid_to=None).values_list("household_id", flat=True)
    now = findings_of(sorted(set(homes)), on)
    assert {(one.rule, one.subject_id, one.fingerprint) for one in now} == {
        (row["rule"], row["subject_id"], row["fingerprint"]) for row in found if row["subject_kind"] != "division"
    }
    assert len({one.rule for one in now}) > 10


def test_a_clean_register_is_left_alone(tmp_path: Path) -> None:
    households = 1000
    on, refused = bring_in(tmp_path, Order(households, BANNER, seed=3))
    assert not any(refused.values())
    alarms = Counter(row["rule"] for row in swept(tmp_path, on))
    assert {name: count for name, count in alarms.items() if name not in TASKS} == {}
    assert alarms["EXT-004"] == RegisterStatus.objects.filter(status="05").count() > 0
    assert 0 < alarms["GUA-HOUSING"] + alarms["GUA-WATER"] < 0.03 * households

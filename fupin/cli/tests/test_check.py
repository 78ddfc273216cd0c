"""`fupin check` and `fupin explain` as scripts use them."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result

from fupin.cli.check import check
from fupin.cli.explain import explain
from fupin.quality.models import Sweep, Ticket
from fupin.registry.tests.made_register import MadeRegister

pytestmark = pytest.mark.django_db(transaction=True)
DAY = ["--on", "2018-12-31"]


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> None:
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def made() -> MadeRegister:
    """A household with two spouses, and one with one."""
    made = MadeRegister()
    village = made.villages_of("150522", 1)[0]
    for name, spouses in (("two", 2), ("one", 1)):
        made.add(name, village, [{}])
        for number in range(spouses):
            made.join(made.households[name], f"{name} spouse {number}", {"sex": "2"}, "02", date(2014, 1, 1))
    return made


def run(command: Any, *arguments: str) -> Result:
    return CliRunner().invoke(command, list(arguments))


def checked(*arguments: str) -> dict[str, Any]:
    told = run(check, "--rule", "REL-008", *DAY, "--json", *arguments)
    assert told.exit_code in (0, 1), told.output
    return {"exit": told.exit_code, **orjson.loads(told.stdout)}


def test_a_check_opens_a_ticket_and_a_second_one_leaves_it(made: MadeRegister) -> None:
    first, second = checked(), checked()
    assert (first["exit"], first["findings"], first["opened"], first["by_rule"]) == (1, 1, 1, {"REL-008": 1})
    assert (second["findings"], second["opened"], second["closed"]) == (1, 0, 0)
    assert (first["households"], first["persons"], first["engine"]) == (2, 5, "duckdb")
    assert Ticket.objects.get().household == made.households["two"]
    assert Sweep.objects.count() == 2


def test_what_is_mended_is_closed_by_the_next_check(made: MadeRegister) -> None:
    checked()
    last = made.households["two"].memberships.filter(relation="02").last()
    assert last is not None
    last.relation = "99"
    last.save()
    from fupin.core import audit

    audit.record(by=None, act="made", subject=f"household:{made.households['two'].pk}")
    again = checked()
    assert (again["exit"], again["findings"], again["closed"]) == (0, 0, 1)


def test_a_check_of_another_banner_finds_nothing(made: MadeRegister) -> None:
    assert checked("--division", "150521")["findings"] == 0


def test_the_findings_are_written_as_a_list_without_names(made: MadeRegister, tmp_path: Path) -> None:
    target = tmp_path / "findings.csv"
    checked("-o", str(target))
    header, row = csv.reader(target.read_text(encoding="utf-8-sig").splitlines())
    assert row[0] == "REL-008"
    assert made.households["two"].number in row
    assert not any("two" in cell for cell in row)
    assert len(header) == len(row)


def test_an_unknown_rule_is_refused_by_name(made: MadeRegister) -> None:
    told = run(check, "--rule", "XYZ-9")
    assert told.exit_code == 2
    assert "XYZ-9" in told.output


def test_an_explanation_tells_verdict_and_parts(made: MadeRegister) -> None:
    found = run(explain, "rule", "REL-008", made.households["two"].number, *DAY, "--json")
    document = orjson.loads(found.stdout)
    assert (found.exit_code, document["verdict"]) == (0, "yes")
    assert {"text", "value", "outcome"} <= set(document["parts"][0])
    passed = run(explain, "rule", "REL-008", made.households["one"].number, *DAY, "--json")
    assert (passed.exit_code, orjson.loads(passed.stdout)["verdict"]) == (1, "no")


@pytest.mark.parametrize("asked", [["rule", "XYZ-9", "1"], ["rule", "REL-008", "nobody"]])
def test_what_cannot_be_explained_is_said(made: MadeRegister, asked: list[str]) -> None:
    assert run(explain, *asked).exit_code == 2

"""Figures of all divisions below at once: the same as each asked for alone, by a number of statements that does not grow."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fupin.bulk import taking
from fupin.divisions.models import Reach, ReferenceFigure
from fupin.divisions.queries import tree
from fupin.policy.indicators import indicators
from fupin.registry import snapshots
from fupin.registry.models import HouseholdFact
from fupin.registry.tests.made_register import MadeRegister, forget_extracts
from fupin.statistics import figures, records, setwise
from fupin.statistics.figures import Figure, Reader
from fupin.statistics.periods import read

REGION, LEAGUE, BANNER = "150000", "150500", "150522"


@pytest.fixture(scope="module")
def kept(shared_db: None, tmp_path_factory: pytest.TempPathFactory) -> tuple[MadeRegister, Path]:
    """Households in two townships of a banner, in another banner and another league, some of which leave or come."""
    made = MadeRegister()
    villages = made.villages_of(BANNER, 40)
    made.add("a", villages[0], [{"labour": "03"}, {}], cause="01", per_head={2017: 2000, 2018: 2400})
    made.add("b", villages[0], [{}], cause="09", per_head={2016: 4000})
    made.add("c", villages[-1], [{}, {"health": "03"}], cause="01", per_head={2018: 2500})
    made.add("d", villages[-1], [{}], cause="03", since=date(2018, 6, 1), per_head={2018: 1497})
    made.add("e", made.villages_of("150521", 1)[0], [{}], cause="02", per_head={2018: 9000})
    made.add("f", made.villages_of("152221", 1)[0], [{}, {}, {}], cause="02")
    made.leave("b", date(2016, 12, 20))
    made.leave("e", date(2018, 12, 1))
    for code, persons in ((BANNER, 400), ("150521", 250)):
        for year in ("2014", "2018"):
            ReferenceFigure.objects.update_or_create(
                division_id=tree().by_code(code).id, indicator="rural_registered_population", period=year,
                defaults={"value": persons, "unit": "person", "source": "年鉴"},
            )  # fmt: skip
    return made, tmp_path_factory.mktemp("register")


@pytest.fixture
def made(kept: tuple[MadeRegister, Path], db: None, settings: Any) -> MadeRegister:
    """The register, its extract with nothing counted from it."""
    made, settings.DATA_FOLDER = kept
    forget_extracts()
    taking.current().computed.clear()
    return made


@pytest.fixture
def own(made: MadeRegister, own_folder: Path) -> MadeRegister:
    """The same for a test that changes something: no other finds its extracts."""
    return made


def empty(place: str) -> set[str]:
    """Which of the divisions right below have neither a household nor a reference figure."""
    villages = HouseholdFact.objects.values_list("village_id", flat=True)
    counted = ReferenceFigure.objects.values_list("division_id", flat=True)
    held = {*Reach.objects.filter(descendant__in=villages).values_list("ancestor_id", flat=True), *counted}
    return {node.code for node in tree().children(tree().by_code(place).id) if node.id not in held}


def alone(place: str, period: str, without: Collection[tuple[str, str]] = ()) -> dict[tuple[str, str], Figure]:
    extract = taking.current()
    extract.computed.clear()
    with Reader(extract) as reader:
        children = tree().children(tree().by_code(place).id)
        return {
            (name, node.code): reader.figure(name, node, read(period))
            for name in indicators() for node in children if (name, node.code) not in without
        }  # fmt: skip


def together(place: str, period: str) -> dict[tuple[str, str], Figure]:
    extract, node = taking.current(), tree().by_code(place)
    extract.computed.clear()
    with Reader(extract) as reader:
        setwise.prepare(reader, indicators(), node, read(period))
        children = tree().children(node.id)
        return {
            (name, child.code): reader.figure(name, child, read(period)) for name in indicators() for child in children
        }


@pytest.mark.parametrize("place", [REGION, LEAGUE, BANNER])
@pytest.mark.parametrize("period", ["2018", "2018-11-30", "2014/2018"])
def test_the_figures_of_many_divisions_are_those_of_each(made: MadeRegister, place: str, period: str) -> None:
    """Of those in which there is nothing one is asked alone what is counted of households: all say what it says."""
    first, *others = sorted(empty(place)) or [""]
    counted = [one.name for one in indicators().values() if one.dataset in ("households", "persons", "findings")]
    same = {(name, code): tree().by_code(code) for name in counted for code in others}
    figures = alone(place, period, without=same)
    figures |= {key: replace(figures[key[0], first], division=node.short_code) for key, node in same.items()}
    assert together(place, period) == figures


def test_frozen_years_answer_the_same_with_their_later_corrections(own: MadeRegister) -> None:
    made = own
    for year in (2014, 2018):
        snapshots.freeze(year=year, extract=taking.current(), by=None, on=date(2019, 1, 5))
    made.leave("c", date(2018, 11, 1))
    found = together(LEAGUE, "2014/2018")
    assert found == alone(LEAGUE, "2014/2018")
    corrected = found["registered_households", tree().by_code(BANNER).code]
    assert (corrected.value, corrected.later) == (3, 2)


def test_once_prepared_no_division_is_counted_by_itself(made: MadeRegister, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_given: Any, **_named: Any) -> None:
        raise AssertionError("counted by itself")

    monkeypatch.setattr(figures, "measured", refuse)
    monkeypatch.setattr(Reader, "moves", refuse)
    found = together(LEAGUE, "2018")
    assert found["poverty_reduction_households", tree().by_code("150521").code].value == 1


def test_what_was_computed_from_an_extract_is_not_counted_again(
    made: MadeRegister, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = together(LEAGUE, "2018")

    def refuse(*_given: Any, **_named: Any) -> None:
        raise AssertionError("counted again")

    monkeypatch.setattr(figures, "measured", refuse)
    monkeypatch.setattr(setwise, "measured", refuse)
    node, period = tree().by_code(LEAGUE), read("2018")
    with Reader(taking.current()) as reader:
        setwise.prepare(reader, indicators(), node, period)
        assert {key: reader.figure(key[0], tree().by_code(key[1]), period) for key in found} == found


def test_a_list_is_counted_once_for_an_extract_and_anew_for_other_eyes(made: MadeRegister) -> None:
    node, period, extract = tree().by_code(LEAGUE), read("2018"), taking.current()
    own_villages = "village_id IN (SELECT unnest(?::BIGINT[]))"
    with Reader(extract) as reader:
        found = records.listing(reader, "registered_households", node, period)
        nothing = records.listing(reader, "registered_households", node, period, scope="FALSE")
        own = records.listing(reader, "registered_households", node, period, scope=own_villages)
        assert found
        assert nothing
        assert own
        known = records.count(reader, found)
        assert known == reader.figure("registered_households", node, period).records > 1
        assert records.count(reader, nothing) == 0
        assert records.count(reader, own, [[made.villages_of(BANNER, 1)[0].pk]]) < known
        assert records.count(reader, own, [[]]) == 0
    assert records.count(Reader(extract), found) == known  # a reader that is not open cannot count


def test_where_little_room_is_left_all_is_counted_together_again(
    made: MadeRegister, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = together(LEAGUE, "2018")

    def refuse(*_given: Any, **_named: Any) -> None:
        raise AssertionError("counted by itself")

    monkeypatch.setattr(figures, "_MOST_KEPT", len(taking.current().computed) + 1)
    monkeypatch.setattr(figures, "measured", refuse)
    node, period = tree().by_code(LEAGUE), read("2018")
    with Reader(taking.current()) as reader:
        setwise.prepare(reader, indicators(), node, period)
        assert reader.counted
        assert {key: reader.figure(key[0], tree().by_code(key[1]), period) for key in before} == before


def test_a_division_with_a_line_of_its_own_is_counted_by_it(
    made: MadeRegister, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tree().by_code(BANNER).id

    def line(_name: str, _on: date, division: int | None = None) -> int:
        return 245_000 if division == own else 1_000_000

    monkeypatch.setattr(figures, "setting", line)
    monkeypatch.setattr(setwise, "setting", line)
    found = together(LEAGUE, "2018-11-30")
    assert found["households_below_line", tree().by_code(BANNER).code].value == 2
    assert found["households_below_line", tree().by_code("150521").code].value == 1


def test_a_household_without_an_account_is_not_known_to_be_below_the_line(made: MadeRegister) -> None:
    node, period = tree().by_code("152221"), read("2018")
    with Reader(taking.current()) as reader:
        assert reader.figure("registered_households", node, period).value == 1
        assert reader.figure("households_below_line", node, period).value == 0

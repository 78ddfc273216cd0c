"""Who may not see records cannot compute a hidden number from those beside it: on screens, in copies, workbooks, the API."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from fupin.accounts.roles import ROLES
from fupin.bulk import taking
from fupin.divisions.models import ReferenceFigure
from fupin.divisions.queries import tree
from fupin.divisions.tree import Node
from fupin.policy.indicators import indicator, indicators, tables
from fupin.registry.tests.made_register import MadeRegister
from fupin.statistics import dashboard, disclosure, mapping
from fupin.statistics.dashboard import View
from fupin.statistics.disclosure import HIDDEN, WHOLE, Sight, is_change_hidden, is_hidden
from fupin.statistics.figures import Reader
from fupin.statistics.periods import read
from fupin.statistics.tables import make

BANNER = "150522"
QUERY = f"?division={BANNER}&period=2018"


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> None:
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def made(cast: Any) -> MadeRegister:
    """A banner in which one village of a township has 1 household, one 4, one 5; another township has 6."""
    made = MadeRegister()
    here = [one for one in made.villages_of(BANNER, 60) if _code(one)[:9] == "150522100"]
    there = next(one for one in made.villages_of(BANNER, 200) if _code(one)[:9] != "150522100")
    for place, count, cause in ((here[0], 1, "03"), (here[1], 4, "01"), (here[2], 5, "02"), (there, 6, "01")):
        for number in range(count):
            made.add(f"{place.pk}-{number}", place, [{}], cause=cause, per_head={2018: 2000 + 100 * number})
    return made


def _code(place: Any) -> str:
    return tree().by_id(place.pk).code


@pytest.fixture
def only_figures(monkeypatch: pytest.MonkeyPatch, cast: Any) -> Any:
    """An officer of the banner whose post may see figures and no records."""
    monkeypatch.setitem(
        ROLES, "banner_officer", replace(ROLES["banner_officer"], permissions=frozenset({"statistics.view"}))
    )
    return cast.banner_officer


def banner() -> Node:
    return tree().by_code(BANNER)


def sight(node: Node | None = None) -> Sight:
    return Sight(((node or banner()).id,), ())


def hidden_below(name: str, node: Node, eyes: Sight, period: str = "2018") -> dict[str, int]:
    """The hidden divisions directly below one, with what stands there."""
    day = read(period)
    with Reader(taking.current()) as reader:
        found = [(one, reader.figure(name, one, day)) for one in tree().children(node.id)]
        return {one.code: f.records for one, f in found if is_hidden(reader, eyes, f, one, day)}


def test_a_hidden_village_is_not_its_township_less_the_others(made: MadeRegister) -> None:
    township = tree().by_code("150522100")
    hidden = hidden_below("registered_households", township, sight())
    assert sorted(hidden.values()) == [1, 4]
    assert hidden_below("registered_persons", township, sight()) == hidden
    assert not hidden_below("registered_households", banner(), sight())


def test_three_households_are_shown_and_two_are_not(made: MadeRegister) -> None:
    places = [
        one for one in made.villages_of("150521", 40) if _code(one)[:9] == _code(made.villages_of("150521", 1)[0])[:9]
    ]
    other = tree().by_code("150521")
    for place, count in ((places[0], 3), (places[1], 5)):
        for number in range(count):
            made.add(f"{count}{number}", place, [{}], cause="03" if count == 3 else "01")
    township = tree().by_id(tree().by_id(places[0].pk).parent_id or 0)
    assert not hidden_below("registered_households", township, sight(other))
    day = read("2018")
    with Reader(taking.current()) as reader:
        table = make(reader, tables()["cause"], other, day, least=3)
        assert not any(cells[0].is_hidden for _name, cells in table.rows)
        village = tree().by_id(places[0].pk)
        assert not is_hidden(reader, sight(village), reader.figure("registered_households", village, day), village, day)
    made.leave("30", date(2018, 5, 1))
    assert sorted(hidden_below("registered_households", township, sight(other)).values()) == [2, 5]
    with Reader(taking.current()) as reader:
        table = make(reader, tables()["cause"], other, day, least=3)
        assert all(cells[0].is_hidden for _name, cells in table.rows)
        assert is_hidden(reader, sight(village), reader.figure("registered_households", village, day), village, day)


def test_what_is_hidden_for_the_sake_of_another_is_hidden_down_to_a_village(made: MadeRegister) -> None:
    """Of two townships the small one is hidden; the other is the banner less it, so its villages may not add up either."""
    for name in list(made.households):
        if name.startswith(f"{_there(made)}-") and not name.endswith(("-0", "-1")):
            made.leave(name, date(2017, 5, 1))
    made.leave(next(iter(made.households)), date(2017, 5, 1))
    assert sorted(hidden_below("registered_households", banner(), sight()).values()) == [2, 9]
    township = tree().by_code("150522100")
    assert sorted(hidden_below("registered_households", township, sight()).values()) == [4]


def _there(made: MadeRegister) -> int:
    """The village of the other township."""
    return int(next(name for name in reversed(made.households) if "-" in name).partition("-")[0])


def test_who_may_see_records_sees_every_number(made: MadeRegister) -> None:
    township = tree().by_code("150522100")
    assert not hidden_below("registered_households", township, WHOLE)
    assert not hidden_below("registered_households", township, Sight(None, (banner().id,)))
    with Reader(taking.current()) as reader:
        shown = make(reader, tables()["cause"], banner(), read("2018"))
        assert not any(cell.is_hidden for _name, cells in shown.rows for cell in cells)


def test_a_village_whose_records_are_open_is_no_cover_for_another(made: MadeRegister) -> None:
    township = tree().by_code("150522100")
    by_count = {records: code for code, records in hidden_below("registered_households", township, sight()).items()}
    eyes = Sight((banner().id,), (tree().by_code(by_count[4]).id,))
    assert sorted(hidden_below("registered_households", township, eyes).values()) == [1, 5]


@pytest.mark.parametrize(
    "name", ["poverty_incidence", "average_household_size", "per_head_income", "cause_share_illness"]
)
def test_what_could_be_reckoned_back_to_a_hidden_count_is_hidden_with_it(made: MadeRegister, name: str) -> None:
    township = tree().by_code("150522100")
    for one in tree().children(township.id):
        ReferenceFigure.objects.create(
            division_id=one.id, indicator="rural_registered_population", period="2018", value=100, unit="person", source="年鉴"
        )  # fmt: skip
    counted = hidden_below("registered_households", township, sight())
    assert counted.keys() <= hidden_below(name, township, sight()).keys()


def test_a_share_of_all_but_a_few_is_hidden_like_that_of_a_few(made: MadeRegister) -> None:
    """10 of 16 households are there for illness (4 and 6), 1 for schooling: of the six shares none tells of the one."""
    with Reader(taking.current()) as reader:
        day = read("2018")
        names = [name for name in indicators() if name.startswith("cause_share_")]
        hidden = {
            name for name in names if is_hidden(reader, sight(), reader.figure(name, banner(), day), banner(), day)
        }
        # Disability is the cell that keeps schooling hidden in the table of causes.
        assert hidden == {"cause_share_schooling", "cause_share_disability"}
        table = make(reader, tables()["cause"], banner(), day, least=3)
        assert [(cells[0].row, cells[0].is_hidden) for _name, cells in table.rows] == [
            ("01", False), ("02", True), ("03", True),
        ]  # fmt: skip
        village = tree().by_id(_there(made))
        share = reader.figure("ethnic_mongol_share", village, day)
        assert (share.value, share.records) == (100, 6)
        assert not is_hidden(reader, sight(village), share, village, day)


def test_the_few_that_a_share_leaves_out_hide_it(made: MadeRegister) -> None:
    made.join(made.households[f"{_there(made)}-0"], "guest", {"ethnicity": "01"}, "99", date(2014, 1, 1))
    from fupin.core import audit

    audit.record(by=None, act="made", subject="household:1")
    with Reader(taking.current()) as reader:
        day, village = read("2018"), tree().by_id(_there(made))
        share = reader.figure("ethnic_mongol_share", village, day)
        assert share.records == 6
        assert is_hidden(reader, sight(village), share, village, day)


def test_a_change_beside_a_hidden_earlier_figure_is_not_told(made: MadeRegister) -> None:
    village = tree().by_id(_there(made))
    with Reader(taking.current()) as reader:
        view = View(village, read("2018"), reader.extract, sight(village), False)
        assert dashboard.tile(reader, view, "registered_households", with_change=True).change == "与上年末持平"
    made.add("late", tree_division(village), [{}], since=date(2018, 3, 1))
    with Reader(taking.current()) as reader:
        view = View(village, read("2018"), reader.extract, sight(village), False)
        one = dashboard.tile(reader, view, "registered_households", with_change=True)
        assert (one.text, one.change) == ("7", "")
        told = dashboard.tile(reader, replace(view, sight=WHOLE), "registered_households", with_change=True)
        assert told.change == "比上年末 +1"
        assert is_change_hidden(reader, view.sight, "per_head_income", village, date(2017, 12, 31), date(2018, 12, 31))
        fall = reader.figure("poverty_reduction_households", village, read("2018"))
        assert (fall.records, is_hidden(reader, view.sight, fall, village, read("2018"))) == (1, True)


def tree_division(node: Node) -> Any:
    from fupin.divisions.models import Division

    return Division.objects.get(pk=node.id)


def test_a_trend_leaves_out_the_year_whose_difference_would_tell_of_one(made: MadeRegister) -> None:
    village = tree().by_id(_there(made))
    made.add("late", tree_division(village), [{}], since=date(2017, 3, 1))
    with Reader(taking.current()) as reader:
        view = View(village, read("2018"), reader.extract, sight(village), False)
        assert [line["numbers"] for line in dashboard.trend(reader, view)["series"]] == [[None, None, None, 7, 7]] * 2
        full = dashboard.trend(reader, replace(view, sight=WHOLE))["series"]
        assert [line["numbers"] for line in full] == [[6, 6, 6, 7, 7]] * 2


def test_a_subtotal_beside_a_table_does_not_tell_its_one_small_cell(made: MadeRegister) -> None:
    """The status table: those not exited add up to the households on the register, which stand in a tile."""
    made.add("one", tree_division(tree().by_id(_there(made))), [{}], status="02")
    for number in range(3):
        name = f"gone{number}"
        made.add(name, tree_division(tree().by_id(_there(made))), [{}])
        made.leave(name, date(2018, 2, 1), status="05")
    with Reader(taking.current()) as reader:
        table = make(reader, tables()["status"], banner(), read("2018"), least=3)
        assert {cells[0].row: cells[0].is_hidden for _name, cells in table.rows} == {
            "02": True,
            "04": True,
            "05": False,
        }


def test_tables_are_shown_where_the_sight_begins_and_not_below(
    made: MadeRegister, only_figures: Any, client_of: Any
) -> None:
    browser = client_of(only_figures)
    page = browser.get("/statistics/" + QUERY)
    assert len(page.context["made"]) == len(tables())
    below = browser.get("/statistics/?division=150522100&period=2018")
    assert below.context["made"] == []
    assert disclosure.no_tables() in below.content.decode()


def test_screen_copy_and_workbook_show_the_same_sign(made: MadeRegister, only_figures: Any, client_of: Any) -> None:
    browser = client_of(only_figures)
    ask = "?division=150522100&period=2018"
    page = browser.get("/statistics/" + ask)
    shown = {node.code: line[0] for node, line in page.context["below"] if line[0].is_hidden}
    assert len(shown) == 2
    copied = {row[0]: row[1] for row in page.context["below_take"]["rows"]}
    names = {node.name for node, _line in page.context["below"] if node.code in shown}
    assert {copied[name] for name in names} == {HIDDEN}
    assert HIDDEN in page.content.decode()
    assert "记录少于 3 条" in page.context["below_take"]["notes"][0]
    book = load_workbook(io.BytesIO(b"".join(browser.get("/statistics/workbook/" + ask).streaming_content)))
    assert {row[2] for row in book["分区划"].iter_rows(min_row=4, values_only=True) if row[1] in names} == {HIDDEN}
    assert "记录少于 3 条" in book["分区划"]["A2"].value


def test_a_workbook_has_the_hidden_cells_of_its_tables_as_signs(
    made: MadeRegister, only_figures: Any, client_of: Any
) -> None:
    answer = client_of(only_figures).get("/statistics/workbook/" + QUERY)
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    cells = [row[1] for row in book["按主要致贫原因"].iter_rows(min_row=4, values_only=True)]
    assert cells == [10, HIDDEN, HIDDEN]


def test_the_map_and_its_table_leave_out_what_the_dashboard_hides(made: MadeRegister, only_figures: Any) -> None:
    township, names = tree().by_code("150522100"), ["registered_households", "poverty_incidence"]
    values = mapping.IndicatorMeasures().map_values(only_figures, township.id, names, date(2018, 12, 31))
    hidden = {tree().by_code(code).id for code in hidden_below("registered_households", township, sight())}
    assert hidden
    for name in names:
        assert not hidden & values[name].values.keys()
        assert not hidden & values[name].hrefs.keys()
    village = tree().by_id(min(hidden))
    assert not mapping.IndicatorMeasures().figures(only_figures, village.id, date(2018, 12, 31))


def test_a_token_for_figures_alone_is_told_no_more_by_the_api(made: MadeRegister, cast: Any) -> None:
    from django.test import Client

    from fupin.accounts import tokens

    officer = cast.banner_officer
    _row, secret = tokens.add_token(user=officer, name="figures", by=officer, allowed=["statistics.view"])
    headers = {"HTTP_AUTHORIZATION": f"Bearer {secret}"}
    below = hidden_below("registered_households", tree().by_code("150522100"), sight())
    for code in below:
        one = (
            Client()
            .get(
                f"/api/v1/figures?division={code}&period=2018&indicator=registered_households&indicator=average_household_size",
                **headers,
            )
            .json()
        )
        assert [(figure["value"], figure["records"]) for figure in one] == [(None, 0)] * 2
        assert "推算" in one[0]["note"]
    table = Client().get(f"/api/v1/tables/cause?division={BANNER}&period=2018", **headers).json()
    assert [row["cells"][0]["value"] for row in table["rows"]] == ["10", None, None]
    assert Client().get("/api/v1/tables/cause?division=150522100&period=2018", **headers).status_code == 404


def test_every_count_that_could_be_told_from_a_figure_can_be_counted(made: MadeRegister) -> None:
    """Each indicator of records has counts behind it, and each of them compiles and counts."""
    with Reader(taking.current()) as reader:
        for one in indicators().values():
            counts = disclosure.counts_behind(one)
            assert bool(counts) == (bool(one.dataset or one.base) and not one.is_open)
            for count in counts:
                assert disclosure.Amount(count, date(2018, 12, 31)).of(reader, [banner()])[banner().id] >= 0
        persons = [count.dataset for count in disclosure.counts_behind(indicator("average_household_size"))]
        assert "persons" in persons


def test_a_figure_of_four_leagues_does_not_tell_of_one_that_is_hidden(made: MadeRegister) -> None:
    root = tree().root
    made.add("far", made.villages_of("152221", 1)[0], [{}])
    with Reader(taking.current()) as reader:
        day, eyes = read("2018"), Sight(None, ())
        assert hidden_below("registered_persons", root, eyes)
        for name in ("registered_persons_four_leagues", "registered_persons_four_leagues_share"):
            assert is_hidden(reader, eyes, reader.figure(name, root, day), root, day)
        assert not is_hidden(reader, eyes, reader.figure("registered_persons", root, day), root, day)


def test_sums_of_money_of_few_households_are_hidden_all_of_them(made: MadeRegister) -> None:
    village = tree().by_id(_there(made))
    with Reader(taking.current()) as reader:
        assert not any(
            c.is_hidden
            for _n, cells in make(reader, tables()["income_structure"], village, read("2018"), least=3).rows
            for c in cells
        )
        few = make(reader, tables()["income_structure"], village, read("2018"), least=7)
        assert all(cells[0].is_hidden for _name, cells in few.rows)


def test_cross_tables_of_one_line_with_a_small_cell_are_not_shown(made: MadeRegister) -> None:
    with Reader(taking.current()) as reader:
        for name in ("cause_labour", "cause_age", "labour_age"):
            shown = make(reader, tables()[name], banner(), read("2018"), least=3)
            assert all(cell.is_hidden for _name, cells in shown.rows for cell in cells)

"""The screens: who sees which figure and which records, what is hidden, what opens what."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fupin.bulk import taking
from fupin.divisions.queries import tree
from fupin.registry.tests.made_register import MadeRegister
from fupin.rulebook import operations
from fupin.rulebook.operations import Proposal
from fupin.statistics import dashboard, disclosure, freshness
from fupin.statistics.dashboard import View
from fupin.statistics.disclosure import HIDDEN, WHOLE, Sight
from fupin.statistics.figures import LEAST_RECORDS, Reader
from fupin.statistics.periods import read


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> None:
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def made(cast: Any) -> MadeRegister:
    """One household in the cast's village, two in the other township's."""
    made = MadeRegister()
    made.add("here", cast.village, [{}, {}], per_head={2018: 2000})
    for name in ("there", "yonder"):
        made.add(name, cast.other_village, [{}], cause="03")
    return made


QUERY = "?division={}&period=2018"


def test_a_dashboard_shows_the_division_its_figures_and_where_they_come_from(
    made: Any, cast: Any, client_of: Any
) -> None:
    page = client_of(cast.banner_officer).get("/statistics/" + QUERY.format("150522"))
    text = page.content.decode()
    assert page.status_code == 200
    assert "建档立卡在册户数" in text
    assert "/statistics/records/registered_households/" in text
    assert "数据取自" in text


def test_a_footnote_that_figures_share_is_said_once(made: Any, cast: Any, client_of: Any) -> None:
    page = client_of(cast.banner_officer).get("/statistics/" + QUERY.format("150522"))
    first, spread = page.context["groups"]
    assert {one.footnote for one in first} == {""}
    assert {one.indicator.is_of_register_only for one in spread} == {True}
    assert page.content.decode().count(f">{spread[0].footnote}<") == 1
    assert page.context["take"]["notes"] == [f"* {spread[0].footnote}"]
    assert [row[0] for row in page.context["take"]["rows"] if row[0].endswith("*")] == [
        one.label + "*" for one in spread
    ]


def test_a_change_says_its_sign_its_unit_and_when_there_is_none(made: Any, cast: Any, client_of: Any) -> None:
    page = client_of(cast.banner_officer).get("/statistics/" + QUERY.format("150522"))
    changes = {one.indicator.name: one.change for one in page.context["tiles"]}
    assert changes["registered_households"] == "与上年末持平"
    with dashboard.Reader(page.context["view"].extract) as reader:
        view = page.context["view"]
        count = dashboard.indicators()["registered_households"]
        before = reader.figure("registered_households", view.node, view.period)
        fewer = replace(before, value=before.value - 2)
        assert dashboard._change(reader, view, count, fewer) == "比上年末 \u22122"
        assert dashboard._change(reader, view, replace(count, unit="percent"), fewer).endswith(" \u22122 百分点")


def test_divisions_without_any_number_are_named_apart_and_a_dash_opens_nothing(
    made: Any, cast: Any, client_of: Any
) -> None:
    page = client_of(cast.banner_officer).get("/statistics/" + QUERY.format("150522"))
    named = {node.short_code for node, _line in page.context["below"]}
    empty = {node.short_code for node in page.context["empty"]}
    assert named == {"150522100", "150522101"}
    assert len(empty) > 5
    assert not named & empty
    assert ">—</a>" not in page.content.decode()


def test_a_reader_of_records_opens_the_list_and_counts_what_the_figure_says(
    made: Any, cast: Any, client_of: Any
) -> None:
    page = client_of(cast.banner_officer).get("/statistics/records/registered_households/" + QUERY.format("150522"))
    assert page.context["total"] == 3
    assert page.content.decode().count("/households/") >= 3
    cell = client_of(cast.banner_officer).get("/statistics/tables/cause/records/" + QUERY.format("150522") + "&row=03")
    assert cell.context["total"] == 2


def test_another_township_is_neither_shown_nor_listed(made: Any, cast: Any, client_of: Any) -> None:
    browser = client_of(cast.township_officer)
    assert browser.get("/statistics/" + QUERY.format("150522101")).status_code == 404
    assert browser.get("/statistics/" + QUERY.format("150522")).status_code == 404
    own = browser.get("/statistics/records/registered_households/?period=2018")
    assert own.context["total"] == 1


def test_an_old_extract_of_a_wider_division_gives_a_township_its_own_rows_only(
    made: Any, cast: Any, client_of: Any
) -> None:
    extract = taking.current()
    page = client_of(cast.township_officer).get(
        f"/statistics/records/registered_persons/?period=2018&extract={extract.id}"
    )
    assert page.context["total"] == 2


def test_how_many_records_must_stand_behind_a_figure_is_set_by_the_division(made: Any, cast: Any) -> None:
    day = read("2018").end
    asked = operations.propose(
        proposals=[Proposal(LEAST_RECORDS, cast.banner, "4", day, "后旗扶贫〔2018〕1号")], by=cast.banner_officer
    )
    operations.confirm(
        overrides=asked, by=cast.second_banner_officer, seen={row.pk: bytes(row.digest) for row in asked}
    )
    banner = tree().by_id(cast.banner.pk)
    with Reader(taking.current()) as reader:
        view = View(banner, read("2018"), reader.extract, Sight((banner.id,), ()), False)
        tile = dashboard.tile(reader, view, "registered_households")
        assert (tile.text, tile.is_hidden) == (HIDDEN, True)
        assert dashboard.tile(reader, replace(view, sight=WHOLE), "registered_households").text == "3"
        assert reader.least(tree().by_id(cast.other_banner.pk), day) == 3
        assert reader.least(banner, read("2017").end) == 3


def test_the_page_says_how_much_changed_since(made: Any, cast: Any, client_of: Any) -> None:
    extract = taking.current()
    browser = client_of(cast.banner_officer)
    ask = f"/statistics/freshness/?division=150522&period=2018&extract={extract.id}"
    assert "没有变动" in browser.get(ask).content.decode()
    made.leave("here", read("2018-12-01").end)
    assert "1 户变动" in browser.get(ask).content.decode()
    freshness.keep_fresh()
    newest = taking.newest()
    assert newest.id != extract.id
    with Reader(newest) as reader:
        assert reader.figure("registered_households", tree().by_code("150522"), read("2018")).value == 2


def test_signing_in_makes_no_new_extract(made: Any) -> None:
    from fupin.core import audit

    extract = taking.current()
    audit.record(by=None, act="accounts.sign_in", subject="user:1")
    assert taking.current() is extract


def test_an_extract_of_another_database_is_not_used(made: Any) -> None:
    from fupin.core.models import AuditEntry

    extract = taking.current()
    AuditEntry.objects.all().delete()
    made.add("new", made.village("150522100200"), [{}])
    assert taking.newest().id != extract.id


def test_a_bad_period_and_an_unknown_figure_are_answered_in_words(made: Any, cast: Any, client_of: Any) -> None:
    browser = client_of(cast.banner_officer)
    assert browser.get("/statistics/?division=150522&period=last").status_code == 400
    assert browser.get("/statistics/records/nothing/?division=150522").status_code == 404
    assert browser.get("/statistics/tables/nothing/records/?division=150522").status_code == 404


def test_what_nobody_filled_in_has_a_name_in_a_table_and_opens_its_own_records(
    made: Any, cast: Any, client_of: Any
) -> None:
    made.add("blank", cast.village, [{"ethnicity": "", "labour": ""}])
    browser = client_of(cast.banner_officer)
    tables = {
        one.table.name: one for one, _chart in browser.get("/statistics/" + QUERY.format("150522")).context["made"]
    }
    assert [name for name, _cells in tables["ethnicity"].rows] == ["蒙古族", "未填写"]
    cell = tables["ethnicity"].rows[1][1][0]
    ask = f"/statistics/tables/ethnicity/records/{QUERY.format('150522')}&row={cell.row}&column={cell.column}"
    assert (cell.records, browser.get(ask).context["total"]) == (1, 1)
    assert tables["cause_labour"].columns[-1] == "未填写"


def test_the_workbook_has_a_sheet_for_every_table(made: Any, cast: Any, client_of: Any) -> None:
    import io

    from openpyxl import load_workbook

    answer = client_of(cast.banner_officer).get("/statistics/workbook/" + QUERY.format("150522"))
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    assert {"指标", "分区划", "按主要致贫原因"} <= set(book.sheetnames)
    assert book["指标"]["B4"].value == 3


def test_the_workbook_of_a_demonstration_says_what_it_is(made: Any, cast: Any, client_of: Any, settings: Any) -> None:
    import io

    from openpyxl import load_workbook

    settings.DEMONSTRATION = True
    answer = client_of(cast.banner_officer).get("/statistics/workbook/" + QUERY.format("150522"))
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    assert all("演示数据，全部由程序合成" in sheet["A2"].value for sheet in book)


def test_how_incomes_are_spread_never_stands_without_saying_of_whom(made: Any, cast: Any, client_of: Any) -> None:
    import io

    from openpyxl import load_workbook

    browser, under = client_of(cast.banner_officer), "仅指建档立卡人口"
    page = browser.get("/statistics/" + QUERY.format("150522"))
    spread = [tile for tile in page.context["tiles"] if tile.indicator.is_of_register_only]
    assert {"gini", "quintile_share_ratio", "fgt_gap"} <= {tile.indicator.name for tile in spread}
    heading = page.content.decode().partition(f'<small class="quiet">{under}')[2].partition("</section>")[0]
    assert heading.count('class="card figure"') == len(spread)
    taken = page.context["take"]
    assert sum("*" in row[0] for row in taken["rows"]) == len(spread)
    assert [under in note for note in taken["notes"]] == [True]
    answer = browser.get("/statistics/workbook/" + QUERY.format("150522"))
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))["指标"]
    assert sum(under in str(row[4]) for row in sheet.iter_rows(min_row=4, values_only=True)) == len(spread)


@pytest.mark.parametrize(("day", "period"), [(date(2018, 12, 31), "2018"), (date(2018, 12, 30), "2018-12-30")])
def test_a_day_that_ends_a_year_is_looked_at_with_the_flows_of_the_year(day: date, period: str) -> None:
    assert dashboard.usual_period(day) == period


def test_numbers_of_a_trend_that_lie_close_do_not_stand_on_each_other() -> None:
    upper, lower = [34_261, 3_000, None, 3_976], [13_065, 1_375, 5, 1_375]
    drawn, below = (dashboard._labelled(line, [upper, lower]) for line in (upper, lower))
    told = [drawn[0], drawn[2], below[0], below[1], below[2]]
    assert [one["value"] for one in told] == [34_261, None, 13_065, 1_375, 5]
    assert [set(one["label"]) - {"formatter"} for one in told] == [set()] * 5
    assert drawn[1]["value"] == 3_000
    assert drawn[1]["label"]["distance"] > 5
    assert [one["label"]["position"] for one in (drawn[3], below[3])] == ["right", "right"]
    assert [one["label"] for one in dashboard._labelled([0, 0], [[0, 0], [0, None]])] == [{"formatter": "0"}] * 2


def test_the_trend_tells_its_numbers_as_a_table_too(made: Any, cast: Any, client_of: Any) -> None:
    page = client_of(cast.banner_officer).get("/statistics/trend/" + QUERY.format("150522"))
    numbers = [series["numbers"] for series in page.context["option"]["series"]]
    assert [line[-1] for line in numbers] == [3, 4]
    assert '<td class="num">4</td>' in page.content.decode()


def test_the_sign_of_a_hidden_number_is_told_in_words_on_the_page_and_to_a_screen_reader(
    made: Any, cast: Any, client_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    banner = tree().by_id(cast.banner.pk)
    monkeypatch.setattr(disclosure, "sight_of", lambda user: Sight((banner.id,), ()))
    page = client_of(cast.banner_officer).get("/statistics/" + QUERY.format("150522")).content.decode()
    with Reader(taking.current()) as reader:
        told = disclosure.why(reader, banner, read("2018"))
    assert f'<p class="notice">{HIDDEN} {told}</p>' in page
    signs = page.partition("</nav>")[2].count(f'<span aria-hidden="true">{HIDDEN}</span>')
    assert signs > 0
    assert page.count(f'<span class="visually-hidden">{told}</span>') == signs
    assert f'<td class="num">{HIDDEN}' not in page

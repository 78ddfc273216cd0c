"""Files of a ledger: template, staged import, rejects."""

from datetime import date
from pathlib import Path

import pytest

from fupin.core import ledgers
from fupin.core.imports import runs
from fupin.core.imports.declaration import intake
from fupin.core.ledgers import files, listing
from fupin.core.workbooks.stamps import Stamp, version_of
from fupin.core.workbooks.writing import write_template
from fupin.divisions import published, queries
from fupin.divisions.models import Designation, ReferenceFigure, VillageYear

pytestmark = pytest.mark.django_db(transaction=True)


def carried(ledger: str, path: Path, *, by=None, on=date(2018, 12, 31)):
    run = runs.open_run(ledger=ledger, files=[runs.Given(path, path.name)], by=by, on=on, division=None)
    run = runs.stage(run=run, by=by)
    if run.state == "ready":
        run = runs.merge(run=runs.accept(run=run, by=by), by=by)
    return run


def counts(run):
    return run.created, run.updated, run.unchanged, run.rejected


def test_village_sheets_come_in_and_the_same_file_again_changes_nothing(tmp_path):
    path = tmp_path / "v.csv"
    path.write_text(
        "嘎查村,年度,总户数,总人口,妇女人数,农牧民人均纯收入,经度\n"
        "150522100200,2018,210,600,290,8205.50,122.345678\n"
        "150522100201,2018年,100,300,301,,\n"
        "甘旗卡镇,2018,1,2,,,\n"
        "150522100200,2018,1,2,,,\n",
        encoding="utf-8",
    )
    run = carried("villages", path)
    assert counts(run) == (1, 0, 0, 3)
    row = VillageYear.objects.get()
    assert (row.households, row.net_income_fen, str(row.longitude)) == (210, 820_550, "122.345678")
    assert set(run.reasons) == {"invalid", "duplicate_in_file"}
    good = tmp_path / "again.csv"
    good.write_text("嘎查村,年度,总户数\n150522100200,2018,211\n", encoding="utf-8")
    assert counts(carried("villages", good)) == (0, 1, 0, 0)
    assert counts(carried("villages", path))[2] == 0
    assert VillageYear.objects.get().persons == 600


def test_reference_figures_and_designations_keep_their_decimals_and_periods(tmp_path):
    path = tmp_path / "f.csv"
    path.write_text("区划,指标,时期,数值,单位,来源\n150522,rural_registered_population,2019,323252.1234,person,年鉴\n",
                    encoding="utf-8")  # fmt: skip
    assert counts(carried("reference_figures", path)) == (1, 0, 0, 0)
    assert str(ReferenceFigure.objects.get(period="2019").value) == "323252.1234"
    path = tmp_path / "d.csv"
    path.write_text("区划,认定类别,自,依据文件\n150522100200,贫困嘎查村,2014-05-01,名单\n", encoding="utf-8")
    assert counts(carried("designations", path)) == (1, 0, 0, 0)
    assert Designation.objects.filter(kind="poverty_village").count() == 1


def test_divisions_are_created_and_renamed_by_file(tmp_path):
    path = tmp_path / "div.csv"
    path.write_text(
        "区划代码,名称,层级,类型,上级区划\n150522100399,新嘎查,village,gacha,150522100\n"
        "150522100000,新甘旗卡镇,township,town,150522\n150522777,错镇,township,town,150522\n",
        encoding="utf-8",
    )
    run = carried("divisions", path)
    assert counts(run) == (1, 1, 0, 1)
    assert queries.tree().by_code("150522100").name == "新甘旗卡镇"
    assert queries.tree(date(2018, 12, 30)).by_code("150522100").name == "甘旗卡镇"
    assert queries.tree().by_code("150522100399").name == "新嘎查"


HEAD = "区划代码,名称,层级,类型,上级区划,生效日期\n"


def division_file(folder: Path, *rows: str) -> Path:
    path = folder / "div.csv"
    path.write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    return path


TOWN = "150522999000,新设镇,township,town,150522,"
GACHA = "150522999201,新设嘎查,village,gacha,150522999,"
HAMLET = "150522999201001,新设营子,natural_village,natural_village,新设嘎查,"


@pytest.mark.parametrize("rows", [(TOWN, GACHA, HAMLET), (HAMLET, GACHA, TOWN), (GACHA, TOWN, HAMLET)])
def test_a_file_brings_a_township_its_village_and_its_hamlet_in_any_order(tmp_path, rows):
    path = division_file(tmp_path, *rows)
    assert counts(carried("divisions", path)) == (3, 0, 0, 0)
    tree = queries.tree()
    hamlet = tree.by_code("150522999201001")
    assert [node.code for node in tree.path(hamlet.id)[-3:]] == ["150522999000", "150522999201", "150522999201001"]
    assert counts(carried("divisions", path)) == (0, 0, 3, 0)


def test_a_whole_new_banner_comes_in_by_one_file_of_many_chunks_and_goes_on_after_a_stop(tmp_path, monkeypatch):
    monkeypatch.setattr("fupin.core.ledgers.intake.CHUNK", 7)
    villages = [f"15052299{at}201,村{at},village,gacha,15052299{at}000," for at in range(1, 9)]
    towns = [f"15052299{at}000,镇{at},township,town,150522," for at in range(1, 9)]
    path = division_file(tmp_path, *villages, *towns)
    run = runs.open_run(ledger="divisions", files=[runs.Given(path, path.name)], by=None, on=date(2018, 12, 31))
    run = runs.accept(run=runs.stage(run=run, by=None), by=None)
    chunks = iter(range(1))

    def stop(*_about):
        if next(chunks, None) is None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        runs.merge(run=run, by=None, progress=stop)
    run.refresh_from_db()
    assert 0 < run.done < 16
    assert counts(runs.merge(run=run, by=None)) == (16, 0, 0, 0)
    assert [queries.tree().by_code(f"15052299{at}201").name for at in range(1, 9)] == [f"村{at}" for at in range(1, 9)]


def test_what_hangs_below_a_rejected_row_is_rejected_with_its_row_named(tmp_path):
    path = division_file(tmp_path, GACHA, TOWN.replace("town,", "gacha,"), HAMLET)
    run = carried("divisions", path)
    assert counts(run) == (0, 0, 0, 3)
    assert run.reasons == {"above_rejected": 2, "division": 1}
    said = {reject["row"]: reject["reasons"] for reject in run.preview["rejects"]}
    assert said[2] == ["上级“150522999000”（本文件第 3 行）被退回，请先改正那一行"]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ((GACHA,), "division_unknown"),
        ((TOWN, GACHA.replace("150522999,", "新设乡,")), "division_unknown"),
        ((TOWN, TOWN.replace("999000", "998000"), GACHA.replace("150522999,", "新设镇,")), "division_ambiguous"),
        ((TOWN.replace("新设镇", "甘旗卡镇"), GACHA.replace("150522999,", "甘旗卡镇,")), "division_ambiguous"),
        ((TOWN.replace("150522,", "150522999201,"), GACHA), "circle"),
        ((TOWN, GACHA.replace("150522999,", ",")), "division"),
        ((TOWN.replace("150522,", "150522,2018-06-01"), GACHA.replace("999,", "999,2018-05-31")), "division"),
    ],
)
def test_a_village_whose_township_is_not_clear_is_told_so(tmp_path, rows, code):
    run = carried("divisions", division_file(tmp_path, *rows))
    assert run.reasons.get(code) == 1


def test_a_village_that_stands_moves_below_a_township_of_the_same_file(tmp_path):
    village = queries.tree().by_code("150522100200")
    path = division_file(tmp_path, f"{village.code},{village.name},village,{village.kind},新设镇,", TOWN)
    assert counts(carried("divisions", path)) == (1, 1, 0, 0)
    assert queries.tree().by_id(village.parent_id).code == "150522100000"
    assert queries.tree().path(village.id)[-2].name == "新设镇"
    assert queries.tree(date(2018, 12, 30)).path(village.id)[-2].name == "甘旗卡镇"


def test_a_new_township_and_its_village_outside_the_own_banner_are_both_refused(tmp_path, cast):
    run = carried("divisions", division_file(tmp_path, GACHA, TOWN), by=cast.other_banner_officer)
    assert counts(run) == (0, 0, 0, 2)
    assert run.reasons == {"outside": 1, "above_rejected": 1}
    assert counts(carried("divisions", division_file(tmp_path, GACHA, TOWN), by=cast.banner_officer)) == (2, 0, 0, 0)


def test_what_is_exported_comes_back_unchanged(tmp_path, cast):
    published.load()
    for name in ("designations", "reference_figures"):
        path = tmp_path / f"{name}.xlsx"
        ledger = ledgers.find(name)
        count = files.export(ledger, listing.Asked(), path, user=cast.region_officer)
        assert count == listing.total(ledger, listing.Asked(), user=cast.region_officer) > 20
        assert counts(carried(name, path)) == (0, 0, count, 0)


def test_an_export_holds_the_own_area_only(tmp_path, cast):
    published.load()
    path = tmp_path / "designations.csv"
    assert files.export(ledgers.find("designations"), listing.Asked(), path, user=cast.other_banner_officer) == 1


def test_the_templates_own_file_imports_nothing(tmp_path):
    for name in ("villages", "designations", "reference_figures", "divisions"):
        record = intake(name)
        path = tmp_path / f"{name}.xlsx"
        write_template(path, label=record.label, columns=record.columns, stamp=Stamp(name, version_of(record.columns)))
        assert counts(carried(name, path)) == (0, 0, 0, 0)

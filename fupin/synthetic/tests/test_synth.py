"""Made-up registers: the same bytes again, figures to the person, families that can be, defects that are listed."""

import csv
import hashlib
from collections import Counter
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from fupin.core.id_numbers import read as read_id_number
from fupin.synthetic import figures, numbers
from fupin.synthetic.defects import DEFECTS
from fupin.synthetic.headers import HOUSEHOLDS, PERSONS
from fupin.synthetic.make import Order, Passed, Run, make_part, parts, prepare
from fupin.synthetic.places import villages
from fupin.synthetic.refusal import Impossible
from fupin.synthetic.write import write

BANNER = "150522"


def entry(indicator, period, value, place=BANNER, **more):
    return {"id": indicator, "place": place, "indicator": indicator, "period": period, "value": value, **more}


BANNER_FIGURES = [
    entry("registered_households", "2014", 1306),
    entry("registered_persons", "2014", 3426),
    entry("registered_households", "2018", 137),
    entry("registered_persons", "2018", 397),
    entry("poverty_reduction_households", "2014/2018", 1169),
    entry("poverty_reduction_persons", "2014/2018", 3029),
]


@pytest.fixture(scope="module")
def banner() -> tuple[Run, pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    run = prepare(Order(3000, BANNER))
    made = list(parts(run))
    frames = [pl.concat([getattr(part, name) for part in made]) for name in ("households", "persons", "income")]
    return run, *frames


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


@pytest.mark.parametrize("form", ["csv", "parquet", "xlsx"])
def test_the_same_order_makes_the_same_bytes(tmp_path, form):
    for name in ("one", "two"):
        write(Order(300, BANNER, seed=7), tmp_path / name, form, dirty=5)
    assert digests(tmp_path / "one") == digests(tmp_path / "two")


def test_another_seed_makes_other_people(tmp_path):
    write(Order(50, BANNER, seed=1), tmp_path / "one", "csv")
    write(Order(50, BANNER, seed=2), tmp_path / "two", "csv")
    assert digests(tmp_path / "one")["persons.csv"] != digests(tmp_path / "two")["persons.csv"]


def test_a_workbook_opens_with_the_headers_and_its_mark(tmp_path):
    import openpyxl

    written = write(Order(40, BANNER), tmp_path, "xlsx")
    book = openpyxl.load_workbook(tmp_path / "persons.xlsx", read_only=True)
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert list(rows[0]) == list(PERSONS.values())
    assert len(rows) == written.persons + 1
    assert "合成数据" in next(book["说明"].iter_rows(min_row=1, values_only=True))[0]


def test_a_full_sheet_is_followed_by_another(tmp_path):
    import openpyxl

    from fupin.core.workbooks.plain import Workbook

    book = Workbook(tmp_path / "book.xlsx", "人", ["合成数据"], rows=4)
    book.write(pl.DataFrame({"姓名": ["a<b", "c&d", "d", "e", "f"]}))
    book.close()
    sheets = openpyxl.load_workbook(tmp_path / "book.xlsx").worksheets
    assert [sheet.title for sheet in sheets] == ["人", "人2", "说明"]
    assert [cell.value for cell in sheets[0]["A"]] == ["姓名", "a<b", "c&d", "d"]
    assert [cell.value for cell in sheets[1]["A"]] == ["姓名", "e", "f"]


def test_every_id_number_is_valid_synthetic_and_given_once(banner):
    _, _, persons, _ = banner
    ids = persons[PERSONS["id_number"]]
    assert ids.n_unique() == len(ids)
    assert ids.str.starts_with("1599").all()
    for text in ids.head(200):
        found = read_id_number(text, synthetic=True)
        assert found.is_valid
        assert found.is_synthetic


def test_sex_and_birthday_follow_the_number(banner):
    _, _, persons, _ = banner
    ids = persons[PERSONS["id_number"]]
    odd = ids.str.slice(16, 1).cast(pl.Int64) % 2 == 1
    assert (odd == (persons[PERSONS["sex"]] == "男")).all()
    day = ids.str.slice(6, 4) + "-" + ids.str.slice(10, 2) + "-" + ids.str.slice(12, 2)
    assert (day == persons[PERSONS["born_on"]]).all()


def test_blocks_of_numbers_do_not_meet():
    born = np.array(["1980-02-29"] * 3, dtype="datetime64[D]")
    male = np.array([True, True, False])
    blocks = [set(numbers.id_numbers(born, male, block)) for block in (0, 1, 99, 100, 999)]
    assert sum(map(len, blocks)) == len(set.union(*blocks)) == 15


def test_each_household_has_one_head_and_at_most_one_spouse(banner):
    _, households, persons, _ = banner
    by_house = persons.group_by(PERSONS["head_id"]).agg(
        (pl.col(PERSONS["relation"]) == "户主").sum().alias("heads"),
        (pl.col(PERSONS["relation"]) == "配偶").sum().alias("spouses"),
    )
    assert len(by_house) == len(households)
    assert (by_house["heads"] == 1).all()
    assert (by_house["spouses"] <= 1).all()


def test_relations_agree_with_sex_and_generations(banner):
    _, _, persons, _ = banner
    female = {"之女", "之儿媳", "之孙女", "之外孙女", "之母"}
    male = {"之子", "之女婿", "之孙子", "之外孙子", "之父"}
    frame = persons.with_columns(pl.col(PERSONS["born_on"]).str.slice(0, 4).cast(pl.Int64).alias("year"))
    assert frame.filter(pl.col(PERSONS["relation"]).is_in(female) & (pl.col(PERSONS["sex"]) == "男")).is_empty()
    assert frame.filter(pl.col(PERSONS["relation"]).is_in(male) & (pl.col(PERSONS["sex"]) == "女")).is_empty()
    heads = frame.filter(pl.col(PERSONS["relation"]) == "户主").select(PERSONS["head_id"], head="year")
    pairs = frame.join(heads, on=PERSONS["head_id"])
    children = pairs.filter(pl.col(PERSONS["relation"]).is_in(["之子", "之女"]))
    assert (children["year"] - children["head"] > 12).all()
    parents = pairs.filter(pl.col(PERSONS["relation"]).is_in(["之父", "之母"]))
    assert (parents["head"] - parents["year"] > 12).all()


def test_causes_agree_with_the_members(banner):
    _, households, persons, _ = banner
    cause = households.select(HOUSEHOLDS["head_id"], cause=HOUSEHOLDS["main_cause"])
    frame = persons.join(cause, left_on=PERSONS["head_id"], right_on=HOUSEHOLDS["head_id"])
    ill = pl.col(PERSONS["health"]).str.contains("慢性病|大病").any()
    schooled = pl.col(PERSONS["student"]).is_not_null().any()
    disabled = pl.col(PERSONS["health"]).str.contains("残疾").any()
    shown = frame.group_by(PERSONS["head_id"]).agg(
        pl.col("cause").first(), ill=ill, schooled=schooled, disabled=disabled
    )
    assert shown.filter(pl.col("cause") == "因病")["ill"].all()
    assert shown.filter(pl.col("cause") == "因学")["schooled"].all()
    assert shown.filter(pl.col("cause") == "因残")["disabled"].all()


def test_income_stands_on_the_right_side_of_the_line(banner):
    _, households, _, income = banner
    frame = income.with_columns(
        households[HOUSEHOLDS["status"]].alias("status"), households[HOUSEHOLDS["not_exit_reason"]].alias("why")
    )
    head = pl.col("人均纯收入").cast(pl.Float64)
    assert frame.filter(pl.col("status").str.contains("已脱贫|新脱贫") & (head < 2995)).is_empty()
    assert frame.filter((pl.col("status") == "未脱贫") & (head >= 2995) & pl.col("why").is_null()).is_empty()
    money = frame.select(
        pl.col("工资性收入", "生产经营性收入", "财产性收入", "转移性收入", "生产经营性支出", "年纯收入").cast(
            pl.Float64
        )
    )
    net = (
        money["工资性收入"]
        + money["生产经营性收入"]
        + money["财产性收入"]
        + money["转移性收入"]
        - money["生产经营性支出"]
    )
    assert ((net - money["年纯收入"]).abs() < 0.005).all()


def test_three_quarters_of_the_banner_are_mongolian_some_with_an_interpunct(banner):
    _, _, persons, _ = banner
    share = (persons[PERSONS["ethnicity"]] == "蒙古族").mean()
    assert 0.71 < share < 0.79
    assert persons[PERSONS["name"]].str.contains("·").any()
    assert (persons[PERSONS["is_synthetic"]] == "是").all()


def test_the_banner_has_its_262_villages():
    assert len(villages(BANNER, np.random.default_rng(1)).codes) == 262


def test_stocks_flows_and_causes_are_reached_to_the_household():
    shares = [entry("cause_share_illness", "2014", 41.44, tolerance=0.05), entry("cause_share_schooling", "2014", 4.3)]
    run = prepare(Order(1306, BANNER, targets=figures.gather(BANNER_FIGURES + shares, BANNER)))
    for year, households, persons in ((2014, 1306, 3426), (2018, 137, 397)):
        stands = run.plan.is_registered(year)
        assert (int(stands.sum()), int(run.plan.size[stands].sum())) == (households, persons)
    counts = Counter(run.plan.cause.tolist())
    assert counts[0] == round(1306 * 0.4144)
    assert counts[2] == round(1306 * 0.043)


def test_a_stock_follows_from_another_and_the_fall_between_them():
    targets = figures.gather([BANNER_FIGURES[0], BANNER_FIGURES[4]], BANNER)
    assert targets.households == {2014: 1306, 2018: 137}


def test_exits_of_a_period_are_reached_exactly():
    asked = [
        *BANNER_FIGURES[:4],
        entry("exited_households", "2014/2018", 1200),
        entry("exited_persons", "2014/2018", 3100),
    ]
    run = prepare(Order(1400, BANNER, targets=figures.gather(asked, BANNER)))
    gone = (run.plan.exited > 0) & (run.plan.returned == 0)
    assert (int(gone.sum()), int(run.plan.size[gone].sum())) == (1200, 3100)
    assert int(run.plan.is_registered(2018).sum()) == 137


def test_other_places_and_other_words_are_named_as_not_used():
    targets = figures.gather(
        [entry("gdp", "2018", 5), entry("registered_households", "2016", 9, place="150000")], BANNER
    )
    assert targets.ignored == ["gdp", "registered_households"]


@pytest.mark.parametrize(
    ("asked", "households", "named"),
    [
        ([BANNER_FIGURES[0]], 1305, "1306"),
        ([*BANNER_FIGURES[:4], entry("poverty_reduction_households", "2014/2018", 1168)], 2000, "1168"),
        (
            [entry("registered_households", "2018", 10), entry("registered_persons", "2018", 9)],
            20,
            "10 户不能容纳 9 人",
        ),
        ([entry("registered_households", "2018", 10), entry("registered_persons", "2018", 71)], 20, "71 人"),
        ([BANNER_FIGURES[0], entry("registered_households", "2014", 1307)], 2000, "1307"),
        ([entry("cause_share_illness", "2018", 60), entry("cause_share_disaster", "2018", 45)], 100, "105"),
        ([entry("registered_households", "2018", 10), entry("cause_share_illness", "2018", 41.44)], 10, "41.44"),
    ],
)
def test_what_cannot_be_met_together_is_named(asked, households, named):
    with pytest.raises(Impossible) as refusal:
        prepare(Order(households, BANNER, targets=figures.gather(asked, BANNER)))
    assert named in refusal.value.chinese


def test_an_unknown_division_is_refused():
    with pytest.raises(Impossible):
        prepare(Order(10, "159999"))


def test_defects_are_planted_in_the_share_asked_for_and_listed(tmp_path):
    clean = write(Order(2000, BANNER), tmp_path / "clean", "csv")
    dirty = write(Order(2000, BANNER), tmp_path / "dirty", "csv", dirty=5)
    assert dirty.defects == round(clean.persons * 0.05)
    with (tmp_path / "dirty" / "truth.csv").open(encoding="utf-8") as stream:
        truth = list(csv.DictReader(stream))
    assert len(truth) == dirty.defects
    rows = {
        (where, name): list(csv.DictReader((tmp_path / where / f"{name}.csv").open(encoding="utf-8")))
        for where in ("clean", "dirty")
        for name in ("households", "persons", "income")
    }
    for line in truth:
        at = int(line["row"]) - 2
        assert rows["clean", line["ledger"]][at][line["field"]] == line["before"]
        assert rows["dirty", line["ledger"]][at][line["field"]] == line["after"] != line["before"]
    changed = sum(
        cell != other[label]
        for name in ("households", "persons", "income")
        for row, other in zip(rows["clean", name], rows["dirty", name], strict=True)
        for label, cell in row.items()
    )
    assert changed == len(truth)
    assert len({line["rule"] for line in truth}) >= 25
    assert {line["rule"] for line in truth} <= {defect.rule for defect in DEFECTS}


def test_memory_and_numbers_hold_over_more_than_one_part(tmp_path, monkeypatch):
    from fupin.synthetic import make

    monkeypatch.setattr(make, "PART", 40)
    written = write(Order(100, BANNER), tmp_path, "parquet", dirty=10)
    persons = pl.read_parquet(tmp_path / "persons.parquet")
    assert persons.height == written.persons
    assert written.defects == round(written.persons * 0.10)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[{indicator: cause_share_illness, place: '150522', period: 2014, value: 48%}]", "value"),
        ("[{indicator: cause_share_illness, place: '150522', period: 2014, value: 0.48, unit: fraction}]", "百分数"),
        ("[{indicator: cause_share_illness, place: '150522', period: 2014, value: 148}]", "百分数"),
        ("[{indicator: cause_share_illness, place: '150522', period: 2014}]", "value"),
        ("[{indicator: cause_share_illness, place: '150522', period: 2014, value: 48, tolerance: x}]", "tolerance"),
        ("[{indicator: registered_households, place: '150522', period: 2014-02-30, value: 约90}]", "value"),
        ("figures: [1]", "figures"),
        ("[" * 20_000, "无法读取"),
    ],
)
def test_a_figures_file_that_cannot_be_read_is_refused_in_words(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "figures.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Impossible, match=says):
        figures.read(path, "150522")


STAGES = ["学前教育", "小学", "七年级", "八年级", "九年级"]
SCHOOLED = ["学龄前儿童", "文盲或半文盲", "小学", "初中", "高中", "大专及以上"]


@pytest.fixture(scope="module")
def five_years() -> dict[int, pl.DataFrame]:
    run = prepare(Order(1200, BANNER, year=2014))
    return {year: make_part(run, 0, year).persons for year in range(2014, 2019)}


def test_the_same_persons_are_seen_each_year_and_go_on_with_their_schooling(five_years):
    told = pl.concat([frame.with_columns(year=pl.lit(year)) for year, frame in five_years.items()])
    told = told.sort(PERSONS["id_number"], "year").group_by(PERSONS["id_number"], maintain_order=True).agg(pl.all())
    assert told.height == five_years[2014].height
    assert (told[PERSONS["born_on"]].list.n_unique() == 1).all()
    assert (told[PERSONS["health"]].list.n_unique() == 1).all()
    for name, order in (("student", STAGES), ("education", SCHOOLED)):
        lives = [[order.index(one) for one in life if one in order] for life in told[PERSONS[name]]]
        assert all(life == sorted(life) for life in lives)
    left = told.filter(pl.col(PERSONS["student"]).list.get(0) == "九年级")[PERSONS["student"]]
    assert {life[4] for life in left} & {"大专及以上", "高职一年级", None}
    assert all(life[1] in ("高中一年级", "中职一年级", None) for life in left)


def test_who_has_grown_old_works_no_longer_as_in_full_strength(five_years):
    now = five_years[2018]
    age = 2018 - now[PERSONS["born_on"]].str.slice(0, 4).cast(pl.Int64)
    turned = (age >= 60) & (age < 64)
    before = five_years[2014].filter(turned)
    assert before[PERSONS["work_months"]].is_not_null().any()
    assert now.filter(turned)[PERSONS["work_months"]].is_null().all()
    assert not now.filter(turned)[PERSONS["labour"]].is_in(["普通劳动力", "技能劳动力"]).any()


def test_the_account_of_a_year_counts_who_was_born_and_who_died():
    run = prepare(Order(200, BANNER, year=2014))
    persons = make_part(run, 0, 2014).persons
    home = np.cumsum((persons[PERSONS["relation"]] == "户主").to_numpy()) - 1
    gone = np.zeros(persons.height, dtype=bool)
    gone[int(np.flatnonzero((persons[PERSONS["relation"]] != "户主").to_numpy())[0])] = True
    born = np.zeros(int(home[-1]) + 1, dtype=np.int64)
    born[-1] = 1
    now = make_part(run, 0, 2016, Passed(born, gone)).income
    counted = now["计算人口"].cast(pl.Int64).to_numpy()
    assert (counted == np.bincount(home) + born - np.bincount(home[gone], minlength=len(born))).all()
    assert now["年度"].unique().to_list() == ["2016"]


def test_no_account_leaps_from_one_year_to_the_next():
    figures_of = {"registered_households": ("2014", 1306), "registered_persons": ("2014", 3426)}
    asked = [entry(name, period, value) for name, (period, value) in figures_of.items()]
    asked += [entry("registered_households", "2018", 137), entry("registered_persons", "2018", 397)]
    targets = figures.gather(asked, BANNER)
    run = prepare(Order(1330, BANNER, targets=targets, year=2014))
    heads = {year: make_part(run, 0, year).income["人均纯收入"].cast(pl.Float64) for year in range(2014, 2019)}
    there = run.plan.identified > 0
    for year in range(2015, 2019):
        change = (heads[year] - heads[year - 1]).abs().to_numpy()
        leaps = (change > 3000) & (change > 0.5 * heads[year - 1].to_numpy()) & there & (run.plan.identified < year)
        assert leaps.sum() <= 2, year

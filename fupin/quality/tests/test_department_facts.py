"""What a department's file says stands on the ticket that it opened: which row, what it says, for how long."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.urls import reverse
from django.utils.html import escape

from fupin.core import clock
from fupin.policy.sources import source
from fupin.quality.comparison import facts, operations, queries
from fupin.quality.comparison.models import Candidate, DepartmentFact, Exchange
from fupin.quality.models import Ticket
from fupin.quality.offline import taking_out
from fupin.quality.queries import Wanted
from fupin.quality.tests import letters
from fupin.quality.tests.departments import DAY, compared, csv_file, xlsx_file
from fupin.quality.tests.own_sources import NAME, RULE, own_source
from fupin.quality.tests.test_comparison import doubtful, number_of, who
from fupin.registry.tests.households import family, member

pytestmark = pytest.mark.django_db
CARS = ["姓名", "身份证号", "车牌号", "车型", "初次登记日期", "购置价格"]
PLATE = "蒙G12345"


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> None:
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def household(cast):
    return family(cast.village, by=cast.banner_officer)


def cars(cast: Any, *rows: list[str], header: list[str] = CARS, **more: Any) -> Exchange:
    """The traffic police's file with these vehicles of 宝音's."""
    lines = [["宝音", number_of("宝音"), *row] for row in rows]
    return compared("vehicles", csv_file([header, *lines]), by=cast.banner_officer, division=cast.banner,
                    file="机动车.csv", **more)  # fmt: skip


def page_of(client: Any, user: Any, one: Ticket, language: str = "zh-hans") -> str:
    client.force_login(user)
    client.cookies["django_language"] = language
    return client.get(reverse("quality:ticket", args=[one.pk])).content.decode()


def told(one: Ticket) -> list[facts.Told]:
    return facts.told([one]).get(one.pk, [])


def values(one: Ticket) -> dict[str, str]:
    (said,) = told(one)
    return {value.label: value.text for row in said.rows for value in row.values}


def test_the_ticket_says_what_the_file_says_in_which_row_with_the_plate_covered(client, cast, household):
    cars(cast, [PLATE, "小型轿车", "2019-05-06", "80000"])
    one = Ticket.objects.get(rule="CMP-002")
    shown = page_of(client, cast.village_officer, one)
    for text in ("机动车.csv", "第 2 行", "蒙G***45", "小轿车", "2019-05-06", "80000.00 元", source("vehicles").means):
        assert text in shown, text
    assert PLATE not in shown
    assert "没有留存" not in shown
    english = page_of(client, cast.village_officer, one, "en")
    assert escape(source("vehicles").means_en) in english
    assert "Department's data" in english


def test_what_the_rule_read_is_told_apart_from_what_it_did_not(cast, household):
    cars(cast, [PLATE, "小型轿车", "2019-05-06", "80000"])
    (said,) = told(Ticket.objects.get())
    assert {one.label for one in said.rows[0].values if one.is_read} == {"车辆类型", "车辆价值"}


def test_every_row_that_hits_is_told_and_one_that_does_not_is_not(cast, household):
    cars(cast, [PLATE, "轿车", "", ""], ["蒙G54321", "拖拉机", "", "100"], *[["蒙G9999", "面包车", "", ""]] * 6)
    (said,) = told(Ticket.objects.get())
    assert len(said.rows) == facts.MOST_ROWS
    assert said.more == 2
    assert "拖拉机" not in str(said)


def test_numbers_in_free_texts_are_covered(cast, household):
    rows = [
        ["姓名", "身份证号", "单位名称"],
        ["宝音", number_of("宝音"), f"学校 {number_of('宝音')} 13812345678 6222020200112233445"],
    ]
    compared("payroll", csv_file(rows), by=cast.banner_officer, division=cast.banner)
    text = values(Ticket.objects.get())["单位名称"]
    assert text.startswith("学校 ")
    for number in (number_of("宝音"), "13812345678", "6222020200112233445"):
        assert number not in text


def test_nothing_of_it_lies_in_the_clear(cast, household):
    cars(cast, [PLATE, "小型轿车", "", ""])
    kept = bytes(DepartmentFact.objects.get().said_sealed)
    assert PLATE.encode() not in kept
    assert number_of("宝音").encode() not in kept


def test_who_may_not_see_the_ticket_does_not_see_what_the_file_said(client, cast, household):
    cars(cast, [PLATE, "小型轿车", "", ""])
    client.force_login(cast.other_township_officer)
    assert client.get(reverse("quality:ticket", args=[Ticket.objects.get().pk])).status_code == 404


def test_a_newer_file_takes_the_place_of_an_older_one_and_an_older_one_does_not(cast, household):
    cars(cast, [PLATE, "小型轿车", "", ""])
    cars(cast, ["蒙G54321", "轿车", "", ""], on=DAY + timedelta(days=5))
    assert values(Ticket.objects.get())["号牌号码"] == "蒙G***21"
    cars(cast, ["蒙G77777", "轿车", "", ""])
    assert values(Ticket.objects.get())["号牌号码"] == "蒙G***21"
    assert DepartmentFact.objects.count() == 1


def test_it_is_deleted_with_the_file_and_the_ticket_says_so(client, cast, household):
    made = cars(cast, [PLATE, "小型轿车", "", ""])
    Exchange.objects.filter(pk=made.pk).update(keep_until=DAY)
    operations.delete_expired(today=DAY + timedelta(days=1))
    assert not DepartmentFact.objects.exists()
    assert "没有留存" in page_of(client, cast.village_officer, Ticket.objects.get())


def test_what_the_register_held_stands_beside_the_file(cast, household):
    rows = [["户主", "身份证号", "住房等级"], ["宝音", number_of("宝音"), "D级"]]
    compared("house_grades", csv_file(rows), by=cast.banner_officer, division=cast.banner)
    (said,) = told(Ticket.objects.get(rule="CMP-016"))
    assert "户住房安全等级" in {one.label for one in said.beside}
    assert values(Ticket.objects.get(rule="CMP-016"))["鉴定等级"] == "D级"


def test_a_pair_that_somebody_decided_tells_the_name_that_stands_in_the_file(cast, household):
    made = doubtful(cast)
    operations.decide(candidates=list(Candidate.objects.all()), is_same=True, reason="入户核实为同一人",
                      by=cast.township_officer, on=DAY)  # fmt: skip
    operations.compare(exchange=made, source=source("deaths"), by=cast.banner_officer)
    (said,) = told(Ticket.objects.get())
    assert "人工判定" in said.rows[0].how
    assert values(Ticket.objects.get())["文件中的姓名"] == "宝因"


def test_of_several_sheets_the_ticket_names_the_one(cast, household):
    book = openpyxl.load_workbook(io.BytesIO(xlsx_file([CARS, ["某人", "", "", "轿车", "", ""]])))
    second = book.create_sheet("二月")
    for row in (CARS, ["宝音", number_of("宝音"), PLATE, "轿车", "", ""]):
        second.append(row)
    file = io.BytesIO()
    book.save(file)
    compared("vehicles", file.getvalue(), by=cast.banner_officer, division=cast.banner, file="机动车.xlsx")
    (said,) = told(Ticket.objects.get())
    assert "二月" in said.rows[0].where


def test_who_is_not_in_a_whole_list_is_told_so(cast, household):
    names = ("海山", "其其格", "那顺", "朝鲁")
    born = [f"19{60 + nth}0101" for nth in range(4)]
    family(cast.village, by=cast.banner_officer, members=[
        member(name, "01" if nth == 0 else "99", born=born[nth], gets_subsistence_allowance=True)
        for nth, name in enumerate(names)
    ])  # fmt: skip
    rows = [["姓名", "身份证号", "保障类别"], *([name, number_of(name), "低保"] for name in names[:3])]
    compared("subsistence", csv_file(rows), by=cast.banner_officer, division=cast.banner, on=clock.today(),
             is_complete=True)  # fmt: skip
    (said,) = told(Ticket.objects.get(person=who("朝鲁")))
    assert (said.is_absent, said.rows) == (True, [])
    assert "名册中没有此人" in facts.in_words([said])


def test_the_answer_to_a_letter_stands_on_the_ticket_by_its_mark(cast, household):
    letter = letters.sent(cast)
    rows = letters.taken(letter, cast.banner_officer)
    result, event = rows[0].index("查询结果"), rows[0].index("户籍状态")
    for row in rows[1:]:
        row[result], row[event] = ("查有", "死亡") if row[2] == "宝音" else ("查无", "")
    letters.compared(letter, rows, cast.banner_officer)
    (said,) = told(Ticket.objects.get())
    assert (said.rows[0].how, said.file) == ("按函件的行标识对应", "回函.xlsx")


def test_an_own_source_is_told_in_its_offices_words_and_what_is_not_kept_is_not(cast, household):
    own_source(cast)
    own = queries.source_of(NAME, on=clock.today(), division=cast.banner.pk)
    rows = [["姓名", "身份证号", "月津贴", "发放状态", "开户行"], ["宝音", number_of("宝音"), "300", "正常", "信用社"]]
    made = operations.take_in(source=own, pieces=[csv_file(rows)], name="津贴.csv", division=cast.banner.pk,
                              by=cast.banner_officer, on=clock.today())  # fmt: skip
    made = operations.read(exchange=made, source=own)
    operations.compare(exchange=made, source=own, by=cast.banner_officer)
    assert values(Ticket.objects.get(rule=RULE)) == {"月发放额": "300.00 元", "发放状态": "在发"}


def test_the_workbook_that_is_taken_along_says_it_too(cast, household):
    cars(cast, [PLATE, "小型轿车", "2019-05-06", ""])
    data, _count = taking_out.take_out(wanted=Wanted(), told=[], by=cast.village_officer, on=clock.today())
    rows = [[cell.value for cell in row] for row in openpyxl.load_workbook(io.BytesIO(data)).worksheets[0].iter_rows()]
    top = next(at for at, row in enumerate(rows) if "校验码" in row)
    (text,) = [row[rows[top].index("登记和部门数据")] for row in rows[top + 1 :]]
    assert "机动车（公安交管、机动车.csv、2019-06-30）" in text
    assert "号牌号码：蒙G***45；车辆类型：小轿车；登记日期：2019-05-06" in text
    assert PLATE not in text


def test_the_api_says_it_with_the_ticket(client_of, cast, household):
    cars(cast, [PLATE, "小型轿车", "", ""])
    one = Ticket.objects.get()
    found = client_of(cast.village_officer).get(f"/api/v1/tickets/{one.pk}").json()["department_says"]
    assert [(each["file"], each["rows"][0]["values"][0]) for each in found] == [
        ("机动车.csv", ["号牌号码", "蒙G***45"])
    ]


@pytest.fixture
def danger(cast):
    return family(cast.village, by=cast.banner_officer, house_grade="D")


def houses(cast: Any, *rows: list[str], header: list[str], **more: Any) -> Exchange:
    lines = [["宝音", number_of("宝音"), *row] for row in rows]
    return compared("house_grades", csv_file([["户主", "身份证号", *header], *lines]), by=cast.banner_officer,
                    division=cast.banner, **more)  # fmt: skip


def test_a_whole_list_without_the_column_that_a_rule_reads_closes_nothing_of_it(cast, danger):
    houses(cast, ["B级", "已改造"], header=["住房等级", "改造情况"])
    assert Ticket.objects.get(rule="LIV-013").state == "open"
    done = houses(cast, ["B级"], header=["住房等级"], is_complete=True)
    assert Ticket.objects.get(rule="LIV-013").state == "open"
    assert "改造状态" in done.preview["left_open"][0]
    done = houses(cast, ["B级", ""], header=["住房等级", "改造情况"], is_complete=True)
    assert Ticket.objects.get(rule="LIV-013").state == "open"
    done = houses(cast, ["B级", "未改造"], header=["住房等级", "改造情况"], is_complete=True)
    assert Ticket.objects.get(rule="LIV-013").state == "closed"
    assert done.preview["left_open"] == []


def test_a_column_for_whose_want_the_rule_provides_itself_keeps_nothing_open(cast, household):
    cars(cast, [PLATE, "轿车", "", ""])
    other = [["姓名", "身份证号", "车型"], ["乌云", number_of("乌云"), "拖拉机"]]
    done = compared("vehicles", csv_file(other), by=cast.banner_officer, division=cast.banner, is_complete=True)
    assert (done.closed, done.preview["left_open"]) == (1, [])


def test_a_ticket_that_never_rested_on_a_column_is_closed_without_it(cast, household):
    header = ["姓名", "身份证号", "房屋类型", "套数"]
    by_kind = [header, ["宝音", number_of("宝音"), "商品房", ""], ["乌云", number_of("乌云"), "", "3"]]
    compared("property", csv_file(by_kind), by=cast.banner_officer, division=cast.banner)
    assert Ticket.objects.filter(rule="CMP-003", state="open").count() == 2
    rest = [header[:3], ["巴特尔", number_of("巴特尔"), "宅基地"]]
    compared("property", csv_file(rest), by=cast.banner_officer, division=cast.banner, is_complete=True)
    assert Ticket.objects.get(person=who("宝音")).state == "closed"
    assert Ticket.objects.get(person=who("乌云")).state == "open"

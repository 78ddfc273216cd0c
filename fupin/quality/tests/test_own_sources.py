"""A banner adds a source itself: asked for, confirmed by a second person, used like a shipped one, ended."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from fupin.core import clock, codes, jobs
from fupin.core.models import AuditEntry
from fupin.core.refusals import NotAllowed, NotFound, Refused
from fupin.divisions.queries import tree
from fupin.policy import sources as shipped
from fupin.quality.comparison import making, operations, queries
from fupin.quality.comparison.models import Candidate, Exchange
from fupin.quality.comparison.sources import RESULT, TOKEN, condition_of, needs_authorisation, retention_days
from fupin.quality.models import Ticket
from fupin.quality.tests.departments import DAY, csv_file
from fupin.quality.tests.own_sources import COLUMNS, NAME, RULE, SINCE, WORDS, confirm, end, own_source, propose
from fupin.quality.tests.test_comparison import cast_name, number_of, who
from fupin.registry.tests.households import family
from fupin.rulebook import own_rules, own_sources
from fupin.rulebook import queries as rulebook
from fupin.rulebook.models import Override
from fupin.rulebook.source_columns import RESERVED

pytestmark = pytest.mark.django_db
HEADER = ["姓名", "身份证号", "出生日期", "月津贴", "发放状态", "开户行"]


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> None:
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def household(cast):
    return family(cast.village, by=cast.banner_officer)


def taken(cast: Any, *rows: list[Any], header: list[str] = HEADER, **more: Any) -> Exchange:
    """A file of the pension office taken in, read, and compared where it could be."""
    source = queries.source_of(NAME, on=DAY, division=cast.banner.pk)
    made = operations.take_in(source=source, pieces=[csv_file([header, *rows])], name="津贴.csv", division=cast.banner.pk,
                              by=cast.banner_officer, on=DAY, **more)  # fmt: skip
    read = operations.read(exchange=made, source=queries.source_by(made))
    return (
        operations.compare(exchange=read, source=queries.source_by(read), by=cast.banner_officer)
        if not read.refusal
        else read
    )


def test_nobody_can_use_a_source_before_a_second_person_confirmed_it(cast):
    row = propose(cast.banner_officer, cast.banner)
    assert NAME not in own_sources.usable(on=SINCE, division=cast.banner.pk)
    with pytest.raises(NotAllowed, match="另一人"):
        confirm(row, cast.banner_officer)
    confirm(row, cast.second_banner_officer)
    assert own_sources.usable(on=SINCE, division=cast.banner.pk)[NAME].label == "高龄津贴"
    acts = AuditEntry.objects.filter(subject=f"override:{row.pk}").values_list("act", flat=True)
    assert set(acts) == {"rulebook.propose", "rulebook.confirm"}


def test_it_holds_from_its_day_for_its_division_and_what_lies_below(cast):
    own_source(cast)
    day_before = SINCE - timedelta(days=1)
    assert NAME not in own_sources.usable(on=day_before, division=cast.banner.pk)
    assert NAME in own_sources.usable(on=SINCE, division=cast.village.pk)
    assert NAME not in own_sources.usable(on=SINCE, division=cast.other_banner.pk)
    assert NAME not in own_sources.usable(on=SINCE, division=None)


def test_another_banner_neither_sees_nor_uses_it(cast, client_of):
    own_source(cast)
    stranger = client_of(cast.other_banner_officer)
    assert "高龄津贴" not in stranger.get(reverse("comparison:home")).content.decode()
    assert stranger.get(reverse("comparison:source", args=[NAME])).status_code == 404
    with pytest.raises(NotFound):
        queries.source_of(NAME, on=DAY, division=cast.other_banner.pk)
    source = queries.source_of(NAME, on=DAY, division=cast.banner.pk)
    with pytest.raises(NotFound):
        operations.take_in(source=source, pieces=[b"x"], name="x.csv", division=cast.other_banner.pk,
                           by=cast.other_banner_officer, on=DAY)  # fmt: skip
    assert not Exchange.objects.exists()


def test_a_hit_opens_a_ticket_by_the_rule_that_came_with_it(cast, household, client_of):
    own_source(cast)
    done = taken(
        cast,
        ["宝音", number_of("宝音"), "", "250", "正常", "工行"],
        ["乌云", number_of("乌云"), "", "50", "正常", "工行"],
    )
    assert (done.rows, done.matched_exact, done.findings) == (2, 2, 1)
    ticket = Ticket.objects.get()
    assert (ticket.rule, ticket.severity, ticket.subject_id, ticket.rule_version) == (RULE, "W", who("宝音").pk, 1)
    client = client_of(cast.banner_officer)
    assert "领取高龄津贴" in client.get(reverse("quality:ticket", args=[ticket.pk])).content.decode()
    page = client.get(reverse("quality:rule", args=[RULE])).content.decode()
    assert "由部门比对判断" in page
    assert reverse("comparison:source", args=[NAME]) in page


def test_what_is_not_to_be_kept_is_kept_nowhere(cast, household):
    own_source(cast)
    wrong = number_of("乌云")[:-1] + ("1" if number_of("乌云")[-1] != "1" else "2")
    done = taken(cast, ["乌芸", wrong, "", "250", "正常", "工商银行"])
    assert ["开户行", "开户行（不留存）"] in done.preview["layout"]
    assert "file.c3" not in " ".join(one.name for one in own_sources.of_definition(done.definition).kept)
    assert all("工商银行" not in json.dumps(queries.said(pair), default=str) for pair in Candidate.objects.all())


def test_a_doubtful_pair_is_decided_once_and_its_hit_counts(cast, household):
    own_source(cast, keys=["number", "name", "sex", "village"])
    header = ["姓名", "身份证号", "性别", "所在村", "月津贴", "发放状态"]
    done = taken(cast, ["宝因", "", "男", cast_name(cast.village), "250", "正常"], header=header)
    assert (done.undecided, done.findings) == (1, 0)
    operations.decide(
        candidates=[Candidate.objects.get()], is_same=True, reason="入户核实", by=cast.township_officer, on=DAY
    )
    done = operations.compare(exchange=done, source=queries.source_by(done), by=cast.banner_officer)
    assert (done.findings, Ticket.objects.get().rule) == (1, RULE)


def test_what_was_taken_in_by_a_version_stays_by_it(cast, household):
    own_source(cast)
    source = queries.source_of(NAME, on=DAY, division=cast.banner.pk)
    made = operations.take_in(source=source, pieces=[csv_file([HEADER, ["宝音", number_of("宝音"), "", "250", "正常", ""]])],
                              name="x.csv", division=cast.banner.pk, by=cast.banner_officer, on=DAY)  # fmt: skip
    read = operations.read(exchange=made, source=queries.source_by(made))
    columns = [{"headers": ["等级"], "type": "text"}]
    confirm(propose(cast.banner_officer, cast.banner, columns=columns), cast.second_banner_officer)
    assert [one.label for one in queries.source_of(NAME, on=DAY, division=cast.banner.pk).columns] == ["等级"]
    assert queries.source_by(read) == source
    assert operations.compare(exchange=read, source=queries.source_by(read), by=cast.banner_officer).findings == 1


def test_a_later_version_keeps_the_names_of_its_columns_and_counts_up(cast):
    own_source(cast)
    columns = [{"headers": ["补贴标准"], "type": "money"}, COLUMNS[0]]
    row = propose(cast.banner_officer, cast.banner, valid_from=date(2019, 1, 1), columns=columns)
    assert row.value["version"] == 2
    assert [one["name"] for one in row.value["columns"]] == ["c4", "c1"]
    confirm(row, cast.second_banner_officer)
    assert len(own_sources.usable(on=date(2018, 12, 31), division=cast.banner.pk)[NAME].columns) == 3
    assert len(own_sources.usable(on=date(2019, 1, 1), division=cast.banner.pk)[NAME].columns) == 2


def test_an_ended_source_takes_nothing_in_but_its_questions_keep_their_words(cast, household, client_of):
    own_source(cast)
    taken(cast, ["宝音", number_of("宝音"), "", "250", "正常", ""])
    day = DAY + timedelta(days=1)
    confirm(end(cast.banner_officer, cast.banner, valid_from=day), cast.second_banner_officer)
    assert NAME in own_sources.usable(on=DAY, division=cast.banner.pk)
    with pytest.raises(NotFound):
        queries.source_of(NAME, on=day, division=cast.banner.pk)
    assert own_rules.in_force(day).variants[RULE][0].rule.asks == WORDS["means"]
    client = client_of(cast.banner_officer)
    assert client.get(reverse("quality:ticket", args=[Ticket.objects.get().pk])).status_code == 200
    page = client.get(reverse("comparison:source", args=[NAME])).content.decode()
    assert "已停止使用" in page
    assert f'value="{NAME}"' not in client.get(reverse("comparison:home")).content.decode()


def test_one_that_was_changed_behind_the_operations_back_is_not_used(cast):
    own_source(cast)
    row = Override.objects.get()
    row.value["means"] = "改过的"
    Override.objects.filter(pk=row.pk).update(value=row.value)
    assert NAME not in own_sources.usable(on=SINCE, division=cast.banner.pk)
    with pytest.raises(rulebook.BrokenOverride):
        own_sources.of_definition(row.pk)


def column(**changed: Any) -> dict[str, Any]:
    return {"columns": [{"headers": ["金额"], "type": "money", **changed}]}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"label": ""}, "请填写来源名称"), ({"label": "机动车"}, "已有名为"), ({"label": "=cmd|x"}, "开头"),
        ({"means": "x" * 301}, "不超过"), ({"means": "请核实\u202e"}, "不可见"), ({"basis_day": "去年"}, "法律依据的日期"),
        ({"basis_number": ""}, "依据文号"), ({"document": " "}, "依据文件"), ({"keys": ["name"]}, "须有证件号码"),
        ({"keys": ["number", "phone"]}, "匹配依据"), ({"keys": "number"}, "匹配依据"), ({"whom": "everybody"}, "哪些户"),
        ({"severity": "X"}, "级别"), ({"freshness_days": 0}, "数据时效"), ({"freshness_days": "soon"}, "数据时效"),
        ({"freshness_days": True}, "数据时效"), ({"hits": False}, "至少选一项"), (column(headers=[]), "第 1 列"),
        (column(headers=["姓名"]), "重复"), (column(headers=["查询结果"]), "重复"), (column(headers=["x" * 41]), "不超过"),
        (column(headers=["@SUM(A1)"]), "开头"), (column(type="number"), "内容是什么"), (column(words={"甲": []}), "才填写法"),
        (column(type="word"), "几种取值"), (column(type="word", words={"甲": ["丙"], "乙": ["丙"]}), "两种取值"),
        (column(test="ge", bound="很多"), "以元为单位"), (column(test="ge", bound="1e99"), "以元为单位"),
        (column(test="ge", bound="nan"), "以元为单位"), (column(test="yes"), "不能这样比较"), (column(required=True, kept=False), "必有"),
        (column(test="any", kept=False), "作为条件"), (column(type="date", test="ge", bound="2018-02-30"), "日期"),
        (column(type="word", words={"甲": []}, test="eq", bound="乙"), "与什么比较"), ({"columns": [{}] * 31}, "最多 30 列"),
        ({"columns": ["x"]}, "第 1 列"), ({"when": "colour = 1"}, "没有名为"),
        ({"when": "1 = 1 OR (SELECT count(*) FROM read_csv('/etc/passwd')) > 0"}, "第"), ({"when": "x" * 1001}, "不超过"),
        ({"absents": True, "absent_when": "file.c1 > 0"}, "没有这一行"),
        ({"absents": True, "absent_when": "getenv('HOME') = ''"}, "第"), ({"name": "own_150521_pension"}, "代号"),
        ({"name": "pension"}, "代号"), ({"name": "own_150522_Pension"}, "代号"), ({"name": "own_150522_a_b"}, "代号"),
    ],
)  # fmt: skip
def test_a_source_that_is_not_in_order_is_refused_with_the_mend(cast, changed, said):
    with pytest.raises(Refused, match=said):
        propose(cast.banner_officer, cast.banner, **changed)
    assert not Override.objects.exists()


def test_two_offices_above_each_other_have_no_two_sources_of_one_name(cast):
    own_source(cast)
    with pytest.raises(Refused, match="已有名为"):
        propose(cast.banner_officer, cast.banner, "own_150522_other")
    propose(cast.other_banner_officer, cast.other_banner, own_name(cast.other_banner))


def own_name(division: Any) -> str:
    return f"own_{tree().by_id(division.pk).short_code}_pension"


def test_the_comparisons_of_its_columns_are_the_condition_of_its_rule(cast):
    own_source(cast)
    source = own_sources.usable(on=SINCE, division=cast.banner.pk)[NAME]
    (feeds,) = source.findings
    assert feeds.rule == RULE
    assert feeds.when == "(file.c1 >= 10000) and (file.c2 = '在发')"
    condition = condition_of(source, feeds)
    assert condition is not None
    assert condition.fields == {"file.c1", "file.c2"}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"type": "text", "test": "eq", "bound": "O'Neil、x"}, "file.c1 = 'O''Neil' or file.c1 = 'x'"),
        ({"type": "text", "test": "any"}, "file.c1 is not null"), ({"type": "yes_no", "test": "no"}, "file.c1 = false"),
        ({"type": "text", "test": "ne", "bound": "甲"}, "file.c1 is null or (file.c1 <> '甲')"),
        ({"type": "date", "test": "le", "bound": "2018-12-31"}, "file.c1 <= date '2018-12-31'"),
        ({"type": "money", "test": "ge", "bound": "1,234.5"}, "file.c1 >= 123450"),
        ({"type": "decimal", "test": "le", "bound": "-0.5"}, "file.c1 <= -0.5"),
    ],
)  # fmt: skip
def test_each_kind_of_column_has_its_comparison(cast, given, expected):
    row = propose(cast.banner_officer, cast.banner, columns=[{"headers": ["列"], **given}])
    assert row.value["findings"][0]["when"] == expected


def test_whom_it_is_asked_of_narrows_every_hit(cast):
    row = propose(cast.banner_officer, cast.banner, columns=[], whom="both", when="age >= 80")
    assert row.value["findings"][0]["when"] == "((is_registered or is_monitored)) and (age >= 80)"


def test_a_sensitive_source_with_authorisation_is_kept_shorter_and_stands_in_the_list_of_what_is_authorised(
    cast, client_of
):
    own_source(cast, sensitive=True, authorised=True)
    source = own_sources.usable(on=SINCE, division=cast.banner.pk)[NAME]
    assert retention_days(source, on=SINCE) == 90
    assert needs_authorisation(source, on=SINCE)
    assert codes.label("comparison_source", NAME) == "高龄津贴"
    offered = codes.offered("comparison_source", on=SINCE, place=codes.at(cast.village.pk))
    assert [one.code for one in offered] == [NAME]
    assert not codes.offered("comparison_source", on=SINCE, place=codes.at(cast.other_banner.pk))


def test_headers_that_letters_and_tokens_bring_are_known_to_the_check():
    from fupin.quality.comparison.sources import LINE, NEAR

    assert {text for one in (LINE, RESULT, TOKEN, NEAR) for text in (one.label, *one.aliases)} == RESERVED


def form(cast: Any, **changed: Any) -> dict[str, Any]:
    """The form as the screen sends it."""
    plain = {
        name: value
        for name, value in WORDS.items()
        if name not in ("columns", "hits", "absents", "sensitive", "authorised")
    }
    rows = {
        "columns-TOTAL_FORMS": "6", "columns-INITIAL_FORMS": "0", "columns-0-headers": "月发放额、月津贴", "columns-0-type": "money",
        "columns-0-test": "ge", "columns-0-bound": "100", "columns-0-required": "on", "columns-0-kept": "on",
        "columns-1-headers": "发放状态", "columns-1-type": "word", "columns-1-words": "在发=正常；停发", "columns-1-kept": "on",
        **{f"columns-{nth}-{name}": value for nth in range(2, 6) for name, value in (("type", "text"), ("kept", "on"))},
    }  # fmt: skip
    return {**plain, **rows, "hits": "on", "division": cast.banner.pk, "code": "pension", "valid_from": "2018-01-01",
            "document": "后旗扶贫〔2018〕5号", "act": "propose", **changed}  # fmt: skip


def test_it_is_added_on_screen_confirmed_by_a_second_person_and_used(cast, client_of, household):
    client = client_of(cast.banner_officer)
    address = reverse("comparison:source_new")
    assert client.get(address).status_code == 200
    assert client.post(address, form(cast)).status_code == 302
    row = Override.objects.get()
    assert (row.kind, row.name, [one["name"] for one in row.value["columns"]]) == ("source", NAME, ["c1", "c2"])
    second = client_of(cast.second_banner_officer)
    page = second.get(reverse("rulebook:requests")).content.decode()
    assert "月发放额、月津贴；金额（元）；必有；不低于、不早于 100" in page
    digest = bytes(row.digest).hex()
    second.post(reverse("rulebook:decide", args=[row.pk]), {"act": "confirm", "digest": digest})
    assert "高龄津贴" in client.get(reverse("comparison:home")).content.decode()
    file = SimpleUploadedFile(
        "津贴.csv", csv_file([["姓名", "身份证号", "月津贴"], ["宝音", number_of("宝音"), "300"]])
    )
    data = {"source": NAME, "division": cast.banner.pk, "holds_on": str(DAY), "file": file}
    client.post(reverse("comparison:home"), data)
    jobs.run_pending()
    made = Exchange.objects.get()
    assert (made.state, made.definition) == ("ready", row.pk)
    client.post(reverse("comparison:compare", args=[made.pk]))
    jobs.run_pending()
    assert Ticket.objects.get().rule == RULE


def test_what_is_wrong_is_said_beside_what_was_typed_and_more_rows_lose_nothing(cast, client_of):
    client = client_of(cast.banner_officer)
    address = reverse("comparison:source_new")
    answer = client.post(address, form(cast, **{"columns-0-bound": "很多"}))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "第 1 列“月发放额”：请填写比较的数" in page
    assert "很多" in page
    assert not Override.objects.exists()
    more = client.post(address, form(cast, act="more", label=""))
    page = more.content.decode()
    assert more.status_code == 200
    assert "columns-9-headers" in page
    assert "月发放额、月津贴" in page
    assert "必须" not in page


def test_a_later_version_starts_with_what_stands_and_a_column_whose_header_is_emptied_goes(cast, client_of):
    own_source(cast)
    client = client_of(cast.banner_officer)
    address = reverse("comparison:source_version", args=[NAME])
    page = client.get(address).content.decode()
    assert "月发放额、月津贴" in page
    data = form(cast, **{"columns-INITIAL_FORMS": "3", "columns-2-headers": "", "columns-1-headers": ""})
    data |= {"columns-1-words": "", "valid_from": "2019-01-01"}
    assert client.post(address, data).status_code == 302
    row = Override.objects.get(state="proposed")
    assert [one["label"] for one in row.value["columns"]] == ["月发放额"]
    assert row.former["version"] == 1


def test_it_is_ended_on_screen_and_a_shipped_one_cannot_be(cast, client_of):
    own_source(cast)
    client = client_of(cast.banner_officer)
    address = reverse("comparison:source_end", args=[NAME])
    assert client.post(address, {"valid_from": "2019-01-01", "document": ""}).status_code == 422
    assert client.post(address, {"valid_from": "2019-01-01", "document": "停用通知"}).status_code == 302
    assert Override.objects.get(state="proposed").value is None
    assert client.get(reverse("comparison:source_end", args=["deaths"])).status_code == 403


def test_a_department_makes_tokens_at_home_by_the_definition_of_its_page(cast, client_of, tmp_path):
    own_source(cast)
    answer = client_of(cast.department).get(reverse("comparison:source_definition", args=[NAME]))
    file = tmp_path / "definition.json"
    file.write_bytes(answer.content)
    source = making.source_at_home(NAME, file)
    assert [one.label for one in source.kept] == ["月发放额", "发放状态"]
    with pytest.raises(Refused, match="定义文件"):
        making.source_at_home(NAME, None)
    file.write_text("[1]", encoding="utf-8")
    with pytest.raises(Refused, match="读不出来"):
        making.source_at_home(NAME, file)


@pytest.mark.parametrize("name", sorted(shipped.sources()))
def test_what_is_said_of_a_source_is_read_back_as_the_same(name):
    assert shipped.read(name, shipped.said(shipped.source(name))) == shipped.source(name)


def test_a_fresh_file_is_asked_for_once_the_newest_is_too_old(cast):
    own_source(cast)
    (found,) = [one for one in queries.freshness(cast.banner_officer, today=clock.today()) if one.source.name == NAME]
    assert (found.office, found.last_on, found.is_due) == (cast.banner.pk, None, True)


def test_a_rule_that_files_judge_waits_for_nothing_and_names_its_sources(cast, client_of):
    page = client_of(cast.banner_officer).get(reverse("quality:rule", args=["CMP-019"])).content.decode()
    assert "由部门比对判断" in page
    assert reverse("comparison:source", args=["disasters"]) in page


def test_a_claim_is_asked_about_from_the_line_on_and_where_no_amount_is_told():
    (feeds,) = shipped.source("accidents").findings
    condition = condition_of(shipped.source("accidents"), feeds)
    assert condition is not None
    assert condition.settings == {"comparison.claim"}

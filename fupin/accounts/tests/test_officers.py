"""Information officers and grid officers: who, where nobody is, how much work, issued by a list."""

from __future__ import annotations

import io
from datetime import date, timedelta

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from fupin.accounts import appointing, officers, operations, queries
from fupin.accounts.models import Posting, User
from fupin.accounts.tests.posts import loads, post_officers
from fupin.core import clock
from fupin.core.models import AuditEntry
from fupin.core.refusals import NotAllowed, Refused

HEAD = ("用户名", "姓名", "区划", "岗位角色", "职责", "负责片区")


@pytest.fixture
def posted(cast):
    return post_officers(cast)


def test_officers_are_counted_by_level_within_reach(posted):
    levels = {one.level: (one.officers, one.covered, one.divisions) for one in officers.levels(posted.security_admin)}
    assert levels == {
        "banner": (1, 1, 1), "township": (0, 0, levels["township"][2]), "village": (2, 2, 305), "grid": (2, 1, 305),
    }  # fmt: skip
    assert {one.level: one.officers for one in officers.levels(posted.township_officer)} == {
        "township": 0, "village": 1, "grid": 2,
    }  # fmt: skip


def test_the_list_is_narrowed_by_level_place_and_name(posted):
    admin = posted.security_admin
    assert set(loads(admin, level="grid")) == {"grid_east", "grid_all"}
    assert set(loads(admin, level="village")) == {"village_officer", "other_village_officer"}
    assert set(loads(admin, place=posted.other_township.pk)) == {"other_village_officer"}
    assert set(loads(admin, text="grid_e")) == {"grid_east"}


def test_who_left_is_no_officer_any_more(posted):
    operations.end_posting(posting=Posting.objects.get(user__username="grid_all"), by=posted.security_admin)
    assert set(loads(posted.security_admin, level="grid")) == {"grid_east"}


def test_the_pages_of_officers_follow_each_other_without_a_gap(posted):
    seen, after = [], ""
    while True:
        lines, after = officers.page(posted.security_admin, officers.OfficerFilter(), after=after, size=2)
        seen += [line.post.pk for line in lines]
        if not after:
            break
    assert len(seen) == len(set(seen)) == 5


def test_a_village_without_a_grid_officer_is_found(posted):
    rows, _following = officers.villages(posted.township_officer, place=posted.village.pk)
    assert [(one.code, one.information, one.grid) for one in rows] == [("150522100200", 1, 2)]
    lacking = {one.code for one in officers.every_village(posted.township_officer)} - {
        one.code for one in officers.villages(posted.township_officer, lacking="grid", size=500)[0]
    }
    assert lacking == {"150522100200"}


@pytest.mark.parametrize(("role", "place", "area", "why"), [
    ("township_officer", "township", "", "请任职于嘎查村"), ("village_officer", "village", "", None),
])  # fmt: skip
def test_a_grid_lies_in_a_village(cast, role, place, area, why):
    give = lambda: operations.add_posting(  # noqa: E731
        user=cast.nobody, role=role, division=getattr(cast, place), duty="grid", area=area, by=cast.security_admin
    )
    if why is None:
        assert give().duty == "grid"
    else:
        with pytest.raises(NotAllowed, match=why):
            give()


def test_only_a_grid_officer_has_a_part_of_a_village(cast):
    with pytest.raises(NotAllowed, match="只有网格员"):
        operations.add_posting(user=cast.nobody, role="village_officer", division=cast.village, duty="information",
                               area="第一组", by=cast.security_admin)  # fmt: skip


def the_list(*rows):
    book = openpyxl.Workbook()
    for row in (HEAD, *rows):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return SimpleUploadedFile("名单.xlsx", file.getvalue())


def test_a_list_issues_accounts_and_postings_at_once(cast, client_of):
    client = client_of(cast.security_admin)
    answer = client.post("/users/officers/appoint/", {"file": the_list(
        ("batu", "巴图", "150522100", None, "信息员", None),
        ("wulan", "乌兰", "150522100200", None, "网格员", "东浩特,第二组"),
        ("wulan", "乌兰", "150522101200", None, "网格员", None),
        ("helper", None, "150522101200", "驻村工作队", "grid", None),
    ), "on": "2026-01-01"})  # fmt: skip
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    told = {(line.user.username, line.code): password for line, password in answer.context["rows"]}
    assert [key for key, password in told.items() if password] == [("batu", "150522100000"), ("wulan", "150522100200")]
    wulan = User.objects.get(username="wulan")
    assert wulan.must_change_password
    assert wulan.check_password(told["wulan", "150522100200"])
    rows = Posting.objects.filter(user__username__in=["batu", "wulan", "helper"], duty__in=["information", "grid"])
    assert set(rows.values_list("user__username", "role", "duty", "area", "valid_from")) == {
        ("batu", "township_officer", "information", "", date(2026, 1, 1)),
        ("wulan", "village_officer", "grid", "东浩特、第二组", date(2026, 1, 1)),
        ("wulan", "village_officer", "grid", "", date(2026, 1, 1)),
        ("helper", "village_team", "grid", "", date(2026, 1, 1)),
    }  # fmt: skip


def test_the_same_list_given_twice_changes_nothing(cast):
    lines = [
        appointing.Line("batu", "150522100", "信息员", "巴图"),
        appointing.Line("wulan", "150522100200", "网格员", "乌兰"),
    ]
    assert len(appointing.appoint(lines=lines, by=cast.security_admin)) == 2
    assert appointing.appoint(lines=lines, by=cast.security_admin) == []
    assert Posting.objects.filter(user__username__in=["batu", "wulan"]).count() == 2


def test_a_list_for_a_day_to_come_may_be_given_again_as_well(cast):
    lines = [appointing.Line("batu", "150522100", "信息员", "巴图")]
    later = clock.today() + timedelta(days=30)
    assert len(appointing.appoint(lines=lines, by=cast.security_admin, on=later)) == 1
    assert appointing.appoint(lines=lines, by=cast.security_admin, on=later) == []


def test_two_lines_for_one_post_are_refused_by_their_row(cast):
    lines = [
        appointing.Line("helper", "150522101200", "网格员", role="驻村工作队", area="第一组"),
        appointing.Line("helper", "150522101200", "网格员", role="驻村工作队", area="第二组"),
    ]
    with pytest.raises(Refused, match=r"第 2 行.*请并成一行"):
        appointing.appoint(lines=lines, by=cast.security_admin)


def test_a_name_typed_wide_or_with_a_space_is_one_person(cast):
    lines = [
        appointing.Line(" batu", "150522100200", "网格员", "巴图"),
        appointing.Line("ｂａｔｕ", "150522101200", "网格员", "巴图"),
    ]
    made = appointing.appoint(lines=lines, by=cast.security_admin)
    assert [(one.posting.user.username, bool(one.password)) for one in made] == [("batu", True), ("batu", False)]


def test_every_account_and_posting_of_a_list_stands_in_the_trail_and_no_password_does(cast):
    before = AuditEntry.objects.count()
    lines = [
        appointing.Line("batu", "150522100", "信息员", "巴图"),
        appointing.Line("wulan", "150522100200", "网格员", "乌兰", area="东浩特"),
    ]
    made = appointing.appoint(lines=lines, by=cast.security_admin)
    entries = list(AuditEntry.objects.order_by("id")[before:])
    users = {f"user:{one.posting.user_id}" for one in made}
    for act in ("accounts.add_user", "accounts.add_posting"):
        assert {entry.subject for entry in entries if entry.act == act} == users
    assert not [one for one in made for entry in entries if one.password in str(entry.detail)]


@pytest.mark.parametrize("name", ["banner_officer", "system_admin", "audit_admin", "village_officer"])
def test_only_who_keeps_accounts_issues_officers(cast, client_of, name):
    with pytest.raises(NotAllowed):
        appointing.appoint(lines=[appointing.Line("batu", "150522100", "信息员", "巴图")], by=getattr(cast, name))
    assert client_of(getattr(cast, name)).get("/users/officers/appoint/").status_code == 403
    assert not User.objects.filter(username="batu").exists()


def test_nobody_issues_oneself_by_a_list(cast):
    with pytest.raises(NotAllowed):
        appointing.appoint(lines=[appointing.Line("security_admin", "150522100", "信息员")], by=cast.security_admin)


def test_an_administrator_becomes_no_officer_by_a_list(cast):
    with pytest.raises(NotAllowed, match="三员分立"):
        appointing.appoint(lines=[appointing.Line("audit_admin", "150522100", "信息员")], by=cast.security_admin)


def test_a_list_with_one_wrong_line_does_nothing_and_says_every_row(cast, client_of):
    other = cast.other_village_officer
    Posting.objects.filter(user=other).update(division=cast.other_banner)
    answer = client_of(cast.security_admin).post("/users/officers/appoint/", {"file": the_list(
        ("batu", "巴图", "150522100", None, "信息员", None), ("wulan", "乌兰", "150521", None, "信息员", None),
        ("saren", "萨仁", "150522100", None, "帮忙的", None), ("new", None, "150522100", None, "信息员", None),
        (other.username, None, "150522100200", None, "网格员", None), ("helper", "别人", "150522100200", None, "网格员", None),
        ("x", "某", "150522100", "安全管理员", "信息员", None),
    )})  # fmt: skip
    assert answer.status_code == 422
    page = answer.content.decode()
    for row, why in ((3, "管辖范围内没有"), (4, "请填信息员或网格员"), (5, "新账户须填姓名"), (6, "已有人使用"), (7, "不符"),
                     (8, "没有“安全管理员”")):  # fmt: skip
        assert f"第 {row} 行" in page
        assert why in page
    assert "第 2 行" not in page
    assert not User.objects.filter(username="batu").exists()


def test_a_list_of_many_is_one_act_with_a_constant_number_of_questions(cast, django_assert_max_num_queries):
    codes = [one.code for one in officers.every_village(cast.security_admin)][:300]
    lines = [appointing.Line(f"o{n}", code, "grid", "格", area=f"第{n}组") for n, code in enumerate(codes)]
    with django_assert_max_num_queries(50):
        assert len(appointing.appoint(lines=lines, by=cast.security_admin)) == 300


def test_the_empty_list_that_is_given_out_says_so_when_it_comes_back(cast):
    found = appointing.read(io.BytesIO(appointing.template()), "名单.xlsx")
    assert found == []
    with pytest.raises(Refused, match="名单里没有人"):
        appointing.appoint(lines=found, by=cast.security_admin)


def test_the_screens_show_officers_and_their_work(posted, client_of):
    client = client_of(posted.security_admin)
    page = client.get("/users/officers/", {"level": "grid"}).content.decode()
    assert "东浩特、第二组" in page
    assert "本年未签字核算表" in page
    page = client.get("/users/officers/villages/", {"lacking": "grid", "place": "150522100200"}).content.decode()
    assert "没有这样的嘎查村" in page


def test_the_workbook_holds_all_officers_and_all_villages(posted, client_of):
    answer = client_of(posted.security_admin).get("/users/officers/export/")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    people, villages = (list(sheet.iter_rows(values_only=True)) for sheet in book)
    assert people[0][-8:] == (
        "户数",
        "人数",
        "在册户",
        "本年未签字核算表",
        "在办事项",
        "本人待核实问题",
        "本人待复核申请",
        "本人未完成导入",
    )
    assert {row[4] for row in people[1:]} == {"banner_officer", "village_officer", "other_village_officer", "grid_east",
                                              "grid_all"}  # fmt: skip
    assert len(villages) == 306
    assert ("150522100200", 1, 2) in {(row[0], row[3], row[4]) for row in villages}


def test_a_line_of_postings_says_the_part_of_the_village(posted):
    lines = queries.lines(Posting.objects.filter(user__username="grid_east"))
    assert [(line.duty_label, line.area) for line in lines] == [("网格员", "东浩特、第二组")]


def test_the_passwords_that_are_shown_once_can_be_printed_from_the_page_that_says_so(cast, client_of):
    client, rows = client_of(cast.security_admin), [("batu", "巴图", "150522100", None, "信息员", None)]
    page = client.post("/users/officers/appoint/", {"file": the_list(*rows)}).content.decode()
    assert "请打印" in page
    assert 'data-act="print"' in page
    again = client.post("/users/officers/appoint/", {"file": the_list(*rows)}).content.decode()
    assert "请打印" not in again
    assert 'data-act="print"' not in again

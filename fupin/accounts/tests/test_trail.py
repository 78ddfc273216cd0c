import csv
import io
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from fupin.accounts import scopes, trail
from fupin.accounts.models import User
from fupin.core import audit
from fupin.core.models import AuditEntry


@pytest.fixture
def told(cast):
    """A trail of four entries: in the township, in the other one, in the other banner, nowhere."""
    audit.record(by=cast.village_officer, act="registry.change", subject="household:1",
                 division=cast.village.pk, detail={"main_cause": ["01", "04"]})  # fmt: skip
    audit.record(by=cast.other_village_officer, act="registry.change", subject="household:2",
                 division=cast.other_village.pk, detail={"main_cause": ["01", "04"], "cultivated_mu": ["", 12.5]})  # fmt: skip
    audit.record(by=cast.other_banner_officer, act="accounts.sign_in", subject="user:9", division=cast.other_banner.pk,
                 detail={"method": "password"})  # fmt: skip
    audit.record(by=None, act="accounts.sign_in_failed", subject="user:?")
    return cast


def subjects(user, **wanted):
    return [line.subject for line in trail.page(user, trail.Wanted(**wanted))[0]]


@pytest.mark.parametrize(("name", "seen"), [
    ("audit_admin", ["household:2", "household:1"]), ("banner_officer", ["household:2", "household:1"]),
    ("other_banner_officer", ["user:9"]), ("league_officer", ["user:9", "household:2", "household:1"]),
    ("region_officer", ["user:?", "user:9", "household:2", "household:1"]), ("township_officer", []), ("helper", []),
])  # fmt: skip
def test_one_reads_the_trail_of_ones_own_area(told, name, seen):
    assert subjects(told.people[name]) == seen


def test_the_audit_administrator_sees_who_and_when_but_nothing_of_the_household(told):
    (line, _other) = trail.page(told.audit_admin, trail.Wanted())[0]
    assert line.actor == "other_village_officer"
    assert line.detail is None
    (line, _other) = trail.page(told.banner_officer, trail.Wanted())[0]
    assert dict(line.detail) == {"耕地面积": "— → 12.5 亩", "主要致贫原因": "因病 → 因灾"}


def test_details_of_accounts_are_open_to_the_audit_administrator(told):
    audit.record(by=told.security_admin, act="accounts.add_posting", subject="user:3", division=told.village.pk,
                 detail={"role": "helper"})  # fmt: skip
    assert trail.page(told.audit_admin, trail.Wanted())[0][0].detail == [("岗位角色", "帮扶责任人")]


@pytest.mark.parametrize(("wanted", "seen"), [
    ({"subject": "household:1"}, ["household:1"]), ({"person": "village_officer"}, ["household:1"]),
    ({"act": "accounts.sign_in"}, ["user:9"]), ({"subject": "household:7"}, []),
])  # fmt: skip
def test_the_trail_is_narrowed(told, wanted, seen):
    assert subjects(told.region_officer, **wanted) == seen


def test_days_are_bounds_on_both_sides(told):
    today = timezone.localdate()
    AuditEntry.objects.filter(subject="household:1").update(at=timezone.now() - timedelta(days=2))
    assert subjects(told.region_officer, since=today) == ["user:?", "user:9", "household:2"]
    assert subjects(told.region_officer, until=today - timedelta(days=1)) == ["household:1"]
    assert len(subjects(told.region_officer, since=today - timedelta(days=2), until=today)) == 4
    assert subjects(told.region_officer, since=today + timedelta(days=1)) == []


def test_the_trail_pages_by_key_with_a_constant_number_of_questions(cast, client_of, django_assert_max_num_queries):
    audit.record_many(by=cast.village_officer, entries=[
        audit.Entry("registry.change", f"household:{n}", cast.village.pk) for n in range(250)
    ])  # fmt: skip
    client = client_of(cast.audit_admin)
    client.get("/audit/")  # the tree and the measures of signing in are held by the process from now on
    seen, address = [], "/audit/?act="
    while address:
        with django_assert_max_num_queries(10):
            page = client.get(address).context
        seen += re.findall(r"subject=household%3A(\d+)", page["rows"])
        address = page["following"] and f"/audit/?before={page['following']}"
    assert len(seen) == len(set(seen)) == 250


def test_a_line_leads_to_the_trail_of_its_actor_and_subject_and_keeps_what_is_asked_for(told, client_of):
    rows = client_of(told.audit_admin).get("/audit/?act=registry.change&subject=").context["rows"]
    assert f'href="?act=registry.change&amp;subject=&amp;person={told.village_officer.username}"' in rows
    assert 'href="?act=registry.change&amp;subject=household%3A1"' in rows
    assert "无权查看内容" in rows


def test_what_an_entry_holds_is_escaped(cast, client_of):
    audit.record(by=cast.security_admin, act="accounts.add_user", subject="user:3", division=cast.village.pk,
                 detail={"username": "<b>{at}</b>", "note": "&"})  # fmt: skip
    rows = client_of(cast.audit_admin).get("/audit/?subject=user:3").context["rows"]
    assert "<dd>&lt;b&gt;{at}&lt;/b&gt;</dd>" in rows
    assert "<dd>&amp;</dd>" in rows
    assert "等 2 项" in rows


def exported(client, query=""):
    answer = client.get(f"/audit/export/{query}")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_the_export_holds_what_the_screen_may_show_and_is_itself_in_the_trail(told, client_of):
    rows = exported(client_of(told.audit_admin))
    assert [row[8] for row in rows[1:]] == ["用户 audit_admin", "户 2", "户 1"]
    assert {row[10] for row in rows[2:]} == {""}
    assert AuditEntry.objects.filter(act="accounts.export_trail").count() == 1


def test_an_export_is_never_cut(cast, client_of, monkeypatch):
    monkeypatch.setattr(trail, "_CHUNK", 50)
    audit.record_many(by=cast.village_officer, entries=[
        audit.Entry("registry.change", f"household:{n}", cast.village.pk) for n in range(150)
    ])  # fmt: skip
    assert len(exported(client_of(cast.audit_admin), "?act=")) == 152


def test_a_cell_that_looks_like_a_formula_is_made_plain(cast, client_of):
    evil = User.objects.create(username="=HYPERLINK(1)")
    audit.record(by=evil, act="x", subject="user:1", division=cast.village.pk)
    assert exported(client_of(cast.audit_admin))[2][3] == "'=HYPERLINK(1)"


def test_nobody_else_opens_the_trail(told, client_of):
    for name in ("township_officer", "security_admin", "system_admin", "leader", "nobody"):
        assert client_of(told.people[name]).get("/audit/").status_code == 403


def test_the_acts_in_use_have_words():
    assert ("accounts.sign_in", "登录") in trail.act_words()
    assert scopes.is_english() is False


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        ({"act": "test.rare"}, "audit_act_division"),
        ({"person": "township_officer"}, "audit_actor"),
        ({"person": "nobody.there"}, "audit_actor"),
        ({"subject": "user:1"}, "audit_subject"),
    ],
)
def test_no_filter_walks_the_whole_trail(cast, wanted, index):
    """Among a million entries a rare one is found by the index of what was asked for, not by the reader's divisions."""
    rows = trail.entries(cast.banner_officer, trail.Wanted(**wanted)).order_by("-pk")[:101]
    if connection.vendor == "sqlite":
        assert f"INDEX {index} " in rows.explain()
    assert index in connection.introspection.get_constraints(connection.cursor(), AuditEntry._meta.db_table)


def test_a_number_that_was_typed_as_the_subject_does_not_stand_in_the_trail(told, client_of):
    number = "152322196001011234"
    list(client_of(told.banner_officer).get("/audit/export/", {"subject": number, "act": "registry.income"}))
    detail = AuditEntry.objects.get(act="accounts.export_trail").detail
    assert detail == {"query": "act=registry.income"}


def test_what_cannot_be_asked_for_is_refused_and_not_taken_along_whole(told, client_of):
    for query in ({"act": "nothing"}, {"since": "yesterday"}):
        assert client_of(told.banner_officer).get("/audit/export/", query).status_code == 422
    assert not AuditEntry.objects.filter(act="accounts.export_trail").exists()

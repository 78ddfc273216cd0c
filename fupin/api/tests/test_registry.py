"""Households and persons over the API: read as of a day, changed on a version, masked, and only in one's own area."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fupin.accounts.models import Posting
from fupin.api.models import KeptAnswer
from fupin.api.tests.calls import Program
from fupin.core import clock, jobs
from fupin.core.models import AuditEntry
from fupin.registry.models import Household
from fupin.registry.operations import NewHousehold, register_households
from fupin.registry.tests.households import DAY, family, id_number, member

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_requests_so_far():
    cache.clear()


@pytest.fixture
def household(cast) -> Household:
    return family(cast.village, by=cast.township_officer, phone="13800138000", main_cause="01", cultivated_mu="12.50")


def test_a_household_is_read_with_its_members_and_masked_numbers(cast, household):
    answer = Program(cast.village_officer).get(f"/households/{household.number}")
    found = answer.json()
    assert answer["ETag"].startswith(f'"{household.version}.')
    assert found["village"] == "150522100200"
    assert found["values"]["main_cause"] == "01"
    assert found["values"]["cultivated_mu"] == "12.50"
    assert "*" in found["values"]["phone"]
    assert [one["relation"] for one in found["members"]] == ["01", "02", "03"]
    assert all("*" in one["values"]["id_number"] for one in found["members"])
    assert "13800138000" not in answer.content.decode()


def test_the_current_version_need_not_be_sent_again(cast, household):
    program = Program(cast.village_officer)
    tag = program.get(f"/households/{household.number}")["ETag"]
    assert program.get(f"/households/{household.number}", If_None_Match=tag).status_code == 304
    assert program.get(f"/households/{household.number}", If_None_Match='"999"').status_code == 200


def test_a_household_whose_member_has_changed_is_sent_again(cast, household):
    program, at = Program(cast.village_officer), f"/households/{household.number}"
    held = program.get(at)
    person = held.json()["members"][0]["person"]
    change = {"values": {"education": "03"}}
    program.ask("PATCH", f"/persons/{person}", change, If_Match=program.get(f"/persons/{person}")["ETag"])
    again = program.get(at, If_None_Match=held["ETag"])
    assert again.status_code == 200
    assert again.json()["members"][0]["values"]["education"] == "03"
    # An edit of the household itself is still based on what was read: nobody has changed the household.
    assert program.ask("PATCH", at, {"values": {"main_cause": "02"}}, If_Match=held["ETag"]).status_code == 200


def test_a_tag_that_a_proxy_has_weakened_is_the_same_version(cast, household):
    program, at = Program(cast.village_officer), f"/households/{household.number}"
    tag = program.get(at)["ETag"]
    assert program.get(at, If_None_Match=f'"1", W/{tag}').status_code == 304
    assert program.ask("PATCH", at, {"values": {"main_cause": "02"}}, If_Match=f"W/{tag}").status_code == 200
    assert program.ask("PATCH", at, {"values": {"main_cause": "01"}}, If_Match=f"W/{tag}").status_code == 412
    assert program.ask("PATCH", at, {"values": {"main_cause": "01"}}, If_Match="*").status_code == 422


def test_another_townships_household_does_not_exist_by_any_road(cast, household):
    program, at = Program(cast.other_township_officer), f"/households/{household.number}"
    person = household.memberships.first().person.number
    assert program.get("/households").json()["items"] == []
    assert program.get("/households/count").json() == {"count": 0}
    assert program.get("/persons").json()["items"] == []
    assert program.get("/search?q=宝音").json() == []
    roads = [
        program.get(at), program.get(f"{at}/findings"), program.get(f"{at}/income-accounts"),
        program.get(f"{at}/income-accounts/2018"), program.get(f"{at}/history?field=main_cause"),
        program.ask("PATCH", at, {"values": {"main_cause": "02"}}, If_Match='"1"'),
        program.post(f"{at}/reveal", {"field": "phone", "purpose": "核对电话"}),
        program.post(f"{at}/move", {"village": "150522101200"}, If_Match='"1"'),
        program.post(f"{at}/split", {"new_head": person, "relations": {}}, If_Match='"1"'),
        program.post(f"{at}/merge", {"into": household.number}, If_Match='"1"'),
        program.post(f"{at}/leave", {"person": person, "left_by": "01"}, If_Match='"1"'),
        program.post(f"{at}/head", {"person": person}, If_Match='"1"'),
        program.post(f"{at}/findings", {"findings": [{"guarantee": "water", "outcome": "unknown"}]}),
        program.get(f"/persons/{person}"), program.get(f"/persons/{person}/history?field=name"),
        program.ask("PATCH", f"/persons/{person}", {"values": {"name": "甲"}}, If_Match='"1"'),
        program.post(f"/persons/{person}/reveal", {"field": "id_number", "purpose": "核对证件"}),
    ]  # fmt: skip
    assert [answer.status_code for answer in roads] == [404] * len(roads)


def test_an_edit_says_which_version_it_was_made_on(cast, household):
    program, at = Program(cast.township_officer), f"/households/{household.number}"
    edit = {"values": {"main_cause": "02"}, "on": "2018-06-01"}
    assert program.ask("PATCH", at, edit).status_code == 428
    assert program.ask("PATCH", at, edit, If_Match='"999"').status_code == 412
    assert program.ask("PATCH", at, edit, If_Match="nonsense").status_code == 422
    first = program.get(at)["ETag"]
    answer = program.ask("PATCH", at, edit, If_Match=first)
    assert answer.status_code == 200
    assert answer.json()["values"]["main_cause"] == "02"
    assert answer["ETag"] != first
    assert program.ask("PATCH", at, edit, If_Match=first).status_code == 412


def test_a_household_reads_as_of_an_earlier_day(cast, household):
    program, at = Program(cast.township_officer), f"/households/{household.number}"
    program.ask("PATCH", at, {"values": {"main_cause": "02"}, "on": "2018-06-01"}, If_Match=program.get(at)["ETag"])
    assert program.get(f"{at}?on=2018-05-31").json()["values"]["main_cause"] == "01"
    assert program.get(f"{at}?on=2018-06-01").json()["values"]["main_cause"] == "02"
    assert program.get(f"{at}?on=2017-01-01").status_code == 404
    rows = program.get(f"{at}/history?field=main_cause").json()
    assert [row["value"] for row in rows] == ["02", "01"]
    assert program.get(f"{at}/history?field=phone_sealed").status_code == 404


def test_only_who_may_change_changes(cast, household):
    at = f"/households/{household.number}"
    for user in (cast.auditor, cast.leader, cast.helper):
        program = Program(user)
        tag = program.get(at)["ETag"]
        assert program.ask("PATCH", at, {"values": {"main_cause": "02"}}, If_Match=tag).status_code == 403


def test_wrong_values_are_told_in_the_words_of_the_form(cast, household):
    program, at = Program(cast.township_officer), f"/households/{household.number}"
    tag = program.get(at)["ETag"]
    answer = program.ask("PATCH", at, {"values": {"main_cause": "77", "cultivated_mu": "-1"}}, If_Match=tag)
    assert answer.status_code == 422
    assert len(answer.json()["reasons"]) == 2
    answer = program.ask("PATCH", at, {"values": {"colour": "red"}}, If_Match=tag)
    assert answer.json()["errors"][0]["pointer"] == "/body/values/colour"


def new_household(**changes):
    people = [member("朝鲁", "01"), member("其木格", "02", "19650101", "2")]
    return {"village": "150522100200", "on": "2018-03-01", "values": {"main_cause": "08"}, "members": people,
            "is_synthetic": True} | changes  # fmt: skip


def test_a_household_is_registered_once_however_often_it_is_sent(cast):
    program, body = Program(cast.township_officer), new_household()
    first = program.post("/households", body, Idempotency_Key="form-1")
    second = program.post("/households", body, Idempotency_Key="form-1")
    assert first.status_code == second.status_code == 201
    assert first.json()["number"] == second.json()["number"]
    assert first["Location"] == f"/api/v1/households/{first.json()['number']}"
    assert Household.objects.count() == 1


def test_a_household_is_not_registered_where_one_has_no_right(cast):
    answer = Program(cast.other_township_officer).post("/households", new_household())
    assert answer.status_code == 403
    assert not Household.objects.exists()


def test_lists_page_filter_and_count(cast):
    for _each in range(5):
        family(cast.village, by=cast.township_officer, main_cause="01")
    family(cast.other_village, by=cast.other_township_officer, main_cause="02")
    program = Program(cast.banner_officer)
    first = program.get("/households?limit=4").json()
    rest = program.get(f"/households?limit=4&cursor={first['next']}").json()
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (4, 2, None)
    assert program.get("/households/count?where=main_cause:01").json() == {"count": 5}
    assert program.get("/households/count?division=150522101").json() == {"count": 1}
    assert program.get("/households/count?member=sex:2").json() == {"count": 6}
    assert program.get("/households?where=colour:red").status_code == 422
    assert len(program.get("/persons?limit=500").json()["items"]) == 18
    assert Program(cast.village_officer).get("/households/count").json() == {"count": 5}


@pytest.mark.parametrize("address", ["/households", "/persons", "/households?on=2018-12-31"])
def test_a_page_costs_the_same_however_long(cast, address):
    program = Program(cast.banner_officer)
    join = "&" if "?" in address else "?"
    family(cast.village, by=cast.township_officer)
    program.get(address)
    with CaptureQueriesContext(connection) as few:
        program.get(f"{address}{join}limit=1")
    news = [NewHousehold(cast.village.pk, [member("宝音", "01")], {}, True) for _each in range(20)]
    register_households(households=news, by=cast.township_officer, on=DAY)
    with CaptureQueriesContext(connection) as many:
        assert len(program.get(f"{address}{join}limit=500").json()["items"]) > 20
    assert len(many) == len(few)


def test_a_number_is_revealed_for_a_purpose_that_is_logged(cast, household):
    at = f"/households/{household.number}/reveal"
    assert Program(cast.village_officer).post(at, {"field": "phone", "purpose": "核对电话"}).status_code == 403
    program = Program(cast.township_officer)
    assert program.post(at, {"field": "phone", "purpose": ""}).status_code == 422
    assert program.post(at, {"field": "phone", "purpose": "核对电话"}).json() == {"value": "13800138000"}
    assert AuditEntry.objects.get(act="registry.reveal").detail["purpose"] == "核对电话"


def test_a_number_that_is_shown_again_under_the_same_key_is_logged_again_and_kept_nowhere(cast, household):
    program, at = Program(cast.township_officer), f"/households/{household.number}/reveal"
    for time in (1, 2):
        shown = program.post(at, {"field": "phone", "purpose": "核对电话"}, Idempotency_Key="reveal-1")
        assert shown.json() == {"value": "13800138000"}
        assert AuditEntry.objects.filter(act="registry.reveal").count() == time
    Posting.objects.filter(user=cast.township_officer).update(valid_to=clock.today())
    again = program.post(at, {"field": "phone", "purpose": "核对电话"}, Idempotency_Key="reveal-1")
    assert again.status_code == 404
    assert not KeptAnswer.objects.exists()


def test_a_day_before_the_household_is_refused_with_the_day_that_will_do(cast, household):
    program, at = Program(cast.township_officer), f"/households/{household.number}"
    child = {
        "name": "小宝",
        "relation": "07",
        "id_number": id_number("20160501"),
        "joined_by": "06",
        "on": "2017-05-01",
    }
    refused = program.post(f"{at}/members", child, If_Match=program.get(at)["ETag"])
    assert refused.status_code == 422
    assert "2018-03-01" in refused.content.decode()


def test_a_child_is_born_and_the_old_head_dies(cast, household):
    program, at = Program(cast.township_officer), f"/households/{household.number}"
    child = {
        "name": "小宝",
        "relation": "07",
        "id_number": id_number("20180501"),
        "joined_by": "06",
        "on": "2018-05-01",
    }
    born = program.post(f"{at}/members", child, If_Match=program.get(at)["ETag"])
    assert born.status_code == 201
    assert len(born.json()["members"]) == 4
    head, wife = (one["person"] for one in born.json()["members"][:2])
    gone = {"person": head, "left_by": "01", "on": "2018-09-01"}
    assert program.post(f"{at}/leave", gone, If_Match=born["ETag"]).status_code == 422
    done = program.post(f"{at}/leave", gone | {"new_head": wife}, If_Match=born["ETag"])
    assert done.status_code == 200
    assert done.json()["members"][0]["person"] == wife
    person = program.get(f"/persons/{head}").json()
    assert person["is_member"] is False
    assert person["memberships"][-1]["left_by"] == "01"


def test_a_household_splits_and_moves(cast, household):
    program, at = Program(cast.banner_officer), f"/households/{household.number}"
    members = program.get(at).json()["members"]
    split = {"new_head": members[2]["person"], "relations": {members[2]["person"]: "01"}, "on": "2018-07-01"}
    made = program.post(f"{at}/split", split, If_Match=program.get(at)["ETag"])
    assert made.status_code == 201
    new = f"/households/{made.json()['number']}"
    moved = program.post(f"{new}/move", {"village": "150522101200", "on": "2018-08-01"}, If_Match=made["ETag"])
    assert moved.json()["village"] == "150522101200"


def test_a_person_is_changed_on_the_own_version(cast, household):
    program = Program(cast.township_officer)
    number = household.memberships.order_by("relation").first().person.number
    tag = program.get(f"/persons/{number}")["ETag"]
    edit = {"values": {"health": ["02", "04"], "education": "03"}, "on": "2018-06-01"}
    answer = program.ask("PATCH", f"/persons/{number}", edit, If_Match=tag)
    assert answer.status_code == 200
    assert answer.json()["values"]["health"] == ["02", "04"]
    assert program.ask("PATCH", f"/persons/{number}", edit, If_Match=tag).status_code == 412


def test_findings_are_recorded_and_listed(cast, household):
    program, at = Program(cast.village_officer), f"/households/{household.number}/findings"
    body = {"on": "2018-04-01", "findings": [{"guarantee": "water", "outcome": "met", "evidence": "自来水入户"}]}
    assert program.post(at, body).status_code == 201
    assert program.post(at, {"findings": [{"guarantee": "water", "outcome": "met"}]}).status_code == 422
    assert [row["outcome"] for row in program.get(at).json()["items"]] == ["met"]


def test_an_income_account_adds_up_and_guards_its_version(cast, household):
    program, at = Program(cast.village_officer), f"/households/{household.number}/income-accounts/2018"
    body = {
        "on": "2018-10-10", "window_from": "2017-10-01", "window_to": "2018-10-01", "counted_persons": 3,
        "entries": [{"item": "b2", "amount": "30000.10"}, {"item": "e2", "amount": 9000}, {"item": "x2", "amount": 500}],
    }  # fmt: skip
    assert program.get(at).status_code == 404
    made = program.ask("PUT", at, body)
    assert made.status_code == 200
    assert (made.json()["net"], made.json()["per_head"]) == ("21000.10", "7000.03")
    assert program.ask("PUT", at, body).status_code == 428
    signed = program.post(f"{at}/sign", {"on": "2018-10-11"}, If_Match=made["ETag"])
    assert signed.json()["signed_on"] == "2018-10-11"
    assert program.ask("PUT", at, body, If_Match=made["ETag"]).status_code == 412
    assert program.get(f"/households/{household.number}/income-accounts").json()[0]["year"] == 2018


def test_the_day_of_an_act_is_not_in_the_future(cast, household):
    program, at = Program(cast.township_officer), f"/households/{household.number}"
    edit = {"values": {"main_cause": "02"}, "on": str(date(2100, 1, 1))}
    assert program.ask("PATCH", at, edit, If_Match=program.get(at)["ETag"]).status_code == 422


def test_a_household_splits_into_several_at_once_over_the_api(cast, household):
    program, at = Program(cast.township_officer), f"/households/{household.number}"
    wife, son = (household.memberships.get(relation=relation).person.number for relation in ("02", "03"))
    body = {"new_head": son, "relations": {}, "others": [{"new_head": wife}], "on": "2018-06-01"}
    assert (
        program.post(
            f"{at}/split", {**body, "others": [{"new_head": son}]}, If_Match=f'"{household.version}"'
        ).status_code
        == 422
    )
    answer = program.post(f"{at}/split", body, If_Match=program.get(at)["ETag"])
    assert answer.status_code == 201, answer.content
    made = answer.json()["made"]
    assert len(made) == 2
    assert answer.json()["number"] == made[0]
    assert [len(program.get(f"/households/{one}").json()["members"]) for one in (household.number, *made)] == [1, 1, 1]


def test_suspected_duplicates_are_listed_masked_and_told_apart(cast):
    for _ in range(2):
        family(cast.village, by=cast.village_officer, members=[member("宝音", "01")])
    program = Program(cast.village_officer)
    assert program.post("/duplicates/search", {}).status_code == 202
    jobs.run_pending()
    (pair,) = program.get("/duplicates").json()["items"]
    assert [one["name"] for one in pair["persons"]] == ["宝音", "宝音"]
    assert pair["kind"] in ("birth", "number")
    assert all("*" * 9 in one["id_number"] for one in pair["persons"])
    at = f"/duplicates/{pair['id']}/different"
    assert Program(cast.other_village_officer).post(at, {"reason": "两人都见过"}).status_code == 404
    assert program.post(at, {"reason": "无"}).status_code == 422
    assert program.post(at, {"reason": "两人都见过"}).status_code == 204
    assert program.get("/duplicates").json()["items"] == []

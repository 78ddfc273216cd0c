"""The catalogue of rules over the API: read, tried, switched, written; sweeps asked for and read."""

import pytest

from fupin.api.tests.calls import Program
from fupin.core import clock, jobs
from fupin.quality import checking
from fupin.registry.tests.households import two_spouses
from fupin.rulebook import trying
from fupin.rulebook.models import Override
from fupin.rulebook.tests.test_own_rules import NAME, WORDS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_folder")]


@pytest.fixture
def household(cast):
    """A household with two spouses."""
    return two_spouses(cast.village, by=cast.banner_officer)


def ask(user, method, path, body=None):
    return Program(user).ask(method, path, body)


def test_the_catalogue_is_read_page_by_page_and_narrowed(cast):
    first = ask(cast.village_officer, "GET", "/quality-rules?limit=100").json()
    second = ask(cast.village_officer, "GET", f"/quality-rules?limit=100&cursor={first['next']}").json()
    names = [one["name"] for one in first["items"] + second["items"]]
    assert names == sorted(set(names))
    assert len(names) == 200
    waiting = ask(cast.village_officer, "GET", "/quality-rules?standing=waits&limit=100").json()["items"]
    assert waiting
    assert {one["standing"] for one in waiting} == {"waits"}


def test_a_rule_says_its_condition_in_words_and_what_was_found(cast, household):
    checking.check(on=clock.today(), division=cast.banner.pk, by=cast.banner_officer)
    said = ask(cast.banner_officer, "GET", "/quality-rules/REL-008").json()
    assert (said["standing"], said["found"], said["open_tickets"]) == ("judged", 1, 1)
    assert said["parts"]
    assert ask(cast.banner_officer, "GET", "/quality-rules/XXX-001").status_code == 404


def test_a_condition_is_tried_in_the_own_area_alone(cast, household):
    body = {"dataset": "households", "finds": "count(members, relation = '02') > 1"}
    tried = ask(cast.banner_officer, "POST", "/quality-conditions/preview", body).json()
    assert (tried["found"], tried["hits"][0]["household"], tried["hits"][0]["name"]) == (1, household.number, "宝＊")
    assert ask(cast.other_banner_officer, "POST", "/quality-conditions/preview", body).json()["found"] == 0
    assert ask(cast.banner_officer, "GET", "/quality-rules/REL-008/preview").json()["found"] == 1


@pytest.mark.parametrize(("body", "said"), [
    ({"dataset": "households", "finds": "persns > 1"}, "persns"),
    ({"dataset": "cars", "finds": "persons > 1"}, "cars"),
])  # fmt: skip
def test_a_condition_that_cannot_be_read_is_refused_with_the_place(cast, body, said):
    answer = ask(cast.banner_officer, "POST", "/quality-conditions/preview", body)
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_a_switch_waits_for_the_second_person(cast):
    body = {"division": "150522", "is_on": False, "valid_from": "2027-01-01", "document": "后旗〔2026〕1号"}
    made = ask(cast.banner_officer, "POST", "/quality-rules/REL-008/switches", body)
    assert made.status_code == 201
    request = made.json()
    digest = {"digest": request["digest"]}
    assert ask(cast.banner_officer, "POST", f"/overrides/{request['id']}/confirm", digest).status_code in (403, 422)
    assert ask(cast.second_banner_officer, "POST", f"/overrides/{request['id']}/confirm", digest).status_code == 200
    assert Override.objects.get().state == "confirmed"


def test_an_own_rule_is_handed_in_with_its_examples(cast, monkeypatch):
    monkeypatch.setattr(trying, "tried", lambda *given, **more: None)
    words = {**WORDS, "found": [{"persons": 10}], "passed": [{"persons": 9}]}
    body = {"division": "150522", "words": words, "valid_from": "2027-01-01", "document": "后旗〔2026〕1号"}
    assert ask(cast.banner_officer, "POST", f"/quality-rules/{NAME}/versions", body).status_code == 201
    words["passed"] = [{"persons": 10}]
    assert ask(cast.banner_officer, "POST", f"/quality-rules/{NAME}/versions", body).status_code == 422


def test_a_sweep_is_asked_for_made_and_read(cast, household):
    asked = ask(cast.banner_officer, "POST", "/quality-sweeps", {"division": "150522"})
    assert asked.status_code == 202
    jobs.run_pending()
    (line,) = ask(cast.village_officer, "GET", "/quality-sweeps").json()["items"]
    assert (line["division"], line["findings"]) == ("150522000000", None)
    whole = ask(cast.banner_officer, "GET", f"/quality-sweeps/{line['id']}").json()
    assert whole["by_rule"]["REL-008"] == 1
    assert whole["findings"] == sum(whole["by_rule"].values())
    assert whole["on"] == clock.today().isoformat()
    assert ask(cast.other_banner_officer, "GET", f"/quality-sweeps/{line['id']}").status_code == 404

"""Notes at entry: what a record breaks is said at once, and never stands in the way of saving it."""

import pytest
from django.urls import reverse

from fupin.conditions import judging
from fupin.core import clock
from fupin.quality import recheck
from fupin.registry import panels
from fupin.registry.models import Membership
from fupin.rulebook.tests.test_own_rules import confirm, switch

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_folder")]


def notes(client, household):
    answer = client.get(reverse("quality:notes", args=[household.number]))
    return answer.status_code, answer.content.decode()


def test_what_the_record_breaks_now_is_said_with_what_to_check(cast, client_of, household):
    status, said = notes(client_of(cast.village_officer), household)
    assert status == 200
    assert "多配偶" in said
    assert "户内登记了多名配偶" in said
    assert "不影响保存" in said


def test_once_it_is_put_right_it_is_said_no_more(cast, client_of, household):
    client = client_of(cast.village_officer)
    Membership.objects.filter(household=household, relation="02").exclude(person__facts__sex="2").update(relation="03")
    assert "多配偶" not in notes(client, household)[1]


def test_a_rule_that_is_off_says_nothing(cast, client_of, household):
    confirm(switch(cast.banner_officer, cast.banner), cast.second_banner_officer)
    assert "多配偶" not in notes(client_of(cast.village_officer), household)[1]


def test_nobody_elsewhere_is_told(cast, client_of, household):
    assert notes(client_of(cast.other_village_officer), household)[0] == 404


def test_the_pages_that_forms_lead_to_ask_for_the_notes(cast, client_of, household):
    client = client_of(cast.village_officer)
    person = household.memberships.get(relation="01").person
    address = reverse("quality:notes", args=[household.number])
    for page in (
        reverse("registry:household", args=[household.number]),
        reverse("registry:person", args=[person.number]),
    ):
        assert address in client.get(page).content.decode()
    assert [one.address for one in panels.panels(panels.NOTES, {"quality.view"})] == ["quality:notes"]
    assert panels.panels(panels.NOTES, {"registry.view"}) == []


def test_a_condition_is_compiled_once_for_all_who_save(cast, household, monkeypatch):
    recheck.findings_of([household.pk], clock.today())
    compiled = []
    monkeypatch.setattr(judging, "compile_condition", lambda *given: compiled.append(given))
    assert [one.rule for one in recheck.findings_of([household.pk], clock.today())]
    assert not compiled


def test_a_parameter_of_another_value_is_compiled_anew(cast, household, monkeypatch):
    today, real = clock.today(), recheck.settings
    before = {one.rule for one in recheck.findings_of([household.pk], today)}
    monkeypatch.setattr(recheck, "settings", lambda *given: {**real(*given), "quality.most_members": 1})
    after = {one.rule for one in recheck.findings_of([household.pk], today)}
    assert after - before == {"REL-014"}

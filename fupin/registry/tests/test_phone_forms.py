"""The form of a phone number stands beside its cipher, whichever way it came, and is told of those kept before."""

from __future__ import annotations

import polars
import pytest

from fupin.core import clock, sealing
from fupin.core.id_numbers import phone_form
from fupin.core.models import AuditEntry
from fupin.divisions.queries import tree
from fupin.registry.intake.facts import phone_forms
from fupin.registry.models import HouseholdFact, PersonFact
from fupin.registry.operations import HouseholdChange, PersonChange, change_household, change_persons, phones
from fupin.registry.tests.households import family, member
from fupin.registry.tests.test_intake import ONE, TWO, carry, household, person

NUMBERS = {"13847512345": "mobile", "19900000000": "mobile", "12347512345": "local", "1384751234": "local", "138475123456": "local",
           "04758211234": "area", "0475821123": "area", "047582112345": "area", "047582112": "local", "0475821123456": "local",
           "8211234": "local"}  # fmt: skip

pytestmark = pytest.mark.django_db


def test_one_number_and_a_column_of_numbers_are_told_alike() -> None:
    assert {number: phone_form(number) for number in NUMBERS} == NUMBERS
    told = phone_forms(polars.Series("phone", [*NUMBERS, None]))
    assert told.to_list() == [*NUMBERS.values(), None]


def test_a_number_that_is_entered_changed_and_emptied_has_the_form_of_the_day(cast):
    home = family(
        cast.village, by=cast.banner_officer, members=[member("宝音", "01", phone="0475-8211234")], phone="13847512345"
    )
    assert PersonFact.objects.get().phone_form == "area"
    assert HouseholdFact.objects.get().phone_form == "mobile"
    person = PersonFact.objects.get().person_id
    for number, form in (("8211234", "local"), ("", None)):
        change_persons(
            changes=[PersonChange(person, {"phone": number}, is_correction=True)],
            by=cast.banner_officer,
            on=clock.today(),
        )
        change_household(
            changes=[HouseholdChange(home.pk, {"phone": number}, is_correction=True)],
            by=cast.banner_officer,
            on=clock.today(),
        )
        assert PersonFact.objects.get().phone_form == form
        assert HouseholdFact.objects.get().phone_form == form


def test_a_file_brings_the_form_and_what_it_does_not_speak_of_keeps_it(tmp_path):
    village = next(node for node in tree().subtree(tree().by_code("150522").id) if node.level == "village")

    def give(ledger: str, *rows: dict[str, str]) -> None:
        path = tmp_path / f"{ledger}-{len(list(tmp_path.iterdir()))}.csv"
        polars.DataFrame(list(rows)).write_csv(path, null_value="")
        carry(ledger, path)

    give("households", household(village, 联系电话="04758211234"))
    give("persons", person("宝音", ONE, "户主", 联系电话="8211234"), person("乌云", TWO, "配偶"))
    assert forms() == ({"宝音": "local", "乌云": None}, "area")
    give("households", household(village, 备注="已核"))
    give("persons", person("宝音", ONE, "户主", 备注="已核"), person("乌云", TWO, "配偶", 联系电话="13800138000"))
    assert forms() == ({"宝音": "local", "乌云": "mobile"}, "area")
    give("households", household(village, 联系电话="—"))
    give("persons", person("宝音", ONE, "户主", 联系电话="13900139000"), person("乌云", TWO, "配偶", 联系电话="—"))
    assert forms() == ({"宝音": "mobile", "乌云": None}, None)


def forms() -> tuple[dict[str, str | None], str | None]:
    persons = dict(PersonFact.objects.filter(valid_to=None).values_list("name", "phone_form"))
    return persons, HouseholdFact.objects.get(valid_to=None).phone_form


def test_numbers_that_were_kept_before_are_told_some_at_a_time_and_once(cast, monkeypatch):
    monkeypatch.setattr(phones, "AT_ONCE", 2)
    members = [member(name, "01" if nth == 0 else "99", phone=number) for nth, (name, number) in enumerate(
        (("宝音", "13847512345"), ("乌云", "8211234"), ("巴特尔", "0475-8211234"), ("海山", "13847512346")))]  # fmt: skip
    family(cast.village, by=cast.banner_officer, members=[*members, member("那顺", "99")], phone="8211235")
    PersonFact.objects.update(phone_form=None)
    HouseholdFact.objects.update(phone_form=None)
    assert phones.tell_forms(most=3) == 3
    assert not AuditEntry.objects.filter(act=phones.ACT).exists()
    assert phones.tell_forms() == 2
    told = dict(PersonFact.objects.values_list("name", "phone_form"))
    assert told == {"宝音": "mobile", "乌云": "local", "巴特尔": "area", "海山": "mobile", "那顺": None}
    assert HouseholdFact.objects.get().phone_form == "local"
    assert AuditEntry.objects.filter(act=phones.ACT).count() == 1
    PersonFact.objects.update(phone_form=None)
    assert phones.tell_forms() == 0


def test_in_a_register_that_has_them_nothing_is_told_and_nothing_written(cast):
    family(cast.village, by=cast.banner_officer, phone="13847512345")
    assert phones.tell_forms() == 0
    assert not AuditEntry.objects.filter(act=phones.ACT).exists()
    assert sealing.unseal(bytes(HouseholdFact.objects.get().phone_sealed)) == "13847512345"

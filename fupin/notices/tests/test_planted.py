"""What may never be on a sheet, planted in every field that the register has, is on none of its forms."""

from __future__ import annotations

from datetime import date

import pytest
from django.db.models import CharField
from django.test import Client
from django.urls import reverse

from fupin.core import sealing
from fupin.core.models import AuditEntry
from fupin.notices.models import NoticeBody
from fupin.notices.tests.hung import DAY, hung, own_value
from fupin.registry.models import HouseholdFact, PersonFact, PersonIdentity
from fupin.registry.tests.households import family
from fupin.rulebook.queries import simulating

pytestmark = pytest.mark.django_db
SHOWN = {"name", "village_group", "status", "monitor_kind"}
NEVER = {"number": "152301196001011234", "phone": "13847512345", "account": "6228480123456789012"}


@pytest.fixture
def notice(cast, it_is):
    it_is(DAY)
    household = family(
        cast.village, by=cast.banner_officer, on=date(2018, 1, 1), phone=NEVER["phone"], village_group="三组"
    )
    _plant(
        HouseholdFact.objects.filter(household=household),
        {"phone_sealed": NEVER["phone"], "bank_account_sealed": NEVER["account"]},
    )
    persons = list(household.memberships.values_list("person_id", flat=True))
    _plant(
        PersonFact.objects.filter(person__in=persons),
        {"phone_sealed": NEVER["phone"], "disability_card_sealed": NEVER["number"]},
    )
    _plant(PersonIdentity.objects.filter(person__in=persons), {"number_sealed": NEVER["number"]})
    return hung(cast, household)


def _plant(rows, sealed: dict[str, str]) -> None:
    """A word of its own in every column of text that a sheet does not show; numbers where they are sealed."""
    texts = {
        field.name: f"露{field.name}"[: field.max_length] for field in rows.model._meta.concrete_fields
        if isinstance(field, CharField) and field.name not in SHOWN and (field.max_length or 0) >= 12
    }  # fmt: skip
    rows.update(**texts, **{name: sealing.seal(text) for name, text in sealed.items()})


def _clean(text: str) -> bool:
    return not any(word in text for word in (*NEVER.values(), "露", "1384751"))


def test_the_planted_words_are_there_to_be_found(notice):
    assert HouseholdFact.objects.filter(remark__startswith="露", bank_name__startswith="露").exists()
    assert PersonFact.objects.filter(health__startswith="露", disability_category__startswith="露").exists()


def test_none_of_them_is_in_any_form_of_the_body(notice):
    body = NoticeBody.objects.get(notice=notice)
    assert "三组" in body.sheet
    assert all(_clean(text) for text in (body.sheet, body.masked_name, body.count_only))


def test_none_of_them_is_on_the_page_the_print_the_api_or_the_public_page(cast, notice, client_of):
    own_value(cast, "publicity.internet_form", "masked_name")
    office = client_of(cast.banner_officer)
    pages = [
        office.get(reverse(f"notices:{name}", args=[notice.pk])).content.decode() for name in ("notice", "print", "object")
    ]  # fmt: skip
    pages += [
        office.get(reverse("notices:list")).content.decode(),
        Client().get(f"/public/notices/{notice.code}/").content.decode(),
    ]
    pages += [Client().get(f"/public/notices/{notice.code}/object/").content.decode()]
    pages += [office.get(f"/api/v1/notices/{notice.pk}").content.decode()]
    assert [notice.code in page or notice.title in page for page in pages] == [True] * 7
    assert all(_clean(page) for page in pages)


def test_none_of_them_is_in_the_trail_of_the_act(notice):
    entries = AuditEntry.objects.filter(act__startswith="notices.")
    assert entries.exists()
    assert all(_clean(str(entry.detail)) for entry in entries)


@pytest.mark.parametrize(("code", "shown"), [("01", False), ("02", False), ("03", True)])
def test_where_an_office_shows_the_cause_illness_and_disability_stay_empty(cast, it_is, code, shown):
    it_is(DAY)
    household = family(cast.village, by=cast.banner_officer, on=date(2018, 1, 1), main_cause=code)
    with simulating({"publicity.village_sheet_fields": ["head_name", "persons", "cause"]}):
        notice = hung(cast, household)
    sheet = NoticeBody.objects.get(notice=notice).sheet
    assert "因病" not in sheet
    assert "因残" not in sheet
    assert ("因学" in sheet) is shown

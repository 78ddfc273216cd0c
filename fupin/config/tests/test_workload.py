"""What lies in an officer's area, and how many officers the figures count."""

from __future__ import annotations

from datetime import date

import pytest

from fupin.accounts import operations, scopes
from fupin.accounts.operations import NewUser
from fupin.accounts.tests.posts import loads, post_officers
from fupin.bulk import taking
from fupin.core import clock
from fupin.divisions.queries import tree
from fupin.registry.models import HouseholdCard
from fupin.registry.operations import AccountSheet, enter_accounts
from fupin.registry.tests.households import family
from fupin.statistics.figures import compute
from fupin.statistics.periods import read


@pytest.fixture
def posted(cast):
    return post_officers(cast)


def test_the_work_of_an_area_is_what_lies_below_it(posted):
    year, this = clock.today().year, date(2018, 3, 1)
    east = family(posted.village, by=posted.village_officer, natural_village="东浩特")
    family(posted.village, by=posted.village_officer, village_group="第一组")
    family(posted.other_village, by=posted.other_village_officer)
    sheet = AccountSheet(east.pk, year, date(year, 1, 1), date(year + 1, 1, 1), 3, [])
    enter_accounts(sheets=[sheet], by=posted.village_officer, on=this)
    HouseholdCard.objects.filter(household=east).update(status="04")
    seen = loads(posted.security_admin)
    size = east.memberships.count()
    assert {name: (one["households"], one["persons"], one["registered"], one["unsigned"]) for name, one in seen.items()} == {
        "banner_officer": (3, 3 * size, 1, 1), "village_officer": (2, 2 * size, 1, 1),
        "other_village_officer": (1, size, 0, 0), "grid_all": (2, 2 * size, 1, 1), "grid_east": (1, size, 1, 1),
    }  # fmt: skip


def test_the_work_is_counted_with_as_many_questions_for_many_as_for_few(posted, django_assert_max_num_queries):
    operations.add_users(by=scopes.SYSTEM, news=[
        NewUser(f"g{n}", "helper", posted.village, "格", "grid", "x", f"第{n}组") for n in range(40)])  # fmt: skip
    with django_assert_max_num_queries(14):
        assert len(loads(posted.security_admin)) == 45


@pytest.mark.django_db(transaction=True)
def test_officers_in_post_are_a_figure_at_once(cast):
    def count():
        on = read(clock.today().isoformat())
        found = compute(taking.current(), names=["information_officers"], node=tree().by_code("150522"), period=on)
        return found[0].value, found[0].records

    assert count() == (0, 0)
    give = {"role": "township_officer", "division": cast.township, "duty": "information", "by": cast.security_admin}
    posting = operations.add_posting(user=cast.nobody, **give)
    assert count() == (1, 1)
    operations.end_posting(posting=posting, by=cast.security_admin)
    assert count() == (0, 0)

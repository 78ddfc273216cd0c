"""The desk: it is there at once, and what waits for a person follows in a request of its own."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from fupin.core import clock
from fupin.registry.models import HouseholdCard, PersonIdentity
from fupin.registry.tests.households import family, member


def test_the_desk_counts_nothing_over_the_own_area_before_it_answers(cast, client_of):
    family(cast.village, by=cast.village_officer, members=[member("甲", "01")])
    HouseholdCard.objects.update(status="01")
    client = client_of(cast.region_officer)
    client.get("/")
    with CaptureQueriesContext(connection) as asked:
        page = client.get("/").content.decode()
    assert 'hx-get="/desk/due/"' in page
    assert "收入核算" not in page
    assert [one["sql"] for one in asked.captured_queries if "COUNT(*)" in one["sql"]] == []
    assert "1 户还没有" in client.get("/desk/due/").content.decode()
    assert "1 户还没有" not in client_of(cast.other_banner_officer).get("/desk/due/").content.decode()


def test_who_changed_something_is_called_by_name_on_the_desk_and_the_household(cast, client_of):
    home = family(cast.village, by=cast.village_officer, members=[member("甲", "01")])
    client = client_of(cast.banner_officer)
    pages = ("/", f"/households/{home.number}/")
    assert ["village_officer" in client.get(page).content.decode() for page in pages] == [True, True]
    type(cast.village_officer).objects.filter(pk=cast.village_officer.pk).update(full_name="巴特尔")
    for page in pages:
        told = client.get(page).content.decode()
        assert "巴特尔" in told, page
        assert "village_officer" not in told, page


def test_a_temporary_number_that_is_too_old_is_found_by_an_index_of_its_own(cast, client_of):
    family(cast.village, by=cast.village_officer, members=[member("甲", "01")])
    PersonIdentity.objects.update(is_temporary=True, valid_from=clock.today() - timedelta(days=4000))
    client = client_of(cast.banner_officer)
    with CaptureQueriesContext(connection) as asked:
        assert "临时证件号" in client.get("/desk/due/").content.decode()
    assert [one for one in asked.captured_queries if '"is_temporary"' in one["sql"]]
    (index,) = [one for one in PersonIdentity._meta.indexes if one.name == "identity_temporary"]
    overdue = PersonIdentity.objects.open().filter(is_temporary=True, valid_from__lte=date(2016, 1, 1))
    if connection.vendor == "sqlite":
        assert index.name in overdue.order_by().explain()

"""The desk: it is there at once, and what waits for a person follows in a request of its own."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from fupin.core import clock
from fupin.notices import operations as notices
from fupin.notices.tests.hung import hung
from fupin.quality.comparison.letters import operations
from fupin.quality.comparison.letters.models import Letter
from fupin.quality.tests.letters import drafted, later, sent
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


def test_letters_that_are_late_stand_on_the_desk_of_offices_and_open_exactly_these(cast, client_of, tmp_path, settings):
    settings.DATA_FOLDER = tmp_path
    family(cast.village, by=cast.banner_officer)
    late, due_today, answered = sent(cast), sent(cast, due_on=clock.today()), sent(cast)
    Letter.objects.filter(pk=late.pk).update(due_on=later(-1))
    Letter.objects.filter(pk=answered.pk).update(due_on=later(-1), state="returned")
    officer = client_of(cast.banner_officer)
    desk = officer.get("/desk/due/").content.decode()
    assert "1 份比对函逾期未回" in desk
    address = "/comparison/letters/?show=late"
    assert address in desk
    shown = officer.get(address).content.decode()
    assert [one.number in shown for one in (late, due_today, answered)] == [True, False, False]
    for stranger in (cast.other_banner_officer, cast.township_officer, cast.department):
        assert "比对函" not in client_of(stranger).get("/desk/due/").content.decode()


def test_objections_and_lists_without_a_photograph_stand_on_the_desk_of_those_who_can_do_something(
    cast, client_of, tmp_path, settings
):
    settings.DATA_FOLDER = tmp_path
    notice = hung(cast, on=clock.today())
    notices.raise_objection(
        notice=notice, said=notices.Said("评议会没有开过"), channel="phone", by=cast.village_officer, on=clock.today()
    )
    village, township = (
        client_of(user).get("/desk/due/").content.decode() for user in (cast.village_officer, cast.township_officer)
    )
    assert "1 份公示还没有张贴照片" in village
    assert "公示异议待答复" not in village
    assert "1 件公示异议待答复" in township
    assert "/notices/?show=objections" in township


def test_a_letter_that_waits_is_for_another_than_who_handed_it_in(cast, client_of, tmp_path, settings):
    settings.DATA_FOLDER = tmp_path
    family(cast.village, by=cast.banner_officer)
    letter = drafted(cast)
    operations.act(letter=letter, act="submit", by=cast.banner_officer, on=clock.today())
    told, address = "1 份比对函等待您复核", "/comparison/letters/?show=waiting"
    assert told not in client_of(cast.banner_officer).get("/desk/due/").content.decode()
    assert letter.number not in client_of(cast.banner_officer).get(address).content.decode()
    second = client_of(cast.second_banner_officer)
    assert told in second.get("/desk/due/").content.decode()
    assert letter.number in second.get(address).content.decode()
    operations.act(letter=letter, act="confirm", by=cast.second_banner_officer, on=clock.today())
    assert told not in second.get("/desk/due/").content.decode()

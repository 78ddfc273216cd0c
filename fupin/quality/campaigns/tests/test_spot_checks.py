"""Spot checks: drawn so that it can be drawn again, checked by another person, a bad village collected again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from fupin.core import clock
from fupin.core.refusals import NotAllowed, NotFound, Refused
from fupin.policy import collection as forms
from fupin.quality.campaigns import operations, queries, rules
from fupin.quality.campaigns.models import CollectionHousehold, SpotCheckHousehold
from fupin.quality.campaigns.tests.rounds import line_of, opened, registered, visit
from fupin.registry.models import HouseholdFact

pytestmark = pytest.mark.django_db
ASKED = forms.form("2021").compared


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, settings):
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def row(cast):
    """Three households of the village, all collected by its officer."""
    homes = [registered(cast.village, by=cast.banner_officer) for _n in range(3)]
    made = opened(cast)
    for home in homes:
        visit(line_of(home), cast.village_officer)
    return made


@pytest.fixture
def made(cast, row):
    return operations.draw(round=row.pk, division=cast.banner.pk, by=cast.banner_officer, on=clock.today(), seed=7)


def check(one, by, *, wrong=0, days=0, answers=None):
    given = {name: at >= wrong for at, name in enumerate(ASKED)} if answers is None else answers
    return operations.spot_check(pk=one.pk, checked_on=clock.today() + timedelta(days=days), answers=given, by=by,
                                 on=clock.today())  # fmt: skip


def test_a_sample_is_drawn_again_from_the_same_seed_and_differs_by_another():
    population = [(f"{n:04d}", n % 2, n % 5) for n in range(500)]
    first = rules.draw(population, seed=1, share=0.05, least=2)
    assert rules.draw(reversed(population), seed=1, share=0.05, least=2) == first
    assert rules.draw(population, seed=2, share=0.05, least=2) != first


@pytest.mark.parametrize(("households", "share", "least", "drawn"), [
    (100, 0.05, 2, 5), (101, 0.05, 2, 6), (30, 0.05, 2, 2), (41, 0.05, 2, 3), (1, 0.05, 2, 1), (3, 1.0, 2, 3),
])  # fmt: skip
def test_each_officer_gives_a_share_and_a_least_number(households, share, least, drawn):
    one = [(f"a{n}", 1, 1) for n in range(households)]
    other = [(f"b{n}", 1, 2) for n in range(households)]
    found = rules.draw([*one, *other], seed=3, share=share, least=least)
    assert [sum(number.startswith(letter) for number in found) for letter in "ab"] == [drawn, drawn]


@pytest.mark.parametrize(("wrong", "compared", "low", "high"), [
    (0, 10, 0.0, 0.2775), (1, 10, 0.0179, 0.4042), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0), (0, 0, 0.0, 1.0),
])  # fmt: skip
def test_the_interval_is_wilsons(wrong, compared, low, high):
    found = rules.rate(wrong, compared)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@pytest.mark.parametrize(("wrong", "again"), [(5, False), (6, True)])
def test_a_village_at_the_limit_is_not_collected_again_and_above_it_is(wrong, again):
    assert rules.is_to_be_collected_again(rules.rate(wrong, 100), 0.05) is again


def test_only_what_is_collected_is_drawn_and_what_waits_is_not_drawn_twice(cast, row):
    registered(cast.village, by=cast.banner_officer)
    operations.refresh(pk=row.pk, by=None, on=clock.today())
    made = operations.draw(round=row.pk, division=cast.banner.pk, by=cast.banner_officer, on=clock.today())
    assert (made.population_size, made.size) == (3, 2)
    again = operations.draw(round=row.pk, division=cast.banner.pk, by=cast.banner_officer, on=clock.today())
    assert (again.population_size, again.size) == (1, 1)
    with pytest.raises(Refused, match="没有可抽查"):
        operations.draw(round=row.pk, division=cast.banner.pk, by=cast.banner_officer, on=clock.today())


def test_the_kept_population_gives_the_same_sample(cast, made):
    assert operations.drawn_again(made) == sorted(made.households.values_list("line__number", flat=True))


def test_a_village_of_another_round_or_a_township_officer_draws_nothing(cast, row):
    with pytest.raises(Refused, match="本轮范围内"):
        operations.draw(round=row.pk, division=cast.other_banner.pk, by=cast.league_officer, on=clock.today())
    with pytest.raises((NotFound, NotAllowed)):
        operations.draw(round=row.pk, division=cast.township.pk, by=cast.township_officer, on=clock.today())


def test_another_person_checks_than_who_collected(cast, row, made):
    one = made.households.first()
    CollectionHousehold.objects.update(collected_by=cast.township_officer)
    SpotCheckHousehold.objects.update(officer=cast.township_officer)
    with pytest.raises(NotAllowed, match="另一人"):
        check(one, cast.township_officer)
    assert check(one, cast.banner_officer, wrong=2).wrong == 2
    with pytest.raises(NotAllowed, match="已经核查"):
        check(one, cast.banner_officer)


@pytest.mark.parametrize(("given", "sentence"), [
    ({"days": 1}, "今天之后"), ({"days": -1}, "早于采集走访"), ({"answers": {}}, f"还有 {len(ASKED)} 项"),
])  # fmt: skip
def test_every_field_is_judged_and_the_day_lies_after_the_visit(cast, made, given, sentence):
    with pytest.raises(NotAllowed, match=sentence):
        check(made.households.first(), cast.township_officer, **given)


def test_somebody_of_another_township_checks_nothing_here(cast, made):
    with pytest.raises(NotFound):
        check(made.households.first(), cast.other_township_officer)


def test_a_village_above_the_limit_is_collected_again_and_the_round_waits_for_it(cast, row, made):
    operations.step(pk=row.pk, act="check", by=cast.banner_officer, on=clock.today())
    with pytest.raises(NotAllowed, match="还有 2 户抽查样本未核查"):
        operations.step(pk=row.pk, act="close", by=cast.second_banner_officer, on=clock.today())
    for one in made.households.all():
        check(one, cast.township_officer, wrong=1)
    (village,) = queries.checked_by(cast.banner_officer, made, "village")
    assert (village.rate.wrong, village.rate.compared, village.is_again) == (2, 2 * len(ASKED), True)
    with pytest.raises(NotAllowed, match="1 个嘎查村"):
        operations.step(pk=row.pk, act="close", by=cast.second_banner_officer, on=clock.today())
    done = operations.recollect(spot_check=made.pk, village=cast.village.pk, by=cast.banner_officer, on=clock.today())
    assert done == 3
    assert set(row.households.values_list("state", "again")) == {("todo", 1)}
    with pytest.raises(NotAllowed, match="还有 3 户未采集"):
        operations.step(pk=row.pk, act="close", by=cast.second_banner_officer, on=clock.today())
    for line in row.households.all():
        visit(line, cast.village_team)
    assert operations.step(pk=row.pk, act="close", by=cast.second_banner_officer, on=clock.today()).stage == "closed"


def test_a_village_within_the_limit_is_left_in_peace(cast, made):
    for one in made.households.all():
        check(one, cast.township_officer)
    with pytest.raises(Refused, match="没有超过上限"):
        operations.recollect(spot_check=made.pk, village=cast.village.pk, by=cast.banner_officer, on=clock.today())


def test_a_button_pressed_twice_draws_one_sample(cast, client_of, row):
    address = reverse("campaigns:spot_checks", args=[row.pk])
    client, data = client_of(cast.banner_officer), {"division": cast.banner.pk, "newest": 0}
    assert client.post(address, data).status_code == 302
    again = client.post(address, data, follow=True)
    assert "刚抽取过样本" in again.content.decode()
    assert row.spot_checks.count() == 1


def test_a_large_sample_is_turned_page_by_page(cast, client_of, made, monkeypatch):
    monkeypatch.setattr(queries, "SAMPLE_PAGE", 1)
    numbers = sorted(made.households.values_list("line__number", flat=True))
    found, after = [], ""
    for _number in numbers:
        rows, after = queries.drawn_page(queries.drawn_of(cast.banner_officer, made), after)
        found += [one.line.number for one in rows]
    assert (found, after) == (numbers, "")
    page = client_of(cast.banner_officer).get(reverse("campaigns:spot_check", args=[made.pk])).content.decode()
    assert "下一页" in page


def test_a_drawn_household_is_checked_on_its_page(cast, client_of, made):
    client, one = client_of(cast.township_officer), made.households.first()
    address = reverse("campaigns:drawn", args=[one.pk])
    HouseholdFact.objects.filter(household=one.line.household_id).update(house_area_m2=65)
    page = client.get(address).content.decode()
    assert "住房面积" in page
    assert "65 平方米" in page, "a number without its unit cannot be compared with what is seen"
    data = {f"field-{name}": "right" for name in ASKED} | {"checked_on": str(clock.today())}
    assert client.post(address, data | {f"field-{ASKED[0]}": ""}).status_code == 422
    assert client.post(address, data).status_code == 302
    page = client.get(reverse("campaigns:spot_check", args=[made.pk])).content.decode()
    assert "结果一致" in page
    assert f"{len(ASKED)} 项中差错 0 项" in page

"""The indicators as measures of the map."""

from datetime import date

import pytest
from django.urls import reverse

from fupin.divisions import measures

pytestmark = pytest.mark.django_db


def test_who_may_not_see_statistics_is_offered_no_indicator(cast):
    names = {one.id for one in measures.measures(cast.helper)}
    assert "registered_households" not in names
    assert "administrative_villages" in names
    assert "registered_households" in {one.id for one in measures.measures(cast.banner_officer)}


def test_values_of_another_banner_are_not_told(cast):
    on = date(2018, 12, 31)
    assert measures.map_values(cast.other_banner_officer, cast.banner.pk, ["registered_households"], on) == {
        "registered_households": measures.Values({})
    }


def test_the_map_begins_with_a_rate(cast):
    first = measures.measures(cast.leader)[0]
    assert first.is_rate


def test_the_map_shows_indicators_of_the_extract(cast, client_of):
    answer = client_of(cast.banner_officer).get(
        reverse("divisions:map_of", args=["150522"]), {"measure": "registered_households"}
    )
    assert answer.context["found"].measure.id == "registered_households"
    assert {row.value for row in answer.context["found"].children} == {0}

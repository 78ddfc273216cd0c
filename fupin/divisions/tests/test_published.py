from datetime import date

import pytest

from fupin.divisions import published, queries
from fupin.divisions.models import Designation, ReferenceFigure
from fupin.policy.catalogue import code_list

pytestmark = pytest.mark.django_db


def test_the_published_designations_are_as_many_as_the_text_says():
    published.load()
    on = date(2017, 6, 30)
    counts = {
        kind: Designation.objects.on(on).filter(kind=kind).count()
        for kind in ("national_poverty_banner", "contiguous_destitute_area")
    }
    assert counts == {"national_poverty_banner": 31, "contiguous_destitute_area": 8}
    told = dict(ReferenceFigure.objects.filter(period="2017").values_list("indicator", "value"))
    assert told["national_poverty_banners"] + told["regional_poverty_banners"] == told["poverty_banners"] == 57


def test_loading_what_is_published_twice_adds_nothing():
    assert published.load() == {"reference_figures": 27, "designations": 39}
    assert published.load() == {"reference_figures": 0, "designations": 0}


def test_every_published_word_is_in_the_code_lists():
    document = published.read()
    assert {row[1] for row in document["figures"]} <= code_list("reference_indicator").codes
    assert {row[4] for row in document["figures"]} <= code_list("unit").codes
    assert {one["kind"] for one in document["designations"]} <= code_list("designation_kind").codes


def test_implied_rural_population_gives_the_published_rate():
    published.load()
    banner = queries.tree().by_code("150522").id
    population = dict(
        ReferenceFigure.objects.filter(division=banner, indicator="rural_registered_population").values_list(
            "period", "value"
        )
    )
    assert round(3976 / float(population["2018"]) * 100, 2) == 1.23
    assert round(34261 / float(population["2014"]) * 100) == 11

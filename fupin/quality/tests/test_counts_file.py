"""The counts of tickets as a file."""

import io

import openpyxl
import pytest
from django.urls import reverse

from fupin.core import clock
from fupin.quality.tests.findings import RULE, found, sweep
from fupin.registry.tests.households import family

pytestmark = pytest.mark.django_db


@pytest.fixture
def tickets(cast, tmp_path):
    sweep(tmp_path, [found(family(cast.village, by=cast.banner_officer)) for _each in range(2)], on=clock.today())


def file_of(client, **query):
    return client.get(reverse("quality:counts_file"), query)


@pytest.mark.parametrize(("by", "key"), [("division", ""), ("rule", RULE), ("officer", ""), ("week", "")])
def test_the_counts_are_taken_as_a_workbook_with_the_sum(cast, client_of, tickets, by, key):
    answer = file_of(client_of(cast.banner_officer), by=by)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    head, line, total = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0].iter_rows(values_only=True)
    assert head[2:7] == ("下发数", "整改数", "整改率", "已办结", "超期数")
    assert line[2:5] == (2, 0, 0)
    assert key in (line[1] or "")
    assert (total[0], total[2], total[7]) == ("合计", 2, clock.today().isoformat())


def test_the_same_as_csv_within_the_own_area_and_the_filters(cast, client_of, tickets):
    text = file_of(client_of(cast.township_officer), format="csv", by="rule").content.decode("utf-8-sig")
    assert len(text.splitlines()) == 3
    assert ",2,0,0.0%,0,0," in text
    text = file_of(client_of(cast.other_banner_officer), format="csv").content.decode("utf-8-sig")
    assert len(text.splitlines()) == 2
    assert file_of(client_of(cast.township_officer), format="pdf").status_code == 422


def test_the_page_of_counts_offers_its_file_with_its_filters(cast, client_of, tickets):
    page = (
        client_of(cast.banner_officer).get(reverse("quality:counts"), {"by": "rule", "state": "open"}).content.decode()
    )
    assert f"{reverse('quality:counts_file')}?state=open&amp;by=rule&amp;format=xlsx" in page

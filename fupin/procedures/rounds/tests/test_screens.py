"""Rounds on screen: opened, taken on, their cases and their table read as far as one reaches."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from fupin.core import clock
from fupin.core.models import AuditEntry
from fupin.procedures.rounds.tables import Round
from fupin.procedures.rounds.tests.made import collecting, opening, taken
from fupin.procedures.tests.cases import led, poor
from fupin.registry.models import RegisterStatus

pytestmark = pytest.mark.django_db


def read(client, name, row, query=""):
    answer = client.get(reverse(f"rounds:{name}", args=[row.pk]) + query)
    assert answer.status_code == 200, answer.content.decode()[:500]
    return answer.content.decode()


@pytest.fixture
def row(cast):
    return collecting(cast.banner, by=cast.banner_officer)


@pytest.fixture
def joined(cast, row):
    household = poor(cast.village, by=cast.village_officer)
    RegisterStatus.objects.create(household=household, valid_from=clock.today(), monitor_kind="100A03002")
    return household


def test_a_round_is_opened_and_taken_on_by_form(cast, client_of):
    client, said = client_of(cast.banner_officer), opening(cast.banner)
    names = ("division", "year", "name", "begins_on", "collect_until", "compare_until")
    answer = client.post(reverse("rounds:new"), {name: getattr(said, name) for name in names})
    row = Round.objects.get()
    assert answer.status_code == 302
    assert said.name in client.get(reverse("rounds:home")).content.decode()
    client.post(reverse("rounds:step", args=[row.pk, "collect"]), {"version": 1})
    assert Round.objects.get().stage == "collecting"


def test_a_refused_opening_keeps_what_was_typed(cast, client_of):
    said = opening(cast.banner)
    client = client_of(cast.banner_officer)
    answer = client.post(reverse("rounds:new"), {"division": said.division, "year": said.year, "name": "秋季",
                                                 "begins_on": "2030-01-01", "collect_until": said.collect_until,
                                                 "compare_until": said.compare_until})  # fmt: skip
    assert answer.status_code == 422
    assert "秋季" in answer.content.decode()
    assert not Round.objects.exists()


def test_the_page_says_what_stands_against_closing_and_opens_those_cases(cast, client_of, row):
    led(cast, poor(cast.village, by=cast.village_officer), on=clock.today())
    taken(row, "compare", cast.banner_officer)
    text = read(client_of(cast.second_banner_officer), "round", row)
    assert "还有 1 份案卷没有办结" in text
    assert "show=open" in text
    assert "宝音" in read(client_of(cast.second_banner_officer), "cases", row, "?show=open")


def test_cases_of_another_village_are_not_seen_there(cast, client_of, row):
    led(cast, poor(cast.village, by=cast.village_officer), on=clock.today())
    assert "宝音" in read(client_of(cast.village_officer), "cases", row)
    assert "宝音" not in read(client_of(cast.other_village_officer), "cases", row)
    answer = client_of(cast.other_village_officer).get(
        reverse("rounds:cases", args=[row.pk]) + "?division=150522100200"
    )
    assert answer.status_code == 404


def test_every_figure_of_the_table_opens_its_households(cast, client_of, row, joined):
    client = client_of(cast.banner_officer)
    text = read(client, "table", row)
    assert "新识别纳入" in text
    assert "对不上" not in text
    assert "line=joined&amp;division=150522" in text
    assert joined.number in read(client, "households", row, "?line=joined&division=150522")
    assert joined.number not in read(client, "households", row, "?line=exited&division=150522")


def test_the_table_says_how_many_households_do_not_fit_and_opens_them(cast, client_of, row, joined):
    RegisterStatus.objects.filter(household=joined).update(valid_from=clock.today() - timedelta(days=2))
    RegisterStatus.objects.filter(household=joined).update(valid_to=clock.today() - timedelta(days=1))
    client = client_of(cast.banner_officer)
    assert "有 1 户对不上" in read(client, "table", row)
    assert joined.number in read(client, "households", row, "?line=unexplained&division=150522")


def test_an_english_reader_reads_english(cast, client_of, row, joined):
    client = client_of(cast.banner_officer)
    client.cookies["django_language"] = "en"
    assert "Newly identified" in read(client, "table", row)


def test_the_workbook_has_the_table_down_to_the_village(cast, client_of, row, joined):
    answer = client_of(cast.banner_officer).get(reverse("rounds:export", args=[row.pk]))
    sheet = load_workbook(BytesIO(b"".join(answer.streaming_content))).active
    lines = {line[0]: line for line in sheet.iter_rows(values_only=True)}
    at = lines["区划代码"].index("新识别纳入（户）")
    assert [lines[code][at : at + 2] for code in ("150522", "150522100", "150522100200")] == [("1", "3")] * 3
    assert AuditEntry.objects.filter(act="adjustment.export").exists()

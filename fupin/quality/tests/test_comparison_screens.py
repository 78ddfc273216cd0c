"""Comparison on screen: hand in, look, confirm, watch, decide."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.html import escape

from fupin.core import id_numbers, jobs
from fupin.policy.sources import source
from fupin.quality import catalogue
from fupin.quality import jobs as sweeps
from fupin.quality.comparison.models import Candidate, Exchange
from fupin.quality.models import Sweep, Ticket
from fupin.quality.tests.departments import DAY, compared, csv_file
from fupin.quality.tests.departments import hand_in as department_file
from fupin.quality.tests.test_comparison import cast_name, doubtful, number_of
from fupin.registry.tests.households import family

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> None:
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def household(cast):
    return family(cast.village, by=cast.banner_officer)


def hand_in(client, cast, user, rows):
    client.force_login(user)
    file = SimpleUploadedFile("死亡.csv", csv_file([["姓名", "身份证号", "户籍状态"], *rows]))
    data = {"source": "deaths", "division": cast.banner.pk, "holds_on": str(DAY), "file": file}
    return client.post(reverse("comparison:home"), data)


def test_a_file_is_read_shown_confirmed_and_compared(client, cast, household):
    answer = hand_in(client, cast, cast.department, [["宝音", number_of("宝音"), "死亡"]])
    made = Exchange.objects.get()
    page = reverse("comparison:exchange", args=[made.pk])
    assert (answer.status_code, answer.url) == (302, page)
    jobs.run_pending()
    shown = client.get(page).content.decode()
    assert "比对 1 行" in shown
    assert "身份证号" in shown
    assert not Ticket.objects.exists()
    client.post(reverse("comparison:compare", args=[made.pk]))
    jobs.run_pending()
    made.refresh_from_db()
    assert (made.state, made.findings) == ("done", 1)
    assert "新增问题" in client.get(page).content.decode()
    assert Ticket.objects.get().rule == "CMP-006"


def test_what_is_said_of_a_file_is_in_the_language_of_who_handed_it_in(client, cast, household):
    client.cookies["django_language"] = "en"
    hand_in(client, cast, cast.department, [])
    jobs.run_pending()
    assert Exchange.objects.get().refusal == '"死亡.csv" has a header and no rows'
    hand_in(client, cast, cast.department, [["宝音", number_of("宝音"), "死亡"]])
    jobs.run_pending()
    read = Exchange.objects.get(state="ready")
    assert ["身份证号", "Id number"] in read.preview["layout"]


@pytest.mark.parametrize(("name", "header", "said", "is_named"), [
    ("house_grades", "住房等级", "D级", True), ("education_aid", "资助项目", "雨露计划", False),
])  # fmt: skip
def test_a_list_of_households_names_its_heads(cast, household, name, header, said, is_named):
    rows = [
        ["户主", "身份证号", "村", header],
        ["宝音", "", "", said],
        ["宝音", number_of("宝音"), "", said],
    ]
    made = department_file(name, csv_file(rows), by=cast.banner_officer, division=cast.banner)
    assert (made.state, made.rows) == ("ready", 2)
    assert ("1 行既没有证件号码也没有姓名，不参加比对" in made.remarks) is not is_named


def test_a_ticket_of_a_file_names_the_department_and_says_what_to_do(client, cast, household):
    hand_in(client, cast, cast.department, [["宝音", number_of("宝音"), "死亡"]])
    jobs.run_pending()
    client.post(reverse("comparison:compare", args=[Exchange.objects.get().pk]))
    jobs.run_pending()
    client.force_login(cast.township_officer)
    page = reverse("quality:ticket", args=[Ticket.objects.get().pk])
    shown = client.get(page).content.decode()
    assert source("deaths").department in shown
    assert source("deaths").means in shown
    client.cookies["django_language"] = "en"
    shown = client.get(page).content.decode()
    assert escape(source("deaths").means_en) in shown
    assert source("deaths").means not in shown


def test_what_stands_on_the_household_sheet_is_corrected_there(client, cast, household):
    rows = [["户主", "身份证号", "住房等级"], ["宝音", number_of("宝音"), "D级"]]
    compared("house_grades", csv_file(rows), by=cast.banner_officer, division=cast.banner)
    client.force_login(cast.township_officer)
    one = Ticket.objects.get(rule="CMP-016")
    assert one.person_id is not None
    shown = client.get(reverse("quality:ticket", args=[one.pk])).content.decode()
    assert f'href="{reverse("registry:change", args=[household.number])}"' in shown
    assert f'href="{reverse("registry:person_change", args=[one.person.number])}"' not in shown


def test_a_department_hands_in_and_sees_its_own_file_and_no_pair(client, cast, household):
    hand_in(client, cast, cast.department, [["宝音", number_of("宝音"), "死亡"]])
    assert client.get(reverse("comparison:exchange", args=[Exchange.objects.get().pk])).status_code == 200
    assert client.get(reverse("comparison:pairs")).status_code == 403
    other = doubtful(cast)
    assert client.get(reverse("comparison:exchange", args=[other.pk])).status_code == 404
    assert cast_name(cast.village) not in client.get(reverse("comparison:home")).content.decode()


def test_a_pair_is_decided_with_a_reason_and_its_hit_counts(client, cast, household):
    doubtful(cast)
    client.force_login(cast.township_officer)
    page = client.get(reverse("comparison:pairs")).content.decode()
    assert "读音相同" in page
    assert id_numbers.mask(number_of("宝音")) in page, "our number stands beside theirs"
    assert "宝因" in page
    pair = Candidate.objects.get()
    client.post(reverse("comparison:decide", args=[pair.pk]), {"verdict": "same", "reason": ""})
    assert Candidate.objects.get().verdict == "open"
    client.post(reverse("comparison:decide", args=[pair.pk]), {"verdict": "same", "reason": "入户核实为同一人"})
    jobs.run_pending()
    assert Ticket.objects.get().rule == "CMP-006"
    assert "没有待判定" in client.get(reverse("comparison:pairs")).content.decode()


def test_a_file_is_no_check_of_all_rules(cast, household):
    sweeps.ask(division=cast.banner.pk, by=cast.banner_officer)
    jobs.run_pending()
    check = Sweep.objects.get()
    compared("deaths", csv_file([["姓名", "身份证号", "户籍状态"], ["宝音", number_of("宝音"), "死亡"]]),
             by=cast.banner_officer, division=cast.banner)  # fmt: skip
    assert Sweep.objects.count() == 2
    assert catalogue.last_sweep(catalogue.area_of(cast.banner_officer)) == check


def test_a_pair_of_another_area_is_as_if_it_were_not_there(client, cast, household):
    doubtful(cast)
    client.force_login(cast.other_township_officer)
    assert "宝因" not in client.get(reverse("comparison:pairs")).content.decode()
    answer = client.post(
        reverse("comparison:decide", args=[Candidate.objects.get().pk]), {"verdict": "same", "reason": "入户核实"}
    )
    assert answer.status_code == 404

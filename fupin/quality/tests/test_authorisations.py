"""What households authorised: entered, imported, corrected, withdrawn, and on which days it holds."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from fupin.core import ledgers
from fupin.core.imports import runs
from fupin.core.ledgers import acts
from fupin.core.ledgers.declaration import Revision
from fupin.core.models import Attachment, AuditEntry
from fupin.core.refusals import NotAllowed, NotFound, Refused
from fupin.policy import catalogue, sources
from fupin.quality.comparison.authorising import held
from fupin.quality.comparison.models import Authorisation
from fupin.quality.tests.departments import xlsx_file
from fupin.registry.tests.households import family

pytestmark = pytest.mark.django_db
FROM, LAST = date(2019, 1, 1), date(2019, 6, 30)


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> None:
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def household(cast):
    return family(cast.village, by=cast.banner_officer)


def ledger() -> ledgers.Ledger:
    return ledgers.find("authorisations")


def enter(household: Any, by: Any, **more: Any) -> Authorisation:
    values = {"household_number": household.number, "sources": "all", "valid_from": FROM, "signed_by": "宝音", **more}
    (row,) = acts.create(ledger(), [values], by=by)
    return row


def why(household: Any, source: str, on: date) -> str:
    found = held([household.pk], source, on=on)
    return "" if found.households else next(iter(found.lacking))


def test_an_authorisation_holds_on_its_first_and_on_its_last_day_and_not_beside_them(cast, household):
    enter(household, cast.village_officer, last_day=LAST)
    assert why(household, "deposits", FROM) == ""
    assert why(household, "deposits", LAST) == ""
    assert why(household, "deposits", FROM - timedelta(days=1)) == "later"
    assert why(household, "deposits", LAST + timedelta(days=1)) == "expired"


def test_a_withdrawn_one_holds_no_longer_on_the_day_of_its_withdrawal(cast, household):
    enter(household, cast.village_officer, withdrawn_on=date(2019, 3, 1))
    assert why(household, "deposits", date(2019, 2, 28)) == ""
    assert why(household, "deposits", date(2019, 3, 1)) == "withdrawn"


def test_it_holds_for_the_sources_that_it_names(cast, household):
    enter(household, cast.village_officer, sources="deposits,vehicles")
    assert why(household, "vehicles", FROM) == ""
    assert why(household, "property", FROM) == "other"


def test_a_second_one_begins_where_the_first_was_withdrawn(cast, household):
    enter(household, cast.village_officer, withdrawn_on=date(2019, 3, 1))
    enter(household, cast.village_officer, valid_from=date(2019, 4, 1))
    assert why(household, "deposits", date(2019, 3, 15)) == "withdrawn"
    assert why(household, "deposits", date(2019, 4, 1)) == ""


def test_the_households_without_one_are_counted_by_the_nearest_reason(cast, household):
    others = [family(cast.village, by=cast.banner_officer) for _each in range(2)]
    enter(others[0], cast.village_officer, last_day=LAST)
    found = held([household.pk, *(one.pk for one in others)], "deposits", on=date(2020, 1, 1))
    assert found.households == set()
    assert found.lacking == {"none": 2, "expired": 1}


def test_the_choices_are_the_sources_that_there_are():
    assert catalogue.code_list("comparison_source").codes == {"all", *sources.sources()}
    for name, one in sources.sources().items():
        assert catalogue.code_list("comparison_source").label(name) == one.label


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"last_day": FROM - timedelta(days=1)}, "截止日期不应早于"),
        ({"withdrawn_on": FROM - timedelta(days=1)}, "收回日期不应早于"),
        ({"sources": "all,deposits"}, "已选“全部”"),
        ({"signed_by": ""}, "签字人不能为空"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(cast, household, given, said):
    with pytest.raises(Refused, match=said):
        enter(household, cast.village_officer, **given)
    assert not Authorisation.objects.exists()


def test_the_same_day_twice_is_refused(cast, household):
    enter(household, cast.village_officer)
    with pytest.raises(Refused, match="同一天起已登记"):
        enter(household, cast.village_officer)


def test_nobody_enters_one_for_a_household_elsewhere(cast, household):
    with pytest.raises(NotAllowed):
        enter(household, cast.other_village_officer)
    assert not Authorisation.objects.exists()
    with pytest.raises(NotFound, match="没有编号"):
        acts.create(ledger(), [{"household_number": "1", "sources": "all", "valid_from": FROM, "signed_by": "某"}],
                    by=cast.village_officer)  # fmt: skip


def test_it_is_withdrawn_but_never_moved_and_never_taken_away(cast, household):
    row = enter(household, cast.village_officer)
    acts.update(ledger(), [Revision(row.pk, {"withdrawn_on": date(2019, 3, 1)})], by=cast.village_officer)
    row.refresh_from_db()
    assert row.withdrawn_on == date(2019, 3, 1)
    assert AuditEntry.objects.get(act="authorisations.update").detail == {"withdrawn_on": [None, "2019-03-01"]}
    with pytest.raises(NotAllowed, match="不能修改"):
        acts.update(ledger(), [Revision(row.pk, {"valid_from": LAST})], by=cast.village_officer)
    with pytest.raises(NotAllowed):
        acts.remove(ledger(), [row.pk], by=cast.village_officer)


def test_who_does_not_reach_the_household_does_not_find_its_authorisation(cast, household):
    row = enter(household, cast.village_officer)
    assert list(ledger().rows(cast.helper)) == [row]
    assert not ledger().rows(cast.other_village_officer).exists()
    assert not ledger().rows(cast.other_banner_officer).exists()


def imported(folder: Path, user: Any, *rows: list[Any]) -> Any:
    path = folder / "授权.xlsx"
    path.write_bytes(xlsx_file([["户编号", "授权范围", "授权日期", "有效期至", "授权人", "收回日期"], *rows]))
    run = runs.open_run(ledger="authorisations", files=[runs.Given(path, path.name)], by=user, on=FROM, division=None)
    run = runs.stage(run=run, by=user)
    return runs.merge(run=runs.accept(run=run, by=user), by=user)


def test_a_sheet_of_them_comes_in_and_the_same_sheet_changes_nothing(cast, household, tmp_path):
    other = family(cast.other_village, by=cast.banner_officer)
    rows = [
        [household.number, "存款，机动车", "2019-01-01", "2019-12-31", "宝音", None],
        [other.number, "全部", "2019-01-01", None, "海山", None],
        ["150522100200999999", "全部", "2019-01-01", None, "某", None],
        [household.number, "全部", "2019年1月1日", None, "宝音", None],
    ]
    run = imported(tmp_path, cast.village_officer, *rows)
    assert (run.created, run.rejected) == (1, 3)
    row = Authorisation.objects.get()
    assert (row.household_id, row.sources, row.last_day) == (household.pk, "deposits,vehicles", date(2019, 12, 31))
    assert imported(tmp_path, cast.village_officer, rows[0]).unchanged == 1
    taken_back = [*rows[0][:5], "2019-03-01"]
    assert imported(tmp_path, cast.village_officer, taken_back).updated == 1
    row.refresh_from_db()
    assert row.withdrawn_on == date(2019, 3, 1)


def test_the_scanned_paper_hangs_on_it_for_those_who_see_it(client, cast, household):
    row = enter(household, cast.village_officer)
    client.force_login(cast.village_officer)
    page = reverse("ledgers:page", args=["authorisations", row.pk])
    assert "授权书原件" in client.get(page).content.decode()
    file = SimpleUploadedFile("授权.pdf", b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF")
    client.post(reverse("ledgers:attach", args=["authorisations", row.pk]), {"file": file})
    paper = Attachment.objects.get()
    assert paper.subject == f"authorisations:{row.pk}"
    shown = client.get(page).content.decode()
    assert "授权.pdf" in shown
    assert "添加材料" in shown, "the history says what was done in words"
    address = reverse("ledgers:paper", args=["authorisations", row.pk, paper.pk])
    taken = client.get(address)
    assert taken.content.startswith(b"%PDF")
    assert unquote(taken.headers["Content-Disposition"]).endswith("授权.pdf")
    client.force_login(cast.other_village_officer)
    assert client.get(address).status_code == 404
    client.force_login(cast.leader)
    away = reverse("ledgers:detach", args=["authorisations", row.pk, paper.pk])
    assert client.post(away, {"reason": "不是这一户的"}).status_code == 403
    client.force_login(cast.village_officer)
    client.post(away, {"reason": ""})
    assert Attachment.objects.exists()
    client.post(away, {"reason": "传错了文件"})
    assert not Attachment.objects.exists()


def test_a_record_type_without_papers_takes_none(client, cast, household):
    client.force_login(cast.township_officer)
    assert client.post(reverse("ledgers:attach", args=["designations", 1])).status_code == 404

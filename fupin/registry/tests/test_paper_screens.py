"""Papers on screen, from the page of a household to the scan that is filed."""

from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook
from PIL import Image

from fupin.core import clock, jobs
from fupin.core.models import Attachment
from fupin.papers.models import Paper, PaperPage, ScanStack
from fupin.papers.operations import scanning
from fupin.registry.tests.households import family
from fupin.registry.tests.papers import pictures, printed, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(cast):
    return family(cast.village, by=cast.village_officer)


def test_printed_from_the_page_of_a_household_handed_back_and_filed(cast, client_of, home):
    office = client_of(cast.village_officer)
    card = office.get(f"/papers/household/{home.number}/").content.decode()
    assert "申请书" in card
    answer = office.post(f"/papers/of/household/{home.number}/print/", {"document": "application", "form": "pdf"})
    assert answer["Content-Type"] == "application/pdf"
    scan = upload(*pictures(answer.content))
    sent = office.post("/papers/", {"files": [scan]})
    stack = ScanStack.objects.get()
    assert sent["Location"] == f"/papers/stacks/{stack.pk}/"
    assert jobs.run_pending() == 1
    assert "已归档" in office.get(sent["Location"]).content.decode()
    assert Attachment.objects.filter(subject=f"household:{home.pk}", kind="application").count() == 1
    page = PaperPage.objects.get()
    assert office.get(f"/papers/page/{page.pk}/scan/")["Content-Type"] == "image/jpeg"
    marks = {f"mark-{mark.pk}": 1 for mark in page.marks.all()}
    office.post(f"/papers/page/{page.pk}/", marks)
    assert Paper.objects.get().is_complete
    scan.seek(0)
    again = office.post("/papers/", {"files": [scan]}, follow=True)
    assert "没有重复归档" in again.content.decode()


def test_a_neighbouring_village_finds_neither_the_paper_nor_the_page_nor_the_stack(cast, client_of, home):
    made = printed(cast, home)
    stack, _new = scanning.take_in(files=[upload(*pictures(made.data))], by=cast.village_officer, on=clock.today())
    scanning.read(stack, by=cast.village_officer, on=clock.today())
    page = PaperPage.objects.get()
    for who, status in ((cast.other_village_officer, 404), (cast.township_officer, 200)):
        office = client_of(who)
        assert office.get(f"/papers/paper/{made.papers[0].code}/").status_code == status
        assert office.get(f"/papers/page/{page.pk}/scan/").status_code == status
        assert office.get(f"/papers/page/{page.pk}/").status_code == status
        assert office.get(f"/papers/stacks/{stack.pk}/").status_code == status


def test_what_lacks_is_taken_along_as_a_workbook(cast, client_of, home):
    printed(cast, home)
    office = client_of(cast.township_officer)
    assert "第 1 页未交回" in office.get("/papers/lacking/").content.decode()
    answer = office.get("/papers/lacking/file/")
    rows = list(load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.values)
    assert rows[1][1:4] == (home.number, "宝音", "申请书")
    assert rows[1][-1] == "第 1 页未交回"


def test_a_page_without_a_code_is_filed_from_the_tray(cast, client_of, home):
    made = printed(cast, home)
    stack, _new = scanning.take_in(
        files=[upload(Image.new("RGB", (1240, 1754), "white"))], by=cast.village_officer, on=clock.today()
    )
    scanning.read(stack, by=cast.village_officer, on=clock.today())
    row, office = stack.pages.get(), client_of(cast.village_officer)
    shown = office.get(f"/papers/tray/{row.pk}/", {"number": home.number}).content.decode()
    page = made.papers[0].pages.get()
    assert f'value="{page.pk}"' in shown
    assert office.post(f"/papers/tray/{row.pk}/", {"code": "ABCDE-FGHJK-01-222222", "act": "file"}).status_code == 422
    assert office.post(f"/papers/tray/{row.pk}/", {"page": page.pk, "act": "file"}).status_code == 302
    page.refresh_from_db()
    assert page.scan is not None


def test_a_village_is_printed_as_a_job_whose_file_waits(cast, client_of, home):
    office = client_of(cast.village_officer)
    assert (
        office.post("/papers/print/", {"document": "commitment", "division": "150522100200", "form": "pdf"}).status_code
        == 302
    )
    assert jobs.run_pending() == 1
    assert Paper.objects.get().document == "commitment"


def test_a_refused_template_comes_back_with_its_reasons(cast, client_of):
    office = client_of(cast.banner_officer)
    assert office.get("/papers/templates/").status_code == 200
    assert office.get("/papers/templates/application/2021/").status_code == 200
    taken = office.get("/papers/templates/application/2021/shipped/")
    assert taken.content[:2] == b"PK"
    file = io.BytesIO(b"no word file")
    file.name = "x.docx"
    given = {
        "division": cast.banner.pk,
        "kind": "file",
        "file": file,
        "valid_from": str(clock.today()),
        "basis": "文件",
    }
    answer = office.post("/papers/templates/application/2021/", given)
    assert answer.status_code == 422
    file = io.BytesIO(taken.content)
    file.name = "x.docx"
    answer = office.post("/papers/templates/application/2021/", {**given, "file": file}, follow=True)
    assert "待另一人复核" in answer.content.decode()
    second = client_of(cast.second_banner_officer)
    page = second.get(answer.redirect_chain[-1][0])
    digest = page.context["row"].digest
    assert (
        "已生效"
        in second.post(answer.redirect_chain[-1][0], {"act": "confirm", "digest": digest}, follow=True).content.decode()
    )

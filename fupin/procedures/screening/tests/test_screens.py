"""Screening on screen and in Excel."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from fupin.core import clock
from fupin.core.models import AuditEntry, Case
from fupin.procedures.screening.tables import ScreeningHousehold, ScreeningRound
from fupin.procedures.screening.tests.made import drafted, hit, homes, line_of, opened

VILLAGE = "150522100200"


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, settings):
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def village(cast, client_of):
    return client_of(cast.village_officer)


def at(name, *args):
    return reverse(f"screening:{name}", args=args)


def page(client, name, *args, **query):
    return client.get(at(name, *args), query).content.decode()


def press(client, row, to_visit=()):
    """What the page sends by one press: its households, and those that were ticked."""
    lines = client.get(at("confirm", row.pk)).context["lines"]
    data = {"line": [line.row.pk for line, *_rest in lines], "day": str(clock.today()), "reason": "家庭情况有变化",
            "to_visit": [line.row.pk for line, *_rest in lines if line.row.household_id in to_visit]}  # fmt: skip
    return client.post(
        at("confirm", row.pk), data | {f"version-{line.row.pk}": line.row.version for line, *_rest in lines}
    )


def test_the_banner_drafts_and_opens_a_screening_on_screen(cast, client_of):
    homes(cast.village, 1, by=cast.village_officer)
    client, today = client_of(cast.banner_officer), str(clock.today())
    data = {"name": "排查", "division": cast.banner.pk, "period_from": today, "period_to": today, "form": "2021"}
    bare = client.post(at("new"), data | {"name": ""})
    assert bare.status_code == 422
    client.post(at("new"), data)
    row = ScreeningRound.objects.get()
    client.post(at("step", row.pk, "open"))
    assert "正在生成排查名单" in page(client, "round", row.pk)
    row.refresh_from_db()
    assert row.stage == "open"
    assert "illness" in row.groups


def test_a_village_of_sixty_five_takes_three_presses_and_a_tick_for_each_that_is_to_be_visited(cast, village):
    households = homes(cast.village, 65, by=cast.village_officer)
    row = opened(cast)
    ticked = {households[5].pk, households[40].pk}
    presses = 0
    while ScreeningHousehold.objects.filter(state="to_confirm").exists():
        assert press(village, row, ticked).status_code == 302
        presses += 1
    assert presses == 3
    assert ScreeningHousehold.objects.filter(state="to_visit").count() == 2


def test_a_refused_press_keeps_what_was_ticked_and_typed(cast, village):
    household = homes(cast.village, 2, by=cast.village_officer)[0]
    row = opened(cast)
    line = line_of(household)
    data = {
        "line": [line.pk],
        "to_visit": [line.pk],
        f"reason-{line.pk}": "  ",
        f"version-{line.pk}": 1,
        "day": str(clock.today()),
    }
    sent = village.post(at("confirm", row.pk), data)
    assert sent.status_code == 422
    assert "请写明须入户的原因" in sent.content.decode()
    assert f'value="{line.pk}" aria-label="宝音 须入户" checked' in sent.content.decode()


def test_a_visit_is_entered_and_taken_back_and_a_suspect_goes_on(cast, village):
    household = homes(cast.village, 1, by=cast.village_officer)[0]
    hit(household, cast.village)
    opened(cast)
    line = line_of(household)
    data = {"happened_on": str(clock.today()), "spoke_to": "乌云", "finding": "未发现风险", "version": line.version}
    assert village.post(at("visit", line.pk), data | {"spoke_to": ""}).status_code == 422
    village.post(at("visit", line.pk), data)
    assert line_of(household).state == "visited"
    village.post(at("undo", line.pk))
    assert line_of(household).state == "to_visit"
    lead = {
        "kind": "100A03002",
        "origin": "02",
        "on": str(clock.today()),
        "applicant": "宝音",
        "statement": "因病支出大",
    }
    sent = village.post(at("suspect", line.pk), lead)
    assert sent["Location"] == reverse("procedures:case", args=[Case.objects.get(procedure="identification").pk])


def test_progress_is_shown_for_each_village_and_on_the_map(cast, client_of, village):
    homes(cast.village, 3, by=cast.village_officer)
    row = opened(cast)
    press(village, row)
    client = client_of(cast.banner_officer)
    assert "100" in page(client, "progress", row.pk, by="village")
    below = client.get(at("progress", row.pk))
    assert below.context["map"] is not None
    assert page(client, "households", row.pk, state="finished").count("已确认，无变化") > 3


def sheet_of(client, row):
    return load_workbook(io.BytesIO(b"".join(client.get(at("sheet", row.pk), {"division": VILLAGE}).streaming_content)))


def back(client, row, book):
    target = io.BytesIO()
    book.save(target)
    return client.post(at("bring", row.pk), {"file": SimpleUploadedFile("排查表.xlsx", target.getvalue())}, follow=True)


def filled(book, *answers):
    """The sheet with its lines answered: result, day, who was spoken to, note."""
    lines = list(book.active.iter_rows(min_row=2))
    for cells, said in zip(lines, answers, strict=False):
        for cell, text in zip(cells[5:9], said, strict=True):
            cell.value = text
    return book


def test_the_sheet_of_a_village_goes_out_and_comes_back(cast, village):
    households = homes(cast.village, 4, by=cast.village_officer)
    row = opened(cast)
    today = str(clock.today())
    book = filled(
        sheet_of(village, row),
        ("无变化", today, "", ""),
        ("需入户", "", "", "收入下降"),
        ("已入户无风险", today, "乌云", "无风险"),
    )
    assert "无变化 1 户，需入户 1 户，已入户 1 户" in back(village, row, book).content.decode()
    assert [line_of(one).state for one in households] == ["unchanged", "to_visit", "visited", "to_confirm"]
    assert AuditEntry.objects.filter(act="screening.sheet").count() == 1


def test_a_sheet_with_one_wrong_line_enters_nothing_and_says_which(cast, village):
    homes(cast.village, 3, by=cast.village_officer)
    row = opened(cast)
    book = filled(sheet_of(village, row), ("无变化", "", "", ""), ("没变", "", "", ""), ("无变化", "昨天", "", ""))
    said = back(village, row, book).content.decode()
    assert "第 3 行" in said
    assert "第 4 行" in said
    assert not ScreeningHousehold.objects.exclude(state="to_confirm").exists()


def test_a_mark_that_was_changed_is_none_of_ours(cast, village):
    households = homes(cast.village, 1, by=cast.village_officer)
    row = opened(cast)
    book = filled(sheet_of(village, row), ("无变化", "", "", ""))
    book.active.cell(row=2, column=10).value = f"S{line_of(households[0]).pk}-2-000000000000"
    assert "校验码不对" in back(village, row, book).content.decode()


def test_the_forms_of_those_to_be_visited_are_printed_with_numbers_covered(cast, village):
    household = homes(cast.village, 2, by=cast.village_officer)[0]
    hit(household, cast.village)
    row = opened(cast)
    answer = village.get(at("forms", row.pk))
    assert len(answer.context["sheets"]) == 1
    assert "证件号码、电话、账号已遮盖" in answer.content.decode()


def test_the_next_village_sees_nothing(cast, client_of):
    household = homes(cast.village, 1, by=cast.village_officer)[0]
    row = opened(cast)
    other = client_of(cast.other_village_officer)
    assert other.get(at("household", line_of(household).pk)).status_code == 404
    assert household.number not in page(other, "households", row.pk)


def test_a_draft_is_seen_by_who_runs_it_and_not_by_the_village(cast, village, client_of):
    row = drafted(cast)
    assert client_of(cast.banner_officer).get(at("round", row.pk)).status_code == 200
    assert village.get(at("round", row.pk)).status_code == 404

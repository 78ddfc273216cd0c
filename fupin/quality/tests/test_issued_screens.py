"""Issued lists on screen: uploaded, columns confirmed, decided, answered in the village, taken away filled."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from fupin.core import clock, jobs
from fupin.quality.issued import views
from fupin.quality.issued.models import IssuedLine, IssuedList
from fupin.quality.models import Ticket
from fupin.quality.tests.issued_lists import opened, workbook
from fupin.quality.tests.test_issued_lists import answered, line
from fupin.registry.tests.households import family

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, settings):
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def household(cast):
    return family(cast.village, by=cast.banner_officer)


def upload(client, cast, rows, **more):
    data = {"file": SimpleUploadedFile("问题清单.xlsx", workbook(rows, titles=["通知"])), "sender": "自治区局",
            "division": cast.banner.pk, "on": clock.today().isoformat(), **more}  # fmt: skip
    answer = client.post(reverse("issued:home"), data)
    jobs.run_pending()
    return answer


def page_of(client, name, one, *more, **query):
    return client.get(reverse(f"issued:{name}", args=[one.pk, *more]), query).content.decode()


def confirmed(client, one):
    one.refresh_from_db()
    columns = {f"s0-c{at}": role for at, role in one.sheets[0]["columns"].items()}
    answer = client.post(reverse("issued:columns", args=[one.pk]), {"s0-read": "1", "do": "map", **columns})
    jobs.run_pending()
    return answer


def test_a_list_is_uploaded_confirmed_answered_and_taken_away(cast, client_of, household):
    client = client_of(cast.banner_officer)
    assert upload(client, cast, [line(household.number), line("9", "查无此人", key=2)]).status_code == 302
    one = IssuedList.objects.get()
    assert "核对各列" in page_of(client, "list", one)
    page = page_of(client, "columns", one)
    assert "存在问题" in page
    assert "家庭成员名下有车辆" in page
    assert confirmed(client, one).status_code == 302
    page = page_of(client, "list", one)
    assert "对应不上" in page
    assert "各地办理情况" in page
    village = client_of(cast.village_officer)
    ticket = Ticket.objects.get()
    page = village.get(reverse("quality:ticket", args=[ticket.pk])).content.decode()
    assert "家庭成员名下有车辆" in page
    assert "自治区局" in page
    assert "问题清单" in village.get(reverse("quality:tickets"), {"issued": one.pk}).content.decode()
    answered(cast)
    client.post(reverse("issued:fill", args=[one.pk]))
    jobs.run_pending()
    page = page_of(client, "list", one)
    assert "（已核实）.xlsx" in page
    assert "填入核实结果 1 行，注明“未对应”和原因 1 行。" in page
    job = jobs.Job.objects.get(kind="issued.give_back")
    data = b"".join(client.get(reverse("desk:job_result", args=[job.pk])).streaming_content)
    assert opened(data)["问题数据"]["H3"].value == "情况属实"


def test_a_header_found_wrongly_is_looked_for_anew(cast, client_of, household):
    client = client_of(cast.banner_officer)
    upload(client, cast, [line(household.number)])
    one = IssuedList.objects.get()
    answer = client.post(reverse("issued:columns", args=[one.pk]), {"s0-top": "1", "s0-bottom": "1", "do": "look"})
    one.refresh_from_db()
    assert (answer.status_code, one.sheets[0]["bottom"]) == (200, 0)
    answer = client.post(reverse("issued:columns", args=[one.pk]), {"s0-top": "x", "do": "look"})
    assert answer.status_code == 422
    answer = client.post(reverse("issued:columns", args=[one.pk]), {"do": "map"})
    assert "至少选一个" in answer.content.decode()


def test_what_was_chosen_stays_when_the_columns_are_refused(cast, client_of, household):
    client = client_of(cast.banner_officer)
    upload(client, cast, [line(household.number)])
    one = IssuedList.objects.get()
    said = {"s0-read": "1", "do": "map", "s0-c1": "household", "s0-c2": "", "word-corrected": "已整改到位"}
    page = client.post(reverse("issued:columns", args=[one.pk]), said).content.decode()
    assert "须指明哪一列是问题" in page
    chosen = [chunk.split("</select>")[0] for chunk in page.split('<select class="form-select w-auto" name="s0-c')[1:]]
    assert [one.split('"')[0] for one in chosen if " selected" in one] == ["1"]
    assert "已整改到位" in page


def test_a_header_looked_for_anew_is_understood_anew(cast, client_of, household):
    client = client_of(cast.banner_officer)
    upload(client, cast, [line(household.number)])
    one = IssuedList.objects.get()
    address = reverse("issued:columns", args=[one.pk])
    client.post(address, {"s0-top": "1", "s0-bottom": "1", "do": "look"})
    given = {"s0-top": "2", "s0-bottom": "2", "s0-c0": "question", "s0-read": "1", "do": "map"}
    page = client.post(address, given).content.decode()
    assert "已按您填的表头行重新识别" in page
    assert '<option value="key" selected>' in page.split('name="s0-c0"')[1].split("</select>")[0]


def test_the_same_file_leads_to_the_list_that_is_there(cast, client_of, household):
    client = client_of(cast.banner_officer)
    first = upload(client, cast, [line(household.number)])
    file = IssuedList.objects.get().attachment
    from fupin.core import attachments

    again = client.post(reverse("issued:home"), {
        "file": SimpleUploadedFile("又一次.xlsx", attachments.read(file)), "sender": "自治区局", "division": cast.banner.pk,
        "on": clock.today().isoformat(),
    })  # fmt: skip
    assert (again.url, IssuedList.objects.count()) == (first.url, 1)


def test_a_line_is_matched_by_hand_or_returned(cast, client_of, household):
    client = client_of(cast.banner_officer)
    upload(client, cast, [line(household.number, "王小明"), line("9", "查无此人", key=2)])
    one = IssuedList.objects.get()
    confirmed(client, one)
    doubtful, nobody = IssuedLine.objects.order_by("pk")
    page = page_of(client, "lines", one, fate="several")
    assert household.number in page
    wrong = client.post(reverse("issued:match", args=[one.pk, doubtful.pk]), {"household": "123"}, follow=True)
    assert "请核对户编号" in wrong.content.decode()
    client.post(reverse("issued:match", args=[one.pk, doubtful.pk]), {"chosen": f"{household.number}/"})
    assert Ticket.objects.get().household == household
    client.post(
        reverse("issued:return", args=[one.pk]), {"chosen": nobody.pk, "reason": "户籍已迁往外省", "fate": "nobody"}
    )
    nobody.refresh_from_db()
    assert (nobody.fate, nobody.reason) == ("returned", "户籍已迁往外省")


def test_a_list_of_another_banner_is_as_if_it_were_not_there(cast, client_of, household):
    upload(client_of(cast.banner_officer), cast, [line(household.number)])
    one = IssuedList.objects.get()
    stranger = client_of(cast.other_banner_officer)
    for name in ("list", "lines", "columns", "state"):
        assert stranger.get(reverse(f"issued:{name}", args=[one.pk])).status_code == 404
    assert "问题清单" not in stranger.get(reverse("issued:home")).content.decode()
    assert client_of(cast.village_officer).get(reverse("issued:home")).status_code == 403
    assert upload(stranger, cast, [line(household.number, key=5)]).status_code == 400


def test_lists_beyond_the_first_page_are_found(cast, client_of, household, monkeypatch):
    monkeypatch.setattr(views, "PAGE", 1)
    client = client_of(cast.banner_officer)
    upload(client, cast, [line(household.number)], title="较早的名单")
    upload(client, cast, [line(household.number, key=2)], title="较新的名单")
    newer = IssuedList.objects.get(title="较新的名单")
    first = client.get(reverse("issued:home")).content.decode().split("历次名单")[1]
    assert ("较新的名单" in first, "较早的名单" in first) == (True, False)
    second = client.get(reverse("issued:home"), {"after": newer.pk}).content.decode().split("历次名单")[1]
    assert ("较新的名单" in second, "较早的名单" in second) == (False, True)


def test_how_far_lists_are_by_place_is_taken_as_a_file(cast, client_of, household):
    client = client_of(cast.banner_officer)
    upload(
        client, cast, [line(household.number), line("9", "查无此人", key=2), line(household.number, "王小明", key=3)]
    )
    one = IssuedList.objects.get()
    confirmed(client, one)
    address = reverse("issued:counts_file")
    assert f"{address}?list={one.pk}&amp;format=xlsx" in page_of(client, "list", one)
    assert f"{address}?format=csv" in client.get(reverse("issued:home")).content.decode()
    sheet = opened(client.get(address, {"list": one.pk}).content).worksheets[0]
    head, place, whole = sheet.iter_rows(values_only=True)
    lines, sent = head.index("名单行数"), head.index("下发数")
    assert (place[4], place[lines], place[sent : sent + 5]) == (cast.township.facts.get().name, 1, (1, 0, 0, 0, 0))
    assert (whole[4], whole[lines], whole[sent]) == ("合计", 3, 1)
    assert (whole[head.index("待判定")], whole[head.index("对应不上")], whole[head.index("已退回")]) == (1, 1, 0)
    text = client.get(address, {"format": "csv"}).content.decode("utf-8-sig")
    assert [row.split(",")[4] for row in text.splitlines()[1:]] == [place[4], "合计"]
    assert "0.0%" in text


def test_the_file_of_lists_holds_those_of_the_own_area_alone(cast, client_of, household):
    client, other = client_of(cast.banner_officer), client_of(cast.other_banner_officer)
    upload(client, cast, [line(household.number)])
    one = IssuedList.objects.get()
    confirmed(client, one)
    address = reverse("issued:counts_file")
    assert len(other.get(address, {"format": "csv"}).content.splitlines()) == 1
    assert other.get(address, {"list": one.pk}).status_code == 404
    assert client.get(address, {"list": "x"}).status_code == 404
    assert client.get(address, {"format": "pdf"}).status_code == 422


def test_what_is_said_of_a_list_is_in_the_language_of_who_handed_it_in_and_what_goes_back_is_the_senders(
    cast, client_of, household
):
    client = client_of(cast.banner_officer)
    client.cookies["django_language"] = "en"
    upload(client, cast, [line(household.number), line(household.number, key=1), line("9", "查无此人", key=2)])
    one = IssuedList.objects.get()
    confirmed(client, one)
    one.refresh_from_db()
    assert "times" in "".join(one.remarks)
    assert "登记册中没有这个户编号" in IssuedLine.objects.get(fate="nobody").reason


def test_why_a_list_cannot_be_filled_is_said_in_the_language_of_who_asked(cast, client_of, household):
    client = client_of(cast.banner_officer)
    upload(client, cast, [line(household.number)])
    one = IssuedList.objects.get()
    confirmed(client, one)
    client.cookies["django_language"] = "en"
    client.post(reverse("issued:fill", args=[one.pk]))
    IssuedList.objects.update(state="replaced")
    jobs.run_pending()
    assert jobs.Job.objects.get(kind="issued.give_back").message.isascii()

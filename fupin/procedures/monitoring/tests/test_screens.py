"""Monitoring on screen: the list of the morning, a household's warnings, areas at risk, hand-overs, relief, the workbook."""

import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from fupin.core import clock
from fupin.core.models import AuditEntry, Case
from fupin.procedures.monitoring.tables import AreaEvent, Referral, Relief, Signal
from fupin.procedures.monitoring.tests.warned import FOUND, told
from fupin.procedures.tests.cases import ago, poor


def at(name, *args):
    return reverse(f"monitoring:{name}", args=args)


def page(client, name, *args, **query):
    return client.get(at(name, *args), query).content.decode()


@pytest.fixture
def village(cast, client_of):
    return client_of(cast.village_officer)


@pytest.fixture
def banner(cast, client_of):
    return client_of(cast.banner_officer)


def test_a_helper_reports_and_the_village_sees_it_in_the_morning(cast, household, client_of, village):
    data = {
        "origin": "helper",
        "on": str(clock.today()),
        "told_by": "帮扶干部",
        "about": "女主人住院花费大",
        "risks": ["01"],
    }
    sent = client_of(cast.helper).post(at("report", household.number), data)
    assert sent["Location"] == reverse("registry:household", args=[household.number])
    shown = page(village, "today")
    assert household.number in shown
    assert "女主人住院花费大" in shown


def test_a_report_that_is_not_whole_keeps_what_was_typed(household, village):
    sent = village.post(at("report", household.number), {"origin": "helper", "on": "", "about": "女主人住院花费大"})
    assert sent.status_code == 422
    assert "女主人住院花费大" in sent.content.decode()


def test_the_visit_is_entered_on_the_page_of_the_home(cast, household, village):
    told(cast, household)
    assert "登记入户核实" in page(village, "home", household.number)
    data = {"visited_on": str(clock.today()), "answer": "lead", "finding": FOUND, "kind": "", "risks": ["01"]}
    refused = village.post(at("answer", household.number), data)
    assert refused.status_code == 422
    assert FOUND in refused.content.decode()
    sent = village.post(at("answer", household.number), data | {"kind": "100A03002"})
    case = Case.objects.get(subject=f"household:{household.pk}")
    assert sent["Location"] == reverse("procedures:case", args=[case.pk])
    assert "登记入户核实" not in page(village, "home", household.number)


def test_who_has_many_villages_sees_them_first(cast, household, banner):
    told(cast, household)
    other = poor(cast.other_village, by=cast.banner_officer)
    from fupin.procedures.monitoring import warnings
    from fupin.procedures.monitoring.warnings import Told

    said = Told(other.pk, "hotline", "来电反映无粮过冬", "来电群众")
    warnings.report(told=said, by=cast.banner_officer, on=ago(0))
    shown = page(banner, "today")
    assert at("village", cast.village.pk) in shown
    assert at("village", cast.other_village.pk) in shown
    assert other.number in page(banner, "village", cast.other_village.pk)


def test_a_warning_of_a_rule_is_said_in_english_to_who_reads_english(cast, household, village):
    from fupin.procedures.monitoring import warnings
    from fupin.procedures.monitoring.tests.warned import question

    question(household, cast.village)
    warnings.raise_from_findings(on=ago(0))
    village.cookies["django_language"] = "en"
    assert "Large own payments" in page(village, "home", household.number)


def test_an_area_is_declared_followed_and_ended_on_screen(cast, household, banner, village):
    data = {"kind": "01", "name": "2026 年白灾", "document": "旗政办发〔2026〕1号", "on": str(clock.today()),
            "divisions": [str(cast.township.pk)]}  # fmt: skip
    sent = banner.post(at("event_new"), data)
    event = AreaEvent.objects.get()
    assert sent["Location"] == at("event", event.pk)
    assert "应走访 1 户，已走访 0 户" in page(banner, "event", event.pk)
    refused = banner.post(at("event_end", event.pk), follow=True).content.decode()
    assert "还有 1 户没有走访" in refused
    visit = {"visited_on": str(clock.today()), "answer": "no_risk", "finding": "牲畜入棚，饲草充足"}
    village.post(at("answer", household.number), visit)
    banner.post(at("event_end", event.pk))
    event.refresh_from_db()
    assert event.ended_on == clock.today()
    assert "已结束" in page(banner, "events")


def test_relief_is_recorded_and_its_case_opened(cast, household, village):
    data = {"kind": "03", "on": str(clock.today()), "what": "饲草 2 吨", "amount": "3000", "risks": ["04"],
            "reason": "大雪封山，牲畜断草", "event": ""}  # fmt: skip
    village.post(at("relief", household.number), data)
    made = Relief.objects.get()
    assert made.amount_fen == 300_000
    assert made.case.code in page(village, "reliefs")
    assert "没有这样的救助" in page(village, "reliefs", show="late")


def test_between_civil_affairs_and_us_on_screen(cast, household, banner, village, client_of):
    taken = {"kind": "01", "on": str(clock.today()), "reason": "低保复核退出，家有重病人", "decision": "refused",
             "decided_on": str(clock.today()), "note": "收入超过标准"}  # fmt: skip
    banner.post(at("take_over", household.number), taken)
    assert "民政部门转来" in page(village, "today")
    visit = {"visited_on": str(clock.today()), "answer": "no_risk", "finding": "儿子已稳定就业，无风险"}
    village.post(at("answer", household.number), visit)
    asked = {"kind": "04", "on": str(clock.today()), "reason": "医药支出过大"}
    client_of(cast.township_officer).post(at("refer", household.number), asked)
    row = Referral.objects.get(way="to")
    assert at("decision", row.pk) in page(banner, "referrals")
    banner.post(at("decision", row.pk), {"decision": "granted", "decided_on": str(clock.today()), "note": ""})
    row.refresh_from_db()
    assert row.decision == "granted"


def test_the_list_as_a_workbook_is_recorded_and_neutralised(cast, household, village):
    told(cast, household)
    Signal.objects.update(finding="", about="=1+1")
    answer = village.get(at("export"))
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[1][0] == household.number
    assert rows[1][4] == "'=1+1"
    assert AuditEntry.objects.filter(act="monitoring.export").count() == 1


def test_the_card_stands_on_the_page_of_the_household(cast, household, village):
    told(cast, household)
    assert at("home", household.number) in page(village, "card", household.number)
    assert (
        at("card", household.number)
        in village.get(reverse("registry:household", args=[household.number])).content.decode()
    )

"""Where the screens are that show one record: the addresses by their names, each with a record behind it.

The samples of the access table where one has any; the records that somebody has to hand in first are handed in here.
Everything is made up.
"""

from __future__ import annotations

import csv
import os
import tempfile
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

DAY = date(2018, 12, 1)


def addresses(cast: Any) -> dict[str, str]:
    """The address of every screen that is looked at by its name."""
    from django.urls import reverse

    from fupin.registry.models import Household
    from tests.architecture.samples import SAMPLES
    from tests.browser.screens import NAMED

    household = Household.objects.order_by("pk")[1]
    given = {
        **_import(cast, household), **_national(cast), **_issued(cast, household), **_answers(cast),
        **_comparison(cast, household), **_own_version(cast), **_ledger(cast), **_spot_check(cast),
        **_picture(cast, household), **_handover(cast), **_notices(cast), **_monitoring(cast, household), **_papers(cast, household), **_retention(cast, household),
        **_round(cast), **_cases(cast, household), **_screening(cast),
    }  # fmt: skip
    found = {
        name: reverse(name, kwargs=given[name] if name in given else SAMPLES[name](cast) if name in SAMPLES else {})
        for _user, name, _query in NAMED
    }
    ticket = SAMPLES["quality:ticket"](cast)["pk"]
    for act in ("answer", "assign", "review"):
        found[f"quality:{act}_many"] += f"?chosen={ticket}"
    return found


def _round(cast: Any) -> dict[str, dict[str, Any]]:
    """An adjustment round of the banner in which is collected: the cases that begin now belong to it."""
    from fupin.procedures.rounds.tests.made import collecting

    pk = collecting(cast.banner, by=cast.banner_officer).pk
    return {f"rounds:{name}": {"pk": pk} for name in ("round", "cases", "table", "households")}


def _cases(cast: Any, household: Any) -> dict[str, dict[str, Any]]:
    """A lead about the household, visited and borne out, which waits for the meeting of its village."""
    from fupin.procedures.tests import cases, exits

    pk = cases.led(cast, household)
    cases.verified(cast, pk)
    meeting = cases.known_meeting(cast)
    (leaving,) = exits.proposed(cast, exits.registered(cast))
    return {"procedures:case": {"pk": pk}, "procedures:meeting": {"pk": meeting}, "procedures:standards": {"pk": leaving},
            "procedures:ballots": {"pk": meeting}, "procedures:pack": {"number": household.number},
            "procedures:new": {"number": household.number, "work": "identification"}}  # fmt: skip


def _screening(cast: Any) -> dict[str, dict[str, Any]]:
    """A screening of the banner with a household that is of a key group, and the others waiting to be confirmed."""
    from fupin.procedures.screening.tables import ScreeningHousehold
    from fupin.procedures.screening.tests import made

    row = made.opened(cast)
    line = ScreeningHousehold.objects.filter(round=row, village=cast.village).order_by("pk").first()
    assert line is not None
    ScreeningHousehold.objects.filter(pk=line.pk).update(state="to_visit", groups=",illness,disaster,")
    return {
        **{f"screening:{name}": {"pk": row.pk} for name in ("round", "progress", "confirm", "households", "forms")},
        "screening:household": {"pk": line.pk},
    }  # fmt: skip


def _monitoring(cast: Any, household: Any) -> dict[str, dict[str, Any]]:
    """An area at risk with its visits, a report that was answered, relief, a hand-over each way."""
    from fupin.core import clock
    from fupin.procedures.monitoring import areas, civil, warnings
    from fupin.procedures.monitoring.areas import Declared, Given
    from fupin.procedures.monitoring.civil import Aid, Handed
    from fupin.procedures.monitoring.warnings import Answered, Told
    from fupin.registry.models import Household

    household = Household.objects.filter(card__village=cast.village).exclude(pk=household.pk).order_by("pk")[0]
    on = clock.today()
    told = warnings.report(
        told=Told(household.pk, "helper", "女主人住院，花费很大", "包村干部", "01"), by=cast.village_officer, on=on
    )
    warnings.answer(signals=[told.pk], by=cast.village_officer,
                    answered=Answered("no_risk", on, "报销后自付三千元，儿子在外务工，家中无风险", "宝音"))  # fmt: skip
    declared = Declared("01", "2026 年 1 月白灾", "旗政办发〔2026〕1号", [cast.village.pk])
    event = areas.declare(declared=declared, by=cast.banner_officer, on=on)
    handed = Handed(household.pk, "01", "低保复核退出，家有重病人", "民函〔2026〕3号")
    civil.take_over(handed=handed, aid=Aid("refused", on, "收入超过标准"), by=cast.banner_officer, on=on)
    given = Given(household.pk, "03", "饲草 2 吨", "大雪封山，牲畜断草", 300_000, "04", event.pk)
    areas.relieve(given=given, by=cast.village_officer, on=on)
    number = {"number": household.number}
    return {"monitoring:event": {"pk": event.pk}, "monitoring:home": number, "monitoring:report": number}


def _notices(cast: Any) -> dict[str, dict[str, Any]]:
    """A village's notice that is on the internet with names half hidden, with an objection to it."""
    from fupin.core import clock
    from fupin.notices import choosing, operations
    from fupin.rulebook.operations import Proposal, confirm, propose

    asked = Proposal(
        "publicity.internet_form",
        cast.banner,
        "masked_name",
        clock.today(),
        "左中政办〔2018〕6号",
        reason="便于群众查看",
    )
    (request,) = propose(proposals=[asked], by=cast.banner_officer, on=clock.today())
    confirm(
        overrides=[request], by=cast.second_banner_officer, seen={request.pk: bytes(request.digest)}, on=clock.today()
    )
    lines = choosing.lines(kind="register", division=cast.village.pk, whom="registered", named="", by=cast.village_officer,
                           on=clock.today())  # fmt: skip
    wanted = operations.Wanted("register", cast.village.pk, "village", lines)
    (notice,) = operations.post(notices=[wanted], by=cast.village_officer, on=clock.today())
    said = operations.Said("第一户有轿车，请核实", 1, "那顺", "0475-5210000")
    made = operations.raise_objection(
        notice=notice, said=said, channel="paper", by=cast.village_officer, on=clock.today()
    )
    page, public = {"pk": notice.pk}, {"code": notice.code}
    return {
        **{f"notices:{name}": page for name in ("notice", "object", "print")}, "notices:public_notice": public,
        "notices:public_object": public, "notices:public_receipt": {"receipt": made.receipt},
        **{f"notices:{name}": {"pk": made.pk} for name in ("objection", "receipt")},
    }  # fmt: skip


def _papers(cast: Any, household: Any) -> dict[str, dict[str, Any]]:
    """An application that came back with a page that nobody can read, and an office's own Mongolian for its form."""
    from PIL import Image

    from fupin.core import clock
    from fupin.papers.models import PaperPage
    from fupin.papers.operations import approving, scanning
    from fupin.papers.words import Fate, Kind
    from fupin.registry.tests.papers import pictures, printed, upload

    today = clock.today()
    (page,) = pictures(printed(cast, household).data)
    file = upload(page, Image.new("RGB", page.size, "white"))
    stack, _is_new = scanning.take_in(files=[file], by=cast.village_officer, on=today)
    scanning.read(stack, by=cast.village_officer, on=today)
    filed = PaperPage.objects.get(paper__subject_id=household.pk)
    proposal = approving.Proposal(document="application", edition="2021", division=cast.banner, kind=Kind.MONGOLIAN,
                                  valid_from=today, basis="左中扶办〔2018〕3号", mongolian=["ᠥᠷᠭᠦᠳᠡᠯ"])  # fmt: skip
    own = approving.propose(proposal=proposal, by=cast.banner_officer, on=today)
    return {
        "papers:paper": {"code": filed.paper.code}, "papers:page": {"pk": filed.pk}, "papers:stack": {"pk": stack.pk},
        "papers:tray_page": {"pk": stack.pages.get(fate=Fate.TRAY).pk}, "papers:own": {"pk": own.pk},
        "papers:template": {"name": "application", "edition": "2021"},
    }  # fmt: skip


def _retention(cast: Any, household: Any) -> dict[str, dict[str, Any]]:
    """Proofs of income whose time is over: one on a register that waits, others still due, and a household that is held."""
    from fupin.core import clock
    from fupin.registry.models import Household
    from fupin.registry.tests.retained import keep
    from fupin.retention.operations import deciding, holding, looking

    today, subject = clock.today(), f"household:{household.pk}"
    chosen = keep(cast, subject, year=2006)
    for year in (2005, 2006):
        keep(cast, subject, year=year, name=f"{year} 年存折.jpg")
    held = Household.objects.order_by("pk")[2]
    keep(cast, f"household:{held.pk}", year=2004, name="土地流转合同.jpg")
    looking.look(on=today)
    hold = holding.hold(kind="household", number=held.number, reason="审计正在核查该户收入", basis="审计通知书第1号",
                        by=cast.archivist, on=today)  # fmt: skip
    row = deciding.propose(division=cast.banner, reason="保管期满，已无继续保存价值", chosen=[chosen.pk], by=cast.archivist,
                           on=today)  # fmt: skip
    return {"retention:hold": {"pk": hold.pk}} | {
        f"retention:{name}": {"pk": row.pk} for name in ("destruction", "register")
    }


def _file(name: str, rows: list[dict[str, str]]) -> Path:
    path = Path(tempfile.mkdtemp(dir=os.environ["FUPIN_DATA"])) / name
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def _import(cast: Any, household: Any) -> dict[str, dict[str, int]]:
    """A household file with a good row and one that has to be put right."""
    from fupin.core.imports import runs

    rows = [
        {"户编号": household.number, "主要致贫原因": "因学"},
        {"户编号": household.number, "主要致贫原因": "无此原因"},
    ]
    path = _file("households.csv", rows)
    run = runs.open_run(
        ledger="households",
        files=[runs.Given(path, path.name)],
        by=cast.banner_officer,
        on=DAY,
        divisions=[cast.banner.pk],
    )
    return {"registry:import": {"pk": runs.stage(run=run, by=cast.banner_officer).pk}}


def _national(cast: Any) -> dict[str, dict[str, int]]:
    """The national register's export of a village that is not known here."""
    from fupin.registry.national import operations
    from fupin.synthetic import national as made
    from fupin.synthetic.make import Order

    folder = Path(tempfile.mkdtemp(dir=os.environ["FUPIN_DATA"]))
    made.write(Order(12, "150522100200", seed=3), folder, "csv")
    path = folder / "national_household.csv"
    with path.open("rb") as file:
        export = operations.take_in(file=file, name=path.name, division=cast.banner, as_of=DAY, by=cast.banner_officer)
    operations.compare(export, by=None)
    return {f"national:{name}": {"pk": export.pk} for name in ("export", "new", "gone")}


def _issued(cast: Any, household: Any) -> dict[str, dict[str, int]]:
    """A superior's list that waits for its columns, and one that is with the villages, a line of it without household."""
    from fupin.quality.tests import issued_lists

    row = [1, household.number, "", "", "", "年人均纯收入为零", "", "", ""]
    strange = [2, "1505229999", "", "", "", "同上", "", "", ""]
    by = {"by": cast.banner_officer, "division": cast.banner}
    waiting = issued_lists.taken(issued_lists.workbook([row]), **by)
    out = issued_lists.issued(issued_lists.workbook([row, strange]), name="清单二.xlsx", **by)
    return {"issued:columns": {"pk": waiting.pk}, "issued:list": {"pk": out.pk}, "issued:lines": {"pk": out.pk}}


def _answers(cast: Any) -> dict[str, dict[str, int]]:
    """A workbook of tickets that was brought back and waits for its person's word."""
    from fupin.quality.models import Ticket
    from fupin.quality.tests import offline_books

    said = dict.fromkeys(Ticket.objects.filter(state="open")[:2], ("不属本辖区", "该户去年已迁往外旗"))
    data = offline_books.filled(offline_books.taken(cast.banner_officer), said)
    return {"quality:answer_book": {"pk": offline_books.brought(data, cast.banner_officer).pk}}


def _comparison(cast: Any, household: Any) -> dict[str, dict[str, int]]:
    """A department's file, and a letter to a department with its list."""
    from fupin.quality.tests import departments, letters
    from fupin.quality.tests.own_sources import own_source

    rows = [["姓名", "身份证号", "死亡日期"], ["宝音", "", "2018-11-01"]]
    file = departments.hand_in(
        "deaths", departments.csv_file(rows), by=cast.banner_officer, division=cast.banner, on=DAY
    )
    letters.authorise(household, cast.banner_officer, valid_from=date(2018, 1, 1))
    letter = letters.drafted(cast)
    given = {f"comparison:{name}": {"pk": letter.pk} for name in ("letter", "letter_change", "letter_print")}
    own = {"name": own_source(cast)}
    given |= {f"comparison:{name}": own for name in ("source", "source_version", "source_end")}
    return given | {f"comparison:{name}": {"pk": file.pk} for name in ("arrange", "exchange")}


def _own_version(cast: Any) -> dict[str, dict[str, str]]:
    """A banner's own version of a rule, which can be given up."""
    from fupin.rulebook.tests import test_own_rules as own

    found = [{"members": [{"relation": "02"}] * 3}]
    row = own.propose(cast.banner_officer, cast.banner, "REL-008", finds="count(members, relation = '02') > 2",
                      found=found, passed=[{"members": []}])  # fmt: skip
    own.confirm(row, cast.second_banner_officer)
    return {"quality:back": {"name": "REL-008"}}


def _ledger(cast: Any) -> dict[str, dict[str, Any]]:
    """An entry of a ledger, with its form."""
    from fupin.divisions.models import Designation

    row = Designation.objects.create(
        division=cast.banner, kind="pastoral", document="文件", valid_from=date(2014, 1, 1)
    )
    return {f"ledgers:{name}": {"name": "designations", "key": row.pk} for name in ("page", "edit")}


def _spot_check(cast: Any) -> dict[str, dict[str, int]]:
    """A round of the village, collected by its officer, and homes of it that somebody else checks."""
    from fupin.core import clock
    from fupin.quality.campaigns import operations
    from fupin.quality.campaigns.models import CollectionHousehold, SpotCheckHousehold
    from fupin.quality.campaigns.operations import Line
    from fupin.quality.campaigns.rules import Visit
    from fupin.quality.campaigns.tests import rounds

    row, today = rounds.opened(cast, form="2014"), clock.today()
    own = CollectionHousehold.objects.filter(round=row, village=cast.village).order_by("pk")[:5]
    said = Visit("collected", today - timedelta(days=1), "乌云", "", False)
    operations.record(lines=[Line(one.pk, said, None) for one in own], by=cast.village_officer, on=today)
    check = operations.draw(round=row.pk, division=cast.banner.pk, by=cast.banner_officer, on=today, seed=7)
    drawn = SpotCheckHousehold.objects.filter(spot_check=check).first()
    assert drawn is not None
    return {
        **{f"campaigns:{name}": {"pk": row.pk} for name in ("spot_checks", "progress", "round", "households", "forms")},
        "campaigns:spot_check": {"pk": check.pk}, "campaigns:drawn": {"pk": drawn.pk},
    }  # fmt: skip


def _picture(cast: Any, household: Any) -> dict[str, dict[str, Any]]:
    """A photo of the house, to be taken away."""
    from django.core.files.base import ContentFile
    from PIL import Image

    from fupin.core import attachments
    from fupin.registry.models import HouseholdFact

    picture = BytesIO()
    Image.new("RGB", (64, 48), "#8899aa").save(picture, "JPEG")
    village = HouseholdFact.objects.open().get(household=household).village_id
    row = attachments.store(
        ContentFile(picture.getvalue(), "house.jpg"), subject=f"household:{household.pk}", kind="house",
        by=cast.banner_officer, on=DAY, division=village,
    )  # fmt: skip
    return {"registry:detach": {"number": household.number, "pk": row.pk}}


def _handover(cast: Any) -> dict[str, dict[str, int]]:
    """A banner officer hands over to another."""
    from fupin.accounts import operations
    from fupin.accounts.models import Posting

    posting = Posting.objects.get(user=cast.banner_officer)
    made = operations.draw_up_handover(posting=posting, successor=cast.second_banner_officer, by=cast.security_admin)
    return {"accounts:handover": {"id": made.pk}}

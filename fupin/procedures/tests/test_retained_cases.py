"""Papers of cases, notices and departments that are kept long enough, or held: what the case says afterwards."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse

from fupin.core import clock
from fupin.core.models import Attachment, AuditEntry, Case
from fupin.core.refusals import Refused
from fupin.notices.models import Notice, NoticeLine
from fupin.procedures.tests import cases
from fupin.quality.comparison.models import Exchange
from fupin.quality.comparison.operations import delete_expired
from fupin.registry.tests.households import family
from fupin.registry.tests.retained import keep
from fupin.retention import judging
from fupin.retention.models import Destruction, DueFile
from fupin.retention.operations import deciding, destroying, holding, looking

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, settings):
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def closed(cast) -> Case:
    """A case of long ago, closed in 1995, with its application."""
    household = family(cast.village, by=cast.village_officer)
    case = Case.objects.get(pk=cases.known_case(cast, household))
    keep(cast, f"case:{case.pk}", year=1995, name="申请书.jpg", kind="application")
    Case.objects.filter(pk=case.pk).update(state="rejected", ended_on=date(1995, 7, 1))
    case.refresh_from_db()
    return case


def destroyed(cast: Any) -> Destruction:
    row = deciding.propose(division=cast.banner, reason="保管期满，已无保存价值", by=cast.archivist, on=TODAY)
    deciding.confirm(row=row, seen=row.digest, by=cast.banner_officer, on=TODAY)
    return destroying.destroy(row=row, by=cast.banner_officer, on=TODAY)


def test_a_closed_case_stays_readable_and_says_when_its_paper_was_destroyed(cast, closed, client_of):
    looking.look(on=TODAY)
    assert (DueFile.objects.get().evidence, DueFile.objects.get().due_on) == ("case_files", date(2026, 1, 1))
    row = destroyed(cast)
    file = Attachment.objects.get(subject=f"case:{closed.pk}")
    page = client_of(cast.village_officer).get(reverse("procedures:case", args=[closed.pk]))
    assert page.status_code == 200
    assert "2026-11-24 已销毁" in page.content.decode()
    assert row.code in page.content.decode()
    assert AuditEntry.objects.get(act="retention.destroy").subject == f"case:{closed.pk}"
    paper = reverse("procedures:paper", args=[closed.pk, file.pk])
    assert client_of(cast.village_officer).get(paper).status_code == 404


def test_the_papers_of_an_open_case_are_never_due(cast, closed):
    Case.objects.filter(pk=closed.pk).update(ended_on=None)
    assert looking.look(on=date(2100, 1, 1)) == 0


def test_a_hold_on_the_household_holds_its_cases_and_their_notices(cast, closed):
    notice = Notice.objects.create(
        code="N1", kind="register", division=cast.village, place="village", subject="", regime="2014", title="名单",
        contact="村委会", posted_on=date(1995, 6, 1), posted_at="1995-06-01T00:00Z", days=7, planned_until=date(1995, 6, 8),
        until=date(1995, 6, 8), ended_on=date(1995, 6, 8), sha256="0" * 64,
    )  # fmt: skip
    NoticeLine.objects.create(notice=notice, position=1, subject=f"case:{closed.pk}", name="包某")
    photo = keep(cast, f"notice:{notice.pk}", year=1995, name="张贴.jpg", kind="proof")
    assert looking.look(on=TODAY) == 2
    household = closed.file.household
    holding.hold(kind="household", number=household.number, reason="信访正在办理", basis="信访件第3号", by=cast.archivist,
                 on=TODAY)  # fmt: skip
    assert [bool(one.verdict) for one in judging.judge([photo], on=TODAY)] == [False]
    with pytest.raises(Refused, match="起冻结"):
        destroyed(cast)


def test_a_hold_on_a_case_by_its_code(cast, closed):
    looking.look(on=TODAY)
    holding.hold(kind="case", number=closed.code or "", reason="信访正在办理", basis="信访件第3号", by=cast.archivist,
                 on=TODAY)  # fmt: skip
    with pytest.raises(Refused, match="起冻结"):
        destroyed(cast)


@pytest.mark.parametrize(("code", "kept"), [("150522100", True), ("150521", False)])
def test_departments_files_of_a_held_division_are_not_deleted_meanwhile(cast, code, kept):
    Exchange.objects.create(
        source="deaths", division=cast.banner, file_name="死亡名单.xlsx", sha256="0" * 64, size=1, on=date(2018, 1, 1), state="done",
        keep_until=clock.today() - timedelta(days=1), made_name="",
    )  # fmt: skip
    by = cast.archivist if kept else cast.other_banner_officer
    holding.hold(kind="division", number=code, reason="审计正在核查", basis="审计通知书第1号", by=by, on=TODAY)
    assert delete_expired(today=clock.today()) == (0 if kept else 1)

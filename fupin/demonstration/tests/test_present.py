"""A demonstration of 2026: its case stands half way, by the table of 2021 on, and whoever opens it can end it."""

from __future__ import annotations

from datetime import date

import pytest

from fupin.accounts.models import User
from fupin.accounts.scopes import SYSTEM
from fupin.core import clock
from fupin.core.models import Case
from fupin.demonstration import loading, people, present
from fupin.notices.models import Notice
from fupin.procedures import operations
from fupin.registry import openings
from fupin.registry.models import RegisterStatus
from fupin.synthetic.make import Order, make_part, prepare


@pytest.fixture
def case(settings, tmp_path, db):
    settings.DATA_FOLDER, settings.DEMONSTRATION = tmp_path, True
    with clock.living(present.TODAY):
        openings.open_region()
        people.enlist("150522", on=date(2014, 1, 1))
        part = make_part(prepare(Order(600, "150522", year=present.YEAR)), 0, present.YEAR)
        for ledger, frame in (("households", part.households), ("persons", part.persons), ("income", part.income)):
            loading.import_frame(ledger, frame, on=date(present.YEAR, 12, 31), by=SYSTEM)
        yield Case.objects.get(pk=present.begin_case(today=present.TODAY))


def test_it_hangs_in_the_village_in_the_words_of_2026_and_can_be_ended_on_the_very_day(case):
    assert (case.procedure, case.edition, case.state) == ("identification", "2021", "posted")
    (notice,) = Notice.objects.filter(lines__subject=f"case:{case.pk}")
    assert notice.title == "关于拟纳入防返贫监测名单的公示"
    for act, who in (("close", "village"), ("check", "township"), ("decide", "banner"), ("enter", "banner2")):
        by = User.objects.get(username=who)
        assert operations.act(cases=[case.pk], act=act, by=by, on=present.TODAY).taken == [case.pk], act
    status = RegisterStatus.objects.open().get(source=f"case:{case.pk}")
    assert (status.monitor_kind, status.is_risk_cleared) == (present.SUDDEN, False)


def test_where_nobody_lives_in_the_village_no_case_begins(settings, db):
    settings.DEMONSTRATION = True
    openings.open_region()
    people.enlist("150522", on=date(2014, 1, 1))
    assert present.begin_case(today=present.TODAY) == 0

"""Two officers do the same to a notice at once: one act holds, the other is told so, and nothing is counted twice."""

from __future__ import annotations

import pytest

from fupin.core.models import AuditEntry
from fupin.core.refusals import Refused, Stale
from fupin.core.tests.at_once import after_one_another
from fupin.notices.models import Notice, Objection
from fupin.notices.operations import Said, answer, raise_objection, take_down
from fupin.notices.tests.hung import DAY, hung

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def notice(cast, it_is) -> Notice:
    it_is(DAY)
    return hung(cast)


def entries(act: str) -> int:
    return AuditEntry.objects.filter(act=act).count()


def test_a_notice_is_taken_down_by_one_of_two_and_keeps_the_reason_of_the_first(cast, notice):
    (met,) = after_one_another(
        lambda: take_down(notices=[notice], reason="名单有误", by=cast.village_officer, on=DAY),
        lambda: take_down(notices=[notice], reason="张贴错了地方", by=cast.banner_officer, on=DAY),
    )
    assert isinstance(met, Refused)
    assert "已经撤下" in str(met)
    notice.refresh_from_db()
    assert notice.taken_down_reason == "名单有误"
    assert entries("notices.take_down") == 1


def test_an_objection_is_answered_by_one_of_two(cast, notice):
    made = raise_objection(notice=notice, said=Said("户主名下有轿车", 1, "那顺"), channel="paper",
                           by=cast.village_officer, on=DAY)  # fmt: skip
    (met,) = after_one_another(
        lambda: answer(objections=[made.pk], outcome="rejected", reason="入户核实，车辆已报废", by=cast.township_officer, on=DAY),
        lambda: answer(objections=[made.pk], outcome="upheld", reason="入户核实，确有轿车一辆", by=cast.banner_officer, on=DAY),
    )  # fmt: skip
    assert isinstance(met, Stale)
    assert Objection.objects.get(pk=made.pk).outcome == "rejected"
    notice.refresh_from_db()
    assert notice.objections_open == 0
    assert entries("notices.answer") == 1


def test_who_objects_while_the_list_is_taken_down_is_told_or_is_counted(cast, notice):
    """The day of taking down still belongs to the list: what was handed in on it is taken, and looked into."""
    met = after_one_another(
        lambda: take_down(notices=[notice], reason="名单有误", by=cast.village_officer, on=DAY),
        lambda: raise_objection(notice=notice, said=Said("户主名下有轿车", 1, "那顺"), channel="paper",
                                by=cast.township_officer, on=DAY),
    )  # fmt: skip
    notice.refresh_from_db()
    assert notice.state == "taken_down"
    assert notice.objections_open == Objection.objects.count() == 1 - len(met)

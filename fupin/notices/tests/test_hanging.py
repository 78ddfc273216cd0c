"""While a notice hangs: photographs, its end by itself, taking it down."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from fupin.core.models import AuditEntry
from fupin.core.refusals import NotAllowed, Refused
from fupin.notices import queries
from fupin.notices.models import Notice
from fupin.notices.operations import Said, end_over, prove, raise_objection, take_down
from fupin.notices.tests.hung import DAY, hung, photograph

pytestmark = pytest.mark.django_db
LAST = date(2018, 3, 12)


@pytest.fixture
def notice(cast, it_is) -> Notice:
    it_is(DAY)
    return hung(cast)


def state(notice: Notice) -> str:
    notice.refresh_from_db()
    return str(notice.state)


def test_a_photograph_of_the_board_is_kept_with_its_day(cast, notice):
    assert prove(notices=[notice], files=[photograph()], by=cast.village_officer, on=DAY) == 1
    notice.refresh_from_db()
    (kept,) = queries.proofs_of(notice)
    assert (notice.photographs, kept.on, kept.added_by) == (1, DAY, cast.village_officer.pk)


def test_the_same_photograph_counts_once(cast, notice):
    for _time in range(2):
        prove(notices=[notice], files=[photograph()], by=cast.village_officer, on=DAY)
    notice.refresh_from_db()
    assert notice.photographs == queries.proofs_of(notice).count() == 1


def test_only_photographs_taken_while_it_hung_prove_anything(cast, notice, it_is):
    with pytest.raises(Refused, match="不在公示"):
        prove(notices=[notice], files=[photograph()], by=cast.village_officer, on=DAY - timedelta(days=1))
    with pytest.raises(Refused, match="不在公示"):
        prove(notices=[notice], files=[photograph()], by=cast.village_officer, on=DAY + timedelta(days=1))
    with pytest.raises(Refused, match="只接受照片"):
        prove(
            notices=[notice],
            files=[SimpleUploadedFile("x.pdf", b"%PDF-1.4 nothing %%EOF")],
            by=cast.village_officer,
            on=DAY,
        )


def test_a_notice_ends_by_itself_on_the_day_after_its_last(notice):
    assert end_over(on=LAST) == 0
    assert state(notice) == "posted"
    assert end_over(on=LAST + timedelta(days=1)) == 1
    assert (state(notice), notice.ended_on) == ("ended", LAST)


def test_a_worker_that_was_off_for_a_month_ends_what_is_over_on_its_own_day(notice):
    end_over(on=LAST + timedelta(days=40))
    assert (state(notice), notice.ended_on) == ("ended", LAST)


def test_a_clock_that_was_put_back_ends_nothing(notice):
    AuditEntry.objects.update(at=timezone.now() + timedelta(days=2))
    assert end_over(on=LAST + timedelta(days=1)) == 0
    assert state(notice) == "posted"


def test_an_open_objection_keeps_it_from_ending(cast, notice):
    raise_objection(notice=notice, said=Said("户主有轿车"), channel="phone", by=cast.village_officer, on=DAY)
    assert end_over(on=LAST + timedelta(days=9)) == 0


def test_it_is_taken_down_with_a_reason_and_stays_so(cast, notice):
    with pytest.raises(Refused, match="请写明撤下的原因"):
        take_down(notices=[notice], reason=" 错 ", by=cast.village_officer, on=DAY)
    take_down(notices=[notice], reason="名单有误", by=cast.village_officer, on=DAY)
    assert (state(notice), notice.taken_down_reason) == ("taken_down", "名单有误")
    with pytest.raises(Refused, match="已经撤下"):
        take_down(notices=[notice], reason="名单有误", by=cast.village_officer, on=DAY)
    assert end_over(on=LAST + timedelta(days=9)) == 0


def test_nobody_from_elsewhere_takes_it_down_or_proves_it(cast, notice):
    for act in (
        lambda: take_down(notices=[notice], reason="名单有误", by=cast.other_village_officer, on=DAY),
        lambda: prove(notices=[notice], files=[photograph()], by=cast.auditor, on=DAY),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_a_whole_way_closes_only_when_everything_is_there(cast, notice, it_is):
    assert not queries.whole_verdict(notice, on=LAST + timedelta(days=1))
    prove(notices=[notice], files=[photograph()], by=cast.village_officer, on=DAY)
    notice.refresh_from_db()
    assert not queries.whole_verdict(notice, on=LAST)
    assert queries.whole_verdict(notice, on=LAST + timedelta(days=1))

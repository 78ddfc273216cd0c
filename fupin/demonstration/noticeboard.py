"""Notices of the demonstrated villages, so that no screen of publicity is empty: one that ended, one with an objection that
waits, one that hangs since yesterday. Everything goes through the office's own operations."""

from __future__ import annotations

from datetime import date, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile

from fupin.accounts.models import Posting, User
from fupin.core.refusals import Refused
from fupin.demonstration import touches
from fupin.notices import choosing, operations
from fupin.notices.models import Notice
from fupin.notices.operations import Said, Wanted

ENDED, OBJECTED, FRESH = (timedelta(days=before) for before in (20, 6, 1))
CONTACT = "苏木乡镇扶贫办 0475-0000000"
NOTE = "【演示】经嘎查民主评议和苏木乡镇核实。"


def post_some(*, today: date) -> int:
    """Post what the villages' information officers have to post; returns how many notices hang or hung."""
    officers = {user.username: user for user in User.objects.filter(username__in=("village", "village2", "village3"))}
    plan = (
        ("village", "exited", "exited", ENDED),
        ("village2", "identified", "registered", OBJECTED),
        ("village3", "register", "registered", FRESH),
    )
    made = [
        notice for name, kind, whom, before in plan if name in officers
        for notice in _post(officers[name], kind, whom, today - before)
    ]  # fmt: skip
    for notice in made:
        if notice.posted_on != today - FRESH:
            _prove(notice)
        if notice.posted_on == today - OBJECTED:
            _object(notice, today)
    operations.end_over(on=today)
    return len(made)


def _post(user: User, kind: str, whom: str, on: date) -> list[Notice]:
    """The list of the officer's village; none where the register has nobody of that kind there."""
    posting = Posting.objects.on(on).filter(user=user).first()
    if posting is None:
        return []
    lines = choosing.lines(kind=kind, division=posting.division_id, whom=whom, named="", by=user, on=on)
    wanted = Wanted(kind, posting.division_id, "village", lines, note=NOTE, contact=CONTACT)
    try:
        return operations.post(notices=[wanted], by=user, on=on, is_confirmed=True)
    except Refused:
        return []


def _prove(notice: Notice) -> None:
    """A drawn sheet on a board: nobody's."""
    picture = SimpleUploadedFile("公示栏（合成）.jpg", touches.slip(notice.pk))
    user = User.objects.get(pk=notice.posted_by)
    operations.prove(notices=[notice], files=[picture], by=user, on=notice.posted_on)


def _object(notice: Notice, today: date) -> None:
    """Two objections: one that was looked into, one that still waits."""
    user, township = User.objects.get(pk=notice.posted_by), User.objects.filter(username="township").first()
    said = Said("【演示】该户有经营性收入，请核实。", 1, "群众甲（合成）")
    first = operations.raise_objection(
        notice=notice, said=said, channel="paper", by=user, on=notice.posted_on + timedelta(days=1)
    )
    if township is not None:
        operations.answer(objections=[first.pk], outcome="rejected", reason="【演示】入户核实，收入已计入核算。", by=township,
                          on=notice.posted_on + timedelta(days=3))  # fmt: skip
    said = Said("【演示】名单应包括邻户，请复核。", None, "群众乙（合成）")
    operations.raise_objection(notice=notice, said=said, channel="phone", by=user, on=today - timedelta(days=1))

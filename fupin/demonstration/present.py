"""A household in sudden hardship in 2026, in the words and by the table of 2026: its list hangs, and whoever looks on goes on.

The next acts are the village's (the notice is over), then the township's check, the banner's decision, and the entry by the
banner's second officer.
"""

from __future__ import annotations

from datetime import date, timedelta

from fupin.accounts.models import Posting, User
from fupin.core import clock
from fupin.demonstration.exits import CALLED, PRESENT, do, paper, prove
from fupin.procedures import meetings, operations
from fupin.procedures.meetings import Found, Held, Voted
from fupin.procedures.words import IDENTIFICATION, MINUTES, Checked, MeetingKind
from fupin.procedures.works import Lead
from fupin.registry.models import HouseholdCard

TODAY, YEAR, HOUSEHOLDS = date(2026, 3, 31), 2025, 1_200
"""The day on which this demonstration stands, the year whose end its register shows, and how many are in it."""
SUDDEN, ILLNESS, TOLD = "100A03003", "01", "01"
CASE = "【演示】户主住院，自付医疗费用大，申请纳入监测。"
SEEN = "【演示】入户核实，情况属实。"
BEGAN, COMPARED, MET, HUNG = (timedelta(days=before) for before in (12, 9, 8, 7))
"""How many days ago: the whole way may take fifteen."""


def begin_case(*, today: date) -> int:
    """Take a case from its lead to the village's notice; returns it, or 0 where the village has nobody for it."""
    crew = {user.username: user for user in User.objects.filter(username__in=("village", "team", "banner"))}
    posting = Posting.objects.on(today).filter(user=crew["village"]).first()
    cards = HouseholdCard.objects.filter(village_id=posting.division_id if posting else 0, per_head_fen__isnull=False)
    home = cards.exclude(monitor_kind__startswith="100A03").order_by("number").first()
    if home is None or posting is None:
        return 0
    with clock.living(on := today - BEGAN):
        lead = Lead(home.pk, SUDDEN, TOLD, CASE, home.head_name, ILLNESS)
        (case,) = operations.open_leads(leads=[lead], by=crew["village"], on=on, work=IDENTIFICATION)
        _verify(case, crew["village"], crew["team"], on)
    with clock.living(on := today - COMPARED):
        do("compare", [case], crew["banner"], on, "【演示】与医保、民政比对，未发现疑点。")
    with clock.living(on := today - MET):
        held = Held(
            posting.division_id, MeetingKind.REPRESENTATIVES, on, "村委会（合成）", "村主任（合成）", CALLED, PRESENT
        )
        meeting = meetings.hold(held=held, by=crew["village"], on=on)
        meetings.attach_to_meeting(meeting=meeting, file=paper("会议记录", 1), kind=MINUTES, by=crew["village"], on=on)
        meetings.vote(meeting=meeting, votes=[Voted(case, 33, 1, 2)], by=crew["village"], on=on)
        do("review", [case], crew["village"], on)
    with clock.living(on := today - HUNG):
        do("post", [case], crew["village"], on)
        prove([case], crew["village"], on)
    return case


def _verify(case: int, village: User, team: User, on: date) -> None:
    """The application with its authorisation, two visits, what neighbours and files say."""
    kinds = ("application", "authorisation", "visit_photo", "signature")
    kept = {
        kind: meetings.attach(case=case, file=paper(kind, at), kind=kind, by=village, on=on)
        for at, kind in enumerate(kinds)
    }
    do("apply", [case], village, on)
    for officer in (village, team):
        seen = Found(
            case, Checked.HOME, officer.full_name, SEEN, "户内", True, kept["visit_photo"].pk, kept["signature"].pk
        )
        meetings.verify(found=[seen], by=officer, on=on)
        do("verify", [case], officer, on)
    meetings.verify(by=village, on=on, found=[
        Found(case, kind, person, SEEN, "本村", True)
        for kind, person in ((Checked.NEIGHBOURS, "邻居（合成）"), (Checked.RECORDS, "信息档案"))
    ])  # fmt: skip
    for kind in ("visit_form", "visit_photo"):
        meetings.attach(case=case, file=paper(kind, 5), kind=kind, by=village, on=on)
    do("conclude", [case], village, on)

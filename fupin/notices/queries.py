"""Reads of publicity: lists through the gate, the standing of a subject for procedures, and the one question of a public page."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import CharField, Q, QuerySet
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.core import clock, working_days
from fupin.core.prepared import Prepared
from fupin.core.refusals import NotFound, Refused
from fupin.core.verdicts import Verdict
from fupin.notices import rendering, rules
from fupin.notices.models import Notice, NoticeBody, NoticeLine, Objection, Proof
from fupin.notices.rules import Hung, Objected, Terms
from fupin.notices.terms import Settings
from fupin.notices.words import Form, State
from fupin.rulebook import queries as rulebook

VIEW = "notices.view"
PAGE = 50
_LARGEST_ID = 2**63 - 1
_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What a list of notices is narrowed to. `show`: open objections, no photographs yet."""

    division: int | None = None
    kind: str = ""
    state: str = ""
    show: str = ""


def notices_for(user: Any, permission: str = VIEW) -> QuerySet[Notice]:
    """The notices of the own area."""
    return scopes.within(user, Notice.objects.all(), division="division", permission=permission)


def narrowed(user: Any, wanted: Narrowed) -> QuerySet[Notice]:
    """Of these, those that are asked for."""
    rows = notices_for(user)
    if wanted.division is not None:
        rows = rows.filter(division__in=scopes.below([wanted.division]))
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    if wanted.state:
        rows = rows.filter(state=wanted.state)
    if wanted.show == "objections":
        rows = rows.filter(objections_open__gt=0)
    if wanted.show == "unproved":
        rows = unproved(rows)
    return rows


def unproved(rows: QuerySet[Notice]) -> QuerySet[Notice]:
    """Those that hang, or hung to their end, without a single photograph."""
    return rows.filter(photographs=0).exclude(state=State.TAKEN_DOWN)


def page(user: Any, wanted: Narrowed, *, after: str = "") -> tuple[list[Notice], str]:
    """One page, the newest first, and the key of the next (empty: this is the last)."""
    rows = narrowed(user, wanted).order_by("-id")
    if after.isascii() and after.isdecimal() and len(after) < 20:
        rows = rows.filter(pk__lt=min(int(after), _LARGEST_ID))
    found = list(rows[: PAGE + 1])
    return found[:PAGE], str(found[PAGE - 1].pk) if len(found) > PAGE else ""


def notice_for(user: Any, pk: int, permission: str = VIEW) -> Notice:
    """One notice. Raises NotFound alike for what is not there and what is out of reach."""
    found = notices_for(user, permission).filter(pk=pk).first() if 0 < pk <= _LARGEST_ID else None
    if found is None:
        raise NotFound(_("没有这份公示，或它不在您的工作范围内"), "notice")
    return found


def sheet_of(notice: Notice) -> str:
    """The sheet as it was posted. Raises Refused where it is no longer what was posted."""
    sheet = notice.body.sheet
    if rendering.digest(sheet) != notice.sha256:
        raise Refused(_("公示 %(code)s 的内容与张贴时不一致，请从备份恢复") % {"code": notice.code}, "changed")
    return str(sheet)


def objections_of(notice: Notice) -> QuerySet[Objection]:
    """The objections to a notice, the oldest first; who and what stay sealed."""
    return Objection.objects.filter(notice=notice).select_related("line").order_by("id")


def objection_for(user: Any, pk: int, permission: str = "notices.answer") -> Objection:
    """One objection. Raises NotFound."""
    rows = scopes.within(
        user, Objection.objects.select_related("notice", "line"), division="notice__division", permission=permission
    )
    found = rows.filter(pk=pk).first() if 0 < pk <= _LARGEST_ID else None
    if found is None:
        raise NotFound(_("没有这件异议，或它不在您的工作范围内"), "objection")
    return found


def open_objections(user: Any) -> QuerySet[Objection]:
    """The objections that this person may answer and nobody has answered yet."""
    rows = scopes.within(user, Objection.objects.all(), division="notice__division", permission="notices.answer")
    return rows.filter(answered_on=None)


def proofs_of(notice: Notice) -> QuerySet[Proof]:
    """The photographs of a notice."""
    return Proof.objects.filter(notice=notice).select_related("attachment").order_by("id")


def lines_of(notice: Notice) -> QuerySet[NoticeLine]:
    """The lines in their order."""
    return NoticeLine.objects.filter(notice=notice).order_by("position")


def whole_verdict(notice: Notice, *, on: date) -> Verdict:
    """May the notice as a whole close?"""
    objections = [_objected(one) for one in Objection.objects.filter(notice=notice)]
    least = int(Settings(notice.posted_on).value("publicity.photographs_least", notice.division_id))
    return rules.may_close(_hung(notice, objections, least), on=on, is_working=working_days.calendar().is_working)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the newest notice of a subject stands, and what was objected to it or to the list as a whole."""

    notice: Notice
    position: int
    verdict: Verdict
    objections: tuple[Objection, ...]

    @property
    def open_objections(self) -> int:
        return sum(one.answered_on is None for one in self.objections)


def standing_of(subjects: Collection[str], *, on: date, kind: str = "", place: str = "") -> dict[str, Standing]:
    """For each subject (`case:123`) that was ever posted its newest notice (of a kind, in a place) and whether it may
    close for this subject: objections to other lines neither keep it up nor stop its days. A few queries for thousands."""
    newest = _newest(subjects, kind, place)
    objections = _objections({line.notice_id for line in newest.values()})
    calendar = working_days.calendar()
    settings: dict[date, Settings] = {}
    found: dict[str, Standing] = {}
    for subject, line in newest.items():
        notice = line.notice
        own = tuple(one for one in objections.get(notice.pk, ()) if one.line_id in (None, line.pk))
        known = settings.setdefault(notice.posted_on, Settings(notice.posted_on))
        least = int(known.value("publicity.photographs_least", notice.division_id))
        hung = _hung(notice, [_objected(one) for one in own], least)
        found[subject] = Standing(
            notice, line.position, rules.may_close(hung, on=on, is_working=calendar.is_working), own
        )
    return found


def verdicts(subjects: Collection[str], *, on: date, kind: str = "", place: str = "") -> dict[str, Verdict]:
    """May publicity of each subject close? One that was never posted is *unknown*, which refuses."""
    known = standing_of(subjects, on=on, kind=kind, place=place)
    never = Verdict(missing=(_("公示"),))
    return {subject: known[subject].verdict if subject in known else never for subject in subjects}


def _newest(subjects: Collection[str], kind: str, place: str) -> dict[str, NoticeLine]:
    wanted, found = sorted(set(subjects)), {}
    narrow = Q()
    if kind:
        narrow &= Q(notice__kind=kind)
    if place:
        narrow &= Q(notice__place=place)
    for start in range(0, len(wanted), _AT_ONCE):
        rows = NoticeLine.objects.filter(narrow, subject__in=wanted[start : start + _AT_ONCE])
        for line in rows.select_related("notice").order_by("notice_id", "id"):
            found[line.subject] = line
    return found


def _objections(notices: Iterable[int]) -> dict[int, list[Objection]]:
    found: dict[int, list[Objection]] = {}
    wanted = sorted(notices)
    for start in range(0, len(wanted), _AT_ONCE):
        for one in Objection.objects.filter(notice__in=wanted[start : start + _AT_ONCE]).order_by("id"):
            found.setdefault(one.notice_id, []).append(one)
    return found


def _objected(one: Objection) -> Objected:
    return Objected(one.raised_on, one.answered_on, one.outcome)


def _hung(notice: Notice, objections: Sequence[Objected], least: int) -> Hung:
    terms = Terms(notice.days, notice.counts_holidays, notice.first_day_counts, notice.pauses)
    return Hung(
        terms, notice.posted_on, notice.state, notice.photographs, tuple(objections), least, notice.taken_down_on
    )


@dataclass(frozen=True, slots=True)
class Public:
    """What the internet is told of a notice. `fate` is served, gone or hidden; hidden, nothing else is filled in."""

    fate: str
    form: str = ""
    pk: int = 0
    code: str = ""
    title: str = ""
    posted_on: date | None = None
    until: date | None = None
    is_stopped: bool = False
    mark: str = ""


_HIDDEN = Public("hidden")
_PUBLIC = Prepared(
    lambda code: Notice.objects.filter(code=code).values_list(
        "id", "division_id", "title", "posted_on", "until", "state", "objections_open", "pauses", "sha256"
    ),
    code=CharField(),
)  # fmt: skip


def public(code: str, *, on: date | None = None) -> Public:
    """What may be served of a notice at this moment, decided anew each time from its row and the parameter in force.

    One indexed question for the row, one for the parameter; the stored body is read where its page is not written yet.
    """
    found = _PUBLIC.first(code=code) if code.isascii() and code.isalnum() and len(code) <= 12 else None
    if found is None:
        return _HIDDEN
    pk, division, title, posted_on, until, state, waiting, pauses, sha256 = found
    today = on or clock.today()
    form = str(rulebook.value("publicity.internet_form", on=today, division=division))
    fate = rules.shown_on_internet(form=form, state=state, until=until, has_open=waiting > 0, pauses=pauses, on=today)
    if fate != "served":
        return Public(fate)
    stopped = bool(waiting and pauses)
    mark = f"{sha256[:20]}.{form[:1]}.{until:%y%m%d}.{today:%y%m%d}.{int(stopped)}"
    return Public(fate, form, pk, code, title, posted_on, until, stopped, mark)


def public_body(found: Public) -> str:
    """The stored body in the form in which the internet may see it."""
    body = NoticeBody.objects.get(pk=found.pk)
    return str(body.masked_name if found.form == Form.MASKED else body.count_only)


def by_receipt(receipt: str) -> Objection:
    """The objection of a receipt, where its notice is one that the internet may know of. Raises NotFound."""
    found = Objection.objects.filter(receipt=receipt[:16]).select_related("notice", "line").first()
    if found is None or Settings(clock.today()).internet_form(found.notice.division_id) == "none":
        raise NotFound(_("没有这个受理编号，请核对后重新输入"), "receipt")
    return found

"""Posting notices: checked, rendered once, written set-wise; all of them or none."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.accounts.queries import name_of
from fupin.core import audit, clock, made_up, working_days
from fupin.core.refusals import Refused
from fupin.core.sentences import said
from fupin.divisions.models import Division
from fupin.divisions.tree import Tree
from fupin.notices import reading, rendering, rules, terms
from fupin.notices.models import Notice, NoticeBody, NoticeLine
from fupin.notices.operations import news
from fupin.notices.reading import Known, Line
from fupin.notices.rendering import Rendered, Row, Sheet
from fupin.notices.rules import Terms
from fupin.notices.terms import Settings
from fupin.notices.words import KINDS, MOST_LINES, MOST_TEXT, OF_DIVISIONS, PLACES, TITLES, Kind, State
from fupin.policy.regimes import regime

PERMISSION = "notices.post"
_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 10
_AT_ONCE, _MOST_TOLD = 5_000, 20


@dataclass(frozen=True, slots=True)
class Wanted:
    """A notice to be posted. `subject` is the matter that it belongs to as a whole (`round:12`); empty for none."""

    kind: str
    division: int
    place: str
    lines: Sequence[Line] = field(default_factory=tuple)
    title: str = ""
    note: str = ""
    contact: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class _Made:
    notice: Notice
    body: Rendered
    lines: list[NoticeLine]


def post(*, notices: Sequence[Wanted], by: Any, on: date, is_confirmed: bool = False) -> list[Notice]:
    """Put up notices, each rendered here and never again; returns them in the order given.

    `is_confirmed`: a second person has confirmed the day where it lies longer back than may be entered late.
    Raises NotAllowed outside the own area, Refused with every reason, by notice and line.
    """
    scopes.require_each(by, PERMISSION, {one.division for one in notices})
    with transaction.atomic():
        list(Division.objects.select_for_update().filter(pk__in={one.division for one in notices}).order_by("pk"))
        made = _make(notices, by, on, is_confirmed)
        _refuse_twice(made)
        rows = [one.notice for one in made]
        Notice.objects.bulk_create(rows, batch_size=500)
        NoticeBody.objects.bulk_create(
            [NoticeBody(notice=one.notice, sheet=one.body.sheet, masked_name=one.body.masked_name,
                        count_only=one.body.count_only) for one in made], batch_size=200,
        )  # fmt: skip
        NoticeLine.objects.bulk_create([line for one in made for line in one.lines], batch_size=2_000)
        audit.record_many(by=by, on=on, entries=[
            audit.Entry("notices.post", f"notice:{row.pk}", row.division_id, _detail(row)) for row in rows
        ])  # fmt: skip
        news.tell([
            news.News("posted", one.notice, tuple(line.subject for line in one.lines), on) for one in made
        ] if news.FOLLOWS else [])  # fmt: skip
    return rows


def preview(*, wanted: Wanted, by: Any, on: date) -> Rendered:
    """The sheet as it would be posted. Raises as `post` does; writes nothing."""
    scopes.require(by, PERMISSION, wanted.division)
    return _make([wanted], by, on, is_confirmed=False)[0].body


def _detail(row: Notice) -> dict[str, Any]:
    return {"number": row.code, "notice_kind": row.kind, "place": row.place, "days": row.days,
            "until": row.until.isoformat(), "lines": row.households, "sha256": row.sha256}  # fmt: skip


def _make(notices: Sequence[Wanted], by: Any, on: date, is_confirmed: bool) -> list[_Made]:
    """Everything checked and rendered, nothing written. Raises Refused with the reasons of all notices."""
    news.require_clock()
    settings, calendar, today = Settings(on), working_days.calendar(), clock.today()
    known = _read(notices, settings, on)
    reasons: list[str] = [] if notices else [_("没有要张贴的公示")]
    made: list[_Made] = []
    for one in notices:
        found, against = _one(one, known, settings)
        late = int(settings.value("publicity.back_dating_days", one.division))
        against += rules.may_post(on=on, today=today, back_dating=late, is_confirmed=is_confirmed).reasons
        if found is not None and not against:
            made.append(_built(one, *found, by=by, on=on, calendar=calendar, names=settings.names))
        where = f"{settings.names.name(one.division)}：" if len(notices) > 1 else ""
        reasons += [f"{where}{said(text)}" for text in against]
    if reasons:
        raise Refused(dict.fromkeys(reasons), "notice")
    return made


def _read(notices: Sequence[Wanted], settings: Settings, on: date) -> dict[int, Known]:
    ids = [line.household for one in notices for line in one.lines if line.household is not None]
    asked = {
        name for one in notices if one.kind not in OF_DIVISIONS for name in settings.fields(one.kind, one.division)
    }
    return reading.households(ids, sorted(asked), on=on) if ids else {}


def _one(one: Wanted, known: dict[int, Known], settings: Settings) -> tuple[tuple[Terms, list[str], list[Row]] | None, list[str]]:  # fmt: skip
    """Terms, fields and lines of a notice, and what stands against it."""
    if one.kind not in KINDS or one.place not in PLACES:
        return None, [_("请选择公示类别和地点")]
    level = settings.names.by_id(one.division).level
    if not terms.fits(one.place, level):
        return None, [_("“%(place)s”不能公示上级区划的名单") % {"place": PLACES[one.place]}]  # type: ignore[index]
    try:
        found = settings.terms(one.kind, one.place, one.division)
    except Refused as refusal:
        return None, list(refusal.reasons)
    fields = list(settings.fields(one.kind, one.division))
    rows, against = _rows(one, fields, known, settings.names)
    if not one.lines:
        against.append(_("名单中没有一户，不能公示"))
    if len(one.lines) > MOST_LINES:
        against.append(_("一份公示最多 %(most)d 行，请按嘎查村分开公示") % {"most": MOST_LINES})
    if any(rules.looks_like_a_number(text) for text in (one.title, one.note)):
        against.append(_("标题、说明中有像证件号码、电话或账号的数字，不得公示，请删去"))
    if len(one.note) > MOST_TEXT or len(one.title) > 120 or len(one.contact) > 120:
        against.append(_("标题、受理单位最多 120 字，说明最多 %(most)d 字") % {"most": MOST_TEXT})
    return (found, fields, rows), against


def _rows(one: Wanted, fields: list[str], known: dict[int, Known], names: Tree) -> tuple[list[Row], list[str]]:
    rows: list[Row] = []
    against: list[str] = []
    below: dict[int, bool] = {}
    seen: set[str] = set()
    for place, line in enumerate(one.lines, 1):
        if line.subject in seen:
            against.append(_("第 %(line)d 行与前面的行重复") % {"line": place})
        seen.add(line.subject)
        row, reason = _row(one, line, fields, known, partial(_beyond, names, one.division, below))
        if row is not None:
            rows.append(row)
            reason = reason or _shows_too_much(row)
        if reason:
            against.append(_("第 %(line)d 行：%(reason)s") % {"line": place, "reason": reason})
    return rows, against


def _row(one: Wanted, line: Line, fields: list[str], known: dict[int, Known],
         beyond: Callable[[int], str]) -> tuple[Row | None, str]:  # fmt: skip
    if one.kind in OF_DIVISIONS:
        if line.division is None:
            return None, _("没有写明嘎查村或旗县")
        return reading.division_row(line), beyond(line.division)
    found = known.get(line.household or 0)
    if found is None:
        return None, _("登记册中当日没有这一户")
    row = reading.with_own_words(found.row, line, fields)
    if not row.values.get("head_name", "—"):
        return row, _("没有户主，请先登记户主")
    return row, beyond(found.village)


def _beyond(names: Tree, division: int, below: dict[int, bool], place: int) -> str:
    if place not in below:
        below[place] = names.is_below(place, division)
    return "" if below[place] else _("不属于公示的区划")


def _shows_too_much(row: Row) -> str:
    """A number among the words, such as a phone typed behind the name of a group."""
    found = [name for name, text in row.values.items() if rules.looks_like_a_number(str(text))]
    names = [rendering.HEADINGS[name][0] for name in found]
    return (
        _("“%(names)s”中有像证件号码、电话或账号的数字，不得公示，请先在登记册中更正") % {"names": "、".join(names)}
        if names
        else ""
    )


def _built(
    one: Wanted, terms_: Terms, fields: list[str], rows: list[Row], *, by: Any, on: date, calendar: Any, names: Tree
) -> _Made:
    until = rules.last_day(on, terms_, (), on=on, is_working=calendar.is_working)
    title = one.title.strip() or title_of(one.kind, on)
    contact = one.contact.strip() or terms.contact_of(names, one.division)
    body = rendering.render(Sheet(
        title=title, place=one.place, where=names.full_name(one.division, "banner"), office=terms.office_of(names, one.division, one.place, on), posted_on=on,
        until=until, days=terms_.days, counts_holidays=terms_.counts_holidays, contact=contact, note=one.note.strip(),
        fields=fields, rows=rows, is_of_divisions=one.kind in OF_DIVISIONS, is_made_up=bool(made_up.sentence()),
    ))  # fmt: skip
    notice = Notice(
        code=new_code(), kind=one.kind, division_id=one.division, place=one.place, subject=one.subject,
        regime=regime(on).name, title=title, contact=contact, posted_on=on, posted_at=timezone.now(),
        posted_by=getattr(by, "pk", None), posted_name=name_of(by), days=terms_.days,
        counts_holidays=terms_.counts_holidays, first_day_counts=terms_.first_day_counts, pauses=terms_.pauses,
        planned_until=until, until=until, state=State.POSTED, households=len(rows),
        persons=sum(row.persons for row in rows), sha256=body.sha256,
    )  # fmt: skip
    lines = [
        NoticeLine(notice=notice, position=at, subject=line.subject, name=(row.values.get("head_name") or row.values.get("name", ""))[:80])
        for at, (line, row) in enumerate(zip(one.lines, rows, strict=True), 1)
    ]  # fmt: skip
    return _Made(notice, body, lines)


def title_of(kind: str, on: date) -> str:
    """What a notice of a kind is called, in the words of the day."""
    words = regime(on)
    return TITLES[Kind(kind)].format(household=words.word("household"), register=words.word("register"))


def new_code() -> str:
    """A code that nobody guesses, of signs that are not mistaken for one another."""
    return "".join(secrets.choice(_SIGNS) for _place in range(CODE_LENGTH))


def _refuse_twice(made: Iterable[_Made]) -> None:
    """Who hangs already in the same place for the same matter is not hung again."""
    wanted: dict[tuple[str, str], list[str]] = {}
    for one in made:
        wanted.setdefault((one.notice.kind, one.notice.place), []).extend(line.subject for line in one.lines)
    reasons: list[str] = []
    for (kind, place), subjects in wanted.items():
        if len(set(subjects)) < len(subjects):
            reasons.append(_("同一对象在几份公示中重复，请核对名单"))
        for start in range(0, len(subjects), _AT_ONCE):
            reasons += _hanging(kind, place, subjects[start : start + _AT_ONCE])
    if reasons:
        raise Refused(reasons[:_MOST_TOLD], "twice")


def _hanging(kind: str, place: str, subjects: Sequence[str]) -> list[str]:
    rows = NoticeLine.objects.filter(
        subject__in=subjects, notice__state=State.POSTED, notice__kind=kind, notice__place=place
    )
    sentence = _("“%(name)s”已在公示 %(code)s 中，期满或撤下后才能再次公示")
    return [
        sentence % {"name": line.name, "code": line.notice.code}
        for line in rows.select_related("notice").order_by("id")[:_MOST_TOLD]
    ]

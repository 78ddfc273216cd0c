"""Officers issued in bulk: a list of who serves where, by file or over the API, all of it or nothing.

The region (or a banner) issues information officers and grid officers by a list. Whoever is new gets an account with a
one-time password; whoever has an account gets the posting; a line that stands already changes nothing.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import IO, Any

import polars as pl
from django.db.models import Q
from django.db.transaction import atomic
from django.utils.translation import gettext as _

from fupin.accounts import operations, queries, scopes
from fupin.accounts.models import Posting, User
from fupin.accounts.operations import NewPosting, NewUser
from fupin.accounts.operations.users import normalised
from fupin.accounts.roles import ROLES
from fupin.accounts.rules import area_of
from fupin.accounts.words import DUTIES
from fupin.core import clock
from fupin.core.columns import Column
from fupin.core.refusals import Refused
from fupin.core.sentences import told
from fupin.core.workbooks import reading
from fupin.core.workbooks.stamps import Stamp, version_of
from fupin.core.workbooks.writing import write_template
from fupin.divisions.models import Division, DivisionFact

MOST = 5_000
"""Lines of one list: a region's officers of one league. More are a second list."""
MOST_REASONS = 20
COLUMNS = (
    Column("username", "用户名", required=True, max_length=60, note="登录时输入；已有账户的填其用户名，只增加任职"),
    Column("full_name", "姓名", max_length=60, note="新账户须填"),
    Column("division", "区划", required=True, note="区划代码（6、9 或 12 位）或管辖范围内唯一的全名"),
    Column("role", "岗位角色", note="不填：按区划层级为该级干部"),
    Column("duty", "职责", required=True, note="信息员 或 网格员"),
    Column("area", "负责片区", max_length=200, note="网格员填：自然村、村民小组、浩特/独贵龙的名称，以顿号分开"),
)
_ROLE_AT = {"region": "region_officer", "league": "league_officer", "banner": "banner_officer",
            "township": "township_officer", "village": "village_officer"}  # fmt: skip
_OFFICERS = ("information", "grid")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the list as it was written; `at` is its row in the file."""

    username: str
    division: str
    duty: str
    full_name: str = ""
    role: str = ""
    area: str = ""
    at: int = 0


@dataclass(frozen=True, slots=True)
class Appointed:
    """One officer that the list made: `password` is told once, empty where there was an account already."""

    posting: Posting
    password: str


def template() -> bytes:
    """The workbook of the list: headers, notes, nothing in it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "officers.xlsx"
        write_template(path, label="信息员", columns=COLUMNS, stamp=Stamp("officers", version_of(COLUMNS)))
        return path.read_bytes()


def read(file: IO[bytes], name: str) -> list[Line]:
    """The lines of a list in any spreadsheet that can be read. Raises Refused."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list"
        path.write_bytes(file.read())
        found = reading.stage(path, COLUMNS, Path(folder) / "staged", name=name)
        if found.rows > MOST:
            raise Refused(_("一次最多 %(most)d 行，请分成几份再传") % {"most": MOST}, "file")
        return [line for sheet in found.staged for line in _lines(sheet)]


def _lines(sheet: reading.Staged) -> list[Line]:
    lines = []
    for row in pl.read_parquet(sheet.parquet).iter_rows(named=True):
        cells = {name: (row[f"c{at}"] or "").strip() for name, at in sheet.mapping.found.items()}
        if any(cells.values()):
            lines.append(Line(**{"username": "", "division": "", "duty": "", **cells}, at=int(row["row"])))
    return lines


@atomic
def appoint(*, lines: Sequence[Line], by: Any, on: date | None = None) -> list[Appointed]:
    """Give every line its account and posting from `on` (today). Raises Refused or NotAllowed with every reason."""
    scopes.require(by, "accounts.change")
    lines = [replace(one, username=normalised(one.username)) for one in lines]
    users = {user.username: user for user in User.objects.filter(username__in={line.username for line in lines})}
    news = _judged(lines, _places(by, lines), users, by)
    standing = _standing(users)
    news = [new for new in news if (new.username, new.role, new.division.pk, new.duty, new.area) not in standing]
    first: dict[str, NewUser] = {}
    for new in news:
        if new.username not in users:
            first.setdefault(new.username, new)
    added = operations.add_users(news=list(first.values()), by=by, on=on)
    users |= {one.user.username: one.user for one in added}
    more = [new for new in news if first.get(new.username) is not new]
    posted = operations.add_postings(
        news=[NewPosting(users[new.username], new.role, new.division, new.duty, new.area) for new in more],
        by=by, on=on,
    )  # fmt: skip
    return [Appointed(one.posting, one.password) for one in added] + [Appointed(one, "") for one in posted]


def _standing(users: dict[str, User]) -> set[tuple[str, str, int, str, str]]:
    """Postings that the people of the list have already: the same list given twice changes nothing."""
    holds = Q(valid_to__isnull=True) | Q(valid_to__gt=clock.today())  # those to come stand too
    rows = Posting.objects.filter(holds, user__in=list(users.values()))
    return set(rows.values_list("user__username", "role", "division_id", "duty", "area"))


def _places(by: Any, lines: Sequence[Line]) -> dict[str, list[Division]]:
    """The divisions in the actor's reach that the lines name, by code or by name: one question each."""
    texts = {line.division for line in lines}
    codes = {text.ljust(12, "0"): text for text in texts if text.isdecimal()}
    facts = scopes.within(by, DivisionFact.objects.open().select_related("division"), division="division",
                          permission="accounts.change")  # fmt: skip
    found: dict[str, list[Division]] = {}
    for fact in facts.filter(code__in=codes):
        found.setdefault(codes[fact.code], []).append(fact.division)
    for fact in facts.filter(name__in=texts):
        found.setdefault(fact.name, []).append(fact.division)
    return found


def _judged(lines: Sequence[Line], places: dict[str, list[Division]], users: dict[str, User], by: Any) -> list[NewUser]:
    """Every line as what it asks for. Raises Refused with the reasons of all lines, each with its row."""
    seen = set(
        queries.visible_users(by).filter(pk__in=[user.pk for user in users.values()]).values_list("pk", flat=True)
    )
    news: dict[tuple[str, str, int], NewUser] = {}
    reasons = []
    for number, line in enumerate(lines, start=1):
        try:
            new = _one(line, places.get(line.division, []), users.get(line.username), seen)
            if news.setdefault((new.username, new.role, new.division.pk), new) is not new:
                raise Refused(_("名单中此人在该区划的同一岗位已有一行，请并成一行"))
        except Refused as refusal:
            where = _("第 %(row)d 行") % {"row": line.at or number}
            reasons += [told(where, reason) for reason in refusal.reasons]
    if not lines:
        reasons.append(_("名单里没有人，请填写后再传"))
    if len(reasons) > MOST_REASONS:
        rest = len(reasons) - MOST_REASONS
        reasons = [*reasons[:MOST_REASONS], _("另有 %(count)d 处，请先改正以上各处") % {"count": rest}]
    if reasons:
        raise Refused(reasons, "lines")
    return list(news.values())


def _one(line: Line, found: Sequence[Division], user: User | None, seen: set[int]) -> NewUser:
    duty = _code_of(line.duty, {code: DUTIES[code] for code in _OFFICERS})
    roles = {role.name: (role.label, role.label_en) for role in ROLES.values() if not role.is_administrator}
    reasons = []
    if not line.username:
        reasons.append(_("没有用户名"))
    if duty is None:
        reasons.append(_("职责“%(text)s”请填信息员或网格员") % {"text": line.duty})
    if len(found) != 1:
        why = (
            _("您的管辖范围内没有“%(text)s”，请填区划代码或全名。")
            if not found
            else _("“%(text)s”不止一个，请填区划代码。")
        )
        reasons.append(why % {"text": line.division})
    role = _code_of(line.role, roles) if line.role else _ROLE_AT.get(found[0].level if found else "", "")
    if role is None:
        reasons.append(_("没有“%(text)s”这个岗位角色") % {"text": line.role})
    reasons += _identity_reasons(line, user, seen)
    if reasons:
        raise Refused(reasons)
    return NewUser(line.username, role or "", found[0], line.full_name, duty or "", area=area_of(line.area))


def _identity_reasons(line: Line, user: User | None, seen: set[int]) -> list[str]:
    """A new account needs a name; one that exists must be known to the actor and bear the name that the line says."""
    if user is None:
        return [] if line.full_name else [_("新账户须填姓名")]
    if user.pk not in seen:
        return [_("用户名“%(name)s”不能用：为空或已有人使用，请换一个。") % {"name": line.username}]
    if line.full_name and user.full_name and line.full_name != user.full_name:
        names = {"user": line.username, "name": user.full_name, "text": line.full_name}
        return [_("用户名“%(user)s”是%(name)s的，与“%(text)s”不符") % names]
    return []


def _code_of(text: str, known: dict[str, tuple[str, str]]) -> str | None:
    """The code that a text stands for: itself, or its label in either language."""
    plain = text.strip().casefold()
    return next((code for code, words in known.items() if plain in (code, *(word.casefold() for word in words))), None)

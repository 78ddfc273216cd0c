"""A cast of officers for the demonstration: one for each duty, with passwords made for this instance alone."""

from __future__ import annotations

from datetime import date
from typing import Any

from fupin.accounts import scopes
from fupin.accounts.models import Posting
from fupin.accounts.operations.users import NewUser, add_users, make_a_password
from fupin.core import clock
from fupin.divisions.models import Division
from fupin.divisions.queries import tree

CAST: tuple[tuple[str, str, str, str, str], ...] = (
    # user name, role, level of the posting, name, duty; village2 and village3 are neighbours of the village
    ("banner", "banner_officer", "banner", "包晓明", "information"),
    ("banner2", "banner_officer", "banner", "白玉兰", "旗扶贫办复核"),
    ("township", "township_officer", "township", "王建国", "information"),
    ("village", "village_officer", "village", "巴特尔", "information"),
    ("team", "village_team", "village", "李志强", "驻村工作队"),
    ("helper", "helper", "village", "斯琴高娃", "帮扶责任人"),
    ("grid", "village_officer", "village", "宝音", "grid"),
    ("grid2", "village_officer", "village", "萨仁", "grid"),
    ("village2", "village_officer", "village2", "哈斯", "information"),
    ("grid3", "village_officer", "village2", "其其格", "grid"),
    ("village3", "village_officer", "village3", "苏和", "information"),
    ("department", "department", "banner", "张海霞", "旗医保局"),
    ("finance", "finance", "banner", "刘福", "旗财政局"),
    ("leader", "leader", "banner", "何志远", "分管领导"),
    ("auditor", "auditor", "banner", "陈静", "审计"),
    ("league", "league_officer", "league", "孟和", "information"),
    ("region", "region_officer", "region", "乌云其木格", "自治区扶贫办"),
    ("system", "system_admin", "banner", "系统管理员", "系统管理"),
    ("security", "security_admin", "banner", "安全管理员", "安全管理"),
    ("audit", "audit_admin", "banner", "审计管理员", "安全审计"),
)
AREAS = {"grid": "1组、2组、3组", "grid2": "4组、5组、6组"}
"""The parts of the village that its grid officers share; grid3 has all of the next one, and the third has nobody."""

FAMILY = ("包", "白", "吴", "韩", "陈", "何", "金", "马", "佟", "李", "张")
GIVEN = ("青山", "那顺", "海龙", "萨日娜", "乌力吉", "额尔敦", "图雅", "朝鲁", "格日勒", "明华", "永胜", "斯琴", "宝泉")
"""The names of the townships' information officers, made up of two rows whose lengths share no divisor."""


def enlist(division: str, *, on: date) -> list[dict[str, str]]:
    """Make the cast's accounts around a banner (or the region); returns who they are with their passwords."""
    places = _places(division)
    news = [
        NewUser(
            name, role, Division.objects.get(pk=places[level]), full_name, duty, make_a_password(), AREAS.get(name, "")
        )
        for name, role, level, full_name, duty in CAST
        if level in places
    ]
    added = add_users(news=news, by=scopes.SYSTEM, on=on)
    today = tree()
    return [
        {"username": made.user.username, "password": made.password, "role": made.posting.role, "name": made.user.full_name,
         "division": today.by_id(made.posting.division_id).code, "place": today.name(made.posting.division_id)}
        for made in added
    ]  # fmt: skip


def enlist_townships(banner: int, *, on: date) -> int:
    """An information officer in each township that has none, so that every ticket of the banner has somebody; nobody is
    told their passwords. Each by itself, for others write meanwhile. Returns how many."""
    posts = Posting.objects.on(clock.today()).filter(duty="information", division__level="township")
    held = set(posts.values_list("division_id", flat=True))
    free = [one for one in _lower(banner, "township") if one not in held]
    for at, township in enumerate(free):
        name = f"{FAMILY[at % len(FAMILY)]}{GIVEN[at % len(GIVEN)]}"
        code = tree().by_id(township).short_code
        new = NewUser(f"information{code}", "township_officer", Division.objects.get(pk=township), name, "information")
        add_users(news=[new], by=scopes.SYSTEM, on=on)
    return len(free)


def _places(division: str) -> dict[str, int]:
    """A division of each level around (and below) the one of the demonstration."""
    today = tree()
    here = today.by_code(division.ljust(12, "0"))
    places: dict[str, Any] = {node.level: node.id for node in today.path(here.id)}
    for level in ("league", "banner", "township", "village"):
        if level not in places:
            above = {"league": "region", "banner": "league", "township": "banner", "village": "township"}[level]
            places[level] = _lower(places[above], level)[0]
    neighbours = [one for one in _lower(places["township"], "village") if one != places["village"]]
    return places | dict(zip(("village2", "village3"), neighbours, strict=False))


def _lower(above: int, level: str) -> list[int]:
    """The divisions of a level right below one; of villages the administrative ones, where there are any."""
    today = tree()
    rows = [node for node in today.children(above) if node.level == level]
    if level == "village":
        rows = [n for n in rows if today.administrative_villages(n.id) or n.kind == "gacha"] or rows
    return [node.id for node in rows]

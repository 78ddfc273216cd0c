"""Whoever reads English meets Chinese only where it is the record itself, and then it is a name or marked as Chinese."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from fupin.accounts.access import ADDRESSES, PUBLIC
from fupin.divisions.queries import tree
from tests.architecture.test_access import PATTERNS, at, expected

CHINESE = re.compile("[\u3001-\u301b\u3400-\u9fff\uff01-\uff0d\uff1a-\uff1f]+")
"""Characters, and the stops and brackets of Chinese text."""
TOLD = ("title", "aria-label", "placeholder", "alt", "data-label", "data-done")
UNCLOSED = ("meta", "link", "input", "img", "br", "hr", "use", "source")
PEOPLE = ("宝音", "乌云", "巴特尔")
"""The members of the sample household."""
READ = sorted(name for name in PATTERNS if (row := ADDRESSES[name]).get and row.place != "nobody")


class Page(HTMLParser):
    """What a page says: its texts, the attributes that are read out or shown, the numbers of charts and of what is taken
    along; but for what is marked as Chinese."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []
        self.inside: list[tuple[str, bool]] = []

    @property
    def is_marked(self) -> bool:
        return any(marked for _tag, marked in self.inside)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        marked = (given.get("lang") or "").startswith("zh")
        if not marked and not self.is_marked:
            self.told += [text for name in TOLD if (text := given.get(name))]
        if tag not in UNCLOSED:
            self.inside.append((tag, marked))

    def handle_endtag(self, tag: str) -> None:
        while self.inside and self.inside.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not self.is_marked:
            self.told.append(json.dumps(json.loads(data), ensure_ascii=False) if self._is_script() else data)

    def _is_script(self) -> bool:
        return bool(self.inside) and self.inside[-1][0] == "script" and self.rawdata != ""


@cache
def names() -> frozenset[str]:
    """Places and people keep their names in every language."""
    return frozenset(node.name for node in tree()) | frozenset(PEOPLE)


def is_named(text: str) -> bool:
    """Is it a name, or several one after the other, as in 甘旗卡镇甘旗卡村委会?"""
    ends = {0}
    for end in range(1, len(text) + 1):
        if any(text[start:end] in names() for start in ends):
            ends.add(end)
    return len(text) in ends


def leftovers(page: str) -> Iterator[str]:
    """The Chinese of a page that is neither a name nor marked."""
    reader = Page()
    reader.feed(page)
    for text in reader.told:
        yield from (found for found in CHINESE.findall(text) if not is_named(found))


def reader_of(name: str, cast: SimpleNamespace, client_of: Any) -> Client:
    """A browser of somebody who may read the address."""
    row = ADDRESSES[name]
    if row.get == PUBLIC:
        return Client()
    user = cast.people[next(one for one in cast.people if expected(one, row, "get") == "allowed")]
    user.refresh_from_db()
    return client_of(user)


@pytest.mark.parametrize("name", READ)
def test_no_chinese_is_left_on_an_english_screen(name, cast, client_of):
    answer = reader_of(name, cast, client_of).get(at(name, cast), headers={"Accept-Language": "en"})
    if answer.get("Content-Type", "").startswith("text/html"):
        assert sorted(set(leftovers(answer.content.decode()))) == []


@pytest.mark.django_db
def test_chinese_that_is_left_is_found_and_what_is_marked_or_a_name_is_not():
    page = "<p title='状态'>科尔沁左翼后旗甘旗卡镇：<b lang='zh'>因病</b> <a>户主（{}）</a></p>".format("宝音")
    assert set(leftovers(page)) == {"状态", "科尔沁左翼后旗甘旗卡镇：", "户主（宝音）"}

"""Designations of which only the number is published: there are exactly so many, and what is made up says so."""

from __future__ import annotations

from datetime import date

import pytest

from fupin.accounts import scopes
from fupin.core.models import AuditEntry
from fupin.demonstration.designations import BANNER, MADE_UP, NAMED, NATIONAL, VILLAGE, designate
from fupin.divisions import published
from fupin.divisions.models import Designation
from fupin.divisions.queries import tree

DAY = date(2016, 12, 31)


@pytest.fixture
def rows(db: None) -> list[Designation]:
    published.load()
    before = AuditEntry.objects.count()
    assert designate(by=scopes.SYSTEM, on=DAY) == 2_860
    assert AuditEntry.objects.count() == before + 2_860
    return list(Designation.objects.filter(kind__in=(BANNER, VILLAGE)))


def test_there_are_as_many_as_the_texts_say_and_no_banner_is_of_both_kinds(rows: list[Designation]) -> None:
    banners = {row.division_id for row in rows if row.kind == BANNER}
    national = set(Designation.objects.filter(kind=NATIONAL).values_list("division_id", flat=True))
    assert (len(banners), len(national), len(banners | national)) == (26, 31, 57)
    villages = {row.division_id for row in rows if row.kind == VILLAGE}
    assert len(villages) == 2_834
    today = tree()
    assert {today.ancestor(village, "banner").id for village in villages} <= banners | national  # type: ignore[union-attr]


def test_all_but_the_thirteen_that_were_announced_are_marked_as_made_up(rows: list[Designation]) -> None:
    real = {tree().by_id(row.division_id).code[:6] for row in rows if row.document != MADE_UP}
    assert real == set(NAMED)
    assert "合成" in MADE_UP
    assert {tree().by_code(code).name for code in NAMED} >= {"乌兰浩特市", "镶黄旗", "阿拉善右旗"}

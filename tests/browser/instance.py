"""Fills the instance that the browser tests look at: the divisions, the cast with one password, thirty households.

Run as `python -m tests.browser.instance` with FUPIN_DATA naming an empty folder. Everything in it is made up.
"""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path
from typing import Any

from tests.browser import records

PASSWORD = "Browser-tests-2018!"
USERS = (
    "banner_officer", "second_banner_officer", "township_officer", "village_officer", "leader", "system_admin",
    "security_admin", "auditor", "archivist",
)  # fmt: skip


def main() -> None:
    """Make the tables, load, fill."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fupin.config.settings")
    import django

    django.setup()
    from django.core.management import call_command

    from fupin.core import tables
    from fupin.divisions.loading import load
    from fupin.registry import openings
    from tests.cast import play

    tables.make()
    call_command("migrate", verbosity=0)
    load()
    openings.open_region()
    cast = play()
    for name in USERS:
        cast.people[name].set_password(PASSWORD)
        cast.people[name].save()
    for at in range(30):
        _family(cast, at)
    _count_people(cast)
    Path(os.environ["FUPIN_DATA"], "addresses.json").write_text(json.dumps(records.addresses(cast)), encoding="utf-8")


def _family(cast: Any, at: int) -> None:
    from fupin.registry import cards
    from fupin.registry.models import RegisterStatus
    from fupin.registry.operations import AccountSheet, Finding, Line, enter_accounts, record_findings
    from fupin.registry.tests.households import family, member

    names = ("宝音", "巴特尔", "那顺", "王建国", "包青格乐图", "陈斯日古楞·包")
    members = [
        member(names[at % 6], "01", "19600101", health="02", labour="01", mongolian_name="ᠪᠠᠶᠠᠨ"),
        member("乌云", "02", "19620305", "2", health="01"),
        member("其其格", "04", "20050505", "2", student="06"),
    ]
    household = family(
        cast.village if at % 3 else cast.other_village, by=cast.banner_officer, on=date(2016, 1, 1), members=members,
        main_cause="01", cultivated_mu=12, phone="13800138000", fuel="02", house_area_m2=80,
    )  # fmt: skip
    RegisterStatus.objects.create(household=household, status="04" if at % 2 else "05", valid_from=date(2016, 1, 1))
    sheet = AccountSheet(
        household.pk, 2018, date(2017, 10, 1), date(2018, 10, 1), 3, [Line("a1", 900_000), Line("b2", 400_000 + at)]
    )
    enter_accounts(sheets=[sheet], by=cast.banner_officer, on=date(2018, 11, 1))
    findings = [
        Finding(household.pk, "water", "met", "自来水入户"),
        Finding(household.pk, "housing", "unmet", "后墙开裂"),
    ]
    record_findings(findings=findings, by=cast.banner_officer, on=date(2018, 11, 1))
    cards.refresh([household.pk])


def _count_people(cast: Any) -> None:
    """How many live where, so that rates can be compared: 吉尔嘎朗镇 is small, its rate is the higher."""
    from fupin.divisions.models import ReferenceFigure

    people = {cast.banner: 9_000, cast.township: 8_000, cast.village: 4_000, cast.other_township: 1_000,
              cast.other_village: 500}  # fmt: skip
    ReferenceFigure.objects.bulk_create(
        ReferenceFigure(division=division, indicator="rural_registered_population", period="2018", value=value,
                        unit="person", source="年鉴")
        for division, value in people.items()
    )  # fmt: skip


if __name__ == "__main__":
    main()

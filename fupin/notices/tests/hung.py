"""Notices for the tests of this app: a family of the village, posted by the village's officer."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from types import SimpleNamespace
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from fupin.notices.models import Notice
from fupin.notices.operations import Line, Wanted, post
from fupin.registry.tests.households import family
from fupin.rulebook.models import Override
from fupin.rulebook.operations import Proposal, confirm, propose

DAY = date(2018, 3, 5)
"""A Monday in the regime of seven days."""


def line_of(household: Any, subject: str = "", **shown: str) -> Line:
    return Line(subject or f"household:{household.pk}", household=household.pk, shown=shown)


def hung(cast: SimpleNamespace, *households: Any, on: date = DAY, by: Any = None, **more: Any) -> Notice:
    """A village's notice of these households (one family unless told)."""
    found = households or (family(cast.village, by=cast.banner_officer, on=date(2018, 1, 1)),)
    given = {"kind": "identified", "division": cast.village.pk, "place": "village"} | more
    wanted = Wanted(lines=[line_of(one) for one in found], **given)
    return post(notices=[wanted], by=by or cast.village_officer, on=on, is_confirmed=True)[0]


def photograph(colour: int = 90) -> SimpleUploadedFile:
    """A picture of a board: nobody's."""
    target = BytesIO()
    Image.new("RGB", (64, 48), (colour, 120, 120)).save(target, "JPEG")
    return SimpleUploadedFile("board.jpg", target.getvalue())


def own_value(cast: SimpleNamespace, name: str, value: Any, *, since: date = date(2018, 1, 1)) -> Override:
    """The banner's own value of a parameter, confirmed by another person."""
    (row,) = propose(proposals=[Proposal(name, cast.banner, value, since, "后旗扶组发〔2018〕3号", reason="本旗规定")],
                     by=cast.banner_officer, on=since)  # fmt: skip
    return confirm(overrides=[row], by=cast.second_banner_officer, seen={row.pk: bytes(row.digest)}, on=since)[0]

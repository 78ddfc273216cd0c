"""So that no screen is empty: findings, photos, requests that wait for a second person, a handover, files to try."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from fupin.accounts import scopes
from fupin.accounts.models import Posting, User
from fupin.accounts.operations.handovers import draw_up_handover
from fupin.accounts.operations.postings import add_posting
from fupin.core import attachments
from fupin.demonstration import visits
from fupin.divisions.models import Division
from fupin.registry import openings
from fupin.registry.models import HouseholdCard, IncomeAccount, IncomeEntry
from fupin.registry.operations import cite_evidence
from fupin.rulebook.operations import Proposal, propose
from fupin.synthetic import departments, national
from fupin.synthetic.make import Order, Run, make_part
from fupin.synthetic.write import write

FOUND, PICTURED = 120, 6
YEAR = 2018


def found_and_pictured(division: str, *, by: Any, on: date) -> None:
    """The year's visits (see `visits`), and a few photos of those still in the register."""
    homes = visits.visited(division, FOUND)
    visits.visit(homes, by=by, on=on)
    cards = [card for card in homes if card.status != "05"][:PICTURED]
    for place, card in enumerate(cards):
        attachments.store(
            _picture(place), subject=f"household:{card.pk}", kind="photo", by=by, name=f"house-{place + 1}.jpg", on=on,
            division=card.village_id,
        )  # fmt: skip
    _evidenced(cards, by=by, on=on)


def _evidenced(cards: Sequence[HouseholdCard], *, by: Any, on: date) -> None:
    """The last income account of these rests on a slip for its first two items; the others have nothing yet."""
    accounts = IncomeAccount.objects.filter(household__in=[card.pk for card in cards]).order_by("year")
    for account in {account.household_id: account for account in accounts}.values():
        items = sorted(set(IncomeEntry.objects.filter(account=account).values_list("item", flat=True)))
        proof = SimpleUploadedFile("收入证明.jpg", slip(account.pk))
        if items:
            cite_evidence(household=account.household_id, year=account.year, cited=dict.fromkeys(items[:2], ()),
                          file=proof, by=by, on=on)  # fmt: skip


def slip(number: int) -> bytes:
    """A sheet of paper with lines on it, others for another number: no word of anybody."""
    picture = Image.new("RGB", (640, 900), (250, 249, 244))
    pen = ImageDraw.Draw(picture)
    for line in range(14):
        pen.rectangle((60, 120 + line * 50, 320 + (number + line * 97) % 240, 132 + line * 50), fill=(120, 120, 120))
    pen.ellipse((430, 730, 570, 870), outline=(190, 40, 40), width=6)
    pen.text((16, 872), "SYNTHETIC", fill=(60, 60, 60))
    return _jpeg(picture)


def _picture(place: int) -> bytes:
    """A drawn house under a sky: nobody's."""
    sky = [(178, 207, 236), (205, 222, 238), (240, 214, 178)][place % 3]
    picture = Image.new("RGB", (960, 640), sky)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 430, 960, 640), fill=[(150, 178, 96), (196, 176, 120), (226, 232, 236)][place % 3])
    left = 180 + place * 40
    pen.rectangle((left, 280, left + 380, 470), fill=(222, 205, 178), outline=(90, 70, 50), width=4)
    pen.polygon([(left - 30, 280), (left + 410, 280), (left + 350, 190), (left + 30, 190)], fill=(166, 74, 58))
    pen.rectangle((left + 160, 350, left + 230, 470), fill=(110, 78, 52))
    for window in (left + 40, left + 270):
        pen.rectangle((window, 330, window + 70, 400), fill=(188, 214, 230), outline=(90, 70, 50), width=4)
    pen.text((16, 606), "SYNTHETIC", fill=(60, 60, 60))
    return _jpeg(picture)


def _jpeg(picture: Image.Image) -> bytes:
    target = BytesIO()
    picture.save(target, "JPEG", quality=82)
    return target.getvalue()


def pending(division: str, *, on: date) -> None:
    """Requests that wait: a line of the banner's own, the end of the opening, a handover half signed."""
    users = {user.username: user for user in User.objects.filter(username__in=("banner", "village", "security"))}
    posting = Posting.objects.filter(user=users["banner"]).select_related("division").first()
    if posting is None or posting.division.level != "banner":
        return
    propose(
        proposals=[
            Proposal("publicity.village_days", posting.division, 10, on, "后旗扶组发〔2018〕12号", reason="牧区居住分散")
        ],
        by=users["banner"], on=on,
    )  # fmt: skip
    openings.ask_close(division=posting.division_id, by=users["banner"], on=on)
    _handover(users["village"], by=scopes.SYSTEM, on=on)


def _handover(user: User, *, by: Any, on: date) -> None:
    """The village's information officer leaves; the successor has been posted."""
    posting = Posting.objects.filter(user=user).select_related("division").first()
    successor = User.objects.filter(username="team").first()
    if posting and successor:
        add_posting(
            user=successor,
            role=posting.role,
            division=posting.division,
            by=by,
            on=on - timedelta(days=3),
            duty="接任嘎查信息员",
        )
        draw_up_handover(posting=posting, successor=successor, by=by, on=on, remark="换届")


def example_files(folder: Path, village: tuple[str, str], run: Run | None) -> Sequence[Path]:
    """Files to try the import with: a clean one, one with defects, exports of the national register, files of departments.

    `village` is the code of the village that they are about and the name of its township.
    """
    code, township = village
    clean = write(Order(20, code, seed=901), folder / "clean", "xlsx").files
    wrong = write(Order(30, code, seed=902), folder / "with-defects", "xlsx", dirty=20).files
    theirs: list[Path] = []
    if run is not None:
        part = make_part(run, 0, YEAR)
        theirs = national.write_part(part, township, YEAR, folder / "national", "xlsx")
        theirs += departments.write(part, folder / "departments", "xlsx")
    return [*clean, *wrong, *theirs]


def example_village(division: str) -> tuple[str, str]:
    """A village in which the examples live: its code and the name of its township."""
    from fupin.divisions.queries import tree

    today = tree()
    village = today.administrative_villages(today.by_code(division.ljust(12, "0")).id)[0]
    township = today.ancestor(village.id, "township")
    return village.code, township.name if township else ""


def division_of(code: str) -> Division:
    """The division of a code."""
    from fupin.divisions.queries import tree

    return Division.objects.get(pk=tree().by_code(code.ljust(12, "0")).id)

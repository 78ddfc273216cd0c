"""The answer to a letter is taken in: sealed like any file, the same file once, and the letter led on when it counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.accounts.queries import name_of
from fupin.core import audit, clock, sealed_files
from fupin.core.refusals import NotFound, Refused
from fupin.quality.comparison import folders
from fupin.quality.comparison.letters import operations
from fupin.quality.comparison.letters.models import Letter
from fupin.quality.comparison.letters.steps import PERMISSION
from fupin.quality.comparison.models import Exchange
from fupin.quality.comparison.words import Stage, Way

AWAITED = ("sent", "returned")


def take_in(*, letter: Letter, pieces: Iterable[bytes], name: str, by: Any, on: date) -> Exchange:
    """Seal the answer away; the same file handed in again is the same answer. Raises NotAllowed outside the own area,
    Refused where the letter waits for none, its list is deleted, or the file is empty."""
    scopes.require(by, PERMISSION, letter.division_id)
    if letter.state not in AWAITED:
        raise Refused(_("这份比对函还没有发出，或已办结，不能登记回函"), "state")
    if not folders.is_there(letter.pk, folders.LINES):
        raise Refused(_("发函名单已到期删除，无法对上回函；请重新发函"), "deleted")
    if on > clock.today():
        raise Refused(_("回函日期 %(day)s 晚于今天") % {"day": on}, "future_day")
    made = Exchange(
        source=letter.source, definition=letter.definition, division_id=letter.division_id, letter=letter, on=on, way=Way.LETTER,
        file_name=Path(name).name[:120], made_by=getattr(by, "pk", None),
        made_name=name_of(by), keep_until=letter.keep_until,
    )  # fmt: skip
    made.size, made.sha256 = folders.seal(made.pk, folders.GIVEN, pieces)
    known = Exchange.objects.filter(letter=letter, sha256=made.sha256).exclude(state=Stage.REFUSED).first()
    if known is not None or not made.size:
        folders.remove(made.pk)
        if known is None:
            raise Refused(_("“%(name)s”是空文件") % {"name": made.file_name}, "empty")
        return known
    with transaction.atomic():
        made.save(force_insert=True)
        audit.record(by=by, act="comparison.take_in", subject=f"exchange:{made.pk}", division=made.division_id, on=on,
                     detail={"source": made.source, "letter": letter.number, "file": made.file_name,
                             "sha256": made.sha256})  # fmt: skip
    return made


def counted(*, exchange: Exchange, by: Any) -> None:
    """The answer was compared: the letter is answered."""
    letter = exchange.letter
    if letter is not None and letter.state in AWAITED:
        operations.act(letter=letter, act="answer", by=by, on=clock.today(), note=exchange.file_name)


def take_wrong(*, exchange: Exchange, by: Any) -> Iterator[bytes]:
    """The lines of an answer that are to be looked at, numbers covered, as a workbook: for who asks the department again.

    Raises NotAllowed outside the own area, NotFound where there are none, or no longer."""
    scopes.require(by, PERMISSION, exchange.division_id)
    if exchange.letter_id is None or not folders.is_there(exchange.pk, folders.WRONG):
        raise NotFound(_("这份回函没有待核对的行，或数据已到期删除"), "wrong")
    audit.record(by=by, act="letter.take_wrong", subject=f"exchange:{exchange.pk}", division=exchange.division_id,
                 detail={"counts": exchange.preview.get("returned", {}).get("counts", {})})  # fmt: skip
    return sealed_files.pieces(folders.folder_of(exchange.pk) / folders.WRONG, exchange.pk)

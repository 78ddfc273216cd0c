"""Reads of workbooks that came back: everybody's own, their lines, how many became what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.core import sealing
from fupin.core.refusals import NotFound
from fupin.quality.offline.models import AnswerBook, AnswerLine
from fupin.quality.offline.words import GIVEN

PAGE = 50
_LARGEST_ID = 2**63 - 1
PERMISSION = "quality.answer"


def books_of(user: Any) -> QuerySet[AnswerBook]:
    """The workbooks that the user has brought back, the newest first."""
    scopes.require(user, PERMISSION)
    return AnswerBook.objects.filter(made_by=user.pk).order_by("-id")


def book_of(user: Any, pk: int) -> AnswerBook:
    """One of them. Raises NotFound for everybody else's."""
    found = books_of(user).filter(pk=pk).select_related("attachment").first() if 0 < pk <= _LARGEST_ID else None
    if found is None:
        raise NotFound(_("没有这份工作簿，或它不是您上传的"), "answers")
    return found


def counts(book: AnswerBook) -> dict[str, int]:
    """How many lines became what."""
    rows = AnswerLine.objects.filter(book=book).order_by().values_list("fate").annotate(n=Count("pk"))
    return dict(rows)


def counts_of(books: Sequence[AnswerBook]) -> dict[int, dict[str, int]]:
    """The same of several workbooks, in one question."""
    rows = AnswerLine.objects.filter(book__in=books).order_by().values_list("book", "fate").annotate(n=Count("pk"))
    found: dict[int, dict[str, int]] = {one.pk: {} for one in books}
    for book, fate, count in rows:
        found[book][fate] = count
    return found


def answers(book: AnswerBook, fates: Sequence[str]) -> dict[str, int]:
    """How many of the lines with these fates give which answer."""
    rows = AnswerLine.objects.filter(book=book, fate__in=fates).order_by()
    return dict(rows.values_list("answer").annotate(n=Count("pk")))


def said(lines: Sequence[AnswerLine]) -> list[dict[str, str]]:
    """What lines say, as it was typed; empty texts where it was deleted when its time was over."""
    opened = sealing.unseal_many(bytes(one.said_sealed) if one.said_sealed is not None else None for one in lines)
    return [orjson.loads(text) if text else dict.fromkeys(GIVEN, "") for text in opened]

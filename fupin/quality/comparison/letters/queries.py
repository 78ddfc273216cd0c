"""Reads of letters through the gate."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.core import steps
from fupin.core.models import Case, StepTaken
from fupin.core.refusals import NotFound, Refused
from fupin.core.steps import Transition
from fupin.quality.comparison.letters.models import Letter
from fupin.quality.comparison.letters.operations import may
from fupin.quality.comparison.letters.steps import LETTER, PERMISSION
from fupin.quality.comparison.letters.words import Shown
from fupin.quality.comparison.models import Exchange

BY_ANSWER = ("answer",)
"""Acts that follow from an answer that was compared, and are not taken by themselves."""

ID_DIGITS = 19
"""An id that the application makes has fewer."""


def letters_for(user: Any) -> QuerySet[Letter]:
    """The letters of divisions in the own area; departments, who are the ones that are asked, see none."""
    return scopes.within(user, Letter.objects.select_related("division"), division="division", permission=PERMISSION)


def letter_of(user: Any, pk: int) -> Letter:
    """One letter. Raises NotFound."""
    found = letters_for(user).filter(pk=pk).first()
    if found is None:
        raise NotFound(_("没有这份比对函"), "letter")
    return found


def named(user: Any, text: str) -> Letter:
    """One letter by its id or its own number. Raises NotFound, Refused where offices used the same number."""
    rows = letters_for(user)
    found = list(rows.filter(number=text.strip())[:2])
    if not found and text.isdecimal() and len(text) < ID_DIGITS:
        found = list(rows.filter(pk=int(text)))
    if not found:
        raise NotFound(_("没有文号或编号为“%(text)s”的比对函") % {"text": text[:60]}, "letter")
    if len(found) > 1:
        raise Refused(_("不止一份比对函的文号是“%(text)s”，请改用编号") % {"text": text[:60]}, "letter")
    return found[0]


def shown(user: Any, which: str, *, today: date) -> QuerySet[Letter]:
    """Of the letters of the own area all of them, or those that `which` says."""
    rows = letters_for(user)
    if which == Shown.LATE:
        return overdue(rows, today=today)
    return to_confirm(rows, user) if which == Shown.WAITING else rows


def overdue(rows: QuerySet[Letter], *, today: date) -> QuerySet[Letter]:
    """Those that went out and were not answered by their day."""
    return rows.filter(state="sent", due_on__lt=today)


def to_confirm(rows: QuerySet[Letter], user: Any) -> QuerySet[Letter]:
    """Those that wait for a second person, and this one has not handed them in."""
    own = StepTaken.objects.filter(act="submit", actor_id=getattr(user, "pk", None), round=F("case__round"),
                                   case__procedure=LETTER.name, case__state="waiting")  # fmt: skip
    subject = Concat(Value("letter:"), Cast("pk", CharField()))
    return rows.filter(state="waiting").annotate(subject=subject).exclude(subject__in=own.values("case__subject"))


def is_overdue(letter: Letter, *, today: date) -> bool:
    """Sent, and not answered by its day?"""
    return letter.state == "sent" and letter.due_on < today


def case_of(letter: Letter) -> Case | None:
    """Where it stands in its procedure."""
    return steps.case_of(LETTER, f"letter:{letter.pk}")


def acts_open_to(user: Any, letter: Letter, *, on: date) -> list[Transition]:
    """What this person may do with it now; what another person has to do is not among it."""
    case = case_of(letter)
    if case is None:
        return []
    found = []
    for step in LETTER.ways_from(case.state):
        if step.act in BY_ANSWER:
            continue
        said = steps.judge(procedure=LETTER, case=case, act=step.act, by=user, on=on, may=may(user), note="办理")
        if said:
            found.append(step)
    return found


def answers_of(letter: Letter) -> QuerySet[Exchange]:
    """What came back, the newest first."""
    return Exchange.objects.filter(letter=letter).order_by("-id")

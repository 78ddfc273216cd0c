"""Reads of letters through the gate."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.core import steps
from fupin.core.models import Case
from fupin.core.refusals import NotFound
from fupin.core.steps import Transition
from fupin.quality.comparison.letters.models import Letter
from fupin.quality.comparison.letters.operations import may
from fupin.quality.comparison.letters.steps import LETTER, PERMISSION
from fupin.quality.comparison.models import Exchange

BY_ANSWER = ("answer",)
"""Acts that follow from an answer that was compared, and are not taken by themselves."""


def letters_for(user: Any) -> QuerySet[Letter]:
    """The letters of divisions in the own area; departments, who are the ones that are asked, see none."""
    return scopes.within(user, Letter.objects.select_related("division"), division="division", permission=PERMISSION)


def letter_of(user: Any, pk: int) -> Letter:
    """One letter. Raises NotFound."""
    found = letters_for(user).filter(pk=pk).first()
    if found is None:
        raise NotFound(_("没有这份比对函"), "letter")
    return found


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

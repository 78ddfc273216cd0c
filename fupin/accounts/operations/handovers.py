"""Handovers: drawn up by who manages the posting, signed by who leaves and by who takes over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.transaction import atomic
from django.http import HttpRequest
from django.utils.translation import gettext as _

from fupin.accounts import handovers, scopes
from fupin.accounts.addresses import client_address
from fupin.accounts.models import Handover, Posting, Signature, User
from fupin.accounts.operations.postings import close_postings
from fupin.accounts.operations.users import has_proof, prove_oneself
from fupin.accounts.steps import GIVE, HANDOVER, TAKE
from fupin.core import clock, steps
from fupin.core.models import Case
from fupin.core.refusals import NotAllowed, Refused


@atomic
def draw_up_handover(
    *, posting: Posting, successor: User, by: Any, on: date | None = None, remark: str = ""
) -> Handover:
    """Freeze what the posting hands over to `successor`.

    Raises NotAllowed without accounts.change there, Refused where the successor holds no posting in the division or a
    handover is under way.
    """
    on = on or clock.today()
    scopes.require(by, "accounts.change", posting.division_id)
    if successor.pk == posting.user_id:
        raise Refused(_("接收人不能是移交人本人。"), "successor")
    holds = Posting.objects.on(on).filter(user=successor, division=posting.division, role=posting.role)
    if not holds.exists():
        raise Refused(_("接收人在该区划还没有同一岗位的任职，请先登记任职。"), "successor")
    if _under_way(posting):
        raise Refused(_("这条任职的交接正在办理。"), "doubled")
    row = Handover(posting=posting, successor=successor, contents=handovers.contents_of(posting), remark=remark.strip(),
                   drawn_up_on=on, drawn_up_by=getattr(by, "pk", None))  # fmt: skip
    row.digest = handovers.digest_of(row)
    row.save()
    steps.begin(procedure=HANDOVER, subject=f"handover:{row.pk}", by=by, on=on, division=posting.division_id)
    return row


def _under_way(posting: Posting) -> bool:
    subjects = [f"handover:{pk}" for pk in posting.handovers.values_list("pk", flat=True)]
    return Case.objects.filter(subject__in=subjects, state__in=("drawn_up", "given")).exists()


def sign_handover(*, handover: Handover, act: str, by: User, secret: str, request: HttpRequest, note: str = "",
                  on: date | None = None) -> None:  # fmt: skip
    """Sign: `give`, `give_for` (who supervises, with the reason) or `take`; the password is typed again.

    The last signature ends the posting. Raises Refused for a wrong password or contents changed since they were
    frozen, NotAllowed where it is not this person's turn.
    """
    prove(by, secret, request)
    if handovers.digest_of(handover) != bytes(handover.digest):
        raise Refused(_("移交内容与造册时不一致，请作废后重新造册。"), "changed")
    with atomic():
        _take(handover, act, by, note, on or clock.today())
        Signature.objects.create(handover=handover, act=act, user=by, digest=handover.digest,
                                 address=client_address(request))  # fmt: skip
        if act == "take":
            _end_posting(handover, by, on or clock.today())
            for pass_on in handovers.PASSES_ON:
                pass_on(handover.posting, handover.successor_id, by, on or clock.today())


def drop_handover(*, handover: Handover, by: Any, note: str, on: date | None = None) -> None:
    """Give a handover up, with the reason. Raises NotAllowed."""
    case = steps.case_of(HANDOVER, f"handover:{handover.pk}")
    act = "drop_given" if case is not None and case.state == "given" else "drop"
    _take(handover, act, by, note, on or clock.today())


def prove(by: User, secret: str, request: HttpRequest) -> None:
    """The person proves anew who they are, by password or by a code of the second factor.

    Raises Refused; wrong tries count as failed sign-ins do.
    """
    if not has_proof(by):
        raise Refused(_("您的账户没有密码，也没有绑定身份验证器：请先在“我的账户”绑定身份验证器，再来签字。"), "secret")
    prove_oneself(by, secret, request, _("密码或验证码不对，没有签字。"))


def turn_of(handover: Handover, by: Any) -> list[str]:
    """The acts that this person can do in the handover now."""
    case = steps.case_of(HANDOVER, f"handover:{handover.pk}")
    if case is None:
        return []
    may = _rights(handover, by)
    return [step.act for step in HANDOVER.ways_from(case.state) if may(step.who, case.division_id)]


def _rights(handover: Handover, by: Any) -> Callable[[str, int | None], bool]:
    """The two named persons sign for themselves; the rest is a matter of roles, and never of the two themselves."""
    pk = getattr(by, "pk", None)
    parties = {handover.posting.user_id, handover.successor_id}

    def may(permission: str, division: int | None) -> bool:
        if permission == GIVE:
            return pk == handover.posting.user_id
        if permission == TAKE:
            return pk == handover.successor_id
        return pk not in parties and scopes.may(by, permission, division)

    return may


def _take(handover: Handover, act: str, by: Any, note: str, on: date) -> None:
    case = steps.case_of(HANDOVER, f"handover:{handover.pk}")
    if case is None:
        raise NotAllowed(_("没有这份交接。"))
    steps.take(procedure=HANDOVER, cases=[case], act=act, by=by, on=on, may=_rights(handover, by), note=note)


def _end_posting(handover: Handover, by: Any, on: date) -> None:
    """End it on the day of the last signature, also where a later end was noted before."""
    posting = Posting.objects.select_for_update().get(pk=handover.posting_id)
    ends_on = max(on, posting.valid_from)
    if posting.valid_to is None or ends_on < posting.valid_to:
        close_postings([posting], by=by, on=ends_on, reason=f"handover:{handover.pk}")

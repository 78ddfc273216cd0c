"""Acts on letters: drawn up, handed in, confirmed by a second person, sent, answered, closed, deleted with proof."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.accounts.queries import name_of, require_two_persons
from fupin.core import audit, clock, sealed_files, sealing, steps
from fupin.core.models import Case, StepTaken
from fupin.core.refusals import NotAllowed, Refused
from fupin.core.revealing import require_purpose
from fupin.divisions.models import Division
from fupin.policy.sources import Source
from fupin.quality.comparison import folders, tokens
from fupin.quality.comparison.letters import making
from fupin.quality.comparison.letters.models import Letter
from fupin.quality.comparison.letters.steps import DAYS, LETTER, PERMISSION
from fupin.quality.comparison.letters.words import WHOMS, Whom
from fupin.quality.comparison.sources import addressee_of, retention_days
from fupin.quality.comparison.words import ASKINGS, Way
from fupin.retention.judging import held_divisions
from fupin.rulebook import own_sources
from fupin.rulebook import queries as rulebook

REVEAL = "registry.reveal"
OUT = ("confirmed", "sent", "returned")
"""States in which the list may be taken: a second person has confirmed it, and it is not closed."""


_SAID = ("whom", "way", "on", "number", "addressee", "basis", "purpose", "due_on", "keep_until")
_LIST = ("households", "persons", "left_out", "sample", "sha256", "size", "extract", "as_of", "prepared_at")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a letter is to be."""

    source: Source
    division: int
    number: str
    purpose: str
    on: date
    due_on: date | None = None
    addressee: str = ""
    basis: str = ""
    whom: str = Whom.BOTH
    way: str = Way.FILE


def draft(*, wanted: Wanted, by: Any) -> Letter:
    """Begin a letter; its list is drawn up by `prepare`. Raises NotAllowed outside the own area, Refused with every reason."""
    scopes.require(by, PERMISSION, wanted.division)
    if own_sources.require(wanted.source.name, on=wanted.on, division=wanted.division) != wanted.source:
        raise Refused(
            _("“%(name)s”在该区划该日没有这个版本，请重新选择数据来源") % {"name": wanted.source.label}, "source"
        )
    made = _letter(wanted, by)
    reasons = _against(made)
    if reasons:
        raise Refused(reasons, "letter")
    with transaction.atomic():
        made.save(force_insert=True)
        steps.begin(procedure=LETTER, subject=f"letter:{made.pk}", by=by, on=clock.today(), division=made.division_id)
    return made


def _letter(wanted: Wanted, by: Any) -> Letter:
    source, division = wanted.source, wanted.division
    due_on = wanted.due_on or clock.today() + timedelta(
        days=int(rulebook.value(DAYS, on=clock.today(), division=division))
    )
    kept = max(due_on, clock.today()) + timedelta(days=retention_days(source, on=clock.today(), division=division))
    key = sealing.seal(tokens.new_key()) if wanted.way == Way.TOKENS else None
    return Letter(
        source=source.name, definition=source.definition, division=Division.objects.get(pk=division), way=wanted.way, whom=wanted.whom, on=wanted.on,
        number=wanted.number.strip()[:60], addressee=(wanted.addressee.strip() or addressee_of(source, division))[:80],
        basis=(wanted.basis.strip() or source.legal_basis)[:300], purpose=wanted.purpose.strip()[:200], due_on=due_on,
        key_sealed=key, keep_until=kept, made_by=getattr(by, "pk", None), made_name=name_of(by),
    )  # fmt: skip


def _against(made: Letter) -> list[str]:
    reasons = []
    if not made.number:
        reasons.append(_("请填写文号"))
    if len(made.purpose) < 4:
        reasons.append(_("请写明用途（至少 4 个字）"))
    if made.on > clock.today():
        reasons.append(_("名单日期 %(day)s 晚于今天") % {"day": made.on})
    if made.due_on < clock.today():
        reasons.append(_("回函期限 %(day)s 已过，请改为今天以后的日期") % {"day": made.due_on})
    if made.way not in ASKINGS or made.whom not in WHOMS:
        reasons.append(_("请选择查询方式和查询对象"))
    try:
        made.validate_constraints()
    except ValidationError as fault:
        reasons += fault.messages
    return reasons


@transaction.atomic
def change(*, letter: Letter, wanted: Wanted, by: Any) -> Letter:
    """Say a draft anew, but for its source and area; its list is void, and drawn up again by `prepare`.

    Raises NotAllowed outside the own area, Refused with every reason, and for a letter that is no longer a draft.
    """
    row = Letter.objects.select_for_update(of=("self",)).get(pk=letter.pk)
    scopes.require(by, PERMISSION, row.division_id)
    if row.state != "drafted":
        raise Refused(_("这份比对函已送复核，须先退回才能修改"), "state")
    new = _letter(wanted, by)
    for name in _SAID:
        setattr(row, name, getattr(new, name))
    row.key_sealed = (row.key_sealed or new.key_sealed) if row.way == Way.TOKENS else None
    row.households, row.persons, row.left_out, row.sample = 0, 0, {}, []
    row.sha256, row.size, row.prepared_at = "", 0, None
    reasons = _against(row)
    if reasons:
        raise Refused(reasons, "letter")
    row.save()
    audit.record(by=by, act="letter.change", subject=f"letter:{row.pk}", division=row.division_id, on=clock.today(),
                 detail={name: str(getattr(row, name)) for name in _SAID})  # fmt: skip
    return row


def prepare(*, letter: Letter, source: Source, by: Any = None) -> Letter:
    """Draw up the list from the newest extract. Done again while it is a draft it takes the place of the one before.

    Raises Refused where nobody is left to be asked about, with the reasons counted.
    """
    letter.refresh_from_db()
    if letter.state != "drafted":
        raise Refused(_("名单只能在拟稿时生成"), "state")
    made = making.make(letter, source)
    letter.households, letter.persons, letter.left_out = made.households, made.persons, made.left_out
    letter.sample, letter.sha256, letter.size = made.sample, made.sha256, made.size
    letter.extract, letter.as_of, letter.prepared_at = made.extract.id, made.extract.as_of, timezone.now()
    with transaction.atomic():
        # What somebody says anew meanwhile stands; its list is drawn up after this one.
        letter.save(update_fields=_LIST)
        audit.record(by=by, act="letter.prepare", subject=f"letter:{letter.pk}", division=letter.division_id, on=letter.on,
                     detail={"source": source.name, "persons": made.persons, "households": made.households,
                             "left_out": made.left_out, "sha256": made.sha256})  # fmt: skip
    return letter


@transaction.atomic
def act(*, letter: Letter, act: str, by: Any, on: date, note: str = "") -> Letter:
    """Lead a letter on. Raises NotAllowed with the reasons: wrong state, the same person, too early; Refused for a list
    that is not drawn up or empty."""
    row = Letter.objects.select_for_update(of=("self",)).get(pk=letter.pk)
    if act == "submit" and not row.persons:
        raise Refused(_("名单还没有生成，或名单中没有人，不能送复核"), "empty")
    if act == "send" and row.due_on < on:
        raise Refused(_("回函期限 %(day)s 已过，请作废后重新拟稿") % {"day": row.due_on}, "due")
    case = _case(row, by)
    if act == "confirm":
        _require_second(case, by)
    steps.take(procedure=LETTER, cases=[case], act=act, by=by, on=on, note=note, may=may(by))
    if case.state == "sent":
        Case.objects.filter(pk=case.pk).update(due_on=row.due_on)
    row.state = case.state
    row.save(update_fields=["state"])
    letter.state = row.state
    return row


def may(by: Any) -> Callable[[str, int | None], bool]:
    """What the engine of steps asks of scopes."""
    return lambda permission, division: scopes.may(by, permission, division)


def _require_second(case: Case, by: Any) -> None:
    taken = StepTaken.objects.filter(case=case, act="submit", round=case.round).order_by("-pk").first()
    if taken is not None and taken.actor_id is not None and getattr(by, "pk", None) is not None:
        require_two_persons(taken.actor_id, by.pk)


def _case(row: Letter, by: Any) -> Case:
    return steps.begin(procedure=LETTER, subject=f"letter:{row.pk}", by=by, on=clock.today(), division=row.division_id)


def take(*, letter: Letter, purpose: str, by: Any) -> Iterator[bytes]:
    """The list as it goes out, whole numbers in it: only when a second person has confirmed it, for a purpose that stands
    in the trail. Raises NotAllowed without the right, Refused in another state, without a purpose, or where it is gone."""
    _require_taking(letter, by)
    said = require_purpose(purpose)
    if not folders.is_there(letter.pk, folders.ASKED):
        raise Refused(_("名单已到期删除"), "deleted")
    audit.record(by=by, act="letter.take", subject=f"letter:{letter.pk}", division=letter.division_id,
                 detail={"purpose": said, "persons": letter.persons, "sha256": letter.sha256})  # fmt: skip
    return sealed_files.pieces(folders.folder_of(letter.pk) / folders.ASKED, letter.pk)


def key_of(*, letter: Letter, purpose: str, by: Any) -> str:
    """The key of an exchange of tokens, for a purpose that stands in the trail. Raises as `take` does."""
    _require_taking(letter, by)
    said = require_purpose(purpose)
    if letter.key_sealed is None:
        raise Refused(_("这份比对函没有交换密钥，或密钥已到期删除"), "key")
    audit.record(by=by, act="letter.key", subject=f"letter:{letter.pk}", division=letter.division_id,
                 detail={"purpose": said})  # fmt: skip
    return sealing.unseal(bytes(letter.key_sealed))


def _require_taking(letter: Letter, by: Any) -> None:
    for permission in (PERMISSION, REVEAL):
        scopes.require(by, permission, letter.division_id)
    if letter.state not in OUT:
        raise NotAllowed(_("名单须由第二人复核通过后才能下载"), "state")


def delete_expired(*, today: date, by: Any = None) -> int:
    """Delete the lists whose time is over, with proof: what was sent by its SHA-256, how many lines, when."""
    done = 0
    for row in Letter.objects.filter(deleted_at=None, keep_until__lt=today).exclude(held_divisions()).order_by("id"):
        folders.remove(row.pk)
        now = timezone.now()
        with transaction.atomic():
            Letter.objects.filter(pk=row.pk).update(deleted_at=now, key_sealed=None, sample=[])
            audit.record(by=by, act="letter.delete", subject=f"letter:{row.pk}", division=row.division_id, on=today,
                         detail={"sha256": row.sha256, "lines": row.persons, "at": now, "keep_until": row.keep_until})  # fmt: skip
        done += 1
    return done

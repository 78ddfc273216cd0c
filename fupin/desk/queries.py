"""What waits for a person: their jobs and imports, decisions of the second person, gaps in the own area, what changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fupin.accounts import scopes
from fupin.core import people
from fupin.core.imports.declaration import intakes
from fupin.core.imports.models import ImportRun
from fupin.core.models import AuditEntry, Job
from fupin.notices import queries as notices
from fupin.procedures import queries as procedures
from fupin.procedures.monitoring import queries as monitoring
from fupin.procedures.screening import queries as screening
from fupin.quality.campaigns.queries import mine
from fupin.quality.campaigns.rules import todays_share
from fupin.quality.comparison.letters import queries as letters
from fupin.quality.queries import tickets_for
from fupin.quality.words import State as TicketState
from fupin.registry import words
from fupin.registry.models import GuaranteeFinding, Membership, PersonIdentity
from fupin.registry.queries import households_for
from fupin.retention import queries as retention
from fupin.rulebook.queries import value as setting
from fupin.rulebook.queries import waiting_for

RECENT_ENTRIES = 5_000
"""How far back the trail is read for what changed: the last entries of the instance, of any area."""
SHOWN = 12
SHOWN_IMPORTS = 4


@dataclass(frozen=True, slots=True)
class Due:
    """One line of the desk: what, how many, how urgent; it opens the act itself."""

    label: str
    href: str
    icon: str
    kind: str = ""
    note: str = ""


def due(user: Any, on: date) -> list[Due]:
    """What is waiting for this person, the late first."""
    found: list[Due] = []
    permissions = scopes.permissions_of(user)
    if "rulebook.confirm" in permissions and (count := waiting_for(user).count()):
        text = ngettext("%(count)d 项本地设定等待第二人复核", "%(count)d 项本地设定等待第二人复核", count)
        found.append(Due(text % {"count": count}, reverse("rulebook:requests"), "adjustments", "warn"))
    found += _tickets(user, on, permissions)
    found += _collection(user, on, permissions)
    found += _letters(user, on, permissions)
    found += _notices(user, on, permissions)
    found += _cases(user, on, permissions)
    found += _screening(user, permissions)
    found += _warnings(user, on, permissions)
    found += _retention(user, permissions)
    if "registry.change" in permissions:
        found += _gaps(user, on)
    return found


def _tickets(user: Any, on: date, permissions: frozenset[str]) -> list[Due]:
    """Tickets that this person answers or checks: late, due today, waiting; each opens the list of exactly these."""
    address = reverse("quality:tickets")
    found = []
    if "quality.answer" in permissions:
        mine = tickets_for(user, "quality.answer").filter(assigned_to=user.pk, state=TicketState.OPEN).order_by()
        n = mine.aggregate(
            late=Count("pk", filter=Q(due_on__lt=on)), today=Count("pk", filter=Q(due_on=on)), all=Count("pk")
        )
        if count := n["late"]:
            text = ngettext("%(count)d 个问题已超期未答复", "%(count)d 个问题已超期未答复", count)
            found.append(
                Due(text % {"count": count}, f"{address}?state=open&mine=1&overdue=1", "alert-triangle", "wrong")
            )
        if count := n["today"]:
            text = ngettext("%(count)d 个问题今天到期", "%(count)d 个问题今天到期", count)
            found.append(Due(text % {"count": count}, f"{address}?state=open&mine=1", "calendar-event", "warn"))
        if count := n["all"] - n["late"] - n["today"]:
            text = ngettext("%(count)d 个问题待核实", "%(count)d 个问题待核实", count)
            found.append(Due(text % {"count": count}, f"{address}?state=open&mine=1", "list-details"))
    if "quality.review" in permissions:
        waiting = tickets_for(user, "quality.review").filter(state=TicketState.ANSWERED).exclude(answered_by=user.pk)
        if count := waiting.order_by().count():
            text = ngettext("%(count)d 个问题答复等待您复核", "%(count)d 个问题答复等待您复核", count)
            found.append(Due(text % {"count": count}, f"{address}?state=answered", "shield-check", "warn"))
    return found


def _collection(user: Any, on: date, permissions: frozenset[str]) -> list[Due]:
    """Households to visit today, of every round that runs: as many as fit the rest into the days that are left."""
    if "quality.answer" not in permissions:
        return []
    rows = mine(user).order_by().values_list("round__period_to").annotate(n=Count("pk"))
    left = [(ends_on, count) for ends_on, count in rows if count]
    today = sum(todays_share(count, on, ends_on) for ends_on, count in left)
    if not today:
        return []
    is_late = any(on > ends_on for ends_on, _count in left)
    text = ngettext("今天要走访 %(count)d 户", "今天要走访 %(count)d 户", today) % {"count": today}
    note = _("信息采集，共剩 %(count)d 户") % {"count": sum(count for _day, count in left)}
    return [Due(text, reverse("campaigns:mine"), "calendar-event", "wrong" if is_late else "", note)]


def _letters(user: Any, on: date, permissions: frozenset[str]) -> list[Due]:
    """Letters to departments that were not answered by their day, and those that wait for a second person."""
    if letters.PERMISSION not in permissions:
        return []
    address, rows, found = reverse("comparison:letters"), letters.letters_for(user).order_by(), []
    if count := letters.overdue(rows, today=on).count():
        text = ngettext("%(count)d 份比对函逾期未回", "%(count)d 份比对函逾期未回", count)
        found.append(
            Due(text % {"count": count}, f"{address}?show=late", "alert-triangle", "wrong", _("请催办，或未获回复办结"))
        )
    if count := letters.to_confirm(rows, user).count():
        text = ngettext("%(count)d 份比对函等待您复核", "%(count)d 份比对函等待您复核", count)
        found.append(Due(text % {"count": count}, f"{address}?show=waiting", "shield-check", "warn"))
    return found


def _notices(user: Any, on: date, permissions: frozenset[str]) -> list[Due]:
    """Objections that this person may answer, and lists that hang without a photograph of it."""
    address, found = reverse("notices:list"), []
    if "notices.answer" in permissions:
        waiting = notices.open_objections(user).order_by()
        n = waiting.aggregate(late=Count("pk", filter=Q(due_on__lt=on)), all=Count("pk"))
        if count := n["all"]:
            text = ngettext("%(count)d 件公示异议待答复", "%(count)d 件公示异议待答复", count)
            note = _("其中 %(count)d 件已超期") % {"count": n["late"]} if n["late"] else ""
            kind = "wrong" if n["late"] else "warn"
            found.append(Due(text % {"count": count}, f"{address}?show=objections", "eye", kind, note))
    if "notices.post" in permissions:
        unproved = notices.unproved(notices.notices_for(user, "notices.post")).order_by()
        if count := unproved.count():
            text = ngettext("%(count)d 份公示还没有张贴照片", "%(count)d 份公示还没有张贴照片", count)
            found.append(Due(text % {"count": count}, f"{address}?show=unproved", "camera", "warn"))
    return found


def _cases(user: Any, on: date, permissions: frozenset[str]) -> list[Due]:
    """Cases of procedures in which a step waits for this person: the late ones, and all."""
    if "procedures.view" not in permissions:
        return []
    n = procedures.tasks_of(user).order_by().aggregate(late=Count("pk", filter=Q(case__due_on__lt=on)), all=Count("pk"))
    if not n["all"]:
        return []
    text = ngettext("%(count)d 份案卷等您办理", "%(count)d 份案卷等您办理", n["all"]) % {"count": n["all"]}
    note = ngettext("%(count)d 份已逾期", "%(count)d 份已逾期", n["late"]) % {"count": n["late"]} if n["late"] else ""
    return [Due(text, f"{reverse('procedures:home')}?show=mine", "list-check", "wrong" if n["late"] else "warn", note)]


def _screening(user: Any, permissions: frozenset[str]) -> list[Due]:
    """Households of a screening that wait for the grid officer's word, or for a visit."""
    if "procedures.verify" not in permissions:
        return []
    to_confirm, to_visit = screening.due_of(user)
    found = []
    if to_confirm:
        text = ngettext("大排查还有 %(count)d 户待确认", "大排查还有 %(count)d 户待确认", to_confirm) % {
            "count": to_confirm
        }
        found.append(Due(text, reverse("screening:home"), "target"))
    if to_visit:
        text = ngettext("大排查还有 %(count)d 户待入户", "大排查还有 %(count)d 户待入户", to_visit) % {
            "count": to_visit
        }
        found.append(Due(text, reverse("procedures:packs"), "target"))
    return found


def _warnings(user: Any, on: date, permissions: frozenset[str]) -> list[Due]:
    """Homes with a warning that this person visits today, and relief whose case was not completed."""
    found = []
    if "procedures.verify" in permissions:
        count, late = monitoring.due_today(user, on)
        if count:
            text = ngettext("今天要入户核实 %(count)d 户", "今天要入户核实 %(count)d 户", count) % {"count": count}
            note = ngettext("%(count)d 户已超期", "%(count)d 户已超期", late) % {"count": late} if late else ""
            found.append(Due(text, reverse("monitoring:today"), "activity", "wrong" if late else "warn", note))
    if "procedures.view" in permissions and (count := monitoring.incomplete(user, on).order_by().count()):
        text = ngettext("%(count)d 户先行救助后没有按期补办", "%(count)d 户先行救助后没有按期补办", count)
        address = f"{reverse('monitoring:reliefs')}?show=late"
        found.append(Due(text % {"count": count}, address, "alert-triangle", "wrong"))
    return found


def _retention(user: Any, permissions: frozenset[str]) -> list[Due]:
    """Files whose time is over, for who proposes; registers of destruction that wait for a second person."""
    found = []
    if "retention.confirm" in permissions and (count := retention.to_confirm(user).order_by().count()):
        text = ngettext("%(count)d 份销毁清册等待您复核", "%(count)d 份销毁清册等待您复核", count)
        found.append(Due(text % {"count": count}, reverse("retention:destructions"), "shield-check", "warn"))
    if "retention.propose" in permissions and (
        count := retention.due_for(user, "retention.propose").order_by().count()
    ):
        text = ngettext("%(count)d 件材料保管期满", "%(count)d 件材料保管期满", count)
        found.append(Due(text % {"count": count}, reverse("retention:due"), "clock"))
    return found


def _gaps(user: Any, on: date) -> list[Due]:
    """Gaps in the own area that somebody must close, each opening the list of exactly these households."""
    address = reverse("registry:households")
    cards = households_for(user, "registry.change").order_by()
    found = []
    unmet = cards.filter(household__in=GuaranteeFinding.objects.open().filter(outcome="unmet").values("household"))
    if count := unmet.count():
        text = ngettext("%(count)d 户有保障未达标", "%(count)d 户有保障未达标", count)
        found.append(Due(text % {"count": count}, f"{address}?unmet=any", "alert-triangle", "wrong"))
    registered = cards.filter(Q(status__in=words.NOT_EXITED) | Q(monitor_kind__in=words.MONITORED))
    missing = registered.filter(Q(income_year__isnull=True) | Q(income_year__lt=on.year))
    if count := missing.count():
        text = ngettext("%(count)d 户还没有 %(year)d 年收入核算", "%(count)d 户还没有 %(year)d 年收入核算", count)
        query = f"{address}?state=registered&no_income={on.year}"
        found.append(Due(text % {"count": count, "year": on.year}, query, "coin", "warn"))
    return found + _temporary(user, on)


def _temporary(user: Any, on: date) -> list[Due]:
    """Persons whose temporary number is older than the rule allows (ID-006); they have an index of their own."""
    months = int(setting("registry.temporary_months", on=on))
    before = on - timedelta(days=months * 30)
    rows = PersonIdentity.objects.open().filter(is_temporary=True, valid_from__lte=before)
    # Where they live now, in one membership: an earlier household in the own area does not count.
    here = Membership.objects.open().filter(person=OuterRef("person"))
    here = scopes.within(user, here, division="household__card__village", permission="registry.change")
    people = rows.filter(Exists(here)).order_by("valid_from", "id").values_list("person__number", flat=True)
    return [
        Due(_("人员 %(number)s 的临时证件号已满 %(months)d 个月，请补录身份证号") % {"number": number, "months": months},
            reverse("registry:person_change", args=[number]), "id", "wrong")
        for number in people[:5]
    ]  # fmt: skip


def my_work(user: Any) -> list[Job]:
    """The person's own jobs and imports, the newest first."""
    return list(Job.objects.filter(user_id=user.pk).order_by("-created_at")[:6])


@dataclass(slots=True)
class Changed:
    """A household of the own area that changed since yesterday, with what was done, the newest entry first."""

    labels: list[str]
    number: str
    head_name: str
    entry: AuditEntry
    who: str = ""


def changed_since_yesterday(user: Any, *, is_english: bool) -> list[Changed]:
    """What happened to households of the own area since yesterday morning, the newest first."""
    last = AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    rows = AuditEntry.objects.filter(pk__gt=last - RECENT_ENTRIES, at__gte=_yesterday(), act__in=list(words.ACTS))
    rows = scopes.within(user, rows, division="division_id").filter(subject__startswith="household:").order_by("-pk")
    entries = list(rows[: SHOWN * 8])
    ids = {int(entry.subject.partition(":")[2]) for entry in entries}
    # What happened lies in the own area, and yet the household may have moved away with it.
    cards = households_for(user).filter(household_id__in=ids).in_bulk(field_name="household_id")
    found: dict[int, Changed] = {}
    for entry in entries:
        card = cards.get(int(entry.subject.partition(":")[2]))
        if card is None or (len(found) == SHOWN and card.pk not in found):
            continue
        label = words.ACTS[entry.act][is_english]
        known = found.setdefault(card.pk, Changed([label], card.number, card.head_name, entry))
        if label not in known.labels:
            known.labels.append(label)
    changed = list(found.values())
    for one, who in zip(changed, people.named(one.entry for one in changed), strict=True):
        one.who = who
    return changed


@dataclass(frozen=True, slots=True)
class Brought:
    """An import that was written since yesterday; `href` opens it for the one who gave the file."""

    label: str
    run: ImportRun
    href: str


def imports_since_yesterday(user: Any, *, is_english: bool) -> list[Brought]:
    """What files brought into the own area since yesterday morning: far too many households to name each."""
    rows = ImportRun.objects.filter(state=ImportRun.State.DONE, finished_at__gte=_yesterday(), ledger__in=intakes())
    seen = rows.filter(user_id=user.pk) | scopes.within(user, rows, division="division_id")
    found = []
    for run in seen.order_by("-id")[:SHOWN_IMPORTS]:
        record = intakes()[run.ledger]
        href = reverse("registry:import", args=[run.pk]) if run.user_id == user.pk else ""
        found.append(Brought(record.label_en if is_english else record.label, run, href))
    return found


def _yesterday() -> datetime:
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)


def standing(user: Any) -> dict[str, int]:
    """The households and persons of the own area by state, as they stand now."""
    rows = households_for(user).order_by().values("status").annotate(households=Count("pk"))
    found = dict.fromkeys(("households", "registered", "exited"), 0)
    for row in rows:
        found["households"] += row["households"]
        if row["status"] in words.NOT_EXITED:
            found["registered"] += row["households"]
        elif row["status"] in words.EXITED:
            found["exited"] += row["households"]
    found["monitored"] = households_for(user).filter(monitor_kind__in=words.MONITORED).order_by().count()
    return found

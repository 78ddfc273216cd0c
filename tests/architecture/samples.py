"""The record that the access test opens at each address with a parameter: its arguments, made for the cast.

A sample of an address whose row names a place must lie in that place of the cast (`village`, `banner` …).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from types import SimpleNamespace
from typing import Any

from django.utils import timezone

from fupin.accounts.models import Posting
from fupin.core import clock
from fupin.notices import operations as notices
from fupin.notices.models import Notice, Objection
from fupin.policy import catalogue, parameters
from fupin.procedures.monitoring.tests.warned import known_event, known_referral
from fupin.procedures.rounds.tests.made import known_round
from fupin.procedures.screening import rounds as screening
from fupin.procedures.screening.tables import ScreeningHousehold, ScreeningRound
from fupin.procedures.tests.cases import known_case, known_meeting
from fupin.quality.campaigns.models import CollectionHousehold, CollectionRound
from fupin.quality.campaigns.operations import Draft, draft
from fupin.quality.models import Sign, Sweep, Ticket
from fupin.quality.tests.own_sources import own_source
from fupin.registry import openings
from fupin.registry.models import Household
from fupin.registry.operations import AccountSheet, Line, enter_accounts
from fupin.registry.tests.households import family
from tests.cast import TOWNSHIP

Sample = Callable[[SimpleNamespace], dict[str, Any]]


def _person(cast: SimpleNamespace) -> dict[str, Any]:
    return {"id": cast.village_team.pk}


def _posting(cast: SimpleNamespace) -> dict[str, Any]:
    return {"id": Posting.objects.get(user=cast.village_team).pk}


def _ledger(cast: SimpleNamespace) -> dict[str, Any]:
    return {"name": "designations"}


def _household(cast: SimpleNamespace) -> dict[str, Any]:
    return {"number": _registered(cast).number}


def _source(cast: SimpleNamespace) -> dict[str, Any]:
    return {"name": own_source(cast)}


def _registered(cast: SimpleNamespace) -> Household:
    return Household.objects.first() or family(cast.village, by=cast.village_officer, phone="13800138000")


def _member(cast: SimpleNamespace) -> dict[str, Any]:
    return {"number": _registered(cast).memberships.get(relation="01").person.number}


def _account(cast: SimpleNamespace) -> dict[str, Any]:
    household = _registered(cast)
    if not household.income_accounts.exists():
        day = date(2018, 1, 1)
        sheet = AccountSheet(household.pk, 2018, day, date(2019, 1, 1), 3, [Line("a1", 100_000)])
        enter_accounts(sheets=[sheet], by=cast.village_officer, on=date(2018, 3, 1))
    return {"number": household.number, "year": 2018}


def _opening(cast: SimpleNamespace) -> dict[str, Any]:
    openings.open_region()
    return {"division": cast.banner.pk, "act": "ask"}


_HOUSEHOLD_ACTS = (
    "add_member", "attach", "change", "change_head", "findings", "household", "household_history", "household_summary",
    "income_new", "merge", "move", "print", "qr_code", "remove_member", "split",
)  # fmt: skip


def _township(cast: SimpleNamespace) -> dict[str, Any]:
    return {"code": TOWNSHIP}


def _sweep(cast: SimpleNamespace) -> dict[str, Any]:
    known = Sweep.objects.first()
    if known is None:
        known = Sweep.objects.create(on=date(2018, 1, 1), as_of=timezone.now(), engine="duckdb", division=cast.village)
    return {"pk": known.pk}


def _ticket(cast: SimpleNamespace) -> dict[str, Any]:
    known = Ticket.objects.first()
    if known is None:
        household, now = _registered(cast), timezone.now()
        known = Ticket.objects.create(
            rule="REL-008", severity="E", subject_kind="household", subject_id=household.pk, household=household,
            village=cast.village, fingerprint="0" * 64, opened_on=date(2018, 3, 1), due_on=date(2018, 3, 16), judged_at=now,
        )  # fmt: skip
    return {"pk": known.pk}


def _round(cast: SimpleNamespace) -> dict[str, Any]:
    """An open round of the whole region: whoever collects in it sees it, and in it what lies in the own area."""
    found = CollectionRound.objects.filter(division=cast.region).first()
    if found is None:
        day = date(2018, 1, 1)
        found = CollectionRound.objects.create(
            name="采集", division=cast.region, period_from=day, period_to=date(2018, 6, 30), form="2014", stage="open",
            opened_on=day, opened_at=timezone.now(), filled_at=timezone.now(),
        )  # fmt: skip
    return {"pk": found.pk}


def _draft(cast: SimpleNamespace) -> dict[str, Any]:
    day = date(2018, 1, 1)
    data = Draft("草拟", cast.banner.pk, "special", day, date(2018, 6, 30), "2014", "registered")
    known = CollectionRound.objects.filter(division=cast.banner).first()
    return {"pk": (known or draft(data=data, by=cast.banner_officer, on=day)).pk}


def _line(cast: SimpleNamespace) -> dict[str, Any]:
    household = _registered(cast)
    line, _made = CollectionHousehold.objects.get_or_create(
        round_id=_round(cast)["pk"], household=household, number=household.number, village=cast.village
    )
    return {"pk": line.pk}


def _screening(cast: SimpleNamespace) -> dict[str, Any]:
    """An open screening of the whole region: whoever works in it sees it, and in it what lies in the own area."""
    day = date(2018, 1, 1)
    found, _made = ScreeningRound.objects.get_or_create(
        division=cast.region, defaults={"name": "排查", "period_from": day, "period_to": date(2018, 6, 30), "form": "2014",
                                        "stage": "open", "opened_on": day, "filled_at": timezone.now()},
    )  # fmt: skip
    return {"pk": found.pk}


def _screened(cast: SimpleNamespace) -> dict[str, Any]:
    household = _registered(cast)
    line, _made = ScreeningHousehold.objects.get_or_create(
        round_id=_screening(cast)["pk"], household=household, number=household.number, village=cast.village
    )
    return {"pk": line.pk}


def _screening_draft(cast: SimpleNamespace) -> dict[str, Any]:
    day = date(2018, 1, 1)
    data = screening.Draft("草拟", cast.banner.pk, day, date(2018, 6, 30), "2014")
    return {"pk": screening.draft(data=data, by=cast.banner_officer, on=day).pk, "act": "open"}


def _sign(cast: SimpleNamespace) -> dict[str, Any]:
    known = Sign.objects.first() or Sign.objects.create(
        kind="heaping", by="village", subject="village:1", year=2018, division=cast.village, found_on=date(2018, 3, 1),
        looked_on=date(2018, 3, 1), as_of=timezone.now(), statistic=0.9, chance=1e-6, q=0.001, rate=0.05, observed=27,
        expected=15, counts=[3, 27], awaited=[15, 15], fingerprint="0" * 64, state="released", released_on=date(2018, 3, 2),
    )  # fmt: skip
    return {"pk": known.pk}


def _notice(cast: SimpleNamespace) -> dict[str, Any]:
    known = Notice.objects.filter(objections__isnull=True).first()
    if known is None:
        household = _registered(cast)
        line = notices.Line(f"household:{household.pk}", household=household.pk)
        wanted = notices.Wanted("register", cast.village.pk, "village", [line])
        (known,) = notices.post(notices=[wanted], by=cast.village_officer, on=clock.today())
    return {"pk": known.pk}


def _objection(cast: SimpleNamespace) -> dict[str, Any]:
    known = Objection.objects.first()
    if known is None:
        notice = Notice.objects.get(**_notice(cast))
        said = notices.Said("名单里少了我家", who="宝音")
        known = notices.raise_objection(
            notice=notice, said=said, channel="paper", by=cast.village_officer, on=clock.today()
        )
    return {"pk": known.pk}


def _referral(cast: SimpleNamespace) -> dict[str, Any]:
    return {"pk": known_referral(cast, _registered(cast)).pk}


def _area_risk(cast: SimpleNamespace) -> dict[str, Any]:
    return {"pk": known_event(cast).pk}


def _case(cast: SimpleNamespace) -> dict[str, Any]:
    return {"pk": known_case(cast, _registered(cast))}


def _region_round(cast: SimpleNamespace) -> dict[str, Any]:
    """A round of the whole region: whoever sees cases sees it, and in it what lies in the own area."""
    return {"pk": known_round(cast.region, by=cast.region_officer).pk}


def _meeting(cast: SimpleNamespace) -> dict[str, Any]:
    return {"pk": known_meeting(cast)}


SAMPLES: dict[str, Sample] = {
    # view name: its arguments
    "accounts:add_posting": _person,
    "accounts:draw_up_handover": _posting,
    "accounts:end_posting": _posting,
    "accounts:end_session": lambda cast: {"id": 1},
    "accounts:handover": lambda cast: {"id": 1},
    "accounts:reset_password": _person,
    "accounts:revoke_token": lambda cast: {"id": 1},
    "accounts:set_active": _person,
    "accounts:unbind": _person,
    "accounts:unlock": _person,
    "accounts:user": _person,
    **{f"divisions:{act}": _township for act in ("map_of", "merge", "page", "shapes", "split", "wall")},
    **{f"desk:job_{act}": lambda cast: {"pk": 1} for act in ("result", "resume")},
    **{f"ledgers:{act}": _ledger for act in ("columns", "export", "list", "new", "remove", "total")},
    "ledgers:edit": lambda cast: {"name": "designations", "key": 1},
    "ledgers:attach": lambda cast: {"name": "authorisations", "key": 1},
    "ledgers:detach": lambda cast: {"name": "authorisations", "key": 1, "pk": 1},
    "ledgers:paper": lambda cast: {"name": "authorisations", "key": 1, "pk": 1},
    "ledgers:reveal": lambda cast: {"name": "villages", "key": 1, "column": "head_phone"},
    "ledgers:page": lambda cast: {"name": "designations", "key": 1},
    **{f"notices:{name}": _notice for name in ("notice", "object", "print", "prove", "take_down")},
    **{f"notices:{name}": _objection for name in ("objection", "receipt")},
    **{f"notices:public_{name}": lambda cast: {"code": "NOTHERE"} for name in ("notice", "object")},
    "notices:objection_paper": lambda cast: {"pk": 1, "file": 1},
    "notices:photograph": lambda cast: {"pk": 1, "proof": 1},
    "notices:public_receipt": lambda cast: {"receipt": "NOTHERE"},
    **{f"national:{name}": lambda cast: {"pk": 1} for name in ("export", "gone", "new", "take_over")},
    "openid_connect_callback": lambda cast: {"provider_id": "office"},
    "openid_connect_login": lambda cast: {"provider_id": "office"},
    **{f"registry:{act}": _household for act in _HOUSEHOLD_ACTS},
    "guarantees:lights": _household,
    "registry:income_evidence": lambda cast: _account(cast) | {"item": "a1"},
    **{f"registry:{act}": _account for act in ("income", "income_change", "income_sign")},
    **{f"registry:{act}": _member for act in ("person", "person_change", "person_history")},
    "registry:attachment": lambda cast: {**_household(cast), "pk": 1},
    "registry:detach": lambda cast: {**_household(cast), "pk": 1},
    **{f"campaigns:{act}": _round for act in ("assign", "export", "households", "progress", "round", "unchanged")},
    **{f"campaigns:{act}": _line for act in ("household", "leave_out", "visit")},
    "campaigns:change": _draft,
    "campaigns:spot_checks": _draft,
    **{f"campaigns:{act}": _round for act in ("forms", "sheet")},
    **{f"campaigns:{act}": lambda cast: {"pk": 1} for act in ("drawn", "spot_check")},
    **{
        f"screening:{act}": _screening
        for act in ("bring", "confirm", "export", "households", "progress", "round", "sheet")
    },
    **{f"screening:{act}": _screened for act in ("household", "suspect", "undo", "visit")},
    "screening:forms": _screening,
    "screening:step": _screening_draft,
    "campaigns:recollect": lambda cast: {"pk": 1, "village": 1},
    "campaigns:step": lambda cast: {**_draft(cast), "act": "open"},
    **{
        f"comparison:{act}": lambda cast: {"pk": 1}
        for act in (
            "arrange",
            "letter",
            "letter_act",
            "letter_change",
            "letter_answer",
            "letter_key",
            "letter_list",
            "letter_print",
        )
    },
    **{f"comparison:{act}": _source for act in ("source", "source_definition", "source_end", "source_version")},
    "comparison:compare": lambda cast: {"pk": 1},
    "comparison:decide": lambda cast: {"pk": 1},
    "comparison:exchange": lambda cast: {"pk": 1},
    "comparison:returned_lines": lambda cast: {"pk": 1},
    "comparison:state": lambda cast: {"pk": 1},
    **{f"issued:{name}": lambda cast: {"pk": 1} for name in ("columns", "fill", "lines", "list", "return", "state")},
    "issued:match": lambda cast: {"pk": 1, "line": 1},
    **{f"papers:{name}": lambda cast: {"code": "2222222222"} for name in ("drop", "paper")},
    **{
        f"papers:{name}": lambda cast: {"pk": 1}
        for name in ("own", "page", "preview", "scan", "stack", "stack_state", "tray_page", "tray_picture")
    },
    **{f"papers:{name}": lambda cast: {"name": "application", "edition": "2014"} for name in ("shipped", "template")},
    "papers:of_case": lambda cast: {"number": "2222222222"},
    "papers:of_household": _household,
    "papers:print": lambda cast: {**_household(cast), "kind": "household"},
    **{f"retention:{name}": lambda cast: {"pk": 1} for name in ("destruction", "hold", "register", "register_file")},
    "registry:duplicate_different": lambda cast: {"pk": 1},
    "registry:household_reveal": lambda cast: {**_household(cast), "name": "phone"},
    "registry:opening_act": _opening,
    "registry:person_reveal": lambda cast: {**_member(cast), "name": "id_number"},
    **{f"registry:import{act}": lambda cast: {"pk": 1} for act in ("", "_decide", "_rejects", "_state")},
    "registry:import_template": lambda cast: {"ledger": "households"},
    **{f"quality:{act}": _ticket for act in ("answer", "assign", "review", "ticket")},
    **{
        f"quality:{name}": lambda cast: {"pk": 1}
        for name in ("answer_book", "answers_decide", "answers_returned", "answers_state")
    },
    "quality:notes": _household,
    "quality:of_household": _household,
    **{f"signs:{act}": _sign for act in ("answer", "release", "sign")},
    **{f"quality:{act}": lambda cast: {"name": "REL-008"} for act in ("back", "preview", "rule", "switch", "version")},
    "quality:sweep": _sweep,
    **{f"monitoring:{act}": _household for act in ("answer", "card", "home", "refer", "relief", "report", "take_over")},
    **{f"monitoring:{act}": _area_risk for act in ("event", "event_end")},
    "monitoring:decision": _referral,
    "monitoring:village": lambda cast: {"pk": cast.village.pk},
    **{f"procedures:{act}": _case for act in ("attach", "case", "late", "step", "verify")},
    **{f"procedures:{act}": _meeting for act in ("ballots", "meeting", "meeting_attach")},
    "procedures:ballot": lambda cast: {**_meeting(cast), "case": _case(cast)["pk"]},
    "procedures:new": lambda cast: {**_household(cast), "work": "identification"},
    "procedures:of_household": _household,
    "procedures:pack": _household,
    **{f"rounds:{act}": _region_round for act in ("cases", "export", "households", "round", "table")},
    "rounds:step": lambda cast: {"pk": known_round(cast.banner, by=cast.banner_officer).pk, "act": "collect"},
    "procedures:meeting_paper": lambda cast: {"pk": 1, "file": 1},
    "procedures:paper": lambda cast: {"pk": 1, "file": 1},
    "procedures:standards": _case,
    "quality:evidence": lambda cast: {"pk": 1, "file": 1},
    "rulebook:code_list": lambda cast: {"name": next(iter(catalogue.code_lists()))},
    "rulebook:decide": lambda cast: {"number": 1},
    "rulebook:parameter": lambda cast: {"name": next(iter(parameters.parameters()))},
    "statistics:cell": lambda cast: {"name": "cause"},
    "statistics:records": lambda cast: {"name": "registered_households"},
}

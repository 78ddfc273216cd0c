"""What lies out of reach is answered word for word as what is not there: no road tells the two apart.

Every operation that names a record, in its address or in its body, is asked twice by an officer of the other township:
once for a record of this township, once for one that nobody has. Apart from the name that was asked for, the answers
must be the same: status, reasons and codes.
"""

from __future__ import annotations

import json
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from fupin.api.tests.calls import Program
from fupin.core import attachments
from fupin.divisions.models import VillageYear
from fupin.quality.models import Ticket
from fupin.registry.models import DuplicatePair, KeyingItem, NationalExport
from fupin.registry.tests.households import family

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108020000009077"
    "53de0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, settings) -> None:
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def names(cast) -> SimpleNamespace:
    """One household at home, and pairs of names: of a record in the other township, and of none at all."""
    there = family(cast.village, by=cast.township_officer, phone="13800138000")
    home = family(cast.other_village, by=cast.other_township_officer)
    first, second, third = (row.person for row in there.memberships.order_by("relation").select_related("person"))
    own = home.memberships.order_by("relation").select_related("person")
    paper = attachments.store(PNG, subject=f"household:{there.pk}", kind="house", by=cast.township_officer,
                              division=cast.village.pk)  # fmt: skip
    export = NationalExport.objects.create(
        kind="household", name="x.xlsx", division=cast.township, as_of=date(2018, 1, 1), sha256="0" * 64
    )
    item = KeyingItem.objects.create(
        kind="household", subject_id=there.pk, field="main_cause", household=there, village=cast.village,
        number=there.number, name="x", label="x", first_export=export, last_export=export, state="open",
    )  # fmt: skip
    pair = DuplicatePair.objects.create(first=min(first, second, key=lambda one: one.pk), second=max(first, second, key=lambda one: one.pk),
                                        kind="birth", banner_id=cast.banner.pk, village=cast.village, other_village=cast.village)  # fmt: skip
    ticket = Ticket.objects.create(
        rule="REL-008", severity="E", subject_kind="household", subject_id=there.pk, household=there,
        village=cast.village, fingerprint="0" * 64, opened_on=date(2018, 3, 1), due_on=date(2018, 3, 16),
        judged_at=timezone.now(),
    )  # fmt: skip
    sheet = VillageYear.objects.create(division=cast.village, year=2018)
    return SimpleNamespace(
        home=home, head=own[0].person, son=own[2].person,
        household=(there.number, there.number[:-3] + "987"), person=(first.number, first.number[:-3] + "987"),
        other=(third.number, third.number[:-3] + "987"), paper=(str(paper.pk), "77"), export=(str(export.pk), "77"),
        item=(str(item.pk), "77"), pair=(str(pair.pk), "77"), sheet=(str(sheet.pk), "77"), ticket=(str(ticket.pk), "77"),
    )  # fmt: skip


H, P, V = "household", "person", "150522101200"
HOME = "HOME"
ASKED: list[tuple[str, str, str, Any]] = [
    # which pair of names, method, address with {} for the name, body with "{}" for the name
    *((H, "GET", f"/households/{{}}{tail}", None) for tail in (
        "", "/attachments", "/attachments/77", "/findings", "/history?field=main_cause", "/income-accounts",
        "/income-accounts/2018", "?on=2018-03-02")),
    (H, "PATCH", "/households/{}", {"values": {"main_cause": "02"}}),
    (H, "POST", "/households/{}/findings", {"findings": [{"guarantee": "water", "outcome": "unknown"}]}),
    (H, "POST", "/households/{}/head", {"person": "1"}),
    (H, "PUT", "/households/{}/income-accounts/2018", {"window_from": "2017-10-01", "window_to": "2018-10-01",
                                                       "counted_persons": 1, "entries": []}),
    (H, "POST", "/households/{}/income-accounts/2018/sign", {}),
    (H, "POST", "/households/{}/leave", {"person": "1", "left_by": "01"}),
    (H, "POST", "/households/{}/members", {"relation": "03", "joined_by": "06", "name": "小宝"}),
    (H, "POST", "/households/{}/merge", {"into": "1"}),
    (H, "POST", "/households/HOME/merge", {"into": "{}"}),
    (H, "POST", "/households/{}/move", {"village": V}),
    (H, "POST", "/households/{}/reveal", {"field": "phone", "purpose": "核对电话"}),
    (H, "POST", "/households/{}/split", {"new_head": "1", "relations": {"1": "01"}}),
    (H, "POST", "/households/{}/attachments/77/remove", {"reason": "传错了户"}),
    (H, "POST", "/findings", {"households": ["{}"], "findings": [{"guarantee": "water", "outcome": "unknown"}]}),
    (H, "POST", "/household-moves", {"households": ["{}"], "village": V}),
    (H, "GET", "/households?q={}", None), (H, "GET", "/households/count?q={}", None), (H, "GET", "/search?q={}", None),
    (H, "GET", "/households?cursor={}", None), (H, "GET", "/persons?q={}", None), (H, "GET", "/households/export?q={}", None),
    *((P, "GET", f"/persons/{{}}{tail}", None) for tail in ("", "/history?field=name", "?on=2018-03-02")),
    (P, "PATCH", "/persons/{}", {"values": {"name": "x"}}),
    (P, "POST", "/persons/{}/reveal", {"field": "id_number", "purpose": "核对证件"}),
    (P, "POST", "/households/HOME/head", {"person": "{}"}),
    (P, "POST", "/households/HOME/head", {"person": "SON", "relations": {"{}": "03"}}),
    (P, "POST", "/households/HOME/leave", {"person": "{}", "left_by": "01"}),
    (P, "POST", "/households/HOME/leave", {"person": "HEAD", "left_by": "01", "new_head": "{}"}),
    (P, "POST", "/households/HOME/leave", {"person": "HEAD", "left_by": "01", "new_head": "SON", "relations": {"{}": "03"}}),
    (P, "POST", "/households/HOME/split", {"new_head": "{}", "relations": {"{}": "01"}}),
    (P, "POST", "/households/HOME/split", {"new_head": "SON", "relations": {"{}": "03", "SON": "01"}}),
    (P, "POST", "/households/HOME/merge", {"into": "HOME", "relations": {"{}": "03"}}),
    (P, "GET", "/search?q={}", None), (P, "GET", "/households/count?q={}", None),
    ("paper", "GET", "/households/HOME/attachments/{}", None),
    ("paper", "POST", "/households/HOME/attachments/{}/remove", {"reason": "传错了户"}),
    ("export", "GET", "/national/exports/{}", None), ("export", "GET", "/national/exports/{}/rows", None),
    ("item", "POST", "/national/keying-items/decide", {"items": ["{}"], "theirs": True}),
    ("pair", "POST", "/duplicates/{}/different", {"reason": "见过两人"}),
    ("ticket", "GET", "/tickets/{}", None), ("ticket", "POST", "/tickets/{}/review", {"accepts": True}),
    ("ticket", "POST", "/tickets/{}/assign", {}),
    ("sheet", "GET", "/ledgers/villages/rows/{}", None), ("sheet", "GET", "/ledgers/villages/rows/{}/history", None),
    ("sheet", "PATCH", "/ledgers/villages/rows/{}", {"values": {}}),
    ("sheet", "POST", "/ledgers/villages/rows/{}/reveal", {"field": "head_phone", "purpose": "电话通知"}),
]  # fmt: skip


def ask(program: Program, names: SimpleNamespace, case: tuple[str, str, str, Any], name: str) -> tuple[int, str]:
    """The answer, without the name that was asked for."""
    _kind, method, address, body = case
    known = {"HOME": names.home.number, "HEAD": names.head.number, "SON": names.son.number}

    def named(text: str) -> str:
        for word, number in known.items():
            text = text.replace(word, number)
        return text.replace("{}", name)

    cache.clear()
    given = json.loads(named(json.dumps(body))) if body is not None else None
    headers = {"If-Match": f'"{names.home.version}"'} if method != "GET" else {}
    with transaction.atomic():
        answer = program.ask(method, named(address), given, **headers)
        text = b"".join(answer.streaming_content) if answer.streaming else answer.content
        transaction.set_rollback(True)
    return answer.status_code, text.decode().replace(name, "#")


@pytest.mark.parametrize("case", ASKED, ids=[f"{case[1]} {case[2]} {case[3]}" for case in ASKED])
def test_a_record_of_another_township_is_answered_as_none(cast, names, case):
    program = Program(cast.other_township_officer)
    there, nowhere = (ask(program, names, case, name) for name in getattr(names, case[0]))
    assert there == nowhere


def test_somebody_of_another_household_does_not_leave_through_this_one(cast, names):
    program, second = Program(cast.other_township_officer), family(cast.other_village, by=cast.other_township_officer)
    body = {"person": names.son.number, "left_by": "01"}
    answer = program.post(f"/households/{second.number}/leave", body, If_Match=f'"{second.version}"')
    assert (answer.status_code, answer.json()["code"]) == (422, "person")
    assert names.home.memberships.filter(valid_to=None).count() == 3

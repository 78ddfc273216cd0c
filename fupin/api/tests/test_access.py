"""Every operation of the API against the access table: who is let in, who is refused, who finds nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.utils import timezone

from fupin.accounts.access import PUBLIC, SIGNED_IN, Row
from fupin.accounts.api_access import OPERATIONS
from fupin.accounts.models import Posting
from fupin.accounts.roles import PERMISSIONS, ROLES
from fupin.api.assembly import api
from fupin.api.tests.calls import Program
from fupin.core import sealing
from fupin.core.models import Job
from fupin.divisions.models import Designation, VillageYear
from fupin.procedures.monitoring.tests.warned import known_referral, known_warning
from fupin.procedures.tests.cases import known_case, known_meeting
from fupin.quality.models import Sign, Sweep, Ticket
from fupin.registry.models import NationalExport, Opening
from fupin.registry.tests.households import family, member
from fupin.rulebook.operations import Proposal, propose
from tests.cast import PLACES
from tests.cast import ROLES as CAST

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> None:
    settings.DATA_FOLDER = tmp_path


METHODS = ("get", "post", "put", "patch", "delete")
PLAYERS = ("banner_officer", "other_banner_officer", "township_officer", "other_township_officer", "village_officer",
           "helper", "archivist", "auditor", "security_admin", "audit_admin", "system_admin", "nobody")  # fmt: skip
BY_PERSON = {"POST /divisions/{code}/split", "POST /openings/{code}/ask-close", "POST /openings/{code}/confirm-close",
             "POST /openings/{code}/withdraw", "POST /overrides/{id}/confirm", "POST /overrides/{id}/refuse", "POST /overrides/{id}/withdraw",
             "POST /households", "POST /users/{id}/disable", "POST /users/{id}/enable", "POST /users",
             "POST /postings", "POST /postings/{id}/end", "POST /users/{id}/reset-password", "POST /users/{id}/unlock",
             "POST /users/{id}/unbind-second-factor"}  # fmt: skip
"""Acts on which a rule of their own (the second person, never oneself, the level of a role) may still refuse."""


SECOND = {"GET /figures/{name}/records": "statistics.view", "GET /tables/{name}/records": "statistics.view"}
"""What needs another permission beside the row's."""
IN_A_PLACE = {"GET /figures", "GET /figures/{name}/records", "GET /ledgers/{name}", "GET /ledgers/{name}/count",
              "GET /ledgers/{name}/rows", "GET /ledgers/{name}/export", "GET /tables/{name}",
              "GET /tables/{name}/records"}  # fmt: skip
"""Lists of something that itself may lie out of sight."""
MISSING = {"GET /households/{number}/income-accounts/{year}", "GET /figures", "GET /figures/{name}/records",
           "GET /tables/{name}", "GET /tables/{name}/records", "GET /jobs/{id}/result"}  # fmt: skip
"""Where the sample names something that is not there, for those too who may see it: that year, that extract."""


def operations() -> set[str]:
    document = api.get_openapi_schema()
    return {
        f"{method.upper()} {path.removeprefix('/api/v1')}"
        for path, methods in document["paths"].items()
        for method in methods
        if method in METHODS
    }


def test_every_operation_has_a_row_and_every_row_an_operation():
    assert sorted(operations()) == sorted(OPERATIONS)


def test_every_row_names_known_permissions_and_places():
    for name, row in OPERATIONS.items():
        assert bool(row.get) is name.startswith("GET "), name
        assert bool(row.post) is not bool(row.get), name
        assert (row.get or row.post) in {PUBLIC, SIGNED_IN, *PERMISSIONS}, name
        assert row.place in ("", "nobody", *PLACES), name


def holds(player: str, permission: str, place: str) -> bool:
    """Told from the tables alone: does the player's role carry it, and does the place lie below the posting?"""
    role, code = CAST[player]
    if not role or permission not in ROLES[role].permissions:
        return False
    return place in ("", "nobody") or PLACES[place].startswith(code.rstrip("0"))


@pytest.fixture
def world(cast):
    """One record for every address with a parameter, in the village or banner of the cast."""
    household = family(cast.village, by=cast.township_officer, phone="13800138000")
    override = propose(
        proposals=[Proposal("publicity.village_days", cast.banner, "10", date(2026, 12, 1), "文件")],
        by=cast.second_banner_officer,
    )[0]
    Opening.objects.get_or_create(division=cast.banner)
    designation = Designation.objects.create(
        division=cast.banner, kind="pastoral", document="文件", valid_from=date(2014, 1, 1)
    )
    sheet = VillageYear.objects.create(division=cast.village, year=2018, head_phone_sealed=sealing.seal("13847512345"))
    job = Job.objects.create(kind="test", key="test", division_id=cast.banner.pk)
    person = household.memberships.order_by("relation").first().person
    posting = Posting.objects.get(user=cast.village_team)
    ticket = Ticket.objects.create(
        rule="REL-008", severity="E", subject_kind="household", subject_id=household.pk, household=household,
        village=cast.village, fingerprint="0" * 64, opened_on=date(2018, 3, 1), due_on=date(2018, 3, 16),
        judged_at=timezone.now(),
    )  # fmt: skip
    sign = Sign.objects.create(
        kind="heaping", by="village", subject=f"village:{cast.village.pk}", year=2018, division=cast.village,
        found_on=date(2018, 3, 1), looked_on=date(2018, 3, 1), as_of=timezone.now(), statistic=0.9, chance=1e-6, q=0.001,
        rate=0.05, observed=27, expected=15, counts=[3, 27], awaited=[15, 15], fingerprint="0" * 64, state="released",
        released_on=date(2018, 3, 2),
    )  # fmt: skip
    sweep = Sweep.objects.create(on=date(2018, 3, 1), as_of=timezone.now(), engine="duckdb", division=cast.village)
    export = NationalExport.objects.create(
        kind="household", name="x.xlsx", division=cast.banner, as_of=date(2018, 1, 1), sha256="0" * 64
    )
    return {
        "export": export.pk, "ticket": ticket.pk, "sign": sign.pk, "sweep": sweep.pk, "household": household.number, "person": person.number, "override": override.pk, "job": job.pk,
        "designation": designation.pk, "sheet": sheet.pk, "user": cast.village_team.pk, "posting": posting.pk,
        "digest": bytes(override.digest).hex(), "case": known_case(cast, household), "meeting": known_meeting(cast),
        "referral": known_referral(cast, household).pk, "warning": known_warning(cast, household).pk,
    }  # fmt: skip


def address(name: str, world: dict) -> str:
    path = name.partition(" ")[2]
    sample = {
        "{number}": world["person"] if path.startswith("/persons") else world["household"],
        "{code}": "150522",
        "{year}": "2018",
        "{key}": world["designation"],
        "{ledger}": "households",
        "{line}": "1",
        "{name}": {"/p": "lines.poverty_line", "/c": "sex", "/l": "designations", "/f": "registered_households", "/t": "cause", "/q": "REL-008"}.get(
            path[:2], ""
        ),
        "{id}": {"/o": world["override"], "/j": world["job"], "/u": world["user"], "/p": world["posting"],
                 "/m": 1, "/i": 1, "/t": world["ticket"], "/q": world["sweep"], "/s": world["sign"] if path.startswith("/signs/") else 1, "/n": world["export"] if "/exports/" in path else 1}.get(path[:2], 1),
    }  # fmt: skip
    for start in ("case", "meeting"):
        if path.startswith(f"/{start}s/"):
            sample["{id}"] = world[start]
    if path.startswith("/civil-affairs/"):
        sample["{id}"] = world["referral"]
    if path.startswith("/comparison-sources/"):
        sample["{name}"] = "deaths"
    for part, value in sample.items():
        path = path.replace(part, str(value))
    if name == "POST /ledgers/{name}/rows/{key}/reveal":
        return f"/ledgers/villages/rows/{world['sheet']}/reveal"
    query = {"/history": "?field=main_cause", "/search": "?q=宝音"}
    if path.startswith(("/figures", "/tables/")):
        path += "?division=150522100200&period=2018-06-30&extract=gone"
    if path.endswith("/history") and "/ledgers/" not in path:
        path += "?field=name" if "/persons/" in path else query["/history"]
    return path + query["/search"] if path == "/search" else path


def body(name: str, world: dict) -> dict:
    """What an act needs so that only the right can stand against it."""
    village = "150522100200"
    return {
        "POST /screenings": {"name": "排查", "division": "150522", "period_from": "2018-01-01", "period_to": "2018-06-30", "form": "2014"},
        "POST /screenings/{id}/step": {"act": "drop", "note": "作废"},
        "POST /screening-answers": {"answers": [{"household": "1"}]},
        "POST /screening-households/{id}/visit": {"happened_on": "2018-03-01", "spoke_to": "乌云", "finding": "无风险"},
        "POST /screening-households/{id}/suspect": {"kind": "100A03002", "statement": "因病", "applicant": "宝音"},
        "POST /area-risks": {"kind": "01", "name": "白灾", "document": "旗政办发〔2026〕1号", "divisions": ["150522100000"]},
        "POST /civil-affairs": {"household": world["household"], "kind": "01", "reason": "收入很低"},
        "POST /civil-affairs/taken-over": {"household": world["household"], "kind": "01", "reason": "收入很低", "decision": "granted", "decided_on": "2018-03-01"},
        "POST /civil-affairs/{id}/decision": {"decision": "granted", "decided_on": "2018-03-01"},
        "POST /reliefs": {"household": world["household"], "kind": "01", "what": "现金", "reason": "大雪封山", "risks": ["04"]},
        "POST /warnings": {"household": world["household"], "origin": "helper", "about": "住院花费大", "told_by": "帮扶干部"},
        "POST /warning-answers": {"warnings": [str(world["warning"])], "answer": "no_risk", "visited_on": "2018-03-01", "finding": "一切正常"},
        "POST /cases": {"household": world["household"], "kind": "100A03002", "origin": "01", "statement": "因病", "applicant": "宝音"},
        "POST /cases/{id}/late-entry": {"decision": "refuse", "note": "退回"},
        "POST /cases/{id}/verifications": {"kind": "neighbours", "person": "乌云", "finding": "属实", "place": "村部", "agrees": True},
        "POST /case-steps": {"cases": [str(world["case"])], "act": "apply", "partly": True},
        "POST /meetings": {"village": village, "kind": "villagers", "held_on": "2018-03-01", "place": "村部", "chair": "主任", "called": 10, "present": 9},
        "POST /meetings/{id}/votes": {"votes": [{"case": str(world["case"]), "votes_for": 9}]},
        "POST /comparison-letters": {"source": "deaths", "division": "150522", "number": "函1", "purpose": "年度核查"},
        "PUT /comparison-letters/{id}": {"number": "函2", "purpose": "年度核查"},
        "POST /comparison-letters/{id}/acts": {"act": "submit"},
        "POST /comparison-letters/{id}/list": {"purpose": "发函给公安局"},
        "POST /comparison-sources/{name}": {"division": "150522", "words": None, "valid_from": "2027-01-01", "document": "文件"},
        "POST /comparison-pairs/{id}/decide": {"same": True, "reason": "入户核实"},
        "POST /findings": {"households": [world["household"]], "findings": [{"guarantee": "water", "outcome": "unknown"}]},
        "POST /handovers/{id}/sign": {"act": "give", "secret": "x"},
        "POST /handovers/{id}/drop": {"secret": "x", "note": "x"},
        "POST /household-moves": {"households": [world["household"]], "village": village},
        "POST /me/tokens": {"name": "报表"},
        "POST /postings/{id}/handovers": {"successor": world["user"]},
        "POST /households": {"village": village, "members": [member("宝音", "01")], "is_synthetic": True},
        "POST /households/{number}/findings": {"findings": [{"guarantee": "water", "outcome": "unknown"}]},
        "POST /households/{number}/head": {"person": world["person"]},
        "PUT /households/{number}/income-accounts/{year}": {
            "window_from": "2017-10-01", "window_to": "2018-10-01", "counted_persons": 1, "entries": [],
        },
        "PUT /households/{number}/income-accounts/{year}/evidence": {"items": [{"item": "a1", "attachments": []}]},
        "POST /households/{number}/attachments/{id}/remove": {"reason": "传错了户"},
        "POST /households/{number}/leave": {"person": world["person"], "left_by": "01"},
        "POST /households/{number}/members": {"relation": "03", "joined_by": "06", "name": "小宝"},
        "POST /households/{number}/merge": {"into": world["household"]},
        "POST /households/{number}/move": {"village": village},
        "POST /households/{number}/reveal": {"field": "phone", "purpose": "核对电话"},
        "POST /households/{number}/split": {"new_head": world["person"], "relations": {world["person"]: "01"}},
        "POST /papers": {"document": "application", "numbers": [world["household"]], "format": "docx"},
        "POST /papers/{code}/drop": {"reason": "打印有误"},
        "POST /paper-pages/{id}/marks": {"seen": {}},
        "POST /retention-holds": {
            "kind": "household", "number": world["household"], "reason": "审计正在核查", "basis": "审计通知书第1号",
        },
        "POST /retention-holds/{id}/lift": {"reason": "审计已经办结"},
        "POST /retention-destructions": {"division": "150522", "reason": "保管期满"},
        "POST /retention-destructions/{id}/confirm": {"digest": "0"},
        "POST /retention-destructions/{id}/refuse": {"reason": "仍有价值"},
        "POST /scan-pages/{id}/file": {"code": "ABCDE-FGHJK-01-9X2MQP"},
        "POST /persons/{number}/reveal": {"field": "id_number", "purpose": "核对证件"},
        "POST /ledgers/{name}/rows": {
            "values": {"division": "150522", "kind": "border", "document": "文件", "valid_from": "2016-01-01"},
        },
        "POST /ledgers/{name}/rows/{key}/reveal": {"field": "head_phone", "purpose": "电话通知"},
        "POST /duplicates/{id}/different": {"reason": "见过两人"},
        "POST /division-mergers": {"predecessors": ["150522"]},
        "POST /divisions/{code}/split": {"into": [{"code": "150522", "name": "旗", "kind": "banner"}]},
        "POST /national/exports/{id}/take-overs": {"numbers": ["1"], "document": "文件"},
        "POST /national/keying-items/decide": {"items": [1], "theirs": True},
        "POST /code-lists/{name}/codes": {"division": "150522", "code": "8", "label": "新", "label_en": "New",
                                          "valid_from": "2027-01-01", "document": "文件"},
        "POST /overrides": {"name": "publicity.village_days", "division": "150522", "value": 10,
                            "valid_from": "2027-01-01", "document": "文件"},
        "POST /overrides/{id}/confirm": {"digest": world["digest"]},
        "POST /overrides/{id}/refuse": {"note": "不同意"},
        "POST /information-officers": {"officers": [
            {"username": "new_officer", "full_name": "新任", "division": village, "duty": "information"}]},
        "POST /postings": {"user": world["user"], "division": village, "role": "helper"},
        "POST /quality-conditions/preview": {"dataset": "households", "finds": "persons > 20"},
        "POST /quality-rules/{name}/switches": {"division": "150522", "is_on": False, "valid_from": "2027-01-01", "document": "文件"},
        "POST /quality-rules/{name}/versions": {"division": "150522", "words": None, "valid_from": "2027-01-01", "document": "文件"},
        "POST /quality-sweeps": {"division": "150522"},
        "POST /signs/{id}/answer": {"answer": "corrected", "reason": "入户重新核算，已更正"},
        "POST /notices": {"posted_on": "2018-03-01", "notices": [{"kind": "register", "division": village}]},
        "POST /notices/{id}/objections": {"channel": "paper", "raised_on": "2018-03-01", "what": "名单不实"},
        "POST /notices/{id}/take-down": {"reason": "名单有误"},
        "POST /notice-answers": {"ids": [1], "outcome": "rejected", "reason": "已入户核实", "answered_on": "2018-03-01"},
        "POST /snapshots": {"year": 2018},
        "POST /issued-lists/{id}/columns": {"columns": {}},
        "POST /issued-lists/{id}/lines/{line}/match": {"household": world["household"]},
        "POST /issued-lists/{id}/return": {"lines": [1], "reason": "户籍已迁往外省"},
        "POST /tickets/{id}/review": {"accepts": True},
        "POST /tickets/{id}/assign": {},
        "POST /adjustment-rounds": {"division": "150522", "year": 2019, "name": "动态调整", "begins_on": "2018-12-31",
                                    "collect_until": "2099-01-01", "compare_until": "2099-02-01"},
        "POST /adjustment-rounds/{id}/step": {"act": "collect"},
        "POST /collection-rounds": {"name": "采集", "division": "150522", "kind": "special", "period_from": "2018-01-01",
                                    "period_to": "2018-06-30", "form": "2014"},
        "POST /collection-rounds/{id}/assign": {"division": "150522"},
        "POST /collection-rounds/{id}/spot-checks": {"division": "150522"},
        "POST /collection-rounds/{id}/step": {"act": "open"},
        "POST /collection-exemptions": {"ids": [1], "reason": "举家外出务工"},
        "POST /collection-visits": {"visits": [{"id": "1", "outcome": "absent", "visited_on": "2018-03-01"}]},
        "POST /spot-checks/{id}/recollect": {"village": village},
        "POST /spot-check-households/{id}/check": {"checked_on": "2018-03-01", "right": {}},
        "POST /users": {"username": "somebody", "division": village, "role": "helper"},
    }.get(name, {"values": {}})  # fmt: skip


def send(program: Program, name: str, world: dict) -> Any:
    """The request of a row with its sample body; an upload as a form."""
    method, row = name.partition(" ")[0], OPERATIONS[name]
    if name == "POST /imports":
        data = {"ledger": "households", "files": SimpleUploadedFile("x.csv", b"a")}
        return program.client.post("/api/v1/imports", data, headers=program.headers)
    if name == "POST /scan-stacks":
        data = {"files": SimpleUploadedFile("x.txt", b"no scan")}
        return program.client.post("/api/v1/scan-stacks", data, headers=program.headers)
    if name == "POST /issued-lists":
        data = {"sender": "区局", "division": "150522", "file": SimpleUploadedFile("x.pdf", b"%PDF-1.4 nothing")}
        return program.client.post("/api/v1/issued-lists", data, headers=program.headers)
    if name in ("POST /comparisons", "POST /comparison-letters/{id}/answers"):
        data = {"source": "deaths", "division": "150522", "file": SimpleUploadedFile("x.csv", b"a")}
        return program.client.post(f"/api/v1{address(name, world)}", data, headers=program.headers)
    if name == "POST /boundaries":
        data = {"source": "来源", "file": SimpleUploadedFile("x.geojson", b"{}")}
        return program.client.post("/api/v1/boundaries", data, headers=program.headers)
    if name in ("POST /cases/{id}/files", "POST /meetings/{id}/files"):
        data = {"kind": "minutes" if "meetings" in name else "application", "file": SimpleUploadedFile("x.jpg", b"a")}
        return program.client.post(f"/api/v1{address(name, world)}", data, headers=program.headers)
    if name == "POST /households/{number}/attachments":
        data = {"kind": "house", "file": SimpleUploadedFile("x.jpg", b"a")}
        return program.client.post(f"/api/v1{address(name, world)}", data, headers=program.headers)
    if name == "POST /tickets/{id}/answer":
        return program.client.post(f"/api/v1{address(name, world)}", {"answer": "corrected"}, headers=program.headers)
    if name == "POST /ticket-answers":
        return program.client.post("/api/v1/ticket-answers", {"answers": "[]"}, headers=program.headers)
    if name == "POST /notices/{id}/photographs":
        data = {"files": SimpleUploadedFile("x.jpg", b"a")}
        return program.client.post(f"/api/v1{address(name, world)}?on=2018-03-01", data, headers=program.headers)
    if name == "POST /national/exports":
        data = {"division": "150522", "file": SimpleUploadedFile("x.csv", b"a")}
        return program.client.post("/api/v1/national/exports", data, headers=program.headers)
    return program.ask(method, address(name, world), None if row.get else body(name, world))


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_each_person_of_the_cast_gets_what_the_table_says(name, cast, world):
    """A lack of the right is 403 or 404, of sight always 404; with the right only the record itself can refuse."""
    row: Row = OPERATIONS[name]
    needed, wrong = row.get or row.post, []
    for player in PLAYERS:
        cache.clear()
        program = Program(getattr(cast, player))
        with transaction.atomic():
            status = send(program, name, world).status_code
            transaction.set_rollback(True)
        if needed == SIGNED_IN:
            right = {404} if row.place == "nobody" else {200, 201}
        elif holds(player, needed, row.place):
            right = {200, 201, 202, 204, 412, 422, 428} | ({403} if name in BY_PERSON else set())
            if row.place == "nobody" or name in MISSING:
                right = {404}
            if name in SECOND and not holds(player, SECOND[name], row.place):
                right = {403}
        else:
            right = {403} if row.place == "" and name not in IN_A_PLACE else {403, 404}
        if status not in right:
            wrong.append((player, sorted(right), status))
    assert wrong == []


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_whoever_is_not_known_gets_nothing(name, world):
    cache.clear()
    method = name.partition(" ")[0].lower()
    assert getattr(Client(), method)(f"/api/v1{address(name, world)}").status_code == 401


def test_a_token_does_nothing_beyond_the_permissions_that_it_names(cast, world):
    """Each operation is asked by who may do it, with a token that names every other permission of theirs."""
    let_in = []
    for name, row in OPERATIONS.items():
        needed = row.get or row.post
        if needed in (PUBLIC, SIGNED_IN):
            continue
        player = next(p for p in PLAYERS if needed in ROLES[CAST[p][0]].permissions)
        others = ROLES[CAST[player][0]].permissions - {needed} or {"snapshot.freeze"}
        cache.clear()
        with transaction.atomic():
            status = send(Program(getattr(cast, player), *sorted(others)), name, world).status_code
            transaction.set_rollback(True)
        if status not in (403, 404):
            let_in.append((name, player, status))
    assert let_in == []

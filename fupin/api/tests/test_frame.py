"""What holds for every endpoint: who asks, refusals, pages, repeats, limits, the description."""

from __future__ import annotations

import base64
import json
import time
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from openapi_spec_validator import OpenAPIV31SpecValidator

from fupin.accounts.models import Posting
from fupin.api.models import KeptAnswer
from fupin.api.tests.calls import Program
from fupin.core import clock
from fupin.core.models import AuditEntry
from fupin.rulebook.models import Override

pytestmark = pytest.mark.django_db

PROPOSAL = {
    "name": "publicity.village_days", "division": "150522", "value": 10, "valid_from": "2026-12-01",
    "document": "后旗扶贫〔2026〕1号",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _no_requests_so_far():
    cache.clear()


def test_the_description_is_valid_openapi_31():
    document = Client().get("/api/v1/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(document).validate()


def test_every_operation_says_what_it_does_and_has_a_name_of_its_own():
    document = Client().get("/api/v1/openapi.json").json()
    names = []
    for path, operations in document["paths"].items():
        assert path.startswith("/api/v1/")
        for method, operation in operations.items():
            assert operation.get("summary"), (method, path)
            assert operation.get("description"), (method, path)
            names.append(operation["operationId"])
    assert len(names) == len(set(names))


def test_nobody_gets_in_without_saying_who(db):
    answer = Client().get("/api/v1/parameters")
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer.json()["type"] == "urn:fupin:problem:not_signed_in"


@pytest.mark.parametrize("given", ["Bearer fupin_nothing", "Bearer ", "Basic eDp5", "Bearer x y", "nonsense"])
def test_a_wrong_token_is_401_even_where_nothing_is_asked(given):
    for address in ("/api/v1/parameters", "/api/v1/openapi.json"):
        assert Client().get(address, headers={"Authorization": given}).status_code == 401


def test_a_token_does_no_more_than_its_scopes(cast):
    assert Program(cast.banner_officer).get("/overrides").status_code == 200
    assert Program(cast.banner_officer, "registry.view").get("/overrides").status_code == 403


def test_a_browser_reads_by_its_session_and_writes_with_the_csrf_token(cast, settings):
    settings.DEMONSTRATION = True
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.banner_officer, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session["second_factor"] = True
    session.save()
    assert client.get("/api/v1/parameters").status_code == 200
    answer = client.post("/api/v1/overrides", PROPOSAL, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf")
    client.get("/parameters/publicity.village_days/")
    token = client.cookies["csrftoken"].value
    answer = client.post("/api/v1/overrides", PROPOSAL, content_type="application/json", headers={"X-CSRFToken": token})
    assert answer.status_code == 201


def test_a_browser_without_its_second_factor_does_not_come_in_by_the_api(cast, settings):
    settings.DEMONSTRATION = False
    client = Client()
    client.force_login(cast.banner_officer, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/api/v1/parameters").json()["code"] == "second_factor"


@pytest.mark.parametrize("what", ["seen_at", "signed_in_at"])
def test_a_session_that_is_over_does_not_come_in_by_the_api_either(cast, what):
    client = Client()
    client.force_login(cast.helper, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session.update({"signed_in_at": time.time(), "seen_at": time.time()})
    session.save()
    assert client.get("/api/v1/me").status_code == 200
    session[what] = time.time() - 24 * 3600
    session.save()
    assert client.get("/api/v1/me").status_code == 401


def test_who_must_set_a_new_password_does_not_come_in_by_the_api_before(cast):
    client = Client()
    client.force_login(cast.helper, backend="django.contrib.auth.backends.ModelBackend")
    type(cast.helper).objects.filter(pk=cast.helper.pk).update(must_change_password=True)
    assert client.get("/api/v1/me").json()["code"] == "password"


def test_an_unknown_address_and_method_answer_problem_documents(cast):
    program = Program(cast.banner_officer)
    for answer, status in ((program.get("/nothing-here"), 404), (program.ask("DELETE", "/parameters"), 405)):
        assert answer.status_code == status
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["status"] == status


def test_a_refusal_speaks_the_language_that_is_accepted(cast):
    chinese = Program(cast.banner_officer).get("/divisions/999999").json()
    english = Program(cast.banner_officer, language="en").get("/divisions/999999").json()
    assert (chinese["title"], english["title"]) == ("没有找到", "Not found")


def test_invalid_input_is_told_place_by_place(cast):
    answer = Program(cast.banner_officer).post("/overrides", {"name": 1, "division": "150522", "document": "x" * 201})
    assert answer.status_code == 422
    assert {error["pointer"] for error in answer.json()["errors"]} >= {"/body/name", "/body/value", "/body/document"}
    assert all("reason" in error for error in answer.json()["errors"])


def test_a_body_that_is_no_json_is_told(cast):
    program = Program(cast.banner_officer)
    answer = program.client.generic("POST", "/api/v1/overrides", "{nonsense", content_type="application/json",
                                    headers=program.headers)  # fmt: skip
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


def test_a_body_in_pieces_without_length_is_411(cast):
    program = Program(cast.banner_officer)
    answer = program.client.generic(
        "POST", "/api/v1/overrides", "", headers={**program.headers, "Transfer-Encoding": "chunked"}
    )
    assert answer.status_code == 411
    assert answer["Content-Type"] == "application/problem+json"


def test_pages_follow_one_another_without_gap_or_repeat(cast):
    program, found, cursor = Program(cast.helper), [], ""
    for _page in range(40):
        answer = program.get(f"/divisions?below=150522&limit=50&cursor={cursor}").json()
        found += [item["code"] for item in answer["items"]]
        cursor = answer["next"]
        if not cursor:
            break
    assert len(found) == len(set(found))
    assert found == sorted(found)
    assert "150522100200" in found


@pytest.mark.parametrize("query", ["cursor=nonsense", "cursor=WzFd", "limit=0", "limit=100000", "limit=x"])
def test_a_page_that_does_not_exist_is_refused(cast, query):
    assert Program(cast.helper).get(f"/divisions?{query}").status_code == 422


def test_a_cursor_belongs_to_its_list(cast):
    program = Program(cast.helper)
    cursor = program.get("/divisions?level=banner&limit=5").json()["next"]
    assert program.get(f"/divisions?level=banner&limit=5&cursor={cursor}").status_code == 200
    assert program.get(f"/divisions?level=township&limit=5&cursor={cursor}").status_code == 422


def test_the_same_key_and_body_get_the_first_answer_and_act_once(cast):
    program = Program(cast.banner_officer)
    first = program.post("/overrides", PROPOSAL, Idempotency_Key="abc")
    second = program.post("/overrides", PROPOSAL, Idempotency_Key="abc")
    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    assert second["Idempotency-Replayed"] == "true"
    assert Override.objects.count() == 1
    assert AuditEntry.objects.filter(act="rulebook.propose").count() == 1


def test_the_same_key_with_another_body_is_422(cast):
    program = Program(cast.banner_officer)
    program.post("/overrides", PROPOSAL, Idempotency_Key="abc")
    answer = program.post("/overrides", PROPOSAL | {"value": 11}, Idempotency_Key="abc")
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:fupin:problem:repeated_differently")


def test_a_key_stands_for_one_method_one_address_and_one_version(cast):
    made = Program(cast.banner_officer).post("/overrides", PROPOSAL).json()["id"]
    program = Program(cast.banner_officer)
    assert program.post(f"/overrides/{made}/withdraw", {}, Idempotency_Key="abc").status_code == 200
    others = (
        program.post("/overrides", {}, Idempotency_Key="abc"),
        program.ask("PATCH", f"/overrides/{made}/withdraw", {}, Idempotency_Key="abc"),
        program.post(f"/overrides/{made}/withdraw", {}, Idempotency_Key="abc", If_Match='"1"'),
    )
    assert [answer.json()["type"] for answer in others] == ["urn:fupin:problem:repeated_differently"] * 3
    assert program.post(f"/overrides/{made}/withdraw", {}, Idempotency_Key="abc").status_code == 200


def test_a_key_belongs_to_its_user(cast):
    Program(cast.banner_officer).post("/overrides", PROPOSAL, Idempotency_Key="abc")
    other = Program(cast.other_banner_officer).post("/overrides", PROPOSAL | {"division": "150521"}, Idempotency_Key="abc")  # fmt: skip
    assert other.status_code == 201


def test_a_refusal_is_the_answer_to_its_key_too_and_left_nothing(cast):
    program = Program(cast.banner_officer)
    first = program.post("/overrides", PROPOSAL | {"value": 99}, Idempotency_Key="abc")
    second = program.post("/overrides", PROPOSAL | {"value": 99}, Idempotency_Key="abc")
    assert first.status_code == second.status_code == 422
    assert first.json() == second.json()
    assert not Override.objects.exists()


def test_a_fault_keeps_no_answer_so_that_the_request_can_come_again(cast, monkeypatch):
    from fupin.rulebook import operations

    def broken(**_more):
        raise RuntimeError("unexpected")

    program = Program(cast.banner_officer)
    with monkeypatch.context() as patch:
        patch.setattr(operations, "propose", broken)
        answer = program.post("/overrides", PROPOSAL, Idempotency_Key="abc")
    assert answer.status_code == 500
    assert "unexpected" not in answer.content.decode()
    assert not KeptAnswer.objects.exists()
    assert program.post("/overrides", PROPOSAL, Idempotency_Key="abc").status_code == 201


def test_a_key_is_remembered_for_a_day(cast):
    before = timezone.now()
    Program(cast.banner_officer).post("/overrides", PROPOSAL, Idempotency_Key="abc")
    kept = KeptAnswer.objects.get()
    assert timedelta(hours=24) <= kept.expires_at - before < timedelta(hours=24, minutes=5)


def test_an_expired_key_is_forgotten_however_many_others_are(cast):
    program = Program(cast.banner_officer)
    KeptAnswer.objects.bulk_create(
        KeptAnswer(user_id=1, key=f"{n}", fingerprint=b"", expires_at=timezone.now()) for n in range(600)
    )
    program.post("/overrides", PROPOSAL, Idempotency_Key="abc")
    KeptAnswer.objects.bulk_create(
        KeptAnswer(user_id=2, key=f"{n}", fingerprint=b"", expires_at=timezone.now()) for n in range(600)
    )
    KeptAnswer.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    answer = program.post("/overrides", PROPOSAL | {"valid_from": "2027-01-01"}, Idempotency_Key="abc")
    assert answer.status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb"])
def test_a_key_that_is_none_is_refused(cast, key):
    assert Program(cast.banner_officer).post("/overrides", PROPOSAL, Idempotency_Key=key).status_code == 400


def test_too_many_requests_are_told_to_wait(cast, monkeypatch):
    from fupin.policy import parameters

    value = parameters.value
    monkeypatch.setattr(
        parameters, "value", lambda name, **more: 3 if name == "api.requests_per_minute" else value(name, **more)
    )
    program = Program(cast.helper)
    statuses = [program.get("/regimes").status_code for _each in range(4)]
    assert statuses == [200, 200, 200, 429]
    assert 1 <= int(program.get("/regimes")["Retry-After"]) <= 60
    assert Program(cast.village_officer).get("/regimes").status_code == 200


def test_who_is_not_known_is_counted_by_the_address_and_a_wrong_token_too(cast, monkeypatch):
    from fupin.policy import parameters

    value = parameters.value
    monkeypatch.setattr(
        parameters, "value", lambda name, **more: 3 if name == "api.requests_per_minute" else value(name, **more)
    )
    guess = {"Authorization": "Bearer fupin_guessed"}
    statuses = [Client(REMOTE_ADDR="10.0.0.7").get("/api/v1/me", headers=guess).status_code for _each in range(4)]
    assert statuses == [401, 401, 401, 429]
    assert Client(REMOTE_ADDR="10.0.0.8").get("/api/v1/me", headers=guess).status_code == 401
    assert Program(cast.helper).get("/regimes").status_code == 200


def test_acts_over_the_api_say_so_in_the_trail(cast):
    Program(cast.banner_officer).post("/overrides", PROPOSAL)
    entry = AuditEntry.objects.get(act="rulebook.propose")
    assert entry.channel == "api"
    assert "科尔沁左翼后旗" in entry.posting


def test_a_cursor_that_somebody_changed_is_refused_in_words(cast):
    program = Program(cast.region_officer)
    following = program.get("/users?limit=1").json()["next"]
    stamp, *_place = json.loads(base64.urlsafe_b64decode(following + "=="))
    for place in ([1, "x"], ["a", "x"], [None, 1]):
        cursor = base64.urlsafe_b64encode(json.dumps([stamp, *place]).encode()).decode().rstrip("=")
        answer = program.get(f"/users?limit=1&cursor={cursor}")
        assert (answer.status_code, answer.json()["code"]) == (422, "cursor"), place


def test_a_kept_answer_is_not_given_to_a_narrower_token_nor_after_the_posting(cast):
    whole = Program(cast.banner_officer)
    first = whole.post("/overrides", PROPOSAL, Idempotency_Key="abc")
    narrow = Program(cast.banner_officer, "rulebook.change").post("/overrides", PROPOSAL, Idempotency_Key="abc")
    assert (first.status_code, narrow.status_code) == (201, 422)
    assert str(first.json()["id"]) not in narrow.content.decode()
    assert whole.post("/overrides", PROPOSAL, Idempotency_Key="abc").json() == first.json()
    Posting.objects.filter(user=cast.banner_officer).update(valid_to=clock.today())
    assert whole.post("/overrides", PROPOSAL, Idempotency_Key="abc").status_code == 422

import os
import re
import subprocess
import sys
from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.template import loader
from django.test import Client, RequestFactory
from django.utils import timezone, translation

from fupin.core import health
from fupin.core.middleware import _back
from fupin.core.models import Job
from fupin.core.requests import client_address
from fupin.core.schema import require_current, schema

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_memory(monkeypatch, settings, tmp_path):
    monkeypatch.setattr(health, "_schema_seen", (-health._SCHEMA_SECONDS, ""))
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def heard():
    Job.objects.create(kind="worker", key="worker:any", state="periodic", heartbeat_at=timezone.now())


def test_every_answer_carries_the_security_headers_and_its_request_id():
    answer = Client().get("/sign-in/")
    policy = dict(part.strip().partition(" ")[::2] for part in answer["Content-Security-Policy"].split(";"))
    assert policy == {
        "default-src": "'self'", "script-src": "'self'", "style-src": "'self'", "object-src": "'none'",
        "img-src": "'self' data: blob:", "font-src": "'self' data:", "base-uri": "'self'", "form-action": "'self'",
        "frame-ancestors": "'none'",
    }  # fmt: skip
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "geolocation=(self)" in answer["Permissions-Policy"]
    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Request-ID"]


SIGNING_IN = """
import django
django.setup()
from django.conf import settings
from django.http import HttpResponse
from django.contrib.sessions.middleware import SessionMiddleware
from django.middleware.csrf import get_token
from django.middleware.security import SecurityMiddleware
from django.test import RequestFactory


def answer(request):
    request.session["x"] = 1
    return HttpResponse()


settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
given = SecurityMiddleware(SessionMiddleware(answer))(RequestFactory().get("/", secure=True))
session = given.cookies["sessionid"]
print(bool(session["httponly"]), session["samesite"], bool(session["secure"]), settings.CSRF_COOKIE_SECURE,
      settings.CSRF_COOKIE_SAMESITE, given.get("Strict-Transport-Security", "-").split(";")[0])
"""


@pytest.mark.parametrize(
    ("https", "said"),
    [("1", "True Lax True True Lax max-age=31536000"), ("0", "True Lax False False Lax -")],
)
def test_the_cookie_of_a_session_stays_with_the_browser_and_behind_https_on_the_secured_line(https, said, tmp_path):
    given = {name: value for name, value in os.environ.items() if not name.startswith(("FUPIN_", "DJANGO_"))}
    given |= {"FUPIN_DATA": str(tmp_path), "FUPIN_HTTPS": https, "DJANGO_SETTINGS_MODULE": "fupin.config.settings"}
    done = subprocess.run([sys.executable, "-c", SIGNING_IN], env=given, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == said


@pytest.mark.parametrize(
    ("referer", "way"),
    [
        ("http://testserver/divisions/150522/", "/divisions/150522/"),
        ("http://elsewhere.cn/households/", "/"),
        ("http://testserver//elsewhere.cn/", "/"),
    ],
)
def test_the_way_back_from_a_refusal_never_leads_elsewhere(referer, way):
    assert _back(RequestFactory().get("/", headers={"Referer": referer})) == way


def test_a_page_with_people_in_it_is_kept_by_no_cache(cast, client_of):
    assert client_of(cast.township_officer).get("/households/")["Cache-Control"] == "private, no-store"


def test_a_request_id_is_taken_over_only_where_it_is_one():
    assert Client().get("/healthz", headers={"X-Request-ID": "abcdefgh-1"})["X-Request-ID"] == "abcdefgh-1"
    for odd in ("short", "with space 123", "x" * 65, "<script>alert(1)</script>"):
        assert Client().get("/healthz", headers={"X-Request-ID": odd})["X-Request-ID"] != odd


def test_a_body_in_pieces_without_length_is_refused():
    answer = Client().generic("POST", "/sign-in/", headers={"Transfer-Encoding": "chunked"})
    assert answer.status_code == 411


@pytest.mark.parametrize("address", ["/sign-in/?next=%00", "/households/15%000/", "/api/v1/search?q=a%00b"])
def test_an_address_with_a_nul_is_refused_on_either_database(address):
    assert Client().get(address).status_code == 400


def test_the_address_behind_our_own_proxies_is_believed_and_no_other(settings):
    request = RequestFactory().get("/", headers={"X-Forwarded-For": "6.6.6.6, 10.0.0.7"}, REMOTE_ADDR="10.0.0.1")
    settings.PROXIES = 0
    assert client_address(request) == "10.0.0.1"
    settings.PROXIES = 1
    assert client_address(request) == "10.0.0.7"


def test_ready_means_database_schema_worker_and_disk(heard):
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["ready"]) == (200, True)


def test_a_worker_that_is_silent_makes_the_instance_unready(heard):
    Job.objects.update(heartbeat_at=timezone.now() - timedelta(seconds=health.MOST_SILENCE_SECONDS + 1))
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert "not heard" in answer.json()["checks"]["worker"]
    assert answer.json()["checks"]["database"] == "ok"


def test_a_full_disk_makes_the_instance_unready(heard, monkeypatch):
    monkeypatch.setattr(health, "LEAST_FREE_BYTES", 2**62)
    assert "MB free" in Client().get("/readyz").json()["checks"]["disk"]


def test_an_older_or_newer_database_is_refused_with_the_mend(heard):
    assert schema().state == "current"
    recorder = MigrationRecorder(connection)
    recorder.record_applied("core", "9999_of_a_later_version")
    assert schema().state == "newer"
    with pytest.raises(ImproperlyConfigured, match=r"9999_of_a_later_version.*改用该版本"):
        require_current()
    assert Client().get("/readyz").json()["checks"]["database"] == "schema newer"
    recorder.record_unapplied("core", "9999_of_a_later_version")
    last = max(name for app, name in recorder.applied_migrations() if app == "core")
    recorder.record_unapplied("core", last)
    assert schema().state == "older"
    with pytest.raises(ImproperlyConfigured, match="fupin init"):
        require_current()


def test_alive_asks_for_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert Client().get("/healthz").content == b"ok\n"


def test_measurements_are_for_this_machine_or_for_the_token(settings, heard):
    settings.METRICS_TOKEN = ""
    text = Client().get("/metrics").content.decode()
    assert "fupin_audit_unsealed_entries" in text
    assert 'fupin_requests_total{method="GET"' in text
    assert Client(REMOTE_ADDR="10.0.0.9").get("/metrics").status_code == 404
    assert Client(headers={"X-Forwarded-For": "1.2.3.4"}).get("/metrics").status_code == 404
    settings.METRICS_TOKEN = "t0ken"
    assert Client().get("/metrics").status_code == 404
    answer = Client(REMOTE_ADDR="10.0.0.9").get("/metrics", headers={"Authorization": "Bearer t0ken"})
    assert answer.status_code == 200


@pytest.mark.parametrize(("language", "said"), [("zh-hans", "系统出错"), ("en", "System fault")])
def test_the_page_of_a_fault_says_the_time_that_it_asks_to_report(language, said):
    with translation.override(language):
        page = loader.render_to_string("500.html")
    assert said in page
    assert re.search(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d", page)

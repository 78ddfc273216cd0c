"""The pages that people wait for, with four of them at once: p50 and p95 of lists, filters, searches and the record.

Run beside a filled instance: `python -m bench.pages --data FOLDER [--requests N]`. It starts the product's own server
(two workers), signs people in by sessions of their own, and asks from four threads; the peer is the same server's
answer of /healthz, which does no work. Ratios in one run; the limit of the contract is p95 ≤ 100 ms on two cores.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

USERS = 4
LIMIT_MS = 100.0
DAY = "2018-12-31"


def prepare(count: int) -> dict[str, list[str]]:
    """Sessions of banner officers, and the addresses each asks for, drawn from the register itself."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fupin.config.settings")
    django.setup()
    from fupin.accounts.models import Posting, User
    from fupin.core.dated import SINCE_EVER
    from fupin.registry.models import HouseholdCard

    randomly = random.Random(7)
    banners = list(HouseholdCard.objects.values_list("banner_id", flat=True).distinct())
    cookies, wanted = [], {}
    for number in range(USERS):
        banner = randomly.choice(banners)
        user, _made = User.objects.get_or_create(username=f"bench-{number}")
        Posting.objects.get_or_create(user=user, division_id=banner, role="banner_officer", valid_from=SINCE_EVER)
        cookies.append(_session(user))
        for kind, addresses in _addresses(banner, count, randomly).items():
            wanted.setdefault(kind, []).extend(addresses)
    return {"cookies": cookies, **wanted}


def _session(user: Any) -> str:
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
    session[BACKEND_SESSION_KEY], session["second_factor"] = "django.contrib.auth.backends.ModelBackend", True
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def _addresses(banner: int, count: int, randomly: random.Random) -> dict[str, list[str]]:
    from urllib.parse import quote

    from fupin.core import sealing
    from fupin.registry.models import HouseholdCard, PersonIdentity

    cards = list(
        HouseholdCard.objects.filter(banner_id=banner).values_list("number", "head_name", "household_id")[:2000]
    )
    drawn = [randomly.choice(cards) for _ in range(count)]
    people = PersonIdentity.objects.open().filter(person__memberships__household_id__in=[c[2] for c in drawn[:40]])
    ids = [sealing.unseal(sealed) for sealed in people.values_list("number_sealed", flat=True)[:count] if sealed]
    return {
        "list": ["/households/"] * count,
        "filter": [f"/households/?main_cause=0{at % 9 + 1}&state=registered" for at in range(count)],
        "filter_member": [f"/households/?m.health=0{at % 4 + 1}&fuel=0{at % 5 + 1}" for at in range(count)],
        "name": [f"/search/?q={quote(name)}" for _number, name, _id in drawn],
        "id": [f"/search/?q={number}" for number in ids],
        "household": [f"/households/{number}/" for number, _name, _id in drawn],
        "total": ["/households/total/"] * max(count // 4, 1),
        "healthz": ["/healthz"] * count,
    }


@contextmanager
def server(workers: int) -> Iterator[int]:
    """The product's own server on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port), "--workers", str(workers),
               "--no-ws", "--log-level", "error", "fupin.config.wsgi:application"]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait(port)
            yield port
        finally:
            process.terminate()


def _wait(port: int) -> None:
    for _ in range(300):
        try:
            _ask(http.client.HTTPConnection("127.0.0.1", port, timeout=5), "/healthz", "")
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the server did not answer")


def _ask(connection: http.client.HTTPConnection, address: str, cookie: str) -> float:
    """Milliseconds until the whole answer is there."""
    began = time.perf_counter()
    connection.request("GET", address, headers={"Cookie": cookie, "Accept-Language": "zh-hans"})
    answer = connection.getresponse()
    answer.read()
    if answer.status != 200:
        raise SystemExit(f"{address}: {answer.status}")
    return (time.perf_counter() - began) * 1000


def measure(port: int, addresses: list[str], cookies: list[str]) -> list[float]:
    """The times of all requests, asked by four people at once."""
    times: list[float] = []
    lock = threading.Lock()

    def person(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        own = addresses[number * len(addresses) // USERS : (number + 1) * len(addresses) // USERS]
        found = [_ask(connection, address, cookies[number]) for address in own]
        with lock:
            times.extend(found)

    threads = [threading.Thread(target=person, args=(number,)) for number in range(USERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


def main() -> int:
    """Measure every kind of page; 1 where one is slower than the contract allows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True)
    parser.add_argument("--requests", type=int, default=50, help="requests a person and kind of page")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    os.environ["FUPIN_DATA"] = options.data
    wanted = prepare(options.requests)
    cookies = wanted.pop("cookies")
    found: dict[str, dict[str, float]] = {}
    with server(options.workers) as port:
        measure(port, wanted["list"][: USERS * 4], cookies)  # each worker reads its tree of divisions once
        for kind, addresses in wanted.items():
            times = sorted(measure(port, addresses, cookies))
            found[kind] = {"requests": len(times), "p50": round(statistics.median(times), 1),
                           "p95": round(times[int(len(times) * 0.95)], 1)}  # fmt: skip
    print(json.dumps(found, indent=1))
    return int(any(row["p95"] > LIMIT_MS for kind, row in found.items() if kind not in ("total", "healthz")))


if __name__ == "__main__":
    sys.exit(main())

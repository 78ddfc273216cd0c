"""The pages that people wait for and the act of saving, with four people at once, in any instance that has been loaded.

`python -m bench.pages --data FOLDER [--requests N] [--role region_officer] [--importing PERSONS]`. It starts the
product's own server (two processes), signs people in by sessions of their own and asks from four threads without a
pause. The peer is the same server's answer of /healthz, which does no work: ratios of one run. The processor time of
the serving processes stands beside the clock, because the clock also counts what else the machine does. `--importing`
measures once more while a staged import of so many made-up persons goes on; it and the saving change the register.

Exit 1 where a page is slower than the contract allows, or its processor time lies 30 % above the documented one.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.visiting import Values, Visitor, form_of, free_port, processor_seconds, wait_until_answering

USERS = 4
LIMITS_MS = {
    "save": 200.0, "total": None, "healthz": None, "form": None, "dashboard": None, "map": None, "division": None,
    "records": None, "audit": None, "audit_act": None, "users": None,
}  # fmt: skip
"""Those without a limit are not in the contract; all of them have a documented processor time."""
LIMIT_MS = 100.0
DOCUMENTED_CPU_MS = {
    "list": 8.0, "filter": 9.5, "filter_member": 13.5, "filter_rare": 15.0, "name": 7.5, "id": 7.0, "household": 9.0,
    "form": 14.5, "save": 20.0, "dashboard": 31.0, "map": 18.0, "division": 21.0, "records": 47.0, "audit": 24.5,
    "audit_act": 49.0, "users": 11.0,
}  # fmt: skip
"""Of one request of a banner officer with the region loaded, on the machine of docs/performance.md without other work; a
red line is 30 % above, in units of the idle loop that is timed beside it."""
WIDER_CPU_MS = {"name": 15.0}
"""What costs more where a whole region is searched."""
RED = 1.3
LOOP_MS = 16.5
"""What `loop_ms` takes on that machine."""


def prepare(count: int, role: str) -> dict[str, list[str]]:
    """Sessions of officers, and the addresses each asks for, drawn from the register itself."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fupin.config.settings")
    django.setup()
    from django.db.models import Count

    from fupin.accounts.models import Posting, User
    from fupin.bulk import taking
    from fupin.core.dated import SINCE_EVER
    from fupin.divisions.queries import tree
    from fupin.registry.models import HouseholdCard

    taking.current()  # in an office the worker has made it; here the first visitor of the figures would wait for it
    randomly = random.Random(7)
    sizes = HouseholdCard.objects.order_by("banner_id").values_list("banner_id").annotate(Count("pk"))
    # Every person saves households of their own: a smaller banner would not have as many.
    banners = [banner for banner, households in sizes if households >= USERS * count]
    wanted: dict[str, list[str]] = {"cookies": []}
    for number in range(USERS):
        banner = randomly.choice(banners)
        at = tree().root.id if role == "region_officer" else banner
        user, _made = User.objects.get_or_create(username=f"bench-{role}-{number}")
        Posting.objects.filter(user=user).delete()
        Posting.objects.create(user=user, division_id=at, role=role, valid_from=SINCE_EVER)
        wanted["cookies"].append(_session(user))
        code = tree().by_id(at).short_code
        for kind, addresses in (_addresses(banner, count, number, randomly) | _others(code, count)).items():
            wanted.setdefault(kind, []).extend(addresses)
    return wanted


def _others(code: str, count: int) -> dict[str, list[str]]:
    """What an officer of a division opens beside households."""
    pages = {
        "dashboard": "/statistics/", "map": f"/map/{code}/", "division": f"/divisions/{code}/",
        "records": "/statistics/records/registered_households/", "audit": "/audit/",
        "audit_act": "/audit/?act=persons.import", "users": "/users/",
    }  # fmt: skip
    return {kind: [address] * count for kind, address in pages.items()}


def _session(user: Any) -> str:
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
    session[BACKEND_SESSION_KEY], session["second_factor"] = "django.contrib.auth.backends.ModelBackend", True
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def _addresses(banner: int, count: int, person: int, randomly: random.Random) -> dict[str, list[str]]:
    from urllib.parse import quote

    from fupin.core import sealing
    from fupin.registry.models import HouseholdCard, PersonIdentity

    columns = ("number", "head_name", "household_id")
    cards = list(HouseholdCard.objects.filter(banner_id=banner).order_by("number").values_list(*columns)[:2000])
    drawn = [randomly.choice(cards) for _ in range(count)]
    people = PersonIdentity.objects.open().filter(person__memberships__household_id__in=[c[2] for c in drawn[:40]])
    ids = [sealing.unseal(sealed) for sealed in people.values_list("number_sealed", flat=True)[:count] if sealed]
    households = [f"/households/{number}/" for number, _name, _id in drawn]
    forms = [f"/households/{card[0]}/change/" for card in cards[person::USERS][:count]]  # nobody else's
    return {
        "list": ["/households/"] * count,
        "filter": [f"/households/?main_cause=0{at % 9 + 1}&state=registered" for at in range(count)],
        "filter_member": [f"/households/?m.health=0{at % 4 + 1}&fuel=0{at % 5 + 1}" for at in range(count)],
        "filter_rare": [f"/households/?m.health=05&m.education=0{at % 3 + 4}&m.political=01" for at in range(count)],
        "name": [f"/search/?q={quote(name)}" for _number, name, _id in drawn],
        "id": [f"/search/?q={number}" for number in ids],
        "household": households,
        "total": ["/households/total/"] * max(count // 4, 1),
        "form": forms,
        "save": forms,
        "healthz": ["/healthz"] * count,
    }


@contextmanager
def server(workers: int) -> Iterator[tuple[int, int]]:
    """The product's own server on a free port: the port, and the process above the serving ones."""
    from fupin.config.serving import web_command

    port = free_port()
    with subprocess.Popen(
        web_command("127.0.0.1", port, workers), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            wait_until_answering(port)
            yield port, process.pid
        finally:
            process.terminate()


@contextmanager
def importing(persons: int) -> Iterator[threading.Event]:
    """A staged import of made-up persons, by the command of the product; the event is set once it is over."""
    from bench.import_bench import villages
    from bench.made_up import write_csv

    over = threading.Event()
    with tempfile.TemporaryDirectory(prefix="fupin-bench-") as folder:
        start = random.randrange(10**6, 9 * 10**6)
        one, two, _made = write_csv(Path(folder), persons, villages(), seed=start, start=start)

        def carry() -> None:
            for ledger, path in (("households", one), ("persons", two)):
                command = [sys.executable, "-m", "fupin", "import", ledger, str(path), "--json"]
                subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
            over.set()

        thread = threading.Thread(target=carry)
        thread.start()
        try:
            yield over
        finally:
            thread.join()


Forms = dict[str, Values]


def visit(port: int, kind: str, addresses: list[str], cookies: list[str], forms: Forms) -> list[float]:
    """The times of all requests, asked by four people at once. Forms that were opened are kept in `forms`."""

    def person(number: int) -> list[float]:
        visitor = Visitor(port, cookies[number])
        own = addresses[number * len(addresses) // USERS : (number + 1) * len(addresses) // USERS]
        return [_ask(visitor, kind, address, forms) for address in own]

    with ThreadPoolExecutor(USERS) as people:
        return [taken for times in people.map(person, range(USERS)) for taken in times]


def first_of_each(addresses: list[str], most: int = 4) -> list[str]:
    """The first addresses of every person; nobody is sent to the pages of another."""
    own = len(addresses) // USERS
    return [address for person in range(USERS) for address in addresses[person * own :][: min(most, own)]]


def _ask(visitor: Visitor, kind: str, address: str, forms: Forms) -> float:
    """Milliseconds of opening a page, or of sending back a form that was opened before, with one field changed."""
    if kind == "save":
        values = forms.pop(address) | {"remark": f"测速 {time.time_ns()}", "mode": "correct"}
        return visitor.post(address, values)
    taken, page = visitor.get(address)
    if kind == "form":
        forms[address] = form_of(page, address)
    return taken


def loop_ms() -> float:
    """How long the machine takes for a loop that does nothing of use: its pace, other work included."""
    began, total = time.process_time(), 0
    for number in range(300_000):
        total += number * number % 7
    return (time.process_time() - began) * 1000


def measure(port: int, parent: int, wanted: dict[str, list[str]], cookies: list[str]) -> dict[str, dict[str, float]]:
    """Every kind of page: p50, p95 and the processor time of one request, in milliseconds."""
    found: dict[str, dict[str, float]] = {}
    forms: Forms = {}
    for kind, addresses in wanted.items():
        before, pace = processor_seconds(parent), loop_ms()
        times = sorted(visit(port, kind, addresses, cookies, forms))
        used = (processor_seconds(parent) - before) * 1000 / len(times)
        found[kind] = {
            "requests": len(times), "p50": round(statistics.median(times), 1),
            "p95": round(times[int(len(times) * 0.95)], 1), "cpu": round(used, 1),
            "pace": round((pace + loop_ms()) / 2 / LOOP_MS, 2),
        }  # fmt: skip
    for row in found.values():
        row["ratio"] = round(row["p50"] / found["healthz"]["p50"], 1)
    return found


def faults(found: dict[str, dict[str, float]], role: str) -> list[str]:
    """What is slower than the contract allows, or dearer than documented."""
    slow = [kind for kind, row in found.items() if (limit := LIMITS_MS.get(kind, LIMIT_MS)) and row["p95"] > limit]
    documented = DOCUMENTED_CPU_MS | (WIDER_CPU_MS if role == "region_officer" else {})
    dear = [
        kind for kind, known in documented.items()
        if kind in found and found[kind]["cpu"] / found[kind]["pace"] > known * RED
    ]  # fmt: skip
    return [f"{kind}: p95 above the contract" for kind in slow] + [
        f"{kind}: RED, above the documented" for kind in dear
    ]


def show(found: dict[str, dict[str, float]], title: str) -> None:
    print(f"\n{title}; load average {', '.join(f'{each:.1f}' for each in os.getloadavg())} on {os.cpu_count()} cores")
    print("| page | requests | p50 ms | p95 ms | p50 ÷ idle answer | CPU ms a request | pace of the machine |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for kind, row in found.items():
        cells = (row["requests"], row["p50"], row["p95"], row["ratio"], row["cpu"], row["pace"])
        print(f"| {kind} | {' | '.join(map(str, cells))} |", flush=True)


def main() -> int:
    """Measure every kind of page; 1 where one is slower than the contract allows or has grown dearer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True)
    parser.add_argument("--requests", type=int, default=50, help="requests a person and kind of page")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--role", choices=("banner_officer", "region_officer"), default="banner_officer")
    parser.add_argument("--importing", type=int, default=0, help="persons imported at the same time")
    parser.add_argument("--only", nargs="*", default=(), help="kinds of page")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    os.environ["FUPIN_DATA"] = options.data
    wanted = prepare(options.requests, options.role)
    cookies = wanted.pop("cookies")
    wanted = {kind: rows for kind, rows in wanted.items() if not options.only or kind in (*options.only, "healthz")}
    with server(options.workers) as (port, parent):
        for kind in ("list", "dashboard", "map"):  # each process reads its tree once, and figures are counted once
            visit(port, kind, first_of_each(wanted.get(kind, [])), cookies, {})
        found = measure(port, parent, wanted, cookies)
        wrong = faults(found, options.role)
        print(json.dumps(found, indent=1)) if options.json else show(
            found, f"{options.role}, {options.workers} processes"
        )
        if options.importing:
            with importing(options.importing) as over:
                beside = measure(port, parent, wanted, cookies)
                finished = over.is_set()
            show(beside, f"beside an import{' that was over before the end' if finished else ''}")
            slow = {kind: row | {"cpu": 0.0} for kind, row in beside.items() if kind == "save"}
            wrong += [f"beside an import, {fault}" for fault in faults(slow, options.role)]
    print(*wrong, sep="\n")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())

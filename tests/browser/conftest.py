"""A running demonstration instance and a real browser for every test here.

The instance is a copy in a temporary folder, served by the product's own server in a process of its own; the tests
reach it as a person does, through the sign-in page.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.instance import PASSWORD

PROJECT = Path(__file__).resolve().parents[2]
AXE = PROJECT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
SECONDS = 60


class Server:
    """The product's own server on an instance: the power can fail it, and it can be started again."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self.port = _free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        """Serve the instance, in a process group of its own."""
        command = [sys.executable, "-m", "fupin", "serve", "--port", str(self.port), "--workers", "1"]
        self.process = subprocess.Popen(
            command, cwd=PROJECT, env=self.environment, start_new_session=True, stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        _when_ready(self.address, self.process)

    def lose_power(self) -> None:
        """Kill every process of the instance at once, with no time to end anything: the serving and the working
        processes have groups of their own, and one that is left to end by itself would answer for the next server."""
        for process in _processes_of(self.environment["FUPIN_DATA"]):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self.process.wait()
        _until(lambda: not _processes_of(self.environment["FUPIN_DATA"]), "a process of the instance does not end")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A filled demonstration instance on SQLite that stands on 2018-12-31, served."""
    folder = tmp_path_factory.mktemp("instance") / "data"
    shutil.copytree(_filled(tmp_path_factory), folder)
    running = Server(_environment(folder))
    try:
        yield running
    finally:
        running.stop()


def _filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The instance before anybody has worked with it: whoever of the testing processes needs it first fills it, each
    works with a copy of its own."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    filled, making = shared / "filled-instance", shared / "filled-instance.making"
    with (shared / "filled-instance.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not filled.exists():
            shutil.rmtree(making, ignore_errors=True)
            making.mkdir()
            (making / "demonstration").write_text(json.dumps({"today": "2018-12-31"}), encoding="utf-8")
            command = [sys.executable, "-W", "ignore", "-m", "tests.browser.instance"]
            subprocess.run(command, check=True, cwd=PROJECT, env=_environment(making))
            making.rename(filled)
    return filled


def _environment(folder: Path) -> dict[str, str]:
    environment = {key: value for key, value in os.environ.items() if key != "FUPIN_DATABASE"}
    return environment | {
        "FUPIN_DATA": str(folder),
        "DJANGO_SETTINGS_MODULE": "fupin.config.settings",
        "PYTHONPATH": str(PROJECT),
    }


@pytest.fixture(scope="session")
def site(server: Server) -> str:
    """The address of the instance."""
    return server.address


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _processes_of(folder: str) -> list[int]:
    """The processes that work on the instance in this folder: started for it, whoever started them, not yet ended."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if f"FUPIN_DATA={folder}".encode() in (place / "environ").read_bytes().split(b"\0"):
                found.append(int(place.name))
    return found


def _when_ready(address: str, server: subprocess.Popen[bytes]) -> None:
    def answers() -> bool:
        assert server.poll() is None, "the server has stopped"
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=2).close()
        except OSError:
            return False
        return True

    _until(answers, "the server did not answer")


def _until(holds: Callable[[], bool], otherwise: str) -> None:
    for _attempt in range(SECONDS * 5):
        if holds():
            return
        time.sleep(0.2)
    raise AssertionError(otherwise)


@pytest.fixture(scope="session")
def addresses(server: Server) -> dict[str, str]:
    """Where the screens are that are looked at by their names."""
    found: dict[str, str] = json.loads(Path(server.environment["FUPIN_DATA"], "addresses.json").read_text("utf-8"))
    return found


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The distribution's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(CHROMIUM))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def states() -> dict[str, Any]:
    """Signed-in sessions by user, so that each signs in once."""
    return {}


@pytest.fixture
def page_of(site: str, chromium: Browser, states: dict[str, Any]) -> Iterator[Callable[..., Page]]:
    """`page_of("banner_officer", width=390)`: a page in which that person of the cast is signed in; "" is nobody.

    Faults on the page's console (a blocked script, an exception) fail the test.
    """
    contexts, faults = [], []

    def open_page(user: str, **more: Any) -> Page:
        contexts.append(_browser_of(user, site, chromium, states, **more))
        return _watched(contexts[-1].new_page(), faults)

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture(scope="session")
def kept(site: str, chromium: Browser) -> Iterator[dict[str, BrowserContext]]:
    """Browsers that stay open from screen to screen."""
    contexts: dict[str, BrowserContext] = {}
    yield contexts
    for context in contexts.values():
        context.close()


@pytest.fixture
def look_at(
    site: str, chromium: Browser, states: dict[str, Any], kept: dict[str, BrowserContext]
) -> Iterator[Callable[[str], Page]]:
    """`look_at("banner_officer")`: a new page, in English, of a browser in which that person has been all along.

    For those who only look: styles, scripts and fonts of the screens before are still there, as at an office desk.
    """
    pages, faults = [], []

    def open_page(user: str) -> Page:
        if user not in kept:
            kept[user] = _browser_of(user, site, chromium, states, language="en")
        pages.append(_watched(kept[user].new_page(), faults))
        return pages[-1]

    yield open_page
    for page in pages:
        page.close()
    assert faults == []


def _browser_of(
    user: str, site: str, chromium: Browser, states: dict[str, Any], *, width: int = 1440, height: int = 900,
    language: str = "zh-hans", **more: Any,
) -> BrowserContext:  # fmt: skip
    if user not in states:
        states[user] = _signed_in(site, chromium, user) if user else None
    context = chromium.new_context(
        base_url=site, viewport={"width": width, "height": height}, storage_state=states[user], **more
    )
    context.add_cookies([{"name": "django_language", "value": language, "url": site}])
    return context


def _watched(page: Page, faults: list[str]) -> Page:
    page.on("console", lambda message: faults.append(message.text) if "Content Security" in message.text else None)
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    return page


def _signed_in(site: str, chromium: Browser, user: str) -> Any:
    context = chromium.new_context(base_url=site)
    page = context.new_page()
    page.goto("/sign-in/")
    page.fill("input[name=username]", user)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit], main form button:not([name=language])")
    page.wait_for_url(lambda url: "/sign-in/" not in url)
    state = context.storage_state()
    context.close()
    return state


def settled(page: Page) -> None:
    """Waits until what the page asks for after it has opened stands in it.

    The page itself is asked: the browser's silence ("networkidle") does not come at times, though nothing is open.
    """
    page.wait_for_function(
        """() => document.readyState === "complete" && document.fonts.status === "loaded" &&
        !document.querySelector(".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added")"""
    )


def serious(page: Page) -> list[str]:
    """What axe-core finds on a page that is serious or critical: rule, and where.

    A rule that says of itself that what it finds is milder is not asked.
    """
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        """async () => {
            const mild = axe._audit.rules.filter(rule => ["minor", "moderate"].includes(rule.impact))
            const rules = Object.fromEntries(mild.map(rule => [rule.id, {enabled: false}]))
            return (await axe.run(document, {resultTypes: ["violations"], rules})).violations
        }"""
    )
    return [
        f"{one['id']}: {node['html'][:160]}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"][:3]
    ]

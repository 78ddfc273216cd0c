"""A visitor of an instance: one connection, one session, forms read and sent back; and what the servers use for it."""

from __future__ import annotations

import http.client
import os
import socket
import time
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode

Values = dict[str, str | list[str]]
"""What a form holds: one value a field, several where boxes of one name are ticked."""
TOKEN = "0123456789abcdefghijklmnopqrstuv"


REQUESTS_A_CONNECTION = 8


class Visitor:
    """One person's connection, kept open between requests as a browser keeps it, for some of them.

    A connection stays with the serving process that took it. Four connections that last for a whole run lie with one of
    two processes by chance, and the run would tell of that draw; opened again now and then they tell of all draws.
    """

    def __init__(self, port: int, cookie: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.asked = 0
        self.headers = {"Cookie": f"{cookie}; csrftoken={TOKEN}", "Accept-Language": "zh-hans"}

    def get(self, address: str) -> tuple[float, str]:
        """Milliseconds until the whole answer is there, and the answer."""
        return self._ask("GET", address, None, 200)

    def post(self, address: str, values: Values) -> float:
        """Milliseconds of sending a form; it must lead on, which says that it was accepted."""
        return self._ask("POST", address, urlencode(values, doseq=True), 302)[0]

    def _ask(self, method: str, address: str, body: str | None, expected: int) -> tuple[float, str]:
        if self.asked and self.asked % REQUESTS_A_CONNECTION == 0:
            self.connection.close()  # the next request opens it again
        self.asked += 1
        began = time.perf_counter()
        sent = {"Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": TOKEN} if body is not None else {}
        self.connection.request(method, address, body=body, headers=self.headers | sent)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        if answer.status != expected:
            raise SystemExit(f"{method} {address}: {answer.status}")
        return (time.perf_counter() - began) * 1000, text


class _Forms(HTMLParser):
    """The values of the form that is sent to one address, as a browser would send them back unchanged."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.action = action
        self.values: Values = {}
        self._inside, self._select, self._text = False, "", ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "form":
            self._inside = given.get("action") == self.action
        elif not self._inside:
            return
        elif tag == "input" and name and given.get("type") not in ("checkbox", "radio", "file", "submit"):
            self.values[name] = value
        elif tag == "input" and name and "checked" in given:
            self._tick(name, value or "on", is_box=given.get("type") == "checkbox")
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in given:
            self.values[self._select] = value
        elif tag == "textarea":
            self._text = name
            self.values[name] = ""

    def _tick(self, name: str, value: str, *, is_box: bool) -> None:
        ticked = self.values.get(name, [])
        self.values[name] = [*ticked, value] if is_box and isinstance(ticked, list) else value

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._text = ""

    def handle_data(self, data: str) -> None:
        if self._text:
            self.values[self._text] = f"{self.values[self._text]}{data}".lstrip("\n")


def form_of(page: str, action: str) -> Values:
    """The values of a page's form."""
    reader = _Forms(action)
    reader.feed(page)
    return reader.values


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_answering(port: int) -> None:
    for _ in range(300):
        try:
            Visitor(port, "").get("/healthz")
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the server did not answer")


def processor_seconds(parent: int) -> float:
    """What the processes below `parent` have used so far (Linux; elsewhere 0)."""
    used, tick = 0.0, os.sysconf("SC_CLK_TCK")
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent:
            used += (int(fields[11]) + int(fields[12])) / tick
    return used

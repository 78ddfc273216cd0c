"""Asking the API in tests, as a program would."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

from fupin.accounts.tokens import add_token


class Program:
    """A program with the token of a user."""

    def __init__(self, user: Any, *allowed: str, language: str = "zh-hans") -> None:
        token = add_token(user=user, name="test", by=user, allowed=allowed)[1]
        self.headers = {"Authorization": f"Bearer {token}", "Accept-Language": language}
        self.client = Client()

    def ask(self, method: str, address: str, body: Any = None, **headers: str) -> Any:
        """The answer; `If_Match="…"` becomes the header If-Match."""
        told = self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        data = json.dumps(body) if body is not None else ""
        return self.client.generic(method, f"/api/v1{address}", data, content_type="application/json", headers=told)

    def get(self, address: str, **headers: str) -> Any:
        return self.ask("GET", address, **headers)

    def post(self, address: str, body: Any = None, **headers: str) -> Any:
        return self.ask("POST", address, {} if body is None else body, **headers)

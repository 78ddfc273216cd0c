"""Answers that are files, as the description says them."""

from __future__ import annotations

from typing import Any

_BYTES = {"schema": {"type": "string", "format": "binary"}}
FILE: dict[int, Any] = {200: {"content": {"application/octet-stream": _BYTES}, "description": "file"}}
"""For `openapi_extra`: the answer is a file."""

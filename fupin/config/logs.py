"""Logs: one JSON object a line on standard error, without personal data.

Our own events carry names and numbers of things, never what people are called or what was typed. What other libraries
say is taken down to its fixed part: their arguments, and the words of a fault, may quote a row or an address.
"""

from __future__ import annotations

import io
import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import orjson
import structlog

_DIGITS = re.compile(r"\d[\d -]{5,}[\dXx]")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|“[^”]*”")
_CJK = re.compile(r"[\u3400-\u9fff\u1800-\u18af·]+")
_NUMBERS_KEPT = {"job", "seal", "entries", "user", "pid", "bytes", "division"}


class _StandardError(io.TextIOBase):
    """Standard error as it is when a line is written, not as it was when logs were set up."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


_STANDARD_ERROR: Any = _StandardError()


def configure(level: str = "INFO") -> None:
    """Send every log of this process through the same door."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _places_instead_of_words,
            scrub,
            structlog.processors.JSONRenderer(serializer=_dumps),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(_STANDARD_ERROR),
        cache_logger_on_first_use=False,
    )
    door = logging.StreamHandler(_STANDARD_ERROR)
    door.setFormatter(_Foreign())
    root = logging.getLogger()
    root.handlers = [door]
    root.setLevel(logging.WARNING)
    for name in ("django", "django.request", "django.server", "axes", "granian", "_granian", "allauth"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], True
    # A refused or missing address is in our own request log; theirs would repeat it with the path.
    logging.getLogger("django.request").setLevel(logging.CRITICAL)
    logging.getLogger("axes").setLevel(logging.ERROR)


class _Foreign(logging.Formatter):
    """A line of another library: its fixed text, and where a fault arose."""

    def format(self, record: logging.LogRecord) -> str:
        event: dict[str, Any] = {
            "event": scrub_text(str(record.msg)), "logger": record.name, "level": record.levelname.lower(),
        }  # fmt: skip
        if record.exc_info and record.exc_info[1]:
            event |= place_of(record.exc_info[1])
        return _dumps(event)


def place_of(fault: BaseException) -> dict[str, str]:
    """The kind of a fault and where it arose; its words stay out, for they may quote what was being written."""
    frames = traceback.extract_tb(fault.__traceback__)[-4:]
    return {
        "fault": type(fault).__name__,
        "place": " < ".join(
            f"{frame.filename.rpartition('/')[2]}:{frame.lineno}:{frame.name}" for frame in reversed(frames)
        ),
    }


def _places_instead_of_words(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    fault = event.pop("exc_info", None)
    if fault is True:
        fault = sys.exc_info()[1]
    if isinstance(fault, tuple):
        fault = fault[1]
    if isinstance(fault, BaseException):
        event.update(place_of(fault))
    return event


def scrub(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The last guard: what looks like a number of a person or a name goes, whoever logged it."""
    for name, value in event.items():
        if name in ("timestamp", "level", "request", "place"):
            continue
        if isinstance(value, str):
            event[name] = scrub_text(value)
        elif (
            isinstance(value, int)
            and not isinstance(value, bool)
            and name not in _NUMBERS_KEPT
            and value > 9_999_999_999
        ):
            event[name] = "…"
        elif isinstance(value, list | tuple | dict):
            event[name] = scrub_text(str(value))
    return event


def scrub_text(text: str) -> str:
    """A text without long numbers, quoted words and Chinese or Mongolian script."""
    return _CJK.sub("…", _QUOTED.sub("…", _DIGITS.sub("…", text)))


def _dumps(event: Any, **_kw: Any) -> str:
    return orjson.dumps(event, default=str).decode()

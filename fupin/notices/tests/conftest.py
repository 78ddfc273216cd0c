"""What several tests of publicity begin with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fupin.core import clock


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> None:
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def it_is(monkeypatch: pytest.MonkeyPatch) -> Callable[[date], None]:
    """`it_is(day)`: the office's today from now on."""
    return lambda day: monkeypatch.setattr(clock, "today", lambda: day)

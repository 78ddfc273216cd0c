"""How the second process of a merge begins: it is imported before Django is loaded, so it imports nothing of ours."""

import os
import threading
import time

import django


def begin() -> None:
    """Load Django: the settings hold the keys. The process ends with the one that started it."""
    # Two processes share the machine: threads of vector expressions would only take turns with the first.
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    threading.Thread(target=_end_with, args=(os.getppid(),), name="parent", daemon=True).start()
    django.setup()


def warm() -> None:
    """Load what preparing needs while the first process still hands out numbers."""
    from fupin.core.id_numbers import known_areas
    from fupin.registry import names
    from fupin.registry.intake import household_rows, income_rows, person_rows

    del household_rows, income_rows, person_rows
    known_areas()
    names.spellings("暖")


def _end_with(parent: int) -> None:
    """A parent that is killed closes nothing: its child would wait for work, and hold its output open, for ever."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)

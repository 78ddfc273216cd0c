"""How long a transaction of an import may take, and what is left to those who save forms meanwhile."""

from __future__ import annotations

import math
import time

from django.db import connection

LOCK_SECONDS = {"sqlite": 0.06, "postgresql": 0.5}
"""What one transaction should take. On SQLite everybody else waits for it: the bound is 0.2 s, and a busy machine doubles
a measured time. On PostgreSQL only who changes the same households waits."""
BESIDE_OTHERS_SECONDS = 0.025
"""What it takes on SQLite where others are often met; as long again the import rests, for a save needs the processor too."""
OFTEN = 0.25
"""The share of transactions before which somebody else was met that is often. Who saves twice a second is met before one
of ten, and an import gives up none of its speed for that."""
_REMEMBERED = 10


class Others:
    """Those who write beside an import, as its connection meets them."""

    def __init__(self) -> None:
        self.share = 0.0
        self._looked_at = time.monotonic()

    def wrote(self, seconds: float) -> float:
        """A transaction took so many seconds: rest where others are often met. Returns what the next one may take."""
        was_met = getattr(connection, "others_at", -math.inf) > self._looked_at
        self.share += (was_met - self.share) / _REMEMBERED
        is_crowded = self.share > OFTEN
        if is_crowded:
            time.sleep(seconds)
        self._looked_at = time.monotonic()
        return BESIDE_OTHERS_SECONDS if is_crowded else LOCK_SECONDS[connection.vendor]

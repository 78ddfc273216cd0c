"""Permanent row ids made by the application, in order of time.

A bulk load must know the ids of its rows before they are written, so that a killed load that is resumed writes
no row twice, and the same code must serve both databases. An id is 41 bits of milliseconds since 2020 and 22 bits
that count up from a random start, 63 bits in all.
"""

import secrets
import threading
import time

EPOCH_MS = 1_577_836_800_000  # 2020-01-01T00:00:00Z
_COUNTER_BITS = 22
_lock = threading.Lock()
_last = 0


def new_ids(count: int) -> range:
    """`count` ids that follow one another; never handed out again by this process, nor (but for chance) by another."""
    global _last
    with _lock:
        start = (int(time.time() * 1000) - EPOCH_MS) << _COUNTER_BITS
        start |= secrets.randbits(_COUNTER_BITS - 2)
        start = max(start, _last + 1)
        _last = start + count - 1
        return range(start, start + count)


def new_id() -> int:
    """One new id."""
    return new_ids(1).start

"""Two at one row of work: a second worker takes items ahead, and who waits for the next one does a later one meanwhile."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from django.conf import settings
from django.db import connection, connections
from django.utils import translation

Item = TypeVar("Item")
Result = TypeVar("Result")
AHEAD = 2
"""Items that the second worker has before it, so that it never waits."""
MOST_WAITING = 4
"""Results that wait for their turn, at most: they lie in memory."""


def in_order(function: Callable[[Item], Result], items: Iterable[Item], second: Executor | None) -> Iterator[Result]:
    """What `function` makes of each item, in their order, made here and by the second worker (None: all here)."""
    if second is None:
        yield from map(function, items)
        return
    left = iter(items)
    waiting: deque[Future[Result]] = deque()
    more = True
    while more or waiting:
        while more and sum(not each.done() for each in waiting) < AHEAD and len(waiting) < MOST_WAITING:
            more = _take(left, waiting, lambda item: second.submit(function, item))
        if more and len(waiting) < MOST_WAITING and not waiting[0].done():
            more = _take(left, waiting, lambda item: _done(function(item)))
        elif waiting:
            yield waiting.popleft().result()


def _take(left: Iterator[Item], waiting: deque[Future[Result]], begin: Callable[[Item], Future[Result]]) -> bool:
    for item in left:
        waiting.append(begin(item))
        return True
    return False


def _done(result: Result) -> Future[Result]:
    future: Future[Result] = Future()
    future.set_result(result)
    return future


@contextmanager
def second_thread() -> Iterator[Executor | None]:
    """A thread that speaks the language of this one; none inside a transaction, which another thread could not see."""
    if connection.in_atomic_block:
        yield None
        return
    with ThreadPoolExecutor(
        1, "second", translation.activate, (translation.get_language() or settings.LANGUAGE_CODE,)
    ) as pool:
        try:
            yield pool
        finally:
            # Its connection to the database, if it opened one, belongs to the thread and ends with it.
            pool.submit(connections.close_all).result()

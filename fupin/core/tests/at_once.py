"""Two people at once, for tests with `django_db(transaction=True)`."""

import threading
import time

from django.db import connection, transaction

from fupin.core.refusals import Refused


def after_one_another(first, second):
    """Do the first act, and the second while the first is not yet committed; on SQLite that one waits for its turn
    before it reads anything, so they are simply done in this order. Returns what the second one met with.
    """
    met = []

    def try_second():
        try:
            second()
        except Refused as refusal:
            met.append(refusal)
        finally:
            if connection.vendor == "postgresql":
                connection.close()

    if connection.vendor == "sqlite":
        first()
        try_second()
        return met
    thread = threading.Thread(target=try_second)
    with transaction.atomic():
        first()
        thread.start()
        wait_for_somebody_waiting()
    thread.join(20)
    assert not thread.is_alive()
    return met


def wait_for_somebody_waiting():
    """Until another connection waits for a lock."""
    for _turn in range(200):
        with connection.cursor() as cursor:
            # A transaction sees the activity as of its first look unless told to look again.
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(0.05)
    raise AssertionError("nobody waits")

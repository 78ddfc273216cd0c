"""On PostgreSQL an act may be committed after one that began later: nothing is sealed before its turn, nothing twice."""

import threading

import pytest
from django.db import connection, transaction

from fupin.core import audit, seals
from fupin.core.audit_verification import verify
from fupin.core.models import AuditEntry, Seal

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_act_under_way_is_waited_for_and_sealed_in_its_place(settings, tmp_path):
    settings.DATA_FOLDER = tmp_path
    if connection.vendor == "sqlite":
        # One writer: what is visible is settled at once.
        audit.record(by=None, act="x", subject="y:1")
        assert seals._settled(0.0) == AuditEntry.objects.latest("id").pk
        return
    written, may_commit = threading.Event(), threading.Event()

    def slow_act():
        with transaction.atomic():
            audit.record(by=None, act="slow", subject="y:1")
            written.set()
            may_commit.wait(20)
        connection.close()

    thread = threading.Thread(target=slow_act)
    thread.start()
    assert written.wait(20)
    audit.record(by=None, act="quick", subject="y:2")
    assert seals.seal_trail(patience=0.3) == 0
    may_commit.set()
    thread.join()
    assert seals.seal_trail() == 2
    slow, quick = AuditEntry.objects.get(act="slow"), AuditEntry.objects.get(act="quick")
    assert slow.pk < quick.pk
    assert Seal.objects.get().spans == f"{slow.pk}-{quick.pk}"
    assert verify().broken == []


def test_a_refused_act_leaves_a_gap_that_is_no_fault(settings, tmp_path):
    settings.DATA_FOLDER = tmp_path
    audit.record(by=None, act="x", subject="y:1")
    with transaction.atomic():
        audit.record(by=None, act="x", subject="y:2")
        transaction.set_rollback(True)
    audit.record(by=None, act="x", subject="y:3")
    assert seals.seal_trail() == 2
    assert verify().broken == []

from datetime import date
from decimal import Decimal

import pytest

from fupin.core import audit
from fupin.core.models import AuditEntry

pytestmark = pytest.mark.django_db


def stored(entry):
    return AuditEntry.objects.values(*audit.COLUMNS).get(pk=entry.pk)


def test_an_entry_says_who_what_whom_when_and_from_where():
    with audit.acting(audit.Circumstances("乡镇干部", "screen", "r-1", "10.0.0.1")):
        audit.record(by=None, act="registry.move", subject="household:7", on=date(2018, 5, 1), division=3,
                     detail={"village": [1, 2], "name": ["甲", None], "amount": Decimal("1.50")})  # fmt: skip
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.posting, entry.channel, entry.request_id, entry.address) == (
        "system", "乡镇干部", "screen", "r-1", "10.0.0.1",
    )  # fmt: skip
    assert entry.happened_on == date(2018, 5, 1)
    assert entry.detail == {"village": [1, 2], "name": ["甲", None], "amount": "1.50"}
    assert audit.digest(stored(entry)) == bytes(entry.digest)


def test_the_digest_survives_whatever_a_database_does_to_json():
    detail = {
        "zz": 1,
        "a": {"长": "二", "b": [1, True, None]},
        5: "five",
        "nul": "x\0y",
        "quoted": "back\\u0000slash",
        "f": 0.1,
    }
    audit.record(by=None, act="x", subject="y:1", detail=detail)
    entry = AuditEntry.objects.get()
    assert entry.detail["nul"] == "xy"
    assert entry.detail["quoted"] == "back\\u0000slash"
    assert audit.digest(stored(entry)) == bytes(entry.digest)


def test_a_changed_entry_no_longer_has_its_digest():
    audit.record(by=None, act="x", subject="y:1", detail={"a": 1})
    AuditEntry.objects.update(detail={"a": 2})
    entry = AuditEntry.objects.get()
    assert audit.digest(stored(entry)) != bytes(entry.digest)


def test_many_entries_take_a_constant_number_of_statements(django_assert_max_num_queries):
    entries = [audit.Entry("x", f"y:{at}", None, {"at": at}) for at in range(3000)]
    with django_assert_max_num_queries(4):
        assert audit.record_many(by=None, entries=entries) == 3000
    assert AuditEntry.objects.count() == 3000
    assert all(audit.digest(stored(entry)) == bytes(entry.digest) for entry in AuditEntry.objects.all()[:20])

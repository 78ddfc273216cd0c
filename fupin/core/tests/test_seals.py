from datetime import timedelta

import pytest
from django.db import connection

from fupin.core import audit, seals
from fupin.core.audit_verification import verify
from fupin.core.models import AuditEntry, Seal

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path, monkeypatch):
    settings.DATA_FOLDER = tmp_path
    monkeypatch.setattr(seals, "BLOCK", 4)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM sqlite_sequence WHERE name = 'core_auditentry'")


def act(count, start=0):
    audit.record_many(
        by=None, entries=[audit.Entry("x", f"y:{at}", None, {"at": at}) for at in range(start, start + count)]
    )


@pytest.fixture
def trail():
    act(6)
    seals.seal_trail()
    act(3, 6)
    seals.seal_trail()
    return list(AuditEntry.objects.order_by("id"))


def kinds(report):
    return [(fault["kind"], fault["entry"]) for fault in report.broken]


def test_an_untouched_trail_holds(trail):
    report = verify()
    assert (report.entries, report.broken, report.unsealed, report.sealed_to) == (9, [], 0, trail[-1].pk)
    assert [seal.count for seal in Seal.objects.order_by("number")] == [4, 2, 3]


def test_sealing_twice_seals_nothing_twice(trail):
    assert seals.seal_trail() == 0
    assert Seal.objects.count() == 3


def test_what_is_not_sealed_yet_is_counted(trail):
    act(2, 9)
    report = verify()
    assert (report.entries, report.unsealed, report.broken) == (11, 2, [])
    assert seals.unsealed_count() == 2


def test_an_entry_whose_detail_cannot_be_read_is_named_and_the_walk_goes_on(trail):
    # SQLite keeps any text for somebody who turns its checks off; PostgreSQL keeps numbers that no program reads.
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = ON")
        text = '{"at": 2' if connection.vendor == "sqlite" else '{"at": 1e400}'
        cursor.execute("UPDATE core_auditentry SET detail = %s WHERE id = %s", [text, trail[2].pk])
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = OFF")
    AuditEntry.objects.filter(pk=trail[7].pk).update(act="z")
    assert kinds(verify()) == [("changed", trail[2].pk), ("changed", trail[7].pk)]


def test_an_entry_whose_hash_is_none_is_named(trail):
    AuditEntry.objects.filter(pk=trail[2].pk).update(digest=b"")
    assert kinds(verify()) == [("changed", trail[2].pk)]


@pytest.mark.parametrize("spans", ["everything", "1-", "-", "1000000000000-1,1-1000000000000", "1-9000000000"])
def test_a_seal_whose_spans_cannot_be_read_is_named_and_the_walk_goes_on(trail, spans):
    Seal.objects.filter(number=2).update(spans=spans)
    AuditEntry.objects.filter(pk=trail[7].pk).update(act="z")
    found = [(fault["kind"], fault["seal"], fault["entry"]) for fault in verify().broken]
    assert found == [("seal_changed", 2, None), ("changed", 3, trail[7].pk)]


def test_a_changed_entry_is_named(trail):
    AuditEntry.objects.filter(pk=trail[2].pk).update(detail={"at": "forged"})
    assert kinds(verify()) == [("changed", trail[2].pk)]


def test_an_entry_changed_together_with_its_hash_breaks_its_seal(trail):
    AuditEntry.objects.filter(pk=trail[2].pk).update(detail={"at": "forged"})
    row = AuditEntry.objects.values(*audit.COLUMNS).get(pk=trail[2].pk)
    AuditEntry.objects.filter(pk=trail[2].pk).update(digest=audit.digest(row))
    assert [fault["kind"] for fault in verify().broken] == ["root"]


@pytest.mark.parametrize("at", [0, 4, 8], ids=["the first", "one between", "the last"])
def test_a_removed_entry_is_named(trail, at):
    AuditEntry.objects.filter(pk=trail[at].pk).delete()
    assert kinds(verify()) == [("removed", trail[at].pk)]


def test_an_inserted_entry_is_named(trail):
    forged = AuditEntry.objects.get(pk=trail[5].pk)
    Seal.objects.filter(number=3).update(to_id=trail[8].pk + 5)
    forged.pk = trail[8].pk + 3
    forged.save(force_insert=True)
    found = kinds(verify())
    assert ("inserted", forged.pk) in found
    assert ("seal_changed", None) in found


def test_two_swapped_entries_break_their_seal(trail):
    one, other = trail[1], trail[2]
    fields = [name for name in audit.COLUMNS if name != "digest"] + ["digest"]
    first = AuditEntry.objects.values(*fields).get(pk=one.pk)
    second = AuditEntry.objects.values(*fields).get(pk=other.pk)
    AuditEntry.objects.filter(pk=one.pk).update(**second)
    AuditEntry.objects.filter(pk=other.pk).update(**first)
    assert [fault["kind"] for fault in verify().broken] == ["root"]


def test_a_seal_that_was_rewritten_without_the_key_is_found(trail):
    seal = Seal.objects.get(number=3)
    AuditEntry.objects.filter(pk=trail[8].pk).delete()
    seal.count, seal.to_id = 2, trail[7].pk
    seal.spans = f"{trail[6].pk}-{trail[7].pk}"
    seal.root = seals.root_of((row.pk, bytes(row.digest)) for row in trail[6:8])
    seal.digest = seals.digest_of(seal, b"\x99" * 32)
    seal.save()
    assert "seal_changed" in [fault["kind"] for fault in verify().broken]


def test_a_chain_cut_short_is_found_by_the_head_in_the_data_folder(trail):
    Seal.objects.filter(number=3).delete()
    AuditEntry.objects.filter(pk__in=[row.pk for row in trail[6:]]).delete()
    assert "seal_removed" in [fault["kind"] for fault in verify().broken]


def test_a_true_seal_of_another_course_of_the_chain_is_found(trail):
    """Made with the key and over the same entries, in a copy that went on by itself: what follows does not follow it."""
    other = Seal.objects.get(number=1)
    other.at += timedelta(seconds=1)
    other.digest = seals.digest_of(other, seals.seal_keys()[0])
    other.save()
    assert [(fault["kind"], fault["seal"]) for fault in verify().broken] == [("chain", 2)]


def test_a_seal_taken_out_of_the_middle_is_found(trail):
    Seal.objects.filter(number=2).delete()
    assert "seal_removed" in [fault["kind"] for fault in verify().broken]


def test_an_earlier_head_never_replaces_a_later_one(trail):
    noted = seals.read_head()
    Seal.objects.filter(number=3).delete()
    seals.write_head()
    assert seals.read_head() == noted


def test_spans_tell_every_id_and_no_other():
    ids = [1, 2, 3, 7, 9, 10]
    assert seals.spans_of(ids) == "1-3,7-7,9-10"
    assert list(seals.ids_of("1-3,7-7,9-10")) == ids
    assert seals.spans_of([]) == ""


@pytest.fixture
def seal_keys(settings):
    def use(*keys):
        settings.KEYS = {**settings.KEYS, "FUPIN_SEAL_KEY": ",".join(keys)}

    return use


OLD, NEW = "33" * 32, "77" * 32


def test_seals_of_a_former_key_are_proved_by_it_and_new_ones_are_made_with_the_new_key(trail, seal_keys):
    seal_keys(NEW, OLD)
    act(3, 9)
    assert seals.seal_trail() == 3
    assert verify().broken == []
    seal_keys(NEW)
    assert [fault["seal"] for fault in verify().broken] == [1, 2, 3]
    seal_keys(OLD)
    assert [fault["seal"] for fault in verify().broken] == [4]


def test_after_the_change_no_seal_may_be_of_the_former_key(trail, seal_keys):
    seal_keys(NEW, OLD)
    act(3, 9)
    seals.seal_trail()
    seal_keys(OLD)
    act(2, 12)
    seals.seal_trail()
    seal_keys(NEW, OLD)
    assert [(fault["kind"], fault["seal"]) for fault in verify().broken] == [("seal_changed", 5)]


def test_who_seals_reads_the_keys_anew_so_that_none_seals_with_a_former_one(trail, settings):
    class Written(dict):
        """Keys as this process knows them, while the file says more."""

        def refresh(self, *, at_once=False):
            if at_once:
                self["FUPIN_SEAL_KEY"] = f"{NEW},{OLD}"
            return at_once

    settings.KEYS = Written(settings.KEYS)
    act(1, 9)
    seals.seal_trail()
    last = Seal.objects.order_by("-number").first()
    assert bytes(last.digest) == seals.digest_of(last, bytes.fromhex(NEW))


def test_an_entry_that_is_changed_before_it_is_sealed_is_named(trail):
    act(2, 9)
    last = AuditEntry.objects.latest("id")
    AuditEntry.objects.filter(pk=last.pk).update(subject="y:another")
    assert kinds(verify()) == [("changed", last.pk)]


def test_what_is_cut_off_the_end_before_it_is_sealed_is_named_where_numbers_have_no_gap(trail):
    """PostgreSQL leaves gaps by itself: there the minute between two seals is not proved."""
    act(2, 9)
    last = AuditEntry.objects.latest("id")
    last_id = last.pk
    last.delete()
    assert kinds(verify()) == ([("removed", last_id)] if connection.vendor == "sqlite" else [])

"""The index key is changed while the register is served: nobody is lost, nobody comes in twice."""

from __future__ import annotations

import csv
from datetime import date

import pytest

from fupin.core import audit, index_renewal, jobs, sealing
from fupin.core.imports import runs
from fupin.core.imports.models import ImportRun
from fupin.core.models import AuditEntry
from fupin.core.refusals import Refused
from fupin.registry import changes, names
from fupin.registry.models import HouseholdFact, Membership, PersonFact, PersonIdentity, SearchKey
from fupin.registry.national import operations as national
from fupin.registry.operations import Leaving, NewMember, add_members, remove_members
from fupin.registry.search import search
from fupin.registry.tests.households import DAY, family, id_number, member

FORMER, NEW = "22" * 32, "66" * 32
PHONE = "13847512345"


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    monkeypatch.setattr(index_renewal, "SETTLED_SECONDS", 0.0)


@pytest.fixture
def use(settings, monkeypatch):
    """Use these index keys, the first for making tokens."""

    def keys(*given: str) -> None:
        settings.KEYS = {**settings.KEYS, "FUPIN_INDEX_KEY": ",".join(given)}
        sealing.reload()

    monkeypatch.setattr(index_renewal, "FORGET", [lambda: keys(settings.KEYS["FUPIN_INDEX_KEY"][:64]) or True])
    yield keys
    sealing.reload()


@pytest.fixture
def bride(cast):
    """A registered person with a phone in a household with a phone: her card and her row."""
    card = member("其其格", "04", "19950505", "2", phone=PHONE)
    home = family(cast.village, by=cast.village_officer, members=[member("宝音", "01"), card], phone="13800138000")
    return card, Membership.objects.get(household=home, relation="04").person, home


def renew() -> dict:
    row = jobs.enqueue(kind=index_renewal.KIND, key="renew", again=True)
    jobs.run_pending()
    row.refresh_from_db()
    assert row.state == "done", row.message
    return row.result


def found(cast, text):
    return [hit.person_name or hit.head_name for hit in search(cast.banner_officer, text)]


def test_every_token_of_the_product_is_known():
    known = {(each.model._meta.label_lower, each.token) for each in index_renewal.indexed_columns()}
    assert {("registry.personidentity", "number_token"), ("registry.personfact", "phone_token"),
            ("registry.householdfact", "phone_token")} <= known  # fmt: skip


def test_people_are_found_before_during_and_after(cast, bride, use):
    card, _person, home = bride
    asked = (card["id_number"], PHONE, "13800138000")
    before = [found(cast, each) for each in asked]
    assert before == [["其其格"], ["其其格"], ["宝音"]]
    for keys in ((FORMER, NEW), (NEW, FORMER)):
        use(*keys)
        assert [found(cast, each) for each in asked] == before
    assert renew() == {"renewed": 4, "files": 0, "former": "gone"}
    assert sealing.former_index_keys() == 0
    assert [found(cast, each) for each in asked] == before
    use(FORMER)
    assert [found(cast, each) for each in asked] == [[], [], []]
    assert home.pk in HouseholdFact.objects.values_list("household_id", flat=True)


def test_the_keys_of_names_stay_as_they_are_and_are_not_read_anew(cast, bride, use, monkeypatch):
    def named():
        return sorted(SearchKey.objects.exclude(key__startswith="#").values_list("id", "key", "person_id"))

    before, phones = named(), set(SearchKey.objects.filter(key__startswith="#").values_list("key", flat=True))
    monkeypatch.setattr(names, "spellings", lambda name: pytest.fail(f"{name} was read while others wait"))
    use(NEW, FORMER)
    renew()
    assert named() == before
    assert len(phones) == 2
    assert SearchKey.objects.filter(key__in=phones).count() == 0
    assert SearchKey.objects.filter(key__startswith="#").count() == 2


def test_the_token_is_of_the_new_key_and_the_number_keeps_its_seal(bride, use):
    card, person, _home = bride
    before = PersonIdentity.objects.get(person=person)
    use(NEW, FORMER)
    renew()
    after = PersonIdentity.objects.get(person=person)
    assert bytes(after.number_token) == sealing.token(card["id_number"], "id") != bytes(before.number_token)
    assert bytes(after.number_sealed) == bytes(before.number_sealed)


def test_the_work_is_done_in_short_chunks_and_finds_nothing_a_second_time(cast, bride, use, monkeypatch):
    family(cast.village, by=cast.village_officer, members=[member("巴图", "01"), member("乌云", "02")])
    monkeypatch.setattr(index_renewal, "CHUNK", 2)
    chunks = []
    renewed = index_renewal._renew_chunk
    monkeypatch.setattr(index_renewal, "_renew_chunk", lambda *given: chunks.append(renewed(*given)) or chunks[-1])
    use(NEW, FORMER)
    assert renew()["renewed"] == 6
    assert sorted(count for count in chunks if count) == [1, 1, 2, 2]
    assert renew()["renewed"] == 0
    assert index_renewal.counts() == {"present": 6, "former": 0}
    entry = AuditEntry.objects.filter(act="keys.index").order_by("id").first()
    assert entry is not None
    assert entry.detail == {"renewed": 6, "files": 0}


def test_what_was_killed_goes_on_when_it_is_asked_for_again(bride, use, monkeypatch):
    use(NEW, FORMER)
    renewed = index_renewal._renew_chunk
    left = [1]

    def killed(*given):
        if not left[0]:
            raise jobs.Stopping
        left[0] -= 1
        return renewed(*given)

    monkeypatch.setattr(index_renewal, "_renew_chunk", killed)
    row = jobs.enqueue(kind=index_renewal.KIND, key="renew")
    jobs.run(jobs.claim_next(), heartbeat=False)
    row.refresh_from_db()
    assert row.state == "interrupted"
    assert sealing.former_index_keys() == 1
    assert index_renewal.counts()["former"] > 0
    monkeypatch.setattr(index_renewal, "_renew_chunk", renewed)
    assert renew()["former"] == "gone"
    assert index_renewal.counts()["former"] == 0


def test_a_number_that_still_has_its_former_token_is_not_taken_twice(cast, bride, use):
    card, person, home = bride
    use(NEW, FORMER)
    with pytest.raises(Refused, match="已登记为人员"):
        family(cast.other_village, by=cast.banner_officer, members=[{**card, "relation": "01"}])
    remove_members(leavings=[Leaving(person.pk, "02")], by=cast.village_officer, on=date(2018, 9, 1))
    back = add_members(members=[NewMember(home.pk, card, "05")], by=cast.village_officer, on=date(2018, 9, 2))
    assert back == [person.number]


@pytest.fixture
def persons_file(tmp_path):
    def write(*rows: dict[str, str]):
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(dict.fromkeys(key for row in rows for key in row)))
            writer.writeheader()
            writer.writerows(rows)
        return path

    return write


def staged(ledger, path):
    run = runs.open_run(ledger=ledger, files=[runs.Given(path, path.name)], by=None, on=DAY)
    return runs.stage(run=run, by=None)


def row_of(head, name, card, relation="", **more):
    return {
        "户主证件号": head["id_number"],
        "姓名": name,
        "证件号码": card,
        "与户主关系": relation,
        "合成数据": "是",
        **more,
    }


def test_a_file_read_meanwhile_knows_everybody_and_shows_no_change_of_numbers(cast, use, persons_file):
    head, wife = member("宝音", "01"), member("乌云", "02", "19620305", "2", phone=PHONE)
    family(cast.village, by=cast.village_officer, members=[head, wife])
    use(NEW, FORMER)
    file = persons_file(
        row_of(head, "宝音", head["id_number"]),
        row_of(head, "乌云", wife["id_number"], 成员电话=PHONE),
    )
    run = staged("persons", file)
    assert (run.unchanged, run.created, run.updated, run.rejected) == (2, 0, 0, 0)


def test_a_plan_that_waited_over_the_change_writes_tokens_of_the_new_key(cast, use, persons_file):
    head, wife = member("宝音", "01"), member("乌云", "02", "19620305", "2", phone=PHONE)
    family(cast.village, by=cast.village_officer, members=[head, wife])
    child = id_number("20100101")
    file = persons_file(
        row_of(head, "乌云", wife["id_number"], 健康状况="健康"),
        row_of(head, "苏和", child, "之子"),
    )
    run = staged("persons", file)
    assert (run.created, run.updated) == (1, 1)
    use(NEW, FORMER)
    renew()
    run = runs.merge(run=runs.accept(run=run, by=None), by=None)
    assert (run.state, run.created, run.updated, run.rejected) == ("done", 1, 1, 0)
    assert index_renewal.counts()["former"] == 0
    assert found(cast, child) == ["苏和"]
    assert found(cast, PHONE) == ["乌云"]
    assert PersonFact.objects.open().get(name="乌云").health


def test_the_former_key_stays_while_an_import_is_being_written(bride, use):
    ImportRun.objects.create(ledger="persons", state="merging", holds_on=DAY)
    use(NEW, FORMER)
    assert renew()["former"] == "imports"
    assert sealing.former_index_keys() == 1
    ImportRun.objects.update(state="done")
    assert renew() == {"renewed": 0, "files": 0, "former": "gone"}


def test_an_export_of_the_national_register_waits(use):
    use(NEW, FORMER)
    with pytest.raises(Refused, match="正在更换检索密钥"):
        national.compare(None, by=None)


def test_figures_are_made_again_from_all_records_afterwards(bride, use):
    use(NEW, FORMER)
    renew()
    (subject,) = AuditEntry.objects.filter(act="keys.index").values_list("subject", flat=True)
    assert changes.changed_subjects([subject]) is None
    audit.record(by=None, act="keys.rotate", subject="key:k2")
    assert changes.changed_subjects(["key:k2"]) is not None

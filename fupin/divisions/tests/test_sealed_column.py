"""A ledger's sealed column, shown by the phone of the village's head: masked wherever it is written down."""

import json
from dataclasses import replace
from datetime import date

import openpyxl
import orjson
import pytest
from django.db import connection
from django.urls import reverse

from fupin.bulk.datasets import declared
from fupin.core import jobs, ledgers, rotation, sealing
from fupin.core.columns import Sensitivity
from fupin.core.imports import runs
from fupin.core.ledgers import Revision, acts, files, history, listing, records
from fupin.core.ledgers.hidden import Hidden
from fupin.core.models import AuditEntry
from fupin.core.refusals import NotAllowed, NotFound
from fupin.divisions.models import VillageYear
from fupin.divisions.tests.test_ledger_files import carried, counts

pytestmark = pytest.mark.django_db
PHONE, MASK = "13847512345", "138****2345"
TWIN = "13899992345"
"""another number under the same mask"""


@pytest.fixture
def villages():
    return ledgers.find("villages")


@pytest.fixture
def sheet(villages, cast):
    values = {"division": cast.village.pk, "year": 2018, "head": "宝音", "head_phone": PHONE}
    return acts.create(villages, [values], by=cast.village_officer, on=date(2018, 12, 31))[0]


def stored(sheet):
    return sealing.unseal(VillageYear.objects.get(pk=sheet.pk).head_phone_sealed)


def test_a_number_lies_sealed_and_stands_masked_in_the_trail_and_the_history(villages, sheet):
    assert stored(sheet) == PHONE
    with connection.cursor() as cursor:
        cursor.execute("SELECT head_phone_sealed FROM divisions_villageyear")
        assert PHONE.encode() not in bytes(cursor.fetchone()[0])
    assert AuditEntry.objects.get(act="villages.create").detail["head_phone"] == [None, MASK]
    assert ("负责人电话", "—", MASK) in history.history(villages, sheet)[0].values


def test_a_number_in_memory_is_written_down_as_its_mask_by_whoever_writes_it(villages, sheet):
    number = villages.value(sheet, villages.by_name["head_phone"])
    assert isinstance(number, Hidden)
    assert f"{number} {number!r}" == f"{MASK} {MASK}"
    assert PHONE not in orjson.dumps({"x": number}, default=str).decode()
    assert PHONE not in json.dumps(records.record(villages, sheet), default=str)


@pytest.mark.parametrize("new", [TWIN, None])
def test_another_number_under_the_same_mask_is_a_change_and_another_version(villages, sheet, cast, new):
    before = records.version(villages, sheet)
    acts.update(villages, [Revision(sheet.pk, {"head_phone": new}, before)], by=cast.village_officer)
    row = VillageYear.objects.get(pk=sheet.pk)
    assert (row.head_phone_sealed and stored(row)) == new
    assert records.version(villages, row) != before
    assert AuditEntry.objects.get(act="villages.update").detail == {"head_phone": [MASK, new and MASK]}


def test_the_same_number_again_writes_nothing(villages, sheet, cast):
    cipher = VillageYear.objects.get().head_phone_sealed
    assert not acts.update(villages, [Revision(sheet.pk, {"head_phone": PHONE})], by=cast.village_officer)
    acts.update(villages, [Revision(sheet.pk, {"head_phone": PHONE, "persons": 5})], by=cast.village_officer)
    assert VillageYear.objects.get().head_phone_sealed == cipher


def form_of(villages, sheet, **values):
    return {"division": "150522100200", "year": "2018", "head": "宝音", "version": records.version(villages, sheet),
            **values}  # fmt: skip


def test_the_screens_show_the_mask_and_keep_the_number_while_it_stands(villages, sheet, cast, client_of):
    client = client_of(cast.village_officer)
    address = reverse("ledgers:edit", args=["villages", sheet.pk])
    pages = [address, reverse("ledgers:page", args=["villages", sheet.pk])]
    client.post(reverse("ledgers:columns", args=["villages"]), {"column": ["division", "head_phone"]})
    for page in [*pages, reverse("ledgers:list", args=["villages"])]:
        text = client.get(page).content.decode()
        assert MASK in text
        assert PHONE not in text
    assert client.post(address, form_of(villages, sheet, head_phone=MASK, persons="600")).status_code == 302
    sheet = VillageYear.objects.get()
    assert (sheet.persons, stored(sheet)) == (600, PHONE)
    assert client.post(address, form_of(villages, sheet, head_phone=TWIN)).status_code == 302
    assert stored(sheet) == TWIN
    sheet = VillageYear.objects.get()
    assert client.post(address, form_of(villages, sheet, head_phone="")).status_code == 302
    assert VillageYear.objects.get().head_phone_sealed is None


@pytest.mark.parametrize("typed", ["139****0000", "138****2346", "1384751234"])
def test_what_is_no_whole_number_and_not_the_mask_is_refused_at_its_field(villages, sheet, cast, client_of, typed):
    client = client_of(cast.village_officer)
    answer = client.post(
        reverse("ledgers:edit", args=["villages", sheet.pk]), form_of(villages, sheet, head_phone=typed)
    )
    assert answer.status_code == 422
    assert stored(sheet) == PHONE
    new = {"division": "150522100200", "year": "2019", "head_phone": MASK}
    answer = client.post(reverse("ledgers:new", args=["villages"]), new)
    assert "请填写完整号码" in answer.content.decode()


def test_two_people_who_change_the_number_see_both_masks_and_no_number(villages, sheet, cast, client_of):
    client = client_of(cast.village_officer)
    form = form_of(villages, sheet, head_phone="15047510000")
    acts.update(villages, [Revision(sheet.pk, {"head_phone": "15947519999"})], by=cast.township_officer)
    answer = client.post(reverse("ledgers:edit", args=["villages", sheet.pk]), form)
    assert answer.status_code == 409
    text = answer.content.decode()
    assert text.index("150****0000") < text.index("159****9999")
    assert "15947519999" not in text


def test_a_number_is_shown_whole_for_a_purpose_that_the_trail_keeps_first(villages, sheet, cast, client_of):
    address = reverse("ledgers:reveal", args=["villages", sheet.pk, "head_phone"])
    client = client_of(cast.banner_officer)
    assert PHONE not in client.get(address).content.decode()
    assert client.post(address, {"purpose": "看"}).status_code == 422
    assert not AuditEntry.objects.filter(act="villages.reveal").exists()
    assert PHONE in client.post(address, {"purpose": "通知开会"}).content.decode()
    entry = AuditEntry.objects.get(act="villages.reveal")
    assert entry.detail == {"field": "head_phone", "purpose": "通知开会"}
    assert (entry.subject, entry.division_id) == (f"villages:{sheet.pk}", cast.village.pk)


def test_who_may_see_a_sheet_need_not_see_its_number(villages, sheet, cast, client_of):
    page = reverse("ledgers:page", args=["villages", sheet.pk])
    address = reverse("ledgers:reveal", args=["villages", sheet.pk, "head_phone"])
    assert address in client_of(cast.banner_officer).get(page).content.decode()
    assert address not in client_of(cast.helper).get(page).content.decode()
    assert client_of(cast.helper).post(address, {"purpose": "通知开会"}).status_code == 403
    assert client_of(cast.other_village_officer).get(address).status_code == 404
    with pytest.raises(NotFound):
        acts.reveal(villages, sheet.pk, "head", purpose="通知开会", by=cast.banner_officer)
    acts.update(villages, [Revision(sheet.pk, {"head_phone": None})], by=cast.village_officer)
    with pytest.raises(NotFound):
        acts.reveal(villages, sheet.pk, "head_phone", purpose="通知开会", by=cast.banner_officer)
    with pytest.raises(NotAllowed):
        acts.reveal(villages, sheet.pk, "head_phone", purpose="通知开会", by=cast.helper)


def workbook(path):
    return openpyxl.load_workbook(path)


def exported(villages, cast, folder, **cells):
    """The list as a workbook, with cells of its first row typed over."""
    path = folder / "villages.xlsx"
    files.export(villages, listing.Asked(), path, user=cast.banner_officer)
    book = workbook(path)
    page = book.worksheets[0]
    labels = [cell.value for cell in page[1]]
    assert page.cell(2, labels.index("负责人电话") + 1).value == MASK
    for label, text in cells.items():
        page.cell(2, labels.index(label) + 1).value = text
    book.save(path)
    return path


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("cells", "expected", "number"), [
    ({}, (0, 0, 1, 0), PHONE),
    ({"总人口": "600"}, (0, 1, 0, 0), PHONE),
    ({"负责人电话": None}, (0, 0, 1, 0), PHONE),
    ({"负责人电话": TWIN}, (0, 1, 0, 0), TWIN),
    ({"负责人电话": "—"}, (0, 1, 0, 0), None),
    ({"负责人电话": "139****0000"}, (0, 0, 0, 1), PHONE),
    ({"负责人电话": "1384751"}, (0, 0, 0, 1), PHONE),
    ({"年度": "2019"}, (0, 0, 0, 1), PHONE),
])  # fmt: skip
def test_a_workbook_gives_the_mask_out_and_takes_it_or_the_number_back(
    villages, sheet, cast, tmp_path, cells, expected, number
):
    run = carried("villages", exported(villages, cast, tmp_path, **cells), by=cast.banner_officer)
    assert (run.state, counts(run)) == ("done", expected)
    row = VillageYear.objects.get()
    assert (row.head_phone_sealed and stored(row)) == number
    assert PHONE not in str(list(AuditEntry.objects.values_list("detail", flat=True)))


@pytest.mark.django_db(transaction=True)
def test_a_staged_file_says_the_change_of_a_number_in_masks_and_writes_it_once_the_row_is_as_it_was(
    villages, sheet, cast, tmp_path
):
    path = exported(villages, cast, tmp_path, 负责人电话="15047510000")
    run = runs.open_run(ledger="villages", files=[runs.Given(path, path.name)], by=cast.banner_officer,
                        on=date(2018, 12, 31))  # fmt: skip
    run = runs.stage(run=run, by=cast.banner_officer)
    assert (MASK in str(run.__dict__), PHONE in str(run.__dict__), "15047510000" in str(run.__dict__)) == (
        True,
        False,
        False,
    )
    run = runs.merge(run=runs.accept(run=run, by=cast.banner_officer), by=cast.banner_officer)
    assert (counts(run), stored(sheet)) == ((0, 1, 0, 0), "15047510000")
    assert not runs.folder_of(run).joinpath("typed.parquet").exists()


@pytest.fixture
def new_key(settings):
    def use():
        settings.KEYS = {**settings.KEYS, "FUPIN_FIELD_KEYS": "k2:" + "44" * 32 + ",k1:" + "11" * 32}
        sealing.reload()

    yield use
    sealing.reload()


def test_a_new_key_seals_the_column_anew_and_leaves_its_version(villages, sheet, new_key):
    before = records.version(villages, sheet)
    new_key()
    job = jobs.enqueue(kind=rotation.KIND, key="rotate", again=True)
    jobs.run_pending()
    job.refresh_from_db()
    assert job.state == "done", job.message
    row = VillageYear.objects.get()
    assert sealing.key_id(row.head_phone_sealed) == "k2"
    assert (stored(row), records.version(villages, row)) == (PHONE, before)


@pytest.mark.parametrize(
    "asked", [{"search": ("head_phone_sealed",)}, {"filters": ("head_phone",)}, {"order": ("-head_phone_sealed", "id")}]
)
def test_a_sealed_column_is_no_way_to_find_rows(villages, asked):
    with pytest.raises(ValueError, match="head_phone"):
        replace(villages, **asked)


def test_no_prepared_dataset_holds_a_sealed_column():
    read = {f"{source.name}.{column}" for source in declared.sources.values() for column in source.columns}
    fields = {f"{each.name}.{one.name}": one.sensitivity for each in declared.datasets.values() for one in each.fields}
    assert len(read) > 50
    assert not [name for name in read if name.endswith("_sealed")]
    assert not [name for name, sensitivity in fields.items() if sensitivity is Sensitivity.SEALED]

"""The national register: what its exports show, who takes over, what stays to be keyed in there."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape

from fupin.core import jobs
from fupin.core.columns import Column
from fupin.core.models import AuditEntry
from fupin.core.refusals import NotAllowed, NotFound, Refused
from fupin.registry.models import (
    Household,
    HouseholdFact,
    KeyingItem,
    Membership,
    NationalExport,
    NationalMeasure,
    NationalRow,
    Person,
    RegisterStatus,
)
from fupin.registry.national import keying_file, maps, operations, queries, rules, taking_over
from fupin.registry.operations.households import HouseholdChange, change_household
from fupin.synthetic import national as made
from fupin.synthetic.make import Order

DAY = date(2019, 1, 15)
VILLAGE = "150522100200"


@pytest.fixture(scope="session")
def files(tmp_path_factory) -> Path:
    """Made-up exports of one village: 12 households, the registered among them."""
    folder = tmp_path_factory.mktemp("national")
    made.write(Order(12, VILLAGE, seed=3), folder, "csv")
    return folder


def bring_in(path: Path, cast, by=None, division=None) -> NationalExport:
    with path.open("rb") as file:
        export = operations.take_in(
            file=file, name=path.name, division=division or cast.banner, as_of=DAY, by=by or cast.banner_officer
        )
    operations.compare(export, by=None)
    export.refresh_from_db()
    return export


def take_all_over(files: Path, cast) -> NationalExport:
    households = bring_in(files / "national_household.csv", cast)
    bring_in(files / "national_person.csv", cast)
    numbers = list(households.rows.values_list("number", flat=True))
    batch = taking_over.ask(
        export=households, numbers=numbers, document="后旗扶办〔2019〕1号", on=DAY, by=cast.banner_officer
    )
    taking_over.confirm(batch=batch, by=cast.second_banner_officer)
    return households


def change_cell(path: Path, target: Path, row: int, header: str, text: str) -> Path:
    lines = list(csv.reader(path.open(encoding="utf-8")))
    lines[row + 1][lines[0].index(header)] = text
    with target.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(lines)
    return target


def rows_of(path: Path) -> int:
    return len(list(csv.reader(path.open(encoding="utf-8")))) - 1


def test_every_map_names_fields_that_we_have():
    found = maps.maps()
    assert {each.kind for each in found} == set(maps.KINDS)
    assert all(each.of_role("number") for each in found)


def test_the_formats_that_can_be_read_are_named_in_the_language_of_the_reader(cast, client_of):
    client = client_of(cast.banner_officer)
    client.cookies["django_language"] = "en"
    with translation.override("en"):
        assert all(each.title == each.label_en for each in maps.maps())
        page = client.get(reverse("national:exports")).content.decode()
    told = page.partition("Exports that can be read:")[2].partition("</p>")[0]
    assert all(escape(each.label_en) in told for each in maps.maps())


def test_a_map_with_an_unknown_field_is_refused(tmp_path):
    path = tmp_path / "household-x.yaml"
    path.write_text(
        'kind: household\nversion: "x"\nlabel: x\nlabel_en: x\nrecognised_by: [甲]\n'
        "screens:\n- name: 页\n  columns:\n  - {header: 甲, field: no_such_field}\n",
        encoding="utf-8",
    )
    with pytest.raises(ValueError, match="no_such_field"):
        maps.read(path)


def test_an_export_is_recognised_by_its_headers():
    assert maps.recognise(["户编号", "户主姓名", "家庭人口数", "村"]).name == "household-2021"
    assert maps.recognise(["aac001", "aac029", "aar010"]).name == "household-2016"
    with pytest.raises(Refused):
        maps.recognise(["姓名", "电话"])


def test_matching_goes_by_number_then_by_an_id_that_stands_once():
    theirs = pl.DataFrame({"number": ["1", "2", "3", "4"], "head_id": ["a", "b", "c", "c"]})
    ours = pl.DataFrame(
        {"household_id": [10, 20, 30, 40], "number": ["1", "", "", "9"], "head_id": ["x", "b", "c", "d"]}
    )
    found = rules.match(theirs, ours, subject="household_id", proof="head_id")
    assert found.linked.rows() == [(20, "2")]
    assert sorted(found.new_there["number"]) == ["3", "4"]
    assert found.gone_there["household_id"].to_list() == [40]
    assert found.local_only["household_id"].to_list() == [30]


def test_an_unreadable_cell_is_no_difference_and_an_empty_one_is():
    pairs = pl.DataFrame({"household_id": [1, 2, 3], "f": [None, "", "b"], "f_here": ["a", "a", "b"]})
    found = rules.differences(pairs, ["f"], subject="household_id")
    assert found.rows() == [(2, "f", "a", "")]


@pytest.mark.django_db
def test_an_export_of_an_unknown_register_is_all_new_there(files, cast):
    export = bring_in(files / "national_household.csv", cast)
    jobs.run_pending()
    export.refresh_from_db()
    assert export.counts["rejected"] == {}
    assert export.map_version == "household-2021"
    assert export.counts["new_there"] == export.counts["read"] == rows_of(files / "national_household.csv")
    assert not Household.objects.exists()
    assert not operations.folder_of(export).exists()


@pytest.mark.django_db
def test_households_are_taken_over_by_two_persons_with_their_own_numbers(files, cast):
    export = take_all_over(files, cast)
    numbers = set(export.rows.values_list("number", flat=True))
    assert set(Household.objects.values_list("national_number", flat=True)) == numbers
    assert not Household.objects.filter(number__in=numbers).exists()
    assert (
        Person.objects.exclude(national_number=None).count()
        == Person.objects.count()
        == rows_of(files / "national_person.csv")
    )
    statuses = RegisterStatus.objects.open()
    assert statuses.count() == len(numbers)
    assert set(statuses.values_list("entered_by", "document")) == {("taken_over", "后旗扶办〔2019〕1号")}
    assert Membership.objects.filter(relation="01").count() == len(numbers)
    assert Household.objects.filter(is_synthetic=False).count() == 0
    acts = set(AuditEntry.objects.values_list("act", flat=True))
    assert {"national.import", "national.takeover.ask", "national.takeover.confirm", "registry.register"} <= acts


@pytest.mark.django_db
def test_what_was_taken_over_agrees_in_every_field(files, cast):
    take_all_over(files, cast)
    for name in ("national_household.csv", "national_person.csv"):
        again = bring_in(files / name, cast)
        assert again.counts["unread"] == {}
        assert again.counts["by_field"] == {}
        assert (again.counts["new_there"], again.counts["gone_there"]) == (0, 0)


@pytest.mark.django_db
def test_a_change_here_is_to_be_keyed_in_there_until_their_export_shows_it(files, cast, tmp_path):
    take_all_over(files, cast)
    path = files / "national_household.csv"
    first = Household.objects.order_by("national_number").first()
    change_household(
        changes=[HouseholdChange(first.pk, {"house_area_m2": "77"})], by=cast.banner_officer, on=date(2019, 2, 1)
    )
    export = bring_in(path, cast)
    assert export.counts["by_field"] == {"house_area_m2": 1}
    item = KeyingItem.objects.get()
    assert (item.state, item.label, item.here, item.screen) == ("open", "住房面积", "77", "生活条件")
    lines = list(csv.DictReader(path.open(encoding="utf-8")))
    row = next(i for i, line in enumerate(lines) if line["户编号"] == first.national_number)
    export = bring_in(change_cell(path, tmp_path / "next.csv", row, "住房面积", "77"), cast)
    item.refresh_from_db()
    assert (item.state, export.counts["ticked_off"]) == ("done", 1)
    assert item.done_at is not None


@pytest.mark.django_db
def test_a_decision_for_theirs_sticks_at_the_next_export(files, cast, tmp_path):
    take_all_over(files, cast)
    path = change_cell(files / "national_household.csv", tmp_path / "next.csv", 0, "主要燃料类型", "清洁能源")
    bring_in(path, cast)
    item = KeyingItem.objects.get(field="fuel")
    assert operations.decide(items=[item.pk], theirs=True, by=cast.banner_officer) == 1
    export = bring_in(path, cast)
    item.refresh_from_db()
    assert item.state == "theirs"
    assert export.counts["to_key_in"] == 0


@pytest.mark.django_db
def test_what_is_missing_there_is_gone_and_what_they_lack_is_local(files, cast, tmp_path):
    take_all_over(files, cast)
    lines = (files / "national_household.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    shorter = tmp_path / "shorter.csv"
    shorter.write_text("".join(lines[:-1]), encoding="utf-8")
    local = Household.objects.order_by("national_number").first()
    Household.objects.filter(pk=local.pk).update(national_number=None)
    Membership.objects.filter(household=local).update(relation="99")
    export = bring_in(shorter, cast)
    assert export.counts["gone_there"] == 1
    assert NationalRow.objects.get(export=export, outcome="gone").subject_id
    assert export.counts["new_there"] == 1
    assert KeyingItem.objects.get(field=operations.NEW_RECORD).household_id == local.pk


@pytest.mark.django_db
def test_a_household_without_number_is_recognised_by_its_head(files, cast):
    take_all_over(files, cast)
    numbers = dict(Household.objects.values_list("pk", "national_number"))
    Household.objects.update(national_number=None)
    export = bring_in(files / "national_household.csv", cast)
    assert export.counts["linked"] == len(numbers)
    assert dict(Household.objects.values_list("pk", "national_number")) == numbers


@pytest.mark.django_db
def test_id_numbers_are_stored_sealed_only(files, cast):
    bring_in(files / "national_person.csv", cast)
    text = (files / "national_person.csv").read_text(encoding="utf-8")
    secret = next(csv.DictReader(text.splitlines()))["证件号码"]
    for row in NationalRow.objects.all():
        assert secret.encode() not in bytes(row.values_sealed)


@pytest.mark.django_db
def test_measures_are_kept_by_household_and_replaced_by_the_next_export(files, cast):
    take_all_over(files, cast)
    for _ in range(2):
        export = bring_in(files / "national_measure.csv", cast)
        assert export.counts["matched"] == NationalMeasure.objects.count() == rows_of(files / "national_measure.csv")
        assert set(NationalMeasure.objects.values_list("as_of", flat=True)) == {DAY}


@pytest.mark.django_db
def test_an_export_takes_away_the_measures_of_neighbours_that_it_no_longer_has(files, cast, tmp_path):
    take_all_over(files, cast)
    bring_in(files / "national_measure.csv", cast)
    header, first, *others = (files / "national_measure.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    assert others
    (tmp_path / "fewer.csv").write_text(header + first, encoding="utf-8")
    bring_in(tmp_path / "fewer.csv", cast)
    assert NationalMeasure.objects.count() == 1


@pytest.mark.django_db
def test_monitored_households_are_compared_in_their_fields(files, cast):
    take_all_over(files, cast)
    export = bring_in(files / "national_monitored.csv", cast)
    assert export.counts["matched"] == 1
    assert export.counts["by_field"]["monitor_kind"] == 1
    assert export.counts["gone_there"] == 0


@pytest.mark.django_db
def test_rows_outside_the_division_are_left_out_and_counted(files, cast):
    export = bring_in(files / "national_household.csv", cast, by=cast.other_banner_officer, division=cast.other_banner)
    assert export.counts["rejected"] == {"outside": rows_of(files / "national_household.csv")}
    assert export.counts["new_there"] == 0


@pytest.mark.django_db
def test_only_who_may_import_brings_an_export_in(files, cast):
    with (files / "national_household.csv").open("rb") as file, pytest.raises(NotAllowed):
        operations.take_in(file=file, name="x.csv", division=cast.banner, as_of=DAY, by=cast.township_officer)


@pytest.mark.django_db
def test_nobody_confirms_the_own_request_and_a_batch_is_decided_once(files, cast):
    export = bring_in(files / "national_household.csv", cast)
    bring_in(files / "national_person.csv", cast)
    numbers = list(export.rows.values_list("number", flat=True))[:1]
    batch = taking_over.ask(export=export, numbers=numbers, document="文件", on=DAY, by=cast.banner_officer)
    with pytest.raises(NotAllowed):
        taking_over.confirm(batch=batch, by=cast.banner_officer)
    assert taking_over.confirm(batch=batch, by=cast.second_banner_officer)["households"] == 1
    with pytest.raises(Refused):
        taking_over.confirm(batch=batch, by=cast.second_banner_officer)
    with pytest.raises(Refused):
        taking_over.ask(export=export, numbers=numbers, document="文件", on=DAY, by=cast.banner_officer)


@pytest.mark.django_db
def test_only_households_of_the_export_with_their_members_can_be_taken_over(files, cast):
    export = bring_in(files / "national_household.csv", cast)
    with pytest.raises(Refused):
        taking_over.ask(export=export, numbers=["999"], document="文件", on=DAY, by=cast.banner_officer)
    numbers = list(export.rows.values_list("number", flat=True))[:1]
    batch = taking_over.ask(export=export, numbers=numbers, document="文件", on=DAY, by=cast.banner_officer)
    with pytest.raises(Refused, match="人口"):
        taking_over.confirm(batch=batch, by=cast.second_banner_officer)
    assert not HouseholdFact.objects.exists()


@pytest.mark.django_db
def test_another_banner_sees_nothing_of_it(files, cast, client_of):
    export = bring_in(files / "national_household.csv", cast)
    with pytest.raises(NotFound):
        queries.export_for(cast.other_banner_officer, export.pk)
    client = client_of(cast.other_banner_officer)
    assert client.get(f"/national/{export.pk}/").status_code == 404
    assert client.get(f"/national/{export.pk}/new/").status_code == 404
    assert export.name not in client.get("/national/").content.decode()


@pytest.mark.django_db
def test_the_screens_show_the_result_and_the_list_goes_out_as_a_workbook(files, cast, client_of, tmp_path):
    take_all_over(files, cast)
    client = client_of(cast.banner_officer)
    path = change_cell(files / "national_household.csv", tmp_path / "next.csv", 0, "村民小组", "9组")
    upload = SimpleUploadedFile("next.csv", path.read_bytes())
    answer = client.post("/national/", {"file": upload, "division": str(cast.banner.pk), "as_of": "2019-02-01"})
    assert answer.status_code == 302
    jobs.run_pending()
    assert "村民小组" in client.get(answer.url).content.decode()
    assert "9组" in client.get("/national/keying/").content.decode()
    item = KeyingItem.objects.get()
    book = client.get("/national/keying/file/")
    assert b"".join(book.streaming_content)[:2] == b"PK"
    assert client.post("/national/keying/decide/", {"item": item.pk, "decision": "theirs"}).status_code == 302
    item.refresh_from_db()
    assert item.state == "theirs"
    assert "后旗扶办" in client.get("/national/taking-over/").content.decode()
    KeyingItem.objects.update(field=operations.NEW_RECORD, label="整条记录", state="open")
    for address in (answer.url, f"/national/keying/?field={operations.NEW_RECORD}"):
        page = client.get(address, headers={"Accept-Language": "en"}).content.decode()
        assert "Whole record" in page, "a difference is kept by who asked for it, and read by others too"
        assert "整条记录" not in page


@pytest.mark.django_db
def test_two_officers_take_over_on_screen(files, cast, client_of):
    export = bring_in(files / "national_household.csv", cast)
    bring_in(files / "national_person.csv", cast)
    number = export.rows.first().number
    form = {"number": [number], "document": "文件", "on": "2019-01-15"}
    assert client_of(cast.banner_officer).post(f"/national/{export.pk}/new/", form).status_code == 302
    batch = export.take_overs.get()
    client_of(cast.banner_officer).post(f"/national/taking-over/{batch.pk}/", {"decision": "confirm"})
    assert not Household.objects.exists()
    client_of(cast.second_banner_officer).post(f"/national/taking-over/{batch.pk}/", {"decision": "confirm"})
    assert Household.objects.get().national_number == number


def test_a_cell_of_the_list_is_never_a_formula():
    import openpyxl

    item = KeyingItem(number="1", name="=1+1", screen="页", label="字段", here="=HYPERLINK()", there="", state="open")
    book = openpyxl.load_workbook(keying_file.workbook([item], "旗"))
    assert book.active["B3"].data_type == "s"
    assert book.active["E3"].value == "=HYPERLINK()"


@pytest.mark.django_db
def test_an_unknown_file_is_refused_in_words(cast, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("甲,乙\n1,2\n", encoding="utf-8")
    with path.open("rb") as file:
        export = operations.take_in(file=file, name="x.csv", division=cast.banner, as_of=DAY, by=cast.banner_officer)
    jobs.run_pending()
    export.refresh_from_db()
    assert export.message
    assert export.compared_at


def test_columns_of_a_map_are_columns():
    assert all(isinstance(mapped.column, Column) for each in maps.maps() for mapped in each.columns)

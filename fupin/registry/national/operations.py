"""Acts on the national register's exports: take one in, compare, decide on differences, link numbers."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

import orjson
import polars as pl
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.core import audit, cells, jobs, sealing
from fupin.core.columns import Kind
from fupin.core.ids import new_ids
from fupin.core.refusals import NotFound, Refused
from fupin.divisions.models import Division
from fupin.registry.models import (
    Household,
    HouseholdCard,
    KeyingItem,
    NationalExport,
    NationalMeasure,
    NationalRow,
    Person,
)
from fupin.registry.national import ours, rules
from fupin.registry.national.maps import Mapped
from fupin.registry.national.reading import PURPOSES, RAW, Export, read_export

JOB = "national.compare"
BATCH = 2000
SUBJECTS = {"household": "household_id", "monitored": "household_id", "person": "person_id"}
NEW_RECORD = "record"
"""The field of a keying item that means the whole record."""


def folder_of(export: NationalExport) -> Path:
    """Where the file of an export lies until it has been compared."""
    return Path(settings.DATA_FOLDER) / "files" / "national" / str(export.pk)


def take_in(*, file: BinaryIO, name: str, division: Division, as_of: date, by: Any) -> NationalExport:
    """Keep an export and ask for its comparison; the same file for the same division again is the export there is.

    Raises NotAllowed.
    """
    scopes.require(by, "national.import", division)
    export = NationalExport(
        name=Path(name).name[:200], division=division, as_of=as_of, uploaded_by=getattr(by, "pk", None)
    )
    folder = folder_of(export)
    folder.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with (folder / "source").open("wb") as target:
        while block := file.read(1 << 20):
            digest.update(block)
            target.write(block)
    export.sha256 = digest.hexdigest()
    with transaction.atomic():
        export.save()
        job = jobs.enqueue(
            kind=JOB, key=f"{JOB}:{export.pk}", arguments={"export": export.pk}, by=by, division=division.pk
        )
        NationalExport.objects.filter(pk=export.pk).update(job_id=job.pk)
        audit.record(by=by, act="national.import", subject=f"national:{export.pk}", division=division.pk,
                     detail={"file": export.name, "sha256": export.sha256})  # fmt: skip
    export.job_id = job.pk
    return export


def compare_job(run: jobs.Running) -> None:
    """The job: read the file, compare, and take the file away."""
    export = NationalExport.objects.select_related("division").get(pk=run.arguments["export"])
    steps = [_("读取文件"), _("比对"), _("写入结果")]

    def tell(step: int) -> None:
        run.progress(step, len(steps), steps[min(step, len(steps) - 1)])

    try:
        compare(export, by=None, tell=tell, beat=run.beat)
    except Refused as refusal:
        NationalExport.objects.filter(pk=export.pk).update(message=str(refusal), compared_at=timezone.now())
    shutil.rmtree(folder_of(export), ignore_errors=True)
    run.result.update(NationalExport.objects.get(pk=export.pk).counts)


def compare(export: NationalExport, *, by: Any, tell: Callable[[int], None] = lambda step: None,
            beat: Callable[[], None] = lambda: None) -> dict[str, Any]:  # fmt: skip
    """Hold an export against our register below its division and write down what differs. Raises Refused."""
    if sealing.former_index_keys():
        # Stored tokens are of two keys meanwhile: numbers that agree would be shown as different.
        raise Refused(_("正在更换检索密钥，号码暂时无法比对；更换完成后请再次上传该导出文件"), "index_key")
    tell(0)
    folder = folder_of(export)
    read = read_export(folder / "source", folder / "staged", name=export.name, beat=beat)
    read.frame, outside = _within(read.frame, export.division_id)
    if outside:
        read.rejected["outside"] = outside
    tell(1)
    counts: dict[str, Any] = {"read": read.read, "rejected": read.rejected, "unread": read.unread}
    with transaction.atomic():
        if read.map.kind == "measure":
            counts |= _keep_measures(export, read)
        else:
            counts |= _compare(export, read, tell)
        NationalExport.objects.filter(pk=export.pk).update(
            kind=read.map.kind, map_version=read.map.name, counts=counts, compared_at=timezone.now(), message=""
        )
        audit.record(by=by, act="national.compare", subject=f"national:{export.pk}", division=export.division_id,
                     detail={name: value for name, value in counts.items() if isinstance(value, int)})  # fmt: skip
    tell(3)
    return counts


def _within(frame: pl.DataFrame, division: int) -> tuple[pl.DataFrame, int]:
    """The rows whose village lies below the division, and how many do not."""
    known = set(scopes.below([division]).values_list("descendant_id", flat=True))
    inside = frame.filter(pl.col("village_id").is_in(list(known)))
    return inside, frame.height - inside.height


def _compare(export: NationalExport, read: Export, tell: Callable[[int], None]) -> dict[str, Any]:
    kind = read.map.kind
    subject = SUBJECTS[kind]
    here = (
        ours.persons(read.map, export.division_id)
        if kind == "person"
        else ours.households(read.map, export.division_id)
    )
    proof = "id_number" if kind == "person" else "head_id"
    found = rules.match(read.frame, here, subject=subject, proof=proof)
    fields = ours.compared(read.map, read.given, here)
    differing = rules.differences(found.pairs, [mapped.column.name for mapped in fields], subject=subject)
    tell(2)
    linked = link_numbers(kind, found.linked, subject, export.division_id)
    # Only villages that the export has rows of: an export of one township says nothing about the others.
    covered = pl.col("village_id").is_in(read.frame["village_id"].unique().to_list())
    found = replace(found, gone_there=found.gone_there.filter(covered), local_only=found.local_only.filter(covered))
    gone = found.gone_there
    if kind in ("household", "monitored"):
        gone = gone.filter(pl.col("in_register").is_in(ours.IN_REGISTER)) if kind == "household" else gone.clear()
    _write_rows(export, read, found.new_there, gone, subject)
    local = _local_only(kind, found, gone)
    opened, done = _refresh_items(export, read, found, differing, local, here, subject)
    by_field = {r["field"]: r["len"] for r in differing.group_by("field").len().to_dicts()}
    return {
        "matched": found.pairs.height, "linked": linked, "new_there": found.new_there.height, "gone_there": gone.height,
        "different": differing[subject].n_unique(), "by_field": by_field, "local_only": local.height,
        "to_key_in": opened, "ticked_off": done,
    }  # fmt: skip


def link_numbers(kind: str, linked: pl.DataFrame, subject: str, division: int) -> int:
    """Keep the national numbers of records recognised by their id number. A number that is taken is left alone."""
    model = Person if kind == "person" else Household
    numbers = dict(linked.select(subject, "number").iter_rows())
    taken = set()
    values = list(numbers.values())
    for start in range(0, len(values), BATCH):
        taken.update(
            model.objects.filter(national_number__in=values[start : start + BATCH]).values_list(
                "national_number", flat=True
            )
        )
    rows = [model(id=pk, national_number=number) for pk, number in numbers.items() if number not in taken]
    model.objects.bulk_update(rows, ["national_number"], batch_size=500)
    audit.record_many(
        by=None,
        entries=[
            audit.Entry("national.link", f"{'person' if kind == 'person' else 'household'}:{row.pk}", division,
                        {"national_number": ["", row.national_number]})
            for row in rows
        ],
    )  # fmt: skip
    return len(rows)


def _local_only(kind: str, found: rules.Matched, gone: pl.DataFrame) -> pl.DataFrame:
    """Records of ours that the national register must be given: registered households, members of its households."""
    if kind == "household":
        return found.local_only.filter(pl.col("in_register").is_in(ours.IN_REGISTER))
    if kind == "person":
        return found.local_only.filter(pl.col("household_number") != "")
    return found.local_only.clear()


def _write_rows(export: NationalExport, read: Export, new: pl.DataFrame, gone: pl.DataFrame, subject: str) -> None:
    """What has no counterpart. The content of what is new is kept, sealed, for a take-over."""
    NationalRow.objects.filter(export=export).delete()
    name_of = read.map.of_role("name")
    name = name_of.column.name if name_of else ""
    rows = [
        NationalRow(
            export=export, outcome="new", number=row["number"], household_number=row.get("household_number") or "",
            village_id=row["village_id"], name=(row.get(name) or "")[:60],
            values_sealed=sealing.seal(orjson.dumps(_open_values(row)).decode()),
        )
        for row in new.iter_rows(named=True)
    ]  # fmt: skip
    rows += [
        NationalRow(
            export=export, outcome="gone", number=row["number"], household_number=row.get("household_number") or "",
            village_id=row["village_id"], name=(row.get(name) or "")[:60], subject_id=row[subject],
        )
        for row in gone.iter_rows(named=True)
    ]  # fmt: skip
    for row, pk in zip(rows, new_ids(len(rows)), strict=True):
        row.id = pk
    NationalRow.objects.bulk_create(rows, batch_size=500)


def _open_values(row: dict[str, Any]) -> dict[str, Any]:
    """A row's plain values with the numbers themselves where the frame has tokens."""
    return {name: row.get(RAW + name, value) for name, value in row.items() if not name.startswith(RAW)}


def _keep_measures(export: NationalExport, read: Export) -> dict[str, Any]:
    """The measures of assistance of known households. An export tells of every household of the villages that it has rows
    of: what older ones said there gives way, also of households that have no measure any more."""
    numbers = read.frame["number"].unique().to_list()
    known: dict[str, int] = {}
    for start in range(0, len(numbers), BATCH):
        chunk = numbers[start : start + BATCH]
        # The file says itself where its rows lie: whose household it is, the register says.
        below = Household.objects.filter(
            national_number__in=chunk, card__village__in=scopes.below([export.division_id])
        )
        known.update(below.values_list("national_number", "id"))
    told = NationalMeasure.objects.filter(household__card__village__in=_villages_told(known.values()))
    told.exclude(as_of__gt=export.as_of).delete()
    rows = [row for row in read.frame.iter_rows(named=True) if row["number"] in known]
    NationalMeasure.objects.bulk_create(
        [
            NationalMeasure(
                export=export, household_id=known[row["number"]], as_of=export.as_of, year=int(row["year"] or 0), kind=row["measure_kind"] or "",
                name=(row.get("measure_name") or "")[:120], amount_fen=int(row["amount"]) if row.get("amount") else None,
                started_on=date.fromisoformat(row["started_on"]) if row.get("started_on") else None,
            )
            for row in rows
        ],
        batch_size=500,
    )  # fmt: skip
    return {"matched": len(rows), "unknown_household": read.frame.height - len(rows)}


def _villages_told(households: Iterable[int]) -> set[int]:
    """The villages in which some of these households live."""
    ids, found = list(households), set[int]()
    for start in range(0, len(ids), BATCH):
        cards = HouseholdCard.objects.filter(pk__in=ids[start : start + BATCH])
        found.update(cards.values_list("village_id", flat=True).distinct())
    return found


_ITEM_FIELDS = (
    "household", "village", "number", "name", "label", "screen", "order", "here", "there", "last_export", "state", "done_at",
)  # fmt: skip


def _refresh_items(export: NationalExport, read: Export, found: rules.Matched, differing: pl.DataFrame,
                   local: pl.DataFrame, here: pl.DataFrame, subject: str) -> tuple[int, int]:  # fmt: skip
    """Bring the keying list in line: what differs stays or comes on, what agrees now is ticked off."""
    kind = read.map.kind
    places = {mapped.column.name: mapped for mapped in read.map.columns}
    name = "head_name" if kind != "person" else "name"
    # A household is its own household: the column is asked for once.
    columns = dict.fromkeys((subject, "household_id", "village_id", "number", name))
    about = {row[subject]: row for row in here.select(*columns).iter_rows(named=True)}
    numbers = dict(found.pairs.select(subject, "number").iter_rows())
    wanted = [
        *_shown(differing, subject, places),
        *((pk, NEW_RECORD, about[pk][name] or "", "") for pk in local[subject].to_list()),
    ]
    known = _known_items(export, kind)
    fresh, again = [], []
    for pk, field, ours_text, theirs_text in wanted:
        item = known.pop((pk, field), None)
        if item is None:
            item = KeyingItem(kind=kind, subject_id=pk, field=field, first_export=export)
            fresh.append(item)
        else:
            again.append(item)
            if item.state == "done":
                item.state, item.done_at = "open", None
        row = about[pk]
        item.household_id, item.village_id = row["household_id"], row["village_id"]
        item.number, item.name = numbers.get(pk, row["number"]), (row[name] or "")[:60]
        item.here, item.there, item.last_export = ours_text[:300], theirs_text[:300], export
        _place(item, places.get(field))
    done = _tick_off(known.values(), export, read.given)
    for item, new_id in zip(fresh, new_ids(len(fresh)), strict=True):
        item.id = new_id
    KeyingItem.objects.bulk_create(fresh, batch_size=500)
    KeyingItem.objects.bulk_update(again, _ITEM_FIELDS, batch_size=300)
    return sum(item.state == "open" for item in (*fresh, *again)), done


def _shown(differing: pl.DataFrame, subject: str, places: dict[str, Mapped]) -> Iterator[tuple[int, str, str, str]]:
    """Each difference: whose it is, the field, our value and theirs as a person reads them."""
    for row in differing.iter_rows(named=True):
        place = places[row["field"]]
        yield row[subject], row["field"], show(place, row["here"] or ""), show(place, row["there"] or "")


def _place(item: KeyingItem, place: Mapped | None) -> None:
    """Where it is keyed in over there; a whole record comes before every field."""
    item.label = place.header if place else _("整条记录")
    item.screen, item.order = (place.screen, place.order + 1) if place else ("", 0)


def _known_items(export: NationalExport, kind: str) -> dict[tuple[int, str], KeyingItem]:
    items = KeyingItem.objects.filter(kind=kind, village__in=scopes.below([export.division_id]))
    return {(item.subject_id, item.field): item for item in items}


def _tick_off(left: Iterable[KeyingItem], export: NationalExport, given: frozenset[str]) -> int:
    """Items that this export no longer shows as different: keyed in, or theirs taken over here."""
    gone = [item.pk for item in left if item.state != "done" and (item.field in given or item.field == NEW_RECORD)]
    for start in range(0, len(gone), BATCH):
        KeyingItem.objects.filter(pk__in=gone[start : start + BATCH]).update(
            state="done", done_at=timezone.now(), last_export=export
        )
    return len(gone)


def show(place: Mapped, plain: str) -> str:
    """A plain value as a person reads it. Numbers are never shown, only that they differ."""
    column = place.column
    if not plain:
        return ""
    if column.kind in PURPOSES:
        return _("（号码不同，不显示）")
    if column.kind is Kind.YES_NO:
        return cells.show(column, plain == "1")
    if column.kind is Kind.CODE and place.form:
        # What the register stores is in its own list; the form's list has other codes for the same words.
        return _own_label(column.name, plain)
    return cells.show(column, plain)


def _own_label(name: str, plain: str) -> str:
    from fupin.policy.catalogue import code_list

    return code_list(name).label(plain)


def decide(*, items: Sequence[int], theirs: bool, by: Any) -> int:
    """Say of differences that the national register is right (nothing to key in there), or that ours is after all.

    Returns how many changed. Raises NotFound, NotAllowed.
    """
    seen = scopes.within(by, KeyingItem.objects.all(), division="village", permission="national.view")
    rows = list(seen.filter(pk__in=items))
    if len(rows) < len(set(items)):
        raise NotFound(_("所选条目已不在清单中，请刷新后重选"))
    scopes.require_each(by, "registry.change", {row.village_id for row in rows})
    changed = [row for row in rows if row.state == ("open" if theirs else "theirs")]
    with transaction.atomic():
        KeyingItem.objects.filter(pk__in=[row.pk for row in changed]).update(
            state="theirs" if theirs else "open", decided_by=getattr(by, "pk", None)
        )
        audit.record_many(
            by=by,
            entries=[
                audit.Entry("national.decide", f"{'person' if row.kind == 'person' else 'household'}:{row.subject_id}",
                            row.village_id, {"field": row.field, "theirs": theirs})
                for row in changed
            ],
        )  # fmt: skip
    return len(changed)

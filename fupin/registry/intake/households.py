"""Importing households with their heads; the register status only while the division is in opening."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import polars
from django.utils.translation import gettext as _
from polars import col, lit

from fupin.core import abreast
from fupin.core.duck import text as literal
from fupin.core.ids import new_ids
from fupin.core.imports.declaration import Intake, Work
from fupin.registry import openings
from fupin.registry.intake import doubts, facts, lookups, merging, planning, resolving, villages
from fupin.registry.intake.contradictions import reject_repeated_causes
from fupin.registry.intake.resolving import HEAD, is_good, problem
from fupin.registry.models import HouseholdCard
from fupin.registry.sheets import HOUSEHOLDS

SLICE = 6_000
STATUS_NAMES = ("status", "monitor_kind", "standard", "identified_on", "first_identified_on", "exit_year", "return_year",
                "is_risk_cleared", "risk_cleared_on", "risk_clear_mode")  # fmt: skip
_NOT_FACTS = frozenset({"number", "national_number", "village", "head_name", "head_id", "is_synthetic", *STATUS_NAMES})
FIELDS = facts.fields(HOUSEHOLDS, [column.name for column in HOUSEHOLDS if column.name not in _NOT_FACTS])
STATUS = facts.fields(HOUSEHOLDS, STATUS_NAMES)
(HEAD_ID,) = facts.fields(HOUSEHOLDS, ["head_id"])
_REPLACED = (
    ("fact_changed", "registry_householdfact", "fact_id"),
    ("status_changed", "registry_registerstatus", "status_id"),
)
_CURRENT = {
    "household_id": polars.Int64, "fact_id": polars.Int64, "fact_from": polars.Date, "fact_village": polars.Int64, **facts.schema_of(FIELDS), "phone_token_old": polars.Binary, "phone_form_old": polars.String,
    "status_id": polars.Int64, "status_from": polars.Date, **facts.schema_of(STATUS), "number_old": polars.String,
    "national_old": polars.String, "head_now": polars.String, "head_token_now": polars.Binary,
    "old__head_id": polars.Binary,
}  # fmt: skip


class HouseholdIntake(Intake):
    """Households: a row finds its household by the number, else by village and the head's id number."""

    ledger, label, label_en = "households", "户", "Households"
    columns = HOUSEHOLDS
    doubts = doubts.HOUSEHOLDS
    permission = "registry.import"
    identified_by = "number"
    synthetic = "is_synthetic"

    def division_reader(self, work: Work) -> Callable[[str], int | None]:
        return villages.village_reader(work)

    def plan(self, work: Work) -> None:
        planning.write_plan(work, self._slices(work, self._resolve(work)))

    def merge(self, work: Work, done: int) -> int:
        return merging.merge(work, "households", done)

    def totals(self, work: Work) -> Sequence[tuple[str, int, int]]:
        cards = HouseholdCard.objects.all()
        bounds = villages.inside(work)
        if bounds is not None:
            cards = cards.filter(village_id__in=list(bounds))
        before = cards.count()
        new = work.connection.execute(
            f"SELECT count(*) FROM read_parquet({literal(work.planned)}) WHERE action = 'created'"
        ).fetchone()
        return [(str(_("户数")), before, before + (new[0] if new else 0))]

    def _resolve(self, work: Work) -> polars.DataFrame:
        frame = resolving.read_typed(work, ["number", "village", "head_name", "head_id"])
        frame = frame.rename({"village": "said_village"}).with_columns(
            village=polars.when(col("number").is_null()).then(col("said_village"))
        )
        by_id = resolving.look_up(frame, ["head_id"])
        frame = resolving.find_households(frame, "number", by_id, villages.reach(work))
        frame = frame.with_columns(head_token=by_id.token_of(frame, "head_id", is_good()))
        known = by_id.carriers("head_token").rename({"person_id": "head_person"})
        frame = frame.join(known, on="head_token", how="left", maintain_order="left")
        taken = col("household_id").is_null() & col("head_person").is_not_null()
        frame = problem(frame, is_good() & taken, "head_id", "duplicate_in_register",
                        _("该户主证件号已登记在另一户，请核对行政村和证件号"))  # fmt: skip
        moved = (
            col("number").is_not_null() & col("said_village").is_not_null() & (col("said_village") != col("village_id"))
        )
        frame = problem(frame, is_good() & moved, "village", "village_differs",
                        _("行政村与该户登记的行政村不符，整户搬到别村请在户页面用“迁移”办理"))  # fmt: skip
        frame = frame.with_columns(village_id=polars.coalesce("village_id", "said_village"))
        frame = resolving.reject_outside(frame, work, villages.inside(work))
        frame = resolving.reject_codes_of_others(frame, work, HOUSEHOLDS)
        frame = resolving.reject_repeats(frame, "head_token", "head_id", _("户主证件号"))
        return resolving.reject_repeats(frame, "number", "number", _("户编号"))

    def _slices(self, work: Work, resolved: polars.DataFrame) -> Iterator[polars.DataFrame]:
        path = work.folder / "resolved.parquet"
        kept = resolved.select("row_id", "household_id", "village_id", "head_token", col("problems").alias("found"))
        fresh = new_ids(kept.height)
        kept = kept.with_columns(
            is_new=col("household_id").is_null(),
            fresh=polars.Series(range(fresh.start, fresh.stop), dtype=polars.Int64),
        )
        kept.with_columns(household_id=polars.coalesce("household_id", "fresh")).drop("fresh").write_parquet(path)
        opening = frozenset(openings.in_opening(resolved["village_id"].drop_nulls().unique().to_list()))
        del kept, resolved
        reader = work.connection.execute(
            f"SELECT t.* EXCLUDE (problems), r.* EXCLUDE (row_id, found), r.found AS problems"
            f" FROM read_parquet({literal(work.typed)}) t JOIN read_parquet({literal(path)}) r USING (row_id)"
            " ORDER BY r.village_id, row_id"
        ).to_arrow_reader(SLICE)
        done = unwritten = 0
        compare = partial(_compare, work=work, opening=opening)
        with abreast.second_thread() as second:
            for frame in abreast.in_order(compare, planning.frames(reader), second):
                done += frame.height
                work.progress(done, 0, _("与登记册比对"))
                unwritten += int(frame["status_refused"].sum())
                yield frame
        if unwritten:
            sentence = _("有 %(count)d 行的脱贫属性等状态与登记不同：所在区划期初已关闭，状态只能按程序变更，未写入")
            work.findings.append(sentence % {"count": unwritten})


def _current(household_ids: list[int]) -> polars.DataFrame:
    columns = [
        "f.household_id", "f.id", "f.valid_from", "f.village_id",
        *(f"f.{each.stored}" for each in FIELDS), "f.phone_token", "f.phone_form", "s.id", "s.valid_from",
        *(f"s.{each.stored}" for each in STATUS), "h.number", "h.national_number", "pf.name", "i.number_token",
        "i.number_sealed",
    ]  # fmt: skip
    found = lookups.fetch_wide(
        columns,
        "FROM registry_householdfact f JOIN registry_household h ON h.id = f.household_id"
        " LEFT JOIN registry_registerstatus s ON s.household_id = f.household_id AND s.valid_to IS NULL"
        f" LEFT JOIN registry_membership m ON m.household_id = h.id AND m.valid_to IS NULL AND m.relation = '{HEAD}'"
        " LEFT JOIN registry_personfact pf ON pf.person_id = m.person_id AND pf.valid_to IS NULL"
        " LEFT JOIN registry_personidentity i ON i.person_id = m.person_id AND i.valid_to IS NULL"
        " WHERE f.valid_to IS NULL AND {among}",
        household_ids, _CURRENT, column="f.household_id",
    ).unique("household_id", keep="first", maintain_order=True)  # fmt: skip
    return resolving.under_present_key(found, "head_token_now", "old__head_id")


def _compare(frame: polars.DataFrame, work: Work, opening: frozenset[int]) -> polars.DataFrame:
    matched = frame.filter(is_good() & ~col("is_new"))["household_id"].to_list()
    frame = frame.join(_current(matched), on="household_id", how="left", maintain_order="left")
    frame = facts.compare(frame, FIELDS)
    frame = facts.compare(frame, STATUS, "status")
    frame = frame.with_columns(in_opening=col("village_id").is_in(list(opening)))
    frame = frame.with_columns(
        status_refused=is_good() & col("status_changed") & ~col("in_opening"),
        status_changed=col("status_changed") & col("in_opening"),
        new_national=polars.coalesce("national_number", "national_old"),
    )
    frame = frame.with_columns(stable_changed=~col("is_new") & col("new_national").ne_missing(col("national_old")))
    frame = reject_repeated_causes(_judge(frame, work))
    changed = col("fact_changed") | col("status_changed") | col("stable_changed")
    action = (
        polars.when(~is_good()).then(lit("rejected")).when(col("is_new")).then(lit("created"))
        .when(changed).then(lit("updated")).otherwise(lit("unchanged"))
    )  # fmt: skip
    status = polars.when(col("status_changed")).then(col("status_changes"))
    said = polars.concat_str([col("fact_changes"), status], separator=",", ignore_nulls=True)
    persons = new_ids(frame.height)
    return frame.with_columns(
        action=action,
        label=polars.coalesce("head_name", "head_now"),
        changes=polars.concat_str(lit("{"), said.fill_null(""), lit("}")),
        person_id=polars.Series(range(persons.start, persons.stop), dtype=polars.Int64),
    )


def _judge(frame: polars.DataFrame, work: Work) -> polars.DataFrame:
    known = ~col("is_new")
    on = lit(work.on)
    other_head = col("head_token").is_not_null() & col("head_token").ne_missing(col("head_token_now"))
    renamed = col("head_name").is_not_null() & (col("head_name") != col("head_now"))
    differs = _("户主与登记的不符：变更户主请用“变更户主”办理，更正姓名请导入人口表")
    frame = problem(frame, is_good() & known & other_head, "head_id", "head_differs", differs)
    frame = problem(frame, is_good() & known & renamed, "head_name", "head_differs", differs)
    early = (col("fact_changed") & (col("fact_from") > on)) | (col("status_changed") & (col("status_from") > on))
    frame = problem(frame, is_good() & known & early, "", "earlier_than_current",
                    _("登记的现状生效更晚，不能用更早日期的资料覆盖，请用今天的日期导入或在页面更正"))  # fmt: skip
    frame = frame.with_columns(wrong=facts.wrong_masks(frame, HEAD_ID))
    frame = problem(frame, is_good() & known & (col("wrong") | col("mask_differs").is_not_null()), "head_id", "masked",
                    _("带星号的内容与登记的不符；要修改请填完整号码，不改请保持原样"))  # fmt: skip
    for name, label in (("head_id", _("户主证件号")), ("head_name", _("户主姓名"))):
        frame = problem(frame, is_good() & ~known & col(name).is_null(), name, "required",
                        _("新登记的户须填%(label)s") % {"label": label})  # fmt: skip
    return resolving.reject_changed_since(frame, work, _REPLACED)

"""Importing persons into households that are in the register."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import polars
import pyarrow.parquet
from django.utils.translation import gettext as _
from polars import col, lit

from fupin.core import abreast
from fupin.core.duck import text as literal
from fupin.core.ids import new_ids
from fupin.core.imports.declaration import Intake, Work
from fupin.registry.intake import doubts, facts, lookups, merging, planning, resolving, villages
from fupin.registry.intake.contradictions import reject_contradictions, reject_impossible
from fupin.registry.intake.resolving import HEAD, is_good, problem
from fupin.registry.sheets import PERSONS

SLICE = 10_000
_NOT_FACTS = frozenset({"number", "national_number", "household_number", "village", "head_id", "document_kind",
                        "id_number", "relation", "joined_by", "is_synthetic"})  # fmt: skip
FIELDS = facts.fields(PERSONS, [column.name for column in PERSONS if column.name not in _NOT_FACTS])
(ID_NUMBER,) = facts.fields(PERSONS, ["id_number"])
_BY_NUMBER = {"number": polars.String, "by_number": polars.Int64, "number_household": polars.Int64,
              "number_village": polars.Int64}  # fmt: skip
_HOUSEHOLD_NOW = {"household_id": polars.Int64, "at_village": polars.Int64, "at_since": polars.Date}
_HEAD_NOW = {"household_id": polars.Int64, "head_person": polars.Int64}
_REPLACED = (
    ("fact_changed", "registry_personfact", "fact_id"),
    ("identity_changed", "registry_personidentity", "identity_id"),
    ("membership_changed", "registry_membership", "membership_id"),
)
_CURRENT = {
    "person_id": polars.Int64, "fact_id": polars.Int64, "fact_from": polars.Date,
    **facts.schema_of(FIELDS), "phone_token_old": polars.Binary, "phone_form_old": polars.String, "identity_id": polars.Int64,
    "identity_from": polars.Date, "identity_token": polars.Binary, "old_document": polars.String,
    "old__id_number": polars.Binary, "membership_id": polars.Int64, "membership_from": polars.Date,
    "old_relation": polars.String, "old_joined_by": polars.String, "number_old": polars.String,
    "national_old": polars.String, "synthetic_old": polars.Boolean,
}  # fmt: skip


class PersonIntake(Intake):
    """Persons: a row finds its person by the number, else by household and id number."""

    ledger, label, label_en = "persons", "人口", "Persons"
    columns = PERSONS
    doubts = doubts.PERSONS
    permission = "registry.import"
    identified_by = "number"
    document_of = {"id_number": "document_kind"}
    synthetic = "is_synthetic"
    lookup_columns = frozenset({"head_id"})

    def division_reader(self, work: Work) -> Callable[[str], int | None]:
        return villages.village_reader(work)

    def plan(self, work: Work) -> None:
        resolved = self._resolve(work)
        planning.write_plan(work, self._slices(work, resolved))

    def merge(self, work: Work, done: int) -> int:
        return merging.merge(work, "persons", done)

    def _resolve(self, work: Work) -> polars.DataFrame:
        names = ["number", "household_number", "village", "head_id", "id_number", "relation", "mask__head_id",
                 "mask__id_number", "name"]  # fmt: skip
        frame = resolving.read_typed(work, names)
        reach = villages.reach(work)
        frame = _persons_by_number(frame, reach)
        by_id = resolving.look_up(frame, ["head_id", "id_number"])
        frame = resolving.find_households(frame, "household_number", by_id, reach)
        frame = frame.with_columns(polars.coalesce("household_id", "number_household").alias("household_id"))
        nowhere = is_good() & col("household_id").is_null()
        frame = problem(frame, nowhere & col("household_number").is_null() & col("head_id").is_null(),
                        "household_number", "household_missing", _("请填户编号或户主证件号"))  # fmt: skip
        frame = problem(frame, is_good() & col("household_id").is_null(), "head_id", "household_unknown",
                        _("登记册中没有以此证件号为户主的户，请先导入该户"))  # fmt: skip
        frame = problem(frame, is_good() & col("number_household").is_not_null()
                        & (col("number_household") != col("household_id")), "household_number", "other_household",
                        _("此人登记在另一户；转户请在原户页面办理“减少成员”，再在本户页面办理“增加成员”"))  # fmt: skip
        frame = _with_village(frame)
        frame = resolving.reject_outside(frame, work, villages.inside(work))
        frame = resolving.reject_codes_of_others(frame, work, PERSONS)
        frame = resolving.reject_before_household(frame, work.on)
        frame = self._find_persons(frame, by_id)
        return _judge_heads(frame)

    def _find_persons(self, frame: polars.DataFrame, by_id: resolving.Numbers) -> polars.DataFrame:
        frame = frame.with_columns(id_token=by_id.token_of(frame, "id_number", is_good()))
        known = by_id.carriers("id_token")
        frame = frame.join(known, on="id_token", how="left", maintain_order="left")
        same = col("at_household").eq_missing(col("household_id"))
        other = col("person_id").is_not_null() & (
            (col("by_number").is_null() & ~same)
            | (col("by_number").is_not_null() & (col("by_number") != col("person_id")))
        )
        sentence = _(
            "该证件号已登记在另一户或另一人名下，请核对；转户请在原户页面办理“减少成员”，再在本户页面办理“增加成员”"
        )
        frame = problem(frame, is_good() & other, "id_number", "duplicate_in_register", sentence)
        frame = frame.with_columns(polars.coalesce("by_number", "person_id").alias("person_id"))
        frame = resolving.reject_repeats(frame, "id_token", "id_number", _("证件号码"))
        frame = resolving.reject_repeats(frame, "number", "number", _("人编号"))
        new = is_good() & col("person_id").is_null()
        for name, label in (("id_number", _("证件号码")), ("relation", _("与户主关系")), ("name", _("姓名"))):
            frame = problem(frame, new & col(name).is_null(), name, "required",
                            _("新登记的人员须填%(label)s") % {"label": label})  # fmt: skip
        return frame

    def _slices(self, work: Work, resolved: polars.DataFrame) -> Iterator[polars.DataFrame]:
        """The rows in the order of their households, each slice compared with what the register holds."""
        lean = resolved.drop("number", "household_number", "village", "head_id", "id_number", "relation", "name",
                             "mask__head_id", "mask__id_number", "source", "row", strict=False)  # fmt: skip
        lean = lean.rename({"problems": "found"})
        del resolved
        done = 0
        frames = _as_it_stands(work, lean) if _is_in_order(lean) else _sorted(work, lean)
        with abreast.second_thread() as second:
            for frame in abreast.in_order(partial(_compare, work=work), frames, second):
                done += frame.height
                work.progress(done, 0, _("与登记册比对"))
                yield frame


def _compare(frame: polars.DataFrame, work: Work) -> polars.DataFrame:
    matched = frame.filter(is_good() & col("person_id").is_not_null())["person_id"].to_list()
    frame = frame.join(_current(matched), on="person_id", how="left", maintain_order="left")
    frame = facts.compare(frame, FIELDS)
    frame = reject_impossible(reject_contradictions(_judge_changes(frame, work)))
    frame = frame.with_columns(changes=_all_changes())
    known = col("person_id").is_not_null()
    changed = col("fact_changed") | col("identity_changed") | col("membership_changed") | col("stable_changed")
    action = (
        polars.when(~is_good()).then(lit("rejected")).when(~known).then(lit("created"))
        .when(changed).then(lit("updated")).otherwise(lit("unchanged"))
    )  # fmt: skip
    frame = frame.with_columns(action.alias("action"), col("name").alias("label"))
    new = new_ids(frame.height)
    frame = frame.with_columns(is_new=~known, fresh=polars.Series(range(new.start, new.stop), dtype=polars.Int64))
    return frame.with_columns(polars.coalesce("person_id", "fresh").alias("person_id")).drop("fresh")


def _is_in_order(lean: polars.DataFrame) -> bool:
    """Whether the rows of each household, and of each village, already stand together in the file."""
    return all(
        lean.height
        and lean[name].is_not_null().all()
        and int(lean[name].rle_id().max() or 0) + 1 == lean[name].n_unique()  # type: ignore[arg-type]
        for name in ("village_id", "household_id")
    )


def _as_it_stands(work: Work, lean: polars.DataFrame) -> Iterator[polars.DataFrame]:
    """The checked rows beside what was found of them, in the order of the file."""
    lean, start = lean.sort("row_id"), 0
    for frame in planning.frames(pyarrow.parquet.ParquetFile(work.typed).iter_batches(batch_size=SLICE)):
        found = lean.slice(start, frame.height)
        assert frame["row_id"].equals(found["row_id"])
        start += frame.height
        yield (
            frame.drop("problems").hstack(found.drop("row_id", "found")).with_columns(found["found"].alias("problems"))
        )


def _sorted(work: Work, lean: polars.DataFrame) -> Iterator[polars.DataFrame]:
    """The same with the rows of a household together, households in the order of their villages."""
    path = work.folder / "resolved.parquet"
    lean.write_parquet(path)
    reader = work.connection.execute(
        f"SELECT t.* EXCLUDE (problems), r.* EXCLUDE (row_id, found), r.found AS problems"
        f" FROM read_parquet({literal(work.typed)}) t JOIN read_parquet({literal(path)}) r USING (row_id)"
        " ORDER BY r.village_id, r.household_id, row_id"
    ).to_arrow_reader(SLICE)
    yield from planning.frames(reader)


def _all_changes() -> polars.Expr:
    """What changes of the person as a JSON object: {field: [old, new]}."""
    relation = polars.when(col("membership_changed") & (col("old_relation") != col("new_relation"))).then(
        polars.concat_str(lit('"relation":["'), col("old_relation"), lit('","'), col("new_relation"), lit('"]'))
    )
    identity = polars.when(col("identity_changed") & col("id_number").is_not_null()).then(
        polars.concat_str(
            lit('"id_number":["***","'),
            col("id_number").str.slice(0, 5),
            lit("*********"),
            col("id_number").str.slice(14),
            lit('"]'),
        )
    )
    said = polars.concat_str([col("fact_changes"), relation, identity], separator=",", ignore_nulls=True)
    return polars.concat_str(lit("{"), said.fill_null(""), lit("}"))


def _persons_by_number(frame: polars.DataFrame, reach: frozenset[int] | None) -> polars.DataFrame:
    """Members by their own number. Who left and lives in no household now comes back by the household's own act."""
    numbers = frame.filter(is_good())["number"].drop_nulls().unique().to_list()
    known = lookups.fetch(
        "SELECT p.number, p.id, m.household_id, c.village_id FROM registry_person p JOIN registry_membership m"
        " ON m.person_id = p.id AND m.valid_to IS NULL JOIN registry_householdcard c"
        " ON c.household_id = m.household_id WHERE {among}",
        numbers, _BY_NUMBER, column="p.number",
    )  # fmt: skip
    known = known if reach is None else known.filter(col("number_village").is_in(list(reach)))
    frame = frame.join(known.drop("number_village"), on="number", how="left", maintain_order="left")
    return problem(frame, is_good() & col("number").is_not_null() & col("by_number").is_null(), "number",
                   "person_unknown", _("登记册中没有这个人编号，请核对；新成员请留空"))  # fmt: skip


def _with_village(frame: polars.DataFrame) -> polars.DataFrame:
    """The village of the household of persons that were found by their own number."""
    lacking = frame.filter(col("village_id").is_null() & col("household_id").is_not_null())["household_id"].unique()
    known = lookups.fetch(
        "SELECT household_id, village_id, CAST(valid_from AS text) FROM registry_householdfact"
        " WHERE valid_to IS NULL AND {among}",
        lacking.to_list(), _HOUSEHOLD_NOW, column="household_id",
    )  # fmt: skip
    frame = frame.join(known, on="household_id", how="left", maintain_order="left").with_columns(
        polars.coalesce("village_id", "at_village").alias("village_id"),
        polars.coalesce("household_since", "at_since").alias("household_since"),
    ).drop("at_village", "at_since")  # fmt: skip
    return problem(frame, is_good() & col("village").is_not_null() & (col("village") != col("village_id")), "village",
                   "village_differs", _("行政村与该户登记的行政村不符，请核对"))  # fmt: skip


def _judge_heads(frame: polars.DataFrame) -> polars.DataFrame:
    """A household has one head: neither a second in the file nor one beside the head in the register."""
    heads = frame.filter(is_good() & (col("relation") == HEAD))
    wanted = heads["household_id"].drop_nulls().unique().to_list()
    now = lookups.fetch(
        "SELECT household_id, person_id FROM registry_membership WHERE valid_to IS NULL"
        f" AND relation = '{HEAD}' AND {{among}}",
        wanted, _HEAD_NOW, column="household_id",
    )  # fmt: skip
    frame = frame.join(now.unique("household_id"), on="household_id", how="left", maintain_order="left")
    second = (col("relation") == HEAD) & col("head_person").is_not_null()
    frame = problem(frame, is_good() & second & ~col("person_id").eq_missing(col("head_person")), "relation",
                    "second_head", _("该户已有户主，户主变更请用“变更户主”办理"))  # fmt: skip
    frame = problem(frame, is_good() & (col("head_person") == col("person_id")) & (col("relation") != HEAD), "relation",
                    "head_differs", _("此人是登记的户主，户主变更请用“变更户主”办理"))  # fmt: skip
    as_head = polars.when(col("relation") == HEAD).then(col("household_id")).alias("as_head")
    frame = resolving.reject_repeats(frame.with_columns(as_head), "as_head", "relation", _("户主"))
    return frame.drop("as_head", "head_person")


def _current(person_ids: list[int]) -> polars.DataFrame:
    columns = [
        "f.person_id", "f.id", "f.valid_from", *(f"f.{each.stored}" for each in FIELDS),
        "f.phone_token", "f.phone_form", "i.id", "i.valid_from", "i.number_token", "i.document_kind", "i.number_sealed", "m.id",
        "m.valid_from", "m.relation", "m.joined_by", "p.number", "p.national_number", "p.is_synthetic",
    ]  # fmt: skip
    found = lookups.fetch_wide(
        columns,
        "FROM registry_personfact f JOIN registry_person p ON p.id = f.person_id"
        " LEFT JOIN registry_personidentity i ON i.person_id = f.person_id AND i.valid_to IS NULL"
        " LEFT JOIN registry_membership m ON m.person_id = f.person_id AND m.valid_to IS NULL"
        " WHERE f.valid_to IS NULL AND {among}",
        person_ids, _CURRENT, column="f.person_id",
    )  # fmt: skip
    return resolving.under_present_key(found, "identity_token", "old__id_number")


def _judge_changes(frame: polars.DataFrame, work: Work) -> polars.DataFrame:
    """Which of the person's rows change, and whether they may on this day."""
    known = col("person_id").is_not_null()
    on = lit(work.on)
    document = polars.when(col("document_kind").is_not_null()).then(col("document_kind")).otherwise(col("old_document"))
    relation = polars.coalesce("relation", "old_relation")
    joined = polars.coalesce("joined_by", "old_joined_by").fill_null("")
    identity = col("id_token").is_not_null() & (
        col("id_token").ne_missing(col("identity_token"))
        | (document.fill_null("") != col("old_document").fill_null(""))
    )
    national = polars.coalesce("national_number", "national_old")
    stable = national.ne_missing(col("national_old"))
    frame = frame.with_columns(
        (known & identity).alias("identity_changed"),
        (known & ((relation != col("old_relation")) | (joined != col("old_joined_by").fill_null("")))).alias(
            "membership_changed"
        ),
        (known & stable).alias("stable_changed"),
        (known & col("fact_changed")).alias("fact_changed"),
        document.alias("new_document"), relation.alias("new_relation"), joined.alias("new_joined_by"),
        national.alias("new_national"),
    )  # fmt: skip
    early = (
        (col("fact_changed") & (col("fact_from") > on))
        | (col("identity_changed") & (col("identity_from") > on))
        | (col("membership_changed") & (col("membership_from") > on))
    )
    frame = problem(frame, is_good() & early, "", "earlier_than_current",
                    _("登记的现状生效更晚，不能用更早日期的资料覆盖，请用今天的日期导入或在页面更正"))  # fmt: skip
    frame = frame.with_columns(wrong=facts.wrong_masks(frame, ID_NUMBER))
    frame = problem(frame, is_good() & (col("wrong") | col("mask_differs").is_not_null()), "id_number", "masked",
                    _("带星号的内容与登记的不符；要修改请填完整号码，不改请保持原样"))  # fmt: skip
    return resolving.reject_changed_since(frame, work, _REPLACED)

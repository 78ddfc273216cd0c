"""Importing income accounts: one row a household and year; entries by item, totals checked against them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import polars
from django.utils.translation import gettext as _
from polars import col, lit

from fupin.core.duck import text as literal
from fupin.core.ids import new_ids
from fupin.core.imports.declaration import Intake, Work
from fupin.policy.parameters import NotInForce
from fupin.registry import rules
from fupin.registry.intake import lookups, merging, planning, resolving, villages
from fupin.registry.intake.resolving import is_good, problem
from fupin.registry.sheets import INCOME, INCOME_ITEMS
from fupin.rulebook import queries as rulebook

SLICE = 10_000
CLASSES = ("wage", "business", "property", "transfer", "cost")
ITEMS = tuple(item for item, _label, _kind, _national in INCOME_ITEMS)
CLASS_OF = {item: kind for item, _label, kind, _national in INCOME_ITEMS}
REST = {kind: max(item for item in ITEMS if CLASS_OF[item] == kind) for kind in CLASSES}
"""The item that takes a class total given without items: the class's last, its 'other'."""
COMPARED = ("window_from", "window_to", "counted_basis", "counted_persons", "claims", "self_paid", "line", "signed_on",
            *ITEMS)  # fmt: skip
_REPLACED = (("changed", "registry_incomeaccount", "account_id"),)
_FEN = (*CLASSES, "claims", "self_paid", "net", "per_head", "line")
_ACCOUNT = {
    "household_id": polars.Int64, "year": polars.Int64, "account_id": polars.Int64, "old__window_from": polars.Date,
    "old__window_to": polars.Date, "old__counted_basis": polars.String, "old__counted_persons": polars.Int64,
    **{f"old__{name}": polars.Int64 for name in _FEN}, "old__signed_on": polars.Date,
    "account_version": polars.Int64,
}  # fmt: skip
_COUNTS = {"household_id": polars.Int64, "members": polars.Int64}
_ENTRIES = {"account_id": polars.Int64, "item": polars.String, "amount": polars.Int64}


class IncomeIntake(Intake):
    """Income: a row finds its account by household and year."""

    ledger, label, label_en = "income", "收入", "Income"
    columns = INCOME
    permission = "registry.import"
    lookup_columns = frozenset({"head_id"})

    def division_reader(self, work: Work) -> Callable[[str], int | None]:
        return villages.village_reader(work)

    def plan(self, work: Work) -> None:
        frame = resolving.read_typed(work, ["household_number", "village", "head_id", "year"])
        by_id = resolving.look_up(frame, ["head_id"])
        frame = resolving.find_households(frame, "household_number", by_id, villages.reach(work))
        frame = problem(frame, is_good() & col("household_number").is_null() & col("head_id").is_null(),
                        "household_number", "household_missing", _("请填户编号或户主证件号"))  # fmt: skip
        frame = problem(frame, is_good() & col("household_id").is_null(), "head_id", "household_unknown",
                        _("登记册中没有以此证件号为户主的户，请先导入该户"))  # fmt: skip
        frame = problem(frame, is_good() & col("village").is_not_null() & (col("village") != col("village_id")), "village",
                        "village_differs", _("行政村与该户登记的行政村不符，请核对"))  # fmt: skip
        frame = resolving.reject_outside(frame, work, villages.inside(work))
        key = polars.when(col("household_id").is_not_null()).then(
            polars.concat_str(col("household_id").cast(polars.String), lit("/"), col("year").cast(polars.String))
        )
        frame = resolving.reject_repeats(frame.with_columns(key=key), "key", "year", _("户和年度"))
        planning.write_plan(work, self._slices(work, frame))

    def merge(self, work: Work, done: int) -> int:
        return merging.merge(work, "income", done)

    def _slices(self, work: Work, resolved: polars.DataFrame) -> Iterator[polars.DataFrame]:
        path = work.folder / "resolved.parquet"
        resolved.select("row_id", "household_id", "village_id", col("problems").alias("found")).write_parquet(path)
        reader = work.connection.execute(
            "SELECT t.* EXCLUDE (problems), r.* EXCLUDE (row_id, found), r.found AS problems"
            f" FROM read_parquet({literal(work.typed)}) t JOIN read_parquet({literal(path)}) r USING (row_id)"
            " ORDER BY r.village_id, r.household_id, row_id"
        ).to_arrow_reader(SLICE)
        done = 0
        for batch in reader:
            frame = polars.from_arrow(batch)
            assert isinstance(frame, polars.DataFrame)
            done += frame.height
            work.progress(done, 0, _("与登记册比对"))
            yield _compare(frame, work)


def _compare(frame: polars.DataFrame, work: Work) -> polars.DataFrame:
    wanted = frame.filter(is_good())["household_id"].drop_nulls().unique().to_list()
    frame = frame.join(_accounts(wanted), on=["household_id", "year"], how="left", maintain_order="left")
    frame = _with_old_items(frame)
    members = lookups.fetch("SELECT household_id, persons FROM registry_householdcard WHERE {among}", wanted, _COUNTS,
                            column="household_id")  # fmt: skip
    frame = frame.join(members, on="household_id", how="left", maintain_order="left")
    frame = _overlay(_with_windows(frame, work.on))
    frame = _judge(_sum(_with_uncounted(frame)))
    frame = frame.with_columns(changed=col("account_id").is_not_null() & _is_changed())
    return _decide(resolving.reject_changed_since(frame, work, _REPLACED))


def _with_windows(frame: polars.DataFrame, on: date) -> polars.DataFrame:
    """The yearly window of the household's place (`usual_from`, `usual_to`), for accounts that say none."""
    asked = frame.select("village_id", "year").drop_nulls().unique()
    starts = rulebook.values("income.window_start", on=on, divisions=asked["village_id"].unique().to_list())
    rows = [(place, year, *rules.income_window(year, str(starts[place]))) for place, year in asked.rows()]
    schema = {"village_id": polars.Int64, "year": polars.Int64, "usual_from": polars.Date, "usual_to": polars.Date}
    windows = polars.DataFrame(rows, schema=schema, orient="row")
    return frame.join(windows, on=["village_id", "year"], how="left", maintain_order="left")


def _with_uncounted(frame: polars.DataFrame) -> polars.DataFrame:
    """The items that the rule of the window's last day leaves out at the household's place (`uncounted`); null where
    there was no rule."""
    asked = frame.select("village_id", "new__window_to").drop_nulls().unique()
    rows = []
    for (end,), places in asked.group_by("new__window_to"):
        villages_ = places["village_id"].to_list()
        try:
            found = rulebook.values("income.uncounted_items", on=end - timedelta(days=1), divisions=villages_)
        except NotInForce:
            continue
        rows += [(place, end, sorted(found[place])) for place in villages_]
    schema: dict[str, Any] = {
        "village_id": polars.Int64,
        "new__window_to": polars.Date,
        "uncounted": polars.List(polars.String),
    }
    found_ = polars.DataFrame(rows, schema=schema, orient="row")
    return frame.join(found_, on=["village_id", "new__window_to"], how="left", maintain_order="left")


def _accounts(households: list[int]) -> polars.DataFrame:
    columns = ["household_id", "year", "id", "window_from", "window_to", "counted_basis", "counted_persons",
               *(f"{name}_fen" for name in _FEN), "signed_on", "version"]  # fmt: skip
    return lookups.fetch_wide(
        columns, "FROM registry_incomeaccount WHERE {among}",
        households, _ACCOUNT, column="household_id",
    )  # fmt: skip


def _with_old_items(frame: polars.DataFrame) -> polars.DataFrame:
    accounts = frame["account_id"].drop_nulls().to_list()
    entries = lookups.fetch("SELECT account_id, item, amount_fen FROM registry_incomeentry WHERE {among}", accounts,
                            _ENTRIES, column="account_id")  # fmt: skip
    by_item = entries.group_by("account_id", "item").agg(col("amount").sum())
    for item in ITEMS:
        one = by_item.filter(col("item") == item).select("account_id", col("amount").alias(f"old__{item}"))
        frame = frame.join(one, on="account_id", how="left", maintain_order="left")
    return frame


def _overlay(frame: polars.DataFrame) -> polars.DataFrame:
    """What the row says over what is there; a class total without items goes to the class's 'other' item."""
    kept = [*ITEMS, "claims", "self_paid", "line", "window_from", "window_to", "counted_basis", "counted_persons",
            "signed_on"]  # fmt: skip
    new = [
        polars.when(col("erased").list.contains(name)).then(None)
        .otherwise(polars.coalesce(name, f"old__{name}")).alias(f"new__{name}")
        for name in kept
    ]  # fmt: skip
    frame = frame.with_columns(new)
    rest = []
    for kind in CLASSES:
        items = [item for item in ITEMS if CLASS_OF[item] == kind]
        silent = polars.all_horizontal([col(f"new__{item}").is_null() for item in items])
        last = REST[kind]
        rest.append(
            polars.when(silent & col(kind).is_not_null())
            .then(col(kind))
            .otherwise(col(f"new__{last}"))
            .alias(f"new__{last}")
        )
    return frame.with_columns(
        *rest,
        col("new__window_from").fill_null(col("usual_from")).alias("new__window_from"),
        col("new__window_to").fill_null(col("usual_to")).alias("new__window_to"),
        col("new__counted_basis").fill_null("registered").alias("new__counted_basis"),
        polars.coalesce("new__counted_persons", "members").alias("new__counted_persons"),
    )


def _sum(frame: polars.DataFrame) -> polars.DataFrame:
    """The totals by class; items that the rule does not count are kept and left out."""
    left_out = set(frame["uncounted"].explode().drop_nulls().unique().to_list())

    def amount(item: str) -> polars.Expr:
        said = col(f"new__{item}").fill_null(0)
        return polars.when(col("uncounted").list.contains(item)).then(0).otherwise(said) if item in left_out else said

    def total(kind: str) -> polars.Expr:
        return polars.sum_horizontal([amount(item) for item in ITEMS if CLASS_OF[item] == kind])

    frame = frame.with_columns([total(kind).alias(f"new__{kind}") for kind in CLASSES])
    gains = polars.sum_horizontal([col(f"new__{kind}") for kind in CLASSES[:4]])
    frame = frame.with_columns((gains - col("new__cost")).alias("new__net"))
    net, heads = col("new__net"), col("new__counted_persons")
    # Rounded half up to a fen, in whole numbers (handbook §2.3), away from zero for a loss.
    size = (net.abs() * 2 + heads) // (heads * 2)
    return frame.with_columns(
        (polars.when(heads > 0).then(size * net.sign())).alias("new__per_head"),
        col("new__claims").fill_null(0), col("new__self_paid").fill_null(0),
    )  # fmt: skip


def _judge(frame: polars.DataFrame) -> polars.DataFrame:
    """Reject what cannot be an account: nobody counted, a window that ends first, totals unlike their items."""
    frame = problem(frame, is_good() & ~(col("new__counted_persons") > 0).fill_null(value=False), "counted_persons",
                    "required", _("该户没有在册成员，请填计算人口"))  # fmt: skip
    frame = problem(frame, is_good() & (col("new__window_to") <= col("new__window_from")), "window_to", "window",
                    _("核算期止应晚于核算期起"))  # fmt: skip
    frame = problem(frame, is_good() & col("uncounted").is_null(), "window_to", "window",
                    _("核算期早于收入核算口径的起始日期，请核对核算期"))  # fmt: skip
    for name in (*CLASSES, "net", "per_head"):
        label = resolving.label_of(INCOME, name)
        given = (col(name) / 100).round(2).cast(polars.String)
        counted = (col(f"new__{name}") / 100).round(2).cast(polars.String)
        template = _("%(label)s填的是 @ 元，按分项合计为 # 元") % {"label": label}
        first, _at, rest = template.partition("@")
        middle, _hash, last = rest.partition("#")
        sentence = polars.concat_str(lit(first), given, lit(middle), counted, lit(last))
        # A fen of rounding is let pass (handbook §2.3).
        differs = (col(name) - col(f"new__{name}")).abs() > 1
        frame = problem(frame, is_good() & differs, name, "total_differs", sentence)
    return frame


def _decide(frame: polars.DataFrame) -> polars.DataFrame:
    """What becomes of each row, and what an updated account says before and after."""
    # The household has signed what stood there: who changes it without a new signature takes the old one off.
    rewritten = polars.any_horizontal([_differs(name) for name in COMPARED if name != "signed_on"])
    frame = frame.with_columns(
        new__signed_on=polars.when(col("signed_on").is_null() & rewritten).then(None).otherwise(col("new__signed_on"))
    )
    known = col("account_id").is_not_null()
    action = (
        polars.when(~is_good()).then(lit("rejected")).when(~known).then(lit("created"))
        .when(_is_changed()).then(lit("updated")).otherwise(lit("unchanged"))
    )  # fmt: skip
    fresh = new_ids(frame.height)
    said = [
        polars.when(_differs(name) & col(f"old__{name}").is_not_null()).then(
            polars.concat_str(
                lit(f'"{name}":["'),
                col(f"old__{name}").cast(polars.String),
                lit('","'),
                col(f"new__{name}").cast(polars.String).fill_null(""),
                lit('"]'),
            )
        )
        for name in COMPARED
    ]
    joined = polars.concat_str(said, separator=",", ignore_nulls=True)
    return frame.with_columns(
        action=action, is_new=~known, old_account=col("account_id"), rewritten=rewritten_items(),
        fresh=polars.Series(range(fresh.start, fresh.stop), dtype=polars.Int64),
        label=polars.coalesce("head_name", "household_number"),
        changes=polars.when(known).then(polars.concat_str(lit("{"), joined, lit("}"))).otherwise(lit("{}")),
    ).with_columns(account_id=polars.coalesce("account_id", "fresh"))  # fmt: skip


def _is_changed() -> polars.Expr:
    return polars.any_horizontal([_differs(name) for name in COMPARED])


def rewritten_items() -> polars.Expr:
    """The items whose amount changes, as a list: the other entries of the account stay as they are."""
    said = [polars.when(_differs(item)).then(lit(item)) for item in ITEMS]
    return polars.concat_list(said).list.drop_nulls()


def _differs(name: str) -> polars.Expr:
    """Whether a value changes; an amount of nothing and none at all are the same."""
    old, new = col(f"old__{name}"), col(f"new__{name}")
    if name in ITEMS or name in ("claims", "self_paid"):
        return old.fill_null(0) != new.fill_null(0)
    return old.ne_missing(new)

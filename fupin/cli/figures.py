"""`fupin figures`: values with the number of records behind each, or compared with a file of published figures."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import Any

import click

from fupin.cli.group import answer, prepare_database
from fupin.cli.words import say


@click.command(
    help=say("计算指标，或与已公布的指标文件比对", "Compute figures, or compare them with a file of published ones")
)
@click.option("--indicator", "names", multiple=True, help=say("指标代码，可多次给出", "indicator id; may be repeated"))
@click.option("--division", default="", help=say("区划代码", "division code"))
@click.option("--period", default="", help="2018 · 2018-12-31 · 2014/2018 · 2018-Q1/Q3")
@click.option(
    "--records",
    "records_file",
    type=click.Path(dir_okay=False),
    help=say("把背后的记录写入 CSV", "write the records behind to CSV"),
)
@click.option("--against", "against_file", type=click.Path(exists=True, dir_okay=False), help="figures.yaml")
@click.option("--json", "as_json", is_flag=True)
def figures(names: tuple[str, ...], division: str, period: str, records_file: str | None, against_file: str | None,
            as_json: bool) -> None:  # fmt: skip
    if not against_file and not (division and period):
        raise click.UsageError(
            say("请给出 --division 和 --period，或 --against 文件", "give --division and --period, or --against")
        )
    prepare_database()
    from fupin.core.refusals import Refused
    from fupin.policy.indicators import UnknownIndicator

    try:
        if against_file:
            _compare(against_file, set(names) or None, as_json)
        else:
            _compute(names, division, period, records_file, as_json)
    except Refused as refused:
        raise click.UsageError("；".join(refused.reasons)) from None
    except UnknownIndicator as unknown:
        name = unknown.args[0]
        raise click.UsageError(say(f"没有名为 {name} 的指标", f"no indicator is called {name}")) from None


def _compute(names: tuple[str, ...], division: str, period_text: str, records_file: str | None, as_json: bool) -> None:
    from fupin.bulk import taking
    from fupin.divisions.queries import tree
    from fupin.statistics import periods
    from fupin.statistics.figures import Reader, all_names

    period = periods.read(period_text)
    node = tree().by_code(division)
    with Reader(taking.current()) as reader:
        found = [reader.figure(name, node, period) for name in names or all_names()]
        if records_file:
            _write_records(Path(records_file), reader, [one.indicator for one in found], node, period)
    _answer({"figures": [_document(one) for one in found]}, as_json, _lines(found))


def _compare(path: str, names: set[str] | None, as_json: bool) -> None:
    from fupin.bulk import taking
    from fupin.policy import published
    from fupin.statistics import against
    from fupin.statistics.figures import Reader

    try:
        document = published.read(Path(path))
    except published.Unreadable as fault:
        raise click.UsageError(
            say(f"{path} 不是有效的 YAML 或 JSON：{fault}", f"{path} is no valid YAML or JSON: {fault}")
        ) from None
    entries = list(against.entries(document))
    for name in sorted(names or ()):
        if not any(isinstance(entry, dict) and entry.get("indicator") == name for entry in entries):
            raise click.UsageError(say(f"{path} 中没有指标 {name}", f"{path} has no figure of {name}"))
    with Reader(taking.current()) as reader:
        found = against.compare(reader, entries, names=names)
    lines = [say(f"一致 {found.matched}，不同 {len(found.differing)}，缺 {len(found.missing)}",
                 f"{found.matched} matched, {len(found.differing)} differing, {len(found.missing)} missing")]  # fmt: skip
    lines += [f"≠ {_name(one)}: {one['value']} / {one['computed']}" for one in found.differing]
    lines += [f"? {_name(one)}: {one['reason']}" for one in found.missing]
    document = {
        "matched": found.matched, "differing": found.differing, "missing": found.missing,
        "figures": [_document(one) for one in found.figures],
    }  # fmt: skip
    _answer(document, as_json, "\n".join(lines))
    if found.differing or found.missing:
        sys.exit(1)


def _name(entry: dict[str, Any]) -> str:
    return " ".join(str(entry[key]) for key in ("id", "indicator", "place", "period") if entry.get(key)) or (
        f"#{entry['position']}"
    )


def _document(one: Any) -> dict[str, Any]:
    from fupin.policy.indicators import indicator
    from fupin.statistics.figures import footnote

    value = (
        None
        if one.value is None
        else int(one.value)
        if one.value == one.value.to_integral_value()
        else float(one.value)
    )
    found = {
        "indicator": one.indicator, "division": one.division, "period": one.period, "value": value, "unit": one.unit,
        "records": one.records, "extract": one.extract,
    }  # fmt: skip
    under = footnote(indicator(one.indicator))
    found |= {key: getattr(one, key) for key in ("note", "source") if getattr(one, key)}
    found |= {"footnote": under} if under else {}
    return found | ({"later": float(one.later)} if one.later is not None else {})


def _lines(found: list[Any]) -> str:
    rows = [_document(one) for one in found]
    return "\n".join(
        f"{r['indicator']}\t{'—' if r['value'] is None else r['value']}\t{r['unit']}\t{r['records']}"
        + (f"\t{r['footnote']}" if "footnote" in r else "")
        for r in rows
    )


def _answer(document: dict[str, Any], as_json: bool, text: str) -> None:
    answer(document, as_json=as_json, text=text)


def _write_records(path: Path, reader: Any, names: list[str], node: Any, period: Any) -> None:
    """The records behind each figure, by number and without names or sealed values."""
    from fupin.core.columns import Sensitivity
    from fupin.statistics import records

    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["indicator", "key", "number", "change", "values"])
        for name in names:
            found = records.listing(reader, name, node, period)
            after = 0
            while found is not None and (rows := records.page(reader, found, after=after, size=5_000)):
                after = rows[-1]["_key"]
                shown = [c for c in found.columns if c not in ("number", "code", "change")
                         and found.dataset.field(c).sensitivity is Sensitivity.OPEN]  # fmt: skip
                for row in rows:
                    label = row.get("number") or row.get("code") or ""
                    values = ";".join(f"{c}={row[c]}" for c in shown if row[c] is not None)
                    writer.writerow([name, row["_key"], label, row.get("change", ""), values])

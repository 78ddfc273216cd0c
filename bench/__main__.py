"""Every benchmark, one after another, in instances made for it: `python -m bench [--households N] [--persons N]`.

Each stands beside a peer or a physical limit in the same run. The report (`--report`, by default `bench-report.md`) has
what each printed, and a table of ratios beside the documented ones of the same sizes (`--accept` takes a run as the
measure); a red line marks what is more than 30 % worse. Exit 1 where there is one, or where a page is slower than the
contract allows. What it makes lies in a temporary folder and is removed at the end; docs/performance.md keeps the
figures of the last full run.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

RED = 1.3
DOCUMENTED = Path(__file__).parent / "documented.json"
"""The ratios of the last run that was taken as the measure, and its sizes: only a run of the same sizes is held to them.
Those of pages are held in `bench.pages`."""
HIGHER_IS_BETTER = (
    "staged import ÷ bare insert", "staged import ÷ django-import-export", "plain Django ÷ many at once"
)  # fmt: skip


def documented(sizes: dict[str, str]) -> dict[str, float]:
    """The ratios that a run of these sizes is held to; none where the documented run was another."""
    if not DOCUMENTED.exists():
        return {}
    kept = json.loads(DOCUMENTED.read_text(encoding="utf-8"))
    return kept["ratios"] if kept["sizes"] == sizes else {}


@dataclass(slots=True)
class Bench:
    """A run of all benchmarks: what was printed, the ratios found, what went wrong."""

    sizes: dict[str, str]
    sections: list[tuple[str, str]] = field(default_factory=list)
    ratios: dict[str, float] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def run(self, name: str, *arguments: str, data: str = "", may_find: bool = False) -> str:
        """One benchmark in a process of its own, its words shown and kept. `may_find`: exit 1 says what was found."""
        print(f"\n## {name} {' '.join(arguments)}", flush=True)
        environment = {**os.environ, **({"FUPIN_DATA": data} if data else {})}
        began, said = time.perf_counter(), []
        command = [sys.executable, "-m", name, *arguments]
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for line in process.stdout:
                print(line, end="", flush=True)
                said.append(line)
        if process.returncode and not (may_find and process.returncode == 1):
            raise SystemExit(f"{name}: {process.returncode}")
        text = "".join(said)
        self.sections.append((f"{name} ({time.perf_counter() - began:.0f} s)", text))
        if process.returncode:
            self.faults += [line.strip() for line in said if re.search("above the|below the", line)]
        return text

    def reds(self) -> list[str]:
        """The ratios that are more than 30 % worse than the documented ones."""
        known = documented(self.sizes)
        worse = {
            n: known[n] / v if n in HIGHER_IS_BETTER else v / known[n] for n, v in self.ratios.items() if n in known
        }
        return [name for name, times in worse.items() if times > RED]

    def report(self) -> str:
        """Everything as Markdown."""
        red, known = self.reds(), documented(self.sizes)
        lines = [f"# Benchmarks, {datetime.now().astimezone():%Y-%m-%d %H:%M}", "",
                 f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end; {self.sizes}.", "",
                 "| ratio | now | documented | |", "|---|---:|---:|---|"]  # fmt: skip
        for name, value in self.ratios.items():
            held = f"{known[name]:.2f}" if name in known else "other sizes"
            lines.append(f"| {name} | {value:.2f} | {held} | {'**RED**' if name in red else ''} |")
        lines += ["", *(f"- {fault}" for fault in self.faults)]
        for title, text in self.sections:
            shown = text if text.lstrip().startswith("|") or "\n|" in text else f"```\n{text}```\n"
            lines += ["", f"## {title}", "", shown]
        return "\n".join(lines) + "\n"


def ratio_of(text: str, words: str) -> float:
    """The number behind some words of what a benchmark printed."""
    found = re.search(re.escape(words) + r"[^:;]*: ([\d.]+)", text)
    if found is None:
        raise SystemExit(f"no “{words}” in the output")
    return float(found[1])


def everything(bench: Bench, folder: str, persons: str, households: str, demonstration: list[str]) -> None:
    """All benchmarks with their ratios."""
    made = bench.run("bench.synth", households)
    bench.ratios["synthetic register ÷ the same random numbers and bytes"] = json.loads(made)["ratio"]
    imports, shown = f"{folder}/import", f"{folder}/demonstration"
    bench.run("fupin", "init", data=imports)
    staged = bench.run("bench.import_bench", persons, data=imports)
    bench.ratios["staged import ÷ bare insert"] = ratio_of(staged, "staged ÷ bare insert")
    bench.ratios["staged import ÷ django-import-export"] = ratio_of(staged, "staged ÷ django-import-export")
    bench.run("fupin", "demo", "--no-serve", *demonstration, data=shown)
    figures = json.loads(bench.run("bench.figures", "--data", shown, data=shown))
    bench.ratios["whole extract ÷ SQLite's backup"] = figures["extract_ratio"]
    each = [one["ratio"] for one in figures["figures"].values() if one["ratio"]]
    bench.ratios["a figure ÷ bare count over its columns"] = statistics.median(each)
    bench.run("bench.pages", "--data", shown, data=shown, may_find=True)
    rounds = bench.run("bench.procedures_bench", may_find=True)
    for words in ("begun ÷ bare bulk_create", "plain Django ÷ many at once", "table ÷ records fetched by the ORM"):
        bench.ratios[words] = ratio_of(rounds, words)
    notice = _last(bench.run("bench.notices_bench", may_find=True))
    bench.ratios["a public notice ÷ the same server's idle answer"] = notice["notice / idle"]
    papers = _last(bench.run("bench.documents_bench"))
    bench.ratios["a PDF with its codes ÷ bare WeasyPrint"] = papers["pdf"]
    bench.ratios["a Word file with its codes ÷ bare docxtpl"] = papers["word"]


def _last(text: str) -> dict[str, float]:
    """The figures that a benchmark says in its last line."""
    return dict(json.loads(text.strip().splitlines()[-1]))


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--persons", default="60000", help="persons of the staged import")
    parser.add_argument("--households", default="100000", help="households of the synthetic register")
    parser.add_argument("--demonstration", default="", help="households of the demonstration (its own figures)")
    parser.add_argument("--region", action="store_true", help="figures and pages with the region loaded")
    parser.add_argument("--report", default="bench-report.md")
    parser.add_argument("--accept", action="store_true", help="take this run's ratios as the documented ones")
    asked = parser.parse_args()
    sizes = {name: str(getattr(asked, name)) for name in ("persons", "households", "demonstration", "region")}
    size = ["--households", asked.demonstration] if asked.demonstration else []
    bench = Bench(sizes)
    with tempfile.TemporaryDirectory(prefix="fupin-bench-") as folder:
        everything(bench, folder, asked.persons, asked.households, [*(["--region"] if asked.region else []), *size])
    if asked.accept:
        kept = {"sizes": sizes, "ratios": bench.ratios}
        DOCUMENTED.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    report = bench.report()
    Path(asked.report).write_text(report, encoding="utf-8")
    print(f"\n{asked.report}")
    wrong = [*(f"RED: {name}" for name in bench.reds()), *bench.faults]
    print(*wrong, sep="\n")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())

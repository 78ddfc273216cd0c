"""The staged import against its targets and its peers: `python -m bench.import_bench [PERSONS] [--preload N] [--kind csv]`.

Prints a markdown table. The database is that of `FUPIN_DATABASE` (SQLite in `FUPIN_DATA` by default) and must be an
instance made for this. Every import is the command `fupin import` in a process of its own, from file opened to
searchable; its memory is what all its processes hold together (sampled each second, without mapped files). Meanwhile somebody else
writes twice a second: the longest that they waited is told. Beside it stand the peers of `bench.import_peers`.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

ON = "2018-12-31"
SAMPLE_SECONDS = 1.0
WRITE_SECONDS = 0.5


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("persons", type=int, nargs="?", default=600_000)
    asked.add_argument("--preload", type=int, default=0, help="persons that are in the register before")
    asked.add_argument("--kind", choices=("csv", "parquet", "xlsx"), default="csv", help="kind of the person file")
    asked.add_argument("--sample", type=int, default=100_000, help="persons whose rows the bare insert writes again")
    options = asked.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fupin.config.settings")
    import django

    django.setup()
    from bench import import_peers

    print("| step | rows | s | rows/min | CPU s | peak MB | longest wait of another writer, ms |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory(prefix="fupin-bench-") as folder:
        if options.preload:
            load(Path(folder) / "before", options.preload, start=0, kind="csv")
        rate, run = load(Path(folder) / "measured", options.persons, start=options.preload + 10_000, kind=options.kind)
    bare = import_peers.bare_insert(run, options.sample)
    peer = import_peers.import_export(run)
    print(f"\nload average {', '.join(f'{each:.1f}' for each in os.getloadavg())} on {os.cpu_count()} cores")
    print(
        f"\nstaged ÷ bare insert of the same rows: {rate / bare:.2f}; staged ÷ django-import-export: {rate / peer:.1f}"
    )


def villages() -> list[str]:
    from fupin.divisions.queries import tree

    return [node.code for node in tree() if node.level == "village"]


def load(folder: Path, persons: int, *, start: int, kind: str) -> tuple[float, int]:
    """Import households, then persons; the rate of the persons, and the number of their import."""
    from bench.made_up import write_csv

    one, two, _households = write_csv(folder, persons, villages(), seed=start + 1, start=start)
    two = {"csv": lambda path: path, "parquet": as_parquet, "xlsx": as_workbook}[kind](two)
    carry("households", one)
    return carry("persons", two)


def carry(ledger: str, path: Path) -> tuple[float, int]:
    """One staged import; its rate in rows a minute, and its number."""
    before, began = cpu(), time.perf_counter()
    command = [sys.executable, "-m", "fupin", "import", ledger, str(path), "--on", ON, "--json"]
    # Standard error tells the progress line by line: nobody reads it here.
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        watch = Watch(process.pid)
        assert process.stdout is not None
        # The answer comes when everything can be found; the command then seals the trail.
        answer = process.stdout.readline()
        seconds = time.perf_counter() - began
        process.wait()
        watch.end()
    found = json.loads(answer)
    assert not found["rejected"], found
    say(f"staged {ledger} {path.suffix}", found["read"], seconds, cpu() - before, watch)
    return found["read"] / seconds * 60, newest_run()


def newest_run() -> int:
    from fupin.core.imports.models import ImportRun

    return ImportRun.objects.latest("pk").pk


class Watch:
    """What an import holds in memory, and how long another writer waits beside it."""

    def __init__(self, pid: int) -> None:
        self.peak_mb, self.longest_ms = 0, 0.0
        self._pid, self._is_over = pid, threading.Event()
        self._threads = [threading.Thread(target=each, daemon=True) for each in (self._weigh, self._write)]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        self._is_over.set()
        for thread in self._threads:
            thread.join()

    def _weigh(self) -> None:
        while not self._is_over.wait(SAMPLE_SECONDS):
            self.peak_mb = max(self.peak_mb, sum(map(held_kb, family(self._pid))) // 1024)

    def _write(self) -> None:
        from django.db import connection, transaction

        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE IF NOT EXISTS bench_beside (at double precision)")
            while not self._is_over.wait(WRITE_SECONDS):
                began = time.perf_counter()
                with transaction.atomic():
                    cursor.execute("INSERT INTO bench_beside VALUES (1)")
                self.longest_ms = max(self.longest_ms, (time.perf_counter() - began) * 1000)
        connection.close()


def family(pid: int) -> list[int]:
    """A process and all that it started."""
    parents: dict[int, list[int]] = {}
    for each in Path("/proc").iterdir():
        if each.name.isdigit():
            with suppress(OSError):
                parent = int((each / "stat").read_text().rsplit(")", 1)[1].split()[1])
                parents.setdefault(parent, []).append(int(each.name))
    found = [pid]
    for one in found:
        found += parents.get(one, [])
    return found


def held_kb(pid: int) -> int:
    """What a process holds in memory, without mapped files, which the system takes back when it likes."""
    with suppress(OSError):
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return sum(int(line.split()[1]) for line in lines if line.startswith(("RssAnon:", "RssShmem:")))
    return 0


def say(step: str, rows: int, seconds: float, used: float, watch: Watch | None = None) -> None:
    beside = f"{watch.peak_mb:,} | {watch.longest_ms:.0f}" if watch else " | "
    print(f"| {step} | {rows:,} | {seconds:.1f} | {rows / seconds * 60:,.0f} | {used:.1f} | {beside} |", flush=True)


def cpu() -> float:
    """Seconds of this process and of those that it started."""
    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(use.ru_utime + use.ru_stime for use in map(resource.getrusage, whose))


def as_parquet(path: Path) -> Path:
    """The same rows as Parquet, every cell a text."""
    import polars

    target = path.with_suffix(".parquet")
    polars.read_csv(path, infer_schema=False).write_parquet(target)
    return target


def as_workbook(path: Path) -> Path:
    """The same rows as .xlsx."""
    import rustpy_xlsxwriter

    target = path.with_suffix(".xlsx")
    with path.open(encoding="utf-8", newline="") as file:
        rustpy_xlsxwriter.write_worksheet(list(csv.DictReader(file)), str(target))
    return target


if __name__ == "__main__":
    main()

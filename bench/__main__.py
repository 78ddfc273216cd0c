"""Every benchmark, one after another, in instances made for it: `python -m bench [--households N]`.

Each stands beside a peer or a physical limit in the same run and reports ratios; docs/performance.md keeps the figures of
the last run. What it makes lies in a temporary folder and is removed at the end.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile


def run(name: str, *arguments: str, data: str = "") -> None:
    """One benchmark in a process of its own; a failing one ends the run with its exit code."""
    print(f"\n## {name}", flush=True)
    environment = {**os.environ, **({"FUPIN_DATA": data} if data else {})}
    subprocess.run([sys.executable, "-m", name, *arguments], env=environment, check=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--persons", default="60000", help="persons of the staged import")
    parser.add_argument("--households", default="100000", help="households of the synthetic register")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fupin-bench-") as folder:
        run("bench.synth", asked.households)
        imports, demonstration = f"{folder}/import", f"{folder}/demonstration"
        run("fupin", "init", data=imports)
        run("bench.import_bench", asked.persons, data=imports)
        run("fupin", "demo", "--no-serve", data=demonstration)
        run("bench.figures", "--data", demonstration, data=demonstration)
        run("bench.pages", "--data", demonstration, data=demonstration)


if __name__ == "__main__":
    main()

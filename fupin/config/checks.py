"""What `make check` holds beside format, lint, types and contracts: migrations, policy, texts, documents.

`python -m fupin.config.checks` prints every fault and ends with 1 where there is one.
"""

from __future__ import annotations

import io
import os
import re
import sys
from pathlib import Path

import django
from django.core.management import call_command

PROJECT = Path(__file__).resolve().parent.parent.parent


def migration_faults() -> list[str]:
    """Models that no migration follows."""
    out = io.StringIO()
    try:
        call_command("makemigrations", check=True, dry_run=True, stdout=out, stderr=out)
    except SystemExit:
        return [f"迁移缺失 migrations missing: {line}" for line in out.getvalue().splitlines() if line.strip()]
    return []


_LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(#[^)]*)?\)")
_PATH = re.compile(r"`((?:fupin|docs|tests|bench|frontend)/[\w./-]+)`")


def document_faults() -> list[str]:
    """Links and paths in the documents that lead nowhere."""
    found = []
    for document in [*PROJECT.glob("*.md"), *PROJECT.glob("docs/**/*.md"), *PROJECT.glob("fupin/**/README.md")]:
        text = document.read_text(encoding="utf-8")
        name = document.relative_to(PROJECT)
        for target, _ in _LINK.findall(text):
            if "://" not in target and not target.startswith("mailto:") and not (document.parent / target).exists():
                found.append(f"{name}: 链接无效 dead link: {target}")
        found += [
            f"{name}: 路径不存在 no such path: {path}"
            for path in _PATH.findall(text)
            if not (PROJECT / path.rstrip("/")).exists()
        ]
    return found


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fupin.config.settings")
    django.setup()
    from fupin import policy
    from fupin.config import documents, messages

    late = [f"{name}: 请运行 make docs; run make docs" for name in documents.outdated()]
    faults = [*migration_faults(), *policy.check(), *messages.faults(), *late, *document_faults()]
    print(*faults, sep="\n", end="\n" if faults else "")  # noqa: T201 (the command's output)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

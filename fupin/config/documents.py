"""Documents that are made from the code: settings, tables, procedures. `python -m fupin.config.documents` writes them.

With `--check` it writes nothing and names what is out of date; a test holds them to the code.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from fupin.config import licences
from fupin.config.rules_page import rules_page
from fupin.config.words_page import glossary_page, operations_page

PROJECT = Path(__file__).resolve().parent.parent.parent
_NOTE = "<!-- 由程序生成：make docs。Made from the code: make docs. -->\n\n"


def settings_page() -> str:
    """The settings reference, from the one table that settings are read from."""
    from fupin.config.environment import SETTINGS

    lines = ["# 设置 Settings", "", "全部由环境变量给出。All settings are environment variables.", ""]
    lines += ["| 名称 Name | 默认 Default | 说明 | Description |", "| --- | --- | --- | --- |"]
    for setting in SETTINGS:
        default = f"`{setting.default}`" if setting.default else "（空 empty）"
        secret = "（保密 secret）" if setting.is_secret else ""
        lines.append(
            f"| `{setting.name}` | {default} | {setting.chinese}{secret} | {setting.english} |".replace(
                "k2:hex,k1:hex", "`k2:hex,k1:hex`"
            )
        )
    return "\n".join(lines) + "\n"


def dictionary_page() -> str:
    """The data dictionary: every table and column with its meaning, type, and code in the national register."""
    from django.apps import apps

    lines = ["# 数据字典 Data dictionary", ""]
    for app in sorted(apps.get_app_configs(), key=lambda config: config.label):
        own = [model for model in app.get_models() if model.__module__.startswith("fupin.")]
        if own:
            lines += [f"## {app.label}", ""]
        for model in own:
            lines += [*_table(model), ""]
    return "\n".join(lines).rstrip() + "\n"


def _table(model: type) -> list[str]:
    meta = model._meta  # type: ignore[attr-defined]
    meaning = (model.__doc__ or "").strip().split("\n")[0]
    lines = [f"### `{meta.db_table}`", "", meaning, "", "| 列 | 含义 | 类型 | 国家系统 |", "| --- | --- | --- | --- |"]
    for field in meta.concrete_fields:
        kind = type(field).__name__.removesuffix("Field")
        if field.max_length and kind == "Char":
            kind += f"({field.max_length})"
        if field.is_relation:
            kind = f"→ `{field.related_model._meta.db_table}`"
        empty = "" if not field.null else "，可空"
        lines.append(
            f"| `{field.column}` | {_label(field)} | {kind}{empty} | {getattr(field, 'db_comment', None) or ''} |"
        )
    return lines


def _label(field: object) -> str:
    """The Chinese label; relations without one are called by what they point to, ids by what they are."""
    name = str(field.verbose_name)  # type: ignore[attr-defined]
    return "主键" if name in ("ID", "id") else name


def procedures() -> dict[str, Callable[[], str]]:
    """A page for every procedure, drawn from the table that the engine works by."""
    from fupin.config import wiring
    from fupin.core import steps

    names = {f"{one.name}-{one.edition}" if one.edition else one.name: one for one in wiring.PROCEDURES}
    return {f"docs/procedures/{name}.md": lambda one=one: steps.markdown(one) for name, one in names.items()}  # type: ignore[misc]


def documents() -> dict[str, Callable[[], str]]:
    """Every generated document: where it lies and what makes it."""
    return {
        "docs/api-operations.md": operations_page,
        "docs/data-dictionary.md": dictionary_page,
        "docs/glossary.md": glossary_page,
        "docs/operations/settings.md": settings_page,
        "docs/quality-rules.md": rules_page,
        **procedures(),
    }


def outdated() -> list[str]:
    """The documents that do not say what the code says."""
    late = [name for name, make in documents().items() if not _is_current(PROJECT / name, make())]
    # What is installed differs between platforms; what the locks name does not.
    return late if licences.names_all() else [*late, licences.NAME]


def _is_current(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == _NOTE + text


def main() -> int:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fupin.config.settings")
    django.setup()
    if "--check" in sys.argv:
        late = outdated()
        sys.stdout.write("".join(f"{name}: 请运行 make docs\n" for name in late))
        return 1 if late else 0
    for name, make in documents().items():
        path = PROJECT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_NOTE + make(), encoding="utf-8")
    (PROJECT / licences.NAME).write_text(licences.third_party(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Whether the database has the tables that this version of the program expects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Schema:
    """The state of the database against the program: `empty`, `older`, `newer` or `current`, with the differences."""

    state: Literal["empty", "older", "newer", "current"]
    missing: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    def sentence(self) -> str:
        """What stands against serving, and the mend; empty when all is well."""
        if self.state == "empty":
            return _("数据库是空的，请先运行 fupin init")
        if self.state == "older":
            return _("数据库的结构比程序旧（缺 %(names)s），请先备份，再运行 fupin init 升级") % {
                "names": _few(self.missing)
            }
        if self.state == "newer":
            return _("数据库由更新的程序建立（多出 %(names)s），请改用该版本的程序，不要用旧程序写入") % {
                "names": _few(self.unknown)
            }
        return ""


def _few(names: tuple[str, ...]) -> str:
    return "、".join(names[:3]) + (_(" 等 %(count)d 项") % {"count": len(names)} if len(names) > 3 else "")


def schema() -> Schema:
    """Compare the migrations that the database has with those that the program brings."""
    executor = MigrationExecutor(connection)
    loader = executor.loader
    if not loader.applied_migrations:
        return Schema("empty")
    labels = {app for app, _name in loader.disk_migrations}
    known = set(loader.disk_migrations) | {old for new in loader.replacements.values() for old in new.replaces}
    unknown = sorted(
        f"{app}.{name}" for app, name in loader.applied_migrations if app in labels and (app, name) not in known
    )
    if unknown:
        return Schema("newer", unknown=tuple(unknown))
    plan = executor.migration_plan(loader.graph.leaf_nodes())
    missing = tuple(f"{step.app_label}.{step.name}" for step, _backwards in plan)
    return Schema("older", missing=missing) if missing else Schema("current")


def require_current() -> None:
    """Refuse to work with an older or newer database. Raises ImproperlyConfigured with the mend."""
    sentence = schema().sentence()
    if sentence:
        raise ImproperlyConfigured(sentence)

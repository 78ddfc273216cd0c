"""The group that finds a command's module, and the frame around each run: exit codes, JSON, Django."""

import contextlib
import importlib
import os
import sys
import traceback
from typing import Any

import click
import orjson

from fupin import __version__
from fupin.cli.words import say, speak

speak()  # before any command is declared: some of the library's texts are taken then

GROUPS = {
    "instance": say("系统", "Instance"),
    "data": say("数据", "Data"),
    "accounts": say("账户", "Accounts"),
}
COMMANDS: dict[str, tuple[str, str, str, str]] = {
    # name: (module:function, group, Chinese help, English help)
    "audit": ("fupin.cli.audit:audit", "instance", "审计记录：verify", "the trail: verify"),
    "backup": ("fupin.cli.backups:backup", "instance", "备份（不含密钥）", "back up (without keys)"),
    "check": ("fupin.cli.check:check", "data", "按质量规则检查全库", "check the register by the quality rules"),
    "explain": ("fupin.cli.explain:explain", "data", "一条规则为何命中或未命中", "why a rule does or does not hold"),
    "export": ("fupin.cli.exports:export", "data", "导出", "export"),
    "import": ("fupin.cli.imports:import_", "data", "分阶段导入", "staged import"),
    "compare": ("fupin.cli.compare:compare", "data", "与部门数据比对", "compare a department's file"),
    "demo": ("fupin.cli.demo:command", "instance", "演示实例（合成数据）", "a demonstration with synthetic data"),
    "figures": (
        "fupin.cli.figures:figures",
        "data",
        "计算指标，或与已公布的指标比对",
        "figures, or compare with published ones",
    ),
    "init": ("fupin.cli.instance:init", "instance", "建立或升级数据库", "create or upgrade the database"),
    "keys": ("fupin.cli.keys:keys", "instance", "密钥：rotate status", "keys: rotate status"),
    "letters": (
        "fupin.cli.letters:letters",
        "data",
        "比对函：list take answer",
        "letters to departments: list take answer",
    ),
    "ledgers": ("fupin.cli.ledgers:ledgers", "data", "台账清单", "the record types"),
    "signs": (
        "fupin.cli.signs:signs",
        "data",
        "数字脱贫痕迹，供人工核实",
        "signs of made-up figures, for a person to look",
    ),
    "restore": ("fupin.cli.backups:restore", "instance", "恢复到空的地方", "restore into an empty place"),
    "serve": ("fupin.cli.instance:serve", "instance", "启动网页、接口和后台任务", "web, API and job workers"),
    "worker": ("fupin.cli.instance:worker", "instance", "只运行后台任务", "job worker only"),
    "template": ("fupin.cli.imports:template", "data", "导入模板", "the import workbook"),
    "snapshot": ("fupin.cli.snapshot:snapshot", "data", "冻结年度：--year verify", "freeze a year: --year, verify"),
    "synth": ("fupin.cli.synth:command", "data", "生成合成数据文件", "synthetic files without a database"),
    "tokens": (
        "fupin.cli.tokens:tokens",
        "data",
        "部门自制令牌文件（不需数据库）",
        "tokens made at the department",
    ),
    "token": ("fupin.cli.accounts:token", "accounts", "接口令牌：add", "API tokens: add"),
    "user": ("fupin.cli.accounts:user", "accounts", "用户：add", "users: add"),
}


class Commands(click.Group):
    """Commands by name; a module is imported only when its command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, function = COMMANDS[cmd_name][0].partition(":")
        return getattr(importlib.import_module(module), function)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        groups: dict[str, list[tuple[str, str]]] = {}
        for name, (_, group, chinese, english) in COMMANDS.items():
            groups.setdefault(group, []).append((name, say(chinese, english)))
        for group, rows in groups.items():
            with formatter.section(GROUPS[group]):
                formatter.write_dl(rows)


@click.command(
    cls=Commands,
    help=say("Fupin 精准扶贫：建档立卡与防返贫监测系统", "Fupin: the targeted-poverty-alleviation register"),
)
@click.version_option(__version__)
@click.option("--database", metavar="URL", envvar="FUPIN_DATABASE", help="sqlite:///… | postgresql://…")
def commands(database: str | None) -> None:
    if database:
        os.environ["FUPIN_DATABASE"] = database


def prepare(*, is_serving: bool = False) -> None:
    """Load Django with the settings of this instance. What a command refuses is said in the language of the command
    line; what serves others speaks that of each of them, and writes down what happens in its own."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fupin.config.settings")
    django.setup()
    if not is_serving:
        from django.utils import translation

        translation.activate(say("zh-hans", "en"))


def prepare_database(*, is_serving: bool = False) -> None:
    """Load Django, and refuse a database that is empty, older or newer than the program: nothing is read or written.

    Every command that works in the database calls it first, but for those that prepare one.
    """
    prepare(is_serving=is_serving)
    from fupin.core.schema import require_current

    require_current()


def answer(document: dict[str, Any], *, as_json: bool, text: str) -> None:
    """Print the result: one JSON document, or the text for a reader."""
    if as_json:
        sys.stdout.buffer.write(orjson.dumps(document, default=str, option=orjson.OPT_APPEND_NEWLINE))
        sys.stdout.flush()
    else:
        click.echo(text)


def main() -> None:
    """The entry point: turns faults into exit codes and one sentence on standard error.

    Whatever a command or a server writes, the database first of all, is its owner's alone to read.
    """
    os.umask(0o077)
    try:
        code = commands(_database_first(sys.argv[1:]), standalone_mode=False) or 0
        _seal()
        sys.exit(code)
    except click.ClickException as fault:
        fault.show()
        sys.exit(2)
    except click.Abort:
        sys.exit(130)
    except Exception as fault:
        sys.exit(_explain(fault))


def _database_first(arguments: list[str]) -> list[str]:
    """`--database URL` may stand behind the command too."""
    for at, argument in enumerate(arguments):
        if argument == "--database" and at + 1 < len(arguments):
            return [*arguments[at : at + 2], *arguments[:at], *arguments[at + 2 :]]
        if argument.startswith("--database="):
            return [argument, *arguments[:at], *arguments[at + 1 :]]
    return arguments


def _seal() -> None:
    """At the end of each command that had the database: what it did is sealed."""
    from django.apps import apps

    if not apps.ready:
        return
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.db import DatabaseError

    from fupin.core import seals

    stored = settings.DATABASES["default"]
    if stored["ENGINE"].endswith("sqlite3") and not os.path.exists(stored["NAME"]):
        return  # a command that needs none has made none, and looking would
    with contextlib.suppress(DatabaseError, ImproperlyConfigured):
        seals.seal_trail(patience=2.0)


def _explain(fault: Exception) -> int:
    """The exit code for a fault, after saying what it is. A fault of the program keeps its traceback, and is never taken
    for a finding (1)."""
    from django.core.exceptions import ImproperlyConfigured
    from django.db import InterfaceError, OperationalError, ProgrammingError

    from fupin.config.database import UnknownDatabase
    from fupin.core.refusals import Refused

    if isinstance(fault, Refused):
        click.echo(str(fault), err=True)
        return 2
    if isinstance(fault, UnknownDatabase | ImproperlyConfigured):
        click.echo(str(fault), err=True)
        return 2
    if isinstance(fault, OperationalError | InterfaceError | ProgrammingError | OSError):
        click.echo(say(f"环境故障：{fault}", f"Environment fault: {fault}"), err=True)
        return 3
    traceback.print_exception(fault)
    return 3

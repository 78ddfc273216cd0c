"""`fupin demo`: an instance with a made-up register to look at and work with, served at once."""

from __future__ import annotations

import json
import time
from typing import Any

import click

from fupin.cli.addresses import require_free
from fupin.cli.group import answer, prepare
from fupin.cli.words import say

TODAY = {"region": "2016-12-31", "present": "2026-03-31"}
"""The day on which a demonstration stands, where it is not the end of the banner's story."""


@click.command(
    help=say("建立演示实例（合成数据）并启动", "A demonstration instance with synthetic data, served at once")
)
@click.option("--banner", metavar="CODE", default="150522", help=say("旗县代码（默认科左后旗）", "banner code"))
@click.option("--region", "kind", flag_value="region", help=say("全区 25 万户", "the region, 250,000 households"))
@click.option(
    "--documents", "kind", flag_value="documents", help=say("五个地方同在一库", "all five places in one database")
)
@click.option(
    "--present", "kind", flag_value="present", help=say("2026 年：新词汇、一件办理中的监测对象案卷",
                                                       "2026: its words, and a case of monitoring under way"),
)  # fmt: skip
@click.option("--households", type=click.IntRange(20), help=say("户数", "number of households"))
@click.option("--no-serve", is_flag=True, help=say("只装入不启动", "load only"))
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--json", "as_json", is_flag=True)
def command(banner: str, kind: str | None, households: int | None, no_serve: bool, host: str, port: int,
            as_json: bool) -> None:  # fmt: skip
    started = time.monotonic()
    if not no_serve:
        require_free(host, port)
    document = _kept() or _build(kind or "banner", banner, households, started)
    if no_serve:
        _print(document, as_json)
        return
    from fupin.config import serving
    from fupin.config.paths import data_folder
    from fupin.demonstration import jobs

    jobs.wire()
    jobs.ask()

    log_file = data_folder() / "serve.log"
    log_file.write_bytes(b"")

    def ready(url: str) -> None:
        document["url"] = url
        document["seconds"] = round(time.monotonic() - started, 1)
        document["log"] = str(log_file)
        _print(document, as_json)

    serving.serve(host=host, port=port, ready=ready, log_to=log_file)


def _kept() -> dict[str, Any] | None:
    """A demonstration that was loaded before is served as it stands."""
    from fupin.config.paths import data_folder

    marker = data_folder() / "demonstration"
    if not marker.exists() or "households" not in (kept := json.loads(marker.read_text(encoding="utf-8"))):
        return None
    prepare(is_serving=True)
    return {
        "households": kept["households"],
        "persons": kept["persons"],
        "seconds": 0.0,
        "url": "",
        "accounts": kept["accounts"],
    }


def _build(kind: str, banner: str, households: int | None, started: float) -> dict[str, Any]:
    """Make the instance and load it. The marker comes first: it is what makes the instance a demonstration."""
    from fupin.cli.instance import _ensure_keys
    from fupin.config.paths import data_folder

    folder = data_folder()
    folder.mkdir(parents=True, exist_ok=True)
    _refuse_a_real_one(folder)
    today = TODAY.get(kind, "2018-12-31")
    (folder / "demonstration").write_text(json.dumps({"today": today}), encoding="utf-8")
    _ensure_keys()
    prepare(is_serving=True)
    from fupin.config.preparation import prepare_instance
    from fupin.core import seals
    from fupin.demonstration import places
    from fupin.synthetic.refusal import Impossible

    def tell(phase: str) -> None:
        click.echo(f"{time.monotonic() - started:6.1f} s  {phase}", err=True)

    try:
        with places.told_beside(kind, banner, households) as told:
            tell(say("建库", "database"))
            prepare_instance()
            _refuse_a_peopled_one(folder)
            loaded = places.load(kind, banner, households, tell, told)
    except Impossible as refusal:
        raise click.UsageError(say(refusal.chinese, refusal.english)) from None
    seals.seal_trail()
    kept = {"today": today, "households": loaded.households, "persons": loaded.persons, "accounts": loaded.accounts}
    marker = folder / "demonstration"
    marker.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
    marker.chmod(0o600)
    return {
        "households": loaded.households, "persons": loaded.persons, "seconds": round(time.monotonic() - started, 1),
        "url": "", "accounts": loaded.accounts, "files": loaded.files,
    }  # fmt: skip


def _refuse_a_real_one(folder: Any) -> None:
    """A data folder that holds an instance which is no demonstration is never touched; a half-made one starts over."""
    files = list(folder.glob("fupin.sqlite3*"))
    if files and not (folder / "demonstration").exists():
        raise click.UsageError(
            say(
                f"{folder} 中已有一个正式实例，请用 FUPIN_DATA 另指一个空目录",
                f"{folder} holds an instance already: name an empty folder by FUPIN_DATA",
            )
        )
    for file in files:
        file.unlink()


def _refuse_a_peopled_one(folder: Any) -> None:
    """The same for a database elsewhere: one with users in it is no fresh one."""
    from fupin.accounts.models import User

    if User.objects.exists():
        (folder / "demonstration").unlink()
        raise click.UsageError(
            say(
                "数据库中已有用户，演示只装入空库，请另指一个数据库",
                "the database has users: a demonstration goes into an empty one",
            )
        )


def _print(document: dict[str, Any], as_json: bool) -> None:
    lines = [
        say(
            f"演示数据（合成）：{document['households']} 户 {document['persons']} 人，{document['seconds']} 秒",
            f"Demonstration (synthetic): {document['households']} households, {document['persons']} persons, "
            f"{document['seconds']} s",
        )
    ]
    if document["url"]:
        lines.append(say(f"打开 {document['url']} 登录：", f"Open {document['url']} and sign in:"))
    lines += [f"  {a['username']:<11} {a['password']}   {a['name']} · {a['place']}" for a in document["accounts"]]
    if document["url"]:
        lines.append(
            say(f"日志写入 {document['log']}；按 Ctrl-C 停止。", f"The log is {document['log']}; Ctrl-C stops.")
        )
    else:
        lines.append(
            say(
                "首次用 fupin demo 启动时，后台检查一遍并办理一部分问题；只检查的，运行 fupin check。",
                "When fupin demo first serves it, the worker makes a check and answers a part of it; "
                "fupin check makes a check alone.",
            )
        )
    answer(document, as_json=as_json, text="\n".join(lines))

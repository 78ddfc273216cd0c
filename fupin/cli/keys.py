"""`fupin keys`: the field key, the index key and the seal key are changed while the register runs."""

import os
from pathlib import Path
from typing import Any

import click

from fupin.cli.group import answer, prepare_database
from fupin.cli.words import say

VARIABLES = {"field": "FUPIN_FIELD_KEYS", "index": "FUPIN_INDEX_KEY", "seal": "FUPIN_SEAL_KEY"}
SETTLED_SECONDS = 3.0
"""Every process has taken up what `keys.env` says after so long: it looks every two seconds."""


@click.group(help=say("密钥", "Keys"))
def keys() -> None:
    pass


@keys.command(
    help=say(
        "换用新密钥（字段、检索或封存）并在后台更新已存内容；中断后再运行即继续",
        "Take a new key (field, index or seal) and renew what is stored in the background; run again to go on",
    )
)
@click.option(
    "--key", "which", type=click.Choice([*VARIABLES]), default="field", show_default=True,
    help=say("更换哪一种密钥", "which key to change"),
)  # fmt: skip
@click.option(
    "--no-new-key",
    is_flag=True,
    help=say("不生成新密钥，只用当前第一个", "make no new key, use the first that is there"),
)
@click.option("--wait/--no-wait", default=True, help=say("等待完成", "wait until it is done"))
@click.option("--json", "as_json", is_flag=True)
def rotate(which: str, no_new_key: bool, wait: bool, as_json: bool) -> int:
    from fupin.config.paths import data_folder

    if which == "seal":
        return 2 if _is_given_from_outside("seal") else _change_seal_key(data_folder(), as_json)
    if not no_new_key and (_is_given_from_outside(which) or not _add_key(which, data_folder())):
        return 2
    prepare_database()
    from fupin.core import index_renewal, jobs, rotation, sealing

    kind, mark = (
        (rotation.KIND, sealing.current_key_id()) if which == "field" else (index_renewal.KIND, sealing.index_mark())
    )
    row = jobs.enqueue(kind=kind, key=f"{kind}:{mark}", again=True)
    if wait:
        row = jobs.run_here(row)
    body = {**row.result, "key": mark, "state": row.state, "job": row.pk}
    answer(body, as_json=as_json, text=_told(which, mark, row.result))
    return 1 if row.state == "failed" else 0


def _is_given_from_outside(which: str) -> bool:
    name = VARIABLES[which]
    if not os.environ.get(name):
        return False
    more = (
        ""
        if which == "seal"
        else say("，再运行 fupin keys rotate --no-new-key", ", then run fupin keys rotate --no-new-key")
    )
    option = "" if which != "index" else " --key index"
    sentence = say(f"密钥由环境变量 {name} 给出：请停止所有进程，在其最前面加上新密钥（新,旧），重新启动{more}{option}",
                   f"The key comes from {name}: stop every process, put the new key first there (new,former), start again{more}{option}")  # fmt: skip
    click.echo(sentence, err=True)
    return True


def _add_key(which: str, folder: Path) -> bool:
    from fupin.config import keys as files

    name = ""
    if which == "field":
        name = f" {files.add_field_key(folder)}"
    else:
        files.add_index_key(folder, settled=SETTLED_SECONDS)
    _tell_of_the_copy(name)
    return True


def _tell_of_the_copy(name: str = "") -> None:
    sentence = say(
        f"已在 keys.env 中加入新密钥{name}，请更新密钥的备份",
        f"New key{name} in keys.env: renew the copy that you keep",
    )
    click.echo(sentence, err=True)


def _told(which: str, mark: str, result: dict[str, Any]) -> str:
    if which == "field":
        rotated = result.get("rotated", 0)
        return say(f"当前密钥 {mark}，已重新加密 {rotated} 项；旧密钥请保留到旧备份不再需要为止",
                   f"Key {mark}; {rotated} values re-encrypted. Keep old keys as long as old backups are kept")  # fmt: skip
    renewed = result.get("renewed", 0)
    former = {
        "imports": say("有导入正在写入，旧密钥暂留：导入结束后请再运行一次 fupin keys rotate --key index --no-new-key",
                       "Imports are being written and the former key stays: run fupin keys rotate --key index --no-new-key again when they have ended"),
        "environment": say("请从 FUPIN_INDEX_KEY 中去掉旧密钥，重新启动",
                           "Take the former key out of FUPIN_INDEX_KEY and start again"),
    }.get(result.get("former", ""), say("旧密钥已停用", "The former key is no longer used"))  # fmt: skip
    return say(f"已更新检索值 {renewed} 项。{former}", f"{renewed} search tokens made anew. {former}")


def _change_seal_key(folder: Path, as_json: bool) -> int:
    """What was done under the former key is sealed with it; from then on the new one seals, and both are kept."""
    from fupin.config import keys as files

    prepare_database()
    from fupin.core import audit, seals

    seals.seal_trail()
    files.add_seal_key(folder)
    _tell_of_the_copy()
    audit.record(by=None, act="keys.seal", subject="key:seal")
    sealed = seals.seal_trail()
    text = say("新封存密钥已启用；旧密钥用于核验以前的封存，请一直保留",
               "The new seal key is in use. Keep the former one: it proves the seals of its time")  # fmt: skip
    answer({"sealed": sealed}, as_json=as_json, text=text)
    return 0


@keys.command(help=say("各密钥加密了多少项", "How many values each key holds"))
@click.option("--json", "as_json", is_flag=True)
def status(as_json: bool) -> None:
    prepare_database()
    from fupin.core import index_renewal, rotation, sealing, seals

    counts, tokens = rotation.counts(), index_renewal.counts()
    body = {
        "current": sealing.current_key_id(),
        "counts": counts,
        "tokens": tokens,
        "seal_keys": len(seals.seal_keys()),
    }
    lines = [f"{name}  {count}" for name, count in sorted(counts.items())] or ["0"]
    present, former = tokens["present"], tokens["former"]
    lines.append(say(f"检索值：现用密钥 {present} 项，旧密钥 {former} 项",
                     f"Search tokens: {present} of the present key, {former} of a former one"))  # fmt: skip
    lines.append(say(f"封存密钥 {body['seal_keys']} 把", f"Seal keys: {body['seal_keys']}"))
    answer(body, as_json=as_json, text="\n".join(lines))

"""`fupin keys`: the field key is changed while the register runs."""

import click

from fupin.cli.group import answer, prepare_database
from fupin.cli.words import say


@click.group(help=say("密钥", "Keys"))
def keys() -> None:
    pass


@keys.command(
    help=say(
        "换用新密钥并在后台重新加密；中断后再运行即继续",
        "Take a new key and re-encrypt in the background; run again to go on",
    )
)
@click.option(
    "--no-new-key",
    is_flag=True,
    help=say("不生成新密钥，只用当前第一个", "make no new key, use the first that is there"),
)
@click.option("--wait/--no-wait", default=True, help=say("等待完成", "wait until it is done"))
@click.option("--json", "as_json", is_flag=True)
def rotate(no_new_key: bool, wait: bool, as_json: bool) -> int:
    from fupin.config import keys as files
    from fupin.config.paths import data_folder

    if not no_new_key and not _add_key(files, data_folder()):
        return 2
    prepare_database()
    from fupin.core import jobs, rotation, sealing

    row = jobs.enqueue(kind=rotation.KIND, key=f"{rotation.KIND}:{sealing.current_key_id()}", again=True)
    if wait:
        row = jobs.run_here(row)
    rotated = row.result.get("rotated", 0)
    answer(
        {"rotated": rotated, "key": sealing.current_key_id(), "state": row.state, "job": row.pk},
        as_json=as_json,
        text=say(f"当前密钥 {sealing.current_key_id()}，已重新加密 {rotated} 项；旧密钥请保留到旧备份不再需要为止",
                 f"Key {sealing.current_key_id()}; {rotated} values re-encrypted. Keep old keys as long as old backups are kept"),
    )  # fmt: skip
    return 1 if row.state == "failed" else 0


def _add_key(files: object, folder: object) -> bool:
    import os

    if os.environ.get("FUPIN_FIELD_KEYS"):
        sentence = say("密钥由环境变量 FUPIN_FIELD_KEYS 给出：请在其最前面加上新密钥，再运行 fupin keys rotate --no-new-key",
                       "Keys come from FUPIN_FIELD_KEYS: put the new key first there, then run fupin keys rotate --no-new-key")  # fmt: skip
        click.echo(sentence, err=True)
        return False
    name = files.add_field_key(folder)  # type: ignore[attr-defined]
    click.echo(
        say(
            f"已在 keys.env 中加入新密钥 {name}，请更新密钥的备份",
            f"New key {name} in keys.env: renew the copy that you keep",
        ),
        err=True,
    )
    return True


@keys.command(help=say("各密钥加密了多少项", "How many values each key holds"))
@click.option("--json", "as_json", is_flag=True)
def status(as_json: bool) -> None:
    prepare_database()
    from fupin.core import rotation, sealing

    counts = rotation.counts()
    lines = [f"{name}  {count}" for name, count in sorted(counts.items())]
    answer({"current": sealing.current_key_id(), "counts": counts}, as_json=as_json, text="\n".join(lines) or "0")

"""`fupin backup` and `fupin restore`: the register into one file and back."""

from pathlib import Path

import click

from fupin.cli.group import answer, prepare, prepare_database
from fupin.cli.words import say


@click.command(
    help=say(
        "备份全部数据到 FILE（可在使用中进行；不含密钥）", "Back up everything to FILE (while serving; without keys)"
    )
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True)
def backup(file: Path, as_json: bool) -> None:
    prepare_database()
    from fupin.core import backups

    manifest, sha256 = backups.take(file.resolve())
    answer(
        {"rows": manifest.rows, "sha256": sha256, "files": len(manifest.files), "tables": len(manifest.tables)},
        as_json=as_json,
        text=say(
            f"已备份 {manifest.rows} 行、{len(manifest.files)} 个文件，SHA-256 {sha256}。密钥不在其中，请另行保管 keys.env",
            f"{manifest.rows} rows, {len(manifest.files)} files, SHA-256 {sha256}. Keys are not in it: keep keys.env apart",
        ),
    )


@click.command(help=say("从 FILE 恢复到空的数据库和数据目录", "Restore FILE into an empty database and data folder"))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True)
def restore(file: Path, as_json: bool) -> int:
    from fupin.config.paths import data_folder

    data_folder().mkdir(parents=True, exist_ok=True)
    prepare()
    from fupin.core import backups
    from fupin.core.audit_verification import verify
    from fupin.core.refusals import Refused

    try:
        manifest = backups.restore(file)
    except Refused as refusal:
        raise click.UsageError("；".join(refusal.reasons)) from None
    report = verify()
    answer(
        {"rows": manifest.rows, "sha256": _sha256(file), "files": len(manifest.files), "entries": report.entries,
         "broken": report.broken},
        as_json=as_json,
        text=say(f"已恢复 {manifest.rows} 行、{len(manifest.files)} 个文件；审计核对 {report.entries} 条，异常 {report.faults} 处",
                 f"{manifest.rows} rows, {len(manifest.files)} files restored; {report.entries} audit entries, {report.faults} broken"),
    )  # fmt: skip
    return 1 if report.faults else 0


def _sha256(file: Path) -> str:
    import hashlib

    with file.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()

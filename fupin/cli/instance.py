"""`fupin init`, `fupin serve`, `fupin worker`: an instance is made and run."""

import click

from fupin.cli.addresses import require_free
from fupin.cli.group import answer, prepare, prepare_database
from fupin.cli.words import say


@click.command(
    help=say(
        "建立或升级数据库，装入区划和目录；可重复运行",
        "Create or upgrade the database, load divisions and catalogues; safe to repeat",
    )
)
@click.option("--json", "as_json", is_flag=True)
def init(as_json: bool) -> None:
    made = _ensure_keys()
    prepare()
    from fupin.config.preparation import prepare_instance

    counts = prepare_instance()
    text = say(
        f"数据库已就绪：区划 {counts['divisions']} 个，新装入 {counts['created']} 个",
        f"The database is ready: {counts['divisions']} divisions, {counts['created']} of them new",
    )
    answer(counts | {"keys": str(made) if made else None}, as_json=as_json, text=text)


def _ensure_keys() -> object:
    """Keys come before settings: they are read when Django is loaded."""
    from fupin.config import keys
    from fupin.config.paths import data_folder

    folder = data_folder()
    folder.mkdir(parents=True, exist_ok=True)
    made = keys.ensure(folder)
    if made:
        sentence = say(
            f"已生成密钥文件 {made}（仅本人可读），请另行妥善备份",
            f"Keys written to {made} (mode 0600): keep a copy apart",
        )
        click.echo(sentence, err=True)
    return made


@click.command(help=say("启动网页、接口和后台任务", "Web, API and job workers; stops cleanly"))
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option(
    "--workers", default=2, show_default=True, type=click.IntRange(1, 64), help=say("网页进程数", "web processes")
)
@click.option("--jobs/--no-jobs", default=True, help=say("是否同时运行后台任务", "with the job workers"))
def serve(host: str, port: int, workers: int, jobs: bool) -> None:
    prepare_database(is_serving=True)
    require_free(host, port)
    from fupin.config import serving

    serving.serve(host=host, port=port, workers=workers, jobs=jobs, ready=_tell)


def _tell(url: str) -> None:
    click.echo(say(f"已启动：{url}", f"Serving at {url}"), err=True)


@click.command(help=say("只运行后台任务（多机部署）", "Job worker only (for several machines)"))
@click.option("--quick", is_flag=True, help=say("只做短任务和定时任务", "short and periodic work only"))
def worker(quick: bool) -> None:
    prepare_database(is_serving=True)
    from django.conf import settings

    from fupin.core.worker import work
    from fupin.demonstration import jobs

    if settings.DEMONSTRATION:
        jobs.wire()
    work(quick_only=quick)

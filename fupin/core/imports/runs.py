"""The acts of a staged import: open, stage, accept, merge, cancel. Every one can be repeated after a crash."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from fupin.core import audit, clock, sealing
from fupin.core.duck import connect
from fupin.core.imports import checking, previewing
from fupin.core.imports.declaration import Intake, Work, intake, intakes
from fupin.core.imports.models import ImportRun
from fupin.core.refusals import Refused
from fupin.core.workbooks import reading, stamps

SILENT = timedelta(seconds=60)
"""A run that is at work and has not said so for this long has lost its process."""
MEMORY_MB = 384
State = ImportRun.State


@dataclass(frozen=True, slots=True)
class Given:
    """A file as it was given: where it lies and what the person calls it."""

    path: Path
    name: str


def folder_of(run: ImportRun) -> Path:
    """Where the run keeps its files; readable by the instance's own account only, removed when the run ends."""
    folder = Path(settings.DATA_FOLDER) / "imports" / str(run.pk)
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder


class Cancelled(Exception):
    """Somebody cancelled the import while it was being staged."""


def open_run(
    *, ledger: str, files: Sequence[Given], by: Any, on: date, division: int | None = None, posting: int | None = None,
    sheet: str = "", max_rejected: float | None = None, key: str | None = None, divisions: Sequence[int] | None = None,
) -> ImportRun:  # fmt: skip
    """Take files in. The same key, or the same unfinished import of the same files, is the run that is there already.

    `divisions` are those that the person may import into (None: all). Raises NotFound for an unknown record type and
    Refused where a key was used for other files, and for a day to come: what a file says holds already, and who is
    registered from a later day on is on no list until then.
    """
    intake(ledger)
    if on > clock.today():
        raise Refused(_("生效日期 %(day)s 晚于今天，请填写资料实际所指的日期") % {"day": on}, "future_day")
    options = {
        "sheet": sheet,
        "max_rejected": max_rejected,
        "divisions": None if divisions is None else list(divisions),
        "language": get_language(),
        "posting": audit.circumstances().posting,
    }
    digest = _digest(files, ledger, on, division, options)
    if key and (known := ImportRun.objects.filter(key=key).first()):
        if known.digest != digest:
            raise Refused(_("该幂等键已用于另一次导入"), "key_reused")
        return known
    unfinished = ImportRun.objects.filter(digest=digest, state=State.MERGING, user_id=getattr(by, "pk", None)).first()
    if unfinished is not None:
        return unfinished
    run = ImportRun(
        ledger=ledger, holds_on=on, division_id=division, digest=digest, key=key or None, options=options,
        user_id=getattr(by, "pk", None), posting_id=posting,
    )  # fmt: skip
    kept = []
    for at, given in enumerate(files):
        target = folder_of(run) / f"given-{at}{Path(given.name).suffix.lower()[:10]}"
        shutil.copyfile(given.path, target)
        kept.append({"name": given.name, "file": target.name, "bytes": target.stat().st_size})
    run.files = kept
    with transaction.atomic():
        run.save(force_insert=True)
        names = [given.name for given in files]
        audit.record(by=by, act="import.open", subject=f"import:{run.pk}", division=division,
                     detail={"ledger": ledger, "files": names, "on": on})  # fmt: skip
    return run


def _digest(files: Sequence[Given], ledger: str, on: date, division: int | None, options: dict[str, Any]) -> str:
    total = hashlib.sha256(orjson.dumps([ledger, on, division, options["sheet"]]))
    for given in files:
        with given.path.open("rb") as file:
            total.update(hashlib.file_digest(file, "sha256").digest())
    return total.hexdigest()


def work_of(run: ImportRun, *, by: Any = None, progress: Callable[[int, int, str], None] | None = None) -> Work:
    """The workbench of a run."""
    told = [0.0]

    def tell(done: int, total: int, phase: str) -> None:
        # The row is the screen's news and the sign of life; a merge writes its own progress with each chunk.
        if time.monotonic() - told[0] > 1 or phase != run.phase:
            told[0] = time.monotonic()
            run.phase, run.done, run.total = phase, done, total
            if run.state == State.STAGING and not _update(run, phase=phase, done=done, total=total):
                raise Cancelled
        if progress:
            progress(done, total, phase)

    allowed = run.options.get("divisions")
    return Work(
        run_id=run.pk, folder=folder_of(run), connection=connect(folder_of(run), memory_mb=MEMORY_MB), on=run.holds_on,
        by=by, division=run.division_id, divisions=None if allowed is None else frozenset(allowed), progress=tell,
        exported_at=run.options.get("exported_at", ""), columns_given=frozenset(run.options.get("columns", ())),
        index_mark=run.options.get("index_mark", ""),
    )  # fmt: skip


def _update(run: ImportRun, **fields: Any) -> bool:
    """Tell how far the staging is; False where somebody has cancelled it meanwhile."""
    rows = ImportRun.objects.filter(pk=run.pk, state=State.STAGING)
    return bool(rows.update(heartbeat_at=timezone.now(), **fields))


def stage(*, run: ImportRun, by: Any, progress: Callable[[int, int, str], None] | None = None) -> ImportRun:
    """Read, check and plan; nothing in the register changes. The run is READY afterwards, or REFUSED with the reason."""
    if run.state != State.STAGING:
        return run
    started = time.monotonic()
    record = intake(run.ledger)
    work = work_of(run, by=by, progress=progress)
    try:
        with _in_the_language_of(run):
            _read_and_plan(run, record, work)
    except Refused as refusal:
        run.state, run.refusal, run.finished_at = State.REFUSED, str(refusal), timezone.now()
        run.reasons = {refusal.code: 1}
        run = _end_staging(run)
        if run.state == State.REFUSED:
            _clear(run)
        return run
    except Exception:
        # Who cancels takes the files away: what fails then is no fault.
        if not ImportRun.objects.filter(pk=run.pk, state=State.CANCELLED).exists():
            raise
        return _end_staging(run)
    finally:
        work.connection.close()
    run.seconds = round(time.monotonic() - started, 3)
    limit = run.options.get("max_rejected")
    if limit is not None and run.read and run.rejected * 100 > limit * run.read:
        run.state, run.finished_at = State.REFUSED, timezone.now()
        with _in_the_language_of(run):
            sentence = _("退回 %(rejected)d 行，超过读入 %(read)d 行的 %(limit)s%%，全部未导入")
        run.refusal = sentence % {"rejected": run.rejected, "read": run.read, "limit": f"{limit:g}"}
    else:
        run.state = State.READY
    return _end_staging(run)


def _end_staging(run: ImportRun) -> ImportRun:
    """Keep what was found, unless the import was cancelled meanwhile: then what was staged goes. Where another process
    was faster, what it staged is what will be written."""
    with transaction.atomic():
        if ImportRun.objects.select_for_update().filter(pk=run.pk, state=State.STAGING).exists():
            run.save()
            return run
    run.refresh_from_db()
    if run.state == State.CANCELLED:
        _clear(run)
    return run


def _in_the_language_of(run: ImportRun) -> Any:
    """The language of the person who gave the file: what is said of it is kept, and the worker speaks only one."""
    return translation.override(run.options.get("language") or get_language())


def _read_and_plan(run: ImportRun, record: Intake, work: Work) -> None:
    work.progress(0, 0, _("读取文件"))
    kept = {each["file"] for each in run.files}
    for stale in work.folder.glob("*.parquet"):
        if stale.name not in kept:
            stale.unlink()
    staged: list[reading.Staged] = []
    for each in run.files:
        found = reading.stage(
            work.folder / each["file"], record.columns, work.folder, sheet=run.options.get("sheet", ""), name=each["name"],
            beat=lambda: work.progress(0, 0, _("读取文件")), judge=partial(_judge_stamp, record, each["name"], run),
        )  # fmt: skip
        staged += found.staged
        work.findings += found.findings
    work.exported_at = run.options.get("exported_at", "")
    previewing.keep_layout(run, staged, work)
    work.progress(0, sum(each.rows for each in staged), _("校验"))
    run.read = checking.check(record, staged, work)
    run.options["columns"] = sorted(work.columns_given)
    work.progress(0, run.read, _("与登记册比对"))
    run.options["index_mark"] = sealing.index_mark()
    record.plan(work)
    previewing.summarise(run, record, work)


def _judge_stamp(record: Intake, name: str, run: ImportRun, stamp: stamps.Stamp) -> None:
    """A workbook that we gave out must be this record type's, in its present columns."""
    if stamp.ledger != record.ledger:
        sentence = _("“%(name)s”是系统给出的“%(other)s”工作簿，不能作为“%(label)s”导入")
        other = intakes()[stamp.ledger].label if stamp.ledger in intakes() else stamp.ledger
        raise Refused(sentence % {"name": name, "other": other, "label": record.label}, "other_ledger")
    if stamp.version != stamps.version_of(record.columns):
        sentence = _("“%(name)s”是旧版模板，栏目已经调整，请下载新模板，把数据粘贴过去后再导入")
        raise Refused(sentence % {"name": name}, "stale_template")
    if stamp.exported_at:
        earlier = run.options.get("exported_at") or stamp.exported_at
        run.options["exported_at"] = min(earlier, stamp.exported_at)


def accept(*, run: ImportRun, by: Any) -> ImportRun:
    """Let a staged import be merged. Raises Refused unless it is READY."""
    with transaction.atomic():
        changed = ImportRun.objects.filter(pk=run.pk, state=State.READY).update(
            state=State.MERGING, done=0, total=0, phase=_("写入"), heartbeat_at=timezone.now()
        )
        if changed:
            audit.record(by=by, act="import.accept", subject=f"import:{run.pk}", on=run.holds_on,
                         division=run.division_id, detail={"created": run.created, "updated": run.updated})  # fmt: skip
    run.refresh_from_db()
    if not changed:
        raise Refused(_("这次导入当前为“%(state)s”，只有待确认的导入可以确认") % {"state": run.get_state_display()})
    return run


def merge(*, run: ImportRun, by: Any, progress: Callable[[int, int, str], None] | None = None) -> ImportRun:
    """Write an accepted import, or go on with one that was killed, from the chunk after the last that was written."""
    if run.state != State.MERGING:
        return run
    started = time.monotonic()
    work = work_of(run, by=by, progress=progress)
    try:
        with _in_the_language_of(run):
            intake(run.ledger).merge(work, run.done)
    finally:
        work.connection.close()
    run.refresh_from_db()
    run.state, run.finished_at, run.phase = State.DONE, timezone.now(), ""
    run.seconds = round(run.seconds + time.monotonic() - started, 3)
    with transaction.atomic():
        run.save()
        counts = {"created": run.created, "updated": run.updated, "unchanged": run.unchanged, "rejected": run.rejected}
        audit.record(by=by, act="import.done", subject=f"import:{run.pk}", on=run.holds_on, division=run.division_id,
                     detail={"ledger": run.ledger, **counts})  # fmt: skip
    if not run.rejected:
        _clear(run)
    return run


def note_chunk(run_id: int, done: int, total: int) -> None:
    """Note, inside the chunk's own transaction, that chunks up to `done` are written."""
    ImportRun.objects.filter(pk=run_id).update(done=done, total=total, heartbeat_at=timezone.now())


def note_part(run_id: int, part: str, end: int, rows: int, *, before: int) -> None:
    """Note, inside a transaction's own last statement, how far a part of the plan is written, and its rows as done: parts
    may be written side by side, and each goes on where it stopped. `begin_parts` has made room for it.

    Raises Refused where the part is not written as far as `before`: this process was believed dead, or the same command
    was given twice, and another one goes on with the import. The transaction must end without a trace.
    """
    set_, written = (
        ("jsonb_set(options, ARRAY['written', %s], to_jsonb(%s::bigint))", "(options #>> ARRAY['written', %s])::bigint")
        if connection.vendor == "postgresql"
        else ("json_set(options, '$.written.' || %s, %s)", "json_extract(options, '$.written.' || %s)")
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE core_importrun SET options = {set_}, done = done + %s, heartbeat_at = %s"
            f" WHERE id = %s AND COALESCE({written}, 0) = %s",
            [part, end, rows, connection.ops.adapt_datetimefield_value(timezone.now()), run_id, part, before],
        )
        if not cursor.rowcount:
            raise Refused(_("这次导入已由另一个进程接着写入，本进程停下，没有重复写入"), "taken_over")


def begin_parts(run_id: int, total: int) -> dict[str, int]:
    """How far each part was written, by a merge that was killed: part → the rows of the plan up to there."""
    run = ImportRun.objects.only("options").get(pk=run_id)
    written: dict[str, int] = run.options.setdefault("written", {})
    ImportRun.objects.filter(pk=run_id).update(options=run.options, total=total)
    return written


def cancel(*, run: ImportRun, by: Any) -> ImportRun:
    """Throw a staged import away. Raises Refused once it is being merged: what is written stays, and is audited."""
    changed = ImportRun.objects.filter(pk=run.pk, state__in=(State.READY, State.STAGING)).update(
        state=State.CANCELLED, finished_at=timezone.now()
    )
    run.refresh_from_db()
    if not changed:
        raise Refused(_("这次导入当前为“%(state)s”，不能取消") % {"state": run.get_state_display()})
    audit.record(by=by, act="import.cancel", subject=f"import:{run.pk}", division=run.division_id)
    _clear(run)
    return run


def is_interrupted(run: ImportRun, now: datetime | None = None) -> bool:
    """Whether the run was at work and its process is gone."""
    at_work = run.state in (State.STAGING, State.MERGING)
    return at_work and (now or timezone.now()) - run.heartbeat_at > SILENT


def _clear(run: ImportRun) -> None:
    """Remove the staged texts: personal numbers lie in them in the clear."""
    shutil.rmtree(folder_of(run), ignore_errors=True)

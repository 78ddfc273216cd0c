"""Files given by a person and imports decided by one, for the screen and the API alike."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.core import codes
from fupin.core.imports import runs, work
from fupin.core.imports.declaration import Intake, intake
from fupin.core.imports.models import ImportRun
from fupin.core.refusals import NotAllowed, NotFound, Refused
from fupin.core.workbooks.stamps import Stamp, version_of
from fupin.core.workbooks.writing import write_template

MOST_FILES = 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def take_in(
    *, ledger: str, uploads: Sequence[Any], by: Any, on: date, division: int | None = None, posting: int | None = None,
    sheet: str = "", max_rejected: float | None = None,
) -> ImportRun:  # fmt: skip
    """Take uploaded files in and have them checked in the background; nothing changes before somebody accepts.

    Raises NotAllowed without the right to import this record type, NotFound for an unknown one, Refused for too many
    files.
    """
    record = intake(ledger)
    scopes.require(by, record.permission)
    if len(uploads) > MOST_FILES:
        raise Refused(_("一次最多 %(most)d 个文件") % {"most": MOST_FILES}, "files")
    with tempfile.TemporaryDirectory(prefix="fupin-upload-") as folder:
        run = runs.open_run(
            ledger=record.ledger, files=list(_kept(Path(folder), uploads)), by=by, on=on, sheet=sheet,
            max_rejected=max_rejected, division=division, posting=posting,
            divisions=scopes.divisions(by, record.permission),
        )  # fmt: skip
    work.ask_for(run, by=by)
    run.refresh_from_db()
    return run


def _kept(folder: Path, uploads: Iterable[Any]) -> Iterator[runs.Given]:
    for at, upload in enumerate(uploads):
        path = folder / str(at)
        with path.open("wb") as file:
            for block in upload.chunks():
                file.write(block)
        yield runs.Given(path, Path(upload.name or "").name[:120])


def own_run(user: Any, id: int) -> ImportRun:
    """An import of one's own, for as long as its divisions are. Raises NotFound, NotAllowed."""
    scopes.require(user, "registry.import")
    run = ImportRun.objects.filter(pk=id, user_id=user.pk).first()
    if run is None:
        raise NotFound(_("没有这次导入"))
    _require_reach(run, user)
    return run


def _require_reach(run: ImportRun, by: Any) -> None:
    """The rows were judged, and are shown beside what the register holds, by the rights of the hour in which the files
    came. Raises NotAllowed where the person no longer has them."""
    permission = intake(run.ledger).permission
    given = run.options.get("divisions")
    is_whole = scopes.divisions(by, permission) is None
    if not is_whole and (given is None or not all(scopes.may(by, permission, division) for division in given)):
        raise NotAllowed(_("您现在的岗位管不到这次导入的区划，请换到上传时的岗位再确认，或重新上传文件"), "scope")


def accept(*, run: ImportRun, by: Any) -> ImportRun:
    """Let a checked import be written, in the background. Raises NotAllowed where the person no longer has the rights
    that its rows were judged by, Refused unless the import waits for acceptance.
    """
    _require_reach(run, by)
    run = runs.accept(run=run, by=by)
    work.ask_for(run, by=by)
    run.refresh_from_db()
    return run


@contextmanager
def template_of(record: Intake, user: Any) -> Iterator[Path]:
    """The import workbook of a record type, with the codes of the user's own offices. Raises NotAllowed."""
    scopes.require(user, record.permission)
    with tempfile.TemporaryDirectory(prefix="fupin-template-") as folder:
        path = Path(folder) / f"{record.ledger}.xlsx"
        stamp = Stamp(record.ledger, version_of(record.columns))
        place = codes.within(scopes.divisions(user, record.permission))
        write_template(path, label=record.label, columns=record.columns, stamp=stamp, place=place)
        yield path

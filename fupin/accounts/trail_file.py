"""The trail as a file, streamed: for the screen and the API alike."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from fupin.accounts import signing_in, trail
from fupin.core import audit
from fupin.core.cells import harmless
from fupin.core.sentences import together, told


def take(reader: Any, wanted: trail.Wanted) -> StreamingHttpResponse:
    """What was asked for, all of it, as CSV."""
    audit.record(by=reader, act="accounts.export_trail", subject=f"user:{reader.pk}",
                 division=signing_in.home_of(reader), detail={"query": _asked(wanted)[:400]})  # fmt: skip
    response = StreamingHttpResponse(_csv(reader, wanted), content_type="text/csv; charset=utf-8")
    stamp = timezone.localtime().strftime("%Y%m%d-%H%M")
    response["Content-Disposition"] = f'attachment; filename="audit-{stamp}.csv"'
    return response


def _asked(wanted: trail.Wanted) -> str:
    """How it was asked for, as the trail keeps it: a subject that stands for nothing may be a person's number that was
    typed."""
    said = asdict(wanted) | {"subject": wanted.subject if ":" in wanted.subject else ""}
    return "&".join(f"{name}={value}" for name, value in said.items() if value)


class _Echo:
    """What csv writes to: hands each line on."""

    def write(self, text: str) -> str:
        return text


def _csv(reader: Any, wanted: trail.Wanted) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff"
    yield writer.writerow([
        _("编号"), _("录入时间"), _("发生日期"), _("操作人"), _("岗位"), _("途径"), _("网络地址"), _("操作"), _("对象"),
        _("区划"), _("内容"),
    ])  # fmt: skip
    for line in trail.every(reader, wanted):
        detail = together(told(name, value) for name, value in line.detail or ())
        cells = [line.pk, timezone.localtime(line.at).isoformat(" ", "seconds"), line.happened_on, line.actor, line.posting,
                 line.channel, line.address, line.act_label, line.subject_label, line.place, detail]  # fmt: skip
        yield writer.writerow([harmless(cell) if isinstance(cell, str) else cell for cell in cells])

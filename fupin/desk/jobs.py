"""Background work on screen: how far it is, what came of it; left and found again, resumed, its file taken along."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from fupin.accounts.work import visible_jobs
from fupin.core import audit, jobs, results
from fupin.core.models import Job
from fupin.core.refusals import NotFound

PAGE = 50
KINDS = {
    "import.stage": gettext_lazy("导入：读取与校验"),
    "import.merge": gettext_lazy("导入：写入"),
    "keys.rotate": gettext_lazy("更换密钥"),
    "keys.index": gettext_lazy("更换检索密钥"),
    "national.compare": gettext_lazy("国家系统比对"),
    "registry.duplicates": gettext_lazy("查找疑似重复"),
    "collection.fill": gettext_lazy("生成采集名单"),
    "registry.export": gettext_lazy("导出户名单"),
    "quality.sweep": gettext_lazy("质量检查"),
    "quality.close_switched": gettext_lazy("办结停用规则的问题"),
}
STATES = {
    "waiting": (gettext_lazy("等待"), ""),
    "running": (gettext_lazy("进行中"), ""),
    "done": (gettext_lazy("已完成"), "good"),
    "failed": (gettext_lazy("失败"), "wrong"),
    "interrupted": (gettext_lazy("已中断"), "warn"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A job as the list shows it."""

    job: Job
    kind: Any
    state: Any
    tone: str
    percent: int
    can_resume: bool
    href: str
    until: datetime | None = None
    """until when the own result file can be taken"""


def line_of(row: Job, user: Any) -> Line:
    """The words of the screen for a job; its file is for who asked for it."""
    label, tone = STATES.get(row.state, (row.state, ""))
    percent = min(100, row.done * 100 // row.total) if row.total else 0
    run = row.arguments.get("run") if row.kind.startswith("import.") else None
    href = reverse("registry:import", args=[run]) if run else reverse("desk:jobs")
    can_resume = row.state in ("failed", "interrupted")
    until = results.kept_until(row) if row.user_id == user.pk and results.is_there(row) else None
    return Line(row, KINDS.get(row.kind, row.kind), label, tone, percent, can_resume, href, until)


@login_required
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """The jobs, the newest first, page by page; while one runs the list renews itself."""
    rows = _before(visible_jobs(request.user).order_by("-pk"), request.GET.get("before", ""))
    found = list(rows[: PAGE + 1])
    lines = [line_of(row, request.user) for row in found[:PAGE]]
    context = {
        "lines": lines, "next": found[PAGE - 1].pk if len(found) > PAGE else None,
        "is_busy": any(line.job.state in ("waiting", "running") for line in lines),
    }  # fmt: skip
    template = "desk/parts/jobs.html" if request.headers.get("HX-Request") else "desk/jobs.html"
    return render(request, template, context)


def _before(rows: QuerySet[Job], mark: str) -> QuerySet[Job]:
    return rows.filter(pk__lt=int(mark)) if mark.isdecimal() else rows


def _visible(request: HttpRequest, pk: int) -> Job:
    row = visible_jobs(request.user).filter(pk=pk).first()
    if row is None:
        raise NotFound(_("没有这项作业。"), "job")
    return row


@login_required
@require_POST
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Let an interrupted or failed job go on from where it was."""
    row = jobs.resume(row=_visible(request, pk))
    audit.record(by=request.user, act="core.resume_job", subject=f"job:{row.pk}", division=row.division_id)
    messages.success(request, _("已安排继续，从中断处往下办。"))
    return HttpResponseRedirect(reverse("desk:jobs"))


@login_required
@require_GET
def result(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The result file of one's own job, opened a piece at a time."""
    found = results.take(_visible(request, pk), by=request.user)
    headers = {"Content-Disposition": f'attachment; filename="{found.name}"', "Content-Length": str(found.size)}
    return StreamingHttpResponse(found.pieces, content_type="application/octet-stream", headers=headers)

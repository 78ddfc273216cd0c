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
from django.utils.http import content_disposition_header
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
    "screening.fill": gettext_lazy("更新排查名单"),
    "registry.export": gettext_lazy("导出户名单"),
    "quality.sweep": gettext_lazy("质量检查"),
    "papers.print": gettext_lazy("打印文书"),
    "papers.read": gettext_lazy("读取扫描件"),
    "retention.look": gettext_lazy("核对到期材料"),
    "retention.destroy": gettext_lazy("销毁到期材料"),
    "quality.close_switched": gettext_lazy("办结停用规则的问题"),
    "quality.signs": gettext_lazy("查看数字痕迹"),
    "comparison.read": gettext_lazy("读取部门数据"),
    "comparison.compare": gettext_lazy("部门数据比对"),
    "comparison.prepare": gettext_lazy("生成比对函名单"),
    "issued.read": gettext_lazy("读取下发名单"),
    "issued.match": gettext_lazy("下发名单对应到户"),
    "issued.give_back": gettext_lazy("回填下发名单"),
    "answers.read": gettext_lazy("读取带回的答复"),
    "answers.apply": gettext_lazy("提交带回的答复"),
    "answers.take_out": gettext_lazy("带出填答工作簿"),
    "answers.return": gettext_lazy("取回退回的行"),
    "demonstration.work": gettext_lazy("演示：最初几日的办理"),
}
PAGES = {
    "import.": ("registry:import", "run"),
    "issued.": ("issued:list", "list"),
    "answers.": ("quality:answer_book", "book"),
}
"""The page of what a kind of jobs works on, and the argument that names it."""
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
    can_resume = row.state in ("failed", "interrupted")
    until = results.kept_until(row) if row.user_id == user.pk and results.is_there(row) else None
    return Line(row, KINDS.get(row.kind, row.kind), label, tone, percent, can_resume, _opens(row), until)


def _opens(row: Job) -> str:
    """Where a job's work is looked at: its own page, or the list of jobs."""
    for start, (name, argument) in PAGES.items():
        if row.kind.startswith(start) and row.arguments.get(argument):
            return reverse(name, args=[row.arguments[argument]])
    return reverse("desk:jobs")


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
    shown = content_disposition_header(True, found.name) or ""
    headers = {"Content-Disposition": shown, "Content-Length": str(found.size)}
    return StreamingHttpResponse(found.pieces, content_type="application/octet-stream", headers=headers)

"""The import wizard: give files, see what they hold, accept, watch, take the rejects back."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fupin.accounts import scopes
from fupin.core import clock
from fupin.core.dressing import dress
from fupin.core.imports import runs, work
from fupin.core.imports.declaration import Intake, intake, intakes
from fupin.core.imports.models import ImportRun
from fupin.core.imports.rejecting import rejects_file
from fupin.core.refusals import Refused
from fupin.core.uploads import Files, FilesField
from fupin.registry.intake import giving
from fupin.registry.views.shown import is_english, name_of

PAGE = 50


class UploadForm(forms.Form):
    """What is to be imported, from which files, as of which day."""

    ledger = forms.ChoiceField(label=gettext_lazy("导入什么"))
    holds_on = forms.DateField(
        label=gettext_lazy("生效日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("表中情况从哪一天起成立"),
    )  # fmt: skip
    max_rejected = forms.FloatField(
        label=gettext_lazy("退回超过百分之几时全部不导入"), required=False, min_value=0, max_value=100,
        help_text=gettext_lazy("留空则合格的行导入，不合格的行退回"),
    )  # fmt: skip

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ledger"].choices = choices  # type: ignore[attr-defined]
        dress(self.fields.values())
        self.fields["files"] = FilesField(
            label=_("文件"), widget=Files(attrs={"class": "form-control", "accept": ".xlsx,.xls,.csv,.parquet"}),
            help_text=_("可一次选多个 .xlsx、.xls、.csv、.parquet；表头上方可以有标题行，列的顺序不限"),
        )  # fmt: skip


def offered(user: Any) -> list[Intake]:
    """The record types that the user may import."""
    return [each for each in intakes().values() if scopes.may(user, each.permission)]


@require_http_methods(["GET", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """Give files; below, the imports so far."""
    scopes.require(request.user, "registry.import")
    records = offered(request.user)
    choices = [(each.ledger, each.label_en if is_english() else each.label) for each in records]
    form = UploadForm(
        request.POST or None,
        request.FILES or None,
        choices=choices,
        initial={"holds_on": clock.today(), "ledger": request.GET.get("ledger", "")},
    )
    if request.method == "POST" and form.is_valid():
        try:
            return _take_in(request, form)
        except Refused as refusal:
            form.add_error(None, list(refusal.reasons))
    rows = ImportRun.objects.filter(user_id=request.user.pk).order_by("-id")[:PAGE]
    lines = [
        {"run": run, "label": _label(run), "interrupted": runs.is_interrupted(run), "tone": _tone(run)} for run in rows
    ]
    context = {"form": form, "lines": lines, "templates": choices}
    return render(request, "registry/imports.html", context, status=400 if form.errors else 200)


def _take_in(request: HttpRequest, form: UploadForm) -> HttpResponse:
    data = form.cleaned_data
    run = giving.take_in(
        ledger=data["ledger"], uploads=request.FILES.getlist("files"), by=request.user, on=data["holds_on"],
        posting=getattr(getattr(request, "posting", None), "pk", None), max_rejected=data["max_rejected"],
    )  # fmt: skip
    return HttpResponseRedirect(reverse("registry:import", args=[run.pk]))


def _label(run: ImportRun) -> str:
    record = intakes().get(run.ledger)
    if record is None:
        return run.ledger
    return record.label_en if is_english() else record.label


def _tone(run: ImportRun) -> str:
    """How loud the state is: an import that did not come about, or waits for its person, is seen in the list."""
    if runs.is_interrupted(run) or run.state == run.State.REFUSED:
        return "wrong"
    waits = run.state == run.State.READY
    return "warn" if waits or run.rejected else "good" if run.state == run.State.DONE else "quiet"


@require_GET
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """One import: what was understood, what it would change, how far it is, what came of it."""
    run = giving.own_run(request.user, pk)
    return render(request, "registry/import.html", _context(run))


@require_GET
def state(request: HttpRequest, pk: int) -> HttpResponse:
    """The moving part of the page, asked for again each second while the import is at work."""
    run = giving.own_run(request.user, pk)
    context = _context(run)
    response = render(request, "registry/parts/import_state.html", context)
    if not context["at_work"] or context["interrupted"] != ("interrupted" in request.GET):
        response["HX-Refresh"] = "true"
    return response


def _context(run: ImportRun) -> dict[str, Any]:
    record = intakes().get(run.ledger)
    labels = {column.name: name_of(column) for column in record.columns} if record else {}
    layout = run.preview.get("layout", [])
    for each in layout:
        header = each["header"]
        each["pairs"] = [(header[at] if at < len(header) else "", labels.get(name, name))
                         for name, at in sorted(each["found"].items(), key=lambda pair: pair[1])]  # fmt: skip
    changes = [
        {**one, "changes": [(labels.get(name, name), *pair) for name, pair in one["changes"].items()]}
        for one in run.preview.get("changes", [])
    ]
    sheets = [f"{each['file']} {each['sheet']}".strip() for each in layout]
    rejects = [{**one, "sheet": sheets[one["source"]]} for one in run.preview.get("rejects", [])]
    has_rejects = bool(run.rejected) and (runs.folder_of(run) / "layout.json").exists()
    return {
        "run": run, "label": _label(run), "layout": layout, "changes": changes,
        "rejects": rejects, "writes": run.created + run.updated, "totals": run.preview.get("totals", []),
        "at_work": run.state in ("staging", "merging"), "interrupted": runs.is_interrupted(run),
        "has_rejects": has_rejects, "reasons": _reasons(run), "tone": _tone(run),
    }  # fmt: skip


def _reasons(run: ImportRun) -> list[tuple[str, int]]:
    """The reasons in words, the commonest first."""
    words = {
        "required": _("必填项为空"), "not_a_code": _("不在代码表中"), "not_yes_no": _("应为是或否"),
        "not_a_number": _("不是数字"), "not_money": _("不是金额"), "not_a_date": _("不是日期"), "not_a_year": _("不是年份"),
        "out_of_range": _("超出范围"), "decimals": _("小数位过多"), "too_long": _("过长"), "too_many": _("多选过多"),
        "formula": _("疑似公式"), "control": _("含控制字符"), "id_cut": _("号码被电子表格截断"), "phone": _("电话格式"),
        "account": _("账号格式"), "division_unknown": _("查无此区划"), "division_too_high": _("未填到村"), "division_ambiguous": _("区划不唯一"),
        "ID-001": _("证件号码为空"), "ID-002": _("证件号位数"), "ID-003": _("证件号校验码"),
        "ID-004": _("证件号出生日期"), "ID-SYN": _("合成号段"),
        "ID-007": _("性别与证件号不符"), "ID-008": _("出生日期与证件号不符"), "REL-006": _("关系与性别不符"),
        "duplicate_in_file": _("文件内重复"), "duplicate_in_register": _("已登记在别处"), "household_unknown": _("户不在册"),
        "household_missing": _("没有指明户"), "household_ambiguous": _("户不唯一"), "person_unknown": _("人编号不在册"),
        "other_household": _("登记在另一户"), "village_differs": _("行政村不符"), "outside_division": _("不在管辖范围"),
        "second_head": _("第二个户主"), "head_differs": _("户主不符"), "earlier_than_current": _("早于现状"),
        "masked": _("星号内容不符"), "changed_since": _("导出后已被修改"), "changed_meanwhile": _("导入期间被修改"),
        "total_differs": _("合计不符"), "window": _("核算期颠倒"),
    }  # fmt: skip
    return sorted(((words.get(code, code), count) for code, count in run.reasons.items()), key=lambda pair: -pair[1])


@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept, cancel, or let an interrupted import go on."""
    run = giving.own_run(request.user, pk)
    act = request.POST.get("act")
    if act == "accept":
        giving.accept(run=run, by=request.user)
    elif act == "cancel":
        runs.cancel(run=run, by=request.user)
        messages.success(request, _("已取消，未写入任何内容。"))
    elif act == "resume" and runs.is_interrupted(run):
        work.ask_for(run, by=request.user)
    return HttpResponseRedirect(reverse("registry:import", args=[run.pk]))


@require_GET
def rejects(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The rejected rows as a workbook: wrong cells marked, reasons beside them, importable once corrected."""
    run = giving.own_run(request.user, pk)
    with tempfile.TemporaryDirectory(prefix="fupin-rejects-") as folder:
        path = Path(folder) / "rejects.xlsx"
        rejects_file(run, path)
        # The folder goes, the opened file stays until it is sent.
        name = _("退回-%(label)s-%(number)s.xlsx") % {"label": _label(run), "number": str(run.pk)[-6:]}
        return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=giving.XLSX)


@require_GET
def template(request: HttpRequest, ledger: str) -> HttpResponseBase:
    """The import workbook of a record type."""
    record = intake(ledger)
    with giving.template_of(record, request.user) as path:
        name = _("%(label)s导入模板.xlsx") % {"label": record.label}
        return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=giving.XLSX)

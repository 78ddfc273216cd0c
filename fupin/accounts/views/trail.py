"""The audit viewer: who did what to whom, within the reader's divisions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from fupin.accounts import queries, scopes, trail, trail_file
from fupin.accounts.forms import TrailForm
from fupin.core.refusals import Refused
from fupin.core.repeating import Fill, pattern
from fupin.core.sentences import told
from fupin.core.templatetags.fupin import day, moment, or_dash


@require_GET
def trail_page(request: HttpRequest) -> HttpResponse:
    """One page of the trail, the newest first."""
    scopes.require(request.user, "audit.view")
    form = TrailForm(request.GET or None)
    before = request.GET.get("before", "")
    lines, following = trail.page(
        request.user, _wanted(request, form), before=int(before) if before.isdigit() else None
    )
    context = {"form": form, "rows": rows_of(request, lines), "following": following, "starts": not before}
    return render(request, "accounts/trail.html", context)


def rows_of(request: HttpRequest, lines: Iterable[trail.Line]) -> SafeString:
    """The lines of the table; who acted and what it was done to lead to the trail of the same."""
    of_actor, of_subject = _address(request, "person"), _address(request, "subject")
    fold = pattern("accounts/parts/trail_detail.html")
    return pattern("accounts/parts/trail_row.html")(
        {
            "at": moment(line.at), "of_actor": of_actor(line.actor), "actor": _("系统") if line.is_system else line.actor,
            "posting": or_dash(line.posting), "act": line.act_label, "of_subject": of_subject(line.subject),
            "subject": line.subject_label, "place": or_dash(line.place), "detail": _detail(line, fold),
        }
        for line in lines
    )  # fmt: skip


def _address(request: HttpRequest, name: str) -> Callable[[str], str]:
    """The present address with one part changed, back on the first page."""
    kept = [(key, value) for key, values in request.GET.lists() for value in values if key not in (name, "before")]
    return lambda value: f"?{urlencode([*kept, (name, value)] if value else kept)}"


def _detail(line: trail.Line, fold: Fill) -> SafeString:
    """What an entry holds, folded up; to somebody who may not see it, that."""
    if line.detail is None:
        return format_html('<span class="quiet">{}</span>', _("无权查看内容"))
    first: str = line.detail[0][0] if line.detail else _("日期和地址")
    if len(line.detail) > 1:
        more = _("等 %(n)s 项") % {"n": len(line.detail)}
        first = format_html('{} <span class="quiet">{}</span>', first, more)
    fields = format_html_join("", "<div><dt>{}</dt><dd>{}</dd></div>", line.detail)
    return fold([{"first": first, "fields": fields, "day": day(line.happened_on), "address": or_dash(line.address)}])


def _wanted(request: HttpRequest, form: TrailForm) -> trail.Wanted:
    if not form.is_valid():
        return trail.Wanted()
    data = form.cleaned_data
    place = queries.division_in_reach(request.user, data["place"], "audit.view").pk if data["place"] else None
    return trail.Wanted(
        trail.subject_of(data["subject"]), data["person"], data["act"], place, data["since"], data["until"]
    )


@require_GET
def export(request: HttpRequest) -> StreamingHttpResponse:
    """What was asked for, all of it, as CSV; taking it along stands in the trail itself."""
    scopes.require(request.user, "audit.view")
    form = TrailForm(request.GET)
    if not form.is_valid():
        # Else the whole trail would be taken along by somebody who asked for a part of it.
        raise Refused([told(str(form.fields[name].label), said) for name, some in form.errors.items() for said in some])
    return trail_file.take(request.user, _wanted(request, form))

"""The list of households: filters as sentences, columns that are remembered, pages by key."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from fupin.accounts import scopes
from fupin.core import clock, days, preferences
from fupin.core.repeating import pattern
from fupin.core.sentences import listed, told
from fupin.divisions.queries import tree
from fupin.registry import queries, words
from fupin.registry.forms.filters import GROUPS, SPECIAL, filters_of, group_fields, sentences
from fupin.registry.views.columns import ALWAYS, COLUMNS, DEFAULT, ListColumn, choosable, needs_facts, readers_of

PREFERENCE = "households.columns"
AT_FIRST = 1_500
"""So many households a list looks through before it answers; what is rarer is sought on in a request of its own."""


@require_GET
def households(request: HttpRequest) -> HttpResponse:
    """The list as of the day looked at; a piece of it when only the rows are asked for."""
    scopes.require(request.user, "registry.view")
    on, today = days.as_of(request), clock.today()
    filters = filters_of(request)
    chosen = chosen_columns(request.user)
    page = queries.list_page(
        request.user, filters, on=on, today=today, after=request.GET.get("after", ""),
        before=request.GET.get("before", ""), with_facts=needs_facts(chosen),
        at_most=None if request.GET.get("whole") else AT_FIRST,
    )  # fmt: skip
    may_change = scopes.may(request.user, "registry.change") and on == today
    lines = texts_of(page.rows, chosen, on)
    context = {
        "page": page, "rows": rows_of(page.rows, lines, chosen, may_change=may_change),
        "columns": [COLUMNS[name] for name in chosen],
        "sentences": sentences(request), "on": on, "query": _query(request), "q": request.GET.get("q", ""),
        "take": _take(request, lines, chosen, on), "looks_back": on != today,
        "word": words.word("all_households", on, english=request.LANGUAGE_CODE == "en"),
        "may_change": may_change, "may_export": scopes.may(request.user, "registry.export"),
    }  # fmt: skip
    return render(request, "registry/households.html", context)


def texts_of(rows: Sequence[queries.Row], chosen: list[str], on: date) -> list[list[str]]:
    """The texts of the chosen columns, row by row."""
    readers = readers_of(chosen, on, tree(on))
    return [[read(row) for read in readers] for row in rows]


def rows_of(rows: Sequence[queries.Row], lines: list[list[str]], chosen: list[str], *, may_change: bool) -> SafeString:
    """The rows of the table."""
    openings = [_opening(COLUMNS[name]) for name in chosen[1:]]
    address = reverse("registry:households")
    values = (
        {
            "number": row.number, "name": line[0] or row.number, "href": f"{address}{row.number}/",
            "cells": mark_safe("".join(map(_cell, openings, line[1:]))),  # noqa: S308 (escaped by _cell)
        }
        for row, line in zip(rows, lines, strict=True)
    )  # fmt: skip
    return pattern("registry/parts/row.html", may_change=may_change)(values)


def _opening(column: ListColumn) -> str:
    """The tag that opens a column's cells: with its label, which phones show beside the text."""
    return format_html('<td data-label="{}" class="{}">', column.label, "num" if column.is_number else "")


def _cell(opening: str, text: str) -> str:
    return f"{opening}{escape(text)}</td>"


def chosen_columns(user: Any) -> list[str]:
    """The columns that the user has chosen, or the usual ones."""
    kept = [name for name in preferences.read(user, PREFERENCE, []) if name in COLUMNS]
    return [*ALWAYS, *kept] if kept else [*ALWAYS, *DEFAULT]


@require_GET
def total(request: HttpRequest) -> HttpResponse:
    """How many rows the list has: a request of its own, so that the first page need not wait for it."""
    scopes.require(request.user, "registry.view")
    on = days.as_of(request)
    count = queries.count_rows(request.user, filters_of(request), on=on, today=clock.today())
    return render(request, "registry/parts/total.html", {"count": count, "on": on})


@require_GET
def filtering(request: HttpRequest) -> HttpResponse:
    """The panel of all filters: every coded field of households and members."""
    scopes.require(request.user, "registry.view")
    on = days.as_of(request)
    context = {
        "groups": [group_fields(group, request, on) for group in GROUPS],
        "special": SPECIAL,
        "values": request.GET,
    }
    template = "registry/parts/filters.html" if request.headers.get("HX-Request") else "registry/filters.html"
    guarantees = words.choices("guarantee", on, english=request.LANGUAGE_CODE == "en")
    return render(request, template, {**context, "divisions": _divisions(request), "guarantees": guarantees})


def _divisions(request: HttpRequest) -> list[tuple[str, str]]:
    """The divisions that the user may narrow the list to: from the own area down to villages, leagues at most."""
    today = tree()
    tops = scopes.divisions(request.user, "registry.view")
    found: list[tuple[str, str]] = []
    for top in [today.root.id] if tops is None else tops:
        level = today.by_id(top).level
        for node in today.subtree(top):
            if level in ("region", "league") and node.level in ("village", "natural_village", "township"):
                continue
            depth = len(today.path(node.id)) - len(today.path(top))
            found.append((node.short_code, "　" * depth + node.name))
    return found


@require_POST
def columns(request: HttpRequest) -> HttpResponse:
    """Remember which columns this user's list shows."""
    scopes.require(request.user, "registry.view")
    wanted = [name for name in request.POST.getlist("column") if name in COLUMNS and name not in ALWAYS]
    preferences.write(request.user, PREFERENCE, wanted or None)
    return HttpResponseRedirect(f"{reverse('registry:households')}?{request.POST.get('query', '')}")


@require_GET
def choosing_columns(request: HttpRequest) -> HttpResponse:
    """The choice of columns."""
    scopes.require(request.user, "registry.view")
    chosen = set(chosen_columns(request.user))
    context = {"groups": choosable(), "chosen": chosen, "query": _query(request)}
    template = "registry/parts/columns.html" if request.headers.get("HX-Request") else "registry/columns.html"
    return render(request, template, context)


def _query(request: HttpRequest) -> str:
    """The filters of the address, without the place in the list."""
    kept = [(k, v) for k, values in request.GET.lists() for v in values if v and k not in ("after", "before", "whole")]
    return urlencode(kept)


def _take(request: HttpRequest, lines: list[list[str]], chosen: list[str], on: Any) -> dict[str, Any]:
    """What may be taken along: no names, no numbers of persons or households, with the day."""
    open_columns = [name for name in chosen if COLUMNS[name].is_open]
    title = told(_("农牧户"), listed(sentence.text for sentence in sentences(request)) or _("全部"))
    at = [index for index, name in enumerate(chosen) if COLUMNS[name].is_open]
    return {
        "title": title,
        "note": _("截至 %(day)s；本页 %(count)d 户，不含个人信息") % {"day": on, "count": len(lines)},
        "columns": [str(COLUMNS[name].label) for name in open_columns],
        "rows": [[line[index] for index in at] for line in lines],
    }

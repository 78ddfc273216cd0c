"""The register of postings as a ledger: who served where, from when until when; its screen is the list of users."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_noop

from fupin.accounts import queries, scopes
from fupin.accounts.models import Posting
from fupin.core.columns import Column, Kind
from fupin.core.ledgers import Ledger
from fupin.core.models import CalendarDay

POSTINGS = (
    Column("username", "用户名", key=True, max_length=60),
    Column("full_name", "姓名", max_length=60),
    Column("division", "区划", Kind.DIVISION, key=True),
    Column("role", "岗位角色", key=True, max_length=30),
    Column("duty", "职责", max_length=100),
    Column("area", "负责片区", max_length=200),
    Column("valid_from", "自", Kind.DATE),
    Column("valid_to", "至", Kind.DATE),
)


def _rows(user: Any) -> Any:
    return queries.visible_postings(user).select_related("user")


def postings() -> Ledger:
    """Postings are read, filtered and taken along here; they begin and end on the screens of users."""
    return Ledger(
        name="postings",
        label="任职",
        label_en="Postings",
        note="谁在哪个区划任什么岗位，自何时至何时；登记和结束在“用户与岗位”办理",
        note_en="Who serves where in which role, from and to; they begin and end under users and postings",
        model=Posting,
        columns=POSTINGS,
        rows=_rows,
        order=("-valid_from", "id"),
        division="division",
        search=("user__username", "user__full_name"),
        fields={"username": "user__username", "full_name": "user__full_name"},
        filters=("division", "role"),
        acts=frozenset(),
        view_permission="accounts.view",
        group=gettext_noop("组织"),
    )


def calendar_rows(user: Any) -> Any:
    """The gate of the office's own days: they hold for everybody who sees a division."""
    rows = CalendarDay.objects.all()
    return rows if scopes.may(user, "registry.view") else rows.none()

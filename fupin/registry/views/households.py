"""The page of a household: who, where, in which state, why; guarantees, income against the line, everything dated."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from fupin.core import clock, days, id_numbers, sealing
from fupin.core.money import to_yuan
from fupin.core.refusals import NotFound
from fupin.core.sentences import said
from fupin.core.templatetags.fupin import yuan
from fupin.divisions.queries import tree
from fupin.policy.parameters import NotInForce
from fupin.policy.regimes import regime
from fupin.registry import panels, queries, rules, words
from fupin.registry.models import GuaranteeFinding, IncomeAccount
from fupin.registry.sheets import HOUSEHOLDS
from fupin.registry.views.shown import act_lines, blocks, is_english, name_of, sections, text_of
from fupin.rulebook.queries import value as setting

HEADED = frozenset({"head_name", "head_id", "is_synthetic", "number", "national_number", "village"})
_LIGHTS = (
    # guarantees of one light, icon
    (("food", "clothing"), "bowl"),
    (("schooling",), "school"),
    (("medical",), "stethoscope"),
    (("housing",), "building-cottage"),
    (("water",), "droplet"),
)


@require_GET
def household(request: HttpRequest, number: str) -> HttpResponse:
    """The record page (一户一档), as of the day looked at."""
    on = days.as_of(request)
    page = queries.household_page(request.user, number, on)
    standing = standing_of(request, page)
    chart, may_reveal = income_chart(page), "registry.reveal" in page.held
    contents = sections(HOUSEHOLDS, page.fact, on, but=HEADED)
    context = {
        "page": page, "on": on, "head": page.head, "number": number,
        "place": place_of(page.fact.village_id, on), "status": status_of(page, on),
        "lights": lights_of(page), "light_panels": panels.panels(panels.LIGHTS, page.held),
        "cards": panels.panels(panels.CARDS, page.held), "notes": panels.panels(panels.NOTES, page.held),
        "sections": blocks(contents, history=reverse("registry:household_history", args=[number]), may_reveal=may_reveal),
        "members": [member_line(member, on) for member in page.members], "chart": chart,
        "accounts": income_lines(page), "acts": acts_of(page, standing), "cause": cause_of(page, on),
        "statuses": [(row, text_of(_STATUS, row.status, row.valid_from)) for row in reversed(page.statuses)],
        "former": former_of(page, on), "photos": [a for a in page.attachments if a.media_type.startswith("image/")],
        "documents": [a for a in page.attachments if not a.media_type.startswith("image/")],
        "may_change": not rules.may_act(standing).reasons, "trail": act_lines(page.trail),
    }  # fmt: skip
    return render(request, "registry/household.html", context)


_STATUS = next(column for column in HOUSEHOLDS if column.name == "status")


def standing_of(request: HttpRequest, page: queries.HouseholdPage) -> rules.Standing:
    """What the acts depend on, for this user and this day."""
    return rules.Standing(
        members=len(page.members), is_gone=page.is_gone, looks_back=page.on != clock.today(),
        may_change="registry.change" in page.held,
    )  # fmt: skip


def place_of(village: int, on: date) -> list[Any]:
    """The division's path from the league down, as it was on the day."""
    return [node for node in tree(on).path(village) if node.level != "region"]


@dataclass(frozen=True, slots=True)
class State:
    """The register status as a badge."""

    text: str
    kind: str
    detail: str = ""


def status_of(page: queries.HouseholdPage, on: date) -> State:
    """What the household is in the words of the day."""
    if page.is_gone:
        return State(_("已整户减少"), "quiet")
    row = page.status
    if row is None or not row.status or row.status == words.STRUCK_OFF:
        return State(words.word("ordinary", on, english=is_english()), "quiet")
    kind = "warn" if row.status in words.NOT_EXITED else "good"
    monitor = words.label("monitor_kind", row.monitor_kind, on, english=is_english())
    return State(words.label("register_status", row.status, on, english=is_english()), kind, monitor)


def cause_of(page: queries.HouseholdPage, on: date) -> str:
    """The main cause, or the risks, in words."""
    cause = words.label("main_cause", page.fact.main_cause, on, english=is_english())
    return cause or words.label("risk_cause", page.fact.risks, on, english=is_english())


@dataclass(frozen=True, slots=True)
class Light:
    label: str
    icon: str
    outcome: str
    outcome_label: str
    rows: list[GuaranteeFinding]


def lights_of(page: queries.HouseholdPage) -> list[Light]:
    """Five lights; each shows only what was found and recorded, a guarantee nobody looked at stays unknown."""
    lights = []
    for guarantees, symbol in _LIGHTS:
        rows = [page.findings[one] for one in guarantees if one in page.findings]
        outcomes = [row.outcome for row in rows]
        if "unmet" in outcomes:
            outcome = "unmet"
        elif outcomes.count("met") == len(guarantees):
            outcome = "met"
        else:
            outcome = "unknown"
        label = words.label("guarantee", ",".join(guarantees), english=is_english())
        lights.append(
            Light(label, symbol, outcome, words.label("guarantee_outcome", outcome, english=is_english()), rows)
        )
    return lights


@dataclass(frozen=True, slots=True)
class MemberLine:
    """A member as one row of the table."""

    member: queries.Member
    name: str
    number: str
    relation: str
    sex: str
    age: int | None
    id_number: str
    schooling: str
    health: str
    labour: str


def member_line(member: queries.Member, on: date) -> MemberLine:
    """The cells of a member, the id number masked."""
    fact, english = member.fact, is_english()
    identity = member.identities[0] if member.identities else None
    sealed = identity.number_sealed if identity else None
    return MemberLine(
        member, fact.name, member.person.number,
        words.label("relation_to_head", member.membership.relation, on, english=english),
        words.label("sex", fact.sex, on, english=english), member.age(on),
        id_numbers.mask(sealing.unseal(sealed)) if sealed is not None else "",
        words.label("student", fact.student, on, english=english)
        or words.label("education", fact.education, on, english=english),
        words.label("health", fact.health, on, english=english), words.label("labour", fact.labour, on, english=english),
    )  # fmt: skip


def former_of(page: queries.HouseholdPage, on: date) -> list[tuple[Any, str, str]]:
    """Who has left, newest first: the membership, the name, why. A relation that only changed is no leaving."""
    present = {member.membership.person_id for member in page.members}
    gone = {row.person_id: row for row in page.former if row.person_id not in present}
    return [
        (
            row,
            page.former_names.get(row.person_id, ""),
            words.label("member_change", row.left_by, on, english=is_english()),
        )
        for row in sorted(gone.values(), key=lambda row: row.valid_to or on, reverse=True)
    ]


def line_fen(account: IncomeAccount) -> int | None:
    """The line an account is held against: its own, else the one in force on the last day of its window's year."""
    if account.line_fen is not None:
        return account.line_fen
    day = date(account.year, 12, 31)
    try:
        return int(setting(regime(day).settings["line_parameter"], on=day) * 100)
    except (NotInForce, LookupError):
        return None


def income_lines(page: queries.HouseholdPage) -> list[tuple[IncomeAccount, int | None, bool]]:
    """The accounts, newest first, each with its line and whether it lies below."""
    found = []
    for account in reversed(page.accounts):
        line = line_fen(account)
        found.append((account, line, line is not None and account.per_head_fen < line))
    return found


def income_chart(page: queries.HouseholdPage) -> dict[str, Any] | None:
    """Net income a head of each year beside the line of that year, in yuan.

    The numbers stand in a row below their years: above the bars they ran into each other on a phone, and into the line.
    """
    if not page.accounts:
        return None
    years = [str(account.year) for account in page.accounts]
    heads = [float(to_yuan(account.per_head_fen)) for account in page.accounts]
    lines = [line_fen(account) for account in page.accounts]
    return {
        "grid": {"left": 8, "right": 12, "top": 30, "bottom": 4, "containLabel": True},
        "legend": {"top": 0, "left": 0, "itemWidth": 14},
        "tooltip": {"trigger": "axis"},
        "xAxis": [
            {"type": "category", "data": years},
            {"type": "category", "data": [yuan(account.per_head_fen, 0) for account in page.accounts], "position": "bottom",
             "offset": 20, "axisLine": {"show": False}, "axisTick": {"show": False}, "axisPointer": {"show": False}},
        ],
        "yAxis": {"type": "value", "name": ""},
        "series": [
            {"name": _("人均纯收入（元）"), "type": "bar", "data": heads, "barMaxWidth": 36},
            {"name": _("对照标准（元）"), "type": "line", "step": "middle", "symbol": "none",
             "data": [float(to_yuan(fen)) if fen is not None else None for fen in lines]},
        ],
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Button:
    """An act on the page: possible, or with the reasons why not."""

    label: str
    icon: str
    href: str
    reasons: tuple[str, ...]


def acts_of(page: queries.HouseholdPage, standing: rules.Standing) -> list[Button]:
    """Every act there is; those that are not possible say why."""
    number, anything = page.household.number, rules.may_act(standing)
    table = (
        (_("登记变化"), "edit", "change", anything),
        (_("增加成员"), "user-plus", "add_member", anything),
        (_("减少成员"), "user-minus", "remove_member", anything),
        (_("变更户主"), "user-check", "change_head", rules.may_change_head(standing)),
        (_("分户"), "arrows-split-2", "split", rules.may_split(standing)),
        (_("并入他户"), "arrow-merge", "merge", anything),
        (_("迁移"), "transfer", "move", anything),
        (_("保障核查"), "shield-check", "findings", anything),
        (_("收入核算"), "coin", "income_new", anything),
        (_("照片与材料"), "camera", "attach", anything),
        (_("变更身份"), "lock", "", rules.may_set_status(standing)),
    )
    return [
        Button(
            label, icon, reverse(f"registry:{name}", args=[number]) if name else "", tuple(map(said, verdict.reasons))
        )
        for label, icon, name, verdict in table
    ]


@require_GET
def summary(request: HttpRequest, number: str) -> HttpResponse:
    """A household opened in its row of the list."""
    on = days.as_of(request)
    page = queries.household_page(request.user, number, on)
    members = [member_line(member, on) for member in page.members]
    context = {
        "page": page,
        "members": members,
        "lights": lights_of(page),
        "number": number,
        "cause": cause_of(page, on),
    }
    return render(request, "registry/parts/summary.html", context)


@require_GET
def history(request: HttpRequest, number: str) -> HttpResponse:
    """Where a value of a household came from and who changed it."""
    record, _fact = queries.household_for(request.user, number)
    column = column_of(HOUSEHOLDS, request.GET.get("field", "household_kind"))
    try:
        changes = queries.history_of("household", record.pk, stored_name(column))
    except KeyError:
        raise NotFound(_("没有这一项")) from None
    back = reverse("registry:household", args=[number])
    return render(
        request, history_template(request), {"column": column, "back": back, **history_lines(column, changes)}
    )


def column_of(columns: Any, name: str) -> Any:
    """The column of a name. Raises NotFound."""
    column = next((column for column in columns if column.name == name), None)
    if column is None:
        raise NotFound(_("没有这一项"))
    return column


def stored_name(column: Any) -> str:
    """The name of the database column of a column of the files."""
    if column.name == "id_number":
        return "number_sealed"
    if column.sensitivity == "sealed":
        return f"{column.name}_sealed"
    return f"{column.name}_fen" if column.kind == "money" else column.name


def history_template(request: HttpRequest) -> str:
    """The whole page, or the piece for the dialog."""
    return "registry/parts/history.html" if request.headers.get("HX-Request") else "registry/history.html"


def history_lines(column: Any, changes: list[queries.Change]) -> dict[str, Any]:
    """The values in words, sealed ones masked."""

    def text(value: Any, on: date | None) -> str:
        if isinstance(value, bytes | memoryview):
            value = sealing.unseal(bytes(value))
        return text_of(column, value, on or clock.today())

    lines = [
        (change, text(change.value, change.valid_from), _plain(column, change.corrected_from, text))
        for change in changes
    ]
    return {"lines": lines, "label": name_of(column)}


def _plain(column: Any, value: Any, text: Any) -> str:
    """What a correction replaced; sealed values stand in the trail masked already."""
    return str(value or "") if column.sensitivity == "sealed" else text(value, None)

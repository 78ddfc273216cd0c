"""The record types of divisions. The gate is handed in from above (`accounts.scopes.within`), as this app lies below.

`ledgers(within)` is called once at start by `fupin.config.wiring`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from fupin.core.ledgers import Ledger
from fupin.core.ledgers.declaration import Ahead, Given, Values
from fupin.core.ledgers.plain import Plain
from fupin.core.refusals import NotAllowed, Refused
from fupin.divisions import operations, queries, sheets
from fupin.divisions.models import Designation, DivisionFact, ReferenceFigure, Succession, VillageYear
from fupin.divisions.tree import Tree

Within = Callable[..., QuerySet[Any]]


def ledgers(within: Within) -> tuple[Ledger, ...]:
    """Divisions, their changes, designations, reference figures and the yearly sheets of villages."""
    return (_divisions(within), _changes(within), _designations(within), _figures(within), _villages(within))


class DivisionActs:
    """A new division, a name, code, kind or parent from a day on; removing ends a division without successor."""

    def create(self, ledger: Ledger, rows: Sequence[Values], *, by: Any, on: date, judged: bool = False) -> list[Any]:
        made: list[int] = []
        for day, some in _by_day((values.get("valid_from") or on, values) for values in rows):
            made += operations.create(divisions=[_new(values) for values in some], by=by, on=day)
        return list(DivisionFact.objects.open().filter(division_id__in=made).select_related("division"))

    def update(
        self, ledger: Ledger, rows: Sequence[tuple[Any, Values]], *, by: Any, on: date, judged: bool = False
    ) -> list[Any]:
        if any(map(_changes_level, rows)):
            raise _no_other_level()
        for day, some in _by_day((_day_of_change(row, values, on), (row, values)) for row, values in rows):
            operations.revise(revisions=[_revision(row, values) for row, values in some], by=by, on=day)
        ids = [row.division_id for row, _values in rows]
        return list(DivisionFact.objects.open().filter(division_id__in=ids).select_related("division"))

    def judge(self, ledger: Ledger, rows: Iterable[Given], *, on: date) -> Iterator[Refused | None]:
        """What speaks against each row; the tree and the codes in use are read once for all of them."""
        given = list(rows)
        taken = operations.holders(values["code"] for _row, values in given if values.get("code"))
        facts = operations.facts_of(row.division_id for row, _values in given if row is not None)
        for row, values in given:
            if row is None:
                reasons = _against_new(values, on, taken)
            elif _changes_level((row, values)):
                yield _no_other_level()
                continue
            else:
                day = _day_of_change(row, values, on)
                reasons = operations.objections_to_revision(_revision(row, values), day, facts, taken)
                reasons += _too_early(values, day, on)
            yield NotAllowed(dict.fromkeys(reasons), "division") if reasons else None

    def remove(self, ledger: Ledger, rows: Sequence[Any], *, by: Any, on: date) -> None:
        operations.abolish(divisions=[row.division_id for row in rows], by=by, on=on)


def _changes_level(given: tuple[Any, Values]) -> bool:
    row, values = given
    return "level" in values and values["level"] != row.division.level


def _no_other_level() -> NotAllowed:
    return NotAllowed(_("层级不能修改，请撤并后新建"), "level")


def _day_of_change(row: Any, values: Values, on: date) -> date:
    """A date that was left as it stands is the form's echo, not a day of effect."""
    day: date | None = values.get("valid_from")
    return day if day and day != row.valid_from else on


def _new(values: Values) -> operations.NewDivision:
    return operations.NewDivision(values["code"], values["name"], values["kind"], values["level"], _above(values))


def _above(values: Values) -> int | operations.NewDivision | None:
    parent = values.get("parent")
    return _new(parent.values) if isinstance(parent, Ahead) else parent


def _against_new(values: Values, on: date, taken: dict[str, str]) -> list[str]:
    """What speaks against a new division; one above it that the file brings as well must stand by then."""
    day = values.get("valid_from") or on
    return [*operations.objections_to_new([_new(values)], day, taken), *_too_early(values, day, on)]


def _too_early(values: Values, day: date, on: date) -> list[str]:
    """A row may not hang below another of its file before that one begins."""
    parent = values.get("parent")
    since = parent.values.get("valid_from") or on if isinstance(parent, Ahead) else day
    said = {"name": parent.values["name"], "since": since, "day": day} if isinstance(parent, Ahead) else {}
    return [_("上级区划“%(name)s”自 %(since)s 起才有，晚于本行的生效日期 %(day)s") % said] if since > day else []


def _revision(row: Any, values: Values) -> operations.Revision:
    return operations.Revision(
        row.division_id, values.get("name"), values.get("code"), values.get("kind"), _above(values)
    )


def _by_day(dated: Iterable[tuple[date, Any]]) -> list[tuple[date, list[Any]]]:
    found: dict[date, list[Any]] = {}
    for day, one in dated:
        found.setdefault(day, []).append(one)
    return sorted(found.items())


def _divisions(within: Within) -> Ledger:
    return Ledger(
        name="divisions",
        label="行政区划",
        label_en="Divisions",
        note="自治区、盟市、旗县、苏木乡镇、嘎查村、自然村；更名、改码、改划从生效日起，历史保留",
        note_en="From the region to the natural village; every change from a day on, with its history",
        model=DivisionFact,
        columns=sheets.DIVISIONS,
        fields={"level": "division__level"},
        rows=lambda user: within(user, DivisionFact.objects.open().select_related("division"), division="division_id"),
        order=("code",),
        lookup="division_id",
        division="division_id",
        place="parent",
        called=("code", "name"),
        search=("name", "code"),
        shown=("code", "name", "kind", "level", "parent", "valid_from"),
        filters=("level", "kind", "parent"),
        operations=DivisionActs(),
        change_permission="divisions.change",
        subject=lambda row: f"division:{row.division_id}",
        group=gettext_noop("区划"),
    )


def _changes(within: Within) -> Ledger:
    return Ledger(
        name="division_changes",
        label="区划撤并拆分",
        label_en="Mergers and splits",
        note="撤并、拆分的去向、生效日期和依据文件；在区划页面办理",
        note_en="Who succeeded whom, from which day, by which document; done on the page of a division",
        model=Succession,
        columns=sheets.SUCCESSIONS,
        rows=lambda user: within(user, Succession.objects.all(), division="successor"),
        order=("-happened_on", "id"),
        division="successor",
        search=("document",),
        change_permission="",
        group=gettext_noop("区划"),
    )


def _designations(within: Within) -> Ledger:
    return Ledger(
        name="designations",
        label="区划认定",
        label_en="Designations",
        note="贫困旗县、贫困嘎查村、集中连片特困地区、牧区等认定，起止日期和依据文件",
        note_en="Poverty banners and villages, contiguous areas and the like, from and to, with the document",
        model=Designation,
        columns=sheets.DESIGNATIONS,
        rows=lambda user: within(user, Designation.objects.all(), division="division"),
        order=("-valid_from", "id"),
        division="division",
        search=("document",),
        operations=Plain(),
        change_permission="divisions.change",
        group=gettext_noop("区划"),
    )


def _figures(within: Within) -> Ledger:
    return Ledger(
        name="reference_figures",
        label="基础统计",
        label_en="Reference figures",
        note="登记册算不出来的统计数：乡村户籍人口、土地面积、可支配收入等，各有来源和日期",
        note_en="What the register cannot know: rural registered population, area, income; each with its source",
        model=ReferenceFigure,
        columns=sheets.REFERENCE_FIGURES,
        fields={"citation": "source"},
        rows=lambda user: within(user, ReferenceFigure.objects.all(), division="division"),
        order=("-period", "id"),
        division="division",
        search=("source",),
        filters=("division", "indicator"),
        operations=Plain(),
        change_permission="divisions.change",
        group=gettext_noop("区划"),
    )


def _villages(within: Within) -> Ledger:
    return Ledger(
        name="villages",
        label="行政村信息表",
        label_en="Village information sheets",
        note="每个嘎查村每年一张：组织、土地、人口、经济、保障、基础设施、公共服务",
        note_en="One sheet a village and year: people, land, economy, works and services",
        model=VillageYear,
        columns=sheets.VILLAGES,
        rows=lambda user: within(user, VillageYear.objects.all(), division="division"),
        order=("-year", "id"),
        division="division",
        search=("head",),
        shown=("division", "year", "households", "persons", "allowance_persons", "arable_mu", "grassland_mu",
               "net_income", "collective_income"),
        filters=("division", "year", "kind", "terrain", "direction", "production", "has_paved_road", "has_bus"),
        operations=VillageActs(),
        change_permission="registry.change",
        reveal_permission="registry.reveal",
        group=gettext_noop("嘎查村"),
    )  # fmt: skip


class VillageActs(Plain):
    """A sheet belongs to an administrative village, and its parts fit into the whole."""

    def objections(self, rows: Sequence[VillageYear]) -> list[list[str]]:
        tree = queries.tree()
        return [[*_not_a_village(row, tree), *_more_than_all(row)] for row in rows]


def _not_a_village(row: VillageYear, tree: Tree) -> list[str]:
    home = tree.home(row.division_id)
    if home is None or tree.by_id(home).level == "village":
        return []
    return [_("%(name)s不是嘎查村，信息表只按嘎查村填报") % {"name": tree.name(home)}]


def _more_than_all(row: VillageYear) -> list[str]:
    sentence = _("%(label)s（%(value)d）多于总人口（%(persons)d），请核对")
    parts = ((name, getattr(row, name)) for name in _PARTS)
    return [
        sentence % {"label": VillageYear._meta.get_field(name).verbose_name, "value": value, "persons": row.persons}
        for name, value in parts
        if value is not None and row.persons is not None and value > row.persons
    ]


_PARTS = ("allowance_persons", "destitute_persons", "minority_persons", "women", "disabled_persons",
          "labour_persons", "migrant_persons", "party_members")  # fmt: skip

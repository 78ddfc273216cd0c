"""Column maps: which header of which version of an export is which field of ours. Data, one file a version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from fupin.core.columns import Column, Kind, Sensitivity
from fupin.core.ledgers.declaration import is_english
from fupin.core.refusals import Refused
from fupin.policy.documents import read_file
from fupin.registry.sheets import HOUSEHOLDS, PERSONS

FOLDER = Path(__file__).parent / "maps"
KINDS = ("household", "person", "monitored", "measure")
PLACES = ("region", "league", "banner", "township", "village")
ROLES = ("compared", "kept", "number", "household", "village_code", "name", "head_id", "id_number", "relation", "status",
         "measure", *PLACES)  # fmt: skip
_MEASURE = (
    Column("year", "年度", Kind.YEAR, least=2005, most=2100),
    Column("measure_kind", "措施大类", Kind.CODE, codes="measure_kind"),
    Column("measure_name", "措施名称", max_length=120),
    Column("amount", "金额", Kind.MONEY, unit="元", least=0),
    Column("started_on", "开始时间", Kind.DATE),
)


@dataclass(frozen=True, slots=True)
class Mapped:
    """One header of an export. `column` reads its cells; `form` is the code list of that form, where it has its own."""

    header: str
    column: Column
    role: str
    screen: str
    order: int
    form: str = ""

    @property
    def is_compared(self) -> bool:
        """Whether the two registers are held against each other in this field."""
        return self.role in ("compared", "name", "relation", "status", "id_number")


@dataclass(frozen=True, slots=True)
class Map:
    """One version of one export."""

    kind: str
    version: str
    label: str
    label_en: str
    recognised_by: tuple[str, ...]
    columns: tuple[Mapped, ...]

    @property
    def name(self) -> str:
        return f"{self.kind}-{self.version}"

    @property
    def title(self) -> str:
        """What the export is called, in the language of who reads it."""
        return self.label_en if is_english() else self.label

    def of_role(self, role: str) -> Mapped | None:
        """The column that plays a part."""
        return next((mapped for mapped in self.columns if mapped.role == role), None)


@cache
def maps() -> tuple[Map, ...]:
    """Every map, newest version first. Raises ValueError for a faulty file."""
    found = [read(path) for path in sorted(FOLDER.glob("*.yaml"))]
    return tuple(sorted(found, key=lambda each: (each.kind, each.version), reverse=True))


def read(path: Path) -> Map:
    """One map from its file. Raises ValueError naming the file and the line that is wrong."""
    body = read_file(path)
    if body.get("kind") not in KINDS:
        raise ValueError(f"{path.name}: kind {body.get('kind')}")
    columns: list[Mapped] = []
    for screen in body["screens"]:
        for row in screen["columns"]:
            columns.append(_mapped(row, body["kind"], screen["name"], len(columns), path.name))
    return Map(
        body["kind"],
        str(body["version"]),
        body["label"],
        body["label_en"],
        tuple(body["recognised_by"]),
        tuple(columns),
    )


def _mapped(row: dict[str, Any], kind: str, screen: str, order: int, where: str) -> Mapped:
    role = row.get("place") or row.get("role", "compared")
    if role not in ROLES:
        raise ValueError(f"{where}: role {role}")
    name = row.get("field") or f"kept_{order}"
    aliases = tuple(text for text in (row.get("code", ""),) if text)
    if row.get("field"):
        column = _ours(kind, name, where)
    else:
        column = Column(name, row["header"], max_length=200)
    read_by = replace(
        column, label=row["header"], aliases=aliases, codes=row.get("codes", column.codes), required=False, national=""
    )
    return Mapped(row["header"], read_by, role, screen, order, row.get("codes", ""))


def _ours(kind: str, name: str, where: str) -> Column:
    """Our own column of that name."""
    columns = PERSONS if kind == "person" else (*HOUSEHOLDS, *_MEASURE)
    found = next((column for column in columns if column.name == name), None)
    if found is None:
        raise ValueError(f"{where}: field {name}")
    return found


def recognise(headers: Sequence[str]) -> Map:
    """The map whose tell-tale headers all stand among these; the one with most headers wins. Raises Refused."""
    given = {header.strip() for header in headers}
    fitting = [each for each in maps() if set(each.recognised_by) <= given]
    if not fitting:
        names = "、".join(each.title for each in maps())
        raise Refused(_("认不出这是国家系统的哪一种导出表。现有列对照：%(names)s") % {"names": names}, "unknown_export")
    return max(fitting, key=lambda each: len({mapped.header for mapped in each.columns} & given))


def is_sealed(column: Column) -> bool:
    """Whether values of the column are never shown in full."""
    return column.sensitivity is Sensitivity.SEALED

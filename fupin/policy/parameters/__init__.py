"""Numbers (and other settings) that documents set: dated, sourced, some of them by designation or division.

`value("lines.poverty_line", on=date(2018, 12, 31))`. A parameter that an office may replace by its own says who may
(`level`) and within which bounds (`floor`, `ceiling`); `rulebook.queries.value` reads both.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

from fupin.policy import catalogue
from fupin.policy.documents import Faulty, Source, files, read_day, read_file

FOLDER = Path(__file__).parent
FIRST_DAY = date(2014, 1, 1)
"""The first day of the first regime: a parameter without `since` must hold from here."""
LEVELS = ("region", "league", "banner", "township", "village")


class NotAValue(ValueError):
    """A text is no value of a parameter. It keeps the pattern and the parts of its sentence: the edge translates."""

    def __init__(self, pattern: str, **parts: Any) -> None:
        self.pattern, self.parts = pattern, parts
        super().__init__(pattern.format(**parts))


_ = NotAValue


class UnknownParameter(KeyError):
    """There is no parameter of that name."""


class NotInForce(LookupError):
    """The parameter has no value on that day."""

    def __init__(self, name: str, label: str, on: date) -> None:
        self.name, self.on = name, on
        super().__init__(f"参数“{label}”（{name}）在 {on} 没有生效的数值")


@dataclass(frozen=True, slots=True)
class Dated:
    """A value with the day from which it holds and where it is said. None: from that day on there is none."""

    since: date
    value: Any
    source: Source


@dataclass(frozen=True, slots=True)
class Scope:
    """Values that hold only for divisions of a designation, or for one division by its code."""

    place: str
    values: tuple[Dated, ...]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One setting with its history. `level` is the lowest division level that may set its own; empty: nobody."""

    name: str
    label: str
    label_en: str
    kind: str
    values: tuple[Dated, ...]
    unit: str = ""
    since: date = FIRST_DAY
    until: date | None = None
    scopes: tuple[Scope, ...] = ()
    level: str = ""
    floor: Decimal | None = None
    ceiling: Decimal | None = None
    codes: str = ""
    """the code list that a text (or each of several) comes from"""
    note: str = ""

    @property
    def subject(self) -> str:
        return self.name.partition(".")[0]

    def dated(self, on: date, places: Collection[str] = ()) -> Dated:
        """The value in force on a day for somewhere described by division codes and designations.

        The first scope that applies wins over the general value. Raises NotInForce.
        """
        scoped = [_latest(scope.values, on) for scope in self.scopes if scope.place in places]
        found = next((row for row in scoped if row is not None), None) or _latest(self.values, on)
        if found is None or found.value is None or (self.until is not None and on >= self.until):
            raise NotInForce(self.name, self.label, on)
        return found

    def show(self, value: Any, english: bool = False) -> str:
        """A value in words: labels for codes, yes and no; the unit is not in it."""
        if isinstance(value, bool):
            return catalogue.code_list("yes_no").label("1" if value else "0", english)
        parts = value if isinstance(value, tuple) else (value,)
        labels = catalogue.code_list(self.codes).label if self.codes else lambda part, english: str(part)
        return (", " if english else "、").join(labels(part, english) for part in parts)

    def unit_label(self, english: bool = False) -> str:
        return catalogue.code_list("unit").label(self.unit, english) if self.unit else ""

    def read(self, raw: Any) -> Any:
        """A value of this parameter's kind from YAML or a form. Raises ValueError with the sentence to show."""
        return _READERS[self.kind](self, raw)


def _latest(values: Iterable[Dated], on: date) -> Dated | None:
    found = [row for row in values if row.since <= on]
    return found[-1] if found else None


def value(name: str, *, on: date, places: Collection[str] = ()) -> Any:
    """The value that the shipped documents set for a day. Raises UnknownParameter, NotInForce.

    An office's own values are not in it: `rulebook.queries.value` has both.
    """
    return parameter(name).dated(on, places).value


def parameter(name: str) -> Parameter:
    """The parameter of that name, `subject.name`. Raises UnknownParameter."""
    try:
        return parameters()[name]
    except KeyError:
        raise UnknownParameter(name) from None


@cache
def parameters() -> dict[str, Parameter]:
    """Every parameter by name. Raises Faulty for the first that is not in order."""
    return {name: _read(name, read_file(path)) for name, path in files(FOLDER) if "." in name}


@cache
def subjects() -> dict[str, tuple[str, str]]:
    """The subjects that parameters are listed under, in their order, with Chinese and English label."""
    body = read_file(FOLDER / "subjects.yaml")
    return {name: (labels["label"], labels["label_en"]) for name, labels in body.items()}


def _number(setting: Parameter, raw: Any) -> Decimal:
    try:
        number = Decimal(str(raw).strip().replace(",", ""))
    except InvalidOperation:
        raise _("“{raw}”不是数字", raw=raw) from None
    if not number.is_finite():
        raise _("“{raw}”不是数字", raw=raw)
    if setting.floor is not None and number < setting.floor:
        raise _("不得低于 {floor}，现为 {number}", floor=setting.floor, number=number)
    if setting.ceiling is not None and number > setting.ceiling:
        raise _("不得高于 {ceiling}，现为 {number}", ceiling=setting.ceiling, number=number)
    return number


def _integer(setting: Parameter, raw: Any) -> int:
    number = _number(setting, raw)
    if number != number.to_integral_value():
        raise _("应为整数，现为 {raw}", raw=raw)
    return int(number)


def _yes_no(setting: Parameter, raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    known = {"是": True, "1": True, "true": True, "yes": True, "否": False, "0": False, "false": False, "no": False}
    if str(raw).strip().lower() not in known:
        raise _("应为是或否，现为 {raw}", raw=raw)
    return known[str(raw).strip().lower()]


def _text(setting: Parameter, raw: Any) -> str:
    text = str(raw).strip()
    if not text:
        raise _("不能为空")
    if not setting.codes:
        return text
    known = catalogue.code_list(setting.codes)
    code = known.read(text)
    if code is None:
        raise _("应为 {labels} 之一，现为 {text}", labels="、".join(item.label for item in known.items), text=text)
    return code


def _texts(setting: Parameter, raw: Any) -> tuple[str, ...]:
    parts = raw if isinstance(raw, list | tuple) else str(raw).replace("，", ",").replace("、", ",").split(",")
    return tuple(_text(setting, part) for part in parts if str(part).strip())


_READERS: dict[str, Any] = {
    "integer": _integer,
    "decimal": _number,
    "money": _number,
    "yes_no": _yes_no,
    "text": _text,
    "texts": _texts,
}
KINDS = tuple(_READERS)

_KEYS = {"label", "label_en", "kind", "unit", "values", "source", "since", "until", "scopes", "level", "floor",
         "ceiling", "codes", "note"}  # fmt: skip


def _read(name: str, body: dict[str, Any]) -> Parameter:
    where = f"parameters/{name.replace('.', '/')}.yaml"
    unknown = set(body) - _KEYS
    if unknown:
        raise Faulty(f"{where}：不认识的项 {', '.join(sorted(unknown))}")
    for key in ("label", "label_en", "values"):
        if not body.get(key):
            raise Faulty(f"{where}：缺少 {key}")
    kind = body.get("kind", "integer")
    if kind not in KINDS:
        raise Faulty(f"{where}：kind 应为 {', '.join(KINDS)} 之一，现为 {kind}")
    if body.get("codes") and body["codes"] not in {known for known, _ in files(catalogue.FOLDER)}:
        raise Faulty(f"{where}：没有码表 {body['codes']}")
    if body.get("level", "region") not in LEVELS:
        raise Faulty(f"{where}：level 应为 {', '.join(LEVELS)} 之一，现为 {body['level']}")
    frame = Parameter(
        name=name,
        label=body["label"],
        label_en=body["label_en"],
        kind=kind,
        values=(),
        unit=body.get("unit", ""),
        since=read_day(body.get("since", FIRST_DAY), f"{where} since"),
        until=read_day(body["until"], f"{where} until") if "until" in body else None,
        level=body.get("level", ""),
        floor=Decimal(str(body["floor"])) if "floor" in body else None,
        ceiling=Decimal(str(body["ceiling"])) if "ceiling" in body else None,
        codes=body.get("codes", ""),
        note=body.get("note", ""),
    )
    values = _read_values(frame, body, where)
    scopes = tuple(
        _read_scope(frame, row, f"{where} scopes 第 {n} 项") for n, row in enumerate(body.get("scopes", ()), 1)
    )
    return Parameter(**{key: getattr(frame, key) for key in frame.__slots__} | {"values": values, "scopes": scopes})


def _read_scope(frame: Parameter, row: Any, where: str) -> Scope:
    place = row.get("designation") or row.get("division") if isinstance(row, dict) else None
    if not place:
        raise Faulty(f"{where}：应写明 designation 或 division")
    return Scope(str(place), _read_values(frame, row, where))


def _read_values(frame: Parameter, body: dict[str, Any], where: str) -> tuple[Dated, ...]:
    if not isinstance(body.get("values"), dict):
        raise Faulty(f"{where}：values 应为“日期: 数值”")
    sources = body.get("source")
    if not isinstance(sources, dict) or not sources:
        raise Faulty(f"{where}：缺少 source")
    shared = Source.read(sources, where) if "title" in sources else None
    rows = []
    for day, raw in body["values"].items():
        since = read_day(day, f"{where} values")
        if shared is None and since not in sources:
            raise Faulty(f"{where}：{since} 起的数值没有来源")
        source = shared or Source.read(sources[since], f"{where} {since}")
        try:
            rows.append(Dated(since, None if raw is None else frame.read(raw), source))
        except ValueError as fault:
            raise Faulty(f"{where}：{since} 起的数值{fault}") from None
    return tuple(sorted(rows, key=lambda row: row.since))


def check() -> list[str]:
    """Faults of the parameters: a day and a source for every value, no gap while in force, a known subject."""
    faults: list[str] = []
    try:
        known = subjects()
    except (Faulty, OSError, KeyError, TypeError) as fault:
        return [f"parameters/subjects.yaml：{fault}"]
    for name, path in files(FOLDER):
        if name == "subjects":
            continue
        try:
            setting = _read(name, read_file(path))
        except Faulty as fault:
            faults.append(str(fault) if str(fault).startswith("parameters/") else f"parameters/{fault}")
            continue
        faults += _gaps(setting)
        if setting.unit and setting.unit not in catalogue.code_list("unit").codes:
            faults.append(f"parameters/{name}：单位 {setting.unit} 未列入码表 unit")
        if setting.subject not in known:
            faults.append(f"parameters/{name}：主题 {setting.subject} 未列入 subjects.yaml")
    return faults


def _gaps(setting: Parameter) -> list[str]:
    where = f"parameters/{setting.name.replace('.', '/')}.yaml"
    faults = []
    if setting.values[0].since > setting.since:
        faults.append(f"{where}：自 {setting.since} 生效，但首个数值自 {setting.values[0].since} 起，中间无数值")
    for row in setting.values:
        if row.value is None and setting.until is None:
            faults.append(f"{where}：{row.since} 起数值为空；停用应写 until")
    if setting.until is not None and setting.until <= setting.values[-1].since:
        faults.append(f"{where}：until 应晚于最后一个数值的日期")
    return faults

"""The forms of households and persons: registering, changing, joining, moving."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from fupin.core import cells, codes, id_numbers
from fupin.core.boxes import Buttons
from fupin.core.columns import Column, Kind
from fupin.core.sentences import said
from fupin.registry import rules, words
from fupin.registry.forms.columns import (
    HOUSEHOLD_COLUMNS,
    KEPT,
    PERSON_COLUMNS,
    RELATION,
    VILLAGE,
    RegisterForm,
    day_column,
)
from fupin.rulebook.queries import value as setting

_HEAD_PREFIX = "head_"
HEAD_COLUMNS = (
    "name",
    "mongolian_name",
    "document_kind",
    "id_number",
    "sex",
    "born_on",
    "ethnicity",
    "political",
    "phone",
)


class ModeField(forms.ChoiceField):
    """Did something change, or was it wrong before?"""

    use_fieldset = True

    def __init__(self) -> None:
        choices = [
            ("change", _("情况有变化：从发生日期起按新内容，之前的保留")),
            ("correct", _("更正：原来填错了，按新内容改正，原值留在审计日志")),
        ]
        super().__init__(choices=choices, widget=Buttons, label=_("怎样登记"), initial="change")


def check_causes(form: Any) -> None:
    """The causes fit together, said while typing."""
    main, others = form.cleaned_data.get("main_cause") or "", form.cleaned_data.get("other_causes") or ""
    most = int(setting("registry.other_causes_limit", on=form.on))
    for reason in rules.check_causes(main, others, most=most).reasons:
        form.add_error("other_causes", said(reason))


def check_document(form: Any, prefix: str = "") -> None:
    """Sex and birth day agree with the id number, said while typing."""
    number = form.cleaned_data.get(f"{prefix}id_number")
    if not number or number is KEPT:
        return
    read = id_numbers.read(number, synthetic=True, document=form.cleaned_data.get(f"{prefix}document_kind") or "")
    verdict = rules.check_against_number(
        sex=form.cleaned_data.get(f"{prefix}sex") or "", born_on=form.cleaned_data.get(f"{prefix}born_on"),
        number_sex=read.sex, number_born_on=read.born_on,
    )  # fmt: skip
    for reason in verdict.reasons:
        form.add_error(f"{prefix}id_number", said(reason))


def check_facts(form: Any) -> None:
    """Values of a person that cannot both be true, said at their field while typing."""
    for each in rules.contradictions(form.cleaned_data, form.touched()):
        form.add_error(each.field, said(each.sentence))


class HouseholdForm(RegisterForm):
    """Attributes of a household that is there."""

    def __init__(self, data: Any = None, *, on: date, **kwargs: Any) -> None:
        super().__init__((day_column(_("发生日期")), *HOUSEHOLD_COLUMNS), data, on=on, **kwargs)
        self.fields["mode"] = ModeField()
        self.order_fields(["mode", "happened_on"])

    def clean(self) -> dict[str, Any]:
        check_causes(self)
        return self.cleaned_data


class PersonForm(RegisterForm):
    """Facts and document of a person who is there."""

    def __init__(self, data: Any = None, *, on: date, **kwargs: Any) -> None:
        columns = tuple(_optional(column) for column in PERSON_COLUMNS)
        super().__init__((day_column(_("发生日期")), *columns), data, on=on, **kwargs)
        self.fields["mode"] = ModeField()
        self.order_fields(["mode", "happened_on"])

    def clean(self) -> dict[str, Any]:
        check_document(self)
        check_facts(self)
        return self.cleaned_data


def _optional(column: Column, **changes: Any) -> Column:
    return replace(column, required=column.name == "name", **changes)


def head_columns() -> tuple[Column, ...]:
    """The columns of the head in the form of a new household."""
    by_name = {column.name: column for column in PERSON_COLUMNS}
    return tuple(
        _optional(by_name[name], group="户主") if name != "id_number" else by_name[name] for name in HEAD_COLUMNS
    )


class NewHouseholdForm(RegisterForm):
    """A new household with its head; the others join afterwards."""

    def __init__(self, data: Any = None, *, on: date, **kwargs: Any) -> None:
        heads = tuple(replace(column, name=_HEAD_PREFIX + column.name, group="户主") for column in head_columns())
        own = (replace(VILLAGE, key=False, group="户与地点"), *HOUSEHOLD_COLUMNS)
        super().__init__((day_column(_("登记日期")), *heads, *own), data, on=on, **kwargs)

    def clean(self) -> dict[str, Any]:
        check_causes(self)
        check_document(self, _HEAD_PREFIX)
        self._check_own_codes()
        return self.cleaned_data

    def _check_own_codes(self) -> None:
        """Offered were the own codes of the whole area; here those of the village count."""
        place = codes.at(self.cleaned_data.get("village"))
        for column in self.columns:
            value = self.cleaned_data.get(column.name)
            if column.kind in (Kind.CODE, Kind.CODES) and value:
                context = replace(self.fields[column.name].context, place=place)  # type: ignore[attr-defined]
                problem = cells.parse(column, str(value), context=context)[1]
                if problem is not None:
                    self.add_error(column.name, problem.sentence)

    def head(self) -> dict[str, Any]:
        """The head as a member."""
        values = {n.removeprefix(_HEAD_PREFIX): v for n, v in self.filled().items() if n.startswith(_HEAD_PREFIX)}
        return {**values, "relation": words.HEAD}

    def attributes(self) -> dict[str, Any]:
        """The household's own values."""
        own = {column.name for column in HOUSEHOLD_COLUMNS}
        return {name: value for name, value in self.filled().items() if name in own}


class NewMemberForm(RegisterForm):
    """Somebody who joins a household."""

    def __init__(self, data: Any = None, *, on: date, **kwargs: Any) -> None:
        joined = Column("joined_by", "增加原因", Kind.CODE, codes="member_change", required=True, group="基本情况")
        columns = (day_column(_("发生日期")), joined, replace(RELATION, required=True), *PERSON_COLUMNS)
        super().__init__(columns, data, on=on, **kwargs)
        field: Any = self.fields["joined_by"]
        field.widget.choices = [one for one in field.widget.choices if one[0] in ("", *words.ENTRIES)]

    def clean(self) -> dict[str, Any]:
        check_document(self)
        check_facts(self)
        member = rules.MemberFacts(
            self.cleaned_data.get("name") or "", self.cleaned_data.get("relation") or "",
            self.cleaned_data.get("sex") or "", self.cleaned_data.get("born_on"),
        )  # fmt: skip
        sentence = rules.contradicts_sex(member)
        if sentence:
            self.add_error("relation", said(sentence))
        return self.cleaned_data


class MoveForm(RegisterForm):
    """To another village, as a whole."""

    def __init__(self, data: Any = None, *, on: date, **kwargs: Any) -> None:
        places = ("natural_village", "village_group", "winter_camp", "summer_camp", "herding_unit")
        own = tuple(column for column in HOUSEHOLD_COLUMNS if column.name in places)
        columns = (day_column(_("迁移日期")), replace(VILLAGE, label="迁入的嘎查村", key=False), *own)
        super().__init__(columns, data, on=on, **kwargs)

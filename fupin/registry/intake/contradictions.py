"""What a row says against itself: the same rules by which a form is refused, judged set-wise (`registry.rules`)."""

from __future__ import annotations

from collections.abc import Sequence

import polars
from django.utils.translation import gettext as _
from polars import col, lit

from fupin.core.id_numbers import FOREIGN_DOCUMENTS, TEMPORARY_AREA
from fupin.core.sentences import said
from fupin.registry import rules
from fupin.registry.intake.resolving import is_good, problem


def reject_contradictions(frame: polars.DataFrame) -> polars.DataFrame:
    """Reject persons whose sex or birth day is not that of their number, or whose relation to the head has another sex.

    ID-007, ID-008, REL-006. `frame` has the row's `id_number` and `relation`, and `new__sex`, `new__born_on`,
    `new_relation` and `new_document` as they are to hold. A number that stays as it is was judged when it came in, and
    is judged again when the card is next edited.
    """
    number = col("id_number")
    is_resident = number.str.contains(r"^\d{17}[\dX]") & ~number.str.starts_with(TEMPORARY_AREA)
    is_resident &= ~col("new_document").fill_null("").is_in(sorted(FOREIGN_DOCUMENTS))
    number_sex = polars.when(number.str.slice(16, 1).is_in(list("13579"))).then(lit("1")).otherwise(lit("2"))
    number_sex = polars.when(is_resident.fill_null(value=False)).then(number_sex)
    sex = polars.when(col("new__sex").fill_null("") != "").then(col("new__sex"))
    frame = problem(frame, is_good() & (sex != number_sex), "sex", "ID-007", _("性别与身份证号不一致，请核对证件"))
    born_on = col("new__born_on").dt.to_string("%Y%m%d")
    frame = problem(frame, is_good() & is_resident & (born_on != number.str.slice(6, 8)), "born_on", "ID-008",
                    _("出生日期与身份证号中的不一致，请核对证件"))  # fmt: skip
    either = polars.coalesce(sex, number_sex)
    says_so = col("relation").is_not_null() | col("sex").is_not_null() | number.is_not_null()
    wrong = ((either == "1") & col("new_relation").is_in(sorted(rules.FEMALE_ONLY))) | (
        (either == "2") & col("new_relation").is_in(sorted(rules.MALE_ONLY))
    )
    return problem(frame, is_good() & says_so & wrong, "relation", "REL-006", _("与户主关系与性别不符，请核对"))


_ANSWERS: dict[str, polars.Expr] = {
    "EDU-001": ~col("new__student").fill_null("").is_in(list(rules.NOT_AT_SCHOOL))
    & ~col("new__education").fill_null("").is_in(["", rules.BELOW_SCHOOL_AGE]),
    "EMP-002": polars.when(
        (col("new__work_place").fill_null("") != "") | (col("new__work_division_code").fill_null("") != "")
    )
    .then(col("new__work_months").is_null())
    .otherwise(col("new__work_months").fill_null(0) > 0),
    "SOC-002": col("new__has_resident_medical") & col("new__has_employee_medical"),
    "SOC-007": col("new__gets_subsistence_allowance") & col("new__gets_destitute_support"),
}
"""`rules.PERSON_CONTRADICTIONS` over columns; a test holds the two to the same answers."""


def reject_impossible(frame: polars.DataFrame) -> polars.DataFrame:
    """Reject persons of whom two values cannot both be true, where the row brings or changes one of them."""
    for each in rules.PERSON_CONTRADICTIONS:
        frame = problem(frame, is_good() & _touches(each.fields) & _ANSWERS[each.code], each.field, each.code,
                        said(each.sentence))  # fmt: skip
    return frame


def reject_repeated_causes(frame: polars.DataFrame) -> polars.DataFrame:
    """REL-016: the other causes do not repeat the main one."""
    others = col("new__other_causes").fill_null("").str.split(",")
    wrong = others.list.contains(col("new__main_cause").fill_null("-"))
    return problem(frame, is_good() & _touches(("main_cause", "other_causes")) & wrong, "other_causes", "REL-016",
                   _("其他致贫原因不能与主要致贫原因相同"))  # fmt: skip


def _touches(names: Sequence[str]) -> polars.Expr:
    """Is one of these values another one than the register has?"""
    return polars.any_horizontal(
        [col(f"new__{name}").cast(polars.String).fill_null("")
         != col(f"old__{name}").cast(polars.String).fill_null("") for name in names]
    )  # fmt: skip

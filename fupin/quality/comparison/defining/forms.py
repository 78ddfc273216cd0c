"""The forms by which an office asks for a source of its own: what it is, and the columns of the department's file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fupin.accounts.scopes import is_english
from fupin.core.dressing import dress
from fupin.policy.sources import OWN_MARK
from fupin.policy.sources import keys as shipped_keys
from fupin.quality.rule_forms import RequestForm
from fupin.rulebook import source_columns
from fupin.rulebook.source_checks import ENGLISH, LENGTHS, LONGEST_WHEN, MOST_DAYS
from fupin.rulebook.source_wording import SEVERITIES, TESTS, TYPES, WHOM, words_read, words_told

START, MORE = 6, 4
"""Rows for columns to begin with, and how many come with each “more”."""
_PLAIN = {"division", "code", "valid_from", "valid_to", "document", "reason"}
_DAY = {"type": "date"}


def _text(label: Any, most: int, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, **more)


def _english(name: str, label: Any) -> forms.CharField:
    return _text(label, ENGLISH[name][1], required=False, help_text=_("可不填"))


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea({"rows": rows, "spellcheck": "false", "autocapitalize": "off"})


class SourceForm(RequestForm):
    """What a source is, whom it asks about and what; the columns stand in a form set beside it."""

    code = _text(_("来源代号"), 20, help_text=_("小写英文字母或数字，例如 pension；确认后不能修改"))
    label = _text(_("来源名称"), LENGTHS["label"])
    label_en = _english("label_en", _("英文名称"))
    department = _text(_("主管部门"), LENGTHS["department"])
    department_en = _english("department_en", _("部门英文名称"))
    basis_title = _text(_("法律依据"), LENGTHS["basis_title"], help_text=_("准许查询这项数据的文件名称"))
    basis_number = _text(_("依据文号"), LENGTHS["basis_number"])
    basis_day = forms.DateField(label=_("依据日期"), widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"))
    legal_basis_en = _english("legal_basis_en", _("法律依据英文"))
    keys = forms.MultipleChoiceField(
        label=_("匹配依据"), widget=forms.CheckboxSelectMultiple, initial=["number", "name"],
        help_text=_("部门文件中用来认人的栏目；须有证件号码，栏目越多，号码有误时越能认准"),
    )  # fmt: skip
    hits = forms.BooleanField(
        label=_("在名册中即提出疑点"), required=False, initial=True, help_text=_("各列所设的比较都符合时才提出")
    )
    absents = forms.BooleanField(
        label=_("未在名册中即提出疑点"), required=False,
        help_text=_("只在上传时勾选“名册完整”、名册覆盖该苏木乡镇且没有过期时判断；拿不准的不算不在"),
    )  # fmt: skip
    whom = forms.ChoiceField(label=_("向谁提出"), choices=list(WHOM.items()), initial="both")
    when = _text(
        _("另加的命中条件"), LONGEST_WHEN, required=False, widget=_area(2),
        help_text=_("一般不填。写法同质量规则，人的字段直接写，文件的列写作 file.c1、file.c2，金额以分为单位"),
    )  # fmt: skip
    absent_when = _text(
        _("未在名册中的条件"), LONGEST_WHEN, required=False, widget=_area(2),
        help_text=_("哪些人应当在名册中，例如 age >= 60；不填则为上面所选的全部人员"),
    )  # fmt: skip
    means = _text(_("核实事项"), LENGTHS["means"], widget=forms.Textarea({"rows": 2, "lang": "zh"}))
    means_en = _english("means_en", _("核实事项英文"))
    severity = forms.ChoiceField(label=_("级别"), choices=list(SEVERITIES.items()), initial="W")
    freshness_days = forms.IntegerField(
        label=_("数据时效（天）"), min_value=1, max_value=MOST_DAYS, initial=92, help_text=_("超过后提示应更新")
    )
    sensitive = forms.BooleanField(label=_("敏感数据，保存期限较短"), required=False)
    authorised = forms.BooleanField(
        label=_("须有家庭签字授权才能发函查询"), required=False, help_text=_("在“比对授权”中登记")
    )
    asks_anew = forms.BooleanField(label=_("原来的答复须重新核实"), required=False)
    valid_to = forms.DateField(
        label=_("失效日期（不含）"), required=False, widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"),
        help_text=_("不填为一直有效"),
    )  # fmt: skip
    PARTS = {
        "about": ("code", "label", "label_en", "department", "department_en", "basis_title", "basis_number", "basis_day",
                  "legal_basis_en", "keys"),
        "meaning": ("hits", "absents", "whom", "severity", "means", "means_en", "when", "absent_when"),
        "keeping": ("freshness_days", "sensitive", "authorised", "asks_anew"),
        "asking": ("division", "valid_from", "valid_to", "document", "reason"),
    }  # fmt: skip
    """The fields under their headings."""

    def __init__(self, *args: Any, is_version: bool = False, **more: Any) -> None:
        super().__init__(*args, **more)
        english = is_english()
        choices = [(name, one.label_en if english else one.label) for name, one in shipped_keys().items()]
        self.fields["keys"].choices = choices  # type: ignore[attr-defined]
        dropped = ("division", "code") if is_version else ("asks_anew",)
        for name in dropped:
            del self.fields[name]

    def _part(self, name: str) -> list[Any]:
        return [self[field] for field in self.PARTS[name] if field in self.fields]

    def about(self) -> list[Any]:
        """What the source is and by which law."""
        return self._part("about")

    def meaning(self) -> list[Any]:
        """What a hit says, and to whom it is put."""
        return self._part("meaning")

    def keeping(self) -> list[Any]:
        """How fresh it must be, how long it is kept, whether a household must agree."""
        return self._part("keeping")

    def asking(self) -> list[Any]:
        """Where, from which day, by which document."""
        return self._part("asking")

    def words(self, columns: Any) -> dict[str, Any]:
        """What the form and the rows of columns say, as the rulebook reads it."""
        said = {name: value for name, value in self.cleaned_data.items() if name not in _PLAIN}
        return said | {"columns": [row.said() for row in columns if row.is_said()]}

    @staticmethod
    def of(words: Mapping[str, Any]) -> dict[str, Any]:
        """What the form of a later version starts with; English words that only repeat the Chinese ones stay away."""
        again = [english for english, (chinese, _most) in ENGLISH.items() if words.get(english) == words.get(chinese)]
        return {name: value for name, value in words.items() if name != "columns" and name not in again}


def own_name(short_code: str, code: str) -> str:
    """The name of a source of an office."""
    return f"{OWN_MARK}{short_code}_{code.strip()}"


_SHOWN = {"headers": _("表头名称"), "words": _("有效=正常、在用；注销")}
"""What stands in empty cells."""


class ColumnForm(forms.Form):
    """One column of the department's file."""

    headers = forms.CharField(label=_("表头名称"), max_length=300, required=False)
    label_en = forms.CharField(label=_("英文名称"), max_length=source_columns.LONGEST, required=False)
    type = forms.ChoiceField(label=_("内容"), choices=list(TYPES.items()), required=False, initial="text")
    words = forms.CharField(label=_("取值和写法"), max_length=1_000, required=False)
    test = forms.ChoiceField(label=_("比较"), choices=[("", "—"), *TESTS.items()], required=False)
    bound = forms.CharField(label=_("比较值"), max_length=200, required=False)
    required = forms.BooleanField(label=_("必有"), required=False)
    kept = forms.BooleanField(label=_("留存"), required=False, initial=True)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        dress(self.fields.values())
        for name, each in self.fields.items():
            each.widget.attrs |= {"aria-label": each.label, "autocomplete": "off"}
            if name in _SHOWN:
                each.widget.attrs["placeholder"] = _SHOWN[name]

    def is_said(self) -> bool:
        """Does the row say a column? One whose headers were taken away is left out; a new row without any is asked about."""
        return bool(self.cleaned_data.get("headers", "").strip()) or (not self.initial and self.has_changed())

    def said(self) -> dict[str, Any]:
        """The row as the rulebook reads it."""
        data = self.cleaned_data
        headers = [text for text in data["headers"].replace("，", "、").replace(",", "、").split("、") if text.strip()]
        return {**data, "headers": headers, "words": words_read(data["words"])}

    @staticmethod
    def of(column: Mapping[str, Any]) -> dict[str, Any]:
        """A column as it stands, for a later version."""
        english = "" if column["label_en"] == column["label"] else column["label_en"]
        plain = {name: column[name] for name in ("type", "test", "bound", "required", "kept")}
        headers = "、".join((column["label"], *column["aliases"]))
        return {**plain, "headers": headers, "label_en": english, "words": words_told(column.get("words", {}))}


def columns_form(data: Any, columns: Any = ()) -> Any:
    """The rows for columns: what was sent (with more empty ones, where they are asked for), or those there are."""
    start = [ColumnForm.of(one) for one in columns]
    made: Any = forms.formset_factory(
        ColumnForm, extra=max(START - len(start), 2), max_num=source_columns.MOST,
        absolute_max=source_columns.MOST + MORE,
    )  # fmt: skip
    if data is not None and data.get("act") == "more":
        data = data.copy()
        count = data.get("columns-TOTAL_FORMS", "")
        data["columns-TOTAL_FORMS"] = str(min(int(count) + MORE if count.isdecimal() and len(count) < 4 else START, 30))
        for nth in range(30):
            if not data.get(f"columns-{nth}-headers"):
                data[f"columns-{nth}-kept"] = "on"
    return made(data, initial=start, prefix="columns")


class EndForm(RequestForm):
    """A source that is used no more."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        del self.fields["division"]

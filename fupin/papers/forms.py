"""Forms of papers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fupin.core.documents.declared import Edition
from fupin.core.dressing import dress
from fupin.core.uploads import Files, FilesField
from fupin.papers.words import Kind

_DAY = {"type": "date"}


class StackForm(forms.Form):
    """Scans: one file of many pages, or many pictures."""

    files = FilesField(
        label=_("扫描件"), widget=Files(attrs={"accept": ".pdf,.jpg,.jpeg,.png,.webp,application/pdf,image/*"}),
        help_text=_("一个多页 PDF 或多张照片，次序、方向不限；认得页码的自动归到各户，认不得的留待人工归档"),
    )  # fmt: skip

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        dress(self.fields.values())


class TemplateForm(forms.Form):
    """A form of its own that an office asks for: a Word file, Mongolian beside the pages, or the shipped form again."""

    division = forms.TypedChoiceField(label=_("适用区划"), coerce=int)
    kind = forms.ChoiceField(label=_("办什么"))
    file = forms.FileField(
        label=_("模板文件（.docx）"), required=False, widget=forms.ClearableFileInput(attrs={"accept": ".docx"}),
        help_text=_("先下载通用模板，在 Word 中改好再上传；字段写在两个大括号里，每页一节"),
    )  # fmt: skip
    valid_from = forms.DateField(label=_("生效日期"), widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"))
    basis = forms.CharField(label=_("依据文件（名称与文号）"), max_length=200)
    reason = forms.CharField(label=_("理由"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, divisions: list[tuple[int, str]], edition: Edition, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["division"].choices = divisions  # type: ignore[attr-defined]
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            (Kind.FILE, _("上传自有模板")), (Kind.MONGOLIAN, _("填写蒙古文译文")), (Kind.BACK, _("恢复通用模板")),
        ]  # fmt: skip
        self.pages = []
        for at in range(len(edition.pages)):
            name = f"mongolian_{at}"
            self.fields[name] = forms.CharField(
                label=_("第 %(page)d 页的蒙古文") % {"page": at + 1}, required=False,
                widget=forms.Textarea(attrs={"rows": 2, "lang": "mn-Mong"}),
                help_text=_("传统蒙古文，印在该页左侧竖排") if at == 0 else "",
            )  # fmt: skip
            self.pages.append(name)
        dress(self.fields.values())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("kind") == Kind.FILE and not data.get("file"):
            self.add_error("file", _("请选择模板文件"))
        return data

"""A field of a form for several files."""

from __future__ import annotations

from typing import Any

from django import forms


class Files(forms.ClearableFileInput):
    """The box in which several files are chosen at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, each checked as one."""

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = data if isinstance(data, list | tuple) else [data] if data else []
        if not given:
            super().clean(None, initial)
        return [super(FilesField, self).clean(one, initial) for one in given]

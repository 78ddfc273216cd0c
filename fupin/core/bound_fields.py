"""A field of a form as every screen shows it, written without a template: a form of the register has sixty of them."""

from __future__ import annotations

from typing import Any

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _


def written(bound: Any, *, cross: SafeString, sign: SafeString) -> SafeString:
    """Label, control with its unit, help and problems; a hidden field is its control alone. `cross` and `sign` are the
    symbols of a problem and of a doubt."""
    if bound.is_hidden:
        return SafeString(bound)
    own, id_ = bound.field, bound.id_for_label
    parts = [format_html('<div class="field" id="{}-field">', id_ or bound.html_name)]
    must = format_html(' <span class="must">{}</span>', _("必填")) if own.required else ""
    if is_set := bound.use_fieldset:
        parts.append(format_html("<fieldset><legend>{}{}</legend>", bound.label, must))
    else:
        parts.append(format_html('<label for="{}">{}{}</label>', id_, bound.label, must))
    if unit := getattr(own, "unit", ""):
        parts.append(
            format_html('<div class="with-unit">{}<span class="unit">{}</span></div>', SafeString(bound), unit)
        )
    else:
        parts.append(SafeString(bound))
    if is_set:
        parts.append(mark_safe("</fieldset>"))
    if bound.help_text:
        help_ = conditional_escape(bound.help_text)
        parts.append(format_html('<div class="help" id="{}_helptext">{}</div>', bound.auto_id, help_))
    return mark_safe("".join([*parts, *_problems(bound, cross, sign), "</div>\n"]))  # noqa: S308 (each part is escaped)


def _problems(bound: Any, cross: SafeString, sign: SafeString) -> list[SafeString]:
    """What is wrong with what was typed, and what gives rise to doubt."""
    found = []
    if errors := bound.errors:
        lines = format_html_join("", "<div>{} {}</div>", ((cross, error) for error in errors))
        found.append(format_html('<div class="problem" id="{}_error">{}</div>', bound.auto_id, lines))
    if doubt := getattr(bound.field, "doubt", ""):
        found.append(format_html('<div class="doubt">{} {}</div>', sign, doubt))
    return found

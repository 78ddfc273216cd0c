"""The controls that are written without templates say what Django's own would say."""

from __future__ import annotations

from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest
from django import forms
from django.template import Context, Template

from fupin.core.boxes import Boxes, Buttons
from fupin.core.inputs import Carried, DayBox, TextBox
from fupin.core.selects import CodeSelect

CODES = [("", "—"), ("01", "<甲>"), ("02", "乙 & 丙")]
ATTRIBUTES = {"class": "a", "maxlength": 3, "disabled": True, "hidden": False}


class _Pieces(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Any] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, frozenset(attributes)))

    def handle_endtag(self, tag: str) -> None:
        self.found.append(tag)

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.found.append(data.strip())


def pieces(markup: str) -> list[Any]:
    reader = _Pieces()
    reader.feed(markup)
    return reader.found


@pytest.mark.parametrize(
    ("ours", "django"),
    [
        (TextBox(ATTRIBUTES), forms.TextInput(ATTRIBUTES)),
        (DayBox({"type": "date"}, format="%Y-%m-%d"), forms.DateInput({"type": "date"}, format="%Y-%m-%d")),
        (Carried(), forms.HiddenInput()),
        (CodeSelect(ATTRIBUTES, choices=CODES), forms.Select(ATTRIBUTES, choices=CODES)),
    ],
)
@pytest.mark.parametrize("value", [None, "", "01", '"><script>', 0, 12, date(2018, 1, 2)])
def test_a_control_is_written_as_django_writes_it(ours, django, value):
    given = {"id": "id_x", "required": True}
    assert pieces(ours.render("x", value, given)) == pieces(django.render("x", value, given))


@pytest.mark.parametrize("kind", [Boxes, Buttons])
@pytest.mark.parametrize(("value", "id_"), [(["01"], "id_x"), ([], "id_x"), ("02", ""), (None, "id_x")])
def test_boxes_are_written_as_djangos_template_writes_them_with_a_class_of_their_own(kind, value, id_):
    boxes = kind(choices=CODES)
    context = boxes.get_context("x", value, {"id": id_} if id_ else {})
    context["widget"]["attrs"]["class"] = "choices"
    written = boxes.render("x", value, {"id": id_} if id_ else {})
    assert pieces(written) == pieces(boxes._render(boxes.template_name, context))


def test_the_options_of_one_list_are_not_those_of_another_nor_its_choice_the_next_ones():
    one, two = CodeSelect(choices=CODES), CodeSelect(choices=[("", "—"), ("01", "丁")])
    assert "selected" in one.render("x", "01")
    assert "丁" not in one.render("x", "01")
    assert '<option value="02" selected>' in one.render("x", "02")
    assert '<option value="01">' in two.render("x", "02")


class _Asked(forms.Form):
    name = forms.CharField(label="名称 & 字号", required=True, help_text="<写全>", widget=TextBox())
    fuel = forms.ChoiceField(label="燃料", required=False, choices=CODES, widget=Buttons)
    token = forms.CharField(required=False, widget=Carried)


def shown(form: forms.Form, name: str) -> str:
    return Template("{% load fupin %}{% field bound %}").render(Context({"bound": form[name]}))


def test_a_field_stands_with_its_label_its_help_and_what_is_wrong_with_it():
    form = _Asked({"fuel": "<x>"})
    form.fields["name"].unit, form.fields["name"].doubt = "元", "可疑"
    found = shown(form, "name")
    assert found.startswith(
        '<div class="field" id="id_name-field"><label for="id_name">名称 &amp; 字号 <span class="must">'
    )
    assert '<span class="unit">元</span>' in found
    assert '<div class="help" id="id_name_helptext">&lt;写全&gt;</div>' in found
    assert 'aria-describedby="id_name_helptext id_name_error"' in found
    assert found.index('<div class="problem" id="id_name_error"><div><svg') < found.index('<div class="doubt"><svg')


def test_a_set_of_buttons_has_a_legend_and_a_problem_is_escaped():
    found = shown(_Asked({"fuel": "<x>", "name": "a"}), "fuel")
    assert found.index("<fieldset><legend>燃料</legend>") < found.index("</fieldset>") < found.index('class="problem"')
    assert "&lt;x&gt;" in found
    assert "<x>" not in found


def test_a_hidden_field_is_its_control_alone():
    assert pieces(shown(_Asked(), "token")) == pieces(str(_Asked()["token"]))

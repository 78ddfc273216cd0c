"""What screens may say: no text of the current regime calls anybody a poor household (贫困户)."""

import ast
import dataclasses
import re
from pathlib import Path

from fupin.policy.catalogue import code_list
from fupin.policy.guarantees import guarantees
from fupin.policy.quality import BASES, GROUPS, WAITS, rules
from fupin.policy.sources import keys, sources

ROOT = Path(__file__).resolve().parents[2]
SAYS = re.compile("贫困户|Poor household|poor household")


def _screens():
    for path in (ROOT / "fupin").rglob("*"):
        if path.is_file() and "tests" not in path.parts and path.suffix in (".html", ".po", ".txt", ".js"):
            yield path


def test_no_template_script_or_translation_says_poor_household():
    """Such words come from `{% word "household" %}` and differ with the day that is looked at."""
    found = [str(path.relative_to(ROOT)) for path in _screens() if SAYS.search(path.read_text(encoding="utf-8"))]
    assert found == []


def test_no_text_of_the_code_that_is_shown_says_poor_household():
    shown = re.compile(r"_\(\s*[\"']([^\"']*)")
    found = [
        (str(path.relative_to(ROOT)), text)
        for path in (ROOT / "fupin").rglob("*.py")
        if "tests" not in path.parts
        for text in shown.findall(path.read_text(encoding="utf-8"))
        if SAYS.search(text)
    ]
    assert found == []


def _texts(one):
    """Every text that a record of the documents holds, however deep: labels, sentences, notes, their English."""
    if isinstance(one, str):
        yield one
    elif dataclasses.is_dataclass(one):
        # What a file's headers are called elsewhere is read, never shown.
        yield from _texts([getattr(one, field.name) for field in dataclasses.fields(one) if field.name != "aliases"])
    elif isinstance(one, dict):
        yield from _texts(list(one.values()))
    elif isinstance(one, list | tuple):
        for each in one:
            yield from _texts(each)


def test_no_rule_guarantee_or_source_of_a_department_says_poor_household():
    shown = [*rules().values(), *guarantees().values(), *sources().values(), *keys().values(), GROUPS, BASES, WAITS]
    assert [text for text in _texts(shown) if SAYS.search(text)] == []
    assert len(set(_texts(shown))) > 1_000, "the hunt reads their texts"


def test_no_text_to_translate_hides_in_a_formatted_string():
    """Whoever looks for texts without English reads into such a string on Python 3.12 and newer only."""
    found = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in (ROOT / "fupin").rglob("*.py")
        for string in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(string, ast.JoinedStr)
        for call in ast.walk(string)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and re.fullmatch("_|n?p?gettext(_lazy)?", call.func.id)
    ]
    assert found == []


def test_every_code_list_that_a_sheet_names_is_in_the_catalogue():
    from fupin.registry import sheets

    for columns in (sheets.HOUSEHOLDS, sheets.PERSONS, sheets.INCOME):
        for column in columns:
            if column.codes:
                assert code_list(column.codes).items, column.name

"""What screens may say: no text of the current regime calls anybody a poor household (贫困户)."""

import ast
import re
from pathlib import Path

from fupin.policy.catalogue import code_list

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

"""The glossary binds words that exist: every identifier stands in the code, every term is said somewhere."""

import re
from functools import cache
from pathlib import Path

import pytest

from fupin.policy.glossary import chapters

PACKAGE = Path(__file__).resolve().parents[2]
TERMS = [one for chapter in chapters() for one in chapter.terms]


@cache
def _code() -> str:
    paths = [path for kind in ("*.py", "*.yaml", "*.html") for path in PACKAGE.rglob(kind)]
    own = [path for path in paths if "tests" not in path.parts and not path.name.startswith("glossary")]
    return "\n".join(path.read_text(encoding="utf-8") for path in own)


@pytest.mark.parametrize("one", TERMS, ids=lambda one: f"{one.term}-{one.identifier}")
def test_term_and_identifier_stand_in_the_code(one):
    assert one.term in _code()
    assert re.search(rf"\b{one.identifier}\b", _code())


def test_a_term_is_bound_once():
    terms = [one.term for one in TERMS]
    assert len(terms) == len(set(terms))

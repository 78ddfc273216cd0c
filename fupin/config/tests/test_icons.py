"""Whatever a screen names as a symbol is drawn: the list of frontend/src/icons.mjs holds it."""

import re
from pathlib import Path

import fupin
from fupin.config.navigation import DUTIES

PACKAGE = Path(fupin.__file__).parent
DRAWN = set(re.findall(r'"([a-z0-9-]+)"', (PACKAGE.parent / "frontend/src/icons.mjs").read_text(encoding="utf-8")))


def test_every_symbol_of_the_menu_is_drawn():
    assert {duty.icon for _name, duties in DUTIES for duty in duties} - DRAWN == set()


def test_every_symbol_that_a_template_names_is_drawn():
    named = {}
    for path in PACKAGE.glob("*/templates/**/*.html"):
        found = re.findall(r'(?:icon |symbol=)"([a-z0-9-]+)"', path.read_text(encoding="utf-8"))
        named |= dict.fromkeys(found, path.name)
    assert len(named) > 30
    assert {name: where for name, where in named.items() if name not in DRAWN} == {}

import re
from pathlib import Path

from fupin.config import documents, environment

PACKAGE = Path(environment.__file__).resolve().parent.parent
NAMES = {setting.name for setting in environment.SETTINGS}


def test_every_setting_that_the_code_reads_stands_in_the_table_and_no_other():
    used: set[str] = set()
    for path in PACKAGE.rglob("*.py"):
        if path.name != "environment.py" and "tests" not in path.parts:
            used |= set(re.findall(r"\"(FUPIN_[A-Z_]+)\"", path.read_text(encoding="utf-8")))
    assert used - NAMES == set()
    assert NAMES - used == {"FUPIN_LOG_LEVEL"} - used


def test_a_setting_is_read_from_the_environment_and_else_has_its_default(monkeypatch):
    monkeypatch.delenv("FUPIN_HOSTS", raising=False)
    assert environment.parts("FUPIN_HOSTS") == ["localhost", "127.0.0.1", "[::1]"]
    monkeypatch.setenv("FUPIN_HOSTS", "a.cn, b.cn,")
    assert environment.parts("FUPIN_HOSTS") == ["a.cn", "b.cn"]
    monkeypatch.setenv("FUPIN_HTTPS", "Yes")
    assert environment.flag("FUPIN_HTTPS")
    monkeypatch.setenv("FUPIN_HTTPS", "no")
    assert not environment.flag("FUPIN_HTTPS")


def test_the_pages_name_every_setting_and_show_no_secret():
    page = documents.settings_page()
    assert all(f"`{name}`" in page for name in NAMES)
    assert all(setting.default == "" for setting in environment.SETTINGS if setting.is_secret)


def test_the_generated_documents_say_what_the_code_says():
    assert documents.outdated() == []

"""One Chinese text has one English on every screen, or says in a context what it means there."""

import pytest

from fupin.config import messages

PO = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n{entries}\n'


@pytest.fixture
def two_apps(tmp_path, monkeypatch):
    monkeypatch.setattr(messages, "ROOT", tmp_path)

    def made(**entries: str) -> list[str]:
        for app, text in entries.items():
            folder = tmp_path / app / "locale" / "en" / "LC_MESSAGES"
            folder.mkdir(parents=True)
            (tmp_path / app / "__init__.py").touch()
            (folder / "django.po").write_text(PO.format(entries=text), encoding="utf-8")
        return messages.differing()

    return made


def test_two_apps_that_say_it_differently_are_both_named(two_apps):
    (fault,) = two_apps(papers='msgid "提出人"\nmsgstr "Proposed by"', notices='msgid "提出人"\nmsgstr "Who objects"')
    assert "提出人" in fault
    assert "papers" in fault
    assert "notices" in fault


def test_the_same_english_twice_is_sound(two_apps):
    assert two_apps(papers='msgid "下一页"\nmsgstr "Next page"', notices='msgid "下一页"\nmsgstr "Next page"') == []


def test_a_context_tells_two_meanings_apart(two_apps):
    assert two_apps(papers='msgid "提出人"\nmsgstr "Proposed by"',
                    notices='msgctxt "objection"\nmsgid "提出人"\nmsgstr "Who objects"') == []  # fmt: skip


def test_in_this_system_no_text_has_two():
    assert messages.differing() == []


def test_a_text_with_a_context_needs_its_own_english(tmp_path, monkeypatch):
    app = tmp_path / "papers"
    (app / "locale" / "en" / "LC_MESSAGES").mkdir(parents=True)
    (app / "__init__.py").touch()
    (app / "words.py").write_text('A = pgettext("days", "暂停")\nB = _("暂停")\n', encoding="utf-8")
    (app / "locale" / "en" / "LC_MESSAGES" / "django.po").write_text(
        PO.format(entries='msgid "暂停"\nmsgstr "Pause"'), encoding="utf-8"
    )
    monkeypatch.setattr(messages, "ROOT", tmp_path)
    (fault,) = messages.faults()
    assert "words.py:1" in fault

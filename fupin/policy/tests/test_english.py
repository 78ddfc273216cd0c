"""What the documents say can be read in English too."""

import re
from collections.abc import Iterator

from fupin.policy import english as module
from fupin.policy.catalogue import code_lists
from fupin.policy.documents import Source
from fupin.policy.english import english, texts
from fupin.policy.exits import held_back, standards, villages
from fupin.policy.guarantees import guarantees
from fupin.policy.parameters import parameters
from fupin.policy.quality import BASES, GROUPS, WAITS, rules
from fupin.policy.regimes import regimes
from fupin.policy.retention import classes

CHINESE = re.compile("[\u3000-\u9fff\uff00-\uffef]")


def said() -> Iterator[str]:
    """Every title, number, clause and note of a document."""
    sources: list[Source] = []
    for setting in parameters().values():
        yield setting.note
        sources += [one.source for one in setting.values]
    for listed in code_lists().values():
        yield listed.note
        sources.append(listed.source)
    for one in regimes():
        sources += [one.source, *(stage.source for stage in one.publicity)]
    sources += [one.source for each in guarantees().values() for one in each.standards]
    sources += [one.source for each in (standards(), held_back(), villages()) for one in each.values()]
    yield from (one.source for one in rules().values())
    for kept in classes().values():
        yield kept.note
        sources.append(kept.source)
    for source in sources:
        yield from (source.title, source.document, source.clause)


def test_every_source_and_note_has_its_english():
    assert sorted({text for text in said() if CHINESE.search(english(text))}) == []


def test_every_text_of_a_rule_that_a_screen_shows_has_both_languages():
    pairs = [
        (one.name, chinese, told)
        for one in rules().values()
        for chinese, told in ((one.label, one.label_en), (one.asks, one.asks_en), (one.note, one.note_en),
                              (one.source, english(one.source)))
    ]  # fmt: skip
    pairs += [(name, *said) for words in (BASES, GROUPS, WAITS) for name, said in words.items()]
    assert [name for name, chinese, told in pairs if bool(chinese) != bool(told) or CHINESE.search(told)] == []
    notes = [one for one in rules().values() if one.note]
    assert len(notes) > 50
    assert all(one.note.endswith("。") and one.note_en.endswith(".") for one in notes)


def test_no_english_stands_for_a_text_that_no_document_says():
    assert set(texts()) - set(said()) == set()


def test_a_text_that_stands_twice_is_told_by_the_checks(tmp_path, monkeypatch):
    twice = tmp_path / "english.yaml"
    twice.write_text("待核: To be verified\n待核: Unverified\n", encoding="utf-8")
    monkeypatch.setattr(module, "FILE", twice)
    texts.cache_clear()
    try:
        assert ["待核" in fault for fault in module.check()] == [True]
    finally:
        texts.cache_clear()

"""What the documents say can be read in English too."""

import re
from collections.abc import Iterator

from fupin.policy.catalogue import code_lists
from fupin.policy.documents import Source
from fupin.policy.english import english, texts
from fupin.policy.guarantees import guarantees
from fupin.policy.parameters import parameters
from fupin.policy.regimes import regimes

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
    for source in sources:
        yield from (source.title, source.document, source.clause)


def test_every_source_and_note_has_its_english():
    assert sorted({text for text in said() if CHINESE.search(english(text))}) == []


def test_no_english_stands_for_a_text_that_no_document_says():
    assert set(texts()) - set(said()) == set()

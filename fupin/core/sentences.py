"""The sentences of rules in the reader's language."""

from django.utils.translation import get_language, gettext

from fupin.core.verdicts import Name, Sentence


def said(sentence: str) -> str:
    """A rule's sentence as the screen says it; any other text as it is."""
    if isinstance(sentence, Sentence):
        english = (get_language() or "").startswith("en")
        parts = {
            key: part.english if english and isinstance(part, Name) else part for key, part in sentence.parts.items()
        }
        return gettext(sentence.pattern).format(**parts)
    return sentence

"""The sentences of rules in the reader's language."""

from django.utils.translation import gettext

from fupin.core.verdicts import Sentence


def said(sentence: str) -> str:
    """A rule's sentence as the screen says it; any other text as it is."""
    if isinstance(sentence, Sentence):
        return gettext(sentence.pattern).format(**sentence.parts)
    return sentence

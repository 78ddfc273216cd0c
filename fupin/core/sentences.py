"""The sentences of rules in the reader's language, and the stops between parts, which differ by language too."""

from collections.abc import Iterable

from django.utils.translation import get_language, gettext

from fupin.core.verdicts import Name, Sentence


def said(sentence: str) -> str:
    """A rule's sentence as the screen says it; any other text as it is."""
    if isinstance(sentence, Sentence):
        english = _is_english()
        parts = {
            key: part.english if english and isinstance(part, Name) else part for key, part in sentence.parts.items()
        }
        return gettext(sentence.pattern).format(**parts)
    return sentence


def listed(parts: Iterable[str]) -> str:
    """Parts of equal rank, one after the other."""
    return (", " if _is_english() else "、").join(parts)


def together(sentences: Iterable[str]) -> str:
    """Several sentences as one."""
    return ("; " if _is_english() else "；").join(sentences)


def told(name: str, text: object) -> str:
    """What something is, after its name."""
    return f"{name}: {text}" if _is_english() else f"{name}：{text}"


def bracketed(text: str, more: object) -> str:
    """A text with more about it in brackets."""
    return f"{text} ({more})" if _is_english() else f"{text}（{more}）"


def _is_english() -> bool:
    return (get_language() or "").startswith("en")

"""How the second process of a merge begins: it is imported before Django is loaded, so it imports nothing of ours."""

import django


def begin() -> None:
    """Load Django: the settings hold the keys."""
    django.setup()

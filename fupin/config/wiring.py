"""The lists that the engines are handed at start, so that none of them imports upward.

One line a thing: a ledger, a table of steps, a dataset, a job, a check.
"""


def wire() -> None:
    """Hand every engine its declarations. Called once, when Django is ready."""

"""How much somebody has to write where a reason is asked for."""

LEAST_REASON = 4
"""Characters: a reason is words that a reader of the trail understands."""

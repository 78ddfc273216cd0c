"""Adjustment rounds (动态调整): opened and closed by year and division, with a table of before and after from the records."""

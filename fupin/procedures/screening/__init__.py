"""Screening (大排查) of all rural households: key groups are visited, all others confirmed thirty to a page."""

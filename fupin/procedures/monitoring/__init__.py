"""Staying out of poverty: warnings that are visited, areas at risk, relief that comes first, risk cleared, return to poverty."""

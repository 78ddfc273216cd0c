"""Tickets taken along as a workbook, answered in it without a line, and brought back."""

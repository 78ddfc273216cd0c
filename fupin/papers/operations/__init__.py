"""Writes of papers: printing, scans, filing, marks, an office's own templates."""

"""Documents on paper: declared as data, set as PDF and Word, coded page by page, read back from scans. No domain word."""

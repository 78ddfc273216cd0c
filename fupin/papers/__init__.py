"""Papers: what is printed, signed, scanned and filed; see README.md."""

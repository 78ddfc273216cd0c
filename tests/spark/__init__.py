"""Checks that need a real Spark: `make test-spark`."""

"""The tests of monitoring begin as those of procedures do: with a board, and a poor household."""

from fupin.procedures.tests.conftest import board, household, it_is

__all__ = ["board", "household", "it_is"]

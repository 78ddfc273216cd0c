"""Backups of released versions, by which every later version proves that it can upgrade them."""

from pathlib import Path

FOLDER = Path(__file__).resolve().parent
KEYS = """FUPIN_SECRET_KEY=throwaway-throwaway-throwaway-throwaway-throwaway
FUPIN_FIELD_KEYS=k1:1111111111111111111111111111111111111111111111111111111111111111
FUPIN_INDEX_KEY=2222222222222222222222222222222222222222222222222222222222222222
FUPIN_SEAL_KEY=3333333333333333333333333333333333333333333333333333333333333333
"""


def backups() -> list[Path]:
    """The backups that are there, the oldest version first."""
    return sorted(FOLDER.glob("*.fupin"), key=lambda path: [int(part) for part in path.stem.split(".")])

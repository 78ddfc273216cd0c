"""Backups: the whole register in one file, taken while it is served, put back into an empty place on either database.

The form belongs to no database: a table is a file of JSON lines in the order of its key, with columns and their kinds
in the manifest. What was SQLite can come back as PostgreSQL. Keys are never in it.
"""

from fupin.core.backups.manifest import Manifest, Table
from fupin.core.backups.restoring import restore
from fupin.core.backups.taking import take

__all__ = ["Manifest", "Table", "restore", "take"]

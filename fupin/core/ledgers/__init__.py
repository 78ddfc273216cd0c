"""The ledger engine (台账): a plain record declared once has list, search, filter, page, form, history and files.

A ledger is a Django model with real columns and constraints. Its declaration hands in its own gate (`rows`) and its
own operations; screens (`core.ledgers.views`), the API and the files work from the declaration alone.
"""

from fupin.core.ledgers.declaration import Ledger, Operations, Revision
from fupin.core.ledgers.register import Rights, all_ledgers, find, register_ledger, rights, use_rights

__all__ = ["Ledger", "Operations", "Revision", "Rights", "all_ledgers", "find", "register_ledger", "rights",
           "use_rights"]  # fmt: skip

"""The staged import: file → texts → checked values → plan against the register → a person accepts → merge in chunks.

No domain word lives here. A record type hands in an `Intake`: its columns, how rows find their records, how they are
written. Everything between a file and the register's tables happens outside the write lock.
"""

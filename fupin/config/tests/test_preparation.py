"""What an instance needs of its database before anything is written."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from fupin.config import preparation


class Database:
    """A PostgreSQL database of some encoding, as far as it is asked."""

    vendor = "postgresql"

    def __init__(self, encoding):
        self.encoding = encoding

    def cursor(self):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *fault):
        return None

    def execute(self, statement):
        assert statement == "SHOW server_encoding"

    def fetchone(self):
        return (self.encoding,)


def test_a_database_that_counts_bytes_is_refused_before_anything_is_written(monkeypatch):
    monkeypatch.setattr(preparation, "connection", Database("SQL_ASCII"))
    with pytest.raises(ImproperlyConfigured, match="SQL_ASCII"):
        preparation.prepare_instance()


@pytest.mark.django_db
def test_the_database_of_this_run_holds_every_letter():
    assert connection.vendor in ("sqlite", "postgresql")
    preparation._require_every_letter()

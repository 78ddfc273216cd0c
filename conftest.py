"""The test run as a whole: the divisions in every test database, and the fixed cast."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from hypothesis import settings as hypothesis_settings

# A busy machine is no defect: no test goes by the clock.
hypothesis_settings.register_profile("work", deadline=None)
hypothesis_settings.load_profile("work")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> Iterator[None]:
    """The tables of a test database are made at once, as those of a new instance are; that the migrations end in the
    same tables is said by `tests/architecture/test_new_tables.py`."""
    from django.core.management.commands import migrate

    from fupin.core import schema, tables

    walk = migrate.Command.handle

    def make_first(self: Any, *given: Any, **named: Any) -> Any:
        if schema.schema().state == "empty":
            tables.make()
        return walk(self, *given, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migrate.Command, "handle", make_first)
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """All 15,938 divisions stand in every test database, as they do in every instance."""
    from django.test import TestCase

    from fupin.divisions.loading import load

    with django_db_blocker.unblock():
        load()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TestCase, "tearDownClass", classmethod(_take_back))
        yield


def _take_back(test: Any) -> None:
    """What a test wrote is taken back, and the connection stays: PostgreSQL needs long to know its tables again."""
    from django.test import TestCase

    test._rollback_atomics(test.cls_atomics)
    super(TestCase, test).tearDownClass()


@pytest.fixture(autouse=True)
def _divisions_after_a_flush(request: pytest.FixtureRequest) -> None:
    """A test with real transactions ends in a flush of all tables: the next one finds the divisions again."""
    marker = request.node.get_closest_marker("django_db")
    wanted = {"transactional_db", "live_server"} & set(request.fixturenames)
    if wanted or (marker and marker.kwargs.get("transaction")):
        from fupin.divisions.loading import load
        from fupin.divisions.models import Division

        request.getfixturevalue("transactional_db")
        if not Division.objects.exists():
            load()


@pytest.fixture(autouse=True)
def _nothing_goes_by_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Visits are noted and the measures of signing in read anew now and then: a few questions more to the database in
    one page of many, so that a test which counts questions would go by the clock."""
    monkeypatch.setattr("fupin.accounts.middleware.SEEN_EVERY", 86_400)
    monkeypatch.setattr("fupin.accounts.limits.KEPT_SECONDS", 86_400)


@pytest.fixture(autouse=True)
def _language_of_the_instance() -> Iterator[None]:
    """A page in English leaves its language to the thread: the next test begins in that of the instance."""
    yield
    translation.deactivate()


@pytest.fixture(scope="module")
def shared_db(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The database for what a file writes once and each of its tests begins with; taken back at the end of the file.

    What a test changes of it is taken back when the test ends, as everywhere.
    """
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def own_folder(tmp_path: Path, settings: Any) -> Path:
    """A data folder of the test's own: for files that it makes and that another must not find."""
    settings.DATA_FOLDER = tmp_path
    return tmp_path


@pytest.fixture
def cast(db: None) -> SimpleNamespace:
    """Users by name with one posting each (`tests/cast.py`), and the places they are posted to."""
    from tests.cast import play

    return play()


@pytest.fixture
def client_of(db: None) -> Callable[..., Client]:
    """`client_of(cast.helper)`: a browser in which that person is signed in."""
    from tests.cast import browser_of

    return browser_of

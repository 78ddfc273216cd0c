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
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """All 15,938 divisions stand in every test database, as they do in every instance."""
    from fupin.divisions.loading import load

    with django_db_blocker.unblock():
        load()


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

    def sign_in(user: Any, **extra: Any) -> Client:
        client = Client(**extra)
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        session = client.session
        session["second_factor"] = True  # as after a sign-in with a code; signing in itself has its own tests
        session.save()
        return client

    return sign_in

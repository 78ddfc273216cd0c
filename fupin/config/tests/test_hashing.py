"""One-time passwords are hashed quickly; every other one, and theirs after the first sign-in, with full parameters."""

from __future__ import annotations

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, check_password, make_password

from fupin.accounts import operations
from fupin.accounts.hashing import FullArgon2, hashed_quickly
from fupin.accounts.models import User
from fupin.config import settings as written

pytestmark = pytest.mark.usefixtures("hashers_of_an_office")
FULL = f"m={Argon2PasswordHasher.memory_cost},t={Argon2PasswordHasher.time_cost},p={Argon2PasswordHasher.parallelism}"


@pytest.fixture
def hashers_of_an_office(settings):
    """What hashes where people work; the other tests hash with something that takes no time."""
    settings.PASSWORD_HASHERS = written.PASSWORD_HASHERS


def test_a_quick_hash_leaves_the_hashing_of_all_others_as_it_was():
    assert "$m=64,t=1,p=1$" in hashed_quickly("rjx4-k9wm-t3ua-ppd2")
    assert f"${FULL}$" in make_password("Caoyuan-2018-hao")


def test_a_one_time_password_opens_the_account_and_is_hashed_in_full_from_then_on(cast, client):
    added = operations.add_user(username="batu", full_name="巴图", role="township_officer", division=cast.township,
                                by=cast.security_admin)  # fmt: skip
    assert added.password not in added.user.password
    answer = client.post("/sign-in/", {"username": "batu", "password": added.password})
    assert answer.status_code == 302
    kept = User.objects.get(username="batu")
    assert f"${FULL}$" in kept.password
    assert kept.check_password(added.password)
    assert kept.must_change_password


@pytest.mark.parametrize(("given", "times"), [("wrong", 1), ("rjx4-k9wm-t3ua-ppd2", 0)])
def test_a_wrong_password_takes_the_full_time_even_where_the_hash_is_a_quick_one(monkeypatch, given, times):
    spent = []
    monkeypatch.setattr(FullArgon2, "encode", lambda self, password, salt: spent.append(self.memory_cost) or "")
    assert check_password(given, hashed_quickly("rjx4-k9wm-t3ua-ppd2")) is not times
    assert spent == [Argon2PasswordHasher.memory_cost] * times

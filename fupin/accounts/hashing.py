"""How passwords are hashed: Argon2 with its full parameters, and quickly where the machine has made the password."""

from __future__ import annotations

from django.contrib.auth.hashers import Argon2PasswordHasher, get_hasher


class FullArgon2(Argon2PasswordHasher):
    """Argon2 that takes as long over a wrong password, whatever the parameters that the right one is hashed with.

    Otherwise the time of a refusal would tell which accounts exist and were never used.
    """

    def harden_runtime(self, password: str, encoded: str) -> None:
        """Called for a wrong password where the hash on record has other parameters: spend the full time."""
        self.encode(password, self.salt())


class QuickArgon2(Argon2PasswordHasher):
    """Argon2 with the least parameters. It never stands among the hashers of the settings."""

    time_cost = 1
    memory_cost = 64
    parallelism = 1


def hashed_quickly(password: str) -> str:
    """A password that was made here, hashed quickly: nobody guesses 79 random bits, and thousands are made at once.

    At the first sign-in it is hashed anew with the full parameters, and its owner must change it. The hasher that all
    others share is never touched: this is one of its own.
    """
    usual = get_hasher()
    hasher = QuickArgon2() if isinstance(usual, FullArgon2) else usual
    return str(hasher.encode(password, hasher.salt()))

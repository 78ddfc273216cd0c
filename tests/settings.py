"""Settings of the test run: fixed throwaway keys, no demonstration, the database that the run asks for."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

if "FUPIN_DATA" not in os.environ:
    # Whoever made the folder removes it, however the run ends; processes that it starts inherit the address.
    os.environ["FUPIN_DATA"] = tempfile.mkdtemp(prefix="fupin-test-")
    atexit.register(shutil.rmtree, os.environ["FUPIN_DATA"], ignore_errors=True)
os.environ.setdefault("FUPIN_SECRET_KEY", "test-only-secret-key-test-only-secret-key-0123456789")
os.environ.setdefault("FUPIN_FIELD_KEYS", "k1:" + "11" * 32)
os.environ.setdefault("FUPIN_INDEX_KEY", "22" * 32)
os.environ.setdefault("FUPIN_SEAL_KEY", "33" * 32)
Path(os.environ["FUPIN_DATA"]).mkdir(parents=True, exist_ok=True)

from fupin.config.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

"""What several tests of tickets begin with."""

from __future__ import annotations

from typing import Any

import pytest

from fupin.registry.models import Household
from fupin.registry.tests.households import two_spouses


@pytest.fixture
def household(cast: Any) -> Household:
    """A household in which two spouses are entered: REL-008 finds it."""
    return two_spouses(cast.village, by=cast.banner_officer)

"""The day on which a demonstration stands is known before its database is there: command and loading say the same."""

from __future__ import annotations

from fupin.cli.demo import TODAY
from fupin.demonstration import places


def test_the_command_and_the_loading_agree_on_the_day_of_each_demonstration():
    kinds = ("banner", "documents", "region", "present")
    assert [places.today_of(kind).isoformat() for kind in kinds] == [TODAY.get(kind, "2018-12-31") for kind in kinds]

"""Officers for the tests: the fixed cast as information officers, with two grid officers beside them."""

from __future__ import annotations

from typing import Any

from fupin.accounts import officers, operations, scopes
from fupin.accounts.models import Posting
from fupin.accounts.operations import NewUser


def post_officers(cast: Any) -> Any:
    """Information officers at three levels and two grid officers of one village."""
    Posting.objects.filter(user__in=[cast.banner_officer, cast.village_officer, cast.other_village_officer,
                                     cast.other_banner_officer]).update(duty="information")  # fmt: skip
    operations.add_users(by=scopes.SYSTEM, news=[
        NewUser("grid_east", "village_team", cast.village, "东片", "grid", "x", "东浩特，第二组"),
        NewUser("grid_all", "village_team", cast.village, "全村", "grid", "x"),
    ])  # fmt: skip
    return cast


def loads(viewer: Any, **wanted: Any) -> dict[str, dict[str, int]]:
    """What lies in the area of each officer that the viewer sees, by user name."""
    lines, _following = officers.page(viewer, officers.OfficerFilter(**wanted))
    return {line.post.user.username: line.loads for line in lines}

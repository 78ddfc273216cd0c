"""One signed list that concerns many cases: it lies in each of them, and what one of them forbids keeps it out of all."""

from __future__ import annotations

import pytest

from fupin.core import attachments
from fupin.core.models import Attachment, AuditEntry
from fupin.core.refusals import NotAllowed, NotFound, Refused
from fupin.core.tests.test_attachments import picture
from fupin.procedures import meetings, operations
from fupin.procedures.tests import exits
from fupin.procedures.tests.exits import BEGAN


@pytest.fixture
def cases(cast, it_is, settings, tmp_path):
    settings.DATA_FOLDER = tmp_path
    it_is(BEGAN)
    return exits.proposed(cast, exits.registered(cast), exits.registered(cast))


def put(cases, by, kind="team_signature", file=b""):
    return meetings.attach_to_each(cases=cases, file=file or picture(), kind=kind, by=by, on=BEGAN)


def test_it_lies_in_each_case_by_itself_and_in_the_trail(cast, cases):
    kept = put(cases, cast.village_officer)
    assert set(kept) == set(cases)
    assert {kept[pk].subject for pk in cases} == {f"case:{pk}" for pk in cases}
    assert len({attachments.path_of(row) for row in kept.values()}) == 2
    assert len({attachments.read(row) for row in kept.values()}) == 1
    assert AuditEntry.objects.filter(act="core.attach", subject__in=[f"case:{pk}" for pk in cases]).count() == 2


@pytest.mark.parametrize("why", ["ended", "kind", "elsewhere", "no paper"])
def test_what_one_case_forbids_keeps_it_out_of_all(cast, cases, why):
    by, kind = cast.village_officer, "team_signature"
    if why == "ended":
        operations.act(cases=cases[1:], act="stay", by=by, on=BEGAN, note="户主不同意")
    elif why == "kind":
        kind = "no such kind"
    elif why == "elsewhere":
        by = cast.other_banner_officer
    expected = {"ended": NotAllowed, "kind": Refused, "elsewhere": NotFound, "no paper": Refused}[why]
    with pytest.raises(expected):
        put(cases, by, kind, b"plain words" if why == "no paper" else b"")
    assert not Attachment.objects.filter(subject__startswith="case:").exists()

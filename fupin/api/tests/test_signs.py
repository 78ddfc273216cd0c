"""Signs as programs read, release and answer them."""

from __future__ import annotations

from typing import Any

import pytest

from fupin.api.tests.calls import Program
from fupin.core.models import Job
from fupin.quality.signs import jobs
from fupin.quality.signs.models import Sign
from fupin.quality.tests.test_sign_acts import heaped, look
from fupin.registry.tests.households import family

pytestmark = pytest.mark.django_db


def test_a_program_reads_releases_and_another_answers(cast: Any) -> None:
    home = family(cast.village, by=cast.banner_officer)
    look([heaped(cast, (home.pk,))])
    row = Sign.objects.get()
    banner, township = Program(cast.banner_officer), Program(cast.township_officer)
    assert township.get("/signs").json()["items"] == []
    assert township.get(f"/signs/{row.pk}").status_code == 404
    (line,) = banner.get("/signs?kind=heaping&state=found").json()["items"]
    assert (line["id"], line["observed"], line["division"]) == (str(row.pk), 27, "150522100200")
    assert banner.post(f"/signs/{row.pk}/release", {}).status_code == 204
    (behind,) = township.get(f"/signs/{row.pk}").json()["behind"]
    assert behind["household"] == home.number
    done = township.post(f"/signs/{row.pk}/answer", {"answer": "corrected", "reason": "入户重算，已更正"})
    assert (done.status_code, done.json()["state"]) == (200, "closed"), done.content


def test_an_office_has_signs_looked_for_and_a_township_may_not(cast: Any) -> None:
    assert Program(cast.township_officer).post("/signs/look", {}).status_code == 403
    answer = Program(cast.banner_officer).post("/signs/look", {})
    assert (answer.status_code, answer.json()["job"]) == (202, str(Job.objects.get(key=jobs.KIND).pk))

"""What rounds tell of households: days with too many visits, a head that a spot check found wrong."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from fupin.bulk import preparing, taking
from fupin.bulk.datasets import Declarations, Field, Part, Type, declared
from fupin.bulk.extracts import Extract
from fupin.core import audit, clock
from fupin.policy import collection as forms
from fupin.quality.campaigns import operations
from fupin.quality.campaigns.datasets import MANY
from fupin.quality.campaigns.models import CollectionHousehold, CollectionRound, SpotCheckHousehold
from fupin.quality.campaigns.tests.rounds import line_of, opened, registered, visit
from fupin.quality.recheck import findings_of
from fupin.registry.models import PersonFact
from fupin.registry.tests.made_register import MadeRegister

pytestmark = pytest.mark.django_db
ON = date(2018, 12, 31)
ASKED = forms.form("2021").compared


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Any, settings: Any) -> None:
    settings.DATA_FOLDER = tmp_path


def visits(
    made: MadeRegister, row: CollectionRound, officer: Any, start: int, count: int, on: date, state: str = "collected"
) -> None:
    """Households that an officer says to have collected on a day."""
    village = made.villages_of("150522", 1)[0]
    for nth in range(start, start + count):
        household = made.add(f"h{nth}-", village, [{}])
        CollectionHousehold.objects.create(
            round=row, household=household, number=household.number, village=village, state=state, visited_on=on,
            entered_at=timezone.now(), is_changed=False, spoke_to="某某", collected_by=officer,
        )  # fmt: skip


def counted() -> list[int]:
    return shown(taking.take())


def shown(extract: Extract) -> list[int]:
    relation = extract.relation("households", ON)
    with extract.reading() as cursor:
        rows = cursor.execute(f"SELECT visited_same_day FROM {relation} WHERE visited_same_day IS NOT NULL").fetchall()
    return [count for (count,) in rows]


def test_days_with_many_visits_of_one_officer_are_counted(cast):
    made, row = MadeRegister(), opened(cast)
    visits(made, row, cast.village_officer, 0, MANY + 1, ON)
    visits(made, row, cast.village_officer, 100, MANY, ON - timedelta(days=1))
    visits(made, row, cast.banner_officer, 200, 1, ON)
    visits(made, row, cast.village_officer, 300, 1, ON, state="visited")
    assert counted() == [MANY + 1] * (MANY + 1)


@pytest.mark.parametrize(("days", "count"), [(0, MANY + 1), (-1, 0), (364, MANY + 1), (365, 0)])
def test_visits_count_for_a_year_and_not_before_they_were_made(cast, days, count):
    visits(MadeRegister(), opened(cast), cast.village_officer, 0, MANY + 1, ON - timedelta(days=days))
    assert len(counted()) == count


def test_one_more_visit_of_the_day_is_seen_on_all_of_them(cast, monkeypatch):
    monkeypatch.setattr(preparing, "MOST_SHARE", 10)
    made, row = MadeRegister(), opened(cast)
    visits(made, row, cast.village_officer, 0, MANY + 1, ON)
    assert counted() == [MANY + 1] * (MANY + 1)
    visits(made, row, cast.village_officer, 100, 1, ON)
    extract = taking.current()
    assert extract.changed["household"] == 1
    assert shown(extract) == [MANY + 2] * (MANY + 2)


@pytest.fixture
def drawn(cast):
    """A household of the village that was collected and drawn for a check."""
    home = registered(cast.village, by=cast.banner_officer)
    row = opened(cast)
    visit(line_of(home), cast.village_officer)
    operations.draw(round=row.pk, division=cast.banner.pk, by=cast.banner_officer, on=clock.today(), seed=7)
    return SpotCheckHousehold.objects.get()


def check(one: SpotCheckHousehold, by: Any, *, wrong: tuple[str, ...] = ()) -> None:
    answers = {name: name not in wrong for name in ASKED}
    operations.spot_check(pk=one.pk, checked_on=clock.today(), answers=answers, by=by, on=clock.today())


def found(one: SpotCheckHousehold) -> set[str]:
    return {each.rule for each in findings_of([one.line.household_id], clock.today(), names=["REL-009"])}


def test_a_head_that_was_found_wrong_is_asked_about_until_the_register_has_another(cast, drawn):
    taking.take()
    check(drawn, cast.banner_officer, wrong=("head_name",))
    assert found(drawn) == {"REL-009"}
    PersonFact.objects.filter(name="宝音").update(name="宝音图")
    assert found(drawn) == set()


def test_a_head_that_is_right_is_not_asked_about_whatever_else_is_wrong(cast, drawn):
    taking.take()
    check(drawn, cast.banner_officer, wrong=("persons",))
    assert found(drawn) == set()
    drawn.line.refresh_from_db()
    assert (drawn.line.head_checked_on, drawn.line.wrong_head) == (clock.today(), "")


def test_every_household_of_a_village_that_is_collected_again_is_told_so(cast, drawn):
    check(drawn, cast.banner_officer, wrong=ASKED)
    operations.recollect(
        spot_check=drawn.spot_check_id, village=cast.village.pk, by=cast.banner_officer, on=clock.today()
    )
    entry = audit.AuditEntry.objects.get(act="collection.again")
    assert entry.subject == f"household:{drawn.line.household_id}"


def test_a_part_adds_fields_once_and_to_what_is_declared_alone():
    own = Declarations()
    own.declare(datasets=[declared.dataset("places")])
    part = Part("places", (Field("is_far", "偏远", Type.BOOLEAN),), "more.is_far", "SELECT 1 AS id, TRUE AS is_far")
    own.extend(part)
    assert own.dataset("places").names[-1] == "is_far"
    with pytest.raises(ValueError, match="is_far"):
        own.extend(part)
    with pytest.raises(KeyError):
        own.extend(Part("nothing", (), "", ""))

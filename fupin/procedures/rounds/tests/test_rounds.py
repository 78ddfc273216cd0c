"""A round: opened once for a place and year, closed by a second person when every case has ended and the table adds up."""

from datetime import date, timedelta

import pytest

from fupin.core import clock
from fupin.core.models import Case
from fupin.core.refusals import NotAllowed, NotFound, Refused
from fupin.procedures.rounds import operations, queries
from fupin.procedures.rounds.tests.made import collecting, opened, opening, taken
from fupin.procedures.rounds.words import Line
from fupin.procedures.tests.cases import led, poor, put, step
from fupin.registry.models import RegisterStatus

pytestmark = pytest.mark.django_db


def why_not(act, *given, **more):
    with pytest.raises((Refused, NotAllowed)) as refusal:
        act(*given, **more)
    return "；".join(refusal.value.reasons)


def withdrawn(cast, case):
    put(f"case:{case}", "withdrawal")
    step(case, "withdraw", cast.village_officer, 0, note="已搬走")


def test_a_round_covers_what_lies_below_so_that_no_second_one_of_the_year_stands_in_it(cast):
    opened(cast.banner, by=cast.banner_officer)
    assert "已有未办结的轮次" in why_not(opened, cast.banner, by=cast.banner_officer)
    assert "已有未办结的轮次" in why_not(opened, cast.league, by=cast.league_officer)
    assert opened(cast.other_banner, by=cast.other_banner_officer).stage == "opened"


def test_a_superiors_round_is_seen_below_and_a_neighbours_is_not(cast):
    covering = opened(cast.league, by=cast.league_officer)
    assert queries.round_for(cast.village_officer, covering.pk).pk == covering.pk
    own = opened(cast.other_banner, by=cast.other_banner_officer, year=clock.today().year - 1)
    with pytest.raises(NotFound):
        queries.round_for(cast.village_officer, own.pk)


def test_rounds_are_opened_where_one_is_posted_by_the_banner_or_above(cast):
    assert "管辖范围" in why_not(opened, cast.banner, by=cast.other_banner_officer)
    assert "管辖范围" in why_not(opened, cast.banner, by=cast.township_officer)
    assert "旗县及以上" in why_not(opened, cast.township, by=cast.banner_officer)


def test_the_schedule_and_the_first_day_must_make_sense(cast):
    today = clock.today()
    told = why_not(opened, cast.banner, by=cast.banner_officer, begins_on=today + timedelta(days=1), name=" ",
                   compare_until=today, year=today.year + 1)  # fmt: skip
    assert all(text in told for text in ("期初日", "轮次名称", "日程", "年度"))


def test_a_round_begins_with_the_end_of_the_one_before(cast):
    before = opened(cast.banner, by=cast.banner_officer)
    for act, by in (
        ("collect", cast.banner_officer),
        ("compare", cast.banner_officer),
        ("close", cast.second_banner_officer),
    ):
        taken(before, act, by)
    assert "期末日" in why_not(opened, cast.banner, by=cast.banner_officer)
    again = opening(cast.banner, begins_on=clock.today())
    assert operations.open_round(opening=again, by=cast.banner_officer, on=clock.today()).stage == "opened"


def test_cases_that_begin_while_is_collected_belong_to_the_round(cast):
    early = led(cast, poor(cast.village, by=cast.village_officer), on=clock.today())
    row = collecting(cast.banner, by=cast.banner_officer)
    case = led(cast, poor(cast.village, by=cast.village_officer), on=clock.today())
    taken(row, "compare", cast.banner_officer)
    late = led(cast, poor(cast.village, by=cast.village_officer), on=clock.today())
    parents = dict(Case.objects.filter(pk__in=(early, case, late)).values_list("pk", "parent"))
    assert parents == {early: "", case: f"round:{row.pk}", late: ""}


def test_a_round_closes_only_when_every_case_in_it_has_ended(cast):
    row = collecting(cast.banner, by=cast.banner_officer)
    case = led(cast, poor(cast.village, by=cast.village_officer), on=clock.today())
    taken(row, "compare", cast.banner_officer)
    assert "还有 1 份案卷没有办结" in why_not(taken, row, "close", cast.second_banner_officer)
    withdrawn(cast, case)
    assert taken(row, "close", cast.second_banner_officer).stage == "closed"


def test_whoever_took_it_to_comparing_does_not_close_it(cast):
    row = collecting(cast.banner, by=cast.banner_officer)
    taken(row, "compare", cast.banner_officer)
    assert "须由另一人办理" in why_not(taken, row, "close", cast.banner_officer)


def test_a_table_that_does_not_add_up_keeps_the_round_open(cast):
    row = collecting(cast.banner, by=cast.banner_officer)
    taken(row, "compare", cast.banner_officer)
    household = poor(cast.village, by=cast.village_officer)
    kind = {"household": household, "monitor_kind": "100A03002"}
    RegisterStatus.objects.create(valid_from=date(2024, 1, 1), valid_to=clock.today(), **kind)
    assert "对不上" in why_not(taken, row, "close", cast.second_banner_officer)
    RegisterStatus.objects.create(valid_from=clock.today(), **kind)
    assert taken(row, "close", cast.second_banner_officer).stage == "closed"


def test_what_the_table_said_when_the_round_closed_is_kept_whatever_is_put_right_later(cast):
    row = collecting(cast.banner, by=cast.banner_officer)
    household = poor(cast.village, by=cast.village_officer)
    status = RegisterStatus.objects.create(household=household, valid_from=clock.today(), monitor_kind="100A03002")
    taken(row, "compare", cast.banner_officer)
    row = taken(row, "close", cast.second_banner_officer)
    status.delete()
    assert queries.kept_of(row).of(cast.banner.pk)[Line.JOINED] == (1, 3)
    assert queries.table_of(row, on=clock.today()).of(cast.banner.pk)[Line.JOINED] == (0, 0)


def test_a_round_with_cases_is_not_dropped(cast):
    row = collecting(cast.banner, by=cast.banner_officer)
    led(cast, poor(cast.village, by=cast.village_officer), on=clock.today())
    assert "不能作废" in why_not(taken, row, "drop", cast.banner_officer, note="重复开启")
    other = collecting(cast.other_banner, by=cast.other_banner_officer)
    assert taken(other, "drop", cast.other_banner_officer, note="重复开启").stage == "dropped"


def test_two_who_take_it_on_at_once_do_it_once(cast):
    row = opened(cast.banner, by=cast.banner_officer)
    taken(row, "collect", cast.banner_officer, version=1)
    assert "刚被他人办理" in why_not(taken, row, "compare", cast.second_banner_officer, version=1)


def test_progress_counts_cases_by_division_as_far_as_the_reader_sees(cast):
    row = collecting(cast.banner, by=cast.banner_officer)
    first, _second = (led(cast, poor(cast.village, by=cast.village_officer), on=clock.today()) for _ in range(2))
    withdrawn(cast, first)
    whole, lines = queries.progress(cast.banner_officer, row, queries.seen_by(cast.banner_officer, row))
    assert (whole.cases, whole.ended, [(one.node.id, one.open) for one in lines]) == (2, 1, [(cast.township.pk, 1)])
    nothing, _lines = queries.progress(
        cast.other_village_officer, row, queries.seen_by(cast.other_village_officer, row)
    )
    assert nothing.cases == 0

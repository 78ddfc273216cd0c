from datetime import timedelta

import duckdb
import pyarrow as pa
import pytest

from fupin.accounts import operations, scopes
from fupin.accounts.models import Posting
from fupin.accounts.roles import PERMISSIONS, ROLES
from fupin.core import clock
from fupin.core.refusals import NotAllowed
from fupin.divisions.models import Division, Reach
from tests.cast import ROLES as CAST


def reached(user, permission="registry.view"):
    return set(
        scopes.within(user, Division.objects.filter(level="village"), division="id", permission=permission)
        .values_list("id", flat=True)
    )  # fmt: skip


def reached_by_predicate(user, permission="registry.view"):
    sql, parameters = scopes.dataset_predicate(user, column="village_id", permission=permission)
    villages = list(Division.objects.filter(level="village").values_list("id", flat=True))
    with duckdb.connect() as connection:
        connection.register("households", pa.table({"village_id": pa.array(villages, pa.int64())}))
        return {
            row[0]
            for row in connection.execute(f"SELECT village_id FROM households WHERE {sql}", parameters).fetchall()
        }


@pytest.mark.parametrize("name", CAST)
def test_queryset_and_dataset_predicate_reach_the_same_villages(cast, name):
    user = cast.people[name]
    for permission in ("registry.view", "accounts.view", "audit.view"):
        assert reached(user, permission) == reached_by_predicate(user, permission)


def test_each_level_reaches_what_lies_below_its_posting(cast):
    region, league, banner, township, village = (
        reached(getattr(cast, f"{level}_officer")) for level in ("region", "league", "banner", "township", "village")
    )
    assert region >= league > banner > township > village == {cast.village.pk}
    assert len(banner) == 305
    assert region == set(Division.objects.filter(level="village").values_list("id", flat=True))


def test_another_township_is_out_of_reach(cast):
    assert not reached(cast.township_officer) & reached(cast.other_township_officer)
    assert not reached(cast.banner_officer) & reached(cast.other_banner_officer)


@pytest.mark.parametrize("name", ["system_admin", "security_admin", "audit_admin", "nobody"])
def test_an_administrator_sees_no_household(cast, name):
    assert reached(cast.people[name]) == set()
    assert not scopes.may(cast.people[name], "registry.view")


@pytest.mark.parametrize(("days", "reaches"), [(0, True), (1, False)])
def test_a_posting_holds_from_its_first_day(cast, days, reaches):
    start = clock.today() + timedelta(days=days)
    Posting.objects.create(user=cast.nobody, division=cast.village, role="village_officer", valid_from=start)
    assert (reached(cast.nobody) == {cast.village.pk}) is reaches


@pytest.mark.parametrize(("days", "reaches"), [(1, True), (0, False), (-1, False)])
def test_a_posting_holds_until_the_day_before_its_end(cast, days, reaches):
    end = clock.today() + timedelta(days=days)
    Posting.objects.filter(user=cast.village_officer).update(valid_to=end)
    assert bool(reached(cast.village_officer)) is reaches


def test_predecessors_belong_to_the_reach(cast):
    former = Division.objects.create(level="village")
    Reach.objects.create(ancestor=cast.township, descendant=former)
    assert former.pk in reached(cast.township_officer)
    assert former.pk in reached_by_predicate(cast.township_officer)
    assert former.pk not in reached(cast.other_township_officer)


def test_the_posting_acted_for_narrows_to_itself(cast):
    user = cast.village_officer
    second = Posting.objects.create(user=user, division=cast.other_village, role="helper", valid_from=clock.today())
    assert reached(user) == {cast.village.pk, cast.other_village.pk}
    user.acted_for = second.pk
    assert reached(user) == {cast.other_village.pk}
    assert not scopes.may(user, "registry.change")


def test_a_posting_that_ended_cannot_be_acted_for(cast):
    posting = Posting.objects.get(user=cast.village_officer)
    cast.village_officer.acted_for = posting.pk
    operations.end_posting(posting=posting, by=scopes.SYSTEM)
    assert reached(cast.village_officer) == set()


def test_a_token_narrows_the_permissions(cast):
    cast.banner_officer.limited_to = frozenset({"statistics.view"})
    assert scopes.may(cast.banner_officer, "statistics.view")
    assert not scopes.may(cast.banner_officer, "registry.view")
    assert reached(cast.banner_officer) == set()
    assert scopes.permissions_of(cast.banner_officer) == {"statistics.view"}


def test_a_disabled_user_reaches_nothing(cast):
    cast.banner_officer.is_active = False
    assert reached(cast.banner_officer) == set()


def test_no_user_reaches_nothing_and_the_system_everything(cast):
    assert reached(None) == set()
    assert not scopes.may(None, "registry.view")
    assert reached(scopes.SYSTEM) == reached(cast.region_officer)


def test_require_tells_a_missing_right_from_a_foreign_division(cast):
    with pytest.raises(NotAllowed) as fault:
        scopes.require(cast.helper, "registry.change", cast.village)
    assert fault.value.code == "permission"
    with pytest.raises(NotAllowed) as fault:
        scopes.require(cast.township_officer, "registry.change", cast.other_village)
    assert fault.value.code == "scope"
    scopes.require(cast.township_officer, "registry.change", cast.village)


def test_divisions_are_the_tops_and_none_the_whole_region(cast):
    assert scopes.divisions(cast.township_officer, "registry.view") == [cast.township.pk]
    assert scopes.divisions(cast.region_officer, "registry.view") is None
    assert scopes.divisions(cast.security_admin, "registry.view") == []


def test_a_request_costs_one_query_for_the_reach(cast, django_assert_num_queries):
    cast.banner_officer.holdings_today = scopes.read_holdings(cast.banner_officer)
    with django_assert_num_queries(1):
        list(scopes.within(cast.banner_officer, Division.objects.all(), division="id"))


def test_every_permission_is_carried_by_a_role_and_every_role_carries_known_ones():
    carried = frozenset().union(*(role.permissions for role in ROLES.values()))
    assert carried == set(PERMISSIONS)


def test_the_three_administrators_share_no_right_and_touch_no_household():
    system, security, audit = (ROLES[f"{name}_admin"].permissions for name in ("system", "security", "audit"))
    assert not system & security
    assert not system & audit
    assert not security & audit
    assert not any(name.startswith(("registry.", "national.")) for name in system | security | audit)

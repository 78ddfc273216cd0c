from datetime import timedelta
from functools import partial

import pytest

from fupin.accounts import operations, scopes
from fupin.accounts.models import Posting, User
from fupin.core import clock
from fupin.core.models import AuditEntry
from fupin.core.refusals import NotAllowed, Refused


def test_a_security_administrator_gives_accounts_in_the_own_banner(cast):
    added = operations.add_user(
        username="巴图", role="village_officer", division=cast.village, by=cast.security_admin, full_name="巴图"
    )
    assert added.user.check_password(added.password)
    assert added.user.must_change_password
    assert scopes.may(added.user, "registry.change", cast.village)
    acts = list(AuditEntry.objects.order_by("id").values_list("act", "actor", "subject", "division_id"))
    assert acts == [
        ("accounts.add_user", "security_admin", f"user:{added.user.pk}", cast.village.pk),
        ("accounts.add_posting", "security_admin", f"user:{added.user.pk}", cast.village.pk),
    ]


@pytest.mark.parametrize("name", ["banner_officer", "system_admin", "audit_admin", "helper", "nobody"])
def test_nobody_else_gives_accounts(cast, name):
    with pytest.raises(NotAllowed):
        operations.add_user(username="x1", role="helper", division=cast.village, by=cast.people[name])
    assert not User.objects.filter(username="x1").exists()


def test_another_banner_is_out_of_the_administrators_hands(cast):
    with pytest.raises(NotAllowed):
        operations.add_user(username="x1", role="banner_officer", division=cast.other_banner, by=cast.security_admin)


def test_nobody_posts_themselves(cast):
    with pytest.raises(NotAllowed) as fault:
        operations.add_posting(
            user=cast.security_admin, role="security_admin", division=cast.banner, by=cast.security_admin
        )
    assert fault.value.code == "self"


@pytest.mark.parametrize(
    ("name", "role"),
    [("system_admin", "security_admin"), ("banner_officer", "audit_admin"), ("audit_admin", "leader")],
)
def test_an_administrator_holds_no_other_role(cast, name, role):
    with pytest.raises(NotAllowed, match="三员分立"):
        operations.add_posting(user=cast.people[name], role=role, division=cast.banner, by=cast.security_admin)


def test_an_end_that_lies_ahead_does_not_make_room_for_an_administrator(cast):
    leaves_on = clock.today() + timedelta(days=30)
    posting = Posting.objects.get(user=cast.banner_officer)
    operations.end_posting(posting=posting, by=cast.security_admin, on=leaves_on)
    give = partial(
        operations.add_posting, user=cast.banner_officer, role="audit_admin", division=cast.banner,
        by=cast.security_admin,
    )  # fmt: skip
    with pytest.raises(NotAllowed, match="三员分立"):
        give()
    with pytest.raises(NotAllowed, match="三员分立"):
        give(on=leaves_on - timedelta(days=1))
    assert give(on=leaves_on).valid_from == leaves_on


@pytest.mark.parametrize(("role", "place", "fits"), [
    ("village_officer", "village", True), ("village_officer", "township", False),
    ("township_officer", "township", True), ("township_officer", "village", False),
    ("region_officer", "banner", False), ("sorcerer", "banner", False),
])  # fmt: skip
def test_a_role_belongs_to_its_level(cast, role, place, fits):
    act = lambda: operations.add_posting(  # noqa: E731
        user=cast.nobody, role=role, division=getattr(cast, place), by=cast.security_admin
    )
    if fits:
        assert act().role == role
    else:
        with pytest.raises(NotAllowed):
            act()


def test_the_same_posting_is_given_once(cast):
    with pytest.raises(NotAllowed, match="已有这个岗位"):
        operations.add_posting(
            user=cast.village_officer, role="village_officer", division=cast.village, by=cast.security_admin
        )


def test_a_taken_name_is_refused_whatever_its_width(cast):
    with pytest.raises(Refused):
        operations.add_user(username="ｈｅｌｐｅｒ", role="helper", division=cast.village, by=scopes.SYSTEM)


def test_an_ended_posting_stays_and_holds_no_more(cast):
    posting = Posting.objects.get(user=cast.village_officer)
    operations.end_posting(posting=posting, by=cast.security_admin, reason="调动")
    posting.refresh_from_db()
    assert posting.valid_to == clock.today()
    assert not scopes.may(cast.village_officer, "registry.view")
    with pytest.raises(Refused):
        operations.end_posting(posting=posting, by=cast.security_admin)


def test_a_posting_that_began_today_can_end_today_but_not_before(cast):
    posting = operations.add_posting(user=cast.nobody, role="helper", division=cast.village, by=scopes.SYSTEM)
    with pytest.raises(Refused):
        operations.end_posting(posting=posting, by=scopes.SYSTEM, on=clock.today() - timedelta(days=1))
    operations.end_posting(posting=posting, by=scopes.SYSTEM)
    assert not scopes.may(cast.nobody, "registry.view")


def test_many_accounts_are_one_act_with_a_constant_number_of_queries(cast, django_assert_max_num_queries):
    news = [operations.NewUser(f"u{n}", "helper", cast.village, password="x") for n in range(50)]
    with django_assert_max_num_queries(16):
        operations.add_users(news=news, by=scopes.SYSTEM)
    assert Posting.objects.filter(user__username__startswith="u").count() == 50

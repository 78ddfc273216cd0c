from datetime import timedelta

import pytest
from django.utils import timezone

from fupin.accounts import operations, scopes, tokens
from fupin.accounts.models import ApiToken, Posting
from fupin.core.models import AuditEntry
from fupin.core.refusals import NotAllowed, Refused


def make(cast, **more):
    return tokens.add_token(user=cast.banner_officer, name="报表", by=cast.banner_officer, **more)


def test_a_token_speaks_for_its_owner_within_its_scopes(cast):
    _row, text = make(cast, allowed=["statistics.view"])
    user = tokens.user_of(text)
    assert user.pk == cast.banner_officer.pk
    assert scopes.may(user, "statistics.view", cast.village)
    assert not scopes.may(user, "registry.view")


def test_a_token_without_scopes_carries_the_owners_rights_and_no_more(cast):
    _row, text = make(cast)
    user = tokens.user_of(text)
    assert scopes.permissions_of(user) == scopes.permissions_of(cast.banner_officer)
    assert not scopes.may(user, "registry.view", cast.other_banner)


def test_a_token_named_with_more_than_its_owner_may_gives_nothing_more(cast):
    _row, text = make(cast, allowed=["accounts.change"])
    assert not scopes.may(tokens.user_of(text), "accounts.change")


def test_only_a_digest_is_kept(cast):
    row, text = make(cast)
    row.refresh_from_db()
    assert bytes(row.digest) == tokens.digest_of(text)
    assert text not in str(ApiToken.objects.values_list()[0])
    assert text not in str(list(AuditEntry.objects.values_list("detail", flat=True)))


@pytest.mark.parametrize("text", ["", "fupin_", "fupin_nonsense", "Bearer x"])
def test_an_unknown_token_is_nobody(cast, text):
    make(cast)
    assert tokens.user_of(text) is None


def test_a_token_ends_when_revoked_expired_or_its_owner_disabled(cast):
    row, text = make(cast)
    tokens.revoke_tokens(tokens=[row], by=cast.banner_officer)
    assert tokens.user_of(text) is None
    row, text = make(cast)
    ApiToken.objects.filter(pk=row.pk).update(expires_at=timezone.now())
    assert tokens.user_of(text) is None
    row, text = make(cast)
    cast.banner_officer.is_active = False
    cast.banner_officer.save()
    assert tokens.user_of(text) is None


def test_an_account_that_is_opened_again_has_none_of_its_former_tokens(cast):
    _row, text = make(cast)
    operations.disable_users(users=[cast.banner_officer], by=cast.security_admin)
    operations.enable_users(users=[cast.banner_officer], by=cast.security_admin)
    assert tokens.user_of(text) is None
    assert AuditEntry.objects.filter(act="accounts.revoke_token").exists()


def test_a_token_expires_at_its_moment(cast):
    row, _text = make(cast)
    assert tokens.is_good(row, row.expires_at - timedelta(microseconds=1))
    assert not tokens.is_good(row, row.expires_at)


def test_a_token_loses_what_its_owner_loses(cast):
    _row, text = make(cast)
    operations.end_posting(posting=Posting.objects.get(user=cast.banner_officer), by=cast.security_admin)
    assert scopes.permissions_of(tokens.user_of(text)) == frozenset()


def test_nobody_makes_or_revokes_a_token_for_another(cast):
    with pytest.raises(NotAllowed):
        tokens.add_token(user=cast.banner_officer, name="x", by=cast.security_admin)
    row, _text = make(cast)
    with pytest.raises(NotAllowed):
        tokens.revoke_tokens(tokens=[row], by=cast.security_admin)


@pytest.mark.parametrize(("days", "good"), [(0, False), (1, True), (365, True), (366, False)])
def test_a_token_lives_a_year_at_most(cast, days, good):
    if good:
        assert make(cast, days=days)
    else:
        with pytest.raises(Refused):
            make(cast, days=days)


def test_an_unknown_scope_is_refused(cast):
    with pytest.raises(Refused):
        make(cast, allowed=["everything"])


def test_the_use_of_a_token_is_noted_but_not_at_every_request(cast, django_assert_num_queries):
    _row, text = make(cast)
    tokens.user_of(text)
    assert ApiToken.objects.get().last_used_at
    # The token, the postings, and whether the tree of divisions is still the one in memory: nothing is written.
    with django_assert_num_queries(3) as asked:
        tokens.user_of(text)
    assert all(query["sql"].startswith("SELECT") for query in asked.captured_queries)

"""Two administrators give one person a posting at the same moment: roles that exclude each other are not both given."""

import threading

import pytest
from django.db import connection, transaction

from fupin.accounts import operations, scopes
from fupin.accounts.models import Posting
from fupin.core.refusals import NotAllowed

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_two_postings_at_once_that_exclude_each_other_one_is_refused(cast):
    if connection.vendor == "sqlite":
        # One writer from the first statement on: nobody reads what another is about to change.
        assert connection.settings_dict["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
        return
    given, may_commit, refused = threading.Event(), threading.Event(), []

    def give(role):
        operations.add_posting(user=cast.nobody, role=role, division=cast.banner, by=scopes.SYSTEM)

    def first():
        with transaction.atomic():
            give("system_admin")
            given.set()
            may_commit.wait(20)
        connection.close()

    def second():
        try:
            give("audit_admin")
        except NotAllowed as refusal:
            refused.append(refusal)
        connection.close()

    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    threads[0].start()
    assert given.wait(20)
    threads[1].start()
    threads[1].join(0.5)
    may_commit.set()
    for thread in threads:
        thread.join(20)
    assert [posting.role for posting in Posting.objects.filter(user=cast.nobody)] == ["system_admin"]
    assert "三员分立" in str(refused[0])

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from fupin.core import outbox
from fupin.core.models import OutboxMessage

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def sent(monkeypatch):
    monkeypatch.setattr(outbox, "_handlers", {})
    arrived = []
    outbox.handles("mail")(lambda id, body: arrived.append((id, body)))
    return arrived


def test_a_message_goes_out_once_after_its_act(sent):
    id = outbox.put(topic="mail", body={"to": 1})
    assert sent == []
    assert outbox.deliver() == 1
    assert outbox.deliver() == 0
    assert sent == [(id, {"to": 1})]


def test_a_refused_act_leaves_no_message(sent):
    with transaction.atomic():
        outbox.put(topic="mail", body={})
        transaction.set_rollback(True)
    assert outbox.deliver() == 0


def test_what_cannot_be_delivered_is_tried_again_later_and_holds_up_no_other(sent):
    @outbox.handles("broken")
    def broken(id, body):
        raise ConnectionError("13847512345")

    outbox.put(topic="broken", body={})
    outbox.put(topic="mail", body={})
    assert outbox.deliver() == 1
    row = OutboxMessage.objects.get(topic="broken")
    assert (row.attempts, row.fault, row.sent_at) == (1, "ConnectionError", None)
    assert row.due_at > timezone.now()
    outbox.handles("broken")(lambda id, body: None)
    assert outbox.deliver() == 0
    OutboxMessage.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    assert outbox.deliver() == 1


def test_a_topic_that_nobody_delivers_is_refused_at_once():
    with pytest.raises(KeyError):
        outbox.put(topic="pigeon", body={})

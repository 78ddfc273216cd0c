from datetime import timedelta

import pytest
from django.test import RequestFactory

from fupin.accounts import operations, scopes
from fupin.accounts.models import Handover, Posting, Signature
from fupin.core import clock, steps
from fupin.core.models import AuditEntry
from fupin.core.refusals import NotAllowed, Refused

PASSWORD = "Caoyuan-2018-hao"


@pytest.fixture
def two(cast):
    """A village officer who leaves, and the one who takes over: both hold the role in the village."""
    cast.leaver, cast.successor = cast.village_officer, cast.nobody
    for user in (cast.leaver, cast.successor, cast.security_admin):
        user.set_password(PASSWORD)
        user.save()
    operations.add_posting(user=cast.successor, role="village_officer", division=cast.village, by=scopes.SYSTEM)
    cast.posting = Posting.objects.get(user=cast.leaver)
    return cast


def draw_up(two, **more):
    return operations.draw_up_handover(posting=two.posting, successor=two.successor, by=two.security_admin, **more)


def sign(handover, act, by, secret=PASSWORD, note=""):
    operations.sign_handover(
        handover=handover, act=act, by=by, secret=secret, note=note, request=RequestFactory().post("/")
    )


def state(handover):
    return steps.case_of(operations.handovers.HANDOVER, f"handover:{handover.pk}").state


def test_both_sign_and_the_posting_ends(two):
    handover = draw_up(two, remark="公章一枚")
    assert operations.turn_of(handover, two.leaver) == ["give"]
    assert operations.turn_of(handover, two.successor) == []
    sign(handover, "give", two.leaver)
    assert scopes.may(two.leaver, "registry.change", two.village)
    sign(handover, "take", two.successor)
    two.posting.refresh_from_db()
    assert two.posting.valid_to == clock.today()
    assert not scopes.may(two.leaver, "registry.view")
    assert state(handover) == "taken"
    assert [one.act for one in Signature.objects.order_by("pk")] == ["give", "take"]
    assert {bytes(one.digest) for one in Signature.objects.all()} == {bytes(handover.digest)}
    acts = list(
        AuditEntry.objects.filter(subject=f"handover:{handover.pk}").order_by("id").values_list("act", flat=True)
    )
    assert acts == ["handover.begin", "handover.give", "handover.take"]


@pytest.mark.parametrize(("noted", "ends"), [(30, 0), (0, 0), (-1, -1)], ids=["later", "today", "earlier"])
def test_the_last_signature_ends_a_posting_whose_later_end_was_noted_before(two, noted, ends):
    day = clock.today()
    Posting.objects.filter(pk=two.posting.pk).update(valid_from=day - timedelta(days=9))
    two.posting.refresh_from_db()
    operations.end_posting(posting=two.posting, by=two.security_admin, on=day + timedelta(days=noted))
    handover = draw_up(two)
    sign(handover, "give_for", two.security_admin, note="本人已调离，不能到场")
    sign(handover, "take", two.successor)
    two.posting.refresh_from_db()
    assert two.posting.valid_to == day + timedelta(days=ends)
    assert not scopes.may(two.leaver, "registry.view")
    told = AuditEntry.objects.filter(act="accounts.end_posting").order_by("id").values_list("detail", flat=True)
    before, after = str(day + timedelta(days=noted)), str(two.posting.valid_to)
    assert [detail["valid_to"] for detail in told] == [[None, before], *([[before, after]] if noted > 0 else [])]


def test_what_is_handed_over_is_counted_and_frozen(two):
    handover = draw_up(two)
    labels = {item["label"]: item["count"] for item in handover.contents}
    assert labels["嘎查村"] == 1
    assert {"户", "人", "在办事项"} <= set(labels)
    Handover.objects.filter(pk=handover.pk).update(contents=[{"label": "户", "label_en": "Households", "count": 999}])
    handover.refresh_from_db()
    with pytest.raises(Refused) as fault:
        sign(handover, "give", two.leaver)
    assert fault.value.code == "changed"


def test_nobody_signs_for_another_or_out_of_turn(two):
    handover = draw_up(two)
    for act, person in [("take", two.successor), ("give", two.successor), ("give", two.security_admin)]:
        with pytest.raises(NotAllowed):
            sign(handover, act, person)
    assert state(handover) == "drawn_up"
    assert not Signature.objects.exists()


def test_only_the_one_named_takes_over(two):
    two.helper.set_password(PASSWORD)
    two.helper.save()
    handover = draw_up(two)
    sign(handover, "give", two.leaver)
    for person in (two.security_admin, two.helper):
        assert operations.turn_of(handover, person) == (["drop_given"] if person == two.security_admin else [])
        with pytest.raises(NotAllowed):
            sign(handover, "take", person)
    assert state(handover) == "given"


def test_neither_of_the_two_supervises_the_own_handover(two):
    handover = draw_up(two)
    assert operations.turn_of(handover, two.security_admin) == ["give_for", "drop"]
    handover.successor = two.security_admin
    assert operations.turn_of(handover, two.security_admin) == []


def test_what_was_remarked_is_signed_too(two):
    handover = draw_up(two, remark="公章一枚")
    Handover.objects.filter(pk=handover.pk).update(remark="公章两枚")
    handover.refresh_from_db()
    with pytest.raises(Refused) as fault:
        sign(handover, "give", two.leaver)
    assert fault.value.code == "changed"


def test_a_wrong_password_signs_nothing_and_is_counted(two):
    handover = draw_up(two)
    for _ in range(5):
        with pytest.raises(Refused) as fault:
            sign(handover, "give", two.leaver, secret="x")
        assert fault.value.code == "secret"
    with pytest.raises(Refused, match="失败次数过多"):
        sign(handover, "give", two.leaver)


def test_who_supervises_signs_for_somebody_who_is_gone_with_the_reason(two):
    handover = draw_up(two)
    with pytest.raises(NotAllowed):
        sign(handover, "give_for", two.security_admin)
    sign(handover, "give_for", two.security_admin, note="本人已调离，不能到场")
    sign(handover, "take", two.successor)
    assert state(handover) == "taken"


def test_the_successor_must_hold_the_role_there(two):
    with pytest.raises(Refused) as fault:
        operations.draw_up_handover(posting=two.posting, successor=two.helper, by=two.security_admin)
    assert fault.value.code == "successor"
    with pytest.raises(Refused):
        operations.draw_up_handover(posting=two.posting, successor=two.leaver, by=two.security_admin)


def test_only_one_handover_of_a_posting_is_under_way(two):
    handover = draw_up(two)
    with pytest.raises(Refused) as fault:
        draw_up(two)
    assert fault.value.code == "doubled"
    operations.drop_handover(handover=handover, by=two.security_admin, note="接收人换人")
    assert draw_up(two)


def test_others_do_not_draw_up_or_see_it(two, client_of):
    for name in ("banner_officer", "leader", "other_banner_officer"):
        with pytest.raises(NotAllowed):
            operations.draw_up_handover(posting=two.posting, successor=two.successor, by=two.people[name])
    handover = draw_up(two)
    assert client_of(two.leaver).get(f"/handovers/{handover.pk}/").status_code == 200
    assert client_of(two.successor).get(f"/handovers/{handover.pk}/").status_code == 200
    assert client_of(two.township_officer).get(f"/handovers/{handover.pk}/").status_code == 200
    assert client_of(two.other_township_officer).get(f"/handovers/{handover.pk}/").status_code == 404
    assert client_of(two.helper).get(f"/handovers/{handover.pk}/").status_code == 404


def test_the_whole_way_on_the_screens(two, client_of):
    admin, leaver, successor = client_of(two.security_admin), client_of(two.leaver), client_of(two.successor)
    answer = admin.post(
        f"/users/postings/{two.posting.pk}/handover/", {"successor": two.successor.pk, "remark": "钥匙"}
    )
    address = answer["Location"]
    assert "等您签字" in leaver.get("/account/").content.decode()
    assert leaver.post(address, {"act": "give", "secret": "x"}).status_code == 422
    assert leaver.post(address, {"act": "give", "secret": PASSWORD}).status_code == 302
    assert "等您签字" in successor.get("/account/").content.decode()
    assert successor.post(address, {"act": "take", "secret": PASSWORD}).status_code == 302
    page = successor.get(address).content.decode()
    assert "已交接" in page
    assert "钥匙" in page
    two.posting.refresh_from_db()
    assert two.posting.valid_to == clock.today()


def test_postings_are_a_ledger_read_within_ones_area(cast, client_of):
    page = client_of(cast.township_officer).get("/ledgers/postings/").content.decode()
    assert "village_team" in page
    assert "other_village_officer" not in page
    assert client_of(cast.helper).get("/ledgers/postings/").status_code == 404


def test_a_wrong_password_is_told_on_the_page_in_words(two, client_of):
    address = f"/handovers/{draw_up(two).pk}/"
    browser = client_of(two.leaver)
    page = browser.post(address, {"act": "give", "secret": "nothing", "note": ""})
    (reason,) = [str(text) for errors in page.context["form"].errors.values() for text in errors]
    assert reason in page.content.decode()
    assert "PostingLine" not in page.content.decode()

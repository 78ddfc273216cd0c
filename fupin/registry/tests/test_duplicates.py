"""Suspected duplicates: found banner by banner, told apart once and for all."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from fupin.core import clock, jobs
from fupin.core.id_numbers import mask
from fupin.core.models import AuditEntry, Job
from fupin.core.refusals import NotFound, Refused
from fupin.core.sealing import check_character
from fupin.divisions import queries
from fupin.divisions.models import Division
from fupin.registry import duplicates
from fupin.registry.models import DuplicatePair, HouseholdCard, Membership, PersonFact
from fupin.registry.tests.households import family, member

pytestmark = pytest.mark.django_db
BODY = "15991019720503121"


def numbered(body):
    return body + check_character(body)


def one(village, by, name="宝音", **more):
    """A household of one person."""
    return family(village, by=by, members=[member(name, "01", **more)])


def bearer(village, cast, body):
    """A household of one man of that number, but for its last character."""
    people = [{"name": "宝音", "relation": "01", "id_number": numbered(body), "document_kind": "01"}]
    return family(village, by=cast.banner_officer, members=people)


def person_of(household):
    return Membership.objects.get(household=household, relation="01").person_id


def look():
    job = duplicates.ask()
    jobs.run_pending()
    job.refresh_from_db()
    assert (job.state, job.result) == ("done", {}), job.message
    return DuplicatePair.objects.filter(decided_at=None).count()


def kinds():
    return sorted(DuplicatePair.objects.values_list("kind", flat=True))


def test_one_name_and_one_birth_day_in_a_banner_are_suspected(cast):
    pair = {person_of(bearer(cast.village, cast, "15991019600101121")),
            person_of(bearer(cast.other_village, cast, "15992019600101353"))}  # fmt: skip
    one(cast.village, cast.banner_officer, "乌云")
    bearer(cast.village, cast, "15993019600102535")
    assert look() == 1
    row = DuplicatePair.objects.get()
    assert ({row.first_id, row.second_id}, row.kind) == (pair, "birth")
    assert {row.village_id, row.other_village_id} == {cast.village.pk, cast.other_village.pk}


@pytest.mark.parametrize(("body", "found"), [
    ("15991019720603121", ["number"]), ("15991019270503121", ["number"]), ("15991019720503211", ["number"]),
    ("15991019730603121", []), ("15991019720503121"[:16] + "5", ["number"]), ("15991119820503121", []),
])  # fmt: skip
def test_one_name_and_numbers_that_differ_in_a_digit_or_a_swap_before_the_check_digit(cast, body, found):
    for number in (BODY, body):
        bearer(cast.village, cast, number)
    look()
    assert kinds() == found


def test_a_disability_card_is_compared_by_the_number_of_its_holder(cast):
    for number, document in ((numbered(BODY), "01"), (numbered(BODY) + "44", "02")):
        people = [{"name": "宝音", "relation": "01", "id_number": number, "document_kind": document}]
        family(cast.village, by=cast.banner_officer, members=people)
    look()
    assert kinds() == ["number"]


def test_another_name_and_another_banner_are_not_suspected(cast):
    there = queries.tree().administrative_villages(cast.other_banner.pk)[0]
    one(cast.village, cast.banner_officer)
    one(Division.objects.get(pk=there.id), cast.other_banner_officer)
    one(cast.village, cast.banner_officer, "宝音图")
    assert look() == 0


def test_of_a_name_that_very_many_bear_only_birth_days_are_compared(cast, monkeypatch):
    monkeypatch.setattr(duplicates, "MOST_OF_A_NAME", 1)
    for number in (BODY, "15991019720603121"):
        bearer(cast.village, cast, number)
    assert look() == 0
    for _ in range(2):
        one(cast.village, cast.banner_officer)
    assert look() == 1


def test_a_pair_that_was_told_apart_is_not_raised_again_and_both_histories_say_why(cast):
    for _ in range(2):
        one(cast.village, cast.banner_officer)
    look()
    row = DuplicatePair.objects.select_related("first", "second").get()
    with pytest.raises(Refused):
        duplicates.tell_apart(pairs=[row.pk], reason=" 不 ", by=cast.village_officer, on=clock.today())
    duplicates.tell_apart(pairs=[row.pk], reason="两人都见过", by=cast.village_officer, on=clock.today())
    entries = {entry.subject: entry.detail for entry in AuditEntry.objects.filter(act="registry.tell_apart")}
    assert entries == {
        f"person:{row.first_id}": {"other": row.second.number, "reason": "两人都见过"},
        f"person:{row.second_id}": {"other": row.first.number, "reason": "两人都见过"},
    }
    assert look() == 0
    assert DuplicatePair.objects.get().reason == "两人都见过"
    with pytest.raises(NotFound):
        duplicates.tell_apart(pairs=[row.pk], reason="两人都见过", by=cast.village_officer, on=clock.today())


def test_a_pair_that_moved_says_where_and_one_that_is_no_longer_suspected_goes(cast):
    first, _second = (one(cast.village, cast.banner_officer) for _ in range(2))
    look()
    HouseholdCard.objects.filter(household=first).update(village=cast.other_village)
    look()
    row = DuplicatePair.objects.get()
    assert {row.village_id, row.other_village_id} == {cast.village.pk, cast.other_village.pk}
    PersonFact.objects.filter(person_id=person_of(first)).update(name="宝音图")
    assert look() == 0
    assert not DuplicatePair.objects.exists()


def test_a_pair_that_moved_to_another_banner_comes_along_and_stays_told_apart(cast):
    homes = [one(cast.village, cast.banner_officer) for _ in range(3)]
    look()
    row = DuplicatePair.objects.order_by("id")[0]
    duplicates.tell_apart(pairs=[row.pk], reason="两人都见过", by=cast.village_officer, on=clock.today())
    there = queries.tree().administrative_villages(cast.other_banner.pk)[0]
    cards = HouseholdCard.objects.filter(household__in=homes)
    for banner in (1, cast.other_banner.pk):  # one is looked at before the banner they left, one after it
        cards.update(banner_id=banner, village=there.id)
        assert look() == 2
        assert set(DuplicatePair.objects.values_list("banner_id", "village_id")) == {(banner, there.id)}
    assert DuplicatePair.objects.get(pk=row.pk).reason == "两人都见过"


def test_pairs_of_a_banner_in_which_nobody_is_left_go(cast):
    for _ in range(2):
        one(cast.village, cast.banner_officer)
    look()
    HouseholdCard.objects.all().delete()
    assert look() == 0
    assert not DuplicatePair.objects.exists()


def test_a_search_writes_in_short_turns_and_goes_on_where_it_was_interrupted(cast, monkeypatch):
    monkeypatch.setattr(duplicates, "TURN", 2)
    for _ in range(4):
        one(cast.village, cast.banner_officer)
    there = Division.objects.get(pk=queries.tree().administrative_villages(cast.other_banner.pk)[0].id)
    for _ in range(2):
        one(there, cast.other_banner_officer)
    turns = []
    write = duplicates._write
    monkeypatch.setattr(duplicates, "_write", lambda banner, found: (turns.append((banner, len(found))), write(banner, found)))  # fmt: skip
    job = duplicates.ask()
    reached = {"banner": min(cast.banner.pk, cast.other_banner.pk)}
    Job.objects.filter(pk=job.pk).update(checkpoint=reached, state="interrupted")
    jobs.run_pending()
    last = max(cast.banner.pk, cast.other_banner.pk)
    assert turns == ([(last, 2)] * 3 if last == cast.banner.pk else [(last, 1)])
    turns.clear()
    assert look() == 7
    assert sorted(turns) == sorted([(cast.banner.pk, 2)] * 3 + [(cast.other_banner.pk, 1)])


def test_who_left_the_area_since_the_search_is_neither_shown_nor_told_apart(cast, client_of):
    own, _stays = (one(cast.village, cast.banner_officer) for _ in range(2))
    look()
    HouseholdCard.objects.filter(household=own).update(village=cast.other_village)
    client = client_of(cast.village_officer)
    assert own.number not in client.get(reverse("registry:duplicates")).content.decode()
    with pytest.raises(NotFound):
        duplicates.tell_apart(
            pairs=[DuplicatePair.objects.get().pk], reason="两人都见过", by=cast.village_officer, on=clock.today()
        )
    assert own.number in client_of(cast.banner_officer).get(reverse("registry:duplicates")).content.decode()


def test_the_same_search_again_changes_nothing(cast):
    for _ in range(3):
        one(cast.village, cast.banner_officer)
    assert look() == 3
    before = set(DuplicatePair.objects.values_list("pk", "found_at"))
    assert look() == 3
    assert set(DuplicatePair.objects.values_list("pk", "found_at")) == before


def test_an_officer_sees_a_pair_of_which_both_lie_in_the_own_area(cast, client_of):
    bodies = ("15991019600101121", "15992019600101353")
    own, other = (
        bearer(village, cast, body) for village, body in zip((cast.village, cast.other_village), bodies, strict=True)
    )
    look()
    row = DuplicatePair.objects.get()
    page = client_of(cast.banner_officer).get(reverse("registry:duplicates")).content.decode()
    for household, body in zip((own, other), bodies, strict=True):
        assert household.number in page
        assert mask(numbered(body)) in page
        assert numbered(body) not in page
    for person in (cast.township_officer, cast.other_township_officer, cast.other_banner_officer):
        client = client_of(person)
        assert own.number not in client.get(reverse("registry:duplicates")).content.decode()
        address = reverse("registry:duplicate_different", args=[row.pk])
        assert client.post(address, {"reason": "两人都见过"}).status_code == 404
    assert DuplicatePair.objects.get().decided_at is None


def test_the_screen_tells_apart_looks_anew_and_asks_for_the_reason(cast, client_of):
    for _ in range(2):
        one(cast.village, cast.banner_officer)
    client = client_of(cast.village_officer)
    client.post(reverse("registry:duplicates_search"))
    jobs.run_pending()
    row = DuplicatePair.objects.get()
    address = reverse("registry:duplicate_different", args=[row.pk])
    client.post(address, {"reason": ""})
    assert "不是同一人" in client.get(reverse("registry:duplicates")).content.decode()
    client.post(address, {"reason": "两人都见过"})
    assert "没有疑似重复" in client.get(reverse("registry:duplicates")).content.decode()
    auditor = client_of(cast.auditor)
    assert auditor.get(reverse("registry:duplicates")).status_code == 200
    assert auditor.post(address, {"reason": "两人都见过"}).status_code == 403
    assert auditor.post(reverse("registry:duplicates_search")).status_code == 403


def test_a_page_costs_the_same_number_of_queries_however_many_pairs_and_pages_go_on(cast, client_of, monkeypatch):
    counts = []
    client = client_of(cast.banner_officer)
    client.get(reverse("registry:duplicates"))
    for _ in range(2):
        for _ in range(2):
            one(cast.village, cast.banner_officer)
        look()
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("registry:duplicates"))
        counts.append(len(asked))
    assert counts[0] == counts[1]
    monkeypatch.setattr("fupin.registry.views.duplicates.PAGE", 4)
    address = reverse("registry:duplicates")
    first = client.get(address)
    assert client.get(address, {"after": "9" * 5000}).status_code == 200
    seen = len(first.context["lines"]) + len(client.get(address, {"after": first.context["next"]}).context["lines"])
    assert seen == DuplicatePair.objects.count() == 6


def test_many_of_one_name_and_one_day_are_each_named_and_their_pairs_do_not_grow_with_the_square(monkeypatch):
    monkeypatch.setattr(duplicates, "MOST_OF_A_NAME", 3)
    monkeypatch.setattr(duplicates, "MOST_OF_A_DAY", 4)

    def pairs(bearers, day="1960-01-01"):
        group = [duplicates.Member(number, "宝音", day, 1, None) for number in range(bearers)]
        return [pair for pair, _found in duplicates._pairs(group)]

    assert len(pairs(4)) == 6
    assert pairs(5) == [(0, 1), (1, 2), (2, 3), (3, 4)]
    assert pairs(5, None) == []

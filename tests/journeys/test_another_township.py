"""Reading another township's household, by every road there is: it is as if it did not exist.

The lesson of others (counts, dropdowns and approvals that leaked) is that a gate on the list is not enough: each road
is tried here with a household of 甘旗卡镇 by an officer of 吉尔嘎朗镇, with everything the officer may do at home.
"""

from __future__ import annotations

import csv
import json
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse

from fupin.accounts import scopes
from fupin.accounts.models import Posting
from fupin.core import attachments, clock
from fupin.core.imports import runs
from fupin.core.ledgers import register
from fupin.core.models import AuditEntry
from fupin.core.refusals import Refused
from fupin.desk import queries as desk
from fupin.registry import operations, words
from fupin.registry.models import (
    HouseholdFact,
    KeyingItem,
    Membership,
    NationalExport,
    PersonIdentity,
    RegisterStatus,
)
from fupin.registry.national import queries as national
from fupin.registry.tests.households import family, id_number, member

NAME, PHONE, DAY = "敖特根巴雅尔", "13847512345", date(2018, 3, 1)
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108020000009077"
    "53de0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)


@pytest.fixture
def there(cast) -> SimpleNamespace:
    """A household in the other township, with a member, a phone, an account and a paper, and one at home."""
    number = id_number("19550505")
    head = {**member(NAME, "01"), "id_number": number}
    household = family(cast.village, by=cast.township_officer, members=[head], phone=PHONE, main_cause="01")
    sheet = operations.AccountSheet(household.pk, 2018, DAY, date(2019, 3, 1), 1, [])
    operations.enter_accounts(sheets=[sheet], by=cast.township_officer, on=DAY)
    paper = attachments.store(
        PNG, subject=f"household:{household.pk}", kind="photo", by=cast.township_officer, division=cast.village.pk
    )
    home = family(cast.other_village, by=cast.other_township_officer)
    person = household.memberships.get().person
    return SimpleNamespace(household=household, person=person, paper=paper, home=home, id_number=number,
                           secrets=(NAME, PHONE, number, household.number, person.number))  # fmt: skip


@pytest.fixture
def stranger(cast, client_of):
    return client_of(cast.other_township_officer)


def tells(answer, there) -> list[str]:
    """What of the household stands in an answer, apart from what was typed into the request."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    text = body.decode("utf-8", "ignore")
    return [secret for secret in there.secrets if secret in text]


ASKED = [
    "", "?q={name}", "?q=aotegenbayaer", "?q=atgbye", "?q={number}", "?q={phone}", "?q={id}", "?division=150522100200",
    "?division=150522100", "?main_cause=01",
]  # fmt: skip


def listed(browser, query: str) -> list[str]:
    """The numbers of the households that the list shows."""
    return [row.number for row in browser.get(f"/households/{query}").context["page"].rows]


def question(asked: str, there) -> str:
    return asked.format(name=NAME, number=there.household.number, phone=PHONE, id=there.id_number)


@pytest.mark.parametrize("asked", ASKED)
def test_its_own_township_finds_it_by_each_of_these_questions(there, cast, client_of, asked):
    """Else a question that the list does not know would prove nothing below."""
    assert listed(client_of(cast.township_officer), question(asked, there)) == [there.household.number]


@pytest.mark.parametrize("other", ["?division=150522101", "?main_cause=02", "?q=nobody"])
def test_a_question_about_something_else_does_not_find_it_there(there, cast, client_of, other):
    assert listed(client_of(cast.township_officer), other) == []


@pytest.mark.parametrize("asked", ASKED)
def test_no_list_total_or_export_holds_it(there, stranger, asked):
    query = question(asked, there)
    for road in ("/households/", "/households/total/", "/households/filters/", "/households/export/"):
        answer = stranger.get(road + query)
        typed = [secret for secret in there.secrets if secret in query]
        assert set(tells(answer, there)) <= set(typed), road
    assert there.household.number not in listed(stranger, query)


def test_the_list_at_home_is_whole(there, stranger):
    assert there.home.number in stranger.get("/households/").content.decode()


@pytest.mark.parametrize("asked", [NAME, "aotegenbayaer", "atgbye", PHONE])
def test_the_search_over_everything_does_not_find_it(there, stranger, asked):
    for road in ("/search/", "/search/suggest/"):
        found = tells(stranger.get(road, {"q": asked}), there)
        assert set(found) <= {asked}, road


def test_every_page_of_it_is_as_if_it_did_not_exist(there, stranger):
    number, person = there.household.number, there.person.number
    roads = [f"/households/{number}/{tail}" for tail in (
        "", "summary/", "history/?field=main_cause", "print/", "qr.svg", "change/", "members/add/", "members/remove/",
        "head/", "split/", "merge/", "move/", "findings/", "income/enter/", "income/2018/", "income/2018/change/", "attach/",
        f"attachments/{there.paper.pk}/", "reveal/phone/",
    )]  # fmt: skip
    roads += [f"/persons/{person}/{tail}" for tail in ("", "change/", "history/?field=name", "reveal/id_number/")]
    for road in roads:
        answer = stranger.get(road)
        assert answer.status_code == 404, road
        assert [secret for secret in tells(answer, there) if secret not in road] == [], road


def test_its_paper_is_not_reached_through_a_household_at_home(there, stranger):
    address = f"/households/{there.home.number}/attachments/{there.paper.pk}/"
    assert stranger.get(address).status_code == 404


def test_every_act_on_it_is_refused_and_changes_nothing(there, cast, stranger):
    before = list(HouseholdFact.objects.order_by("pk").values_list("pk", "village_id", "main_cause", "valid_to"))
    number, person = there.household.number, there.person.number
    forms = {
        f"/households/{number}/change/": {"main_cause": "02"}, f"/households/{number}/members/add/": {"name": "x"},
        f"/households/{number}/head/": {"head": there.person.pk}, f"/households/{number}/move/": {"village": "150522101200"},
        f"/households/{number}/merge/": {"into": there.home.number}, f"/households/{number}/findings/": {"housing": "1"},
        f"/households/{number}/income/2018/sign/": {}, f"/households/{number}/reveal/phone/": {"purpose": "x"},
        f"/persons/{person}/reveal/id_number/": {"purpose": "核对"}, f"/persons/{person}/change/": {"name": "x"},
    }  # fmt: skip
    for road, entry in forms.items():
        assert stranger.post(road, entry).status_code == 404, road
    assert (
        list(HouseholdFact.objects.order_by("pk").values_list("pk", "village_id", "main_cause", "valid_to")) == before
    )
    assert not AuditEntry.objects.filter(act__contains="reveal").exists()


def test_it_is_not_drawn_in_through_a_household_at_home(there, cast, stranger):
    entry = {"into": there.household.number, "chosen": there.household.number}
    answer = stranger.post(f"/households/{there.home.number}/merge/", entry)
    assert set(tells(answer, there)) <= {there.household.number}
    for road in ("/households/findings/", "/households/move/"):
        answer = stranger.post(road, {"chosen": [there.household.number], "village": "150522101200"})
        assert set(tells(answer, there)) <= {there.household.number}, road
    assert Membership.objects.filter(household=there.household, valid_to=None).count() == 1


ACTS = {
    "move": lambda there, cast, by: operations.move_households(
        movings=[operations.Moving(there.household.pk, cast.other_village.pk)], by=by, on=clock.today()
    ),
    "merge": lambda there, cast, by: operations.merge_households(
        mergings=[operations.Merging(there.home.pk, there.household.pk)], by=by, on=clock.today()
    ),
    "leave": lambda there, cast, by: operations.remove_members(
        leavings=[operations.Leaving(there.person.pk, there.household.pk)], by=by, on=clock.today()
    ),
    "reveal": lambda there, cast, by: operations.reveal(
        kind="household", subject=there.household.pk, name="phone", purpose="电话通知入户", by=by
    ),
    "reveal of a person": lambda there, cast, by: operations.reveal(
        kind="person", subject=there.person.pk, name="id_number", purpose="电话通知入户", by=by
    ),
}


def refusal_for(there, household, by) -> str:
    """What somebody is told who enters the id number as that of a new member."""
    joining = operations.NewMember(household.pk, {**member("新人", "99"), "id_number": there.id_number})
    with pytest.raises(Refused) as refused:
        operations.add_members(members=[joining], by=by, on=clock.today())
    return str(refused.value)


def test_an_id_number_that_is_typed_in_does_not_say_where_its_owner_lives(there, cast):
    told = refusal_for(there, there.home, cast.other_township_officer)
    assert "范围以外" in told
    assert [secret for secret in there.secrets if secret in told] == []
    near = family(cast.village, by=cast.township_officer)
    assert there.household.number in refusal_for(there, near, cast.township_officer)
    operations.remove_members(
        leavings=[operations.Leaving(there.person.pk, words.DEATH)], by=cast.township_officer, on=clock.today()
    )
    told = refusal_for(there, there.home, cast.other_township_officer)
    assert "死亡" in told
    assert there.person.number not in told
    assert there.person.number in refusal_for(there, near, cast.township_officer)


@pytest.mark.parametrize("act", ACTS)
def test_the_operations_themselves_refuse_whoever_calls_them(there, cast, act):
    with pytest.raises(Refused):
        ACTS[act](there, cast, cast.other_township_officer)


def test_no_ledger_shows_it(there, cast, stranger):
    for ledger in register.all_ledgers():
        address = reverse("ledgers:list", args=[ledger.name])
        for road in (address, f"{address}total/"):
            answer = stranger.get(road)
            assert answer.status_code in (200, 302, 404), road
            assert tells(answer, there) == [], road


def test_a_file_that_names_it_changes_and_tells_nothing(there, cast, tmp_path):
    path = tmp_path / "households.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["户编号", "行政村", "主要致贫原因", "合成数据"])
        writer.writerow([there.household.number, "150522101200", "02", "是"])
        writer.writerow([there.household.number, "150522100200", "02", "是"])
    by = cast.other_township_officer
    reach = scopes.divisions(by, "registry.import")
    run = runs.open_run(
        ledger="households", files=[runs.Given(path, path.name)], by=by, on=clock.today(), divisions=reach
    )
    run = runs.stage(run=run, by=by)
    if run.state == "ready":
        run = runs.merge(run=runs.accept(run=run, by=by), by=by)
    fact = HouseholdFact.objects.get(household=there.household, valid_to=None)
    assert (fact.main_cause, fact.village_id) == ("01", cast.village.pk)
    assert NAME not in str(run.__dict__)


def test_an_import_of_another_township_is_not_seen(there, cast, client_of, stranger, tmp_path):
    path = tmp_path / "households.csv"
    path.write_text(
        f"行政村,户主姓名,户主证件号,合成数据\n150522100200,{NAME},{id_number('19700707')},是\n", encoding="utf-8"
    )
    by = cast.township_officer
    run = runs.stage(
        run=runs.open_run(
            ledger="households",
            files=[runs.Given(path, path.name)],
            by=by,
            on=clock.today(),
            divisions=scopes.divisions(by, "registry.import"),
        ),
        by=by,
    )
    assert client_of(by).get(f"/imports/{run.pk}/").status_code == 200
    for tail in ("", "state/", "rejects/"):
        assert stranger.get(f"/imports/{run.pk}/{tail}").status_code == 404, tail
    assert stranger.post(f"/imports/{run.pk}/decide/", {"act": "accept"}).status_code == 404
    assert tells(stranger.get("/imports/"), there) == []


def test_the_trail_of_it_is_read_only_in_its_own_banner(there, cast, client_of):
    for name, sees in (("banner_officer", True), ("other_banner_officer", False), ("township_officer", False)):
        page = client_of(cast.people[name]).get(f"/audit/?subject=household:{there.household.pk}")
        rows = page.context["rows"] if page.status_code == 200 else []
        assert bool(rows) is sees, name


def test_what_was_reached_yesterday_is_gone_with_the_posting(there, cast, client_of):
    client = client_of(cast.township_officer)
    address = f"/households/{there.household.number}/"
    assert client.get(address).status_code == 200
    Posting.objects.filter(user=cast.township_officer).update(valid_to=clock.today())
    assert client.get(address).status_code == 404
    Posting.objects.create(user=cast.township_officer, division=cast.other_township, role="township_officer",
                           valid_from=clock.today())  # fmt: skip
    assert client.get(address).status_code == 404


def test_the_posting_acted_for_is_the_only_one_that_counts(there, cast, client_of):
    second = Posting.objects.create(user=cast.other_township_officer, division=cast.village, role="village_officer",
                                    valid_from=clock.today())  # fmt: skip
    client = client_of(cast.other_township_officer)
    assert client.get(f"/households/{there.household.number}/").status_code == 404
    client.post("/act-for/", {"posting": second.pk})
    assert client.get(f"/households/{there.household.number}/").status_code == 200
    assert client.get(f"/households/{there.home.number}/").status_code == 404


def test_no_figure_opens_to_it(there, cast, client_of, stranger, settings, tmp_path):
    settings.DATA_FOLDER = tmp_path
    RegisterStatus.objects.create(household=there.household, status="04", valid_from=DAY)
    roads = [
        f"/statistics/records/registered_households/?division={code}"
        for code in ("150522", "150522100", "150522100200")
    ]
    assert there.household.number in client_of(cast.township_officer).get(roads[1]).content.decode()
    for road in (*roads, "/statistics/", "/statistics/?division=150522100", "/statistics/workbook/?division=150522100"):
        answer = stranger.get(road)
        assert answer.status_code in (200, 404), road
        assert tells(answer, there) == [], road


def test_both_forms_of_the_scope_agree_on_it(there, cast):
    sql, parameters = scopes.dataset_predicate(cast.other_township_officer, column="village_id")
    inside = json.loads(parameters[0])
    assert cast.village.pk not in inside
    assert cast.other_village.pk in inside
    assert sql.count("?") == 1


def imported(ledger: str, header: list[str], row: list[str], cast, tmp_path) -> dict[str, int]:
    """Why a row of a file of the other township came back."""
    path = tmp_path / f"{ledger}{len(list(tmp_path.iterdir()))}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([[*header, "合成数据"], [*row, "是"]] if ledger != "income" else [header, row])
    by = cast.other_township_officer
    run = runs.open_run(ledger=ledger, files=[runs.Given(path, path.name)], by=by, on=clock.today(),
                        divisions=scopes.divisions(by, "registry.import"))  # fmt: skip
    return runs.stage(run=run, by=by).reasons


@pytest.mark.parametrize("village", ["", "150522100200", "150522101200"])
def test_a_file_is_told_of_it_what_it_is_told_of_a_number_that_nobody_has(there, cast, tmp_path, village):
    household = (there.household.number, there.household.number[:-3] + "987")
    person = (there.person.number, there.person.number[:-3] + "987")
    asked = [
        ("households", ["户编号", "行政村", "主要致贫原因"], lambda at: [household[at], village, "02"]),
        ("persons", ["户编号", "姓名", "证件号码", "与户主关系"], lambda at: [household[at], "新人", id_number("19900101"), "配偶"]),
        ("persons", ["人编号", "行政村", "姓名"], lambda at: [person[at], village, "新名"]),
        ("income", ["户编号", "行政村", "年度", "务工收入"], lambda at: [household[at], village, "2018", "1"]),
    ]  # fmt: skip
    for ledger, header, row in asked:
        theirs, none = (imported(ledger, header, row(at), cast, tmp_path) for at in (0, 1))
        assert theirs == none, ledger
        assert sum(none.values()) == 1, ledger


def test_a_file_that_names_its_head_is_told_what_it_is_told_of_a_stranger(there, cast, tmp_path):
    for ledger, header, rest in (
        ("persons", ["户主证件号", "姓名", "证件号码", "与户主关系"], ["新人", id_number("19900101"), "配偶"]),
        ("income", ["户主证件号", "年度", "务工收入"], ["2018", "1"]),
    ):
        theirs, none = (
            imported(ledger, header, [number, *rest], cast, tmp_path)
            for number in (there.id_number, id_number("19550505"))
        )
        assert theirs == none == {"household_unknown": 1}, ledger


def test_somebody_who_has_left_is_not_changed_by_a_file_of_another_township(there, cast, tmp_path):
    leaving = operations.Leaving(there.person.pk, words.MOVED_OUT)
    operations.remove_members(leavings=[leaving], by=cast.township_officer, on=clock.today())
    reasons = imported(
        "persons", ["人编号", "户编号", "姓名"], [there.person.number, there.home.number, "新名"], cast, tmp_path
    )
    assert reasons == {"person_unknown": 1}


def test_an_import_of_an_area_that_was_left_is_not_opened_any_more(there, cast, client_of, tmp_path):
    path, by = tmp_path / "households.csv", cast.township_officer
    path.write_text(f"户编号,主要致贫原因\n{there.household.number},02\n", encoding="utf-8")
    run = runs.open_run(ledger="households", files=[runs.Given(path, path.name)], by=by, on=clock.today(),
                        divisions=scopes.divisions(by, "registry.import"))  # fmt: skip
    runs.stage(run=run, by=by)
    browser = client_of(by)
    assert browser.get(f"/imports/{run.pk}/").status_code == 200
    Posting.objects.filter(user=by).update(division=cast.other_township)
    for tail in ("", "state/", "rejects/"):
        assert browser.get(f"/imports/{run.pk}/{tail}").status_code == 403, tail
    for act in ("accept", "cancel", "resume"):
        assert browser.post(f"/imports/{run.pk}/decide/", {"act": act}).status_code == 403, act


def moved_away(there, cast) -> None:
    """The household moves to the other township."""
    moving = operations.Moving(there.household.pk, cast.other_village.pk)
    operations.move_households(movings=[moving], by=cast.banner_officer, on=clock.today())


def test_a_household_that_moved_away_is_not_on_the_desk_of_whom_it_left(there, cast, client_of):
    browser = client_of(cast.township_officer)
    assert there.household.number in browser.get("/").content.decode()
    moved_away(there, cast)
    assert tells(browser.get("/"), there) == []
    assert there.household.number in client_of(cast.other_township_officer).get("/").content.decode()


def test_a_temporary_number_is_a_gap_where_its_owner_lives_now(there, cast):
    PersonIdentity.objects.filter(person=there.person).update(is_temporary=True)
    second = {**member("塔娜", "02", sex="2"), "joined_by": words.MARRIED_IN}
    operations.add_members(members=[operations.NewMember(there.household.pk, second, words.MARRIED_IN)],
                           by=cast.township_officer, on=DAY)  # fmt: skip
    on = clock.today() + timedelta(days=3_650)
    assert [there.person.number in line.label for line in desk.due(cast.township_officer, on)].count(True) == 1
    wife = there.household.memberships.get(relation="02").person_id
    operations.remove_members(leavings=[operations.Leaving(there.person.pk, words.MOVED_OUT, new_head=wife)],
                              by=cast.township_officer, on=date(2018, 6, 1))  # fmt: skip
    back = {**member(NAME, "99"), "id_number": there.id_number}
    PersonIdentity.objects.filter(person=there.person).update(is_temporary=False)
    operations.add_members(members=[operations.NewMember(there.home.pk, back, words.MOVED_IN)],
                           by=cast.other_township_officer, on=date(2018, 7, 1))  # fmt: skip
    PersonIdentity.objects.filter(person=there.person).update(is_temporary=True)
    assert [line for line in desk.due(cast.township_officer, on) if there.person.number in line.label] == []
    assert [line for line in desk.due(cast.other_township_officer, on) if there.person.number in line.label] != []


def keying_item(there, cast, kind: str) -> KeyingItem:
    export = NationalExport.objects.create(
        kind=kind, name="x.xlsx", division=cast.banner, as_of=date(2018, 1, 1), sha256="0" * 64
    )
    subject = there.person.pk if kind == "person" else there.household.pk
    return KeyingItem.objects.create(
        kind=kind, subject_id=subject, field="x", household=there.household, village=cast.village, number="1",
        name=NAME, label="x", first_export=export, last_export=export,
    )  # fmt: skip


def test_what_is_to_be_keyed_in_goes_with_the_household_and_with_its_people(there, cast):
    one, other = keying_item(there, cast, "household"), keying_item(there, cast, "person")
    assert set(national.items_for(cast.township_officer)) == {one, other}
    moved_away(there, cast)
    assert list(national.items_for(cast.township_officer)) == []
    assert set(national.items_for(cast.other_township_officer)) == {one, other}
    merging = operations.Merging(there.household.pk, there.home.pk)
    operations.merge_households(mergings=[merging], by=cast.other_township_officer, on=clock.today())
    other.refresh_from_db()
    assert other.household_id == there.home.pk

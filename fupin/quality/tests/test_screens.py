"""The screens of tickets, as the officers of village and township meet them."""

import re
from datetime import timedelta
from urllib.parse import unquote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from fupin.core import clock
from fupin.quality import operations, queries
from fupin.quality.models import Ticket
from fupin.quality.tests.findings import RULE, found, sweep
from fupin.quality.tests.test_answering import PDF
from fupin.registry.models import Membership
from fupin.registry.tests.households import family

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket(cast, household, tmp_path):
    sweep(tmp_path, [found(household)], on=clock.today())
    Ticket.objects.update(assigned_to=cast.village_officer)
    return Ticket.objects.get()


def page_of(client, name, *args, **query):
    answer = client.get(reverse(f"quality:{name}", args=args), query)
    return answer.status_code, answer.content.decode()


def true(client, ticket, **more):
    data = {"answer": "true", "reason": "已入户核实，情况属实", "version": ticket.version,
            "file": SimpleUploadedFile("证明.pdf", PDF), **more}  # fmt: skip
    answer = client.post(reverse("quality:answer", args=[ticket.pk]), data)
    ticket.refresh_from_db()
    return answer


def test_the_officer_finds_the_ticket_with_its_sentence_and_why(cast, client_of, ticket):
    client = client_of(cast.village_officer)
    status, page = page_of(client, "tickets", state="open", mine=1)
    assert status == 200
    assert "多配偶" in page
    assert "宝音" in page
    status, page = page_of(client, "ticket", ticket.pk)
    assert "户内登记了多名配偶" in page
    assert "核实答复" in page
    assert "成立" in page
    assert "由部门数据比对发现" not in page
    assert "复核通过" not in page


def test_the_officer_says_true_and_the_township_closes(cast, client_of, ticket):
    assert true(client_of(cast.village_officer), ticket).status_code == 302
    assert ticket.state == "answered"
    client = client_of(cast.township_officer)
    _status, page = page_of(client, "ticket", ticket.pk)
    assert "证明.pdf" in page.split("<h2>答复</h2>")[1].split("<h2>复核</h2>")[0], (
        "beside the answer, above the decision"
    )
    file = ticket.acts.get(act="confirm").evidence.get().attachment_id
    status, _body = page_of(client, "evidence", ticket.pk, file)
    assert status == 200
    client.post(reverse("quality:review", args=[ticket.pk]), {"decision": "accept", "version": ticket.version})
    ticket.refresh_from_db()
    assert (ticket.state, ticket.closed_why) == ("closed", "true")


def test_what_is_lacking_is_said_beside_the_form(cast, client_of, ticket):
    answer = true(client_of(cast.village_officer), ticket, file="", reason="")
    assert answer.status_code == 422
    assert "须上传佐证材料" in answer.content.decode()


def test_what_is_still_found_is_said_and_what_was_corrected_is_closed(cast, client_of, ticket, household):
    client = client_of(cast.village_officer)
    address = reverse("quality:answer", args=[ticket.pk])
    page = client.post(address, {"answer": "corrected"}, follow=True).content.decode()
    assert "规则仍命中" in page
    Membership.objects.filter(household=household, relation="02").exclude(person__facts__sex="2").update(relation="03")
    page = client.post(address, {"answer": "corrected"}, follow=True).content.decode()
    assert "已办结" in page


def test_nobody_may_look_at_evidence_through_another_ticket(cast, client_of, ticket, tmp_path):
    true(client_of(cast.village_officer), ticket)
    file = ticket.acts.get(act="confirm").evidence.get().attachment_id
    other = family(cast.other_village, by=cast.banner_officer)
    sweep(tmp_path, [found(other, rule="REL-001")], rules=["REL-001"])
    theirs = Ticket.objects.get(household=other)
    client = client_of(cast.other_village_officer)
    assert page_of(client, "evidence", theirs.pk, file)[0] == 404
    assert page_of(client, "evidence", ticket.pk, file)[0] == 404


def test_several_tickets_of_one_rule_are_answered_together(cast, client_of, ticket, tmp_path):
    more = family(cast.village, by=cast.banner_officer)
    sweep(tmp_path, [found(more, rule="REL-001")], rules=["REL-001"])
    both = [str(pk) for pk in Ticket.objects.values_list("pk", flat=True)]
    client = client_of(cast.village_officer)
    apart = client.get(reverse("quality:answer_many"), {"chosen": both, "list": "rule=&state=open"}).content.decode()
    assert "2 条规则" in apart
    assert set(re.findall(r'href="[^"]*answer/\?chosen=(\d+)&', apart)) == set(both)
    page = client.get(reverse("quality:answer_many"), {"chosen": [ticket.pk]}).content.decode()
    assert "已选 1 个问题" in page
    data = {"chosen": [ticket.pk], "answer": "elsewhere", "reason": "该户已迁往外地"}
    assert client.post(reverse("quality:answer_many"), data).status_code == 302
    ticket.refresh_from_db()
    assert ticket.answer == "elsewhere"


def test_who_ticks_nothing_is_sent_back_to_the_list_and_told_to(cast, client_of, ticket):
    for user, name in (
        (cast.village_officer, "answer"),
        (cast.township_officer, "review"),
        (cast.township_officer, "assign"),
    ):
        page = client_of(user).get(reverse(f"quality:{name}_many"), {"list": "state=open"}, follow=True)
        assert page.request["QUERY_STRING"] == "state=open"
        assert "请先选择要办理的问题" in page.content.decode()


def test_whoever_checks_several_answers_reads_each_and_comes_back_to_the_list(cast, client_of, ticket):
    true(client_of(cast.village_officer), ticket)
    client = client_of(cast.township_officer)
    page = client.get(reverse("quality:review_many"), {"chosen": [ticket.pk], "list": "state=answered&rule=REL-008"})
    for said in ("情况属实", "已入户核实，情况属实", "证明.pdf"):
        assert said in page.content.decode()
    answer = client.post(reverse("quality:review_many"), {"chosen": [ticket.pk], "decision": "accept",
                                                          "list": "state=answered&rule=REL-008&next=//elsewhere"})  # fmt: skip
    assert answer.url == f"{reverse('quality:tickets')}?state=answered&rule=REL-008"


def test_a_ticket_leads_on_to_the_next_of_the_same_person(cast, client_of, ticket, tmp_path):
    more = family(cast.village, by=cast.banner_officer)
    sweep(tmp_path, [found(more, rule="REL-001")], rules=["REL-001"])
    Ticket.objects.update(assigned_to=cast.village_officer)
    other = Ticket.objects.get(household=more)
    link = f'href="{reverse("quality:ticket", args=[other.pk])}"'
    officer, township = client_of(cast.village_officer), client_of(cast.township_officer)
    assert link in page_of(officer, "ticket", ticket.pk)[1]
    assert link not in page_of(township, "ticket", ticket.pk)[1], "it is another's to answer"
    operations.answer(
        tickets=[other.pk], answer="elsewhere", reason="已迁往外地", by=cast.village_officer, on=clock.today()
    )
    assert link not in page_of(officer, "ticket", ticket.pk)[1], "it is answered"
    page = page_of(township, "ticket", ticket.pk)[1]
    assert link in page
    assert "下一个待复核" in page


def test_evidence_is_taken_along_under_its_own_name(cast, client_of, ticket):
    true(client_of(cast.village_officer), ticket)
    file = ticket.acts.get(act="confirm").evidence.get().attachment_id
    answer = client_of(cast.township_officer).get(reverse("quality:evidence", args=[ticket.pk, file]))
    assert unquote(answer.headers["Content-Disposition"]).endswith("证明.pdf")


def test_whoever_may_check_is_led_there_while_nothing_was_found(cast, client_of):
    sweeps = f'href="{reverse("quality:sweeps")}"'
    assert sweeps in page_of(client_of(cast.banner_officer), "tickets")[1].split('id="rows"')[1]
    assert sweeps not in page_of(client_of(cast.village_officer), "tickets")[1].split('id="rows"')[1]


def test_the_township_names_somebody_else(cast, client_of, ticket):
    client = client_of(cast.township_officer)
    _status, page = page_of(client, "ticket", ticket.pk)
    assert "village_team" in page
    client.post(reverse("quality:assign", args=[ticket.pk]), {"officer": cast.village_team.pk})
    ticket.refresh_from_db()
    assert ticket.assigned_to == cast.village_team


@pytest.mark.parametrize(("query", "there"), [
    ({"state": "open"}, True), ({"state": "closed"}, False), ({"rule": RULE}, True), ({"rule": "REL-001"}, False),
    ({"state": "unclosed"}, True), ({"state": "replied"}, False), ({"severity": "E"}, True), ({"severity": "W"}, False), ({"overdue": 1}, False), ({"division": "150522100"}, True),
])  # fmt: skip
def test_the_list_is_narrowed_and_says_so(cast, client_of, ticket, query, there):
    _status, page = page_of(client_of(cast.banner_officer), "tickets", **query)
    assert (f"/tickets/{ticket.pk}/" in page) is there
    assert "全部，未筛选" not in page


def test_a_place_out_of_reach_is_not_there(cast, client_of, ticket):
    assert page_of(client_of(cast.village_officer), "tickets", division="150522101200")[0] == 404


def test_the_list_goes_on_by_its_key(cast, client_of, tmp_path):
    homes = [family(cast.village, by=cast.banner_officer) for _n in range(3)]
    sweep(tmp_path, [found(one) for one in homes])
    seen, after = [], ""
    while True:
        rows, after = queries.page(cast.village_officer, queries.Wanted(), after=after, size=1)
        seen += [one.household_id for one in rows]
        if not after:
            break
    assert sorted(seen) == sorted(one.pk for one in homes)


@pytest.mark.parametrize("size", [1, 2, 3])
def test_what_is_closed_stands_behind_what_waits_on_every_page(cast, tmp_path, size):
    homes = [family(cast.village, by=cast.banner_officer) for _n in range(5)]
    sweep(tmp_path, [found(one) for one in homes])
    pks = list(Ticket.objects.order_by("pk").values_list("pk", flat=True))
    early = clock.today() - timedelta(days=30)
    Ticket.objects.filter(pk__in=pks[:2]).update(state="closed", closed_on=early, closed_why="passed", due_on=early)
    seen, after = [], ""
    while True:
        rows, after = queries.page(cast.village_officer, queries.Wanted(), after=after, size=size)
        seen += [one.pk for one in rows]
        if not after:
            break
    assert seen == [*pks[2:], *pks[:2]]
    assert [one.pk for one in queries.page(cast.village_officer, queries.Wanted(state="closed"))[0]] == pks[:2]


@pytest.mark.parametrize(("by", "label"), [
    ("division", "甘旗卡镇"), ("rule", "多配偶"), ("officer", "village_officer"), ("week", "20"),
])  # fmt: skip
def test_the_counts_say_sent_answered_and_late_and_open_their_lists(cast, client_of, ticket, by, label):
    Ticket.objects.update(due_on=clock.today() - timedelta(days=1))
    _status, page = page_of(client_of(cast.banner_officer), "counts", by=by)
    assert label in page
    assert "overdue=1" in page
    (one,) = queries.counts(cast.banner_officer, queries.Wanted(), by, clock.today())
    assert (one.sent, one.answered, one.late, one.rate) == (1, 0, 1, 0)


def test_a_line_of_the_counts_leads_further(cast, client_of, ticket):
    client = client_of(cast.banner_officer)
    _status, page = page_of(client, "counts", by="division")
    assert 'href="?division=150522100"' in page
    _status, page = page_of(client, "counts", by="division", division="150522100")
    assert queries.tree().by_id(cast.village.pk).short_code in page
    assert 'class="lead-cell"><a' not in page, "below a village there is no table"
    assert f'href="{reverse("quality:rule", args=[RULE])}"' in page_of(client, "counts", by="rule")[1]
    _status, page = page_of(client, "counts", by="officer")
    assert f"village_officer · {queries.tree().name(cast.village.pk)}" in page


def test_the_desk_says_what_is_late_due_and_waiting(cast, client_of, ticket):
    desk = reverse("desk:due")
    assert "1 个问题待核实" in client_of(cast.village_officer).get(desk).content.decode()
    Ticket.objects.update(due_on=clock.today())
    assert "1 个问题今天到期" in client_of(cast.village_officer).get(desk).content.decode()
    Ticket.objects.update(due_on=clock.today() - timedelta(days=1))
    assert "1 个问题已超期" in client_of(cast.village_officer).get(desk).content.decode()
    operations.answer(
        tickets=[ticket.pk], answer="elsewhere", reason="已迁往外地", by=cast.village_officer, on=clock.today()
    )
    assert "等待您复核" in client_of(cast.township_officer).get(desk).content.decode()


def test_the_page_of_a_household_fetches_its_tickets(cast, client_of, ticket, household):
    client = client_of(cast.village_officer)
    card = reverse("quality:of_household", args=[household.number])
    assert card in client.get(reverse("registry:household", args=[household.number])).content.decode()
    assert "多配偶" in client.get(card).content.decode()
    assert client_of(cast.other_village_officer).get(card).status_code == 404

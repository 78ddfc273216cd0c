"""Tickets are answered, looked at again by the rule, checked by a second person, handed on, and go up when they are late."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from fupin.accounts.models import Posting
from fupin.accounts.tests.posts import post_officers
from fupin.core import clock
from fupin.core.models import Attachment, AuditEntry
from fupin.core.refusals import NotFound, Refused, Stale
from fupin.quality import operations
from fupin.quality.models import Ticket, TicketAct, TicketEvidence
from fupin.quality.operations import Recheck
from fupin.quality.tests.findings import DAY, RULE, found, print_of, sweep
from fupin.quality.words import Level
from fupin.registry.models import Membership
from fupin.registry.tests.households import family

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def judge(*findings):
    """Who judges the rule: these are found, and nothing else."""
    return Recheck(lambda households, on: [one for one in findings if one.household_id in households],
                   lambda wanted, on: set(wanted))  # fmt: skip


NOBODY = Recheck(judged=lambda wanted, on: ())


@pytest.fixture
def household(cast):
    return family(cast.village, by=cast.banner_officer)


@pytest.fixture
def ticket(household, tmp_path):
    sweep(tmp_path, [found(household, "A")])
    return Ticket.objects.get()


def answer(ticket, kind, cast, *, by=None, recheck=None, **more):
    result = operations.answer(tickets=[ticket.pk], answer=kind, by=by or cast.village_officer,
                               on=more.pop("on", DAY), recheck=recheck or judge(), **more)  # fmt: skip
    ticket.refresh_from_db()
    return result


def confirm(ticket, cast, household, values="A", **more):
    return answer(ticket, "true", cast, reason="两人均为配偶，已入户核实", files=[PDF],
                  recheck=judge(found(household, values)), **more)  # fmt: skip


def test_what_was_corrected_and_is_no_longer_found_is_closed_at_once(ticket, cast):
    assert answer(ticket, "corrected", cast).closed == [ticket.pk]
    assert (ticket.state, ticket.closed_why, ticket.closed_on, ticket.answered_by) == (
        "closed", "corrected", DAY, cast.village_officer)  # fmt: skip


def test_what_is_still_found_stays_open_and_the_attempt_is_noted(ticket, cast, household):
    result = answer(ticket, "corrected", cast, recheck=judge(found(household, "B")))
    assert result.still_found == [ticket.pk]
    assert (ticket.state, ticket.answer, ticket.fingerprint) == ("open", "", print_of("B"))
    assert TicketAct.objects.latest("id").act == "still_found"


def test_what_no_rule_can_look_at_again_waits_for_a_person(ticket, cast):
    answer(ticket, "corrected", cast, recheck=NOBODY)
    assert (ticket.state, ticket.answer) == ("answered", "corrected")
    operations.review(tickets=[ticket.pk], accepts=True, by=cast.township_officer, on=DAY)
    ticket.refresh_from_db()
    assert (ticket.state, ticket.closed_why, ticket.confirmed) == ("closed", "corrected", "")


def test_a_sweep_of_older_records_does_not_reopen_what_was_corrected_since(ticket, cast, household, tmp_path):
    before = timezone.now()
    answer(ticket, "corrected", cast)
    sweep(tmp_path, [found(household, "A")], as_of=before)
    ticket.refresh_from_db()
    assert ticket.state == "closed"


def test_true_with_reason_and_evidence_is_closed_by_another_person(ticket, cast, household):
    confirm(ticket, cast, household)
    assert (ticket.state, ticket.confirmed) == ("answered", "")
    operations.review(tickets=[ticket.pk], accepts=True, by=cast.township_officer, on=DAY)
    ticket.refresh_from_db()
    assert (ticket.state, ticket.closed_why, ticket.confirmed) == ("closed", "true", print_of("A"))
    evidence = TicketEvidence.objects.get()
    assert (evidence.act.act, evidence.attachment.subject) == ("confirm", f"ticket:{ticket.pk}")


def test_whoever_answers_true_and_then_changes_the_value_is_asked_again(ticket, cast, household, tmp_path):
    confirm(ticket, cast, household)
    operations.review(tickets=[ticket.pk], accepts=True, by=cast.township_officer, on=DAY)
    later = timezone.now() + timedelta(minutes=1)
    sweep(tmp_path, [found(household, "A")], as_of=later)
    ticket.refresh_from_db()
    assert ticket.state == "closed"
    sweep(tmp_path, [found(household, "B")], as_of=later)
    ticket.refresh_from_db()
    assert (ticket.state, ticket.reopened) == ("open", 1)


@pytest.mark.parametrize(("reason", "files"), [("已入户核实", []), ("", [PDF])])
def test_true_without_reason_or_evidence_is_refused_and_nothing_is_kept(ticket, cast, reason, files):
    with pytest.raises(Refused):
        answer(ticket, "true", cast, reason=reason, files=files)
    ticket.refresh_from_db()
    assert (ticket.state, TicketAct.objects.count(), Attachment.objects.count()) == ("open", 1, 0)


def test_nobody_checks_the_own_answer(ticket, cast, household):
    confirm(ticket, cast, household, by=cast.township_officer)
    with pytest.raises(Refused, match="另一人"):
        operations.review(tickets=[ticket.pk], accepts=True, by=cast.township_officer, on=DAY)
    operations.review(tickets=[ticket.pk], accepts=True, by=cast.banner_officer, on=DAY)


def test_what_is_sent_back_says_why_and_runs_anew(ticket, cast, household):
    confirm(ticket, cast, household)
    operations.review(tickets=[ticket.pk], accepts=False, reason="照片不清楚", by=cast.township_officer, on=DAY)
    ticket.refresh_from_db()
    assert (ticket.state, ticket.answer, ticket.due_on) == ("open", "", DAY + timedelta(days=7))
    act = TicketAct.objects.latest("id")
    assert (act.act, act.reason, act.by) == ("send_back", "照片不清楚", cast.township_officer)


def test_a_late_answer_is_taken_and_marked(ticket, cast, household):
    confirm(ticket, cast, household, on=ticket.due_on + timedelta(days=3))
    assert (ticket.state, ticket.days_late) == ("answered", 3)
    entry = AuditEntry.objects.filter(subject=f"ticket:{ticket.pk}", act="ticket.confirm").get()
    assert entry.detail["days_late"] == 3


def test_an_answer_of_a_day_to_come_is_refused(ticket, cast):
    with pytest.raises(Refused, match="晚于今天"):
        answer(ticket, "corrected", cast, on=clock.today() + timedelta(days=1))


def test_tickets_of_another_village_are_not_there(ticket, cast):
    with pytest.raises(NotFound):
        answer(ticket, "corrected", cast, by=cast.other_village_officer)
    with pytest.raises(NotFound):
        answer(ticket, "corrected", cast, by=cast.leader)
    with pytest.raises(NotFound):
        operations.review(tickets=[ticket.pk], accepts=True, by=cast.village_officer, on=DAY)


def test_who_answers_what_another_has_answered_meanwhile_is_told(ticket, cast, household):
    answer(ticket, "corrected", cast, recheck=judge(found(household, "B")), base_version=1)
    with pytest.raises(Stale):
        answer(ticket, "corrected", cast, base_version=1)


def test_several_tickets_get_one_answer_and_its_file_is_kept_once(cast, tmp_path):
    homes = [family(cast.village, by=cast.banner_officer) for _n in range(3)]
    findings = [found(one) for one in homes]
    sweep(tmp_path, findings)
    pks = list(Ticket.objects.values_list("pk", flat=True))
    result = operations.answer(tickets=pks, answer="true", reason="已逐户核实", files=[PDF], by=cast.village_officer,
                               on=DAY, recheck=judge(*findings))  # fmt: skip
    assert (sorted(result.waiting), Attachment.objects.count(), TicketEvidence.objects.count()) == (sorted(pks), 1, 3)
    assert operations.review(tickets=pks, accepts=True, by=cast.township_officer, on=DAY) == 3


def test_not_ours_goes_to_the_township_which_names_somebody_else(ticket, cast):
    answer(ticket, "elsewhere", cast, reason="该户已由驻村工作队负责")
    assert ticket.state == "answered"
    with pytest.raises(Refused, match="改派"):
        operations.review(tickets=[ticket.pk], accepts=True, by=cast.township_officer, on=DAY)
    operations.assign(tickets=[ticket.pk], to=cast.village_team.pk, by=cast.township_officer, on=DAY)
    ticket.refresh_from_db()
    assert (ticket.state, ticket.assigned_to, ticket.answer) == ("open", cast.village_team, "")


def test_nobody_is_named_who_cannot_answer_there(ticket, cast):
    for stranger in (cast.other_village_officer, cast.leader, cast.nobody):
        with pytest.raises(Refused, match="另选"):
            operations.assign(tickets=[ticket.pk], to=stranger.pk, by=cast.township_officer, on=DAY)


def test_the_candidates_are_those_of_the_village_and_its_township(ticket, cast):
    names = {row.user.username for row in operations.candidates(cast.township_officer, [ticket.village_id])}
    assert names == {"township_officer", "village_officer", "village_team", "helper"}


@pytest.mark.parametrize(
    ("days", "level"), [(0, Level.NONE), (1, Level.TOWNSHIP), (7, Level.TOWNSHIP), (8, Level.BANNER)]
)
def test_what_is_overdue_goes_up(ticket, days, level):
    operations.escalate(on=ticket.due_on + timedelta(days=days))
    ticket.refresh_from_db()
    assert ticket.level == level


def test_an_answer_takes_the_ticket_down_again(ticket, cast, household):
    operations.escalate(on=ticket.due_on + timedelta(days=1))
    confirm(ticket, cast, household)
    assert ticket.level == Level.NONE
    assert ticket.due_on == date(2020, 5, 12)  # five working days, the holiday made up for on a Saturday


def test_tickets_of_whoever_no_longer_answers_there_are_handed_out_anew(cast, household, tmp_path):
    post_officers(cast)
    sweep(tmp_path, [found(household, "A")])
    ticket = Ticket.objects.get()
    first = ticket.assigned_to
    assert operations.tidy(on=DAY) == 0
    Posting.objects.filter(user=first).update(valid_to=clock.today())
    assert operations.tidy(on=DAY) == 1
    ticket.refresh_from_db()
    assert ticket.assigned_to not in (first, None)


def test_a_handover_takes_the_tickets_along(ticket, cast):
    Ticket.objects.update(assigned_to=cast.village_officer)
    done = operations.pass_on(leaver=cast.village_officer.pk, successor=cast.village_team.pk,
                              division=cast.village.pk, by=cast.village_team, on=DAY)  # fmt: skip
    ticket.refresh_from_db()
    assert (done, ticket.assigned_to, ticket.due_on) == (1, cast.village_team, date(2020, 5, 21))


def test_a_closed_ticket_is_neither_answered_nor_handed_on(ticket, cast):
    answer(ticket, "corrected", cast)
    with pytest.raises(Refused, match="已经办结"):
        answer(ticket, "corrected", cast)
    with pytest.raises(Refused):
        operations.assign(tickets=[ticket.pk], by=cast.township_officer, on=DAY)
    assert ticket.rule == RULE


def test_the_rule_itself_looks_at_the_record_of_now(cast, tmp_path):
    household = family(cast.village, by=cast.banner_officer)
    son = Membership.objects.filter(household=household, relation="03")
    pk = son.get().pk
    son.update(relation="02")  # as a register that was taken over may have it
    sweep(tmp_path, [found(household)])
    ticket = Ticket.objects.get()
    done = operations.answer(tickets=[ticket.pk], answer="corrected", by=cast.village_officer, on=clock.today())
    assert done.still_found == [ticket.pk]
    Membership.objects.filter(pk=pk).update(relation="03")
    done = operations.answer(tickets=[ticket.pk], answer="corrected", by=cast.village_officer, on=clock.today())
    assert done.closed == [ticket.pk]

"""Decisions of screening at their boundaries, and the catalogue of key groups on its own examples."""

import re
from datetime import date, timedelta

import pytest

from fupin.core import clock
from fupin.core.verdicts import Outcome
from fupin.policy import screening as catalogue
from fupin.policy.quality import Rule
from fupin.procedures.screening import rules
from fupin.procedures.screening.rules import RoundFacts, Standing
from fupin.quality.tests.test_examples import outcome
from fupin.rulebook import queries as rulebook

DAY = date(2026, 11, 10)
NEXT, BEFORE = DAY + timedelta(days=1), DAY - timedelta(days=1)
OPEN = Standing("open", DAY, "to_confirm")
GROUPS = [one for one in catalogue.groups().values() if one.finds]


def test_a_round_opens_on_the_first_and_the_last_day_of_its_period_and_not_outside():
    facts = RoundFacts(DAY, NEXT)
    assert rules.may_open(facts, DAY)
    assert rules.may_open(facts, NEXT)
    assert not rules.may_open(facts, BEFORE)
    assert not rules.may_open(facts, NEXT + timedelta(days=1))


def test_a_round_closes_only_when_nothing_is_left_and_its_list_is_there():
    assert rules.may_close(RoundFacts(DAY, NEXT, True), DAY)
    assert not rules.may_close(RoundFacts(DAY, NEXT, False), DAY)
    assert len(rules.may_close(RoundFacts(DAY, NEXT, True, 1, 1), DAY).reasons) == 2


def test_who_is_of_no_key_group_is_confirmed_from_the_day_of_opening_until_today():
    assert rules.may_confirm(OPEN, DAY, DAY)
    assert not rules.may_confirm(OPEN, BEFORE, DAY)
    assert not rules.may_confirm(OPEN, NEXT, DAY)
    assert not rules.may_confirm(OPEN, None, DAY)


@pytest.mark.parametrize("state", ["to_visit", "unchanged", "visited", "lead"])
def test_only_who_waits_for_it_is_confirmed(state):
    assert not rules.may_confirm(Standing("open", DAY, state), DAY, DAY)


def test_a_key_group_is_never_confirmed_without_a_visit():
    (reason,) = rules.may_confirm(Standing("open", DAY, "to_visit", ",illness,"), DAY, DAY).reasons
    assert "重点人群" in str(reason)


def test_a_visit_says_who_was_spoken_to_and_what_was_found():
    assert rules.may_visit(OPEN, DAY, "乌云", "无风险", DAY)
    assert len(rules.may_visit(OPEN, DAY, " ", "", DAY).reasons) == 2


@pytest.mark.parametrize("stage", ["drafted", "closed", "dropped"])
def test_nothing_is_said_in_a_round_that_does_not_run(stage):
    one = Standing(stage, DAY, "to_confirm")
    assert not rules.may_confirm(one, DAY, DAY)
    assert not rules.may_visit(one, DAY, "乌云", "无风险", DAY)
    assert not rules.may_suspect(one, DAY, DAY)
    assert not rules.may_undo(Standing(stage, DAY, "unchanged"), DAY)


def test_what_was_said_is_taken_back_but_a_lead_and_a_key_group_are_not():
    assert rules.may_undo(Standing("open", DAY, "unchanged"), DAY)
    assert rules.may_undo(Standing("open", DAY, "to_visit"), DAY)
    assert not rules.may_undo(Standing("open", DAY, "to_visit", ",illness,"), DAY)
    assert not rules.may_undo(Standing("open", DAY, "lead"), DAY)
    assert not rules.may_undo(OPEN, DAY)


def test_after_a_visit_is_taken_back_a_key_group_is_still_to_be_visited():
    assert rules.undone("visited", ",illness,", "") == "to_visit"
    assert rules.undone("visited", "", "情况有变化") == "to_visit"
    assert rules.undone("visited", "", "") == "to_confirm"
    assert rules.undone("unchanged", "", "") == "to_confirm"


@pytest.mark.django_db
@pytest.mark.parametrize("group", GROUPS, ids=lambda one: one.name)
def test_a_key_group_finds_its_own_examples_and_passes_the_others(group):
    rule = Rule(group.name, group.label, group.label_en, group.dataset, "I", "", "", "design", "", finds=group.finds)
    assert {outcome(rule, one) for one in group.found} == {Outcome.YES}
    assert Outcome.YES not in {outcome(rule, one) for one in group.passed}


def test_the_catalogue_is_in_order_and_says_where_each_group_comes_from():
    assert catalogue.check() == []
    assert all(one.source.title for one in catalogue.groups().values())
    early = {one.name for one in catalogue.groups_on(date(2018, 1, 1))}
    assert {"illness_until_2020", "disability"} <= early
    assert not early & {"illness", "monitored"}


@pytest.mark.django_db
@pytest.mark.parametrize("group", GROUPS, ids=lambda one: one.name)
def test_what_a_key_group_goes_by_is_in_force_from_its_first_day_to_its_last(group):
    for name in re.findall(r"parameter\('([^']+)'\)", group.finds):
        for day in (group.since, (group.until or clock.today()) - timedelta(days=1)):
            assert rulebook.value(name, on=day) is not None

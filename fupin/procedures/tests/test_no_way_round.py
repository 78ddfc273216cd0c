"""Each act on which a procedure stands is on every way to its good end: leave it out, and nobody gets there."""

from itertools import chain

import pytest

from fupin.procedures.all_works import WORKS

MUST = {
    # procedure: the acts that no way leaves out, and which act another person than whose must do
    "identification": (("apply", "verify", "conclude", "compare", "review", "post", "close", "check", "decide", "enter"),
                       {"decide": {"verify", "check"}, "enter": {"decide"}, "check": {"verify"}}),
    "exit": (("review", "verify", "conclude", "agree", "post", "close", "check", "decide", "announce", "leave"),
             {"decide": {"verify", "check"}, "leave": {"decide"}, "check": {"verify"}}),
    "risk_clearing": (("verify", "conclude", "review", "post", "close", "check", "decide", "announce", "clear"),
                      {"decide": {"verify", "check"}, "clear": {"decide"}, "check": {"verify"}}),
    "poverty_return": (("verify", "conclude", "review", "post", "close", "check", "post_township", "close_township",
                        "compare", "decide", "announce", "return"),
                       {"decide": {"verify", "check"}, "return": {"decide"}, "check": {"verify"}}),
    "village_exit": (("report", "check", "post_township", "close_township", "decide", "announce", "leave"),
                     {"check": {"report"}, "decide": {"check"}, "leave": {"decide"}}),
}  # fmt: skip
WAYS = [(name, table) for name in MUST for table in WORKS[name].tables.tables]


def reached(table, without):
    """The states that can be reached when an act is never done."""
    seen, waiting = set(), [table.start.name]
    links = [(step.before, step.after) for step in table.transitions if step.act != without]
    links += [(out.before, out.after) for out in table.time_outs]
    while waiting:
        state = waiting.pop()
        if state not in seen:
            seen.add(state)
            waiting += [after for before, after in links if before == state]
    return seen


def test_every_procedure_of_households_says_what_no_way_leaves_out():
    assert {name for name, work in WORKS.items() if work.good_ends} == set(MUST)


@pytest.mark.parametrize(("name", "table"), WAYS, ids=lambda one: getattr(one, "edition", one))
def test_no_way_to_the_good_end_leaves_an_act_out(name, table):
    goal = WORKS[name].good_ends
    assert reached(table, "") & goal == goal
    moving = {step.act for step in table.transitions if step.before != step.after}
    for act in [one for one in MUST[name][0] if one in moving]:
        assert not reached(table, act) & goal, act


@pytest.mark.parametrize(("name", "table"), WAYS, ids=lambda one: getattr(one, "edition", one))
def test_an_act_that_leads_nowhere_is_asked_for_by_one_that_does(name, table):
    """Visits are signed by several people before their conclusion: the conclusion counts them."""
    moving = {step.act for step in table.transitions if step.before != step.after}
    counted = set(chain.from_iterable(each.acts for step in table.transitions for each in step.distinct))
    assert set(MUST[name][0]) - moving <= counted


@pytest.mark.parametrize(("name", "table"), WAYS, ids=lambda one: getattr(one, "edition", one))
def test_who_checks_decides_and_enters_are_different_people(name, table):
    for act, others in MUST[name][1].items():
        for step in table.transitions:
            if step.act == act:
                assert others <= set(step.others_than), (act, step.before)


@pytest.mark.parametrize(("name", "table"), WAYS, ids=lambda one: getattr(one, "edition", one))
def test_a_list_comes_down_only_after_its_days(name, table):
    ends = {after for _place, after in WORKS[name].posts.values() if after}
    closing = [step for step in table.transitions if step.act in ends]
    assert closing
    for step in closing:
        assert step.least is not None
        assert step.least.is_full
        assert any(one.name.startswith("free_") for one in step.conditions)

"""An office's own quality rules and switches: read, tried, frozen, confirmed by a second person."""

from datetime import date

import pytest

from fupin.conditions.parsing import BadCondition
from fupin.core.models import AuditEntry
from fupin.core.refusals import NotAllowed, NotFound, Refused
from fupin.rulebook import operations, own_rules, queries, trying
from fupin.rulebook.models import Override
from fupin.rulebook.operations import RuleProposal, SwitchProposal

DAY = date(2018, 6, 1)
NAME = "150522-CROWD"
WORDS = {
    "label": "户内人口过多", "label_en": "Too many members", "dataset": "households", "severity": "W",
    "finds": "persons > 9", "asks": "请核对是否应分户。", "asks_en": "Check whether it is one household.",
    "asks_anew": False, "found": [{"persons": 10}], "passed": [{"persons": 9}, {}],
}  # fmt: skip

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, settings):
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def quick(monkeypatch):
    """Nothing is tried over a register: what is asked is what the request says."""
    asked = []
    monkeypatch.setattr(trying, "tried", lambda dataset, finds, on, **more: asked.append(finds))
    return asked


def propose(by, division, name=NAME, valid_from=DAY, document="后旗扶贫〔2018〕1号", **changed):
    return operations.propose_rules(
        proposals=[RuleProposal(name, division, {**WORDS, **changed}, valid_from, document)], by=by
    )[0]


def switch(by, division, is_on=False, name="REL-008", valid_from=DAY):
    proposal = SwitchProposal(name, division, is_on, valid_from, "后旗扶贫〔2018〕1号")
    return operations.propose_switches(proposals=[proposal], by=by)[0]


def confirm(row, by):
    return operations.confirm(overrides=[row], by=by, seen={row.pk: bytes(row.digest)})


def test_an_own_rule_holds_only_after_a_second_person_confirmed_it(cast, quick):
    row = propose(cast.banner_officer, cast.banner)
    assert quick == ["persons > 9"]
    assert not own_rules.in_force(DAY).variants
    with pytest.raises(NotAllowed, match="另一人"):
        confirm(row, cast.banner_officer)
    confirm(row, cast.second_banner_officer)
    (variant,) = own_rules.in_force(DAY).variants[NAME]
    assert (variant.rule.finds, variant.rule.version, variant.division) == ("persons > 9", 1, cast.banner.pk)
    assert not own_rules.in_force(date(2018, 5, 31)).variants


def test_versions_count_up_and_the_shipped_one_is_the_first(cast, quick):
    confirm(propose(cast.banner_officer, cast.banner), cast.second_banner_officer)
    assert propose(cast.banner_officer, cast.banner, finds="persons > 9 or persons = 0", valid_from=date(2019, 1, 1),
                   found=[{"persons": 0}]).value["version"] == 2  # fmt: skip
    own = propose(cast.banner_officer, cast.banner, "REL-008", finds="count(members, relation = '02') > 2",
                  found=[{"members": [{"relation": "02"}] * 3}], passed=[{"members": []}])  # fmt: skip
    assert own.value["version"] == 2


@pytest.mark.parametrize(
    "name", ["CROWD", "150521-CROWD", "150522-crowd", "150522-", "150522-A B", "150522-人", "REL-999"]
)
def test_the_id_of_an_own_rule_begins_with_the_code_of_the_office(cast, quick, name):
    with pytest.raises(Refused, match="编号"):
        propose(cast.banner_officer, cast.banner, name)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"found": []}, "至少一个"),
        ({"passed": []}, "至少一个"),
        ({"found": [{"persons": 3}]}, "没有命中"),
        ({"passed": [{"persons": 12}]}, "命中了"),
        ({"found": [{"colour": 1}]}, "没有名为"),
        ({"found": [{"persons": "10"}]}, "写法不对"),
        ({"found": [{"persons": 10**18}]}, "写法不对"),
        ({"found": [{"members": [{"relation": "02"}] * 50}]}, "最多"),
        ({"found": "persons"}, "至少一个"),
        ({"found": ["persons"]}, "字段和值"),
        ({"severity": "X"}, "级别"),
        ({"dataset": "accounts"}, "对象"),
        ({"label": ""}, "规则名称"),
        ({"asks": "x" * 301}, "不超过"),
        ({"asks": "请核对\u202e"}, "不可见"),
        ({"finds": ""}, "条件"),
        ({"document": "  "}, "依据文件"),
    ],
)
def test_a_rule_that_is_not_in_order_is_refused_with_the_mend(cast, quick, changed, said):
    with pytest.raises(Refused, match=said):
        propose(cast.banner_officer, cast.banner, **changed)
    assert not Override.objects.exists()


def test_a_condition_that_cannot_be_read_is_refused_at_its_place(cast, quick):
    with pytest.raises(BadCondition) as refused:
        propose(cast.banner_officer, cast.banner, finds="persons > 9 and colour = 'x'")
    assert refused.value.place == 17


def test_a_rule_that_is_too_slow_for_the_register_is_refused(cast, monkeypatch):
    monkeypatch.setattr(trying, "seconds_allowed", lambda on: 0.0001)
    slow = " or ".join(f"count(members, age + {nth} > 1) > 99" for nth in range(60))
    with pytest.raises(trying.TooSlow, match="太慢"):
        propose(cast.banner_officer, cast.banner, finds=f"persons > 9 or {slow}")
    assert not Override.objects.exists()


def test_what_a_rule_would_find_is_counted_before_it_is_proposed(cast):
    found = trying.tried("households", "persons >= 0", DAY)
    assert (found.found, found.rows, found.sample) == (0, 0, ())


def test_an_own_version_of_a_shipped_rule_judges_the_same_kind_of_record(cast, quick):
    with pytest.raises(Refused, match="与原规则相同"):
        propose(cast.banner_officer, cast.banner, "ID-007")


def test_an_office_goes_back_to_the_shipped_version(cast, quick):
    own = {"finds": "count(members, relation = '02') > 2", "found": [{"members": [{"relation": "02"}] * 3}],
           "passed": [{"members": []}]}  # fmt: skip
    confirm(propose(cast.banner_officer, cast.banner, "REL-008", **own), cast.second_banner_officer)
    back = RuleProposal("REL-008", cast.banner, None, date(2019, 1, 1), "后旗扶贫〔2019〕1号")
    confirm(operations.propose_rules(proposals=[back], by=cast.banner_officer)[0], cast.second_banner_officer)
    assert "REL-008" in own_rules.in_force(date(2018, 12, 31)).variants
    assert "REL-008" not in own_rules.in_force(date(2019, 1, 1)).variants


def test_nobody_proposes_rules_or_switches_out_of_scope(cast, quick):
    for other in (cast.other_banner_officer, cast.township_officer, cast.auditor):
        with pytest.raises(NotAllowed):
            propose(other, cast.banner)
        with pytest.raises(NotAllowed):
            switch(other, cast.banner)


def test_a_switch_holds_from_its_day_once_confirmed(cast):
    confirm(switch(cast.banner_officer, cast.banner), cast.second_banner_officer)
    assert own_rules.in_force(DAY).switches == {"REL-008": {("banner", cast.banner.pk): False}}
    with pytest.raises(Refused, match="已经"):
        switch(cast.banner_officer, cast.banner)


def test_the_own_rule_of_another_office_is_not_there_to_switch(cast, quick):
    confirm(propose(cast.banner_officer, cast.banner), cast.second_banner_officer)
    with pytest.raises(NotFound):
        switch(cast.other_banner_officer, cast.other_banner, name=NAME)
    with pytest.raises(NotFound):
        switch(cast.banner_officer, cast.banner, name="XYZ-1")


def test_a_confirmed_rule_that_was_changed_behind_is_not_judged(cast, quick):
    row = confirm(propose(cast.banner_officer, cast.banner), cast.second_banner_officer)[0]
    Override.objects.filter(pk=row.pk).update(value={**row.value, "finds": "persons > 0"})
    assert not own_rules.in_force(DAY).variants


def test_a_rule_that_moved_meanwhile_is_weighed_anew(cast, quick):
    first = propose(cast.banner_officer, cast.banner)
    second = propose(cast.banner_officer, cast.banner, valid_from=date(2018, 7, 1))
    confirm(first, cast.second_banner_officer)
    with pytest.raises(NotAllowed, match="原值"):
        confirm(second, cast.second_banner_officer)


def test_who_asked_and_who_confirmed_stand_in_the_trail(cast, quick):
    row = confirm(propose(cast.banner_officer, cast.banner), cast.second_banner_officer)[0]
    entries = AuditEntry.objects.filter(subject=f"override:{row.pk}").order_by("id")
    assert [entry.act for entry in entries] == ["rulebook.propose", "rulebook.confirm"]
    assert [entry.actor_id for entry in entries] == [cast.banner_officer.pk, cast.second_banner_officer.pk]
    assert queries.is_intact(row)

"""Acts on households and persons."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from fupin.core import clock, sealing
from fupin.core.models import AuditEntry
from fupin.core.refusals import NotAllowed, NotFound, Refused, Stale
from fupin.policy import parameters
from fupin.registry.models import (
    GuaranteeFinding,
    Household,
    HouseholdCard,
    HouseholdFact,
    IncomeAccount,
    Membership,
    Person,
    PersonFact,
    PersonIdentity,
    RegisterStatus,
)
from fupin.registry.operations import (
    NEW,
    AccountSheet,
    Finding,
    HouseholdChange,
    Leaving,
    Line,
    Merging,
    Moving,
    NewHousehold,
    NewMember,
    PersonChange,
    Splitting,
    add_members,
    change_heads,
    change_household,
    change_persons,
    enter_accounts,
    merge_households,
    move_households,
    record_findings,
    register_households,
    remove_members,
    reveal,
    sign_account,
    split_households,
)
from fupin.registry.tests.households import DAY, family, id_number, member

LATER = date(2018, 9, 1)


def person_of(household, relation):
    return Membership.objects.open().get(household=household, relation=relation).person


def fact_of(household):
    return HouseholdFact.objects.open().get(household=household)


def test_a_household_gets_a_number_of_its_village_and_a_card(cast):
    household = family(cast.village, by=cast.village_officer, main_cause="01", phone="13800138000")
    assert household.number.startswith("150522100200")
    assert len(household.number) == 17
    card = HouseholdCard.objects.get(household=household)
    assert (card.head_name, card.persons, card.main_cause, card.status) == ("宝音", 3, "01", "")
    assert sealing.unseal(fact_of(household).phone_sealed) == "13800138000"
    entry = AuditEntry.objects.get(act="registry.register", subject=f"household:{household.pk}")
    assert entry.division_id == cast.village.pk
    assert "13800138000" not in str(entry.detail)


def test_sex_and_birth_day_come_from_the_id_number(cast):
    household = family(cast.village, by=cast.village_officer)
    wife = PersonFact.objects.get(person=person_of(household, "02"))
    assert (wife.sex, wife.born_on) == ("2", date(1962, 3, 5))


def test_a_birth_day_that_contradicts_the_number_is_refused(cast):
    wrong = member("宝音", "01", born_on=date(1961, 1, 1))
    with pytest.raises(Refused, match="出生日期与身份证号"):
        family(cast.village, by=cast.village_officer, members=[wrong])
    assert not Household.objects.exists()


def test_a_household_needs_exactly_one_head(cast):
    with pytest.raises(Refused, match="没有户主"):
        family(cast.village, by=cast.village_officer, members=[member("乌云", "02", sex="2")])
    with pytest.raises(Refused, match="户主只能有一人"):
        family(cast.village, by=cast.village_officer, members=[member("宝音", "01"), member("那顺", "01")])


def test_nobody_registers_in_another_village(cast):
    with pytest.raises(NotAllowed):
        family(cast.other_village, by=cast.village_officer)


def test_nothing_happens_tomorrow(cast):
    family(cast.village, by=cast.village_officer, on=clock.today())
    with pytest.raises(Refused, match="晚于今天"):
        family(cast.village, by=cast.village_officer, on=clock.today() + timedelta(days=1))


def test_the_same_act_sent_twice_registers_once(cast):
    new = NewHousehold(cast.village.pk, [member("宝音", "01")], {}, True)
    first = register_households(households=[new], by=cast.village_officer, on=DAY, client_id="abc")
    second = register_households(households=[new], by=cast.village_officer, on=DAY, client_id="abc")
    assert first == second
    assert Household.objects.count() == 1


def test_the_number_of_an_act_stands_for_one_act_of_one_person(cast):
    new = NewHousehold(cast.village.pk, [member("宝音", "01")], {}, True)
    register_households(households=[new], by=cast.village_officer, on=DAY, client_id="abc")
    with pytest.raises(Refused, match="另一次办理"):
        register_households(households=[new], by=cast.township_officer, on=DAY, client_id="abc")
    joining = NewMember(Household.objects.get().pk, member("乌云", "02", "19620305", "2"))
    with pytest.raises(Refused, match="另一次办理"):
        add_members(members=[joining], by=cast.village_officer, on=DAY, client_id="abc")
    assert Person.objects.count() == 1


def test_an_id_number_belongs_to_one_person(cast):
    number = id_number()
    family(cast.village, by=cast.village_officer, members=[{**member("宝音", "01"), "id_number": number}])
    with pytest.raises(Refused, match="已登记为人员"):
        family(cast.village, by=cast.village_officer, members=[{**member("宝音", "01"), "id_number": number}])


def test_a_change_holds_from_its_day_and_the_day_before_keeps_the_old_value(cast):
    household = family(cast.village, by=cast.village_officer, main_cause="01")
    change = HouseholdChange(household.pk, {"main_cause": "04"}, base_version=1)
    change_household(changes=[change], by=cast.village_officer, on=LATER)
    day_before = HouseholdFact.objects.on(LATER - timedelta(days=1)).get(household=household)
    assert day_before.main_cause == "01"
    assert HouseholdFact.objects.on(LATER).get(household=household).main_cause == "04"
    assert HouseholdCard.objects.get(household=household).main_cause == "04"
    entry = AuditEntry.objects.get(act="registry.household.change")
    assert entry.detail == {"main_cause": ["01", "04"]}


def test_a_correction_replaces_the_value_wherever_the_mistake_stood(cast):
    household = family(cast.village, by=cast.village_officer, main_cause="01", fuel="01")
    change_household(changes=[HouseholdChange(household.pk, {"fuel": "03"})], by=cast.village_officer, on=LATER)
    correction = HouseholdChange(household.pk, {"main_cause": "02"}, is_correction=True)
    change_household(changes=[correction], by=cast.village_officer, on=LATER)
    rows = list(HouseholdFact.objects.filter(household=household).order_by("valid_from"))
    assert [(row.main_cause, row.fuel) for row in rows] == [("02", "01"), ("02", "03")]
    assert AuditEntry.objects.get(act="registry.household.correct").detail == {"main_cause": ["01", "02"]}


def test_a_change_before_a_later_fact_is_refused_with_the_mend(cast):
    household = family(cast.village, by=cast.village_officer, fuel="01")
    change_household(changes=[HouseholdChange(household.pk, {"fuel": "03"})], by=cast.village_officer, on=LATER)
    early = HouseholdChange(household.pk, {"fuel": "02"})
    with pytest.raises(Refused, match="更正"):
        change_household(changes=[early], by=cast.village_officer, on=date(2018, 5, 1))
    with pytest.raises(Refused, match="登记自 2018-03-01 起"):
        change_household(changes=[early], by=cast.village_officer, on=date(2018, 2, 28))


def test_the_second_of_two_editors_is_told(cast):
    household = family(cast.village, by=cast.village_officer, fuel="01")
    first = HouseholdChange(household.pk, {"fuel": "02"}, base_version=1)
    second = HouseholdChange(household.pk, {"fuel": "03"}, base_version=1)
    change_household(changes=[first], by=cast.village_officer, on=LATER)
    with pytest.raises(Stale):
        change_household(changes=[second], by=cast.township_officer, on=LATER)
    assert fact_of(household).fuel == "02"


def test_other_causes_do_not_repeat_the_main_one(cast):
    household = family(cast.village, by=cast.village_officer, main_cause="01")
    for others, fits in (("02,04", True), ("01", False), ("02,03,04", False)):
        change = HouseholdChange(household.pk, {"other_causes": others})
        if fits:
            change_household(changes=[change], by=cast.village_officer, on=LATER)
        else:
            with pytest.raises(Refused, match="其他致贫原因"):
                change_household(changes=[change], by=cast.village_officer, on=LATER)


@pytest.mark.parametrize("who", ["other_village_officer", "other_banner_officer", "helper", "auditor"])
def test_who_has_no_right_changes_nothing(cast, who):
    household = family(cast.village, by=cast.village_officer)
    with pytest.raises(NotAllowed):
        change_household(changes=[HouseholdChange(household.pk, {"fuel": "02"})], by=getattr(cast, who), on=LATER)


def test_a_person_changes_and_the_old_document_ends(cast):
    household = family(cast.village, by=cast.village_officer)
    son = person_of(household, "03")
    number = id_number("19900910")
    change = PersonChange(son.pk, {"labour": "02", "monthly_wage": 300000, "id_number": number}, base_version=1)
    change_persons(changes=[change], by=cast.village_officer, on=LATER)
    fact = PersonFact.objects.open().get(person=son)
    assert (fact.labour, fact.monthly_wage_fen, fact.name) == ("02", 300000, "巴特尔")
    assert PersonIdentity.objects.filter(person=son).count() == 2
    detail = AuditEntry.objects.get(act="registry.person.change").detail
    assert number not in str(detail)
    with pytest.raises(Stale):
        change_persons(changes=[change], by=cast.village_officer, on=LATER)


def test_a_sex_that_contradicts_the_document_is_refused(cast):
    household = family(cast.village, by=cast.village_officer)
    son = person_of(household, "03")
    with pytest.raises(Refused, match="性别与身份证号不一致"):
        change_persons(changes=[PersonChange(son.pk, {"sex": "2"})], by=cast.village_officer, on=LATER)
    assert PersonFact.objects.open().get(person=son).sex == "1"


@pytest.mark.parametrize(("values", "sentence"), [
    ({"education": "02", "student": "04"}, "在校生不填文化程度"),
    ({"work_place": "04"}, "务工地点和务工时间"),
    ({"work_months": 6}, "务工地点和务工时间"),
    ({"has_resident_medical": True, "has_employee_medical": True}, "职工医保不能同时"),
    ({"gets_subsistence_allowance": True, "gets_destitute_support": True}, "特困供养不能同时"),
])  # fmt: skip
def test_values_that_cannot_both_be_true_are_refused_for_new_and_known_persons(cast, values, sentence):
    household = family(cast.village, by=cast.village_officer)
    son = person_of(household, "03")
    with pytest.raises(Refused, match=sentence):
        change_persons(changes=[PersonChange(son.pk, values)], by=cast.village_officer, on=LATER)
    newcomer = member("其其格", "08", "20180801", "2") | values
    with pytest.raises(Refused, match=sentence):
        add_members(members=[NewMember(household.pk, newcomer, "06")], by=cast.village_officer, on=LATER)


def test_an_old_contradiction_stays_until_its_field_is_touched(cast):
    son = person_of(family(cast.village, by=cast.village_officer), "03")
    PersonFact.objects.filter(person=son).update(has_resident_medical=True, has_employee_medical=True)
    change_persons(changes=[PersonChange(son.pk, {"political": "01"})], by=cast.village_officer, on=LATER)
    with pytest.raises(Refused, match="职工医保"):
        change_persons(
            changes=[PersonChange(son.pk, {"has_resident_medical": True, "education": "02", "has_employee_medical": True})],
            by=cast.village_officer, on=LATER,
        )  # fmt: skip
    change_persons(changes=[PersonChange(son.pk, {"has_employee_medical": False})], by=cast.village_officer, on=LATER)


def test_a_child_is_born_and_a_bride_comes(cast):
    household = family(cast.village, by=cast.village_officer)
    newcomers = [
        NewMember(household.pk, member("其其格", "08", "20180801", "2"), "06"),
        NewMember(household.pk, member("萨仁", "05", "19930101", "2"), "05"),
    ]
    numbers = add_members(members=newcomers, by=cast.village_officer, on=LATER)
    assert len(numbers) == 2
    assert HouseholdCard.objects.get(household=household).persons == 5
    assert Person.objects.get(number=numbers[0]).memberships.get().joined_by == "06"


def test_death_is_no_way_to_join(cast):
    household = family(cast.village, by=cast.village_officer)
    with pytest.raises(Refused, match="增加原因"):
        add_members(members=[NewMember(household.pk, member("甲", "99"), "01")], by=cast.village_officer, on=LATER)


def test_a_member_dies_and_stays_in_the_history(cast):
    household = family(cast.village, by=cast.village_officer)
    son = person_of(household, "03")
    remove_members(leavings=[Leaving(son.pk, "01", base_version=1)], by=cast.village_officer, on=LATER)
    assert HouseholdCard.objects.get(household=household).persons == 2
    row = Membership.objects.get(person=son)
    assert (row.valid_to, row.left_by) == (LATER, "01")


def test_when_the_head_dies_a_new_head_follows_and_the_number_stays(cast):
    household = family(cast.village, by=cast.village_officer)
    head, wife, son = (person_of(household, relation) for relation in ("01", "02", "03"))
    with pytest.raises(Refused, match="请选定新户主"):
        remove_members(leavings=[Leaving(head.pk, "01")], by=cast.village_officer, on=LATER)
    remove_members(leavings=[Leaving(head.pk, "01", new_head=wife.pk)], by=cast.village_officer, on=LATER)
    card = HouseholdCard.objects.get(household=household)
    assert (card.number, card.head_name, card.persons) == (household.number, "乌云", 2)
    assert person_of(household, "03") == son


def test_the_household_is_gone_with_its_last_member_and_its_past_stays(cast):
    household = family(cast.village, by=cast.village_officer, members=[member("宝音", "01")])
    RegisterStatus.objects.create(household=household, status="04", valid_from=DAY)
    remove_members(leavings=[Leaving(person_of(household, "01").pk, "01")], by=cast.village_officer, on=LATER)
    assert not HouseholdCard.objects.filter(household=household).exists()
    assert not RegisterStatus.objects.open().filter(household=household).exists()
    assert HouseholdFact.objects.on(DAY).filter(household=household).exists()
    with pytest.raises(NotFound):
        change_household(changes=[HouseholdChange(household.pk, {"fuel": "01"})], by=cast.village_officer, on=LATER)


def test_the_head_changes_and_relations_follow_where_they_are_certain(cast):
    household = family(cast.village, by=cast.village_officer)
    head, wife = person_of(household, "01"), person_of(household, "02")
    change_heads(heads={household.pk: wife.pk}, by=cast.village_officer, on=LATER, base_version=1)
    relations = dict(Membership.objects.open().filter(household=household).values_list("person_id", "relation"))
    assert relations[wife.pk] == "01"
    assert relations[head.pk] == "02"
    assert sorted(relations.values()) == ["01", "02", "03"]
    assert Household.objects.get(pk=household.pk).number == household.number


def test_a_household_splits_and_the_new_one_takes_over_its_status(cast):
    household = family(cast.village, by=cast.village_officer, main_cause="01")
    RegisterStatus.objects.create(household=household, status="04", valid_from=DAY)
    son = person_of(household, "03")
    splitting = Splitting(household.pk, son.pk, {}, base_version=1)
    (number,) = split_households(splittings=[splitting], by=cast.village_officer, on=LATER, client_id="s1")
    assert split_households(splittings=[splitting], by=cast.village_officer, on=LATER, client_id="s1") == [number]
    made = HouseholdCard.objects.get(number=number)
    assert (made.head_name, made.persons, made.status, made.main_cause) == ("巴特尔", 1, "04", "01")
    assert HouseholdCard.objects.get(household=household).persons == 2
    assert Person.objects.get(pk=son.pk).number == son.number


def grown_up(cast):
    """A household whose four children may each go on by themselves."""
    sons = [member(f"子{at}", "03", f"198{at}0101") for at in range(4)]
    return family(cast.village, by=cast.village_officer, members=[member("那顺", "01", "19550101"), *sons])


def test_several_households_leave_one_in_one_act_or_none_of_them_does(cast):
    household = grown_up(cast)
    one, two, three, four = Person.objects.filter(memberships__relation="03").order_by("id")
    parts = [Splitting(household.pk, one.pk, {two.pk: "11"}, 1), Splitting(household.pk, three.pk, {}, 1)]
    twice = [*parts, Splitting(household.pk, four.pk, {two.pk: "11"}, 1)]
    with pytest.raises(Refused, match="同一人不能分入两个新户"):
        split_households(splittings=twice, by=cast.village_officer, on=LATER)
    assert HouseholdCard.objects.count() == 1
    made = split_households(splittings=parts, by=cast.village_officer, on=LATER)
    sizes = dict(HouseholdCard.objects.values_list("number", "persons"))
    assert [sizes[number] for number in (household.number, *made)] == [2, 2, 1]
    acts = AuditEntry.objects.filter(act="registry.split", subject=f"household:{household.pk}")
    assert [entry.detail["new_household"] for entry in acts.order_by("id")] == made
    assert two.memberships.get(valid_to=LATER).household == household


def test_all_parts_together_leave_somebody_at_home(cast):
    household = grown_up(cast)
    people = list(Person.objects.filter(memberships__relation__in=("01", "03")).order_by("id"))
    parts = [Splitting(household.pk, person.pk, {}, 1) for person in people]
    with pytest.raises(Refused, match="至少留下一人"):
        split_households(splittings=parts, by=cast.village_officer, on=LATER)


def test_a_split_leaves_somebody_and_never_takes_the_head(cast):
    household = family(cast.village, by=cast.village_officer)
    head, wife, son = (person_of(household, relation) for relation in ("01", "02", "03"))
    everybody = Splitting(household.pk, son.pk, {head.pk: "11", wife.pk: "12"})
    with pytest.raises(Refused, match="至少留下一人"):
        split_households(splittings=[everybody], by=cast.village_officer, on=LATER)
    with pytest.raises(Refused, match="户主不能分出"):
        split_households(splittings=[Splitting(household.pk, head.pk, {})], by=cast.village_officer, on=LATER)


def test_two_households_merge_and_the_one_that_joined_is_gone(cast):
    first = family(cast.village, by=cast.village_officer)
    second = family(cast.village, by=cast.village_officer, members=[member("那顺", "01", "19350101")])
    old = person_of(second, "01")
    merging = Merging(second.pk, first.pk, {old.pk: "11"}, base_version=1)
    merge_households(mergings=[merging], by=cast.village_officer, on=LATER)
    assert HouseholdCard.objects.get(household=first).persons == 4
    assert not HouseholdCard.objects.filter(household=second).exists()
    assert person_of(first, "11") == old
    with pytest.raises(Refused, match="并入自己"):
        merge_households(mergings=[Merging(first.pk, first.pk)], by=cast.village_officer, on=LATER)


def test_a_household_moves_with_its_number_and_needs_the_right_in_both_villages(cast):
    household = family(cast.village, by=cast.village_officer, village_group="一组")
    moving = Moving(household.pk, cast.other_village.pk, {"village_group": "三组"}, base_version=1)
    with pytest.raises(NotAllowed):
        move_households(movings=[moving], by=cast.village_officer, on=LATER)
    move_households(movings=[moving], by=cast.banner_officer, on=LATER)
    card = HouseholdCard.objects.get(household=household)
    assert (card.village_id, card.number) == (cast.other_village.pk, household.number)
    assert fact_of(household).village_group == "三组"
    assert HouseholdFact.objects.on(DAY).get(household=household).village_id == cast.village.pk


def test_nobody_moves_to_where_one_lives_or_to_a_township(cast):
    household = family(cast.village, by=cast.village_officer)
    with pytest.raises(Refused, match="相同"):
        move_households(movings=[Moving(household.pk, cast.village.pk)], by=cast.banner_officer, on=LATER)
    with pytest.raises(Refused, match="嘎查村"):
        move_households(movings=[Moving(household.pk, cast.township.pk)], by=cast.banner_officer, on=LATER)


def test_a_finding_needs_its_evidence_and_replaces_the_one_before(cast):
    household = family(cast.village, by=cast.village_officer)
    with pytest.raises(Refused, match="依据"):
        record_findings(findings=[Finding(household.pk, "water", "met")], by=cast.village_officer, on=DAY)
    record_findings(findings=[Finding(household.pk, "water", "unmet", "井水未检测")], by=cast.village_officer, on=DAY)
    record_findings(findings=[Finding(household.pk, "water", "met", "已通自来水")], by=cast.village_officer, on=LATER)
    rows = GuaranteeFinding.objects.filter(household=household).order_by("valid_from")
    assert [(row.outcome, row.valid_to) for row in rows] == [("unmet", LATER), ("met", None)]
    with pytest.raises(Refused, match="不能早于"):
        record_findings(findings=[Finding(household.pk, "water", "unmet", "…")], by=cast.village_officer, on=DAY)


def sheet(household, **more):
    values = {
        "year": 2018, "window_from": date(2017, 10, 1), "window_to": date(2018, 10, 1), "counted_persons": 3,
        "lines": [Line("a1", 1_000_000), Line("b2", 500_050), Line("d2", 100_000), Line("e2", 200_000), Line("x2", 90_000)],
        **more,
    }  # fmt: skip
    return AccountSheet(household=household.pk, **values)


def test_an_account_adds_up_in_fen_and_leaves_out_what_does_not_count(cast):
    household = family(cast.village, by=cast.village_officer)
    enter_accounts(sheets=[sheet(household)], by=cast.village_officer, on=LATER)
    account = IncomeAccount.objects.get(household=household)
    assert (account.wage_fen, account.business_fen, account.transfer_fen) == (1_000_000, 500_050, 100_000)
    assert account.net_fen == 1_400_050
    assert account.per_head_fen == 466_683
    assert account.entries.count() == 5
    card = HouseholdCard.objects.get(household=household)
    assert (card.per_head_fen, card.income_year) == (466_683, 2018)


def test_an_account_counts_at_least_one_person(cast):
    household = family(cast.village, by=cast.village_officer)
    enter_accounts(sheets=[sheet(household, counted_persons=1)], by=cast.village_officer, on=LATER)
    with pytest.raises(Refused, match="至少为 1"):
        enter_accounts(sheets=[sheet(household, counted_persons=0)], by=cast.village_officer, on=LATER)


def test_a_changed_account_is_signed_anew(cast):
    household = family(cast.village, by=cast.village_officer)
    enter_accounts(sheets=[sheet(household)], by=cast.village_officer, on=LATER)
    sign_account(household=household.pk, year=2018, by=cast.village_officer, on=LATER, base_version=1)
    assert IncomeAccount.objects.get().signed_on == LATER
    with pytest.raises(Stale):
        enter_accounts(sheets=[sheet(household, base_version=1)], by=cast.village_officer, on=LATER)
    enter_accounts(sheets=[sheet(household, base_version=2)], by=cast.village_officer, on=LATER)
    assert IncomeAccount.objects.get().signed_on is None


def test_a_number_is_revealed_for_a_purpose_that_the_trail_keeps(cast):
    household = family(cast.village, by=cast.village_officer, phone="13800138000")
    asked = {"kind": "household", "subject": household.pk, "name": "phone"}
    with pytest.raises(Refused, match="用途"):
        reveal(**asked, purpose="看", by=cast.township_officer)
    with pytest.raises(NotAllowed):
        reveal(**asked, purpose="电话通知入户", by=cast.village_officer)
    assert not AuditEntry.objects.filter(act="registry.reveal").exists()
    assert reveal(**asked, purpose="电话通知入户", by=cast.township_officer) == "13800138000"
    assert AuditEntry.objects.get(act="registry.reveal").detail == {"field": "phone", "purpose": "电话通知入户"}


def test_what_is_not_filled_in_is_not_revealed(cast):
    household = family(cast.village, by=cast.village_officer)
    with pytest.raises(NotFound):
        reveal(
            kind="household", subject=household.pk, name="bank_account", purpose="核对一卡通", by=cast.township_officer
        )  # fmt: skip


def test_who_has_seen_many_numbers_within_the_hour_is_asked_to_wait(cast):
    household = family(cast.village, by=cast.village_officer, phone="13800138000")
    asked = {"kind": "household", "subject": household.pk, "name": "phone", "purpose": "电话通知入户"}
    most = parameters.value("registry.reveals_per_hour", on=DAY)
    for _turn in range(most):
        reveal(**asked, by=cast.township_officer)
    with pytest.raises(NotAllowed, match=str(most)):
        reveal(**asked, by=cast.township_officer)
    assert reveal(**asked, by=cast.banner_officer) == "13800138000"
    AuditEntry.objects.filter(act="registry.reveal").update(at=timezone.now() - timedelta(hours=1, minutes=1))
    assert reveal(**asked, by=cast.township_officer) == "13800138000"


def test_a_finding_that_is_replaced_can_be_read_in_the_trail(cast):
    household = family(cast.village, by=cast.village_officer)
    for evidence, who in (("水井已干", "王"), ("自来水入户", "李")):
        finding = Finding(household.pk, "water", "met", evidence, who)
        record_findings(findings=[finding], by=cast.village_officer, on=LATER)
    entry = AuditEntry.objects.filter(act="registry.finding").latest("id")
    assert entry.detail["evidence"] == ["水井已干", "自来水入户"]
    assert entry.detail["found_by"] == ["王", "李"]


def test_two_who_enter_the_first_account_of_a_year_do_not_overwrite_each_other(cast):
    household = family(cast.village, by=cast.village_officer)
    enter_accounts(sheets=[sheet(household, base_version=NEW)], by=cast.village_officer, on=LATER)
    with pytest.raises(Refused, match="已有 2018 年"):
        enter_accounts(sheets=[sheet(household, base_version=NEW, lines=[])], by=cast.village_team, on=LATER)
    assert IncomeAccount.objects.get().entries.count() == 5

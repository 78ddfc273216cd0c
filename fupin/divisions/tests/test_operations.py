from datetime import date, timedelta

import pytest

from fupin.core import clock
from fupin.core.models import AuditEntry
from fupin.core.refusals import NotAllowed, NotFound
from fupin.divisions import operations, queries
from fupin.divisions.models import Designation, DivisionFact, Reach
from fupin.divisions.operations import NewDivision, Revision

pytestmark = pytest.mark.django_db
DAY = date(2016, 7, 1)
BEFORE = date(2016, 6, 30)


@pytest.fixture
def township():
    return queries.tree().by_code("150522100")


@pytest.fixture
def villages(township):
    return [node.id for node in queries.tree().below(township.id, "village") if node.kind == "gacha"][:3]


def counts(on, level, ids):
    """How many records that point to `ids` count in each division of a level, as a figure of that day counts."""
    places = dict(queries.tree(on).places())
    found: dict[int, int] = {}
    for id in ids:
        at = places[id].get(level)
        found[at] = found.get(at, 0) + 1
    return found


def test_a_new_name_holds_from_its_day_and_the_old_one_before(township):
    operations.revise(revisions=[Revision(township.id, name="新甘旗卡镇")], by=None, on=DAY)
    assert queries.tree(BEFORE).name(township.id) == "甘旗卡镇"
    assert queries.tree(DAY).name(township.id) == "新甘旗卡镇"
    assert queries.tree().by_code("150522100").name == "新甘旗卡镇"


def test_a_second_change_on_the_same_day_corrects_the_first_and_the_trail_keeps_it(township):
    operations.revise(revisions=[Revision(township.id, name="误名")], by=None, on=DAY)
    operations.revise(revisions=[Revision(township.id, name="正名")], by=None, on=DAY)
    assert DivisionFact.objects.filter(division=township.id).count() == 2
    old_and_new = [
        e.detail["name"] for e in AuditEntry.objects.filter(subject=f"division:{township.id}").order_by("id")
    ]
    assert old_and_new == [["甘旗卡镇", "误名"], ["误名", "正名"]]


def test_nothing_changes_in_the_future(township):
    tomorrow = clock.today() + timedelta(days=1)
    with pytest.raises(NotAllowed, match="晚于今天"):
        operations.revise(revisions=[Revision(township.id, name="明日镇")], by=None, on=tomorrow)
    operations.revise(revisions=[Revision(township.id, name="今日镇")], by=None, on=clock.today())
    assert queries.tree().name(township.id) == "今日镇"


def test_two_divisions_may_swap_their_codes_but_not_take_a_third_ones(villages):
    first, second, third = (queries.tree().by_id(id) for id in villages)
    operations.revise(
        revisions=[Revision(first.id, code="150522100399"), Revision(second.id, code=first.code)], by=None, on=DAY
    )
    assert queries.tree().by_code(first.code).id == second.id
    with pytest.raises(NotAllowed, match="正由"):
        operations.revise(revisions=[Revision(second.id, code=third.code)], by=None, on=date(2017, 1, 1))


def test_a_merged_village_counts_in_its_successor_from_the_day_and_in_itself_before(villages, township):
    first, second, third = villages
    operations.merge(predecessors=[first, second], into=third, by=None, on=DAY, document="民政发〔2016〕1号")
    assert counts(BEFORE, "village", villages) == {first: 1, second: 1, third: 1}
    assert counts(DAY, "village", villages) == {third: 3}
    assert counts(BEFORE, "township", villages) == counts(DAY, "township", villages) == {township.id: 3}
    assert queries.tree().home(first) == third
    assert (
        len(queries.tree(BEFORE).below(township.id, "village")) == len(queries.tree().below(township.id, "village")) + 2
    )


def test_a_scope_over_the_successor_reaches_the_predecessors_records(villages, township):
    first, second, third = villages
    operations.merge(predecessors=[first], into=third, by=None, on=DAY)
    assert set(Reach.objects.filter(ancestor=third).values_list("descendant", flat=True)) == {first, third}
    assert Reach.objects.filter(ancestor=township.id, descendant=first).exists()
    assert not Reach.objects.filter(ancestor=second, descendant=first).exists()


def test_a_merger_may_create_its_successor_under_a_predecessors_code(villages, township):
    first, second, _third = villages
    node = queries.tree().by_id(first)
    new = NewDivision(node.code, "联合嘎查", "gacha", "village", township.id)
    made = operations.merge(predecessors=[first, second], into=new, by=None, on=DAY)
    assert queries.tree().by_code(node.code).id == made
    assert queries.tree(BEFORE).by_code(node.code).id == first
    assert queries.tree().home(second) == made


def test_a_chain_of_mergers_leads_to_the_last(villages):
    first, second, third = villages
    operations.merge(predecessors=[first], into=second, by=None, on=DAY)
    operations.merge(predecessors=[second], into=third, by=None, on=date(2018, 1, 1))
    assert queries.tree(date(2017, 1, 1)).home(first) == second
    assert queries.tree().home(first) == third
    assert Reach.objects.filter(ancestor=third, descendant=first).exists()


def test_merged_townships_hand_their_villages_over():
    tree = queries.tree()
    first, second = tree.by_code("150522100"), tree.by_code("150522101")
    below = len(tree.below(first.id, "village")) + len(tree.below(second.id, "village"))
    operations.merge(predecessors=[first.id], into=second.id, by=None, on=DAY)
    assert len(queries.tree().below(second.id, "village")) == below
    assert Reach.objects.filter(ancestor=second.id).count() == below + 2


@pytest.mark.parametrize("keeps", [True, False])
def test_a_split_division_keeps_its_records_where_they_can_be_counted(villages, township, keeps):
    (village, *_rest) = villages
    parts = [NewDivision(f"15052210039{n}", f"新{n}嘎查", "gacha", "village", township.id) for n in (1, 2)]
    made = operations.split(division=village, into=parts, keeps=keeps, by=None, on=DAY)
    assert len(made) == 2
    assert counts(BEFORE, "village", [village]) == {village: 1}
    assert counts(DAY, "village", [village]) == {village if keeps else None: 1}
    assert counts(DAY, "township", [village]) == {township.id: 1}
    assert not Reach.objects.filter(ancestor=made[0], descendant=village).exists()
    assert Reach.objects.filter(ancestor=township.id, descendant=village).exists()


def test_a_dissolved_township_must_say_where_each_village_goes():
    tree = queries.tree()
    township = tree.by_code("150522101")
    banner = tree.by_code("150522")
    parts = [NewDivision(f"15052212{n}000", f"新{n}镇", "town", "township", banner.id) for n in (1, 2)]
    with pytest.raises(NotAllowed, match="没有指定去向"):
        operations.split(division=township.id, into=parts, keeps=False, by=None, on=DAY)
    villages = tree.children(township.id)
    goes = {node.id: at % 2 for at, node in enumerate(villages)}
    made = operations.split(division=township.id, into=parts, keeps=False, children=goes, by=None, on=DAY)
    assert sum(len(queries.tree().children(id)) for id in made) == len(villages)


@pytest.mark.parametrize("wrong", ["15052210020", "150522100000", "abcdefghijkl", "1505221002000"])
def test_a_code_that_does_not_fit_its_level_is_refused(township, wrong):
    with pytest.raises(NotAllowed, match="区划代码"):
        operations.create(divisions=[NewDivision(wrong, "某嘎查", "gacha", "village", township.id)], by=None, on=DAY)


def test_a_village_below_a_banner_is_refused():
    banner = queries.tree().by_code("150522")
    with pytest.raises(NotAllowed, match="上级区划的层级不符"):
        operations.create(
            divisions=[NewDivision("150522100398", "某嘎查", "gacha", "village", banner.id)], by=None, on=DAY
        )


def test_a_natural_village_stands_below_its_village(villages):
    new = NewDivision("150522100200001", "东营子", "natural_village", "natural_village", villages[0])
    (id,) = operations.create(divisions=[new], by=None, on=DAY)
    assert queries.tree().ancestor(id, "village").id == villages[0]
    assert queries.tree().by_code("150522100200001").name == "东营子"


def test_only_a_division_without_anything_below_is_abolished(township, villages):
    with pytest.raises(NotAllowed, match="其下还有"):
        operations.abolish(divisions=[township.id], by=None, on=DAY)
    operations.abolish(divisions=[villages[0]], by=None, on=DAY)
    assert villages[0] not in queries.tree()
    assert counts(DAY, "township", [villages[0]]) == {township.id: 1}


def test_what_is_gone_cannot_be_changed_again(villages):
    operations.abolish(divisions=[villages[0]], by=None, on=DAY)
    with pytest.raises(NotFound):
        operations.revise(revisions=[Revision(villages[0], name="已无")], by=None, on=DAY)


def test_the_designations_of_a_merged_village_end_with_it(villages):
    Designation.objects.create(division_id=villages[0], kind="poverty_village", valid_from=date(2014, 1, 1))
    operations.merge(predecessors=[villages[0]], into=villages[1], by=None, on=DAY)
    assert Designation.objects.get(division_id=villages[0]).valid_to == DAY


def test_a_move_below_itself_is_refused(township):
    with pytest.raises(NotAllowed):
        operations.revise(revisions=[Revision(township.id, parent=township.id)], by=None, on=DAY)


def test_nothing_merges_in_the_future(villages):
    first, second, _third = villages
    tomorrow = clock.today() + timedelta(days=1)
    with pytest.raises(NotAllowed, match="晚于今天"):
        operations.merge(predecessors=[first], into=second, by=None, on=tomorrow)
    operations.merge(predecessors=[first], into=second, by=None, on=clock.today())
    assert queries.tree().home(first) == second

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fupin.divisions import loading, queries
from fupin.divisions.models import Division, DivisionFact, Reach
from fupin.divisions.words import kinds_of

pytestmark = pytest.mark.django_db


def test_all_official_divisions_are_there():
    counts = {
        level: Division.objects.filter(level=level).count()
        for level in ("region", "league", "banner", "township", "village")
    }
    assert counts == {"region": 1, "league": 12, "banner": 108, "township": 1225, "village": 14592}


def test_loading_again_changes_nothing_and_overwrites_no_office_name():
    DivisionFact.objects.filter(code="150522000000").update(name="科左后旗")
    before = Reach.objects.count()
    assert loading.load() == loading.Loaded(divisions=15_938, created=0)
    assert Reach.objects.count() == before
    assert DivisionFact.objects.get(code="150522000000").name == "科左后旗"


def test_loading_everything_takes_a_statement_for_each_table_and_not_for_each_division():
    Reach.objects.all()._raw_delete("default")
    DivisionFact.objects.all()._raw_delete("default")
    Division.objects.all()._raw_delete("default")
    with CaptureQueriesContext(connection) as asked:
        assert loading.load().created == 15_938
    assert len(asked) < 20


def test_a_request_that_loads_divisions_finds_them():
    queries._begin()  # the signal itself would close the connection of a test
    try:
        assert queries.tree().by_code("150522").name != "科左后旗"
        DivisionFact.objects.filter(code="150522000000").update(name="科左后旗")
        loading.rebuild_reach()
        assert queries.tree().by_code("150522").name == "科左后旗"
    finally:
        queries._end()


@pytest.mark.parametrize(("code", "villages"), [("150522", 262), ("150626", 61)])
def test_administrative_villages_are_those_that_the_documents_publish(code, villages):
    tree = queries.tree()
    assert len(tree.administrative_villages(tree.by_code(code).id)) == villages
    assert tree.village_count(tree.by_code(code).id) == villages


def test_reach_is_the_closure_of_todays_tree():
    tree = queries.tree()
    banner = tree.by_code("150522")
    assert set(Reach.objects.filter(ancestor=banner.id).values_list("descendant", flat=True)) == {
        node.id for node in tree.subtree(banner.id)
    }
    village = tree.below(banner.id, "village")[0]
    assert set(Reach.objects.filter(descendant=village.id).values_list("ancestor", flat=True)) == {
        node.id for node in tree.path(village.id)
    }


def test_the_tree_costs_one_tiny_query(django_assert_num_queries):
    queries.tree()
    with django_assert_num_queries(1):
        tree = queries.tree()
    with django_assert_num_queries(1):
        assert queries.tree(date(2016, 1, 1)) is tree
    with django_assert_num_queries(0):
        assert tree.full_name(tree.by_code("150522").id) == "通辽市科尔沁左翼后旗"
        assert [node.level for node in tree.path(tree.by_code("150522100").id)] == [
            "region",
            "league",
            "banner",
            "township",
        ]


def test_every_kind_is_in_the_code_list_and_fits_its_level():
    kinds = set(DivisionFact.objects.values_list("kind", "division__level"))
    assert all(kind in kinds_of(level) for kind, level in kinds)

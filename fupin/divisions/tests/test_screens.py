"""The browser, the map, merge and split on screen, boundaries."""

import json
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from fupin.core.refusals import Refused
from fupin.divisions import boundaries, deriving, lives, measures, queries, screens, shading
from fupin.divisions.models import Boundary, VillageYear

pytestmark = pytest.mark.django_db
SQUARE = [[[122.0, 42.9], [122.5, 42.9], [122.5, 43.3], [122.0, 43.3], [122.0, 42.9]]]


def collection(*features):
    return json.dumps({"type": "FeatureCollection", "features": list(features)}).encode()


def feature(code, geometry=None, key="code"):
    return {"properties": {key: code}, "geometry": geometry or {"type": "Polygon", "coordinates": SQUARE}}


@pytest.mark.parametrize("screen", ["divisions:page", "divisions:map_of", "divisions:wall", "divisions:shapes"])
@pytest.mark.parametrize(
    ("person", "code", "status"),
    [("banner_officer", "150522", 200), ("banner_officer", "150522100", 200), ("banner_officer", "150521", 404),
     ("banner_officer", "15", 404), ("township_officer", "150522100", 200), ("township_officer", "150522101", 404),
     ("region_officer", "15", 200), ("system_admin", "150522", 404), ("banner_officer", "159999", 404)],
)  # fmt: skip
def test_a_division_is_seen_from_its_own_area_only(cast, client_of, screen, person, code, status):
    assert client_of(getattr(cast, person)).get(reverse(screen, args=[code])).status_code == status


@pytest.mark.parametrize("code", ["15", "1505", "150522", "150522100"])
def test_a_page_costs_the_same_number_of_queries_at_every_level(cast, client_of, django_assert_max_num_queries, code):
    client = client_of(cast.region_officer)
    for screen in ("divisions:page", "divisions:map_of"):
        client.get(reverse(screen, args=[code]))
        with django_assert_max_num_queries(24):
            client.get(reverse(screen, args=[code]))


def test_the_browser_begins_where_the_sight_begins(cast, client_of):
    answer = client_of(cast.township_officer).get(reverse("divisions:browse"))
    assert answer.url == reverse("divisions:page", args=["150522100"])
    assert client_of(cast.region_officer).get(reverse("divisions:map")).url == reverse("divisions:map_of", args=["15"])


def test_the_table_is_sorted_by_the_measure(cast, client_of):
    client = client_of(cast.banner_officer)
    rows = client.get(
        reverse("divisions:page", args=["150522"]), {"by": "-value", "measure": "administrative_villages"}
    ).context["rows"]
    values = [row.value for row in rows]
    assert values == sorted(values, reverse=True)
    assert sum(values) == 262


def test_rates_add_up_over_the_villages_below_and_follow_a_merger(cast):
    villages = queries.tree().administrative_villages(cast.township.pk)[:2]
    for node, allowance in zip(villages, (10, 30), strict=True):
        VillageYear.objects.create(division_id=node.id, year=2018, persons=100, allowance_persons=allowance)
    name = "sheet_allowance_rate"
    found = measures.map_values(cast.banner_officer, cast.banner.pk, [name], date(2018, 12, 31))[name]
    assert found.values[cast.township.pk] == Decimal("20.00")
    assert found.values[cast.other_township.pk] is None


def test_neighbours_are_merged_and_a_division_is_split_on_screen(cast, client_of):
    client = client_of(cast.banner_officer)
    tree = queries.tree()
    first, second = tree.administrative_villages(cast.township.pk)[:2]
    form = {"predecessors": [second.id], "on": "2018-01-01", "document": "民政发〔2018〕3号"}
    assert client.post(reverse("divisions:merge", args=[first.short_code]), form).status_code == 302
    assert queries.tree().home(second.id) == first.id
    page = client.get(reverse("divisions:page", args=[first.short_code])).content.decode()
    assert f"{second.name}并入" in page
    parts = {
        "name1": "新嘎查",
        "code1": "150522100399",
        "kind1": "gacha",
        "keeps": "on",
        "on": "2019-01-01",
        "document": "x",
    }
    assert client.post(reverse("divisions:split", args=[first.short_code]), parts).status_code == 302
    assert queries.tree().by_code("150522100399").name == "新嘎查"


def test_a_township_is_split_into_as_many_as_needed_and_each_village_goes_where_it_is_sent(cast, client_of):
    client, address = client_of(cast.banner_officer), reverse("divisions:split", args=["150522100"])
    villages = queries.tree().administrative_villages(cast.township.pk)[:4]
    typed = {
        "on": "2019-01-01",
        "document": "内政字〔2018〕9号",
        "parts": "1",
        "name1": "新苏木1",
        "code1": "150522501000",
    }
    for count in (2, 3, 4):
        page = client.post(address, {**typed, "more": "1"})
        assert page.status_code == 200
        assert 'value="新苏木1"' in page.content.decode(), "what was typed stays"
        assert f'name="parts" value="{count}"' in page.content.decode()
        typed["parts"] = str(count)
    # the third is left empty: the places of the others still hold
    for number in (1, 2, 4):
        typed |= {f"name{number}": f"新苏木{number}", f"code{number}": f"15052250{number}000", f"kind{number}": "sumu"}
        typed[f"child{villages[number - 1].id}"] = str(number)
    assert client.post(address, {**typed, "kind3": "sumu", "keeps": "on"}).status_code == 302
    tree = queries.tree()
    for number in (1, 2, 4):
        assert tree.by_id(villages[number - 1].id).parent_id == tree.by_code(f"15052250{number}000").id


def test_a_village_that_is_sent_to_a_division_left_empty_is_refused(cast, client_of):
    village = queries.tree().administrative_villages(cast.township.pk)[0]
    typed = {
        "on": "2019-01-01", "document": "x", "parts": "2", "name1": "新苏木", "code1": "150522501000", "kind1": "sumu",
        "kind2": "sumu", "keeps": "on", f"child{village.id}": "2",
    }  # fmt: skip
    answer = client_of(cast.banner_officer).post(reverse("divisions:split", args=["150522100"]), typed)
    assert answer.status_code == 422
    assert "去向有误" in answer.content.decode()


def test_who_may_not_change_divisions_is_refused(cast, client_of):
    client = client_of(cast.township_officer)
    assert client.get(reverse("divisions:merge", args=["150522100200"])).status_code == 403
    assert client.get(reverse("divisions:boundaries")).status_code == 403


def test_a_neighbour_outside_the_own_area_is_not_merged(cast, client_of):
    form = {"predecessors": [cast.other_banner.pk], "on": "2018-01-01", "document": "x"}
    answer = client_of(cast.banner_officer).post(reverse("divisions:merge", args=["150522"]), form)
    assert answer.status_code == 422
    assert queries.tree().home(cast.other_banner.pk) == cast.other_banner.pk


def test_the_derived_boundaries_cover_all_leagues_and_banners(tmp_path):
    size = deriving.build(tmp_path)
    made = json.loads((tmp_path / deriving.FILE).read_text(encoding="utf-8"))
    tree = queries.tree()
    banners = {node.short_code for node in tree.below(tree.root.id, "banner") if node.kind != "zone"}
    assert set(made) == banners | {node.short_code for node in tree.below(tree.root.id, "league")}
    assert size < 250_000


def test_an_offices_own_boundary_takes_the_place_of_the_shipped(cast):
    assert boundaries.replace(document=collection(feature("156150522", key="gb")), source="自然资源局", by=None) == [
        "科尔沁左翼后旗"
    ]
    (shape,) = boundaries.shapes([queries.tree().by_code("150522")])["features"]
    assert shape["geometry"]["coordinates"] == SQUARE
    boundaries.replace(document=collection(feature("150522")), source="第二版", by=None)
    assert Boundary.objects.get().source == "第二版"


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b"not json", "不是 UTF-8"),
        (b"{}", "图形集合"),
        (collection(), "没有图形"),
        (collection(feature("999999")), "没有可识别的区划代码"),
        (collection({"properties": {"code": "150522"}, "geometry": {"type": "Point", "coordinates": [1, 2]}}), "应为 Polygon"),
        (collection(feature("150522", {"type": "Polygon", "coordinates": [[[1, 2], [3, 4], [5, 7], [1, 2]]]})), "超出内蒙古"),
        (collection(feature("150522", {"type": "Polygon", "coordinates": [[[122, 42], [123, 43], [123, 42], [122, 43], [122, 42]]]})), "自相交"),
        (collection(feature("150522", {"type": "Polygon", "coordinates": "x"})), "坐标无法识别"),
        (collection(feature("150522"), feature("150522")), "出现了两次"),
    ],
)  # fmt: skip
def test_a_wrong_boundary_file_is_refused_and_nothing_is_taken(document, reason):
    with pytest.raises(Refused, match=reason):
        boundaries.replace(document=document, source="某局", by=None)
    assert not Boundary.objects.exists()


def test_a_boundary_outside_the_own_area_is_refused(cast, client_of):
    with pytest.raises(Refused, match="管辖范围"):
        boundaries.replace(document=collection(feature("150521")), source="某局", by=None, may=lambda id: False)


@pytest.mark.parametrize(
    ("values", "groups"),
    [
        ([], []),
        ([5], [[5]]),
        ([1, 1, 2], [[1, 1], [2]]),
        ([1, 2, 3, 4, 5], [[1], [2], [3], [4], [5]]),
        (list(range(10)), [[0, 1], [2, 3], [4, 5], [6, 7], [8, 9]]),
        ([0] * 8 + [1, 2, 3, 4, 5, 6], [[0] * 8, [1], [2, 3, 4], [5, 6]]),
    ],
)
def test_steps_hold_about_the_same_number_and_never_tear_equals_apart(values, groups):
    found = shading.steps({at: Decimal(value) for at, value in enumerate(values)})
    told = [[v for v in sorted(values) if step.low <= v <= step.high] for step in found]
    assert told == groups
    assert [step.count for step in found] == [len(group) for group in groups]


def test_a_division_without_a_value_has_no_step():
    found = shading.steps({1: None, 2: Decimal(1)})
    assert shading.step_of(None, found) is None
    assert shading.step_of(Decimal(1), found).word == "相同"


class Known:
    """A provider of two measures, of which only the second is known below the banner."""

    def measures(self, user):
        return [measures.Measure(name, name, name, "percent") for name in ("rate", "count")]

    def __init__(self):
        self.asked = 0

    def map_values(self, user, parent, names, on):
        self.asked += 1
        children = queries.tree(on).children(parent)
        known = measures.Values({child.id: Decimal(3) for child in children})
        return {name: known if name == "count" else measures.Values({}) for name in names}


def test_a_screen_opens_with_a_measure_that_is_known_there(cast, monkeypatch):
    provider = Known()
    monkeypatch.setattr(measures, "_providers", [provider])
    on = date(2018, 12, 31)
    tree = queries.tree(on)
    banner = tree.by_code("150522")
    unasked, _offered = screens.compare_known(cast.banner_officer, banner, tree, "", on, screen="divisions:page")
    assert provider.asked == 1
    asked, _offered = screens.compare_known(cast.banner_officer, banner, tree, "rate", on, screen="divisions:page")
    assert unasked.measure.id == "count"
    assert asked.measure.id == "rate"


@pytest.mark.parametrize(("period", "said"), [
    ("2018", "2018 年"), ("2018-Q1/Q3", "2018 年前三季度"), ("2018-Q2", "2018 年第二季度"), ("2014/2018", "2014—2018 年"),
    ("2018-12-31", "2018-12-31"),
])  # fmt: skip
def test_the_period_of_a_published_figure_is_said_in_words(period, said):
    assert lives.said_period(period) == said


def test_the_history_names_the_published_list_and_not_a_code(cast, client_of):
    page = client_of(cast.banner_officer).get(reverse("divisions:page", args=["150522"])).content.decode()
    assert "统计用区划代码（2023-06-30 版）" in page
    assert "official-" not in page


def test_what_is_taken_along_from_a_map_names_the_measure_its_values_and_from_when_they_are(cast, client_of):
    page = client_of(cast.banner_officer).get("/map/150522/?measure=administrative_villages")
    taken = page.context["take"]
    assert taken["title"] == "科尔沁左翼后旗 行政嘎查村（个）"
    assert "截至" in taken["note"]
    assert taken["legend"].startswith("颜色由浅到深：")
    assert len(taken["rows"]) == len(page.context["rows"])
    assert dict(taken["rows"])["甘旗卡镇"].isdecimal()
    assert 'data-take="picture"' in page.content.decode()

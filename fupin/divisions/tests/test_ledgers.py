"""The engine, proven on the record types of divisions."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from fupin.core import ledgers
from fupin.core.ledgers import Revision, acts, history, listing, records, register
from fupin.core.models import AuditEntry
from fupin.core.refusals import NotAllowed, NotFound, Refused, Stale
from fupin.divisions import queries
from fupin.divisions.models import VillageYear

pytestmark = pytest.mark.django_db
BANNER = "150522000000"


@pytest.fixture
def villages():
    return ledgers.find("villages")


@pytest.fixture
def gacha():
    tree = queries.tree()
    return [node.id for node in tree.administrative_villages(tree.by_code("150522").id)]


def sheet(division, year=2018, **more):
    return {"division": division, "year": year, **more}


def test_a_record_is_entered_shown_and_told_in_the_trail(villages, gacha, cast):
    values = sheet(gacha[0], households=210, persons=600, net_income=1_234_500, arable_mu=Decimal("1200.5"))
    (row,) = acts.create(villages, [values], by=cast.banner_officer, on=date(2018, 12, 31))
    told = records.record(villages, acts.get(villages, row.pk, user=cast.banner_officer))
    assert told["division"] == queries.tree().by_id(gacha[0]).code
    assert told["net_income"] == "12345.00"
    assert told["arable_mu"] == "1200.5"
    (line,) = history.history(villages, row)
    assert line.actor == "banner_officer"
    assert ("总户数", "—", "210") in line.values


def test_the_history_of_a_record_says_in_words_what_the_program_did_and_by_name_what_people_did(
    villages, gacha, cast, client_of
):
    (row,) = acts.create(villages, [sheet(gacha[0], persons=600)], by=register.rights().SYSTEM)
    type(cast.banner_officer).objects.filter(pk=cast.banner_officer.pk).update(full_name="包晓明")
    acts.update(villages, [Revision(row.pk, {"persons": 601})], by=cast.banner_officer)
    page = client_of(cast.banner_officer).get(reverse("ledgers:page", args=["villages", row.pk])).content.decode()
    told = page.partition('class="timeline"')[2]
    assert "· 包晓明" in told
    assert "banner_officer" not in told
    assert "· 系统" in told
    assert "· system" not in told


def test_an_edit_based_on_an_old_version_is_refused(villages, gacha, cast):
    (row,) = acts.create(villages, [sheet(gacha[0], persons=600)], by=cast.banner_officer)
    version = records.version(villages, row)
    acts.update(villages, [Revision(row.pk, {"persons": 601}, version)], by=cast.banner_officer)
    with pytest.raises(Stale):
        acts.update(villages, [Revision(row.pk, {"persons": 602}, version)], by=cast.second_banner_officer)
    assert VillageYear.objects.get(pk=row.pk).persons == 601


def test_saving_without_a_change_writes_nothing(villages, gacha, cast):
    (row,) = acts.create(villages, [sheet(gacha[0], persons=600)], by=cast.banner_officer)
    before = AuditEntry.objects.count()
    assert acts.update(villages, [Revision(row.pk, {"persons": 600})], by=cast.banner_officer) == []
    assert AuditEntry.objects.count() == before


@pytest.mark.parametrize(
    ("person", "sees"),
    [("village_officer", True), ("township_officer", True), ("banner_officer", True), ("region_officer", True),
     ("other_village_officer", False), ("other_township_officer", False), ("other_banner_officer", False),
     ("system_admin", False), ("nobody", False)],
)  # fmt: skip
def test_a_record_is_reached_from_its_own_area_only(villages, cast, person, sees):
    (row,) = acts.create(villages, [sheet(cast.village.pk)], by=cast.banner_officer)
    user = getattr(cast, person)
    if sees:
        assert acts.get(villages, row.pk, user=user).pk == row.pk
        assert listing.total(villages, listing.Asked(), user=user) == 1
        return
    with pytest.raises(NotFound):
        acts.get(villages, row.pk, user=user)
    with pytest.raises((NotFound, NotAllowed)):
        acts.update(villages, [Revision(row.pk, {"persons": 1})], by=user)
    with pytest.raises((NotFound, NotAllowed)):
        acts.remove(villages, [row.pk], by=user)


def test_nobody_writes_into_another_area(villages, cast):
    with pytest.raises(NotAllowed):
        acts.create(villages, [sheet(cast.other_village.pk)], by=cast.village_officer)
    (row,) = acts.create(villages, [sheet(cast.village.pk)], by=cast.village_officer)
    with pytest.raises(NotAllowed):
        acts.update(villages, [Revision(row.pk, {"division": cast.other_village.pk})], by=cast.village_officer)


def test_what_breaks_a_constraint_is_refused_with_its_sentence(villages, gacha, cast):
    acts.create(villages, [sheet(gacha[0])], by=cast.banner_officer)
    with pytest.raises(Refused, match="该村该年度已有信息表"):
        acts.create(villages, [sheet(gacha[0])], by=cast.banner_officer)
    with pytest.raises(Refused, match="年度不能为空"):
        acts.create(villages, [{"division": gacha[1]}], by=cast.banner_officer)
    with pytest.raises(Refused, match="没有名为“wealth”的可填字段"):
        acts.create(villages, [sheet(gacha[1], wealth=1)], by=cast.banner_officer)


@pytest.mark.parametrize(("women", "passes"), [(600, True), (601, False)])
def test_a_part_is_not_larger_than_the_whole(villages, gacha, cast, women, passes):
    if passes:
        acts.create(villages, [sheet(gacha[0], persons=600, women=women)], by=cast.banner_officer)
    else:
        with pytest.raises(Refused, match="多于总人口"):
            acts.create(villages, [sheet(gacha[0], persons=600, women=women)], by=cast.banner_officer)


def test_turning_pages_forth_and_back_meets_every_row_once(villages, gacha, cast):
    acts.create(villages, [sheet(id, year) for id in gacha[:30] for year in (2017, 2018)], by=cast.banner_officer)
    seen, asked = [], listing.Asked()
    pages = []
    while True:
        page = listing.page(villages, asked, user=cast.banner_officer, size=7)
        pages.append([row.pk for row in page.rows])
        seen += pages[-1]
        if not page.next:
            break
        asked = listing.Asked(after=page.next)
    assert len(seen) == len(set(seen)) == 60
    back = listing.page(villages, listing.Asked(before=page.previous), user=cast.banner_officer, size=7)
    assert [row.pk for row in back.rows] == pages[-2]
    assert back.next
    assert back.previous


def test_a_list_is_narrowed_by_place_code_year_and_bounds(villages, cast):
    acts.create(villages, [sheet(cast.village.pk, 2017, terrain="01", persons=10),
                           sheet(cast.village.pk, 2018, terrain="02", persons=20),
                           sheet(cast.other_village.pk, 2018, terrain="01", persons=30)],
                by=cast.banner_officer)  # fmt: skip

    def found(**query):
        asked = listing.read(villages, query)
        return sorted(row.persons for row in listing.rows(villages, asked, user=cast.banner_officer))

    assert found(division="150522100") == [10, 20]
    assert found(terrain="01") == [10, 30]
    assert found(terrain="01,02", year="2018") == [20, 30]
    assert found(year_from="2018", division=BANNER) == [20, 30]
    assert listing.read(villages, {"terrain": "01,02"}).filters[0].sentence == "地形地貌：平原或丘陵"
    with pytest.raises(Refused):
        found(year="去年")


def test_a_made_up_cursor_is_refused(villages, cast):
    with pytest.raises(Refused, match="翻页标记无效"):
        listing.page(villages, listing.Asked(after="eyJ4IjoxfQ"), user=cast.banner_officer)


@pytest.mark.parametrize("count", [3, 40])
def test_a_list_costs_the_same_number_of_queries_however_long(
    villages, gacha, cast, client_of, django_assert_max_num_queries, count
):
    acts.create(villages, [sheet(id) for id in gacha[:count]], by=cast.banner_officer)
    client = client_of(cast.banner_officer)
    client.get(reverse("ledgers:list", args=["villages"]))
    with django_assert_max_num_queries(12):
        assert client.get(reverse("ledgers:list", args=["villages"])).status_code == 200


def test_the_screens_enter_change_and_remove(villages, cast, client_of):
    client = client_of(cast.village_officer)
    answer = client.post(
        reverse("ledgers:new", args=["villages"]),
        {"division": "150522100200", "year": "2018年", "persons": "６00", "net_income": "8,205.00"},
    )
    row = VillageYear.objects.get()
    assert answer.status_code == 302
    assert (row.persons, row.net_income_fen, row.division_id) == (600, 820_500, cast.village.pk)
    address = reverse("ledgers:edit", args=["villages", row.pk])
    version = records.version(villages, row)
    form = {"division": "150522100200", "year": "2018", "persons": "601", "version": version}
    assert client.post(address, form).status_code == 302
    assert client.post(address, form | {"persons": "602"}).status_code == 409
    assert client.post(address, form | {"persons": "六百"}).status_code == 422
    assert "601" in client.get(reverse("ledgers:page", args=["villages", row.pk])).content.decode()
    client.post(reverse("ledgers:remove", args=["villages"]), {"chosen": [row.pk]})
    assert not VillageYear.objects.exists()


def test_another_villages_record_is_not_found_on_any_screen(villages, cast, client_of):
    (row,) = acts.create(villages, [sheet(cast.village.pk)], by=cast.banner_officer)
    client = client_of(cast.other_village_officer)
    for name in ("ledgers:page", "ledgers:edit"):
        assert client.get(reverse(name, args=["villages", row.pk])).status_code == 404
    assert client.post(reverse("ledgers:remove", args=["villages"]), {"chosen": [row.pk]}).status_code == 404
    assert VillageYear.objects.filter(pk=row.pk).exists()


def test_chosen_columns_are_remembered_for_the_user(cast, client_of):
    client = client_of(cast.banner_officer)
    client.post(
        reverse("ledgers:columns", args=["divisions"]), {"column": ["name", "valid_from"], "query": "level=league"}
    )
    page = client.get(reverse("ledgers:list", args=["divisions"]))
    assert [label for label, _number in page.context["columns"]] == ["名称", "生效日期"]
    other = client_of(cast.township_officer).get(reverse("ledgers:list", args=["divisions"]))
    assert len(other.context["columns"]) == 6


def test_a_division_is_renamed_and_created_through_the_engine(cast):
    divisions = ledgers.find("divisions")
    acts.update(divisions, [Revision(cast.township.pk, {"name": "新镇"})], by=cast.banner_officer, on=date(2018, 1, 1))
    assert queries.tree(date(2017, 12, 31)).name(cast.township.pk) == "甘旗卡镇"
    assert queries.tree().name(cast.township.pk) == "新镇"
    new = {"code": "150522100399", "name": "新嘎查", "level": "village", "kind": "gacha", "parent": cast.township.pk}
    acts.create(divisions, [new], by=cast.banner_officer)
    assert queries.tree().by_code("150522100399").parent_id == cast.township.pk
    with pytest.raises(NotAllowed):
        acts.create(divisions, [new | {"code": "150522100398"}], by=cast.other_banner_officer)


def test_every_list_opens_for_those_who_may_and_is_unknown_to_others(cast, client_of):
    reader, stranger = client_of(cast.banner_officer), client_of(cast.system_admin)
    for ledger in ledgers.all_ledgers():
        if not ledger.screen and ledger.view_permission == "registry.view":
            address = reverse("ledgers:list", args=[ledger.name])
            assert reader.get(address).status_code == 200
            assert stranger.get(address).status_code == 404

"""The screens below /parameters/."""

from datetime import date

import pytest

from fupin.core import clock
from fupin.core.refusals import Refused
from fupin.policy import parameters
from fupin.rulebook import operations, queries, wording
from fupin.rulebook.models import Override
from fupin.rulebook.tests.test_overrides import NAME, confirm, propose

pytestmark = pytest.mark.django_db


def test_the_list_names_every_parameter_with_its_value(cast, client_of):
    page = client_of(cast.banner_officer).get("/parameters/").content.decode()
    for setting in parameters.parameters().values():
        assert setting.label in page
    assert "100\u202f000" in page


def test_the_list_costs_a_constant_number_of_queries(cast, client_of, django_assert_max_num_queries):
    client = client_of(cast.banner_officer)
    client.get("/parameters/")
    with django_assert_max_num_queries(20):
        client.get("/parameters/")


def test_a_search_narrows_the_list(cast, client_of):
    page = client_of(cast.banner_officer).get("/parameters/?q=小额信贷额度").content.decode()
    assert "小额信贷额度上限" in page
    assert "村级公示天数" not in page
    assert "没有名称含有这些字的参数" in client_of(cast.banner_officer).get("/parameters/?q=无此参数").content.decode()


@pytest.mark.parametrize("address", ["", "requests/", "regimes/", "code-lists/", "code-lists/sex/", f"{NAME}/"])
def test_every_screen_opens_in_both_languages_for_officers_only(cast, client_of, address):
    officer = client_of(cast.banner_officer)
    assert officer.get(f"/parameters/{address}").status_code == 200
    assert officer.get(f"/parameters/{address}", headers={"Accept-Language": "en"}).status_code == 200
    assert client_of(cast.village_officer).get(f"/parameters/{address}").status_code == 403


def test_what_does_not_exist_is_404(cast, client_of):
    officer = client_of(cast.banner_officer)
    assert officer.get("/parameters/lines.nothing/").status_code == 404
    assert officer.get("/parameters/code-lists/nothing/").status_code == 404
    assert officer.post("/parameters/requests/1/", {"act": "confirm"}).status_code == 404


def form(cast, **changes):
    data = {"division": cast.banner.pk, "value": "10", "valid_from": "2026-12-01", "document": "后旗扶贫〔2026〕1号"}
    return data | changes


def test_a_request_is_handed_in_and_confirmed_by_another_on_screen(cast, client_of):
    answer = client_of(cast.banner_officer).post(f"/parameters/{NAME}/", form(cast))
    assert answer.status_code == 302
    row = Override.objects.get()
    page = client_of(cast.second_banner_officer).get("/parameters/requests/").content.decode()
    assert bytes(row.digest).hex() in page
    client = client_of(cast.second_banner_officer)
    answer = client.post(f"/parameters/requests/{row.pk}/", {"act": "confirm", "digest": bytes(row.digest).hex()})
    assert answer.status_code == 302
    row.refresh_from_db()
    assert row.state == "confirmed"


def test_an_own_value_gives_way_to_the_one_above_on_screen_once_another_confirmed_it(cast, client_of):
    officer, second = client_of(cast.banner_officer), client_of(cast.second_banner_officer)
    assert 'value="back"' not in officer.get(f"/parameters/{NAME}/").content.decode()
    confirm(propose(cast.banner_officer, cast.banner, valid_from=date(2026, 1, 1)), cast.second_banner_officer)
    page = officer.get(f"/parameters/{NAME}/").content.decode()
    assert "现为 10 天，恢复后为 5 天" in page
    data = {"act": "back", "back-division": cast.banner.pk, "back-valid_from": str(clock.today()), "back-document": ""}
    refused = officer.post(f"/parameters/{NAME}/", data).content.decode()
    assert Override.objects.filter(state="proposed").count() == 0
    assert refused.count("这个字段是必填项") == 1, "only the form that was sent is found wanting"
    assert officer.post(f"/parameters/{NAME}/", data | {"back-document": "后旗扶贫〔2026〕2号"}).status_code == 302
    row = Override.objects.get(state="proposed")
    assert "按上级规定" in second.get("/parameters/requests/").content.decode()
    second.post(f"/parameters/requests/{row.pk}/", {"act": "confirm", "digest": bytes(row.digest).hex()})
    assert queries.value(NAME, on=clock.today(), division=cast.banner.pk) == 5
    assert 'value="back"' not in officer.get(f"/parameters/{NAME}/").content.decode()


def test_who_has_no_own_value_cannot_go_back_from_it(cast, client_of):
    confirm(propose(cast.banner_officer, cast.banner, valid_from=date(2026, 1, 1)), cast.second_banner_officer)
    assert 'value="back"' not in client_of(cast.other_banner_officer).get(f"/parameters/{NAME}/").content.decode()
    with pytest.raises(Refused, match="无从恢复"):
        propose(cast.other_banner_officer, cast.other_banner, None)


def test_going_back_is_to_the_nearest_value_above(cast, client_of):
    confirm(propose(cast.league_officer, cast.league, "9", valid_from=date(2026, 1, 1)), cast.region_officer)
    confirm(propose(cast.banner_officer, cast.banner, valid_from=date(2026, 1, 1)), cast.second_banner_officer)
    assert "现为 10 天，恢复后为 9 天" in client_of(cast.banner_officer).get(f"/parameters/{NAME}/").content.decode()


def test_the_page_of_requests_is_named_for_all_that_stands_on_it(cast, client_of):
    assert "本地设定申请" in client_of(cast.banner_officer).get("/parameters/requests/").content.decode()


def test_a_value_out_of_bounds_comes_back_in_the_form_with_what_was_typed(cast, client_of):
    page = client_of(cast.banner_officer).post(f"/parameters/{NAME}/", form(cast, value="3")).content.decode()
    assert "不得低于 5" in page
    assert "后旗扶贫〔2026〕1号" in page
    assert not Override.objects.exists()


def test_the_own_request_offers_withdrawal_and_no_confirmation(cast, client_of):
    row = propose(cast.banner_officer, cast.banner)
    page = client_of(cast.banner_officer).get("/parameters/requests/").content.decode()
    assert 'value="withdraw"' in page
    assert 'value="confirm"' not in page
    client_of(cast.banner_officer).post(f"/parameters/requests/{row.pk}/", {"act": "withdraw"})
    row.refresh_from_db()
    assert row.state == "withdrawn"


def test_another_banner_cannot_decide_or_see_a_request(cast, client_of):
    row = propose(cast.banner_officer, cast.banner)
    answer = client_of(cast.other_banner_officer).post(f"/parameters/requests/{row.pk}/", {"act": "confirm"})
    assert answer.status_code == 404


def test_an_own_value_is_marked_in_the_list_and_on_its_page(cast, client_of):
    confirm(propose(cast.banner_officer, cast.banner, valid_from=date(2026, 1, 1)), cast.second_banner_officer)
    for address in ("/parameters/", f"/parameters/{NAME}/"):
        assert "本地设定" in client_of(cast.banner_officer).get(address).content.decode()


def test_no_screen_of_the_rulebook_says_poor_household_today(cast, client_of):
    officer = client_of(cast.banner_officer)
    addresses = ["", "requests/", "regimes/", "code-lists/", "code-lists/household_kind/", "code-lists/main_cause/"]
    for address in [*addresses, *(f"{name}/" for name in parameters.parameters())]:
        assert "贫困户" not in officer.get(f"/parameters/{address}").content.decode(), address


def test_own_settings_are_a_ledger_too(cast, client_of):
    propose(cast.banner_officer, cast.banner)
    assert "村级公示天数" in client_of(cast.banner_officer).get("/ledgers/overrides/").content.decode()
    assert "村级公示天数" not in client_of(cast.other_banner_officer).get("/ledgers/overrides/").content.decode()
    assert client_of(cast.village_officer).get("/ledgers/overrides/").status_code == 404


def test_a_code_of_the_own_area_is_asked_for_on_the_page_of_its_list_and_confirmed_by_another(cast, client_of):
    address = "/parameters/code-lists/main_cause/"
    data = {"division": cast.banner.pk, "code": "20", "label": "因市场", "label_en": "Market", "valid_from": "2018-06-01",
            "document": "后旗扶贫〔2018〕2号"}  # fmt: skip
    officer, second = client_of(cast.banner_officer), client_of(cast.second_banner_officer)
    refused = officer.post(address, data | {"code": "01"})
    assert "已由国家码表使用" in refused.content.decode()
    assert officer.post(address, data).status_code == 302
    row = Override.objects.get()
    answer = second.post(f"/parameters/requests/{row.pk}/", {"act": "confirm", "digest": bytes(row.digest).hex()})
    assert answer.status_code == 302
    page = officer.get(address, headers={"Accept-Language": "en"}).content.decode()
    assert "Market" in page
    assert "Codes added by offices" in page
    assert (
        officer.post(
            address, {**data, "label": "", "label_en": "", "is_retired": "on", "valid_from": "2019-01-01"}
        ).status_code
        == 302
    )
    page = second.get("/parameters/requests/").content.decode()
    assert all(word in page for word in ("停用编码", "<strong>20</strong>", "原中文名称", "因市场"))


def code_request(cast, **changes):
    given = {"label": "因市场", "label_en": "Market", "valid_from": date(2018, 6, 1)} | changes
    proposal = operations.CodeProposal("main_cause", cast.banner, "20", document="后旗扶贫〔2018〕2号", **given)
    return operations.propose_codes(proposals=[proposal], by=cast.banner_officer)[0]


def asked_of(row, english=False):
    return [(line.label, line.text, line.is_new) for line in wording.asked(row, english)]


def test_the_second_person_reads_every_word_of_a_code_in_both_languages(cast):
    first = code_request(cast)
    added = [
        ("事项", "增设编码", False),
        ("编码", "20", True),
        ("中文名称", "因市场", True),
        ("英文名称", "Market", True),
    ]
    assert asked_of(first) == added
    confirm(first, cast.second_banner_officer)
    renamed = code_request(cast, label_en="Market price", valid_from=date(2018, 9, 1))
    assert asked_of(renamed)[2:] == [
        ("中文名称", "因市场", False), ("原英文名称", "Market", False), ("英文名称", "Market price", True),
    ]  # fmt: skip
    retired = code_request(cast, label=None, label_en=None, valid_from=date(2018, 12, 1))
    assert asked_of(retired)[2:] == [("原中文名称", "因市场", False), ("原英文名称", "Market", False)]


def test_a_request_names_people_as_their_colleagues_do_and_not_by_their_account(cast, client_of):
    for user, name in ((cast.banner_officer, "包晓明"), (cast.second_banner_officer, "白玉兰")):
        user.full_name = name
        user.save()
    row = confirm(propose(cast.banner_officer, cast.banner), cast.second_banner_officer)[0]
    for address in ("/parameters/requests/", f"/parameters/{NAME}/", f"/ledgers/overrides/{row.pk}/"):
        page = client_of(cast.second_banner_officer).get(address).content.decode()
        assert "包晓明" in page, address
        assert "白玉兰" in page.partition("<main")[2], address
        assert cast.banner_officer.username not in page, address


def test_an_own_code_stands_in_the_ledger_by_the_name_of_its_list_in_both_languages(cast, client_of):
    confirm(code_request(cast), cast.second_banner_officer)
    client = client_of(cast.banner_officer)
    assert "主要致贫原因" in client.get("/ledgers/overrides/").content.decode()
    english = client.get("/ledgers/overrides/", headers={"Accept-Language": "en"}).content.decode()
    assert "Main cause of poverty" in english
    assert "Market" in english


def test_the_page_of_a_list_that_the_system_computes_with_offers_no_code_of_ones_own(cast, client_of):
    page = client_of(cast.banner_officer).get("/parameters/code-lists/sex/")
    assert page.context["form"] is None
    assert "各地不能增设编码" in page.content.decode()

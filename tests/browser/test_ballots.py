"""A meeting's screen on a phone: household after household, and a lost line loses nothing."""


def test_votes_typed_without_a_line_are_entered_when_it_is_back(page_of, addresses):
    page = page_of("village_officer", width=390, height=844)
    page.goto(addresses["procedures:ballots"])
    section = page.locator(".ballot:visible")
    assert section.count() == 1
    section.locator("[name=for]").fill("28")
    section.locator("[name=against]").fill("1")
    assert "29 / 30" in section.locator("[data-sum]").inner_text()
    section.locator("[name=abstained]").fill("1")
    page.reload()
    assert section.locator("[name=for]").input_value() == "28"
    page.route("**/screen/*/", lambda route: route.abort())
    section.get_by_role("button", name="登记票数").click()
    section.locator("[data-state]").wait_for()
    assert "没有连上" in section.locator("[data-state]").inner_text()
    page.unroute("**/screen/*/")
    page.evaluate("window.dispatchEvent(new Event('online'))")
    section.locator("[data-entered]").wait_for()
    assert "赞成 28，反对 1，弃权 1" in section.inner_text()
    assert page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('fupin-ballot'))") == []

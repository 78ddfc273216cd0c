"""The page of a fault stands by itself, and yet says whose it is and that a demonstration is one."""

import pytest

from fupin.desk import views

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("language", "name", "mark"), [
    ("zh-hans", "系统出错 · 精准扶贫", "演示数据"), ("en", "System fault · Fupin", "Demonstration"),
])  # fmt: skip
def test_a_fault_is_told_in_one_language_and_marked_as_the_other_pages_are(
    cast, client_of, monkeypatch, settings, language, name, mark
):
    monkeypatch.setattr(views.scopes, "permissions_of", lambda user: 1 / 0)
    client = client_of(cast.banner_officer)
    client.raise_request_exception = False
    for settings.DEMONSTRATION in (True, False):
        answer = client.get("/", headers={"Accept-Language": language})
        page = answer.content.decode()
        assert answer.status_code == 500
        assert f"<title>{name}</title>" in page
        assert (mark in page) is settings.DEMONSTRATION
    assert "Fupin" not in page or language == "en"

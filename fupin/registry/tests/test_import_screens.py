"""The import wizard as an officer walks through it."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from bench.made_up import id_number
from fupin.accounts.models import Posting
from fupin.core import clock, jobs
from fupin.core.imports import declaration, runs
from fupin.core.imports.models import ImportRun
from fupin.core.models import AuditEntry
from fupin.core.workbooks import stamps, writing
from fupin.divisions.queries import tree
from fupin.registry.models import Household
from fupin.registry.tests.households import family

pytestmark = pytest.mark.django_db


def test_an_officer_uploads_looks_accepts_and_takes_the_rejects_back(cast, client_of):
    village = next(node for node in tree().subtree(tree().by_code("150522").id) if node.level == "village")
    lines = ["行政村,户主姓名,户主证件号,合成数据,主要致贫原因"]
    lines += [f"{village.code},宝音,{id_number(1, '19600101', 1)},是,因病", f"{village.code},巴图,123,是,因为穷"]
    client = client_of(cast.banner_officer)
    assert client.get(reverse("registry:imports")).status_code == 200
    file = SimpleUploadedFile("户.csv", "\n".join(lines).encode("gb18030"))
    data = {"ledger": "households", "holds_on": "2018-12-31", "files": [file]}
    answer = client.post(reverse("registry:imports"), data)
    assert answer.status_code == 302, answer.context["form"].errors
    run = ImportRun.objects.get()
    page = reverse("registry:import", args=[run.pk])
    assert (answer.status_code, answer["Location"]) == (302, page)
    assert "可以离开本页" in client.get(page).content.decode()
    jobs.run_pending()
    text = client.get(page).content.decode()
    assert "确认写入 1 行" in text
    assert "证件号位数" in text
    assert Household.objects.count() == 0
    client.post(reverse("registry:import_decide", args=[run.pk]), {"act": "accept"})
    jobs.run_pending()
    run.refresh_from_db()
    assert (run.state, run.created, run.rejected) == ("done", 1, 1)
    entered = AuditEntry.objects.get(act="households.import")
    assert (entered.actor, entered.posting) == ("banner_officer", "科尔沁左翼后旗 · 旗县干部")
    rejects = client.get(reverse("registry:import_rejects", args=[run.pk]))
    assert b"".join(rejects.streaming_content).startswith(b"PK")
    assert client_of(cast.other_banner_officer).get(page).status_code == 404


def test_a_template_is_offered_for_each_record_type(cast, client_of):
    for ledger in ("households", "persons", "income"):
        answer = client_of(cast.banner_officer).get(reverse("registry:import_template", args=[ledger]))
        assert b"".join(answer.streaming_content).startswith(b"PK")


HEADER = "行政村,户主姓名,户主证件号,合成数据,主要致贫原因"


@pytest.fixture
def look(client_of):
    """Upload a file as somebody and look at what the wizard says when it has been checked."""

    def upload(user, *lines: str, language: str = "zh-hans") -> str:
        client = client_of(user)
        client.cookies["django_language"] = language
        file = SimpleUploadedFile("户.csv", "\n".join((HEADER, *lines)).encode())
        answer = client.post(
            reverse("registry:imports"), {"ledger": "households", "holds_on": "2018-12-31", "files": [file]}
        )
        jobs.run_pending()
        return client.get(answer["Location"]).content.decode()

    return upload


def test_who_reads_english_is_told_in_english_what_is_wrong_with_the_file(cast, look):
    text = look(cast.banner_officer, f"150522100200,宝音,{id_number(1, '19600101', 1)},是,因为穷", language="en")
    assert "is not in the code list" in text
    assert "To be confirmed" in text
    assert "不在代码表中" not in text
    assert "待确认" not in text


def test_a_file_without_rows_or_without_good_rows_offers_nothing_to_confirm(cast, look):
    for said, lines in (("表头下面没有数据行", ()), ("没有可以写入的行", ("150522100200,宝音,123,是,因病",))):
        text = look(cast.banner_officer, *lines)
        assert said in text
        assert 'value="accept"' not in text


def test_the_figure_before_and_after_counts_only_what_the_person_answers_for(cast, look):
    for village in (cast.village, cast.other_village):
        family(village, by=cast.banner_officer, on=date(2016, 1, 1))
    text = look(cast.township_officer, f"150522100200,宝音,{id_number(1, '19600101', 1)},是,因病")
    assert '<td class="num">1</td><td class="num">2</td>' in text


def test_a_file_that_could_not_be_read_is_seen_in_the_list_of_imports(cast, client_of):
    client = client_of(cast.banner_officer)
    file = SimpleUploadedFile("户.xlsx", b"\x89PNG")
    client.post(reverse("registry:imports"), {"ledger": "households", "holds_on": "2018-12-31", "files": [file]})
    jobs.run_pending()
    assert '<span class="badge state wrong">未导入</span>' in client.get(reverse("registry:imports")).content.decode()


def uploaded(client, village, number: str) -> ImportRun:
    """An import of one household that is checked and waits."""
    text = f"行政村,户主姓名,户主证件号,合成数据\n{village},宝音,{number},是\n"
    data = {"ledger": "households", "holds_on": "2018-12-31", "files": [SimpleUploadedFile("户.csv", text.encode())]}
    client.post(reverse("registry:imports"), data)
    jobs.run_pending()
    return ImportRun.objects.latest("pk")


def test_an_import_is_accepted_only_by_a_posting_that_still_reaches_its_divisions(cast, client_of):
    client = client_of(cast.township_officer)
    run = uploaded(client, "150522100200", id_number(1, "19600101", 1))
    there = Posting.objects.create(user=cast.township_officer, division=cast.other_township, role="township_officer",
                                   valid_from=clock.today())  # fmt: skip
    decide = reverse("registry:import_decide", args=[run.pk])
    client.post("/act-for/", {"posting": there.pk})
    assert client.post(decide, {"act": "accept"}).status_code == 403
    here = Posting.objects.get(user=cast.township_officer, division=cast.township)
    client.post("/act-for/", {"posting": here.pk})
    Posting.objects.filter(pk=here.pk).update(valid_to=clock.today())
    assert client.post(decide, {"act": "accept"}).status_code == 403
    assert ImportRun.objects.get(pk=run.pk).state == "ready"
    Posting.objects.filter(pk=here.pk).update(valid_to=None)
    assert client.post(decide, {"act": "accept"}).status_code == 302
    jobs.run_pending()
    assert Household.objects.count() == 1


@pytest.mark.parametrize(("megabytes", "status"), [(1, 302), (2, 422)])
def test_an_upload_above_the_limit_is_refused_before_it_is_read(cast, client_of, monkeypatch, megabytes, status):
    monkeypatch.setattr("fupin.core.middleware.parameters.value", lambda name, on: 1.5)
    file = SimpleUploadedFile("户.csv", b"x" * megabytes * 1_000_000)
    data = {"ledger": "households", "holds_on": "2018-12-31", "files": [file]}
    answer = client_of(cast.township_officer).post(reverse("registry:imports"), data)
    assert answer.status_code == status
    assert ImportRun.objects.count() == (status == 302)


@pytest.mark.parametrize(("ledger", "version", "code"), [
    ("persons", "", "other_ledger"), ("households", "0123456789", "stale_template"), ("households", "", ""),
])  # fmt: skip
def test_a_workbook_of_ours_is_known_by_what_it_carries_whatever_it_is_called(tmp_path, db, ledger, version, code):
    columns, path = declaration.intake("households").columns, tmp_path / "户.xlsx"
    stamp = stamps.Stamp(ledger, version or stamps.version_of(columns))
    writing.write_template(path, label="户", columns=columns, stamp=stamp)
    given = [runs.Given(path, path.name)]
    run = runs.stage(run=runs.open_run(ledger="households", files=given, by=None, on=clock.today()), by=None)
    assert run.reasons == ({code: 1} if code else {})
    assert run.state == ("refused" if code else "ready")

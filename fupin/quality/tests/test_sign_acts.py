"""Signs as records: kept from look to look, hidden from those they are about until released, answered from above."""

from __future__ import annotations

import io
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from fupin.core import clock, jobs
from fupin.core.models import AuditEntry, Job
from fupin.core.refusals import NotAllowed, NotFound, Refused, Stale
from fupin.quality.signs import jobs as looks
from fupin.quality.signs import keeping, operations, queries
from fupin.quality.signs.keeping import Found, Kept, Look
from fupin.quality.signs.models import Sign, SignHousehold
from fupin.registry.models import IncomeAccount
from fupin.registry.operations import AccountSheet, Line, enter_accounts
from fupin.registry.tests.households import family

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> None:
    settings.DATA_FOLDER = tmp_path


def heaped(cast: Any, homes: tuple[int, ...] = (), above: int = 27) -> Found:
    return Found("heaping", "village", f"village:{cast.village.pk}", cast.village.pk, None, 0.9, 1e-6, 0.001, above, 15.0,
                 (3, above), (15.0, 15.0), tuple((home, None, 321_000, None) for home in homes))  # fmt: skip


def of_officer(cast: Any, officer: Any) -> Found:
    return Found("level", "officer", f"officer:{officer.pk}:{cast.township.pk}", cast.township.pk, officer.pk, 6.0, 1e-9,
                 1e-6, 0.8, 0.5, (20, 80), (50.0, 50.0))  # fmt: skip


def look(found: list[Found], on: date | None = None) -> Kept:
    return keeping.keep(found=found, look=Look(on or clock.today(), timezone.now(), 0.05), by=None)


def test_a_look_that_finds_the_same_again_changes_nothing_but_the_day(cast: Any) -> None:
    home = family(cast.village, by=cast.banner_officer)
    day = clock.today()
    assert look([heaped(cast, (home.pk,))], day) == Kept(found=1)
    entries = AuditEntry.objects.count()
    assert look([heaped(cast, (home.pk,))], day) == Kept()
    assert AuditEntry.objects.count() == entries
    assert (Sign.objects.count(), SignHousehold.objects.count(), Sign.objects.get().households) == (1, 1, 1)


def test_what_a_look_no_longer_finds_is_marked_and_comes_back(cast: Any) -> None:
    look([heaped(cast)])
    assert look([]) == Kept(gone=1)
    assert Sign.objects.get().gone_on == clock.today()
    assert look([]) == Kept()
    assert look([heaped(cast)]) == Kept(changed=1)
    assert Sign.objects.get().gone_on is None


def test_an_answer_holds_as_long_as_the_sign_stands_on_the_same_numbers(cast: Any) -> None:
    look([heaped(cast)])
    row = Sign.objects.get()
    operations.answer(
        sign=row.pk, answer="explained", reason="产业分红恰好过线", by=cast.banner_officer, on=clock.today()
    )
    look([heaped(cast)])
    row.refresh_from_db()
    assert (row.state, row.answer) == ("closed", "explained")
    look([heaped(cast, above=29)])
    row.refresh_from_db()
    assert (row.state, row.answer, row.answered_on, row.released_on) == ("found", "", None, None)


def seen(user: Any) -> set[str]:
    return set(queries.signs_for(user).values_list("kind", flat=True))


def test_before_its_release_only_the_offices_above_know_of_a_sign(cast: Any) -> None:
    look([heaped(cast), of_officer(cast, cast.township_officer)])
    both = {"heaping", "level"}
    for user in (cast.banner_officer, cast.league_officer, cast.region_officer, cast.auditor):
        assert seen(user) == both
    for user in (
        cast.other_banner_officer,
        cast.township_officer,
        cast.village_officer,
        cast.leader,
        cast.helper,
        cast.nobody,
    ):
        assert seen(user) == set()


def test_after_its_release_those_below_see_a_village_and_an_officer_alone_the_own(cast: Any) -> None:
    look([heaped(cast), of_officer(cast, cast.township_officer)])
    operations.release(signs=list(Sign.objects.values_list("pk", flat=True)), by=cast.banner_officer, on=clock.today())
    assert seen(cast.village_officer) == {"heaping"}
    assert seen(cast.leader) == {"heaping"}
    assert seen(cast.township_officer) == {"heaping", "level"}
    assert seen(cast.other_township_officer) == set()
    assert seen(cast.department) == set()


def test_an_office_does_not_see_a_sign_about_its_own_officer_who_looks(cast: Any) -> None:
    look([of_officer(cast, cast.banner_officer)])
    assert seen(cast.banner_officer) == set()
    assert seen(cast.second_banner_officer) == {"level"}


def test_only_an_office_releases(cast: Any) -> None:
    look([heaped(cast)])
    pk = Sign.objects.get().pk
    for user in (cast.township_officer, cast.other_banner_officer):
        with pytest.raises(NotFound):
            operations.release(signs=[pk], by=user, on=clock.today())
    with pytest.raises(NotAllowed):
        operations.release(signs=[pk], by=cast.auditor, on=clock.today())
    assert operations.release(signs=[pk], by=cast.banner_officer, on=clock.today()) == 1
    assert operations.release(signs=[pk], by=cast.banner_officer, on=clock.today()) == 0
    assert AuditEntry.objects.filter(act="signs.release").count() == 1


def answer(row: Sign, by: Any, what: str = "corrected", reason: str = "入户重新核算，已更正", **more: Any) -> Sign:
    return operations.answer(sign=row.pk, answer=what, reason=reason, by=by, on=more.pop("on", clock.today()), **more)


def test_the_level_above_answers_and_never_who_entered_it(cast: Any) -> None:
    home = family(cast.village, by=cast.township_officer)
    year = clock.today().year - 1
    sheet = AccountSheet(home.pk, year, date(year - 1, 10, 1), date(year, 10, 1), 1, [Line("a1", 400_000)])
    enter_accounts(sheets=[sheet], by=cast.township_officer, on=clock.today())
    assert IncomeAccount.objects.get().recorded_by == cast.township_officer.pk
    look([heaped(cast, (home.pk,)), of_officer(cast, cast.village_officer)])
    about, own = Sign.objects.get(kind="heaping"), Sign.objects.get(kind="level")
    operations.release(signs=[about.pk, own.pk], by=cast.banner_officer, on=clock.today())
    for user, row in ((cast.village_officer, about), (cast.township_officer, about), (cast.village_officer, own)):
        with pytest.raises(NotAllowed):
            answer(row, user)
    assert answer(about, cast.banner_officer).state == "closed"
    assert answer(own, cast.second_banner_officer, "discipline").answered_by == cast.second_banner_officer


def test_an_answer_without_its_reason_or_twice_is_refused_and_nothing_is_written(cast: Any) -> None:
    look([heaped(cast)])
    row = Sign.objects.get()
    with pytest.raises(Refused) as refusal:
        answer(row, cast.banner_officer, "nonsense", " 无 ", on=clock.today() + timedelta(days=1))
    assert len(refusal.value.reasons) == 3
    with pytest.raises(Stale):
        answer(row, cast.banner_officer, base_version=row.version + 1)
    answer(row, cast.banner_officer, base_version=row.version)
    with pytest.raises(Refused):
        answer(row, cast.banner_officer)
    look([])
    look([heaped(cast, above=30)])
    look([])
    with pytest.raises(Refused):
        answer(row, cast.banner_officer, "discipline")


def test_the_screens_show_release_and_answer_a_sign(client_of: Any, cast: Any) -> None:
    home = family(cast.village, by=cast.village_officer)
    look([heaped(cast, (home.pk,))])
    row = Sign.objects.get()
    client = client_of(cast.banner_officer)
    assert "收入集中在标准线上方" in client.get(reverse("signs:list")).content.decode()
    page = client.get(reverse("signs:sign", args=[row.pk])).content.decode()
    assert "概率和误报率以此为前提：没有人为调整时，标准线附近的户" in page
    assert home.number in page
    assert "不能说明什么" in page
    assert "sign-chart" in page
    client.post(reverse("signs:release_many"), {"chosen": [str(row.pk)]})
    client = client_of(cast.village_officer)
    below = client.get(reverse("signs:sign", args=[row.pk])).content.decode()
    assert "登记核实结果" not in below
    client = client_of(cast.township_officer)
    bad = client.post(reverse("signs:answer", args=[row.pk]), {"answer": "explained", "reason": ""})
    assert (bad.status_code, "请写明核实情况" in bad.content.decode()) == (400, True)
    done = client.post(reverse("signs:answer", args=[row.pk]), {"answer": "explained", "reason": "分红恰好过线"})
    assert done.status_code == 302
    row.refresh_from_db()
    assert (row.state, row.answered_by) == ("closed", cast.township_officer)


@pytest.mark.parametrize("query", ["kind=copied", "state=closed", "year=1999", "division=150522101200"])
def test_the_filters_of_the_list_narrow_it(client_of: Any, cast: Any, query: str) -> None:
    look([heaped(cast)])
    client = client_of(cast.banner_officer)
    assert "没有符合条件的线索" in client.get(f"{reverse('signs:list')}?{query}").content.decode()


def test_the_workbook_has_the_signs_and_the_households_behind_them(client_of: Any, cast: Any) -> None:
    home = family(cast.village, by=cast.village_officer)
    look([heaped(cast, (home.pk,)), of_officer(cast, cast.township_officer)])
    client = client_of(cast.banner_officer)
    book = load_workbook(io.BytesIO(b"".join(client.get(reverse("signs:workbook")).streaming_content)))
    signs, behind = (list(sheet.values) for sheet in book.worksheets)
    assert {row[2] for row in signs[1:]} == {"收入集中在标准线上方", "收入与同村他人录入的相差明显"}
    assert [row[1] for row in behind[1:]] == [home.number]
    client = client_of(cast.township_officer)
    book = load_workbook(io.BytesIO(b"".join(client.get(reverse("signs:workbook")).streaming_content)))
    assert [len(list(sheet.values)) for sheet in book.worksheets] == [1, 1]


def test_the_job_looks_once_a_month_and_when_asked(cast: Any) -> None:
    looks.monthly()
    jobs.run_pending()
    row = Job.objects.get(key=looks.KIND)
    assert (row.state, row.message, row.result["signs"]) == ("done", "", 0)
    looks.monthly()
    assert Job.objects.get(key=looks.KIND).state == "done"
    Job.objects.filter(pk=row.pk).update(finished_at=timezone.now() - timedelta(days=32))
    looks.monthly()
    assert Job.objects.get(key=looks.KIND).state == "waiting"


def test_the_job_finds_a_village_whose_incomes_stand_just_above_the_line(cast: Any) -> None:
    year = clock.today().year - 1
    homes = [family(cast.village, by=cast.banner_officer) for _ in range(50)]
    line = looks.looking.limits(clock.today()).line_fen or 0
    enter_accounts(sheets=[
        AccountSheet(home.pk, year, date(year - 1, 10, 1), date(year, 10, 1), 1, [Line("a1", line + 500 + nth * 10)])
        for nth, home in enumerate(homes)
    ], by=cast.village_officer, on=clock.today())  # fmt: skip
    looks.ask(by=cast.banner_officer)
    jobs.run_pending()
    assert Job.objects.get(key=looks.KIND).message == ""
    row = Sign.objects.get(kind="heaping", by="village")
    assert (row.division, row.observed, row.households, row.behind.count()) == (cast.village, 50, 50, 50)
    assert row.chance == pytest.approx(0.5**50)

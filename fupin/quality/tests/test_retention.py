"""Evidence of households kept as long as it must be, and destroyed by two persons with proof."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from fupin.core import attachments, clock
from fupin.core.models import Attachment, AuditEntry, Job
from fupin.core.refusals import NotAllowed, NotFound, Refused
from fupin.policy import retention as policy
from fupin.quality.models import PicturePrint
from fupin.quality.signs import prints
from fupin.registry.models import Household
from fupin.registry.tests import retained
from fupin.registry.tests.households import family
from fupin.retention import jobs, queries, rules, subjects
from fupin.retention.models import Destruction, DueFile, Hold
from fupin.retention.operations import deciding, destroying, holding, looking
from fupin.retention.words import Fate, State
from fupin.rulebook import operations as rulebook
from fupin.rulebook.operations import Proposal

TODAY = date(2026, 11, 24)
WHY = "保管期满，已无保存价值"


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, settings):
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def household(cast):
    return family(cast.village, by=cast.village_officer)


def keep(cast: Any, household: Household, **more: Any) -> Attachment:
    return retained.keep(cast, f"household:{household.pk}", **more)


def looked() -> set[int]:
    looking.look(on=TODAY)
    return set(DueFile.objects.values_list("pk", flat=True))


def proposed(cast: Any, *chosen: Attachment, **more: Any) -> Destruction:
    ids = [row.pk for row in chosen] if chosen else None
    return deciding.propose(division=cast.banner, reason=WHY, chosen=ids, by=cast.archivist, on=TODAY, **more)


def confirmed(cast: Any, row: Destruction) -> Destruction:
    return deciding.confirm(row=row, seen=row.digest, by=cast.banner_officer, on=TODAY)


def destroyed(cast: Any, row: Destruction) -> Destruction:
    return destroying.destroy(row=confirmed(cast, row), by=cast.banner_officer, on=TODAY)


def held(cast: Any, kind: str, number: str, by: Any = None) -> Hold:
    return holding.hold(kind=kind, number=number, reason="审计正在核查", basis="审计通知书第1号", by=by or cast.archivist,
                        on=TODAY)  # fmt: skip


def facts(**more: Any) -> rules.Facts:
    known = {"name": "a", "evidence": policy.classes()["case_files"], "filed_on": date(2015, 3, 1),
             "ended_on": date(2015, 6, 1), "years": 10}  # fmt: skip
    return rules.Facts(**(known | more))


def test_a_period_counts_whole_years_after_the_year_of_closing():
    assert rules.due_on(facts()) == date(2026, 1, 1)
    assert rules.may_destroy(facts(), on=date(2026, 1, 1))
    assert rules.may_destroy(facts(), on=date(2025, 12, 31)).reasons == ("材料“a”保管期限未满，应保管至 2026-01-01",)


def test_a_file_younger_than_the_closing_counts_from_its_own_day():
    assert rules.due_on(facts(filed_on=date(2017, 1, 2))) == date(2028, 1, 1)
    assert rules.due_on(facts(filed_on=date(2015, 12, 31))) == date(2026, 1, 1)


def test_what_is_open_permanent_or_of_no_class_never_goes():
    on = date(2100, 1, 1)
    assert "尚未办结" in rules.may_destroy(facts(ended_on=None), on=on).reasons[0]
    assert "永久保管" in rules.may_destroy(facts(evidence=policy.classes()["minutes"], years=None), on=on).reasons[0]
    assert "没有所属" in rules.may_destroy(facts(evidence=None), on=on).reasons[0]
    assert "已经销毁" in rules.may_destroy(facts(is_destroyed=True), on=on).reasons[0]


def test_every_kind_of_subjects_in_the_catalogue_was_handed_in_and_is_told_of():
    covered = {name for one in policy.classes().values() for name in one.covers}
    assert covered <= {one.name for one in subjects.kinds()}
    assert policy.check() == []


@pytest.mark.django_db
def test_the_look_of_the_day_finds_what_is_due_and_forgets_what_is_not(cast, household):
    due, young = keep(cast, household, year=2015), keep(cast, household, year=2016)
    other = keep(cast, household, year=2015, kind="photo")
    assert looked() == {due.pk}
    line = DueFile.objects.get()
    assert (line.evidence, line.counted_on, line.due_on) == ("income_proofs", date(2015, 6, 1), date(2026, 1, 1))
    retained.aged(due, 2020)
    assert looked() == set()
    assert looking.look(on=date(2056, 1, 1)) == 3
    assert {young.pk, other.pk} < set(DueFile.objects.values_list("pk", flat=True))


@pytest.mark.django_db
def test_an_office_may_lengthen_a_period_and_never_shorten_it(cast, household):
    keep(cast, household, year=2015)
    short = Proposal("retention.income_years", cast.banner, "9", date(2026, 11, 1), "旗档发〔2026〕1号")
    with pytest.raises(Refused, match="不得低于 10"):
        rulebook.propose(proposals=[short], by=cast.banner_officer, on=TODAY)
    longer = Proposal("retention.income_years", cast.banner, "15", date(2026, 11, 1), "旗档发〔2026〕1号")
    (row,) = rulebook.propose(proposals=[longer], by=cast.banner_officer, on=TODAY)
    assert len(looked()) == 1
    rulebook.confirm(overrides=[row], by=cast.second_banner_officer, seen={row.pk: bytes(row.digest)}, on=TODAY)
    assert looked() == set()


@pytest.mark.django_db
def test_a_file_that_is_not_due_is_refused(cast, household):
    young = keep(cast, household, year=2016)
    looked()
    with pytest.raises(Refused, match="1 份保管期限未满"):
        proposed(cast, young)
    assert not Destruction.objects.exists()


@pytest.mark.django_db
def test_one_person_alone_destroys_nothing(cast, household):
    file = keep(cast, household, year=2015)
    looked()
    row = proposed(cast, file)
    with pytest.raises(NotAllowed):
        deciding.confirm(row=row, seen=row.digest, by=cast.archivist, on=TODAY)
    cast.banner_officer.full_name = cast.archivist.full_name
    cast.banner_officer.save()
    with pytest.raises(NotAllowed, match="视为同一人"):
        confirmed(cast, row)
    with pytest.raises(NotAllowed, match="尚未复核"):
        destroying.destroy(row=row, by=cast.archivist, on=TODAY)
    with pytest.raises(NotAllowed):
        deciding.propose(division=cast.banner, reason=WHY, by=cast.banner_officer, on=TODAY)
    assert attachments.read(file)


@pytest.mark.django_db
def test_only_the_register_that_was_seen_is_confirmed(cast, household):
    file = keep(cast, household, year=2015)
    looked()
    row = proposed(cast, file)
    with pytest.raises(NotAllowed, match="不一致"):
        deciding.confirm(row=row, seen="0" * 64, by=cast.banner_officer, on=TODAY)
    row.items.update(name="另一份.jpg")
    with pytest.raises(NotAllowed, match="不一致"):
        confirmed(cast, row)


@pytest.mark.django_db
def test_what_is_destroyed_is_gone_and_its_record_stays(cast, household, client_of):
    file = keep(cast, household, year=2015)
    prints.take(most=10)
    assert PicturePrint.objects.get().bits
    path = attachments.path_of(file)
    looked()
    row = destroyed(cast, proposed(cast, file))
    assert (row.state, row.destroyed, row.left, row.done_on) == (State.DONE, 1, 0, TODAY)
    assert not path.exists()
    assert PicturePrint.objects.get().bits is None
    file.refresh_from_db()
    with pytest.raises(NotFound, match=f"已于 2026-11-24 按销毁清册 {row.code} 销毁"):
        attachments.read(file)
    with pytest.raises(Refused, match="只留登记"):
        attachments.remove(rows=[file], by=cast.village_officer, reason="传错了户")
    item = row.items.get()
    assert (item.sha256, item.size, item.evidence, item.fate) == (
        file.sha256,
        file.size,
        "income_proofs",
        Fate.DESTROYED,
    )
    assert item.erased_at is not None
    entry = AuditEntry.objects.get(act="retention.destroy")
    assert entry.subject == f"household:{household.pk}"
    assert (entry.detail["sha256"], entry.detail["code"], entry.actor_id) == (
        file.sha256,
        row.code,
        cast.banner_officer.pk,
    )
    browser = client_of(cast.village_officer)
    page = browser.get(reverse("registry:household", args=[household.number])).content.decode()
    assert "2026-11-24 已销毁" in page
    assert row.code in page
    assert browser.get(reverse("registry:attachment", args=[household.number, file.pk])).status_code == 404


@pytest.mark.django_db
def test_a_file_that_comes_back_from_a_backup_of_the_folder_is_not_read_and_is_taken_away(cast, household):
    file = keep(cast, household, year=2015)
    path = attachments.path_of(file)
    sealed = path.read_bytes()
    looked()
    destroyed(cast, proposed(cast))
    path.write_bytes(sealed)
    file.refresh_from_db()
    with pytest.raises(NotFound):
        attachments.read(file)
    looking.look(on=TODAY)
    assert not path.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("stage", ["_note", "_erase"])
def test_an_interrupted_destruction_goes_on_where_it_stopped(cast, household, monkeypatch, stage):
    files = [keep(cast, household, year=2015, name=f"{at}.jpg") for at in range(3)]
    looked()
    row = confirmed(cast, proposed(cast))
    monkeypatch.setattr(destroying, "TURN", 1)
    whole, calls = getattr(destroying, stage), []

    def broken(*given: Any, **more: Any) -> Any:
        calls.append(given)
        if len(calls) == 2:
            raise OSError("停电")
        return whole(*given, **more)

    monkeypatch.setattr(destroying, stage, broken)
    with pytest.raises(OSError, match="停电"):
        destroying.destroy(row=row, by=cast.banner_officer, on=TODAY)
    row.refresh_from_db()
    assert row.state == State.CONFIRMED
    gone = Attachment.objects.exclude(destroyed_on=None).count()
    assert gone == (1 if stage == "_note" else 3)
    assert all(attachments.path_of(one).exists() or one.destroyed_on for one in Attachment.objects.all())
    done = destroying.destroy(row=row, by=cast.banner_officer, on=TODAY)
    assert (done.state, done.destroyed) == (State.DONE, 3)
    assert not any(attachments.path_of(one).exists() for one in files)
    assert AuditEntry.objects.filter(act="retention.destroy").count() == 3
    assert destroying.destroy(row=row, by=cast.banner_officer, on=TODAY).destroyed == 3
    assert AuditEntry.objects.filter(act="retention.done").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["household", "division"])
def test_a_hold_stops_destruction_until_another_person_lifts_it(cast, household, kind):
    file = keep(cast, household, year=2015)
    looked()
    hold = held(cast, kind, household.number if kind == "household" else "150522100")
    with pytest.raises(Refused, match="自 2026-11-24 起冻结"):
        proposed(cast, file)
    with pytest.raises(Refused, match="起冻结"):
        proposed(cast)
    with pytest.raises(Refused, match="已经冻结"):
        held(cast, kind, household.number if kind == "household" else "150522100")
    with pytest.raises(NotAllowed):
        holding.lift(row=hold, reason="审计已办结", by=cast.archivist, on=TODAY)
    with pytest.raises(Refused, match="请写明解除"):
        holding.lift(row=hold, reason="", by=cast.banner_officer, on=TODAY)
    holding.lift(row=hold, reason="审计已办结", by=cast.banner_officer, on=TODAY)
    assert destroyed(cast, proposed(cast, file)).destroyed == 1


@pytest.mark.django_db
def test_a_whole_list_leaves_out_what_is_held_and_says_how_many(cast, household):
    keep(cast, household, year=2015)
    neighbour = family(cast.village, by=cast.village_officer)
    free = keep(cast, neighbour, year=2015)
    looked()
    held(cast, "household", household.number)
    row = proposed(cast, evidence="income_proofs")
    assert (row.count, row.held) == (1, 1)
    assert row.items.get().attachment_id == free.pk


@pytest.mark.django_db
def test_a_hold_that_comes_after_the_confirmation_still_saves_the_file(cast, household):
    file = keep(cast, household, year=2015)
    looked()
    row = confirmed(cast, proposed(cast, file))
    held(cast, "household", household.number)
    row = destroying.destroy(row=row, by=cast.banner_officer, on=TODAY)
    assert (row.destroyed, row.left) == (0, 1)
    assert "起冻结" in row.items.get().reason
    assert attachments.read(file)


@pytest.mark.django_db
def test_held_files_are_not_taken_away_by_hand_either(cast, household):
    file = keep(cast, household, year=2026)
    hold = held(cast, "household", household.number)
    with pytest.raises(NotAllowed, match="解除前不能移除"):
        attachments.remove(rows=[file], by=cast.village_officer, reason="传错了户")
    holding.lift(row=hold, reason="审计已办结", by=cast.banner_officer, on=TODAY)
    attachments.remove(rows=[file], by=cast.village_officer, reason="传错了户")


@pytest.mark.django_db
def test_a_refused_register_leaves_its_files_due(cast, household):
    keep(cast, household, year=2015)
    looked()
    row = proposed(cast)
    assert not queries.due_for(cast.archivist).exists()
    with pytest.raises(Refused, match="没有可以销毁"):
        proposed(cast)
    deciding.refuse(row=row, by=cast.banner_officer, on=TODAY, note="仍有查考价值")
    assert queries.due_for(cast.archivist).count() == 1
    deciding.withdraw(row=proposed(cast), by=cast.archivist, on=TODAY)
    assert queries.due_for(cast.archivist).count() == 1


@pytest.mark.django_db
def test_nobody_outside_the_area_sees_or_decides(cast, household, client_of):
    file = keep(cast, household, year=2015)
    looked()
    row = proposed(cast, file)
    assert not queries.due_for(cast.other_banner_officer).exists()
    with pytest.raises(NotFound):
        queries.destruction_of(cast.other_banner_officer, row.pk)
    with pytest.raises(NotAllowed):
        deciding.confirm(row=row, seen=row.digest, by=cast.other_banner_officer, on=TODAY)
    with pytest.raises(NotFound):
        held(cast, "household", household.number, by=cast.other_banner_officer)
    for name in ("destruction", "register", "register_file"):
        assert client_of(cast.other_banner_officer).get(reverse(f"retention:{name}", args=[row.pk])).status_code == 404


@pytest.mark.django_db
def test_from_the_list_on_screen_to_the_printed_register(cast, household, client_of):
    file = keep(cast, household, year=2015)
    jobs.daily()
    looked()
    browser, second = client_of(cast.archivist), client_of(cast.banner_officer)
    assert "到期材料 1 件" in browser.get(reverse("retention:home")).content.decode()
    assert "工资单.jpg" in browser.get(reverse("retention:due")).content.decode()
    book = load_workbook(io.BytesIO(b"".join(browser.get(reverse("retention:due_file")).streaming_content)))
    assert book.active["E2"].value == "工资单.jpg"
    empty = browser.post(reverse("retention:due"), {"act": "chosen", "chosen": file.pk})
    assert (empty.status_code, "请写明鉴定意见" in empty.content.decode()) == (422, True)
    answer = browser.post(reverse("retention:due"), {"act": "chosen", "chosen": file.pk, "reason": WHY})
    row = Destruction.objects.get()
    page = reverse("retention:destruction", args=[row.pk])
    assert answer.headers["Location"] == page
    assert "销毁后不能恢复" in browser.get(page).content.decode()
    assert browser.post(page, {"act": "confirm", "digest": row.digest}).status_code == 422
    assert "1 份销毁清册等您复核" in second.get(reverse("retention:home")).content.decode()
    assert second.post(page, {"act": "confirm", "digest": row.digest}).status_code == 302
    assert Job.objects.get(kind="retention.destroy").arguments == {"destruction": row.pk}
    destroying.destroy(row=row, by=cast.banner_officer, on=clock.today())
    printed = second.get(reverse("retention:register", args=[row.pk])).content.decode()
    assert file.sha256[:16] in printed
    assert "监销人" in printed
    book = load_workbook(
        io.BytesIO(b"".join(second.get(reverse("retention:register_file", args=[row.pk])).streaming_content))
    )
    assert (book.active["K2"].value, book.active["L2"].value) == (file.sha256, "已销毁")


@pytest.mark.django_db
def test_a_hold_on_screen_is_lifted_by_another_person_only(cast, household, client_of):
    browser, second = client_of(cast.archivist), client_of(cast.banner_officer)
    form = {"kind": "household", "number": household.number, "reason": "信访正在办理", "basis": "信访件第3号"}
    assert browser.post(reverse("retention:holds"), form | {"number": "999"}).status_code == 422
    assert browser.post(reverse("retention:holds"), form).status_code == 302
    page = reverse("retention:hold", args=[Hold.objects.get().pk])
    assert "须由另一人办理" in browser.get(page).content.decode()
    assert browser.post(page, {"reason": "信访已经办结"}).status_code == 422
    assert second.post(page, {"reason": "信访已经办结"}).status_code == 302
    assert "已解除" in second.get(page).content.decode()

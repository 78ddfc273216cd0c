"""Papers of households: printed with a code on every page, scanned in any order, filed by themselves."""

from __future__ import annotations

import io

import docx
import pytest
from PIL import Image
from pypdfium2 import PdfDocument

from fupin.core import attachments, clock
from fupin.core.documents import page_codes, scans
from fupin.core.models import Attachment, AuditEntry
from fupin.core.refusals import NotFound, Refused
from fupin.papers import queries
from fupin.papers.models import Paper, PaperPage, ScanPage
from fupin.papers.operations import filing, scanning
from fupin.papers.operations.printing import print_papers
from fupin.papers.words import Fate, Standing
from fupin.registry.models import HouseholdCard
from fupin.registry.tests.households import family, member
from fupin.registry.tests.papers import named, photo, pictures, printed, upload, worn

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(cast):
    return family(cast.village, by=cast.village_officer)


def taken(cast, *files, by=None):
    stack, is_new = scanning.take_in(files=files, by=by or cast.village_officer, on=clock.today())
    if is_new:
        scanning.read(stack, by=by or cast.village_officer, on=clock.today())
    return stack


def fates(stack):
    return list(stack.pages.order_by("file", "number").values_list("fate", flat=True))


def test_a_printed_page_that_comes_back_worn_is_filed_at_its_household(cast, home):
    (page,) = pictures(printed(cast, home).data)
    stack = taken(cast, upload(worn(page, turned=2)))
    assert fates(stack) == [Fate.FILED]
    (row,) = Attachment.objects.filter(subject=f"household:{home.pk}")
    assert (row.kind, row.media_type) == ("application", "image/jpeg")
    assert PaperPage.objects.get(paper__subject_id=home.pk).scan == row


@pytest.mark.parametrize("turned", [0, 90, 180, 271])
def test_a_page_that_lies_on_its_side_or_head_is_read_and_stands_upright(cast, home, turned):
    (page,) = pictures(printed(cast, home).data)
    found = scans.scanned(worn(page, turned=turned))
    assert len(found.codes) == 1
    assert found.width < found.height
    again = scans.scanned(Image.open(named(found.data, "again.jpg")).convert("RGB"))
    assert (again.codes, again.turned) == (found.codes, 0)


def test_a_stack_in_disorder_files_itself_and_says_what_it_could_not_file(cast, home):
    neighbour = family(cast.village, by=cast.village_officer, members=[member("其其格", "01", sex="2")])
    far = family(cast.other_village, by=cast.other_village_officer)
    first, second = pictures(printed(cast, home, document="verification").data)
    (other,) = pictures(printed(cast, neighbour).data)
    (foreign,) = pictures(printed(cast, far, by=cast.other_village_officer).data)
    blank = Image.new("RGB", first.size, "white")
    stack = taken(cast, upload(worn(second), other.rotate(180), blank, foreign, worn(first), first))
    assert fates(stack) == [Fate.FILED, Fate.FILED, Fate.TRAY, Fate.REFUSED, Fate.FILED, Fate.AGAIN]
    reasons = dict(stack.pages.values_list("number", "reason"))
    assert "没有读到页码" in reasons[3]
    assert "不在您的工作范围内" in reasons[4]
    assert "换用" in reasons[6]
    assert Attachment.objects.filter(subject=f"household:{far.pk}").count() == 0
    assert Attachment.objects.filter(subject=f"household:{home.pk}").count() == 2
    assert queries.tray(cast.village_officer).count() == 2
    assert queries.tray(cast.other_village_officer).count() == 0


def test_the_same_stack_handed_in_again_changes_nothing(cast, home):
    (page,) = pictures(printed(cast, home).data)
    file = upload(page)
    stack = taken(cast, file)
    before = (Attachment.objects.count(), ScanPage.objects.count(), AuditEntry.objects.count())
    file.seek(0)
    again, is_new = scanning.take_in(files=[file], by=cast.village_officer, on=clock.today())
    assert (again, is_new) == (stack, False)
    assert (Attachment.objects.count(), ScanPage.objects.count(), AuditEntry.objects.count()) == before


def test_the_same_picture_in_another_stack_is_told_and_not_kept_twice(cast, home):
    (page,) = pictures(printed(cast, home).data)
    taken(cast, photo(page, "a.jpg"))
    second = photo(page, "b.jpg")
    stack = taken(cast, second, photo(Image.new("RGB", (900, 1200), "white"), "c.jpg"))
    assert fates(stack) == [Fate.AGAIN, Fate.TRAY]
    assert stack.pages.get(fate=Fate.AGAIN).picture is None


def test_a_reading_that_was_cut_short_goes_on_and_files_nothing_twice(cast, home, monkeypatch):
    neighbour = family(cast.village, by=cast.village_officer, members=[member("其其格", "01", sex="2")])
    monkeypatch.setattr(scanning, "CHUNK", 1)
    pages = pictures(printed(cast, home, neighbour).data)
    stack, _new = scanning.take_in(files=[upload(*pages)], by=cast.village_officer, on=clock.today())
    settle, calls = scanning._settle, []

    def once(*given, **more):
        if calls:
            raise KeyboardInterrupt
        calls.append(settle(*given, **more))

    monkeypatch.setattr(scanning, "_settle", once)
    with pytest.raises(KeyboardInterrupt):
        scanning.read(stack, by=cast.village_officer, on=clock.today())
    monkeypatch.setattr(scanning, "_settle", settle)
    found = scanning.read(stack, by=cast.village_officer, on=clock.today())
    assert found["filed"] == 2
    assert Attachment.objects.filter(kind="application").count() == 2


def test_a_guessed_code_and_a_code_altered_to_another_page_prove_nothing(cast, home):
    paper = printed(cast, home, document="verification").papers[0]
    whole = page_codes.read(page_codes.make(paper.code, 1, paper.meaning))
    assert page_codes.proves(whole, paper.meaning)
    altered = page_codes.PageCode(whole.paper, 2, whole.check)
    assert not page_codes.proves(altered, paper.meaning)
    assert not page_codes.proves(whole, paper.meaning.replace(str(home.pk), str(home.pk + 1)))
    guessed = page_codes.read(f"FP{paper.code}01{'2' * 6}")
    assert not page_codes.proves(guessed, paper.meaning)


def test_a_page_with_a_guessed_code_is_refused_with_the_reason(cast, home, monkeypatch):
    monkeypatch.setattr(page_codes, "seal_keys", lambda: [b"another office's key, 32 bytes !"])
    (page,) = pictures(printed(cast, home).data)
    monkeypatch.undo()
    stack = taken(cast, upload(page))
    assert fates(stack) == [Fate.REFUSED]
    assert "不是本系统印出" in stack.pages.get().reason
    assert not Attachment.objects.filter(subject=f"household:{home.pk}").exists()


def test_printing_the_same_words_again_keeps_the_code_and_other_words_replace_the_paper(cast, home):
    first = printed(cast, home).papers[0]
    assert printed(cast, home).papers[0].pk == first.pk
    from fupin.registry.models import HouseholdFact

    HouseholdFact.objects.filter(household=home).update(village_group="二组")
    later = printed(cast, home).papers[0]
    assert later.pk != first.pk
    assert Paper.objects.get(pk=first.pk).standing == Standing.REPLACED


def test_many_households_are_printed_with_as_many_questions_as_two(cast, home, django_assert_max_num_queries):
    homes = [home, *(family(cast.village, by=cast.village_officer, members=[member("户主", "01")]) for _ in range(3))]
    printed(cast, homes[0], homes[1], document="commitment")
    with django_assert_max_num_queries(45):
        made = printed(cast, *homes, document="application")
    assert len(made.papers) == 4
    assert len(pictures(made.data, 20)) == 4


def test_who_cannot_reach_a_household_prints_nothing_of_it(cast, home):
    with pytest.raises(NotFound):
        printed(cast, home, by=cast.other_village_officer)
    with pytest.raises(Refused):
        printed(cast, home, by=cast.evaluator)
    assert Paper.objects.count() == 0


def test_a_word_file_says_the_household_and_carries_the_code_of_each_page(cast, home):
    made = printed(cast, home, document="verification", form="docx")
    file = docx.Document(named(made.data, "x.docx"))
    text = "\n".join(cell.text for table in file.tables for row in table.rows for cell in row.cells)
    assert "宝音" in text
    assert "巴特尔" in text
    feet = [section.footer.paragraphs[-1] for section in file.sections]
    assert len(feet) == 2
    assert [one.text.strip() for one in feet] == [
        page_codes.shown(page_codes.make(made.papers[0].code, number, made.papers[0].meaning)) for number in (1, 2)
    ]
    assert all(one._p.xpath(".//pic:pic") for one in feet)


@pytest.mark.parametrize(
    "name", ["application", "commitment", "verification", "minutes", "publicity", "approval", "notice", "handbook"]
)
@pytest.mark.parametrize("form", ["pdf", "docx"])
def test_every_shipped_document_is_printed_of_a_household(cast, home, name, form):
    made = printed(cast, home, document=name, form=form)
    paper = made.papers[0]
    assert made.data[:4] == (b"%PDF" if form == "pdf" else b"PK\x03\x04")
    assert paper.pages.count() == len({page.number for page in paper.pages.all()}) >= 1
    if form == "pdf":
        codes = [scans.scanned(one).codes for one in pictures(made.data)]
        assert [[(code.paper, code.page) for code in one] for one in codes] == [
            [(paper.code, number)] for number in range(1, paper.pages.count() + 1)
        ]


def test_a_large_family_runs_on_and_every_sheet_has_its_own_code(cast):
    members = [member("额尔德木图", "01"), *(member(f"成员{at}", "99", f"19{60 + at % 40}0101") for at in range(45))]
    home = family(cast.village, by=cast.village_officer, members=members)
    made = printed(cast, home)
    sheets = pictures(made.data)
    assert len(sheets) == made.papers[0].pages.count() > 1
    assert len({scans.scanned(one).codes for one in sheets}) == len(sheets)
    last = made.papers[0].pages.order_by("-number").first()
    assert {mark.mark for mark in last.marks.all()} == {"signature", "fingerprint"}


def test_what_lacks_is_listed_until_a_person_has_seen_every_mark(cast, home):
    made = printed(cast, home)
    (lack,) = queries.lacking(cast.village_officer)
    assert queries.lack_of(lack).said == ["第 1 页未交回"]
    taken(cast, upload(*pictures(made.data)))
    (lack,) = queries.lacking(cast.village_officer)
    assert queries.lack_of(lack).said == ["2 处签章未核对"]
    page = PaperPage.objects.get()
    signature, fingerprint = page.marks.order_by("pk")
    filing.tick(page=page, seen={signature.pk: 1, fingerprint.pk: 0}, by=cast.village_officer, on=clock.today())
    (lack,) = queries.lacking(cast.township_officer)
    assert queries.lack_of(lack).said == ["申请人缺指印 1 处"]
    filing.tick(page=page, seen={fingerprint.pk: 1}, by=cast.village_officer, on=clock.today())
    assert not queries.lacking(cast.village_officer).exists()


def test_a_handbook_stays_with_the_household_and_is_not_listed(cast, home):
    printed(cast, home, document="handbook")
    assert not queries.lacking(cast.village_officer).exists()


def test_a_page_of_the_tray_is_filed_by_hand_once(cast, home):
    made = printed(cast, home)
    stack = taken(cast, upload(Image.new("RGB", (1240, 1754), "white")))
    row, page = stack.pages.get(), PaperPage.objects.get(paper=made.papers[0])
    filing.file_by_hand(row=row, page=page, by=cast.village_officer, on=clock.today())
    page.refresh_from_db()
    assert page.scan.subject == f"household:{home.pk}"
    assert attachments.read(page.scan)[:3] == b"\xff\xd8\xff"
    row.refresh_from_db()
    assert (row.fate, row.picture) == (Fate.FILED, None)
    with pytest.raises(Refused):
        filing.file_by_hand(row=row, page=page, by=cast.village_officer, on=clock.today())


def test_a_better_scan_takes_the_place_of_the_first_and_its_marks_are_asked_anew(cast, home):
    (sheet,) = pictures(printed(cast, home).data)
    taken(cast, upload(sheet))
    page = PaperPage.objects.get()
    filing.tick(
        page=page,
        seen=dict.fromkeys(page.marks.values_list("pk", flat=True), 1),
        by=cast.village_officer,
        on=clock.today(),
    )
    stack = taken(cast, upload(worn(sheet)))
    with pytest.raises(Refused, match="换用"):
        filing.file_by_hand(row=stack.pages.get(), page=page, by=cast.village_officer, on=clock.today())
    filing.file_by_hand(row=stack.pages.get(), page=page, by=cast.village_officer, on=clock.today(), replace=True)
    assert Attachment.objects.filter(subject=f"household:{home.pk}").count() == 1
    assert not page.marks.filter(seen__isnull=False).exists()
    assert queries.lacking(cast.village_officer).count() == 1


def test_nobody_files_a_page_at_a_household_out_of_reach(cast, home):
    far = printed(cast, family(cast.other_village, by=cast.other_village_officer), by=cast.other_village_officer)
    stack = taken(cast, upload(Image.new("RGB", (1240, 1754), "white")))
    with pytest.raises(Refused, match="不在您的工作范围内"):
        filing.file_by_hand(
            row=stack.pages.get(), page=far.papers[0].pages.get(), by=cast.village_officer, on=clock.today()
        )


def test_files_that_are_no_scans_are_refused_each_with_its_reason_and_nothing_is_kept(cast):
    with pytest.raises(Refused) as refusal:
        scanning.take_in(
            files=[named(b"hello", "a.txt"), named(b"", "b.jpg")], by=cast.village_officer, on=clock.today()
        )
    assert [reason[:5] for reason in refusal.value.reasons] == ["a.txt", "b.jpg"]
    assert Attachment.objects.count() == 0


def test_a_document_of_a_time_is_printed_in_its_words(cast, home):
    from datetime import date

    from fupin.registry.papers import facts

    assert facts([home.pk], date(2018, 5, 1))[home.pk]["word_household"] == "贫困户"
    assert "贫困" not in facts([home.pk], date(2026, 5, 1))[home.pk]["word_household"]
    made = print_papers(
        document="application", kind="household", ids=[home.pk], by=cast.village_officer, on=date(2018, 5, 1)
    )
    assert made.papers[0].edition == "2014"


@pytest.mark.parametrize("is_made_up", [True, False])
def test_every_page_of_a_paper_about_a_made_up_household_says_so_and_no_other_does(cast, home, is_made_up):
    HouseholdCard.objects.filter(pk=home.pk).update(is_synthetic=is_made_up)
    pages = PdfDocument(printed(cast, home, document="handbook").data)
    said = ["SYNTHETIC" in page.get_textpage().get_text_range() for page in pages]
    assert len(said) > 1
    assert set(said) == {is_made_up}
    sections = docx.Document(io.BytesIO(printed(cast, home, document="handbook", form="docx").data)).sections
    assert {"SYNTHETIC" in "".join(p.text for p in one.header.paragraphs) for one in sections} == {is_made_up}

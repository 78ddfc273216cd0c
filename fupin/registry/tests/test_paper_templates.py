"""An office's own form of a paper: looked at closely, held back until a second person confirms it, given up again."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta

import docx
import pytest

from fupin.core import clock
from fupin.core.documents import declared, pdf, word
from fupin.core.refusals import NotAllowed, Refused
from fupin.papers import shipped, subjects
from fupin.papers.operations import approving
from fupin.papers.operations.approving import Proposal
from fupin.papers.words import Kind, State
from fupin.registry.tests.households import family
from fupin.registry.tests.papers import named, pictures, printed

pytestmark = pytest.mark.django_db


def own(*paragraphs: str, pages: int = 1) -> bytes:
    """A Word file as an office makes it."""
    made = docx.Document()
    for text in paragraphs:
        made.add_paragraph(text)
    for _page in range(pages - 1):
        made.add_section()
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def proposal(cast, data=b"", kind=Kind.FILE, **more):
    given = {"valid_from": clock.today(), "basis": "后旗扶办〔2026〕3号", "data": data, "name": "申请书.docx"} | more
    return Proposal(
        document="application", edition="2021", division=given.pop("division", cast.banner), kind=kind, **given
    )


def asked(cast, data=b"", kind=Kind.FILE, **more):
    return approving.propose(proposal=proposal(cast, data, kind, **more), by=cast.banner_officer, on=clock.today())


def confirmed(cast, row, by=None):
    return approving.confirm(row=row, seen=row.digest, by=by or cast.second_banner_officer, on=clock.today())


def test_an_own_template_holds_once_a_second_person_confirmed_it_and_only_in_its_division(cast):
    home, text = family(cast.village, by=cast.village_officer), "本旗样式：{{ head }}，{{ members_count }} 口人"
    row = asked(cast, own(text))
    assert text_of(printed(cast, home, form="docx").data).count("本旗样式") == 0
    confirmed(cast, row)
    assert "本旗样式：宝音，3 口人" in text_of(printed(cast, home, form="docx").data)
    of = shipped.document("application")
    forms = shipped.forms(of, "2021", {cast.village.pk, cast.other_banner.pk}, on=clock.today())
    assert forms[cast.village.pk].file == row
    assert forms[cast.other_banner.pk].file is None


def text_of(data: bytes) -> str:
    return "\n".join(one.text for one in docx.Document(named(data, "x.docx")).paragraphs)


def test_a_template_holds_from_its_day(cast):
    row = asked(cast, own("{{ head }}"), valid_from=clock.today() + timedelta(days=1))
    confirmed(cast, row)
    of = shipped.document("application")
    assert shipped.forms(of, "2021", {cast.village.pk}, on=clock.today())[cast.village.pk].file is None
    assert (
        shipped.forms(of, "2021", {cast.village.pk}, on=clock.today() + timedelta(days=1))[cast.village.pk].file == row
    )


def test_going_back_ends_it(cast):
    confirmed(cast, asked(cast, own("{{ head }}")))
    confirmed(cast, asked(cast, kind=Kind.BACK))
    form = shipped.forms(shipped.document("application"), "2021", {cast.village.pk}, on=clock.today())[cast.village.pk]
    assert form.file is None


def test_who_proposed_cannot_confirm_and_nobody_confirms_what_was_not_shown(cast):
    row = asked(cast, own("{{ head }}"))
    with pytest.raises(NotAllowed):
        confirmed(cast, row, by=cast.banner_officer)
    with pytest.raises(NotAllowed):
        approving.confirm(row=row, seen="0" * 64, by=cast.second_banner_officer, on=clock.today())
    with pytest.raises(NotAllowed):
        confirmed(cast, row, by=cast.other_banner_officer)
    row.refresh_from_db()
    assert row.state == State.PROPOSED


def test_a_township_sets_no_template(cast):
    with pytest.raises(NotAllowed):
        approving.propose(
            proposal=proposal(cast, own("x"), division=cast.township), by=cast.township_officer, on=clock.today()
        )


def test_an_unknown_field_is_refused_with_its_place_and_what_may_be_meant(cast):
    with pytest.raises(Refused) as refusal:
        asked(cast, own("申请人", "姓名：{{ haed }}"))
    (reason,) = refusal.value.reasons
    assert "正文第 2 段" in reason
    assert "haed" in reason
    assert "是不是“head”" in reason


@pytest.mark.parametrize(
    "text",
    [
        "{{ head.__class__ }}",
        "{{ head | upper }}",
        "{{ range(1000000000) }}",
        "{{ head * 1000000000 }}",
        "{% for row in head %}{{ row.name }}{% endfor %}",
        "{% set x = head %}",
        "{% include 'secret' %}",
        "{{ head",
    ],
)
def test_a_template_says_fields_and_nothing_else(cast, text):
    with pytest.raises(Refused):
        asked(cast, own(text))


def test_rows_that_repeat_are_allowed(cast):
    asked(
        cast,
        own(
            "{% for row in members %}{{ row.name }} {{ row.relation }}{% endfor %}{% if phone %}{{ phone }}{% endif %}"
        ),
    )


def test_a_template_has_a_section_a_page(cast):
    with pytest.raises(Refused, match="2 节"):
        asked(cast, own("{{ head }}", pages=2))


def added(data: bytes, name: str, body: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as fresh:
        for one in old.namelist():
            fresh.writestr(one, body if one == name else old.read(one))
        if name not in old.namelist():
            fresh.writestr(name, body)
    return out.getvalue()


def test_macros_links_to_elsewhere_and_files_that_are_no_word_files_are_refused(cast):
    plain = own("{{ head }}")
    with pytest.raises(Refused, match="宏"):
        asked(cast, added(plain, "word/vbaProject.bin", b"x"))
    links = b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://x/attachedTemplate" Target="http://evil/x.dotm" TargetMode="External"/></Relationships>'
    with pytest.raises(Refused, match="文件以外"):
        asked(cast, added(plain, "word/_rels/settings.xml.rels", links))
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><w>&a;</w>'
    with pytest.raises(Refused, match="读不懂"):
        asked(cast, added(plain, "word/footnotes.xml", bomb))
    with pytest.raises(Refused):
        asked(cast, b"%PDF-1.4 %%EOF")


def test_values_of_a_household_are_text_and_no_markup(cast):
    home = family(cast.village, by=cast.village_officer, village_group="<w:t>{{ phone }}</w:t>&")
    made = printed(cast, home, form="docx")
    assert "<w:t>{{ phone }}</w:t>&" in text_of(made.data)


@pytest.mark.parametrize(
    "name", ["application", "commitment", "verification", "minutes", "publicity", "approval", "notice", "handbook"]
)
def test_the_shipped_form_of_every_edition_passes_its_own_check(name):
    known = subjects.kind("household")
    for edition in declared.document(name).editions:
        word.check(word.template_of(edition), edition, known.shape)


def test_mongolian_stands_beside_the_page_and_leaves_the_word_template_alone(cast):
    home = family(cast.village, by=cast.village_officer)
    confirmed(cast, asked(cast, own("{{ head }}")))
    before = pictures(printed(cast, home).data, 40)
    confirmed(cast, asked(cast, kind=Kind.MONGOLIAN, mongolian=["ᠮᠣᠩᠭᠣᠯ ᠪᠢᠴᠢᠭ ᠦᠨ ᠪᠢᠴᠢᠭ"]))
    after = pictures(printed(cast, home).data, 40)
    assert [one.tobytes() for one in before] != [one.tobytes() for one in after]
    form = shipped.forms(shipped.document("application"), "2021", {cast.village.pk}, on=clock.today())[cast.village.pk]
    assert form.file is not None
    assert form.mongolian


def test_a_preview_shows_a_made_up_household_and_a_code_that_proves_nothing(cast):
    assert "1599000000000001" in text_of(approving.preview(document="application", edition="2021", form="docx"))
    assert approving.preview(document="application", edition="2014", form="pdf")[:4] == b"%PDF"


def test_what_no_font_has_is_said(monkeypatch):
    assert pdf.missing(["包示例", "ᠮᠣᠩᠭᠣᠯ"]) == []
    assert pdf.missing(["\U000e0fff"]) == ["\U000e0fff（U+E0FFF）"]

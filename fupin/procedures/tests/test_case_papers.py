"""Papers of cases: printed from the case page with the codes of its step, they come back and lie at the case as what it asks for."""

from __future__ import annotations

import pytest

from fupin.core import clock
from fupin.core.models import Attachment, Case
from fupin.core.refusals import NotFound
from fupin.papers.models import Paper
from fupin.papers.operations import scanning
from fupin.papers.operations.printing import Printed, print_papers
from fupin.papers.words import Standing
from fupin.procedures import case_papers, operations
from fupin.registry.tests.papers import pictures, upload

pytestmark = pytest.mark.django_db


def printed(cast, case: int, document: str, by=None) -> Printed:
    return print_papers(document=document, kind="case", ids=[case], by=by or cast.village_officer, on=clock.today())


def came_back(cast, *papers: Printed) -> None:
    pages = [page for one in papers for page in pictures(one.data)]
    stack, _new = scanning.take_in(files=[upload(*pages)], by=cast.village_officer, on=clock.today())
    scanning.read(stack, by=cast.village_officer, on=clock.today())


def code_of(case: int) -> str:
    return Case.objects.get(pk=case).code or ""


def kinds_at(case: int) -> list[str]:
    return sorted(Attachment.objects.filter(subject=f"case:{case}").values_list("kind", flat=True))


def test_the_papers_of_an_application_come_back_and_the_case_goes_on_by_them(cast, case):
    came_back(cast, printed(cast, case, "application"), printed(cast, case, "commitment"))
    assert {"application", "authorisation"} <= set(kinds_at(case))
    operations.act(cases=[case], act="apply", by=cast.village_officer, on=clock.today(), late_reason="农忙，户主外出")
    assert Case.objects.get(pk=case).state != "lead"


def test_a_verification_form_lies_at_the_case_as_the_form_of_a_home_visit(cast, case):
    came_back(cast, printed(cast, case, "verification"))
    assert set(kinds_at(case)) == {"visit_form"}


def test_the_codes_name_the_step_and_a_later_step_replaces_what_never_came_back(cast, case):
    first = printed(cast, case, "application").papers[0]
    assert first.step == Case.objects.get(pk=case).state
    assert printed(cast, case, "application").papers[0].pk == first.pk
    Case.objects.filter(pk=case).update(state="visiting")
    later = printed(cast, case, "application").papers[0]
    assert (later.pk != first.pk, later.step) == (True, "visiting")
    assert Paper.objects.get(pk=first.pk).standing == Standing.REPLACED


def test_a_paper_says_the_case_and_its_household(cast, case, household):
    said = case_papers.facts([case], clock.today())[case]
    assert said["case_code"] == code_of(case)
    assert said["household_number"] == household.number
    assert said["statement"] == "因病支出大"


def test_who_cannot_reach_a_case_prints_nothing_of_it(cast, case):
    with pytest.raises(NotFound):
        printed(cast, case, "application", by=cast.other_village_officer)
    assert not Paper.objects.exists()


def test_many_cases_are_read_for_paper_in_a_fixed_number_of_questions(cast, case, django_assert_max_num_queries):
    with django_assert_max_num_queries(14):
        case_papers.facts([case], clock.today())
    with django_assert_max_num_queries(4):
        case_papers.see(cast.village_officer, [case], "registry.view")


def test_the_case_page_offers_its_papers_and_lists_what_was_printed(cast, case, client_of):
    officer = client_of(cast.village_officer)
    address = f"/papers/case/{code_of(case)}/"
    assert address in officer.get(f"/procedures/cases/{case}/").content.decode()
    assert "申请" in officer.get(address).content.decode()
    sent = officer.post(f"/papers/of/case/{code_of(case)}/print/", {"document": "application", "form": "docx"})
    assert sent.status_code == 200
    assert Paper.objects.get().subject == f"case:{case}"


def test_a_page_of_the_tray_is_found_by_the_code_of_a_case(cast, case, household):
    from fupin.papers import queries

    paper = printed(cast, case, "application").papers[0]
    assert [one.pk for one in queries.papers_at(cast.village_officer, code_of(case).lower())] == [paper.pk]
    assert queries.papers_at(cast.village_officer, household.number) == []
    assert queries.papers_at(cast.other_village_officer, code_of(case)) == []

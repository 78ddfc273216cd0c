"""A meeting's own screen and its printed minutes: what the meeting may know, votes judged and cited, what may never appear."""

import pytest
from django.urls import reverse

from fupin.core import clock
from fupin.core.documents import pdf
from fupin.papers import subjects
from fupin.papers.models import Paper
from fupin.procedures import meetings
from fupin.procedures.meetings import Held
from fupin.procedures.models import MeetingItem
from fupin.procedures.tests.cases import ago, card_of, step, verified
from fupin.registry.models import PersonFact


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, settings):
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def village(cast, client_of):
    return client_of(cast.village_officer)


@pytest.fixture
def waiting(cast, case):
    """A case that waits for its review."""
    verified(cast, case)
    step(case, "compare", cast.banner_officer)
    return case


@pytest.fixture
def meeting(cast, waiting):
    held = Held(cast.village.pk, "representatives", ago(11), "村部", "包主任", 40, 30)
    return meetings.hold(held=held, by=cast.village_officer, on=ago(11))


def shown(client, meeting):
    return client.get(reverse("procedures:ballots", args=[meeting.pk])).content.decode()


def count(client, meeting, case, votes, **more):
    data = dict(zip(("for", "against", "abstained"), votes, strict=True))
    return client.post(reverse("procedures:ballot", args=[meeting.pk, case]), data, **more)


HTMX = {"headers": {"HX-Request": "true"}}


def test_the_meeting_sees_the_head_persons_and_category_and_nothing_else(village, household, meeting):
    PersonFact.objects.filter(person__memberships__household=household).update(health="03")
    screen = shown(village, meeting)
    assert card_of(household).head_name in screen
    assert "家庭人口 3 人" in screen
    assert "边缘易致贫户" in screen
    for planted in ("因病支出大", "患有大病", household.number, "1599"):
        assert planted not in screen


def test_a_count_is_entered_and_judged_with_what_the_law_says(village, waiting, meeting):
    answer = count(village, meeting, waiting, (28, 1, 1), **HTMX).content.decode()
    assert "通过" in answer
    assert "到会须达 2/3" in answer
    assert "村民委员会组织法" in answer
    assert MeetingItem.objects.get().votes_for == 28


@pytest.mark.parametrize(("votes", "word"), [((15, 15, 0), "未获通过"), ((16, 14, 0), "通过")])
def test_half_of_those_present_is_no_majority_and_one_more_is(village, waiting, meeting, votes, word):
    assert (
        f'\n<p class="verdict {"good" if word == "通过" else "wrong"}">{word}</p>'
        in count(village, meeting, waiting, votes, **HTMX).content.decode()
    )


def test_a_sum_that_is_not_those_present_is_refused_and_enters_nothing(village, waiting, meeting):
    answer = count(village, meeting, waiting, (28, 1, 2), **HTMX)
    assert answer.status_code == 422
    assert "合计应等于实到 30 人" in answer.content.decode()
    assert count(village, meeting, waiting, ("x", 1, 2), **HTMX).status_code == 422
    assert not MeetingItem.objects.exists()


def test_a_meeting_without_its_quorum_says_so_before_the_first_vote(cast, village, waiting):
    held = Held(cast.village.pk, "representatives", ago(11), "村部", "包主任", 40, 26)
    few = meetings.hold(held=held, by=cast.village_officer, on=ago(11))
    assert "到会人数没有达到 2/3，表决无效" in shown(village, few)
    assert "到会人数不足，表决无效" in count(village, few, waiting, (26, 0, 0), **HTMX).content.decode()


def test_without_script_the_page_comes_back_to_the_household(village, waiting, meeting):
    sent = count(village, meeting, waiting, (28, 1, 1))
    assert sent["Location"].endswith(f"#ballot-{waiting}")
    assert count(village, meeting, waiting, (1, 1, 1)).status_code == 422


def test_the_next_village_has_no_part_in_it(cast, client_of, waiting, meeting):
    other = client_of(cast.other_village_officer)
    assert other.get(reverse("procedures:ballots", args=[meeting.pk])).status_code == 404
    assert count(other, meeting, waiting, (28, 1, 1)).status_code == 404


def test_the_minutes_say_the_meeting_and_each_vote_and_file_themselves_to_it(
    cast, household, village, waiting, meeting
):
    count(village, meeting, waiting, (28, 1, 1))
    told = subjects.kind("meeting").facts([meeting.pk], clock.today())[meeting.pk]
    assert (told["called"], told["present"], told["quorum"], told["majority"]) == ("40", "30", "2/3", "1/2")
    (line,) = told["households"]
    assert (line["head"], line["votes_for"], line["result"]) == (card_of(household).head_name, "28", "通过")
    if pdf.why_not():
        pytest.skip("no fonts to print with")
    sent = village.post(
        reverse("papers:print", args=["meeting", str(meeting.pk)]), {"document": "meeting_minutes", "form": "pdf"}
    )
    assert sent["Content-Type"] == "application/pdf"
    paper = Paper.objects.get()
    assert (paper.subject_kind, paper.subject_id, paper.document) == ("meeting", meeting.pk, "meeting_minutes")

"""Work on workbooks of tickets in the background: it fails, it is cut off, it goes on or is stopped; long ones are made there."""

import io
from datetime import timedelta

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from fupin.accounts.models import Posting
from fupin.core import clock, jobs
from fupin.core.models import Attachment, AuditEntry, Job
from fupin.core.refusals import Refused
from fupin.quality import operations
from fupin.quality.models import Ticket, TicketAct, TicketEvidence
from fupin.quality.offline import applying, bringing, keeping, queries, returning, standing, taking_out
from fupin.quality.offline import jobs as work
from fupin.quality.offline.models import AnswerBook, AnswerLine
from fupin.quality.offline.words import Stage
from fupin.quality.tests.findings import found, sweep
from fupin.quality.tests.offline_books import brought, fates, filled, returned, taken, top_of, upload, whys
from fupin.registry.tests.households import family

pytestmark = pytest.mark.django_db
TRUE = ("情况属实", "两人均为配偶，已入户核实")
ELSEWHERE = ("不属本辖区", "该户去年已迁往外旗")


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, settings):
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def tickets(cast, tmp_path):
    households = [family(cast.village, by=cast.banner_officer) for _each in range(4)]
    sweep(tmp_path, [found(one) for one in households], on=clock.today())
    return list(Ticket.objects.order_by("pk"))


@pytest.fixture
def by(cast):
    return cast.village_officer


@pytest.fixture
def portions(monkeypatch):
    """A ticket a portion; the portion of this number fails as long as it is set."""
    monkeypatch.setattr(operations, "MOST_AT_ONCE", 1)
    fails, real, so_far = {"at": 3}, applying._portion, []

    def portion(*given):
        so_far.append(given)
        if len(so_far) == fails["at"]:
            raise RuntimeError("the disk is full")
        real(*given)

    monkeypatch.setattr(applying, "_portion", portion)
    return fails


def ready(tickets, by, *, proof=False, answer=ELSEWHERE):
    return brought(filled(taken(by), dict.fromkeys(tickets, answer)), by, proof=proof)


def failed(tickets, by, **more):
    """A hand-in of which two answers are given when it fails."""
    book = ready(tickets, by, **more)
    work.hand_in(book=book, by=by, on=clock.today())
    jobs.run_pending()
    book.refresh_from_db()
    return book


def page_of(client, book):
    return client.get(reverse("quality:answer_book", args=[book.pk])).content.decode()


def decided(client, book, act):
    answer = client.post(reverse("quality:answers_decide", args=[book.pk]), {"act": act}, follow=True)
    jobs.run_pending()
    book.refresh_from_db()
    return answer.content.decode()


def test_a_hand_in_that_fails_says_why_and_how_far_it_is_and_goes_on_once(cast, client_of, tickets, by, portions):
    book, client = failed(tickets, by), client_of(by)
    page = page_of(client, book)
    assert "提交没有办完" in page
    assert "正在提交" not in page
    assert "程序故障（RuntimeError）" in page
    assert "已提交 2 个答复，还有 2 个没有提交" in page
    assert "hx-get" not in page.split('id="book-state"')[1].split(">")[0]
    assert "停住，待继续" in client.get(reverse("quality:answers")).content.decode()
    decided(client, book, "go_on")
    assert (book.state, queries.counts(book)) == (Stage.DONE, {"waiting": 4})
    assert TicketAct.objects.filter(act="pass_on").count() == 4
    assert AuditEntry.objects.filter(act="answers.go_on").count() == 1
    assert AuditEntry.objects.filter(act="answers.done").count() == 1
    assert "不必继续" in decided(client, book, "go_on")


def test_a_hand_in_that_is_stopped_keeps_what_was_given_and_returns_the_rest(cast, client_of, tickets, by, portions):
    book, client = failed(tickets, by), client_of(by)
    decided(client, book, "stop")
    assert (book.state, queries.counts(book)) == (Stage.STOPPED, {"waiting": 2, "refused": 2})
    page = page_of(client, book)
    assert "此前提交的 2 个答复有效" in page
    assert "取回退回的 2 行" in page
    portions["at"] = 0
    again = brought(returned(book, by), by)
    work.hand_in(book=again, by=by, on=clock.today())
    jobs.run_pending()
    assert set(Ticket.objects.values_list("state", flat=True)) == {"answered"}
    assert "不必停止" in decided(client, book, "stop")


def test_a_job_that_is_taken_up_again_after_the_stop_hands_nothing_in(cast, tickets, by, portions):
    book = failed(tickets, by)
    applying.stop(book=book, by=by, on=clock.today())
    jobs.resume(row=Job.objects.get(key=standing.key_of(standing.APPLY, book)))
    jobs.run_pending()
    assert Ticket.objects.filter(state="open").count() == 2


def test_a_hand_in_that_two_workers_do_at_once_is_done_once(cast, tickets, by):
    book = ready(tickets, by)
    applying.confirm(book=book, by=by, on=clock.today())
    book.refresh_from_db()

    def meanwhile(done, total, phase):
        other = AnswerBook.objects.get(pk=book.pk)
        applying.apply(book=other, by=by, on=clock.today())

    applying.apply(book=book, by=by, on=clock.today(), tell=meanwhile)
    assert queries.counts(book) == {"waiting": 4}
    assert TicketAct.objects.filter(act="pass_on").count() == 4
    assert AuditEntry.objects.filter(act="answers.done").count() == 1


def test_what_is_stopped_while_a_portion_is_on_its_way_is_not_handed_in(cast, tickets, by):
    book = ready(tickets, by)
    applying.confirm(book=book, by=by, on=clock.today())
    book.refresh_from_db()
    one = AnswerBook.objects.get(pk=book.pk)
    applying.apply(book=book, by=by, on=clock.today(),
                   tell=lambda done, total, phase: applying.stop(book=one, by=by, on=clock.today()))  # fmt: skip
    assert (book.state, set(Ticket.objects.values_list("state", flat=True))) == (Stage.STOPPED, {"open"})
    assert queries.counts(book) == {"refused": 4}


def test_an_interrupted_hand_in_goes_on_by_itself_until_it_was_tried_too_often(cast, client_of, tickets, by):
    book, client = ready(tickets, by), client_of(by)
    row = work.hand_in(book=book, by=by, on=clock.today())
    book.refresh_from_db()
    Job.objects.filter(pk=row.pk).update(state="interrupted", attempts=1, message="已完成 1 / 4 时中断")
    assert standing.of(book).is_at_work
    assert "继续提交" not in page_of(client, book)
    Job.objects.filter(pk=row.pk).update(attempts=jobs.MOST_ATTEMPTS)
    page = page_of(client, book)
    assert "已完成 1 / 4 时中断" in page
    assert "继续提交" in page
    decided(client, book, "go_on")
    assert book.state == Stage.DONE


def test_a_hand_in_whose_work_was_never_arranged_is_not_lost(cast, client_of, tickets, by):
    book, client = ready(tickets, by), client_of(by)
    applying.confirm(book=book, by=by, on=clock.today())
    assert "后台任务没有安排上" in page_of(client, book)
    decided(client, book, "go_on")
    assert (book.state, Ticket.objects.filter(state="answered").count()) == (Stage.DONE, 4)


def test_a_reading_that_fails_goes_on_or_is_dropped(cast, client_of, tickets, by, monkeypatch):
    def broken(*_given, **_more):
        raise OSError("no space left")

    client = client_of(by)
    with monkeypatch.context() as patched:
        patched.setattr(bringing, "_rows", broken)
        data = filled(taken(by), {tickets[0]: ELSEWHERE})
        client.post(reverse("quality:answers"), {"file": upload(data)})
        jobs.run_pending()
        book = AnswerBook.objects.get()
        assert "读取没有办完" in page_of(client, book)
        client.post(reverse("quality:answers"), {"file": upload(data, "另存.xlsx")})
        jobs.run_pending()
        assert AnswerBook.objects.count() == 1
    decided(client, book, "go_on")
    assert (book.state, fates(book)[tickets[0].pk]) == (Stage.READY, "good")
    decided(client, book, "drop")
    assert (book.state, AnswerLine.objects.exists(), Attachment.objects.exists()) == (Stage.DROPPED, False, False)


def test_a_workbook_that_is_dropped_while_it_is_read_leaves_nothing(cast, tickets, by):
    data = filled(taken(by), {tickets[0]: ELSEWHERE})
    book, _is_new = bringing.take_in(file=upload(data), by=by, on=clock.today())
    one = AnswerBook.objects.get(pk=book.pk)
    book = bringing.read(book=book, by=by,
                         tell=lambda done, total, phase: bringing.drop(book=one, by=by, on=clock.today()))  # fmt: skip
    assert (book.state, AnswerLine.objects.exists()) == (Stage.DROPPED, False)


def test_when_its_time_is_over_a_hand_in_that_stands_still_is_cleaned_and_evidence_stays(cast, tickets, by, portions):
    book = ready(tickets, by, proof=True, answer=TRUE)
    work.hand_in(book=book, by=by, on=clock.today())
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(operations.answering, "look_again", lambda seen, on, recheck: {})
        jobs.run_pending()
    book.refresh_from_db()
    assert queries.counts(book) == {"waiting": 2, "good": 2}
    over = book.keep_until + timedelta(days=1)
    assert keeping.delete_expired(today=over) == 1
    book.refresh_from_db()
    assert (book.state, book.attachment, AnswerLine.objects.exists()) == (Stage.STOPPED, None, False)
    kept = Attachment.objects.get()
    assert kept.subject == f"ticket:{TicketEvidence.objects.first().act.ticket_id}"
    assert keeping.delete_expired(today=over) == 0


def test_what_is_being_handed_in_is_not_cleaned(cast, tickets, by):
    book = ready(tickets, by)
    work.hand_in(book=book, by=by, on=clock.today())
    assert keeping.delete_expired(today=book.keep_until + timedelta(days=1)) == 0
    jobs.run_pending()
    assert Ticket.objects.filter(state="answered").count() == 4


def test_workbooks_that_were_brought_stand_on_pages(cast, client_of, by, tickets):
    made = [AnswerBook(file_name=f"{at:03}.xlsx", sha256="0", state=Stage.DONE, made_by=by.pk, keep_until=clock.today())
            for at in range(queries.PAGE + 1)]  # fmt: skip
    AnswerBook.objects.bulk_create(made)
    oldest = AnswerBook.objects.order_by("pk").first()
    AnswerLine.objects.create(book=oldest, sheet="a", row=1, fate="refused", why="原因")
    client = client_of(by)
    page = client.get(reverse("quality:answers")).content.decode()
    assert oldest.file_name not in page
    following = page.split('rel="next" href="')[1].split('"')[0]
    page = client.get(reverse("quality:answers") + following.replace("&amp;", "&")).content.decode()
    assert oldest.file_name in page
    assert 'rel="next"' not in page
    assert "回到首页" in page
    assert client.get(reverse("quality:answers"), {"after": "x"}).status_code == 200


@pytest.fixture
def long(monkeypatch):
    """A workbook of more than two lines is a long one."""
    for room in (taking_out, returning):
        monkeypatch.setattr(room, "AT_ONCE", 2)


def result_of(client, kind):
    job = Job.objects.get(kind=kind)
    answer = client.get(reverse("desk:job_result", args=[job.pk]))
    assert answer.status_code == 200, job.message
    return answer, openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).worksheets[0]


def test_many_tickets_are_a_workbook_made_in_the_background(cast, client_of, tickets, by, long):
    client, address = client_of(by), reverse("quality:workbook") + f"?rule={tickets[0].rule}"
    page = client.get(address).content.decode()
    assert "在后台生成" in page
    assert not Job.objects.filter(kind=work.TAKE_OUT).exists()
    for _twice in range(2):
        assert client.post(address).status_code == 302
    jobs.run_pending()
    answer, sheet = result_of(client, work.TAKE_OUT)
    assert sheet.max_row - top_of(sheet) == 4
    assert "utf-8''" in answer.headers["Content-Disposition"]
    assert AuditEntry.objects.get(act="ticket.take_out").detail["lines"] == 4
    assert "带出填答工作簿" in client.get(reverse("desk:jobs")).content.decode()
    assert client_of(cast.township_officer).get(reverse("desk:job_result", args=[Job.objects.get(kind=work.TAKE_OUT).pk])
                                                ).status_code == 404  # fmt: skip


def test_the_long_workbook_comes_back_as_the_short_one_does(cast, client_of, tickets, by, long):
    client = client_of(by)
    client.post(reverse("quality:workbook"))
    jobs.run_pending()
    _answer, sheet = result_of(client, work.TAKE_OUT)
    out = io.BytesIO()
    sheet.parent.save(out)
    book = brought(filled(out.getvalue(), dict.fromkeys(tickets, ELSEWHERE)), by)
    assert queries.counts(book) == {"good": 4}


def test_whose_posting_has_ended_meanwhile_gets_no_workbook(cast, client_of, tickets, by, long):
    client_of(by).post(reverse("quality:workbook"))
    Posting.objects.filter(user=by).update(valid_to=clock.today())
    jobs.run_pending()
    job = Job.objects.get(kind=work.TAKE_OUT)
    assert (job.state, job.result_file) == ("failed", "")


def test_many_returned_lines_are_a_workbook_made_in_the_background(cast, client_of, tickets, by, long):
    book, client = ready(tickets, by, answer=("不属本辖区", "")), client_of(by)
    address = reverse("quality:answers_returned", args=[book.pk])
    assert "在后台生成" in client.get(address).content.decode()
    for _twice in range(2):
        client.post(address)
        jobs.run_pending()
    _answer, sheet = result_of(client, work.RETURN)
    assert sheet.max_row - top_of(sheet) == 4
    assert "请写明情况" in whys(book)


def test_more_than_a_workbook_takes_is_refused_before_anything_is_arranged(
    cast, client_of, tickets, by, long, monkeypatch
):
    monkeypatch.setattr(taking_out, "MOST_LINES", 3)
    answer = client_of(by).post(reverse("quality:workbook"))
    assert answer.status_code == 422
    assert "分几份带走" in answer.content.decode()
    with pytest.raises(Refused):
        taken(by)
    assert not Job.objects.filter(kind=work.TAKE_OUT).exists()


def test_a_person_has_a_few_workbooks_made_at_a_time(cast, tickets, by, long):
    for at in range(work.MOST_UNFINISHED):
        Job.objects.create(kind=work.TAKE_OUT, key=f"{work.TAKE_OUT}:{by.pk}:{at}:0", user_id=by.pk)
    with pytest.raises(Refused, match="在生成"):
        work.ask_to_take_out(wanted=taking_out.Wanted(week=timezone.localdate()), told=[], by=by)

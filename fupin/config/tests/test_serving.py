"""What is told at start-up, and where the log of the processes goes."""

from __future__ import annotations

import sys
import threading

import pytest

from fupin.config import serving


def child(program: str, **more: object) -> serving.Child:
    return serving.Child("web", [sys.executable, "-c", program], **more)


def test_an_address_is_told_when_a_request_is_answered_and_not_before(monkeypatch):
    answers = iter([False, False, True])
    monkeypatch.setattr(serving, "_answers", lambda *_where: next(answers))
    serving._wait_until_answering("127.0.0.1", 1, threading.Event(), [])
    assert next(answers, None) is None


def test_a_program_that_ends_at_its_start_is_told_and_no_address(monkeypatch):
    monkeypatch.setattr(serving, "_answers", lambda *_where: False)
    monkeypatch.setattr(serving.time, "sleep", lambda _seconds: None)
    one = child("raise SystemExit(3)")
    one.start()
    with pytest.raises(ChildProcessError, match="反复退出"):
        serving._wait_until_answering("127.0.0.1", 1, threading.Event(), [one])
    assert len(one.ends) > 5


def test_who_stops_while_nothing_answers_need_not_wait(monkeypatch):
    monkeypatch.setattr(serving, "_answers", lambda *_where: False)
    stop = threading.Event()
    stop.set()
    serving._wait_until_answering("127.0.0.1", 1, stop, [])


def test_the_log_of_the_processes_goes_into_the_file_that_is_named(tmp_path):
    file = tmp_path / "serve.log"
    one = child("import sys; sys.stderr.write('a line')", log_to=file)
    for _start in range(2):
        one.start()
        one.process.wait(30)
    assert file.read_text() == "a linea line"

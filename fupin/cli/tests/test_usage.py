"""Usage, help and what is wrong with the arguments come in the language of the command line, as everything else."""

import os
import re
import subprocess
import sys

import pytest

from fupin.cli import group

WRONG = ((), ("--nope",), ("serv",), ("restore",), ("serve", "--port", "99999999"), ("serve", "--port", "abc"),
         ("serve", "one", "two"), ("serve", "--port"), ("restore", "/no-such-file"),
         ("synth", "--households", "5", "-o", ".", "--format", "pdf"), ("user",))  # fmt: skip


def told(language: dict[str, str], *arguments: str) -> str:
    """All that the command line says."""
    names = ("FUPIN_LANG", "LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE")
    clean = {name: value for name, value in os.environ.items() if name not in names}
    ran = subprocess.run([sys.executable, "-m", "fupin", *arguments], env=clean | language, check=False,
                         capture_output=True, text=True)  # fmt: skip
    return ran.stdout + ran.stderr


@pytest.mark.parametrize("arguments", WRONG)
def test_in_chinese_no_english_sentence_is_said(arguments):
    said = told({"LANG": "zh_CN.UTF-8"}, *arguments)
    assert re.search("[\u4e00-\u9fff]", said)
    assert re.findall("[A-Z][a-z]+", said.replace("Fupin", "")) == []


@pytest.mark.parametrize(
    "language", [{"LANG": "en_GB.UTF-8"}, {"LC_ALL": "en_US", "LANG": "zh_CN.UTF-8"}, {"FUPIN_LANG": "en"}]
)
@pytest.mark.parametrize("arguments", [("--help",), ("--nope",), ("restore",)])
def test_in_english_no_chinese_is_said(language, arguments):
    said = told(language, *arguments)
    assert "Usage:" in said
    assert re.findall("[\u4e00-\u9fff]+", said) == []


@pytest.mark.parametrize("language", [{"LC_ALL": "C.UTF-8"}, {}])
def test_a_machine_without_a_language_speaks_chinese_throughout(language):
    assert "缺少参数" in told(language, "restore")


def test_a_fault_of_the_program_is_not_taken_for_a_finding(monkeypatch, capsys):
    monkeypatch.setattr(group, "commands", lambda *given, **more: {}["nothing"])
    with pytest.raises(SystemExit) as end:
        group.main()
    assert end.value.code == 3
    assert "KeyError" in capsys.readouterr().err

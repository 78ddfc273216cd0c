"""`fupin demo` at the command line: what it leaves alone, what it serves again."""

from __future__ import annotations

import json

from click.testing import CliRunner

from fupin.cli.demo import command


def test_a_folder_with_a_real_instance_is_left_alone(tmp_path, monkeypatch):
    (tmp_path / "fupin.sqlite3").write_bytes(b"")
    monkeypatch.setenv("FUPIN_DATA", str(tmp_path))
    answer = CliRunner().invoke(command, ["--no-serve"])
    assert answer.exit_code == 2
    assert not (tmp_path / "demonstration").exists()


def test_a_demonstration_that_is_there_is_told_again(tmp_path, monkeypatch):
    kept = {"today": "2018-12-31", "households": 5, "persons": 9, "accounts": []}
    (tmp_path / "demonstration").write_text(json.dumps(kept), encoding="utf-8")
    monkeypatch.setenv("FUPIN_DATA", str(tmp_path))
    answer = CliRunner().invoke(command, ["--no-serve", "--json"])
    assert json.loads(answer.stdout)["households"] == 5

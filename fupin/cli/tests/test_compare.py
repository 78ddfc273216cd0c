"""`fupin compare` and `fupin tokens` as scripts call them."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from fupin.cli.compare import compare
from fupin.core import sealing
from fupin.quality.comparison.tokens import new_key
from fupin.quality.tests.departments import csv_file
from fupin.registry.models import PersonIdentity
from fupin.registry.tests.households import family

HEADER = ["姓名", "身份证号", "户籍状态"]


@pytest.fixture
def folder(tmp_path, settings):
    settings.DATA_FOLDER = tmp_path
    return tmp_path


def run(*words):
    return CliRunner().invoke(compare, [str(word) for word in words], catch_exceptions=False)


@pytest.mark.django_db
def test_a_comparison_answers_with_its_counts(cast, folder):
    family(cast.village, by=cast.banner_officer)
    number = sealing.unseal(bytes(PersonIdentity.objects.first().number_sealed))
    file = folder / "死亡.csv"
    file.write_bytes(csv_file([HEADER, ["某", number, "死亡"], ["谁", "", "死亡"]]))
    done = run("deaths", file, "--division", "150522", "--json")
    answer = json.loads(done.stdout)
    assert done.exit_code == 1
    assert {key: answer[key] for key in ("rows", "matched_exact", "matched_scored", "findings")} == {
        "rows": 2, "matched_exact": 1, "matched_scored": 0, "findings": 1,
    }  # fmt: skip
    assert answer["seconds"] >= 0


@pytest.mark.django_db
@pytest.mark.parametrize("words", [("horoscopes",), ("deaths", "--exchange-key", "12")], ids=["source", "key"])
def test_what_cannot_be_compared_changes_nothing_and_ends_with_two(cast, folder, words):
    file = folder / "x.csv"
    file.write_bytes(csv_file([HEADER, ["某", "", "死亡"]]))
    assert run(words[0], file, *words[1:]).exit_code == 2


def test_a_department_makes_tokens_without_a_database(tmp_path):
    file, out = tmp_path / "in.csv", tmp_path / "out.parquet"
    file.write_bytes(csv_file([HEADER, ["某", "159901197001010031", "死亡"]]))
    done = subprocess.run(
        [sys.executable, "-m", "fupin", "tokens", "deaths", file, "-o", out, "--exchange-key", new_key(), "--json"],
        capture_output=True, text=True, check=False, timeout=400,
        env={"PATH": "/usr/bin:/bin", "FUPIN_DATA": str(tmp_path / "data"), "LANG": "C.UTF-8"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["rows"] == 1
    assert b"159901197001010031" not in out.read_bytes()
    assert not list((tmp_path / "data").glob("*.sqlite3"))

"""An import that is cancelled while it is read, or whose staged files are gone, writes nothing and says so."""

from __future__ import annotations

import csv
import shutil
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from bench.made_up import id_number
from fupin.core.imports import previewing, runs
from fupin.core.imports.models import ImportRun
from fupin.core.imports.rejecting import rejects_file
from fupin.core.refusals import Refused
from fupin.divisions.queries import tree
from fupin.registry.models import Household

pytestmark = pytest.mark.django_db


@pytest.fixture
def opened(tmp_path: Path) -> ImportRun:
    return open_file(tmp_path, {})


def open_file(tmp_path: Path, more: dict[str, str]) -> ImportRun:
    village = next(node for node in tree().subtree(tree().by_code("150522").id) if node.level == "village")
    row = {"行政村": village.code, "户主姓名": "宝音", "户主证件号": id_number(1, "19600101", 1), "合成数据": "是"}
    path = tmp_path / "户.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, {**row, **more})
        writer.writeheader()
        writer.writerow({**row, **more})
    return runs.open_run(
        ledger="households", files=[runs.Given(path, path.name)], by=None, on=date(2018, 12, 31), key="k"
    )


def cancel(run: ImportRun) -> None:
    runs.cancel(run=ImportRun.objects.get(pk=run.pk), by=None)


def is_thrown_away(run: ImportRun) -> bool:
    kept = ImportRun.objects.get(pk=run.pk)
    return kept.state == "cancelled" and not list(runs.folder_of(run).iterdir())


@pytest.mark.parametrize("phase", ["读取文件", "校验", "与登记册比对"])
def test_who_cancels_while_a_file_is_read_has_cancelled_it(opened: ImportRun, phase: str) -> None:
    def watch(_done: int, _total: int, said: str) -> None:
        if said == phase and ImportRun.objects.get(pk=opened.pk).state == "staging":
            cancel(opened)

    assert runs.stage(run=opened, by=None, progress=watch).state == "cancelled"
    assert is_thrown_away(opened)


def test_who_cancels_in_the_last_moment_has_cancelled_it_too(
    opened: ImportRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    summarise = previewing.summarise
    monkeypatch.setattr(previewing, "summarise", lambda *given: (summarise(*given), cancel(opened)))
    assert runs.stage(run=opened, by=None).state == "cancelled"
    assert is_thrown_away(opened)


def test_a_fault_of_an_import_that_nobody_cancelled_is_told(opened: ImportRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(previewing, "summarise", lambda *given: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        runs.stage(run=opened, by=None)


def test_an_import_whose_staged_files_are_gone_is_not_reported_as_done(opened: ImportRun) -> None:
    run = runs.accept(run=runs.stage(run=opened, by=None), by=None)
    shutil.rmtree(runs.folder_of(run))
    with pytest.raises(Refused, match="重新上传"):
        runs.merge(run=run, by=None)
    assert ImportRun.objects.get(pk=run.pk).state == "merging"
    assert Household.objects.count() == 0


def test_no_header_of_a_rejects_workbook_becomes_a_formula(tmp_path: Path) -> None:
    run = runs.stage(run=open_file(tmp_path, {"=1+1": "x", "耕地面积": "很多\x0b"}), by=None)
    target = tmp_path / "rejects.xlsx"
    assert rejects_file(run, target) == 1
    sheet = openpyxl.load_workbook(target).worksheets[0]
    assert {cell.value: cell.data_type for cell in sheet[1]}["=1+1"] == "s"

"""`fupin export` of the record types that are no households, persons or income."""

import pytest
from click.testing import CliRunner

from fupin.cli.exports import export
from fupin.cli.group import _explain
from fupin.core.models import AuditEntry
from fupin.core.refusals import Refused
from fupin.divisions.tests.test_ledger_files import carried, counts

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet"])
def test_any_record_type_is_exported_by_command_and_comes_back_unchanged(tmp_path, form):
    source, target = tmp_path / "v.csv", tmp_path / f"out.{form}"
    source.write_text("嘎查村,年度,总户数\n150522100200,2018,210\n150521100200,2018,100\n", encoding="utf-8")
    assert counts(carried("villages", source))[0] == 2
    told = CliRunner().invoke(export, ["villages", "-o", str(target), "--division", "150522"], standalone_mode=False)
    assert told.exception is None, told.exception
    assert "1 " in told.output
    assert counts(carried("villages", target)) == (0, 0, 1, 0)
    assert AuditEntry.objects.filter(act="villages.export", subject="ledger:villages").exists()


@pytest.mark.parametrize(
    "asked",
    [
        ["nothing"],
        ["villages", "--reveal"],
        ["villages", "--reveal", "--purpose", "核对", "--fields", "year"],
        ["calendar_days", "--division", "150522"],
    ],
)
def test_what_cannot_be_exported_is_said_and_nothing_is_written(tmp_path, asked):
    target = tmp_path / "out.csv"
    assert CliRunner().invoke(export, [*asked, "-o", str(target)]).exit_code == 2
    assert not target.exists()


def test_a_command_that_is_refused_as_a_whole_ends_with_2():
    assert _explain(Refused("用户名已有人使用")) == 2

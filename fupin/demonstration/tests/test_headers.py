"""The made-up files and the register's import read and write the same columns."""

import pytest

from fupin.registry import sheets
from fupin.synthetic.headers import LEDGERS


@pytest.mark.parametrize(
    ("ledger", "columns"), [("households", sheets.HOUSEHOLDS), ("persons", sheets.PERSONS), ("income", sheets.INCOME)]
)
def test_made_up_files_have_the_headers_of_the_template(ledger, columns):
    assert LEDGERS[ledger] == {column.name: column.label for column in columns}

"""Files of published figures from elsewhere: what is read, and what is told where something cannot be."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fupin.policy import published


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.yaml", "figures:\n- {id: a, period: 2018-12-31, value: 2}\n"),
        ("a.yaml", "\ufefffigures: [{id: a, period: '2018-12-31', value: 2}]"),
        ("a.json", '{\n\t"figures": [{"id": "a", "period": "2018-12-31", "value": 2}]\n}'),
        ("a.yaml", '{\n\t"figures": [\n\t{"id": "a", "period": "2018-12-31", "value": 2}]}'),
        ("a.txt", "{figures: [{id: a, period: 2018-12-31, value: 2}]}"),
    ],
)
def test_yaml_and_json_hold_the_same_figures_and_a_day_stays_as_written(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert published.read(tmp_path / name) == {"figures": [{"id": "a", "period": "2018-12-31", "value": 2}]}


def test_a_day_that_does_not_exist_is_no_fault_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("period: 2018-02-30", encoding="utf-8")
    assert published.read(tmp_path / "a.yaml") == {"period": "2018-02-30"}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.yaml", b"figures: [1, 2"), ("a.yaml", "贫困户".encode("gb18030")), ("a.json", b"figures: []"), ("a.json", b""),
        ("a.yaml", b"[" * 20_000), ("a.yaml", b"- [" * 20_000), ("a.yaml", b"!!python/object/apply:os.system ['true']"),
        ("a.yaml", b"\x00\x01"), ("a.json", b"[" * 200_000),
    ],
)  # fmt: skip
def test_what_is_neither_is_unreadable_and_says_where(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(published.Unreadable, match=r"\S"):
        published.read(tmp_path / name)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (1375, "1375"), ("1,375", "1375"), ("３，９７６", "3976"), (" 1.23 ", "1.23"), (0, "0"), (-2.5, "-2.5"), ("1e3", "1000"),
    ],
)  # fmt: skip
def test_numbers_are_read_as_offices_write_them(value: Any, number: str) -> None:
    assert published.number(value) == Decimal(number)


@pytest.mark.parametrize(
    "value", [None, True, "", "约2", "2%", "1-2", "1_000", [1], {}, float("inf"), "nan", "1e99", b"1"]
)
def test_what_is_no_number_is_none(value: Any) -> None:
    assert published.number(value) is None

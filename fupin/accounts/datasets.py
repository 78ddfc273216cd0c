"""Postings of information officers as figures speak of them."""

from __future__ import annotations

from fupin.accounts.models import Posting
from fupin.bulk.datasets import Dataset, Field, Type, source_of

SOURCES = (source_of(Posting, "posting", leave_out=["recorded_at"]),)
_ON_DAY = "t.valid_from <= $on AND (t.valid_to IS NULL OR t.valid_to > $on)"
_PLACES = {"place_id": ("嘎查村", "village"), "township_id": ("苏木乡镇", "township"), "banner_id": ("旗县", "banner"),
           "league_id": ("盟市", "league"), "region_id": ("自治区", "region")}  # fmt: skip

OFFICERS = Dataset(
    "officers", "信息员和网格员", "information officers",
    (
        Field("posting_id", "任职", Type.INTEGER, "posting"), Field("division_id", "区划", Type.INTEGER, "division"),
        *(Field(name, label, Type.INTEGER, english) for name, (label, english) in _PLACES.items()),
        Field("level", "层级", Type.CODE, "level", codes="division_level"),
        Field("role", "岗位角色", Type.TEXT, "role"), Field("duty", "职责", Type.TEXT, "duty"),
        Field("from_on", "自", Type.DATE, "from"),
    ),
    f"""
    SELECT t.id AS posting_id, t.division_id, {", ".join(f"p.{name}" for name in _PLACES)}, d.level, t.role, t.duty,
           t.valid_from AS from_on
    FROM posting t JOIN division d ON d.id = t.division_id JOIN {{places}} p ON p.id = t.division_id
    WHERE t.duty IN ('information', 'grid') AND {_ON_DAY}
    """,
    key="posting_id", division="division_id", needs=("places",),
)  # fmt: skip

DATASETS = (OFFICERS,)

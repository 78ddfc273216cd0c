"""What collection rounds tell of households, for rules: how many were visited on one day, whose head was found to be wrong."""

from __future__ import annotations

from fupin.bulk.datasets import Dataset, Field, Part, Type, source_of
from fupin.quality.campaigns.models import CollectionHousehold

_KEPT = ("id", "household_id", "state", "visited_on", "collected_by_id", "head_checked_on", "wrong_head")
MANY = 20
"""Visits on one day that are counted: a rule may ask from here on, and where there are fewer nothing is kept."""

SOURCES = (
    source_of(
        CollectionHousehold, "collection_household", keys={"household_id": "household"},
        leave_out=[one.column for one in CollectionHousehold._meta.concrete_fields if one.column not in _KEPT],
    ),
)  # fmt: skip
_VISITED = Field("visited_same_day", "同一采集人当日走访户数", Type.INTEGER, "households that the same officer visited on the day",
                 "household", stands_on=())  # fmt: skip
VISITS = Dataset(
    "visits", "当日走访多户的采集", "collections of days with many visits",
    (Field("household_id", "户", Type.INTEGER, "household"), _VISITED),
    f"""
    WITH visit AS (SELECT household_id, collected_by_id, visited_on FROM collection_household
                   WHERE state = 'collected' AND visited_on <= $on AND visited_on > $year_before),
    busy AS (SELECT collected_by_id, visited_on, count(DISTINCT household_id) AS households FROM visit
             GROUP BY collected_by_id, visited_on HAVING count(DISTINCT household_id) > {MANY})
    SELECT v.household_id, max(b.households) AS visited_same_day FROM visit v
    JOIN busy b ON b.collected_by_id = v.collected_by_id AND b.visited_on = v.visited_on GROUP BY v.household_id
    """,
    key="household_id", division="", tells="household_id", looked_up=("household_id", "collection_household", "household_id"),
)  # fmt: skip
DATASETS = (VISITS,)

PARTS = (
    Part(
        "households",
        (_VISITED, Field("head_found_wrong", "抽查发现户主姓名不符而未更正", Type.BOOLEAN, "head found wrong in a spot check and not mended",
                         stands_on=("head_name",))),
        "more.visited_same_day, coalesce(nullif(more.wrong_head, '') = own.head_name, FALSE) AS head_found_wrong",
        """SELECT c.household_id, max(v.visited_same_day) AS visited_same_day,
                  max(CASE WHEN c.head_checked_on = n.day THEN c.wrong_head END) AS wrong_head
           FROM collection_household c LEFT JOIN {visits} v ON v.household_id = c.household_id
           LEFT JOIN (SELECT household_id, max(head_checked_on) AS day FROM collection_household
                      WHERE head_checked_on <= $on GROUP BY household_id) n ON n.household_id = c.household_id
           GROUP BY c.household_id""",
        needs=("visits",),
    ),
)  # fmt: skip

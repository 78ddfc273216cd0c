"""Poverty banners and villages of which only the number is published, so that these figures open their list, too.

The 31 national poverty banners and the 8 of contiguous areas are shipped by name. Of the region's own 26 the public
announcement of 2018 names thirteen; the other thirteen and the 2,834 poverty villages are picked here and say so in
their document: no real place was ever named by it.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction

from fupin.core import audit
from fupin.divisions.models import Designation
from fupin.divisions.queries import tree
from fupin.divisions.tree import Node

SINCE, UNTIL = date(2012, 3, 19), date(2018, 7, 27)
NATIONAL, BANNER, VILLAGE = "national_poverty_banner", "regional_poverty_banner", "poverty_village"
NAMED = ("152201", "152522", "152523", "152528", "152530", "150981", "150625", "150824", "150821", "150826", "150822",
         "152921", "152922")  # fmt: skip
"""乌兰浩特、阿巴嘎、苏尼特左、镶黄、正蓝、丰镇、杭锦、乌拉特中、五原、杭锦后、磴口、阿拉善左、阿拉善右."""
ANNOUNCED = "内蒙古自治区人民政府公告（2018-07-27，13 个旗县市退出自治区贫困旗县）；起始日期为演示所设"
MADE_UP = "合成数据：为演示所设，并非真实认定"
REGIONAL, VILLAGES = 26, 2_834


def designate(*, by: Any, on: date) -> int:
    """Name 26 regional poverty banners and 2,834 poverty villages; returns how many. All in one go, with their trail."""
    today = tree()
    national = set(Designation.objects.filter(kind=NATIONAL, valid_from__lte=on).values_list("division_id", flat=True))
    named = [today.by_code(code) for code in NAMED]
    taken = national | {node.id for node in named}
    free = [n for n in today.below(today.root.id, "banner") if n.kind in ("banner", "county") and n.id not in taken]
    picked = sorted(free, key=lambda node: node.code)[: REGIONAL - len(named)]
    poor = [today.by_id(division) for division in national] + named + picked
    villages = _spread([village for node in poor for village in today.administrative_villages(node.id)], VILLAGES)
    rows = [_row(node, BANNER, ANNOUNCED, until=UNTIL) for node in named]
    rows += [_row(node, BANNER, MADE_UP) for node in picked] + [_row(node, VILLAGE, MADE_UP) for node in villages]
    with transaction.atomic():
        made = Designation.objects.bulk_create(rows, batch_size=500)
        audit.record_many(by=by, on=on, entries=[_entry(one) for one in made])
    return len(made)


def _row(node: Node, kind: str, document: str, *, until: date | None = None) -> Designation:
    return Designation(
        division_id=node.id, kind=kind, valid_from=SINCE, valid_to=until, document=document, source="import"
    )


def _entry(one: Designation) -> audit.Entry:
    detail = {"kind": [None, one.kind], "document": [None, one.document]}
    return audit.Entry("designations.create", f"designations:{one.pk}", one.division_id, detail)


def _spread(villages: list[Node], number: int) -> list[Node]:
    """So many of them, evenly over the order of their codes."""
    ordered = sorted(villages, key=lambda node: node.code)
    return [ordered[place * len(ordered) // number] for place in range(number)] if len(ordered) >= number else ordered

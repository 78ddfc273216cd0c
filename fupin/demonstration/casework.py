"""The villages in which households of the story exit by procedure, and the rounds of the banner in which they do.

In the first villages of the township where the cast works a year's exits are no rows of a file: their records of the year
come in, and then the office works, with every check, on the days of that time. The other villages' exits are taken over
with the year's file while the banner is in opening.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import polars as pl

from fupin.accounts import scopes
from fupin.accounts.models import Posting, User
from fupin.accounts.operations.postings import NewPosting, add_postings
from fupin.accounts.operations.users import NewUser, add_users
from fupin.core import clock
from fupin.demonstration import exits, yearly
from fupin.demonstration.story import FIRST_YEAR
from fupin.divisions.models import Division
from fupin.divisions.queries import tree
from fupin.procedures.exits.judging import judge_many
from fupin.procedures.rounds import operations as rounds
from fupin.procedures.rounds.operations import Opening
from fupin.registry.models import HouseholdCard
from fupin.registry.words import NOT_EXITED
from fupin.synthetic.headers import HOUSEHOLDS as H

OFFICERS = (("contact", "village_officer", "佟志刚", "包村干部"), ("team2", "village_team", "吴海龙", "联村驻村工作队"))
"""Two who serve all these villages: nobody is told their passwords."""
LOOKED_AT = 40
"""So many households are looked at for one that may be listed and stays."""
LISTED, CLOSED = (12, 20), (12, 31)
"""The days of a year on which its list of exits begins, and its round ends."""
_BEFORE = "已脱贫（往年）"
_GONE = ("新脱贫（当年脱贫）", _BEFORE)
_STATUS = tuple(H[name] for name in yearly.MOVED if name != "main_cause")


@dataclass(slots=True)
class Casework:
    """Who works where, and what has been done: by year the heads of those who are to exit,
    and of those who did."""

    crew: exits.Crew
    banner: int
    villages: dict[str, int]
    asked: dict[int, list[str]] = field(default_factory=dict)
    left: dict[int, list[str]] = field(default_factory=dict)
    _leavers: pl.DataFrame = field(default_factory=pl.DataFrame)

    def without_exits(self, rows: pl.DataFrame, year: int) -> pl.DataFrame:
        """A year's rows of households as they come in here: who exits this year does so by procedure, and who did so the
        year before is said to have exited in an earlier year, as the national register turns it at the year's end."""
        here = pl.col(H["village"]).is_in(list(self.villages))
        leaves = (here & pl.col(H["status"]).is_in(_GONE)).fill_null(False)
        leavers = rows.filter(leaves).select(yearly.HOUSEHOLD_KEYS)
        self.asked[year] = leavers[H["head_id"]].to_list()
        kept = rows.with_columns(pl.when(leaves).then(None).otherwise(pl.col(name)).alias(name) for name in _STATUS)
        before = pl.col(H["head_id"]).is_in(self.left.get(year - 1, []))
        status = pl.col(H["status"])
        kept = kept.with_columns(
            pl.when(before & status.is_null()).then(pl.lit(_BEFORE)).otherwise(status).alias(H["status"])
        )
        if year - 1 in self.left:
            silent = self._leavers.filter(before).join(rows, on=H["head_id"], how="anti")
            kept = pl.concat([kept, silent.with_columns(pl.lit(_BEFORE).alias(H["status"]))], how="diagonal")
        self._leavers = leavers
        return kept

    def able(self, homes: Mapping[int, str], year: int) -> list[str]:
        """The heads of those whom nothing holds back, once the visits of the year are written down.

        The plan of a made-up register lets some exit whom the procedure keeps in (who is in destitute support, say): their
        status is taken over with the file, as that of the other villages is.
        """
        began = date(year, *LISTED)
        with clock.living(began):
            exits.found_secured(list(homes), self.crew, began)
            judged = judge_many(homes, year, began)
        found = [head for pk, head in homes.items() if pk in judged and judged[pk].reaches]
        self.left[year] = found
        return found

    def work(self, year: int, leaving: Sequence[int]) -> int:
        """The year's exits, and beside them one household that the meeting of its village keeps in."""
        began = date(year, *LISTED)
        with clock.living(began):
            staying = self._staying(set(leaving), began)
        return exits.work(crew=self.crew, leaving=leaving, staying=staying, began=began)

    def _staying(self, leaving: set[int], on: date) -> list[int]:
        cards = HouseholdCard.objects.filter(village__in=self.villages.values(), status__in=NOT_EXITED)
        able = [pk for pk in cards.order_by("number").values_list("pk", flat=True)[:LOOKED_AT] if pk not in leaving]
        judged = judge_many(able, on.year, on)
        return [pk for pk in able if pk in judged and not judged[pk].held][:1]

    def begin_round(self, year: int) -> int:
        """The banner opens the year's round, from the end of the last one on."""
        on = date(year, *LISTED) - timedelta(days=10)
        with clock.living(on):
            opening = Opening(
                self.banner, year, f"{year} 年度扶贫对象动态管理", date(year - 1, 12, 31), date(year, 12, 28),
                date(year, *CLOSED), "【演示】合成数据",
            )  # fmt: skip
            row = rounds.open_round(opening=opening, by=self.crew.first, on=on)
            rounds.step(pk=row.pk, act="collect", by=self.crew.first, on=on)
        return row.pk

    def end_round(self, pk: int, year: int) -> None:
        """It is compared by the officer who opened it and closed by another, once its table adds up."""
        on = date(year, *CLOSED)
        with clock.living(on):
            rounds.step(pk=pk, act="compare", by=self.crew.first, on=on)
            rounds.step(pk=pk, act="close", by=self.crew.second, on=on)


def prepare(division: str, codes: Sequence[str]) -> Casework | None:
    """The villages with these codes in the cast's township, with two officers of their own; None where there is none."""
    people = {user.username: user for user in User.objects.filter(username__in=("banner", "banner2", "township"))}
    posting = Posting.objects.filter(user__username="township").first()
    banner = tree().by_code(division.ljust(12, "0"))
    if posting is None or len(people) < 3 or banner.level != "banner":
        return None
    villages = [one for one in tree().administrative_villages(posting.division_id) if one.code in codes]
    if not villages:
        return None
    village, team = _enlist([one.id for one in villages])
    crew = exits.Crew(village, team, people["township"], people["banner"], people["banner2"])
    return Casework(crew, banner.id, {one.code: one.id for one in villages})


def _enlist(villages: Sequence[int]) -> tuple[User, User]:
    """An officer and a member of a resident team, each posted to all of these villages."""
    on, places = date(FIRST_YEAR, 1, 1), Division.objects.in_bulk(list(villages))
    first = places[villages[0]]
    news = [NewUser(name, role, first, called, duty) for name, role, called, duty in OFFICERS]
    made = [one.user for one in add_users(news=news, by=scopes.SYSTEM, on=on)]
    add_postings(by=scopes.SYSTEM, on=on, news=[
        NewPosting(user, role, places[pk], duty)
        for user, (_name, role, _called, duty) in zip(made, OFFICERS, strict=True) for pk in villages[1:]
    ])  # fmt: skip
    return made[0], made[1]

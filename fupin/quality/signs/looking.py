"""Looking for signs village by village: counts set-wise over the extract, then each count against chance.

Three signs in the incomes of the last account year: more households just above the line than just below, last digits
that are not spread evenly, first digits that do not follow Benford. All tests of a run are held together to one
stated rate of false discoveries.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from fupin.bulk.extracts import Extract
from fupin.bulk.steps import Steps
from fupin.divisions.tree import Node
from fupin.quality.signs import chance
from fupin.rulebook.conditions import setting

_DIGITS = range(10)
_COLUMNS = {"league": "league_id", "banner": "banner_id", "township": "township_id", "village": "place_id"}


@dataclass(frozen=True, slots=True)
class Village:
    """What was counted in a village. `rest_above` and `rest_near` are those of the banner's other villages."""

    village: int
    incomes: int
    above: int
    near: int
    rest_above: int
    rest_near: int
    last: tuple[int, ...]
    first: tuple[int, ...]
    least_fen: int
    most_fen: int


@dataclass(frozen=True, slots=True)
class Sign:
    """A clue: what was counted, the statistic, how likely that is by chance, and the rate of false clues in the run."""

    kind: str
    village: int
    statistic: float
    chance: float
    counts: tuple[int, ...]
    rate: float


@dataclass(frozen=True, slots=True)
class Limits:
    """The parameters of a run: see `policy/parameters/quality/sign_*.yaml`."""

    line_fen: int | None
    band_fen: int
    least_incomes: int
    rate: float
    least_ratio: int


def limits(on: date, node: Node | None = None) -> Limits:
    """What holds on a day, of the division that is looked at."""
    place = node.id if node is not None else None

    def value(name: str) -> float:
        return float(setting(name, on, place))

    line = setting("lines.poverty_line", on, place)
    return Limits(
        int(line) if line is not None else None, int(value("quality.sign_band")), int(value("quality.sign_least_incomes")),
        value("quality.sign_false_discoveries") / 100, int(value("quality.sign_least_ratio")),
    )  # fmt: skip


def look(extract: Extract, on: date, steps: Steps, *, node: Node | None = None) -> list[Sign]:
    """The signs of a division or everywhere, by village; a village with too few incomes is not tested."""
    held = limits(on, node)
    return judge(counted(extract.relation("households", on), steps, held, node=node), held)


def counted(relation: str, steps: Steps, held: Limits, *, node: Node | None = None) -> list[Village]:
    """One pass over the households: what each village's tests need, with those of its banner beside them."""
    line = held.line_fen if held.line_fen is not None else -1
    near = f"per_head_fen >= {line - held.band_fen} AND per_head_fen < {line + held.band_fen} AND {line} > 0"
    whole = "per_head_fen // 100"
    last = ", ".join(f"count(*) FILTER (WHERE {whole} % 10 = {digit}) AS l{digit}" for digit in _DIGITS)
    first = ", ".join(
        f"count(*) FILTER (WHERE substr(CAST({whole} AS VARCHAR), 1, 1) = '{digit}') AS f{digit}"
        for digit in _DIGITS[1:]
    )
    steps.table("sign_villages", f"""
        SELECT place_id, any_value(banner_id) AS banner_id, any_value(township_id) AS township_id,
               any_value(league_id) AS league_id, count(*) AS incomes,
               count(*) FILTER (WHERE {near} AND per_head_fen >= {line}) AS above, count(*) FILTER (WHERE {near}) AS near,
               min(per_head_fen) AS least_fen, max(per_head_fen) AS most_fen, {last}, {first}
        FROM {relation} r WHERE per_head_fen >= 100 AND place_id IS NOT NULL GROUP BY place_id""")  # fmt: skip
    place = f"WHERE {_COLUMNS[node.level]} = {node.id}" if node is not None and node.level in _COLUMNS else ""
    digits = ", ".join([f"l{digit}" for digit in _DIGITS] + [f"f{digit}" for digit in _DIGITS[1:]])
    rows = steps.rows(f"""
        SELECT place_id, incomes, above, near, whole_above - above, whole_near - near, least_fen, most_fen, {digits}
        FROM (SELECT *, sum(above) OVER (PARTITION BY banner_id) AS whole_above,
                     sum(near) OVER (PARTITION BY banner_id) AS whole_near FROM sign_villages) {place} ORDER BY place_id""")  # fmt: skip
    steps.drop(["sign_villages"])
    return [
        Village(
            row[0],
            row[1],
            row[2],
            row[3],
            int(row[4]),
            int(row[5]),
            tuple(row[8:18]),
            tuple(row[18:27]),
            row[6],
            row[7],
        )
        for row in rows
    ]


def judge(villages: Sequence[Village], held: Limits) -> list[Sign]:
    """Every test of every village, and of them the ones that count at the stated rate."""
    tests = [test for village in villages for test in _tests(village, held)]
    counts = chance.discoveries([test.chance for test in tests], held.rate)
    return [test for test, is_sign in zip(tests, counts, strict=True) if is_sign]


def _tests(one: Village, held: Limits) -> Iterator[Sign]:
    if one.incomes < held.least_incomes:
        return
    if one.near:
        # Where the density rises at the line there are more above than below without anybody's doing: the banner tells.
        share = max(0.5, one.rest_above / one.rest_near if one.rest_near else 0.5)
        likely = chance.at_least(one.above, one.near, share)
        yield Sign("heaping", one.village, one.above / one.near, likely, (one.above, one.near - one.above), held.rate)
    even = chance.chi_square(one.last, [0.1] * 10)
    yield Sign("last_digit", one.village, even, chance.chi_square_beyond(even, 9), one.last, held.rate)
    if one.most_fen >= held.least_ratio * one.least_fen:
        deviation = chance.mean_absolute_deviation(one.first)
        likely = chance.chi_square_beyond(chance.chi_square(one.first, chance.BENFORD), 8)
        # A village whose digits conform stays among the tests, or those left would be the unlikely ones by choice.
        likely = likely if chance.conformity(deviation) == "none" else 1.0
        yield Sign("first_digit", one.village, deviation, likely, one.first, held.rate)

"""How likely numbers like these are by chance alone. Formulas and sources: docs/algorithms/signs.md."""

from __future__ import annotations

from collections.abc import Sequence
from math import erfc, exp, lgamma, log, log1p, log10, sqrt

_MOST_STEPS = 10_000
_EXACT_ENOUGH = 1e-15
BENFORD = tuple(log10(1 + 1 / digit) for digit in range(1, 10))
"""The shares of first digits 1 to 9 (Benford 1938)."""
CONFORMITY = ((0.006, "close"), (0.012, "acceptable"), (0.015, "marginal"))
"""Nigrini's bands of the mean absolute deviation of first digits (2012, table 7.1); above the last one: none."""


def at_least(successes: int, trials: int, share: float) -> float:
    """The exact binomial chance of that many successes or more, each trial having this share."""
    if successes <= 0:
        return 1.0
    if share <= 0 or share >= 1:
        return 1.0 if share >= 1 else 0.0
    terms = (
        lgamma(trials + 1) - lgamma(k + 1) - lgamma(trials - k + 1) + k * log(share) + (trials - k) * log1p(-share)
        for k in range(successes, trials + 1)
    )
    return min(1.0, sum(exp(one) for one in terms))


def more_than_others(successes: int, trials: int, others: int, of: int) -> float:
    """Fisher's exact chance that of all successes so many or more fall to these trials, if they rise as often as the
    others (`others` successes in `of` trials). How few the others are is counted in; none of them tell nothing."""
    total, every = successes + others, trials + of
    fewest, most = max(successes, total - of), min(trials, total)
    if fewest <= max(0, total - of):
        return 1.0
    whole = _ways(every, trials)
    return min(
        1.0, sum(exp(_ways(total, k) + _ways(every - total, trials - k) - whole) for k in range(fewest, most + 1))
    )


def _ways(every: int, drawn: int) -> float:
    """The logarithm of the number of ways to draw so many."""
    return lgamma(every + 1) - lgamma(drawn + 1) - lgamma(every - drawn + 1)


def chi_square(counts: Sequence[int], shares: Sequence[float]) -> float:
    """Pearson's statistic of counts against expected shares."""
    total = sum(counts)
    return sum((count - total * share) ** 2 / (total * share) for count, share in zip(counts, shares, strict=True))


def chi_square_beyond(statistic: float, degrees: int) -> float:
    """The chance of a chi-square of that many degrees of freedom beyond the statistic: Q(k/2, x/2)."""
    a, x = degrees / 2, statistic / 2
    if x <= 0:
        return 1.0
    scale = exp(a * log(x) - x - lgamma(a))
    return max(0.0, 1 - scale * _series(a, x)) if x < a + 1 else min(1.0, scale * _fraction(a, x))


def _series(a: float, x: float) -> float:
    """The lower incomplete gamma function as a power series, without its scale."""
    term = total = 1 / a
    for step in range(1, _MOST_STEPS):
        term *= x / (a + step)
        total += term
        if term < total * _EXACT_ENOUGH:
            break
    return total


def _fraction(a: float, x: float) -> float:
    """The upper incomplete gamma function as a continued fraction (Lentz), without its scale."""
    b = x + 1 - a
    c, d = 1e300, 1 / b
    found = d
    for step in range(1, _MOST_STEPS):
        an = -step * (step - a)
        b += 2
        d = 1 / (an * d + b)
        c = b + an / c
        found *= c * d
        if abs(c * d - 1) < _EXACT_ENOUGH:
            break
    return found


def mean_absolute_deviation(counts: Sequence[int], shares: Sequence[float] = BENFORD) -> float:
    """Nigrini's MAD: the mean distance of the shares that were counted from those expected."""
    total = sum(counts)
    return sum(abs(count / total - share) for count, share in zip(counts, shares, strict=True)) / len(shares)


def conformity(deviation: float) -> str:
    """The band of a mean absolute deviation: close, acceptable, marginal or none."""
    return next((name for most, name in CONFORMITY if deviation <= most), "none")


def normal_beyond(deviate: float) -> float:
    """The chance of a normal deviate as far from nought on either side."""
    return erfc(abs(deviate) / sqrt(2))


def adjusted(chances: Sequence[float]) -> list[float]:
    """The q-value of each test: the smallest rate of false discoveries at which it counts (Benjamini and Hochberg)."""
    order = sorted(range(len(chances)), key=chances.__getitem__)
    found, least = [1.0] * len(chances), 1.0
    for rank in range(len(order), 0, -1):
        least = min(least, chances[order[rank - 1]] * len(chances) / rank)
        found[order[rank - 1]] = least
    return found


def discoveries(chances: Sequence[float], rate: float) -> list[bool]:
    """Which of many tests count when at most this share of what is found may be false (Benjamini and Hochberg 1995)."""
    return [one <= rate for one in adjusted(chances)]

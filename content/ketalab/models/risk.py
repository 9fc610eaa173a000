"""Compare the risk of an event in two groups: difference, ratio and number needed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from numbers import Integral
from typing import Literal

Interval = tuple[float, float]

_ALPHA = 0.05  # every interval of the course is a 95% interval


@dataclass(frozen=True, slots=True)
class RoundedNumberNeeded:
    """A number needed as it is shown: whole people, every value rounded up.

    ``value`` and both ends of ``interval`` are people (int); ``direction`` is as in
    `NumberNeeded`.
    """

    direction: Literal["harm", "benefit"]
    value: int
    interval: tuple[int, int]


@dataclass(frozen=True, slots=True)
class NumberNeeded:
    """How many people are treated for one event more (harm) or one event fewer (benefit).

    ``value`` is 1/|RD| and ``interval`` (low, high) holds the reciprocals of the ends of the
    interval of RD, in people, unrounded.
    """

    direction: Literal["harm", "benefit"]
    value: float
    interval: Interval

    def rounded(self) -> RoundedNumberNeeded:
        """Return the same in whole people, rounded up."""
        low, high = self.interval
        return RoundedNumberNeeded(
            self.direction, _round_up(self.value), (_round_up(low), _round_up(high))
        )


@dataclass(frozen=True, slots=True)
class RiskComparison:
    """What two groups of counts say when they are set side by side.

    Risks, differences and ratios are plain fractions (0.41 is 41 of 100); an interval is
    (low, high) at 95%.

    treated_risk, control_risk: events / n, from 0 to 1.
    risk_difference, risk_difference_interval: treated minus control, from -1 to 1.
    risk_ratio, risk_ratio_interval: treated over control; both None when the log interval
        cannot be estimated, because an arm has no event or because everyone in both arms has
        one. A ratio is never given without its interval.
    number_needed: None unless the interval of the risk difference excludes zero.
    """

    treated_risk: float
    control_risk: float
    risk_difference: float
    risk_difference_interval: Interval
    risk_ratio: float | None
    risk_ratio_interval: Interval | None
    number_needed: NumberNeeded | None


def compare_proportions(
    treated_events: int, treated_n: int, control_events: int, control_n: int
) -> RiskComparison:
    """Compare two independent proportions.

    Arguments are whole numbers of people (or of whatever unit was counted):
    0 <= events <= n and n >= 1 in each arm. The arms are taken to hold different people; for a
    crossover trial the intervals are an approximation, and whoever shows them must say so.

    Risk difference RD = p1 - p2, with the 95% interval of Newcombe's method 10 (a square-and-add
    hybrid of the two Wilson intervals l..u, no continuity correction):
        low  = RD - sqrt((p1 - l1)^2 + (u2 - p2)^2)
        high = RD + sqrt((u1 - p1)^2 + (p2 - l2)^2)
    Source: Newcombe RG. Stat Med 1998;17:873-890.
    Risk ratio RR = p1 / p2, with the 95% interval on the log scale:
        exp(ln RR -+ z sqrt((1 - p1)/x1 + (1 - p2)/x2)), x the events.
    Source: Katz D, Baptista J, Azen SP, Pike MC. Biometrics 1978;34:469-474.
    Number needed = 1 / |RD|, given only when the interval of RD excludes zero.

    Raises ValueError, naming the argument, when a count is not a whole number, is negative,
    exceeds its denominator, or when a denominator is zero.
    """
    treated_events, treated_n = _checked("treated_events", treated_events, "treated_n", treated_n)
    control_events, control_n = _checked("control_events", control_events, "control_n", control_n)

    treated = Fraction(treated_events, treated_n)
    control = Fraction(control_events, control_n)
    # Fractions keep 3/10 - 1/10 at exactly 1/5, so that its reciprocal is 5 and not 5.000000001.
    difference = float(treated - control)

    counts = (treated_events, treated_n, control_events, control_n)
    difference_interval = _interval(*counts, compare="diff", method="newcomb")
    ratio: float | None = None
    ratio_interval: Interval | None = None
    if treated_events and control_events and not (treated == 1 and control == 1):
        ratio = float(treated / control)
        ratio_interval = _interval(*counts, compare="ratio", method="log")

    return RiskComparison(
        treated_risk=float(treated),
        control_risk=float(control),
        risk_difference=difference,
        risk_difference_interval=difference_interval,
        risk_ratio=ratio,
        risk_ratio_interval=ratio_interval,
        number_needed=_number_needed(difference, difference_interval),
    )


def proportion_interval(events: int, n: int) -> Interval:
    """Return the 95% Wilson score interval (low, high) of events / n, as fractions.

    Source: Wilson EB. J Am Stat Assoc 1927;22:209-212 (method 3 in Newcombe RG. Stat Med
    1998;17:857-872). Raises ValueError, naming the argument, as `compare_proportions` does.
    """
    events, n = _checked("events", events, "n", n)
    # statsmodels brings pandas and SciPy with it, so it waits until a number is asked for.
    from statsmodels.stats.proportion import proportion_confint

    low, high = proportion_confint(events, n, alpha=_ALPHA, method="wilson")
    # The formula meets 0 and 1 there; floating point lands a hair beside them.
    return 0.0 if events == 0 else float(low), 1.0 if events == n else float(high)


def _interval(
    treated_events: int,
    treated_n: int,
    control_events: int,
    control_n: int,
    *,
    compare: Literal["diff", "ratio"],
    method: Literal["newcomb", "log"],
) -> Interval:
    from statsmodels.stats.proportion import confint_proportions_2indep

    low, high = confint_proportions_2indep(
        treated_events,
        treated_n,
        control_events,
        control_n,
        method=method,
        compare=compare,
        alpha=_ALPHA,
        correction=False,
    )
    return float(low), float(high)


def _number_needed(difference: float, interval: Interval) -> NumberNeeded | None:
    low, high = interval
    if low <= 0 <= high:
        return None
    near, far = sorted((abs(low), abs(high)))
    return NumberNeeded(
        direction="harm" if difference > 0 else "benefit",
        value=1 / abs(difference),
        interval=(1 / far, 1 / near),
    )


def _round_up(value: float) -> int:
    # A reciprocal that is whole may stand a rounding error above itself.
    return math.ceil(round(value, 9))


def _checked(events_name: str, events: int, n_name: str, n: int) -> tuple[int, int]:
    for name, value in ((events_name, events), (n_name, n)):
        if isinstance(value, bool) or not isinstance(value, Integral):
            raise ValueError(f"{name} must be a whole number, got {value!r}")
        if value < 0:
            raise ValueError(f"{name} must not be negative, got {value}")
    if n == 0:
        raise ValueError(f"{n_name} must be at least 1, got 0")
    if events > n:
        raise ValueError(f"{events_name} must not exceed {n_name}, got {events} of {n}")
    return int(events), int(n)

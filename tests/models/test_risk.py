"""The comparison of two proportions, against published and independent figures."""

from __future__ import annotations

import math
import subprocess
import sys
from fractions import Fraction
from statistics import NormalDist

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ketalab.models.risk import NumberNeeded, compare_proportions, proportion_interval

Z = NormalDist().inv_cdf(0.975)


def wilson(events: int, n: int) -> tuple[float, float]:
    """Wilson's interval, straight from its definition."""
    p = events / n
    centre = (p + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z / (1 + Z**2 / n) * math.sqrt(p * (1 - p) / n + Z**2 / (4 * n**2))
    return centre - half, centre + half


def newcombe(x1: int, n1: int, x2: int, n2: int) -> tuple[float, float]:
    """Newcombe's method 10, straight from its definition."""
    p1, p2 = x1 / n1, x2 / n2
    (l1, u1), (l2, u2) = wilson(x1, n1), wilson(x2, n2)
    difference = p1 - p2
    return (
        difference - math.hypot(p1 - l1, u2 - p2),
        difference + math.hypot(u1 - p1, p2 - l2),
    )


@st.composite
def arms(draw: st.DrawFn) -> tuple[int, int, int, int]:
    n1, n2 = draw(st.integers(1, 2000)), draw(st.integers(1, 2000))
    return draw(st.integers(0, n1)), n1, draw(st.integers(0, n2)), n2


def test_newcombes_own_worked_example() -> None:
    result = compare_proportions(56, 70, 48, 80)
    assert result.risk_difference == 0.2
    assert result.risk_difference_interval == pytest.approx((0.0524, 0.3339), abs=5e-5)


# Newcombe 1998, table II, method 10: the awkward cases, with zero cells.
@pytest.mark.parametrize(
    ("counts", "interval"),
    [
        ((9, 10, 3, 10), (0.1705, 0.8090)),
        ((10, 10, 0, 20), (0.6791, 1.0000)),
        ((10, 10, 0, 10), (0.6075, 1.0000)),
        ((5, 56, 0, 29), (-0.0381, 0.1926)),
        ((0, 10, 0, 20), (-0.1611, 0.2775)),
    ],
)
def test_newcombes_other_examples(
    counts: tuple[int, int, int, int], interval: tuple[float, float]
) -> None:
    assert compare_proportions(*counts).risk_difference_interval == pytest.approx(
        interval, abs=5e-5
    )


@given(arms())
@settings(deadline=None)
def test_the_interval_is_method_10(counts: tuple[int, int, int, int]) -> None:
    result = compare_proportions(*counts)
    assert result.risk_difference_interval == pytest.approx(newcombe(*counts), abs=1e-9)
    low, high = result.risk_difference_interval
    assert -1 - 1e-12 <= low <= result.risk_difference <= high <= 1 + 1e-12


@given(arms())
@settings(deadline=None)
def test_swapping_the_arms_turns_the_difference_round(counts: tuple[int, int, int, int]) -> None:
    result, swapped = compare_proportions(*counts), compare_proportions(*counts[2:], *counts[:2])
    low, high = result.risk_difference_interval
    assert swapped.risk_difference == -result.risk_difference
    assert swapped.risk_difference_interval == pytest.approx((-high, -low), abs=1e-12)
    assert (swapped.number_needed is None) == (result.number_needed is None)


@given(arms())
@settings(deadline=None)
def test_a_number_needed_is_given_only_when_zero_is_excluded(
    counts: tuple[int, int, int, int],
) -> None:
    result = compare_proportions(*counts)
    low, high = result.risk_difference_interval
    assert (result.number_needed is None) == (low <= 0 <= high)
    if result.number_needed is not None:
        assert result.number_needed.direction == ("harm" if low > 0 else "benefit")
        near, far = result.number_needed.interval
        assert 0 < near <= result.number_needed.value <= far


@given(arms())
@settings(deadline=None)
def test_the_ratio_is_on_the_log_scale_and_comes_with_its_interval(
    counts: tuple[int, int, int, int],
) -> None:
    result = compare_proportions(*counts)
    x1, n1, x2, n2 = counts
    if x1 == 0 or x2 == 0 or (x1 == n1 and x2 == n2):
        assert result.risk_ratio is None
        assert result.risk_ratio_interval is None
    else:
        assert result.risk_ratio == float(Fraction(x1, n1) / Fraction(x2, n2))
        spread = Z * math.sqrt(1 / x1 - 1 / n1 + 1 / x2 - 1 / n2)
        expected = (result.risk_ratio * math.exp(-spread), result.risk_ratio * math.exp(spread))
        assert result.risk_ratio_interval == pytest.approx(expected, rel=1e-9)


def test_numbers_needed_are_rounded_up() -> None:
    needed = compare_proportions(142, 346, 21, 222).number_needed
    assert needed is not None
    assert needed.direction == "harm"
    assert needed.value == pytest.approx(3.1665, abs=5e-5)
    assert needed.rounded().value == 4
    assert needed.rounded().interval == (3, 5)


def test_a_whole_number_needed_stays_whole() -> None:
    # 3/10 - 1/10 is 0.19999999999999998 in floating point, and 1/0.2 is 5.
    needed = compare_proportions(300, 1000, 100, 1000).number_needed
    assert needed is not None
    assert needed.value == 5
    assert needed.rounded().value == 5
    assert NumberNeeded("harm", 5.000000000000001, (4.0, 6.2)).rounded().value == 5
    assert NumberNeeded("harm", 5.001, (4.0, 6.2)).rounded().value == 6


@given(arms())
@settings(deadline=None)
def test_wilson(counts: tuple[int, int, int, int]) -> None:
    events, n = counts[:2]
    low, high = proportion_interval(events, n)
    assert (low, high) == pytest.approx(wilson(events, n), abs=1e-9)
    assert 0 <= low <= events / n <= high <= 1
    assert (low == 0) == (events == 0)
    assert (high == 1) == (events == n)


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ((-1, 10, 1, 10), "treated_events must not be negative, got -1"),
        ((11, 10, 1, 10), "treated_events must not exceed treated_n, got 11 of 10"),
        ((1, 10, 11, 10), "control_events must not exceed control_n, got 11 of 10"),
        ((0, 0, 1, 10), "treated_n must be at least 1, got 0"),
        ((1, 10, 0, 0), "control_n must be at least 1, got 0"),
        ((1, 10, 1, -5), "control_n must not be negative, got -5"),
        ((1.5, 10, 1, 10), "treated_events must be a whole number, got 1.5"),
        ((1, 10, 1, math.nan), "control_n must be a whole number, got nan"),
        ((1, 10, "1", 10), "control_events must be a whole number, got '1'"),
        ((True, 10, 1, 10), "treated_events must be a whole number, got True"),
        ((1, 10, None, 10), "control_events must be a whole number, got None"),
    ],
)
def test_impossible_counts_are_refused_by_name(
    counts: tuple[int, int, int, int], message: str
) -> None:
    with pytest.raises(ValueError) as refusal:  # noqa: PT011 - the whole message is compared
        compare_proportions(*counts)
    assert str(refusal.value) == message


def test_proportion_interval_refuses_by_name() -> None:
    with pytest.raises(ValueError, match=r"^events must not exceed n, got 3 of 2$"):
        proportion_interval(3, 2)


def test_numpy_counts_are_whole_numbers() -> None:
    counts = (142, 346, 21, 222)
    assert compare_proportions(*numpy.array(counts)) == compare_proportions(*counts)


def test_importing_the_model_is_quick() -> None:
    code = (
        "import sys, ketalab.models.risk; "
        "sys.exit(any(name in sys.modules for name in ('statsmodels', 'pandas', 'scipy')))"
    )
    subprocess.run([sys.executable, "-c", code], check=True)

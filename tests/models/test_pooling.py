"""Pooling of several studies, against published and independent figures."""

from __future__ import annotations

import math
import random
import subprocess
import sys
from statistics import NormalDist

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ketalab.models.pooling import (
    leave_one_out,
    pool_effects,
    power_of_two_proportions,
    standard_error_from_interval,
)

Z = NormalDist().inv_cdf(0.975)
METHODS = ("dersimonian-laird", "paule-mandel")

# Colditz 1994, the 13 trials of BCG against tuberculosis as the R package metafor prints them
# (dat.bcg): cases and others among the vaccinated, cases and others among the controls.
BCG = [
    (4, 119, 11, 128),
    (6, 300, 29, 274),
    (3, 228, 11, 209),
    (62, 13536, 248, 12619),
    (33, 5036, 47, 5761),
    (180, 1361, 372, 1079),
    (8, 2537, 10, 619),
    (505, 87886, 499, 87892),
    (29, 7470, 45, 7232),
    (17, 1699, 65, 1600),
    (186, 50448, 141, 27197),
    (5, 2493, 3, 2338),
    (27, 16886, 29, 17825),
]
BCG_LOG_RR = [math.log(a / (a + b) / (c / (c + d))) for a, b, c, d in BCG]
BCG_SE = [math.sqrt(1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)) for a, b, c, d in BCG]

# Paule and Mandel's estimator in Kacker 2004, table 1: nine laboratories.
LABORATORIES = [61.00, 61.40, 62.21, 62.30, 62.34, 62.60, 62.70, 62.84, 65.90]
LABORATORIES_VARIANCE = [0.2025, 1.2100, 0.0900, 0.2025, 0.3844, 0.5625, 0.0676, 0.0225, 1.8225]
LABORATORIES_SE = [math.sqrt(v) for v in LABORATORIES_VARIANCE]


def inverse_variance(y: list[float], v: list[float]) -> tuple[float, float]:
    """The pooled effect and its standard error, straight from the definition."""
    total = math.fsum(1 / x for x in v)
    return math.fsum(a / x for a, x in zip(y, v, strict=True)) / total, 1 / math.sqrt(total)


def q_of(y: list[float], v: list[float]) -> float:
    mean, _ = inverse_variance(y, v)
    return math.fsum((a - mean) ** 2 / x for a, x in zip(y, v, strict=True))


def dersimonian_laird(y: list[float], v: list[float]) -> float:
    w = [1 / x for x in v]
    scale = math.fsum(w) - math.fsum(x * x for x in w) / math.fsum(w)
    return max(0.0, (q_of(y, v) - (len(y) - 1)) / scale)


@st.composite
def studies(draw: st.DrawFn, least: int = 2) -> tuple[list[float], list[float]]:
    k = draw(st.integers(least, 12))
    effects = st.lists(st.floats(-20, 20), min_size=k, max_size=k)
    errors = st.lists(st.floats(0.05, 5), min_size=k, max_size=k)
    return draw(effects), draw(errors)


def test_bcg_as_metafor_and_stata_give_it() -> None:
    # metafor's own check of rma() against Stata's metan, to the four decimals it prints.
    result = pool_effects(BCG_LOG_RR, BCG_SE)
    assert result.fixed.effect == pytest.approx(-0.4303, abs=5e-5)
    assert result.fixed.interval == pytest.approx((-0.5097, -0.3509), abs=5e-5)
    assert result.random.effect == pytest.approx(-0.7141, abs=5e-5)
    assert result.random.interval == pytest.approx((-1.0644, -0.3638), abs=5e-5)
    assert result.random.effect / result.random.standard_error == pytest.approx(-3.9952, abs=5e-5)
    assert result.heterogeneity.q == pytest.approx(152.2330, abs=5e-5)
    assert result.heterogeneity.degrees_of_freedom == 12
    assert result.heterogeneity.i2 == pytest.approx(0.921173, abs=5e-7)
    assert result.heterogeneity.tau2 == pytest.approx(0.3088, abs=5e-5)


def test_laboratories_as_kacker_and_metafor_give_them() -> None:
    # Kacker 2004 prints tau to four decimals; metafor's figures stand in statsmodels' own tests.
    result = pool_effects(LABORATORIES, LABORATORIES_SE, tau2_method="paule-mandel")
    assert math.sqrt(result.heterogeneity.tau2) == pytest.approx(0.8399, abs=6e-5)
    assert result.heterogeneity.tau2 == pytest.approx(0.705395309224248, abs=1e-9)
    assert result.random.effect == pytest.approx(62.4076199113286, abs=1e-9)
    assert result.random.standard_error == pytest.approx(0.338030602684471, abs=1e-9)
    assert result.random.interval == pytest.approx((61.7450921043947, 63.0701477182625), abs=1e-9)

    result = pool_effects(LABORATORIES, LABORATORIES_SE)
    assert result.heterogeneity.tau2 == pytest.approx(0.288049246973751, abs=1e-9)
    assert result.heterogeneity.q == pytest.approx(24.801897741835, abs=1e-9)
    assert result.heterogeneity.p_value == pytest.approx(0.00167935146372742, abs=1e-12)
    assert result.heterogeneity.i2 == pytest.approx(0.67744403741711, abs=1e-10)
    assert result.random.interval == pytest.approx((61.9084781058787, 62.8717991030221), abs=1e-9)
    assert result.fixed.effect == pytest.approx(62.5833970939982, abs=1e-9)
    assert result.fixed.interval == pytest.approx((62.3720233953344, 62.7947707926621), abs=1e-9)


def test_published_prediction_interval() -> None:
    # The R package pimeta, Higgins' interval for the ten studies of Riley 2011: mean -0.3340597,
    # tau^2 0.02824971, and a 95% interval from -0.5068 to -0.1613 made with t, 9 df (2.262157).
    # Ten studies of one precision, made to have that mean, tau^2 and standard error, must have
    # that prediction interval: with equal variances v, SE^2 = (v + tau^2) / 10.
    mean, tau2, error = -0.3340597, 0.02824971, (0.5068 - 0.1613) / 2 / 2.262157
    spread = math.sqrt(0.9 * 10 * error**2)
    effects = [mean - spread, mean + spread] * 5
    result = pool_effects(effects, [math.sqrt(10 * error**2 - tau2)] * 10)
    assert result.heterogeneity.tau2 == pytest.approx(tau2, rel=1e-9)
    assert result.random.standard_error == pytest.approx(error, rel=1e-9)
    # The ends of their interval are rounded to four decimals, and so is what follows from them.
    assert result.prediction_interval == pytest.approx((-0.7597777, 0.09165839), abs=6e-5)


def test_two_studies_predict_nothing() -> None:
    assert pool_effects([0.0, 5.0], [1.0, 1.0]).prediction_interval is None
    assert pool_effects([0.0, 5.0, 1.0], [1.0, 1.0, 1.0]).prediction_interval is not None


@given(studies())
@settings(deadline=None)
def test_the_definitions(given_studies: tuple[list[float], list[float]]) -> None:
    y, se = given_studies
    v = [x * x for x in se]
    result = pool_effects(y, se)
    assert (result.fixed.effect, result.fixed.standard_error) == pytest.approx(
        inverse_variance(y, v), rel=1e-9, abs=1e-9
    )
    q, tau2, df = q_of(y, v), dersimonian_laird(y, v), len(y) - 1
    assert result.heterogeneity.q == pytest.approx(q, rel=1e-9, abs=1e-9)
    assert result.heterogeneity.tau2 == pytest.approx(tau2, rel=1e-7, abs=1e-9)
    assert result.heterogeneity.i2 == pytest.approx(max(0, 1 - df / q) if q else 0, abs=1e-9)
    assert (result.random.effect, result.random.standard_error) == pytest.approx(
        inverse_variance(y, [x + tau2 for x in v]), rel=1e-7, abs=1e-7
    )
    for pooled in (result.fixed, result.random):
        half = Z * pooled.standard_error
        assert pooled.interval == pytest.approx((pooled.effect - half, pooled.effect + half))
        assert math.fsum(pooled.weights) == pytest.approx(1)
        assert len(pooled.weights) == len(y)


@given(studies())
@settings(deadline=None)
def test_paule_and_mandels_tau2_solves_its_equation(
    given_studies: tuple[list[float], list[float]],
) -> None:
    y, se = given_studies
    tau2 = pool_effects(y, se, tau2_method="paule-mandel").heterogeneity.tau2
    total = q_of(y, [x * x + tau2 for x in se])
    if tau2 > 0:
        assert total == pytest.approx(len(y) - 1, rel=1e-6)
    else:
        assert total <= (len(y) - 1) * (1 + 1e-9)


@pytest.mark.parametrize("method", METHODS)
@given(studies(), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_order_of_the_studies_does_not_matter(
    method: str, given_studies: tuple[list[float], list[float]], shuffler: random.Random
) -> None:
    y, se = given_studies
    order = list(range(len(y)))
    shuffler.shuffle(order)
    one = pool_effects(y, se, tau2_method=method)
    two = pool_effects([y[i] for i in order], [se[i] for i in order], tau2_method=method)
    assert two.random.effect == pytest.approx(one.random.effect, rel=1e-7, abs=1e-7)
    assert two.random.standard_error == pytest.approx(one.random.standard_error, rel=1e-7)
    assert two.heterogeneity.q == pytest.approx(one.heterogeneity.q, rel=1e-9, abs=1e-9)
    assert two.random.weights == pytest.approx([one.random.weights[i] for i in order], abs=1e-7)


@pytest.mark.parametrize("method", METHODS)
@given(studies(least=3), st.floats(1e-6, 1e6), st.floats(-100, 100), st.sampled_from([-1, 1]))
@settings(deadline=None)
def test_a_change_of_unit_changes_only_the_unit(
    method: str,
    given_studies: tuple[list[float], list[float]],
    scale: float,
    shift: float,
    sign: int,
) -> None:
    y, se = given_studies
    one = pool_effects(y, se, tau2_method=method)
    two = pool_effects(
        [sign * scale * (x + shift) for x in y], [scale * x for x in se], tau2_method=method
    )
    near = {"rel": 1e-6, "abs": 1e-6 * scale}
    assert two.fixed.effect == pytest.approx(sign * scale * (one.fixed.effect + shift), **near)
    assert two.random.effect == pytest.approx(sign * scale * (one.random.effect + shift), **near)
    assert two.heterogeneity.tau2 == pytest.approx(
        scale**2 * one.heterogeneity.tau2, rel=1e-6, abs=1e-6 * scale**2
    )
    assert two.heterogeneity.i2 == pytest.approx(one.heterogeneity.i2, abs=1e-6)
    ends = sorted(sign * scale * (end + shift) for end in one.prediction_interval)
    assert two.prediction_interval == pytest.approx(ends, **near)


@pytest.mark.parametrize("method", METHODS)
@given(st.floats(-1e6, 1e6), st.lists(st.floats(1e-3, 1e3), min_size=2, max_size=12))
@settings(deadline=None)
def test_studies_that_agree_have_no_heterogeneity(
    method: str, effect: float, se: list[float]
) -> None:
    result = pool_effects([effect] * len(se), se, tau2_method=method)
    assert result.heterogeneity.q == 0
    assert result.heterogeneity.i2 == 0
    assert result.heterogeneity.tau2 == 0
    assert result.heterogeneity.p_value == 1
    assert result.fixed.effect == effect


@pytest.mark.parametrize("method", METHODS)
@given(studies(least=3))
@settings(deadline=None)
def test_fixed_and_random_part_only_when_studies_differ(
    method: str, given_studies: tuple[list[float], list[float]]
) -> None:
    result = pool_effects(*given_studies, tau2_method=method)
    if result.heterogeneity.tau2 == 0:
        assert result.random == result.fixed
    else:
        assert result.random.standard_error > result.fixed.standard_error * (1 - 1e-12)
    # A new study is never surer than the mean of them all.
    assert result.prediction_interval[0] < result.random.interval[0]
    assert result.prediction_interval[1] > result.random.interval[1]


def test_leave_one_out() -> None:
    results = leave_one_out(BCG_LOG_RR, BCG_SE, tau2_method="paule-mandel")
    assert len(results) == len(BCG)
    for i, result in enumerate(results):
        y, se = BCG_LOG_RR[:i] + BCG_LOG_RR[i + 1 :], BCG_SE[:i] + BCG_SE[i + 1 :]
        assert result == pool_effects(y, se, tau2_method="paule-mandel")
    assert len({result.random.effect for result in results}) == len(BCG)


def test_statsmodels_iteration_that_falls_back_to_0_is_not_followed() -> None:
    draw = numpy.random.default_rng(1)
    for _ in range(300):
        se = draw.uniform(0.3, 3, 6)
        y = draw.normal(0, numpy.sqrt(se**2 + 5))
        heterogeneity = pool_effects(y, se, tau2_method="paule-mandel").heterogeneity
        assert (heterogeneity.tau2 > 0) == (heterogeneity.q > 5)


def test_studies_far_more_precise_than_they_agree_are_pooled_too() -> None:
    # Then the root is the sample variance but for rounding, and may seem to lie beyond it.
    y = [-2.89, -3.62]
    tau2 = pool_effects(y, [1e-12, 1e-12], tau2_method="paule-mandel").heterogeneity.tau2
    assert tau2 == pytest.approx((y[0] - y[1]) ** 2 / 2)


@given(st.floats(-50, 50), st.floats(0.01, 20))
@settings(deadline=None)
def test_standard_error_comes_back_from_its_interval(effect: float, se: float) -> None:
    assert standard_error_from_interval(effect - Z * se, effect + Z * se) == pytest.approx(se)


def test_power_as_r_gives_it() -> None:
    # The examples of R's power.prop.test: power 0.740 for 50 in each arm, 90% for 76.7.
    assert power_of_two_proportions(0.75, 0.50, 50, 50) == pytest.approx(0.740, abs=5e-4)
    assert power_of_two_proportions(0.75, 0.50, 76.7, 76.7) == pytest.approx(0.90, abs=5e-4)


@given(st.floats(0.05, 0.95), st.floats(0.05, 0.95), st.integers(10, 2000), st.integers(10, 2000))
@settings(deadline=None)
def test_power_is_its_formula(p1: float, p2: float, n1: int, n2: int) -> None:
    p = (n1 * p1 + n2 * p2) / (n1 + n2)
    s0 = math.sqrt(p * (1 - p) * (1 / n1 + 1 / n2))
    s1 = math.sqrt(p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2)
    phi = NormalDist().cdf
    expected = phi((p1 - p2 - Z * s0) / s1) + phi((p2 - p1 - Z * s0) / s1)
    power = power_of_two_proportions(p1, p2, n1, n2)
    assert power == pytest.approx(expected, abs=1e-9)
    assert power == pytest.approx(power_of_two_proportions(p2, p1, n2, n1), abs=1e-9)
    assert power_of_two_proportions(p1, p1, n1, n2) == pytest.approx(0.05, abs=1e-9)


@pytest.mark.parametrize(
    ("effects", "errors", "message"),
    [
        ([1, math.nan], [1, 1], "effects must be finite, got [1.0, nan]"),
        ([1, 2], [1, math.inf], "standard_errors must be finite, got [1.0, inf]"),
        ([1, 2], [1, 0], "standard_errors must be above 0, got 0.0"),
        ([1, 2], [1, -1], "standard_errors must be above 0, got -1.0"),
        ([1, 2], [1, 1, 1], "standard_errors must have as many values as effects, got 3 and 2"),
        ([1], [1], "effects must hold at least 2 studies, got 1"),
        ([], [], "effects must hold at least 2 studies, got 0"),
        ([[1, 2]], [1, 1], "effects must be one-dimensional, got shape (1, 2)"),
        (["one", 2], [1, 1], "effects must be numbers, got ['one', 2]"),
        (
            [1e200, -1e200],
            [1e-100, 1e-100],
            "effects and standard_errors span too wide a range of magnitudes to be pooled",
        ),
    ],
)
@pytest.mark.parametrize("method", METHODS)
def test_impossible_studies_are_refused_by_name(
    effects: list, errors: list, message: str, method: str
) -> None:
    with pytest.raises(ValueError) as refusal:  # noqa: PT011 - the whole message is compared
        pool_effects(effects, errors, tau2_method=method)
    assert str(refusal.value) == message


def test_the_rest_is_refused_by_name_too() -> None:
    with pytest.raises(ValueError, match=r"^effects must hold at least 3 studies, got 2$"):
        leave_one_out([1, 2], [1, 1])
    with pytest.raises(ValueError, match=r"^tau2_method must be one of .*, got 'reml'$"):
        pool_effects([1, 2], [1, 1], tau2_method="reml")
    with pytest.raises(ValueError, match=r"^high must be above low, got 2\.0 to 1\.0$"):
        standard_error_from_interval(2, 1)
    with pytest.raises(ValueError, match=r"^low must be a finite number, got nan$"):
        standard_error_from_interval(math.nan, 1)
    with pytest.raises(ValueError, match=r"^high must be a finite number, got True$"):
        standard_error_from_interval(0.5, True)
    with pytest.raises(ValueError, match=r"^low must be a finite number, got '0\.5'$"):
        standard_error_from_interval("0.5", 1)
    with pytest.raises(ValueError, match=r"^treated_risk must be strictly between 0 and 1"):
        power_of_two_proportions(1, 0.5, 50, 50)
    with pytest.raises(ValueError, match=r"^control_risk must be a finite number, got nan$"):
        power_of_two_proportions(0.5, math.nan, 50, 50)
    with pytest.raises(ValueError, match=r"^control_n must be above 0, got 0\.0$"):
        power_of_two_proportions(0.5, 0.4, 50, 0)


def test_importing_the_model_is_quick() -> None:
    code = (
        "import sys, ketalab.models.pooling; "
        "sys.exit(any(name in sys.modules for name in ('statsmodels', 'pandas', 'scipy')))"
    )
    subprocess.run([sys.executable, "-c", code], check=True)

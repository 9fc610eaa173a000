"""Effect against concentration and against time: its laws, its limits and a stiff solver."""

from __future__ import annotations

import math
import re
from itertools import count

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from ketalab.models.effect import (
    concentration_for_fraction,
    effect_compartment,
    fraction_of_maximum,
    inhibitory_emax,
    linear_effect,
    mixture_of_responders,
    offset_time,
    onset_time,
    position_in_range,
    rate_constant,
    sigmoid_emax,
)
from ketalab.models.kinetics import Bolus, Infusion, Mammillary, concentration, effect_site

THREE = Mammillary(75.0, [10.0, 30.0, 150.0], [90.0, 60.0])

# No subnormal numbers: their own rounding is not what is tested.
concentrations = st.just(0.0) | st.floats(1e-9, 1e6)
positive = st.floats(1e-3, 1e3)
hills = st.floats(0.2, 10)
shares = st.floats(1e-6, 1 - 1e-6)


# Effect against concentration


@given(c=concentrations, more=st.floats(0, 1e6), c50=positive, hill=hills)
def test_the_fraction_is_bounded_and_rises(c, more, c50, hill) -> None:
    low, high = fraction_of_maximum([c, c + more], c50, hill)
    assert 0 <= low <= high <= 1


@given(c=positive, c50=positive, hill=hills)
def test_the_fraction_is_the_equation(c, c50, hill) -> None:
    plain = 1 / (1 + (c50 / c) ** hill)
    assert fraction_of_maximum(c, c50, hill) == pytest.approx(plain, rel=1e-12)


@given(c50=positive, hill=hills)
def test_half_of_the_effect_is_at_c50_and_none_at_zero(c50, hill) -> None:
    assert fraction_of_maximum([0.0, c50], c50, hill).tolist() == [0.0, 0.5]


@given(share=shares, c50=positive, hill=hills)
def test_the_inverse_gives_the_fraction_back(share, c50, hill) -> None:
    back = fraction_of_maximum(concentration_for_fraction(share, c50, hill), c50, hill)
    assert back == pytest.approx(share, rel=1e-9)
    assert concentration_for_fraction(0.0, c50, hill) == 0


@given(c=concentrations, c50=positive, hill=hills, factor=positive)
def test_the_unit_of_concentration_does_not_matter(c, c50, hill, factor) -> None:
    other = fraction_of_maximum(c * factor, c50 * factor, hill)
    assert fraction_of_maximum(c, c50, hill) == pytest.approx(other, rel=1e-10, abs=1e-300)


def test_a_steep_curve_does_not_overflow() -> None:
    assert fraction_of_maximum([1e-200, 1e200], 1.0, 50.0).tolist() == [0.0, 1.0]


@given(c=concentrations, c50=positive, hill=hills, baseline=st.floats(0, 10), taken=st.floats(0, 1))
def test_the_inhibitory_curve_is_the_rising_one_upside_down(c, c50, hill, baseline, taken) -> None:
    fallen = inhibitory_emax(c, c50, hill, baseline=baseline, removed=taken)
    risen = sigmoid_emax(c, c50, hill, baseline=baseline, maximum=-baseline * taken)
    assert fallen == pytest.approx(risen, abs=1e-12)
    assert baseline * (1 - taken) - 1e-12 <= fallen <= baseline


def test_curves_run_between_their_ends() -> None:
    ends = [0.0, 1e12]
    assert sigmoid_emax(ends, 2.0, baseline=3.0, maximum=4.0) == pytest.approx([3, 7])
    assert inhibitory_emax(ends, 2.0, baseline=5.0, removed=0.9) == pytest.approx([5, 0.5])
    assert linear_effect([0.0, 10.0], -0.2, baseline=1.0) == pytest.approx([1, -1])


def test_shapes_broadcast() -> None:
    doses, patients = np.linspace(0, 5, 4), np.array([[1.0], [2.0], [3.0]])
    got = fraction_of_maximum(doses, patients)
    assert got.shape == (3, 4)
    assert got[1, 2] == fraction_of_maximum(doses[2], 2.0)


@given(low=st.floats(0, 100), width=positive, share=st.floats(0, 1))
def test_position_runs_from_0_to_1(low, width, share) -> None:
    got = position_in_range([low, low + share * width, low + width], low, low + width)
    assert got[[0, 2]].tolist() == [0, 1]
    assert got[1] == pytest.approx(share, abs=1e-9)


@pytest.mark.parametrize("outside", [49.9, 200.1])
def test_there_is_no_position_outside_the_range(outside: float) -> None:
    with pytest.raises(ValueError, match=rf"^concentration .* 50 to 200, got {outside}"):
        position_in_range([100.0, outside], 50.0, 200.0)


# The effect compartment


def solved(times, course, ke0, start) -> np.ndarray:
    """Ce by a stiff solver, one straight piece after the other."""
    site = [start]
    for i in range(len(times) - 1):
        width, first, last = times[i + 1] - times[i], course[i], course[i + 1]
        answer = solve_ivp(
            lambda t, y, w=width, a=first, b=last: ke0 * (a + (b - a) * t / w - y),
            (0, width),
            [site[-1]],
            method="LSODA",
            rtol=1e-11,
            atol=1e-13,
        )
        assert answer.success
        site.append(answer.y[0, -1])
    return np.array(site)


@pytest.mark.parametrize("seed", range(8))
def test_a_stiff_solver_agrees_on_straight_pieces(seed: int) -> None:
    rng = np.random.default_rng(seed)
    times = np.cumsum(rng.exponential(1.0, 25)) - 3
    course, ke0, start = rng.uniform(0, 50, 25), 10 ** rng.uniform(-3, 2), rng.uniform(0, 50)
    got = effect_compartment(times, course, ke0, start=start)
    assert got.shape == (1, 25)
    wanted = solved(times, course, ke0, start)
    assert np.abs(got[0] - wanted).max() <= 1e-8 * wanted.max()


@given(z=st.floats(-9, 2.5).map(lambda e: 10**e))
@settings(max_examples=300)
def test_the_step_loses_no_digits(z: float) -> None:
    # After a straight rise from 0 to 1 in one step, the site holds b = 1 - (1 - e^-z) / z.
    (got,) = effect_compartment([0.0, 1.0], [0.0, 1.0], z)[:, 1]
    series, term = 0.0, 1.0
    if z < 1:
        for k in range(1, 30):
            term *= -z / (k + 1) if k > 1 else z / 2
            series += term
    exact = series if z < 1 else 1 - (1 - math.exp(-z)) / z
    assert got == pytest.approx(exact, rel=1e-13)


def test_a_constant_concentration_is_approached_by_half_in_each_half_time() -> None:
    times = np.arange(6) * 3.0
    got = effect_compartment(times, np.full(6, 8.0), rate_constant(3.0))[0]
    assert got == pytest.approx(8 * (1 - 0.5 ** np.arange(6)), rel=1e-13)


def test_a_curved_course_is_within_the_stated_error() -> None:
    # After the end of an infusion the course is smooth; the true site is known exactly.
    ke0 = 5.0
    regimen = [Infusion(0, 1, 100)]
    errors = []
    for points in (41, 81, 161):
        times = np.linspace(1.0, 5.0, points)
        course = concentration(THREE, regimen, times)
        exact = effect_site(THREE, ke0, regimen, times)
        got = effect_compartment(times, course, ke0, start=exact[0, 0])
        fine = np.linspace(1.0, 5.0, 20_001)
        smooth = concentration(THREE, regimen, fine)[0]
        bend = np.abs(np.diff(smooth, 2)).max() / (fine[1] - fine[0]) ** 2
        errors.append(np.abs(got - exact).max())
        assert errors[-1] <= (times[1] - times[0]) ** 2 / 8 * bend
    # Half the step, a quarter of the error.
    assert errors[0] / errors[1] == pytest.approx(4, rel=0.15)
    assert errors[1] / errors[2] == pytest.approx(4, rel=0.15)


def test_a_jump_costs_what_is_stated_and_nothing_with_a_time_before_it() -> None:
    ke0, bolus = 5.0, [Bolus(1.0, 100)]
    jump = concentration(THREE, bolus, [1.0]).item()
    after = np.linspace(1.0, 3.0, 4001)
    exact = effect_site(THREE, ke0, bolus, after)[0]
    for before, allowed in ((0.9, 0.1 * jump * ke0 / 2), (1 - 1e-9, 1e-4 * jump)):
        times = np.array([0.0, before, *after])
        got = effect_compartment(times, concentration(THREE, bolus, times), ke0)[0]
        assert np.abs(got[2:] - exact).max() <= allowed


@given(seed=st.integers(0, 2**32 - 1), factor=st.floats(0, 50))
@settings(deadline=None, max_examples=50)
def test_courses_superpose_scale_shift_and_stay_within_their_bounds(seed, factor) -> None:
    rng = np.random.default_rng(seed)
    times = np.cumsum(rng.exponential(1.0, 30))
    one, two = rng.uniform(0, 9, (2, 30))
    ke0 = 10 ** rng.uniform(-3, 2)
    both = effect_compartment(times, one + factor * two, ke0, start=factor)
    parts = effect_compartment(times, one, ke0) + factor * effect_compartment(
        times, two, ke0, start=1.0
    )
    assert both == pytest.approx(parts, rel=1e-9, abs=1e-12)
    later = effect_compartment(times + 7, one + factor * two, ke0, start=factor)
    assert later == pytest.approx(both, rel=1e-9, abs=1e-12)
    site = effect_compartment(times, one, ke0, start=one[0])
    assert (one.min() - 1e-12 <= site).all()
    assert (site <= one.max() + 1e-12).all()


def test_a_fast_site_is_the_blood_and_an_empty_one_stays_empty() -> None:
    times = np.linspace(0, 4, 50)
    course = 3 + np.sin(times)
    assert effect_compartment(times, course, 1e9)[0, 1:] == pytest.approx(course[1:], rel=1e-6)
    assert not effect_compartment(times, np.zeros(50), 2.0).any()


def test_patients_are_each_their_own() -> None:
    rng = np.random.default_rng(2)
    times, course = np.linspace(0, 5, 40), rng.uniform(0, 5, (3, 40))
    ke0, start = rng.uniform(0.1, 5, 3), rng.uniform(0, 5, 3)
    together = effect_compartment(times, course, ke0, start=start)
    assert together.shape == (3, 40)
    for i in range(3):
        alone = effect_compartment(times, course[i], ke0[i], start=start[i])
        assert together[i] == pytest.approx(alone[0], rel=1e-14)
    # One course shared by patients with rates of their own.
    shared = effect_compartment(times, course[0], ke0)
    assert shared[2] == pytest.approx(effect_compartment(times, course[0], ke0[2])[0], rel=1e-14)


# Onset and offset


@given(
    share=st.floats(0.01, 0.99), excess=st.floats(1.01, 100), c50=positive, half=positive, h=hills
)
def test_onset_is_when_the_site_gets_there(share, excess, c50, half, h) -> None:
    given_c = concentration_for_fraction(share, c50, h) * excess
    at = onset_time(share, given_c, c50, half, h)
    site = effect_compartment([0.0, at], [given_c, given_c], rate_constant(half))[0, -1]
    assert fraction_of_maximum(site, c50, h) == pytest.approx(share, rel=1e-6)


def test_too_little_drug_never_gets_there() -> None:
    assert onset_time([0.5, 0.6, 0.4], 10.0, 10.0, 3.0).tolist() == [
        math.inf,
        math.inf,
        pytest.approx(-3 * math.log2(1 - 2 / 3)),
    ]
    assert onset_time([0.0, 0.1], 0.0, 10.0, 3.0).tolist() == [0.0, math.inf]


@given(now=shares, fall=st.floats(0.01, 1), half=positive, h=hills, c50=positive)
def test_offset_is_when_the_site_has_emptied_so_far(now, fall, half, h, c50) -> None:
    then = now * fall
    after = offset_time(now, then, half, h)
    assert after >= 0
    left = concentration_for_fraction(now, c50, h) * 0.5 ** (after / half)
    assert fraction_of_maximum(left, c50, h) == pytest.approx(then, rel=1e-6)


def test_relief_near_its_largest_outlasts_the_half_time() -> None:
    # From 0.9 to 0.45 takes longer than one half-time; from 0.002 to 0.001 just one.
    assert offset_time(0.9, 0.45, 1.0) == pytest.approx(math.log2(9 * 0.55 / 0.45))
    assert offset_time(0.002, 0.001, 1.0) == pytest.approx(1, rel=2e-3)
    assert offset_time(0.3, 0.3, 1.0) == 0


# Groups


@given(effect=st.floats(-100, 100), p=st.floats(0, 1))
def test_a_mixture_is_its_two_kinds_of_people(effect, p) -> None:
    mean, sd = mixture_of_responders(effect, p)
    assert mean == pytest.approx(p * effect, abs=1e-12)
    spread = p * (effect - mean) ** 2 + (1 - p) * mean**2
    assert sd**2 == pytest.approx(spread, rel=1e-9, abs=1e-12)


def test_a_mixture_agrees_with_drawn_people() -> None:
    drawn = np.where(np.random.default_rng(1).random(200_000) < 0.67, 3.0, 0.0)
    mean, sd = mixture_of_responders(3.0, 0.67)
    assert mean == pytest.approx(drawn.mean(), rel=0.01)
    assert sd == pytest.approx(drawn.std(), rel=0.01)


# Bad input


@pytest.mark.parametrize("bad", [-1.0, math.nan, math.inf, [], "much", None, [1.0, -1.0]])
@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("concentration", lambda x: fraction_of_maximum(x, 1.0)),
        ("c50", lambda x: fraction_of_maximum(1.0, x)),
        ("hill", lambda x: fraction_of_maximum(1.0, 1.0, x)),
        ("fraction", lambda x: concentration_for_fraction(x, 1.0)),
        ("c50", lambda x: concentration_for_fraction(0.5, x)),
        ("hill", lambda x: concentration_for_fraction(0.5, 1.0, x)),
        ("c50", lambda x: sigmoid_emax(1.0, x)),
        ("ic50", lambda x: inhibitory_emax(1.0, x)),
        ("baseline", lambda x: inhibitory_emax(1.0, 1.0, baseline=x)),
        ("removed", lambda x: inhibitory_emax(1.0, 1.0, removed=x)),
        ("concentration", lambda x: linear_effect(x, 1.0)),
        ("concentration", lambda x: position_in_range(x, 0.0, 1.0)),
        ("low", lambda x: position_in_range(1.0, x, 5.0)),
        ("high", lambda x: position_in_range(1.0, 0.0, x)),
        ("half_time", rate_constant),
        ("concentration", lambda x: effect_compartment([0.0, 1.0], x, 1.0)),
        ("ke0_per_h", lambda x: effect_compartment([0.0, 1.0], [1.0, 1.0], x)),
        ("start", lambda x: effect_compartment([0.0, 1.0], [1.0, 1.0], 1.0, start=x)),
        ("fraction", lambda x: onset_time(x, 1.0, 1.0, 1.0)),
        ("concentration", lambda x: onset_time(0.5, x, 1.0, 1.0)),
        ("half_time", lambda x: onset_time(0.5, 1.0, 1.0, x)),
        ("fraction_now", lambda x: offset_time(x, 0.1, 1.0)),
        ("fraction_then", lambda x: offset_time(0.5, x, 1.0)),
        ("hill", lambda x: offset_time(0.5, 0.1, 1.0, x)),
        ("probability", lambda x: mixture_of_responders(1.0, x)),
    ],
    ids=count(),
)
def test_a_bad_number_is_named(name, call, bad) -> None:
    with pytest.raises(ValueError, match=f"^{name} "):
        call(bad)


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("c50", lambda: fraction_of_maximum(1.0, 0.0)),
        ("hill", lambda: fraction_of_maximum(1.0, 1.0, 0.0)),
        ("half_time", lambda: rate_constant(0.0)),
        ("ke0_per_h", lambda: effect_compartment([0.0], [1.0], 0.0)),
        ("fraction", lambda: concentration_for_fraction(1.0, 1.0)),
        ("fraction_now", lambda: offset_time(1.0, 0.5, 1.0)),
        ("fraction_then", lambda: offset_time(0.5, 0.0, 1.0)),
        ("fraction_then", lambda: offset_time(0.5, 0.6, 1.0)),
        ("removed", lambda: inhibitory_emax(1.0, 1.0, removed=1.1)),
        ("probability", lambda: mixture_of_responders(1.0, 1.1)),
        ("maximum", lambda: sigmoid_emax(1.0, 1.0, maximum=math.nan)),
        ("baseline", lambda: sigmoid_emax(1.0, 1.0, baseline=math.inf)),
        ("slope", lambda: linear_effect(1.0, math.nan)),
        ("baseline", lambda: linear_effect(1.0, 1.0, baseline=math.nan)),
        ("effect", lambda: mixture_of_responders(math.nan, 0.5)),
        ("high", lambda: position_in_range(1.0, 2.0, 2.0)),
        ("low", lambda: position_in_range(1.0, [0.0, 1.0], 2.0)),
        ("times_h", lambda: effect_compartment([], [], 1.0)),
        ("times_h", lambda: effect_compartment([[0.0, 1.0]], [1.0, 1.0], 1.0)),
        ("times_h", lambda: effect_compartment([0.0, 0.0], [1.0, 1.0], 1.0)),
        ("times_h", lambda: effect_compartment([1.0, 0.0], [1.0, 1.0], 1.0)),
        ("times_h", lambda: effect_compartment([0.0, math.nan], [1.0, 1.0], 1.0)),
        ("concentration", lambda: effect_compartment([0.0, 1.0], [1.0], 1.0)),
        ("concentration", lambda: effect_compartment([0.0, 1.0], np.ones((2, 2, 2)), 1.0)),
        ("ke0_per_h", lambda: effect_compartment([0.0, 1.0], np.ones((2, 2)), [1.0] * 3)),
        ("ke0_per_h", lambda: effect_compartment([0.0, 1.0], np.ones((2, 2)), [[1.0], [1.0]])),
        ("start", lambda: effect_compartment([0.0, 1.0], np.ones((2, 2)), 1.0, start=[1.0] * 3)),
        ("shapes", lambda: fraction_of_maximum([1.0, 2.0], [1.0, 2.0, 3.0])),
        ("shapes", lambda: onset_time([0.1, 0.2], [1.0, 2.0, 3.0], 1.0, 1.0)),
    ],
    ids=count(),
)
def test_what_does_not_fit_is_named(name, call) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(name)} "):
        call()

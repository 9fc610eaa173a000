"""Steady state and the fall after an infusion, against a stiff solver and the laws they obey."""

from __future__ import annotations

import math
from itertools import count

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from ketalab.evidence.pharmacology import benchmarks, pk_models
from ketalab.models import infusions
from ketalab.models.infusions import (
    area_under_curve,
    context_sensitive_decrement_time_h,
    context_sensitive_half_time_h,
    decrement_time_after_constant_rate_h,
    fraction_of_steady_state,
    half_lives_h,
    steady_state_concentration,
    steady_state_volume_l,
    terminal_volume_l,
    time_to_fraction_of_steady_state_h,
)
from ketalab.models.kinetics import Infusion, Mammillary, concentration

ONE = Mammillary(60.0, [150.0])
TWO = Mammillary(80.0, [40.0, 160.0], [120.0])
THREE = Mammillary(75.0, [10.0, 30.0, 150.0], [90.0, 60.0])
MODELS = [ONE, TWO, THREE]
DURATIONS = [0.1, 2 / 3, 4.0, 24.0, 400.0]


def random_model(rng: np.random.Generator, patients: int | None = None) -> Mammillary:
    n = int(rng.integers(1, 4))

    def draw(*shape: int) -> np.ndarray:
        return rng.uniform(5, 200, shape if patients is None else (*shape, patients))

    return Mammillary(draw(), draw(n), draw(n - 1))


def rates_of(model: Mammillary) -> np.ndarray:
    """dC/dt = M C, straight from the definition of a mammillary model."""
    clearance = model.clearance_l_per_h[0]
    volumes, exchange = model.volumes_l[:, 0], model.intercompartmental_l_per_h[:, 0]
    matrix = np.zeros((volumes.size, volumes.size))
    matrix[0, 0] = -(clearance + exchange.sum()) / volumes[0]
    for i, q in enumerate(exchange, start=1):
        matrix[0, i], matrix[i, 0], matrix[i, i] = q / volumes[0], q / volumes[i], -q / volumes[i]
    return matrix


def integrate(matrix, inflow, span, state, **options):
    answer = solve_ivp(
        lambda _, y: matrix @ y + inflow,
        (0, span),
        state,
        method="Radau",
        rtol=1e-10,
        atol=1e-13,
        jac=lambda *_: matrix,
        **options,
    )
    assert answer.success
    return answer


def time_of_fall(matrix, state, fall: float) -> float:
    """When the solver sees the central concentration cross its mark, with nothing given."""
    mark = (1 - fall) * state[0]

    def crossing(_, y):
        return y[0] - mark

    crossing.terminal = True
    return integrate(matrix, 0.0, 1e4, state, events=crossing).t_events[0][0]


@pytest.mark.parametrize("seed", range(8))
def test_a_stiff_solver_sees_the_same_fall(seed: int) -> None:
    rng = np.random.default_rng(seed)
    model, duration, fall = random_model(rng), rng.uniform(0.05, 12), rng.uniform(0.05, 0.95)
    matrix = rates_of(model)
    size = len(matrix)

    held = matrix.copy()
    held[0] = 0.0  # an ideal pump keeps the central concentration where it is
    state = integrate(held, 0.0, duration, np.eye(size)[0]).y[:, -1]
    exact = context_sensitive_decrement_time_h(model, [duration], fall).item()
    assert exact == pytest.approx(time_of_fall(matrix, state, fall), rel=1e-7)

    state = integrate(matrix, np.eye(size)[0], duration, np.zeros(size)).y[:, -1]
    exact = decrement_time_after_constant_rate_h(model, [duration], fall).item()
    assert exact == pytest.approx(time_of_fall(matrix, state, fall), rel=1e-7)


@pytest.mark.parametrize("seed", range(4))
def test_a_stiff_solver_sees_the_same_rise(seed: int) -> None:
    rng = np.random.default_rng(seed)
    model = random_model(rng)
    matrix = rates_of(model)
    level = steady_state_concentration(model, 30.0).item()
    inflow = np.eye(len(matrix))[0] * 30 / model.volumes_l[0, 0]
    times = np.array([0.2, 1.0, 5.0, 20.0])
    seen = integrate(matrix, inflow, 20, np.zeros(len(matrix)), t_eval=times).y[0]
    assert level * fraction_of_steady_state(model, times)[0] == pytest.approx(seen, rel=1e-8)
    found = time_to_fraction_of_steady_state_h(model, 0.8)
    assert fraction_of_steady_state(model, found).item() == pytest.approx(0.8, rel=1e-12)


def test_one_compartment_is_the_textbook_formula() -> None:
    k = 60 / 150
    half_time = math.log(2) / k
    assert half_lives_h(ONE) == pytest.approx(half_time)
    assert context_sensitive_half_time_h(ONE, DURATIONS) == pytest.approx(half_time)
    assert decrement_time_after_constant_rate_h(ONE, DURATIONS) == pytest.approx(half_time)
    assert time_to_fraction_of_steady_state_h(ONE, 0.9) == pytest.approx(math.log(10) / k)
    assert steady_state_volume_l(ONE) == pytest.approx(150)
    assert terminal_volume_l(ONE) == pytest.approx(150)


def test_the_fall_is_the_one_the_concentrations_show() -> None:
    for duration in DURATIONS:
        wait = decrement_time_after_constant_rate_h(THREE, [duration], 0.7).item()
        ends = [duration, duration + wait]
        at_stop, later = concentration(THREE, [Infusion(0, duration, 50)], ends)[0]
        assert later / at_stop == pytest.approx(0.3, rel=1e-10)


@pytest.mark.parametrize("model", MODELS)
def test_volumes_and_area_from_the_exponentials_are_those_of_the_model(model: Mammillary) -> None:
    assert steady_state_volume_l(model) == pytest.approx(model.volumes_l.sum(axis=0), rel=1e-12)
    by_area = 0.4 * 50 / model.clearance_l_per_h
    assert area_under_curve(model, 50, 0.4) == pytest.approx(by_area, rel=1e-12)
    assert (terminal_volume_l(model) >= steady_state_volume_l(model) * (1 - 1e-12)).all()


def test_the_half_lives_volume_and_clearance_of_the_benchmark() -> None:
    # The numbers of the benchmark are for 70 kg; the model itself is per kg.
    expected = benchmarks()["B02"].expected
    domino = pk_models()["domino"]
    v1 = 70 * domino.number("V1", "L/kg")
    k10, k12, k21, k13, k31 = (
        60 * domino.number(name, "1/min") for name in ("k10", "k12", "k21", "k13", "k31")
    )
    model = Mammillary(k10 * v1, [v1, v1 * k12 / k21, v1 * k13 / k31], [k12 * v1, k13 * v1])
    shortest_first = 60 * half_lives_h(model)[0, ::-1]
    assert shortest_first == pytest.approx(expected["half_lives_min"], rel=1e-6)
    assert steady_state_volume_l(model) == pytest.approx(expected["Vss_L_70kg"], rel=1e-6)
    assert 1 / area_under_curve(model, 1) == pytest.approx(expected["CL_L_h_70kg"], rel=1e-6)


@given(seed=st.integers(0, 10_000), fall=st.floats(1e-6, 0.999))
@settings(deadline=None, max_examples=60)
def test_a_longer_infusion_never_falls_faster(seed: int, fall: float) -> None:
    model = random_model(np.random.default_rng(seed), patients=3)
    held = context_sensitive_decrement_time_h(model, [0.0, *DURATIONS], fall)
    assert (np.diff(held, axis=1) >= -1e-9 * held[:, 1:]).all()
    # Less has gone into the periphery after a constant rate, so more still goes there.
    pumped = decrement_time_after_constant_rate_h(model, DURATIONS, fall)
    assert (pumped <= held[:, 1:] * (1 + 1e-9)).all()
    # The slowest rate alone is the limit that no fall exceeds, the fastest the one none beats.
    alone = -np.log1p(-fall) / np.log(2) * half_lives_h(model)
    assert (held <= alone[:, :1] * (1 + 1e-9)).all()
    assert (held >= alone[:, -1:] * (1 - 1e-9)).all()


@given(seed=st.integers(0, 10_000), fraction=st.floats(0.01, 0.999))
@settings(deadline=None, max_examples=60)
def test_after_steady_state_the_fall_mirrors_the_rise(seed: int, fraction: float) -> None:
    # Stopping is adding the opposite rate, so the fall of a share takes as long as its rise.
    model = random_model(np.random.default_rng(seed), patients=2)
    forever = [1e4]
    rise = time_to_fraction_of_steady_state_h(model, fraction)[:, None]
    held = context_sensitive_decrement_time_h(model, forever, fraction)
    assert held == pytest.approx(rise, rel=1e-6)
    pumped = decrement_time_after_constant_rate_h(model, forever, fraction)
    assert pumped == pytest.approx(rise, rel=1e-6)


@given(seed=st.integers(0, 10_000), speed=st.floats(0.1, 10), size=st.floats(0.1, 10))
@settings(deadline=None, max_examples=40)
def test_units_scale(seed: int, speed: float, size: float) -> None:
    # Faster clocks shorten every time; a larger body with the same rates changes none.
    rng = np.random.default_rng(seed)
    model = random_model(rng)
    other = Mammillary(
        size * speed * model.clearance_l_per_h,
        size * model.volumes_l,
        size * speed * model.intercompartmental_l_per_h,
    )
    for duration in DURATIONS:
        here = context_sensitive_half_time_h(model, [duration])
        there = context_sensitive_half_time_h(other, [duration / speed])
        assert there * speed == pytest.approx(here, rel=1e-9)
    assert steady_state_concentration(other, 30 * size * speed) == pytest.approx(
        steady_state_concentration(model, 30)
    )


def test_a_small_fall_and_a_large_one_keep_their_digits() -> None:
    k = 60 / 150
    for fall in (1e-12, 1e-6, 0.999, 0.999999):
        exact = -math.log1p(-fall) / k
        found = context_sensitive_decrement_time_h(ONE, [1.0], fall)
        assert found == pytest.approx(exact, rel=1e-9, abs=0)


def test_many_patients_are_each_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    clearance, volumes = rng.uniform(20, 150, 7), rng.uniform(5, 200, (3, 7))
    exchange = rng.uniform(5, 150, (2, 7))
    together = Mammillary(clearance, volumes, exchange)
    monkeypatch.setattr(infusions, "_BLOCK", 3)
    for ask in (context_sensitive_half_time_h, decrement_time_after_constant_rate_h):
        answers = ask(together, DURATIONS)
        assert answers.shape == (7, len(DURATIONS))
        for i in range(7):
            alone = Mammillary(clearance[i], volumes[:, i], exchange[:, i])
            assert answers[i] == pytest.approx(ask(alone, DURATIONS)[0], rel=1e-12)
    assert steady_state_concentration(ONE, [1.0, 2.0, 3.0]).shape == (3,)
    assert area_under_curve(ONE, 5.0, [0.1, 0.2]).shape == (2,)
    assert fraction_of_steady_state(together, [1.0, 0.0]).shape == (7, 2)


@pytest.mark.parametrize("bad", [-1.0, math.nan, math.inf, [1.0, -1.0], [[1.0]], [], "much", None])
@pytest.mark.parametrize(
    ("name", "ask"),
    [
        ("dose_mg", lambda x: area_under_curve(ONE, x)),
        ("bioavailability", lambda x: area_under_curve(ONE, 1, x)),
        ("rate_mg_per_h", lambda x: steady_state_concentration(ONE, x)),
        ("times_h", lambda x: fraction_of_steady_state(ONE, x)),
        ("durations_h", lambda x: context_sensitive_half_time_h(ONE, x)),
        ("durations_h", lambda x: decrement_time_after_constant_rate_h(ONE, x)),
        ("fraction", lambda x: time_to_fraction_of_steady_state_h(ONE, x)),
        ("fall", lambda x: context_sensitive_decrement_time_h(ONE, [1.0], x)),
        ("fall", lambda x: decrement_time_after_constant_rate_h(ONE, [1.0], x)),
    ],
    ids=count(),
)
def test_a_bad_number_is_named(name, ask, bad) -> None:
    with pytest.raises(ValueError, match=f"^{name} "):
        ask(bad)


@pytest.mark.parametrize(
    ("name", "ask"),
    [
        ("bioavailability", lambda: area_under_curve(ONE, 1, 1.01)),
        ("bioavailability", lambda: area_under_curve(ONE, [1, 2, 3], [0.5, 0.5])),
        ("dose_mg", lambda: area_under_curve(Mammillary([1, 2], [1]), [1, 2, 3])),
        ("rate_mg_per_h", lambda: steady_state_concentration(Mammillary([1, 2], [1]), [1, 2, 3])),
        ("durations_h", lambda: decrement_time_after_constant_rate_h(ONE, [0.0])),
        ("fraction", lambda: time_to_fraction_of_steady_state_h(ONE, 0.0)),
        ("fraction", lambda: time_to_fraction_of_steady_state_h(ONE, 1.0)),
        ("fall", lambda: context_sensitive_decrement_time_h(ONE, [1.0], 0.0)),
        ("fall", lambda: context_sensitive_decrement_time_h(ONE, [1.0], 1 - 1e-10)),
        ("model", lambda: half_lives_h(Mammillary(1e-9, [1.0, 1.0], [1.0]))),
    ],
    ids=count(),
)
def test_what_cannot_be_computed_is_refused_by_name(name, ask) -> None:
    with pytest.raises(ValueError, match=f"^{name} "):
        ask()


@pytest.mark.parametrize(
    "ask",
    [
        half_lives_h,
        steady_state_volume_l,
        terminal_volume_l,
        lambda model: area_under_curve(model, 1.0),
        lambda model: steady_state_concentration(model, 1.0),
        lambda model: fraction_of_steady_state(model, [1.0]),
        lambda model: time_to_fraction_of_steady_state_h(model, 0.5),
        lambda model: context_sensitive_half_time_h(model, [1.0]),
        lambda model: decrement_time_after_constant_rate_h(model, [1.0]),
    ],
    ids=count(),
)
def test_no_way_out_and_no_way_in_are_refused(ask) -> None:
    with pytest.raises(ValueError, match=r"^clearance_l_per_h "):
        ask(Mammillary([60.0, 0.0], [150.0]))
    with pytest.raises(ValueError, match=r"^intercompartmental_l_per_h "):
        ask(Mammillary(60.0, [150.0, 10.0], [0.0]))

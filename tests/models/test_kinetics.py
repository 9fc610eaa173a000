"""The exact kinetics, against a stiff solver, high precision and the laws they must obey."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from decimal import Decimal, localcontext
from itertools import count, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from ketalab.models.exponentials import convolved
from ketalab.models.kinetics import (
    Absorbed,
    Bolus,
    Infusion,
    Mammillary,
    concentration,
    effect_site,
    modes,
)

# Shapes of the course's models, without being any one of them.
ONE = Mammillary(60.0, [150.0])
TWO = Mammillary(80.0, [40.0, 160.0], [120.0])
THREE = Mammillary(75.0, [10.0, 30.0, 150.0], [90.0, 60.0])
MODELS = [ONE, TWO, THREE]
TIMES = np.linspace(0.0, 24.0, 97)


def random_model(rng: np.random.Generator) -> Mammillary:
    n = int(rng.integers(1, 4))
    return Mammillary(rng.uniform(5, 150), rng.uniform(5, 200, n), rng.uniform(5, 200, n - 1))


def random_regimen(rng: np.random.Generator) -> list[Bolus | Infusion | Absorbed]:
    def one(kind: int) -> Bolus | Infusion | Absorbed:
        start, mg = rng.uniform(0, 12), rng.uniform(1, 100)
        if kind == 0:
            return Bolus(start, mg)
        if kind == 1:
            return Infusion(start, rng.uniform(0.05, 8), mg)
        return Absorbed(start, mg, rng.uniform(0, 1), rng.uniform(0.2, 10), rng.uniform(0, 1))

    return [one(int(kind)) for kind in [*rng.permutation(3), *rng.integers(0, 3, 3)]]


def solved(model: Mammillary, ke0: float, regimen: list, times: np.ndarray) -> np.ndarray:
    """C1 and Ce by a stiff solver, straight from the differential equations."""
    clearance = model.clearance_l_per_h[0]
    volumes = model.volumes_l[:, 0]
    exchange = model.intercompartmental_l_per_h[:, 0]
    site = len(volumes)
    infusions = [dose for dose in regimen if isinstance(dose, Infusion)]
    depots = [dose for dose in regimen if isinstance(dose, Absorbed)]
    size = site + 1 + len(depots)

    matrix = np.zeros((size, size))  # of amounts, Ce, depots
    matrix[0, 0] = -clearance / volumes[0]
    for i, q in enumerate(exchange, start=1):
        matrix[0, 0] -= q / volumes[0]
        matrix[0, i] = q / volumes[i]
        matrix[i, 0] = q / volumes[0]
        matrix[i, i] = -q / volumes[i]
    matrix[site, [0, site]] = ke0 / volumes[0], -ke0
    jumps: list[tuple[float, int, float]] = []
    for i, dose in enumerate(depots, start=site + 1):
        ka = dose.ka_per_h[0]
        matrix[i, i] = -ka
        matrix[0, i] = ka
        amount = dose.dose_mg[0] * dose.bioavailability[0]
        jumps.append((dose.time_h + dose.lag_h[0], i, amount))
    jumps += [(d.time_h, 0, d.dose_mg[0]) for d in regimen if isinstance(d, Bolus)]
    edges = {times[0], times[-1]} | {at for at, _, _ in jumps}
    edges |= {edge for d in infusions for edge in (d.start_h, d.start_h + d.duration_h)}
    grid = sorted(edge for edge in edges if times[0] <= edge <= times[-1])

    state, found = np.zeros(size), np.zeros((2, times.size))
    for begin, end in pairwise(grid):
        for at, i, amount in jumps:
            if at == begin:
                state[i] += amount
        middle = (begin + end) / 2
        inflow = np.zeros(size)
        inflow[0] = sum(
            d.dose_mg[0] / d.duration_h
            for d in infusions
            if d.start_h < middle < d.start_h + d.duration_h
        )
        inside = (begin <= times) & (times <= end)
        answer = solve_ivp(
            lambda _, y, inflow=inflow: matrix @ y + inflow,
            (begin, end),
            state,
            method="LSODA",
            rtol=1e-11,
            atol=1e-12,
            jac=lambda *_: matrix,
            t_eval=np.unique([*times[inside], end]),
        )
        assert answer.success
        found[:, inside] = answer.y[[0, site], : inside.sum()] / [[volumes[0]], [1.0]]
        state = answer.y[:, -1]
    return found


@pytest.mark.parametrize("seed", range(12))
def test_a_stiff_solver_agrees_on_random_regimens(seed: int) -> None:
    rng = np.random.default_rng(seed)
    model, regimen, ke0 = random_model(rng), random_regimen(rng), rng.uniform(0.1, 20)
    central, site = solved(model, ke0, regimen, TIMES)
    exact = concentration(model, regimen, TIMES)[0]
    assert np.abs(exact - central).max() <= 1e-8 * exact.max()
    exact = effect_site(model, ke0, regimen, TIMES)[0]
    assert np.abs(exact - site).max() <= 1e-8 * exact.max()


def test_one_compartment_is_the_textbook_formula() -> None:
    k, volume, ka = 60 / 150, 150.0, 1.7
    t = TIMES
    assert concentration(ONE, [Bolus(0, 30)], t)[0] == pytest.approx(30 / volume * np.exp(-k * t))
    absorbed = 0.45 * 30 * ka / (volume * (ka - k)) * (np.exp(-k * t) - np.exp(-ka * t))
    assert concentration(ONE, [Absorbed(0, 30, 0.45, ka)], t)[0] == pytest.approx(absorbed)


def test_equal_rates_are_the_limit_and_not_a_division_by_zero() -> None:
    # ka = ke0 = k: F D / V (k t) e^-kt in the blood, F D / V (k t)^2 / 2 e^-kt at the site.
    model, k = Mammillary(50.0, [100.0]), 0.5
    dose = [Absorbed(0, 100, 0.5, k)]
    kt = k * TIMES
    assert concentration(model, dose, TIMES)[0] == pytest.approx(0.5 * kt * np.exp(-kt))
    assert effect_site(model, k, dose, TIMES)[0] == pytest.approx(0.25 * kt**2 * np.exp(-kt))


def precisely(rates: list[float], t: float) -> float:
    """The divided difference of exp(-x t) in 120 digits."""
    with localcontext() as context:
        context.prec = 120
        # Equal rates are set apart by far less than a double can tell.
        exact = [Decimal(rate) + Decimal(i) * Decimal("1e-35") for i, rate in enumerate(rates)]
        total = Decimal(0)
        for i, rate in enumerate(exact):
            below = Decimal(1)
            for j, other in enumerate(exact):
                if i != j:
                    below *= other - rate
            total += (-rate * Decimal(t)).exp() / below
        return float(total)


@given(
    base=st.floats(0, 3),
    gaps=st.lists(
        st.one_of(st.just(0.0), st.floats(-12, 1.5).map(lambda e: 10**e)), min_size=1, max_size=2
    ),
    t=st.floats(0.01, 30),
    order=st.randoms(use_true_random=False),
)
@settings(deadline=None, max_examples=300)
def test_close_rates_lose_no_digits(base, gaps, t, order) -> None:
    rates = [base, *(base + gap for gap in gaps)]
    order.shuffle(rates)
    got = convolved(*(np.array([[rate]]) for rate in rates), t=np.array([t]))
    assert got.item() == pytest.approx(precisely(rates, t), rel=1e-12, abs=1e-300)


@pytest.mark.parametrize("model", MODELS)
def test_every_milligram_is_somewhere(model: Mammillary) -> None:
    # A peripheral compartment is an effect site with ke0 = Q / V; and an infusion of D mg/h for
    # t hours ends at the integral of a bolus of D mg up to t.
    for t in (0.01, 0.5, 3.0, 40.0):
        bolus = [Bolus(0, 100)]
        there = model.volumes_l[0] * concentration(model, bolus, [t])
        for q, volume in zip(model.intercompartmental_l_per_h, model.volumes_l[1:], strict=True):
            there = there + volume * effect_site(model, q / volume, bolus, [t])
        gone = model.clearance_l_per_h * concentration(model, [Infusion(0, t, 100 * t)], [t])
        assert (there + gone).item() == pytest.approx(100, rel=1e-12)


def test_without_clearance_the_dose_spreads_over_all_volumes() -> None:
    closed = replace(THREE, clearance_l_per_h=0.0)
    for dose in (Bolus(0, 95), Infusion(0, 2, 95), Absorbed(0, 190, 0.5, 1.0)):
        assert concentration(closed, [dose], [500.0]).item() == pytest.approx(0.5, rel=1e-9)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("start", [0.0, 2.5])
def test_area_under_the_curve_is_dose_over_clearance(model: Mammillary, start: float) -> None:
    wanted = 50 / model.clearance_l_per_h[0]
    for dose, edges in (
        (Bolus(start, 50), [start]),
        (Infusion(start, 1.5, 50), [start, start + 1.5]),
        (Absorbed(start, 100, 0.5, 2.0, 0.3), [start + 0.3]),
    ):
        # Gauss's rule on pieces that widen from each kink on.
        widening = [0.0, *np.geomspace(1e-3, 400, 60)]
        pieces = np.unique([edge + width for edge in edges for width in widening])
        nodes, weights = np.polynomial.legendre.leggauss(12)
        half = np.diff(pieces)[:, None] / 2
        times = pieces[:-1, None] + half * (1 + nodes)
        for values in (
            concentration(model, [dose], times.ravel()),
            effect_site(model, 3.0, [dose], times.ravel()),
        ):
            area = (values.reshape(times.shape) * half * weights).sum()
            assert area == pytest.approx(wanted, rel=1e-9)


@pytest.mark.parametrize("model", MODELS)
def test_a_long_infusion_settles_at_rate_over_clearance(model: Mammillary) -> None:
    dose = [Infusion(0, 1000, 20 * 1000)]
    wanted = 20 / model.clearance_l_per_h[0]
    assert concentration(model, dose, [990.0]).item() == pytest.approx(wanted, rel=1e-12)
    assert effect_site(model, 0.7, dose, [990.0]).item() == pytest.approx(wanted, rel=1e-12)


@given(seed=st.integers(0, 2**32 - 1), factor=st.floats(0, 50))
@settings(deadline=None, max_examples=40)
def test_doses_superpose_scale_and_shift(seed: int, factor: float) -> None:
    rng = np.random.default_rng(seed)
    model, regimen = random_model(rng), random_regimen(rng)
    for curve in (concentration, lambda m, r, t: effect_site(m, 2.0, r, t)):
        whole = curve(model, regimen, TIMES)
        peak = whole.max()
        assert (whole >= 0).all()
        parts = sum(curve(model, [dose], TIMES) for dose in reversed(regimen))
        assert whole == pytest.approx(parts, abs=1e-13 * peak)
        scaled = [replace(dose, dose_mg=factor * dose.dose_mg) for dose in regimen]
        assert curve(model, scaled, TIMES) == pytest.approx(factor * whole, abs=1e-13 * peak)
        later = [
            replace(dose, start_h=dose.start_h + 4)
            if isinstance(dose, Infusion)
            else replace(dose, time_h=dose.time_h + 4)
            for dose in regimen
        ]
        assert curve(model, later, TIMES + 4) == pytest.approx(whole, rel=1e-9, abs=1e-9 * peak)


def test_overlapping_infusions_add_up() -> None:
    together = concentration(THREE, [Infusion(0, 4, 40), Infusion(2, 4, 40)], TIMES)
    stepped = concentration(
        THREE, [Infusion(0, 2, 20), Infusion(2, 2, 40), Infusion(4, 2, 20)], TIMES
    )
    assert together == pytest.approx(stepped, rel=1e-9)


def test_limits_of_the_inputs() -> None:
    bolus = concentration(THREE, [Bolus(0, 40)], TIMES[1:])
    brief = concentration(THREE, [Infusion(0, 1e-9, 40)], TIMES[1:])
    fast = concentration(THREE, [Absorbed(0, 80, 0.5, 1e9)], TIMES[1:])
    at_once = effect_site(THREE, 1e9, [Bolus(0, 40)], TIMES[1:])
    for limit in (brief, fast, at_once):
        assert limit == pytest.approx(bolus, rel=1e-6)


def test_nothing_before_the_dose_and_the_bolus_at_its_moment() -> None:
    times = [-1.0, 0.9, 1.0]
    assert concentration(THREE, [Bolus(1, 20)], times).tolist()[0] == pytest.approx([0, 0, 2])
    for dose in (Bolus(5, 20), Infusion(5, 1, 20), Absorbed(4.5, 20, 1.0, 2.0, 0.5)):
        assert not concentration(THREE, [dose], times).any()
        assert not effect_site(THREE, 2.0, [dose], times).any()


def test_even_and_uneven_times_agree() -> None:
    even = np.arange(1441) / 60
    uneven = np.sort(np.append(even, math.pi))
    for start in (0.0, 0.37):
        regimen = [Bolus(start, 10), Infusion(start + 1, 2 / 3, 35)]
        for curve in (concentration, lambda m, r, t: effect_site(m, 2.0, r, t)):
            on_grid = curve(THREE, regimen, even)[0]
            off_grid = curve(THREE, regimen, uneven)[0]
            assert on_grid == pytest.approx(off_grid[np.isin(uneven, even)], rel=1e-12)


@pytest.mark.parametrize("own", list(itertools.product([1, 3], repeat=3)))
def test_an_even_grid_whatever_the_patients_share(own: tuple[int, int, int]) -> None:
    # Doses, their inputs and models of one or of three patients, in every combination.
    rng = np.random.default_rng(8)
    of_dose, of_input, of_model = own
    mg, ka, ke0, clearance = (
        rng.uniform(0.5, 3, n) for n in (of_dose, of_input, of_input, of_model)
    )
    model = Mammillary(clearance, [2.0, 8.0], [3.0])
    even = np.arange(361) / 60
    uneven = np.sort(np.append(even, math.pi))
    for dose in (Bolus(0.2, mg), Infusion(0.2, 2, mg), Absorbed(0.2, mg, 0.5, ka, 0.1)):
        for curve in (concentration, lambda m, r, t: effect_site(m, ke0, r, t)):
            off_grid = curve(model, [dose], uneven)[:, np.isin(uneven, even)]
            assert curve(model, [dose], even) == pytest.approx(off_grid, rel=1e-12)


def test_an_even_grid_of_high_precision() -> None:
    # Absorbed, at the effect site, with close rates: 120 digits against the matrix product.
    k, ka, ke0 = 0.5, 0.5 + 1e-9, 0.7
    even = np.arange(1, 1442) / 60
    got = effect_site(Mammillary(50.0, [100.0]), ke0, [Absorbed(0, 100, 1.0, ka)], even)[0]
    for i in (0, 1, 36, 37, 38, 700, 1440):
        wanted = ka * ke0 * precisely([k, ka, ke0], even[i])
        assert got[i] == pytest.approx(wanted, rel=1e-12)


def test_many_patients_are_each_their_own() -> None:
    rng = np.random.default_rng(3)
    n = 7
    model = Mammillary(rng.uniform(20, 100, n), [10.0, rng.uniform(20, 50, n)], [90.0])
    mg, f, ka, lag, ke0 = (rng.uniform(0.2, 1, n) for _ in range(5))
    regimen = [Bolus(0, mg), Infusion(1, 2, 3 * mg), Absorbed(3, 30.0, f, ka, lag)]
    central, site = concentration(model, regimen, TIMES), effect_site(model, ke0, regimen, TIMES)
    assert central.shape == site.shape == (n, TIMES.size)
    for i in range(n):
        alone = Mammillary(model.clearance_l_per_h[i], model.volumes_l[:, i], [90.0])
        doses = [
            Bolus(0, mg[i]),
            Infusion(1, 2, 3 * mg[i]),
            Absorbed(3, 30.0, f[i], ka[i], lag[i]),
        ]
        assert central[i] == pytest.approx(concentration(alone, doses, TIMES)[0], rel=1e-12)
        assert site[i] == pytest.approx(effect_site(alone, ke0[i], doses, TIMES)[0], rel=1e-12)


def test_more_patients_than_one_block() -> None:
    # The last patients of 600 get what they get on their own, with shared and own parameters.
    rng = np.random.default_rng(5)
    mg, lag, ke0 = rng.uniform(1, 50, 600), rng.uniform(0, 1, 600), rng.uniform(0.1, 5, 600)
    clearance = rng.uniform(10, 100, 600)
    for pick in (slice(250, 260), slice(590, 600)):
        for model, own in (
            (TWO, TWO),
            (Mammillary(clearance, [40.0, 90.0], [70.0]), None),
        ):
            own = own or Mammillary(clearance[pick], [40.0, 90.0], [70.0])
            all_doses = [Bolus(0, mg), Infusion(1, 1, 9.0), Absorbed(2, mg, 0.5, 1.0, lag)]
            own_doses = [
                Bolus(0, mg[pick]),
                Infusion(1, 1, 9.0),
                Absorbed(2, mg[pick], 0.5, 1.0, lag[pick]),
            ]
            got = effect_site(model, ke0, all_doses, TIMES)[pick]
            assert got == pytest.approx(effect_site(own, ke0[pick], own_doses, TIMES), rel=1e-12)
            got = concentration(model, all_doses, TIMES)[pick]
            assert got == pytest.approx(concentration(own, own_doses, TIMES), rel=1e-12)


def test_one_model_takes_the_doses_of_many_patients() -> None:
    mg = np.array([10.0, 0.0, 40.0])
    got = concentration(TWO, [Bolus(0, mg), Infusion(1, 1, 5.0)], TIMES)
    assert got.shape == (3, TIMES.size)
    one = concentration(TWO, [Bolus(0, 1)], TIMES) * mg[:, None]
    assert got == pytest.approx(one + concentration(TWO, [Infusion(1, 1, 5.0)], TIMES))


@pytest.mark.parametrize("model", MODELS)
def test_modes_are_the_eigenvalues_of_the_rates(model: Mammillary) -> None:
    rates, fractions = modes(model)
    volumes, exchange = model.volumes_l[:, 0], model.intercompartmental_l_per_h[:, 0]
    plain = np.diag([-(model.clearance_l_per_h[0] + exchange.sum()), *-exchange])
    plain[0, 1:] = plain[1:, 0] = exchange
    assert rates[0] == pytest.approx(np.sort(-np.linalg.eigvals(plain / volumes[:, None]).real))
    assert (fractions >= 0).all()
    assert fractions.sum() == pytest.approx(1, rel=1e-14)


def test_rounding_makes_no_rate_negative() -> None:
    rng = np.random.default_rng(11)
    volumes, exchange = rng.uniform(1, 200, (3, 500)), rng.uniform(1, 200, (2, 500))
    assert (modes(Mammillary(0.0, volumes, exchange)).rates_per_h >= 0).all()


def test_models_and_doses_cannot_be_changed_from_outside() -> None:
    clearance = np.array([10.0, 20.0])
    model = Mammillary(clearance, [5.0])
    clearance[0] = -1
    assert model.clearance_l_per_h.tolist() == [10, 20]
    with pytest.raises(ValueError, match="read-only"):
        model.clearance_l_per_h[0] = 1
    with pytest.raises(ValueError, match="read-only"):
        Bolus(0, 5.0).dose_mg[0] = -1


@pytest.mark.parametrize("bad", [-1.0, math.nan, math.inf, [1.0, -1.0], [[1.0]], [], "much", None])
@pytest.mark.parametrize(
    ("name", "build"),
    [
        ("dose_mg", lambda x: Bolus(0, x)),
        ("dose_mg", lambda x: Infusion(0, 1, x)),
        ("dose_mg", lambda x: Absorbed(0, x, 0.5, 1.0)),
        ("bioavailability", lambda x: Absorbed(0, 1, x, 1.0)),
        ("ka_per_h", lambda x: Absorbed(0, 1, 0.5, x)),
        ("lag_h", lambda x: Absorbed(0, 1, 0.5, 1.0, x)),
        ("clearance_l_per_h", lambda x: Mammillary(x, [1.0])),
        ("volumes_l", lambda x: Mammillary(1.0, [1.0, x], [1.0])),
        ("intercompartmental_l_per_h", lambda x: Mammillary(1.0, [1.0, 1.0], [x])),
        ("ke0_per_h", lambda x: effect_site(ONE, x, [Bolus(0, 1)], [1.0])),
    ],
    ids=count(),
)
def test_a_bad_number_is_named(name, build, bad) -> None:
    with pytest.raises(ValueError, match=f"^{name} "):
        build(bad)


@pytest.mark.parametrize(
    ("name", "build"),
    [
        ("volumes_l", lambda: Mammillary(1.0, [0.0])),
        ("volumes_l", lambda: Mammillary(1.0, [])),
        ("volumes_l", lambda: Mammillary(1.0, [1.0] * 4, [1.0] * 3)),
        ("volumes_l", lambda: Mammillary(1.0, 5.0)),
        ("volumes_l", lambda: Mammillary(1.0, "5")),
        ("volumes_l", lambda: Mammillary([1.0, 2.0], [[1.0, 2.0, 3.0]])),
        ("intercompartmental_l_per_h", lambda: Mammillary(1.0, [1.0, 2.0])),
        ("intercompartmental_l_per_h", lambda: Mammillary(1.0, [1.0], [1.0])),
        ("bioavailability", lambda: Absorbed(0, 1, 1.01, 1.0)),
        ("ka_per_h", lambda: Absorbed(0, 1, 0.5, 0.0)),
        ("ke0_per_h", lambda: effect_site(ONE, 0.0, [Bolus(0, 1)], [1.0])),
        ("time_h", lambda: Bolus(math.nan, 1)),
        ("time_h", lambda: Bolus("noon", 1)),
        ("time_h", lambda: Absorbed(math.inf, 1, 0.5, 1.0)),
        ("start_h", lambda: Infusion(math.nan, 1, 1)),
        ("duration_h", lambda: Infusion(0, 0, 1)),
        ("duration_h", lambda: Infusion(0, -1, 1)),
        ("duration_h", lambda: Infusion(0, math.inf, 1)),
        ("regimen", lambda: concentration(ONE, [], [1.0])),
        ("regimen", lambda: concentration(ONE, Bolus(0, 1), [1.0])),
        ("regimen", lambda: concentration(ONE, [5.0], [1.0])),
        ("regimen", lambda: effect_site(ONE, 1.0, [], [1.0])),
        ("times_h", lambda: concentration(ONE, [Bolus(0, 1)], [1.0, 1.0])),
        ("times_h", lambda: concentration(ONE, [Bolus(0, 1)], [2.0, 1.0])),
        ("times_h", lambda: concentration(ONE, [Bolus(0, 1)], [])),
        ("times_h", lambda: concentration(ONE, [Bolus(0, 1)], 1.0)),
        ("times_h", lambda: concentration(ONE, [Bolus(0, 1)], [math.nan])),
        ("dose_mg", lambda: concentration(Mammillary([1, 2], [1]), [Bolus(0, [1, 2, 3])], [1.0])),
        (
            "lag_h",
            lambda: concentration(
                ONE, [Bolus(0, [1, 2]), Absorbed(0, 1, 0.5, 1.0, [0, 0, 0])], [1.0]
            ),
        ),
        (
            "ke0_per_h",
            lambda: effect_site(Mammillary([1, 2], [1]), [1, 2, 3], [Bolus(0, 1)], [1.0]),
        ),
    ],
    ids=count(),
)
def test_what_cannot_be_computed_is_refused_by_name(name, build) -> None:
    with pytest.raises(ValueError, match=f"^{name} "):
        build()

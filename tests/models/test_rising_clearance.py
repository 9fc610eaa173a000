"""The metabolite whose clearance rises with time, against a stiff solver and its limits."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from ketalab.models.compartments import OUT, Input, Network, amounts
from ketalab.models.kinetics import Absorbed, Bolus, Infusion, Mammillary
from ketalab.models.rising_clearance import metabolite

TIMES = np.linspace(0.0, 72.0, 145)


def random_case(rng: np.random.Generator) -> tuple[Mammillary, list[Bolus | Infusion]]:
    parent = Mammillary(rng.uniform(20, 150), rng.uniform(5, 300, 2), rng.uniform(20, 200, 1))
    regimen = [
        Bolus(rng.uniform(0, 20), rng.uniform(1, 50)),
        Infusion(rng.uniform(0, 20), rng.uniform(0.1, 40), rng.uniform(1, 300)),
        Infusion(rng.uniform(0, 20), rng.uniform(0.1, 40), rng.uniform(1, 300)),
    ]
    return parent, regimen


def solved(parent, formation, k, b, regimen) -> np.ndarray:
    clearance, volumes = parent.clearance_l_per_h[0], parent.volumes_l[:, 0]
    exchange = parent.intercompartmental_l_per_h[0, 0]
    starts = [getattr(dose, "time_h", None) or dose.start_h for dose in regimen]
    ends = [dose.start_h + dose.duration_h for dose in regimen if isinstance(dose, Infusion)]
    first = min(starts)
    state, found = np.zeros(3), np.zeros(TIMES.size)
    edges = sorted({first, *starts, *ends, TIMES[-1]})
    for begin, end in pairwise(edge for edge in edges if edge <= TIMES[-1]):
        rate = 0.0
        for dose in regimen:
            if isinstance(dose, Bolus) and dose.time_h == begin:
                state[0] += dose.dose_mg[0]
            if (
                isinstance(dose, Infusion)
                and dose.start_h <= begin < dose.start_h + dose.duration_h
            ):
                rate += dose.dose_mg[0] / dose.duration_h

        def slope(t: float, y: np.ndarray, rate: float = rate) -> list[float]:
            blood, tissue = y[0] / volumes[0], y[1] / volumes[1]
            shift = exchange * (blood - tissue)
            falls = k * (1 + b * (t - first)) * y[2]
            return [rate - clearance * blood - shift, shift, formation * blood - falls]

        inside = (begin <= TIMES) & (end >= TIMES)
        answer = solve_ivp(
            slope,
            (begin, end),
            state,
            method="Radau",
            rtol=1e-11,
            atol=1e-11,
            t_eval=np.unique([*TIMES[inside], end]),
        )
        assert answer.success
        found[inside] = answer.y[2, : inside.sum()]
        state = answer.y[:, -1]
    return found


@pytest.mark.parametrize("seed", range(4))
def test_a_stiff_solver_agrees_on_random_regimens(seed: int) -> None:
    rng = np.random.default_rng(seed)
    parent, regimen = random_case(rng)
    # From far slower to far faster than the parent, so that Dawson's argument has either sign.
    k, b, formation = 10 ** rng.uniform(-1, 2), 10 ** rng.uniform(-3, 0), rng.uniform(10, 100)
    found = metabolite(parent, formation, k, b, regimen, TIMES)[0]
    expected = solved(parent, formation, k, b, regimen)
    assert np.abs(found - expected).max() <= 1e-8 * expected.max()


def test_a_rise_of_next_to_nothing_is_a_constant_clearance() -> None:
    parent = Mammillary(60.0, [20.0, 90.0], [80.0])
    flows = {("1", "m"): 3.0, ("1", "2"): 4.0, ("2", "1"): 80 / 90, ("m", OUT): 5.0}
    expected = amounts(Network(flows), [Input("1", 0.0, 40.0, 6.0)], TIMES, ["m"])["m"]
    found = metabolite(parent, 60.0, 5.0, 1e-9, [Infusion(0.0, 6.0, 40.0)], TIMES)
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-12)


@given(st.integers(0, 2**32 - 1), st.floats(0.01, 9))
@settings(max_examples=30, deadline=None)
def test_linear_never_negative_and_never_more_than_was_formed(seed: int, factor: float) -> None:
    rng = np.random.default_rng(seed)
    parent, regimen = random_case(rng)
    k, b = 10 ** rng.uniform(-1, 2), 10 ** rng.uniform(-3, 0)
    clearance = parent.clearance_l_per_h
    found = metabolite(parent, clearance, k, b, regimen, TIMES)
    given = sum(dose.dose_mg[0] for dose in regimen)
    assert found.min() >= -1e-12 * given
    assert found.max() <= given
    scaled = [
        Bolus(dose.time_h, factor * dose.dose_mg)
        if isinstance(dose, Bolus)
        else Infusion(dose.start_h, dose.duration_h, factor * dose.dose_mg)
        for dose in regimen
    ]
    larger = metabolite(parent, clearance, k, b, scaled, TIMES)
    assert larger == pytest.approx(factor * found, rel=1e-9, abs=1e-12 * given)


def test_patients_are_rows() -> None:
    parent = Mammillary([60.0, 30.0], [20.0, 90.0], [80.0])
    dose = [Bolus(0.0, 10.0), Infusion(1.0, 2.0, 30.0)]
    both = metabolite(parent, [60.0, 30.0], [5.0, 9.0], 0.01, dose, TIMES)
    for i, (clearance, k) in enumerate([(60.0, 5.0), (30.0, 9.0)]):
        alone = Mammillary(clearance, [20.0, 90.0], [80.0])
        expected = metabolite(alone, clearance, k, 0.01, dose, TIMES)[0]
        assert both[i] == pytest.approx(expected, rel=1e-12, abs=1e-18)


PARENT = Mammillary(60.0, [20.0], [])
DOSE = [Bolus(0.0, 1.0)]


BAD = [
    ("regimen", lambda: metabolite(PARENT, 1.0, 1.0, 0.1, [], TIMES)),
    ("regimen", lambda: metabolite(PARENT, 1.0, 1.0, 0.1, [Absorbed(0, 1, 1, 1)], TIMES)),
    ("formation_l_per_h", lambda: metabolite(PARENT, -1.0, 1.0, 0.1, DOSE, TIMES)),
    ("elimination_per_h", lambda: metabolite(PARENT, 1.0, 0.0, 0.1, DOSE, TIMES)),
    ("rise_per_h", lambda: metabolite(PARENT, 1.0, 1.0, 0.0, DOSE, TIMES)),
    ("rise_per_h", lambda: metabolite(PARENT, 1.0, 1.0, float("nan"), DOSE, TIMES)),
    ("times_h", lambda: metabolite(PARENT, 1.0, 1.0, 0.1, DOSE, [2.0, 1.0])),
    ("parent", lambda: metabolite(Mammillary(0.0, [20.0]), 1.0, 1.0, 0.1, DOSE, TIMES)),
    ("elimination_per_h", lambda: metabolite(PARENT, [1.0] * 2, [1.0] * 3, 0.1, DOSE, TIMES)),
]


@pytest.mark.parametrize("place", range(len(BAD)))
def test_bad_input_is_refused_by_name(place: int) -> None:
    named, call = BAD[place]
    with pytest.raises(ValueError, match=named):
        call()

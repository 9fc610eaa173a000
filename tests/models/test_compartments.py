"""Networks of compartments, against a stiff solver, closed forms and the laws they must obey."""

from __future__ import annotations

import tracemalloc
from itertools import pairwise
from math import factorial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from ketalab.models import compartments, kinetics
from ketalab.models.compartments import OUT, Input, Network, amounts

TIMES = np.linspace(0.0, 24.0, 97)
NAMES = ("a", "b", "c", "d", "e")


def random_network(rng: np.random.Generator) -> Network:
    """Some flows among five compartments, and a chain of equal rates, which has no eigenbasis."""
    flows = {
        (one, other): rng.uniform(0.05, 20)
        for one in NAMES
        for other in (*NAMES, OUT)
        if one != other and rng.random() < 0.4
    }
    rate = rng.uniform(0.2, 100)
    flows |= {("a", "t1"): rate, ("t1", "t2"): rate, ("t2", "t3"): rate, ("t3", "e"): rate}
    return Network(flows | {("e", OUT): rng.uniform(0.1, 5)}, {("b", "s"): 2.0})


def random_inputs(rng: np.random.Generator) -> list[Input]:
    places = rng.choice(["a", "e", "t1"], 6)
    return [
        Input(
            str(place),
            rng.uniform(0, 12),
            rng.uniform(1, 100),
            0.0 if at_once else rng.uniform(0.05, 8),
            rng.uniform(0, 1.3),
        )
        for place, at_once in zip(places, [True, False, False, *(rng.random(3) < 0.5)], strict=True)
    ]


def solved(network: Network, inputs: list[Input], times: np.ndarray) -> np.ndarray:
    """All amounts by a stiff solver, straight from the differential equations."""
    names = network.compartments
    edges = {times[0], times[-1]} | {one.time_h for one in inputs}
    edges |= {one.time_h + one.over_h for one in inputs}
    state, found = np.zeros(len(names)), np.zeros((len(names), times.size))
    for begin, end in pairwise(sorted(edge for edge in edges if edge <= times[-1])):
        inflow = np.zeros(len(names))
        for one in inputs:
            place, mg = names.index(one.compartment), one.amount_mg[0] * one.fraction[0]
            if one.over_h == 0 and one.time_h == begin:
                state[place] += mg
            if one.time_h <= begin and end <= one.time_h + one.over_h:
                inflow[place] += mg / one.over_h

        def slope(_: float, amount: np.ndarray, inflow: np.ndarray = inflow) -> np.ndarray:
            change = inflow.copy()
            for (here, there), rate in network.flows.items():
                flow = rate[0] * amount[names.index(here)]
                change[names.index(here)] -= flow
                change[names.index(there)] += flow
            for (here, there), rate in network.signals.items():
                change[names.index(there)] += rate[0] * amount[names.index(here)]
            return change

        jacobian = np.array([slope(0, unit, np.zeros(len(names))) for unit in np.eye(len(names))]).T
        inside = (begin <= times) & (times <= end)
        answer = solve_ivp(
            lambda _, y, jac=jacobian, inflow=inflow: jac @ y + inflow,
            (begin, end),
            state,
            method="LSODA",
            rtol=1e-11,
            atol=1e-12,
            jac=lambda *_, jac=jacobian: jac,
            t_eval=np.unique([*times[inside], end]),
        )
        assert answer.success
        found[:, inside] = answer.y[:, : inside.sum()]
        state = answer.y[:, -1]
    return found


@pytest.mark.parametrize("seed", range(6))
def test_a_stiff_solver_agrees_on_random_networks_and_inputs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    network, inputs = random_network(rng), random_inputs(rng)
    expected = solved(network, inputs, TIMES)
    found = amounts(network, inputs, TIMES, network.compartments)
    for name, values in zip(network.compartments, expected, strict=True):
        assert np.abs(found[name][0] - values).max() <= 1e-8 * values.max(), name


def test_a_mammillary_model_is_the_one_that_eigenvalues_give() -> None:
    model = kinetics.Mammillary([75.0, 40.0], [10.0, 30.0, 150.0], [90.0, 60.0])
    flows = {("1", OUT): np.array([7.5, 4.0])}
    for name, clearance, volume in (("2", 90.0, 30.0), ("3", 60.0, 150.0)):
        flows |= {("1", name): clearance / 10, (name, "1"): clearance / volume}
    network = Network(flows | {("site", OUT): 3.0}, {("1", "site"): 3.0})
    doses = [kinetics.Infusion(0.0, 2 / 3, 50.0), kinetics.Bolus(3.3, 20.0)]
    found = amounts(
        network, [Input("1", 0.0, 50.0, 2 / 3), Input("1", 3.3, 20.0)], TIMES, ["1", "site"]
    )
    expected = kinetics.concentration(model, doses, TIMES)
    assert found["1"] / 10 == pytest.approx(expected, rel=1e-11, abs=1e-15)
    expected = kinetics.effect_site(model, 3.0, doses, TIMES)
    assert found["site"] / 10 == pytest.approx(expected, rel=1e-11, abs=1e-15)


@pytest.mark.parametrize("rate", [0.3, 107.0])
def test_a_chain_of_equal_rates_is_the_gamma_distribution(rate: float) -> None:
    chain = {(str(i), str(i + 1) if i < 4 else OUT): rate for i in range(5)}
    found = amounts(Network(chain), [Input("0", 0.0, 30.0)], TIMES, ["4"])["4"][0]
    kt = rate * TIMES
    assert found == pytest.approx(30 * kt**4 * np.exp(-kt) / factorial(4), rel=1e-9, abs=1e-14)


GAPS = st.floats(0.0, 24.0, allow_subnormal=False)


@given(
    st.integers(0, 2**32 - 1), st.lists(GAPS, min_size=1, max_size=12, unique=True), st.floats(0, 9)
)
@settings(max_examples=40, deadline=None)
def test_mass_balance_linearity_and_superposition(
    seed: int, times: list[float], factor: float
) -> None:
    rng = np.random.default_rng(seed)
    network, inputs, times = random_network(rng), random_inputs(rng), np.sort(times)
    names = network.compartments
    found = amounts(network, inputs, times, names)
    entered = sum(
        one.amount_mg[0]
        * one.fraction[0]
        * (np.clip((times - one.time_h) / one.over_h, 0, 1) if one.over_h else times >= one.time_h)
        for one in inputs
    )
    # The site only follows: what is in it has been counted where it is followed.
    held = sum(found[name][0] for name in names if name != "s")
    assert held == pytest.approx(entered, rel=1e-10, abs=1e-10)
    assert all((values >= 0).all() for values in found.values())

    alone = [amounts(network, [one], times, names) for one in inputs]
    scaled = [
        Input(one.compartment, one.time_h, factor * one.amount_mg, one.over_h, one.fraction)
        for one in inputs
    ]
    larger = amounts(network, scaled, times, names)
    for name in names:
        assert sum(one[name] for one in alone) == pytest.approx(found[name], rel=1e-9, abs=1e-10)
        assert larger[name] == pytest.approx(factor * found[name], rel=1e-9, abs=1e-10)


def test_the_grid_of_times_does_not_change_the_answer() -> None:
    rng = np.random.default_rng(5)
    network, inputs = random_network(rng), random_inputs(rng)
    whole = amounts(network, inputs, TIMES, ["e"])["e"][0]
    chosen = np.sort(rng.choice(TIMES.size, 20, replace=False))
    assert amounts(network, inputs, TIMES[chosen], ["e"])["e"][0] == pytest.approx(
        whole[chosen], rel=1e-11, abs=1e-13
    )


def patients(count: int) -> tuple[Network, list[Input]]:
    rates = np.linspace(0.5, 9.0, count)
    network = Network({("a", OUT): rates, ("a", "b"): 3.0, ("b", "a"): rates[::-1]})
    return network, [Input("a", 0.0, np.linspace(1.0, 2.0, count), 0.7), Input("b", 2.0, 5.0)]


def test_each_patient_is_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    network, inputs = patients(9)
    monkeypatch.setattr(compartments, "_BLOCK_SIZE", 3 * TIMES.size * 4)  # blocks of 4 patients
    together = amounts(network, inputs, TIMES, ["a", OUT])
    for i in range(9):
        flows = {key: rate[min(i, rate.size - 1)] for key, rate in network.flows.items()}
        given = [Input("a", 0.0, inputs[0].amount_mg[i], 0.7), inputs[1]]
        alone = amounts(Network(flows), given, TIMES, ["a", OUT])
        for name in ("a", OUT):
            assert together[name][i] == pytest.approx(alone[name][0], rel=1e-12)


def test_memory_beyond_the_result_does_not_grow_with_patients() -> None:
    def beyond(count: int) -> int:
        network, inputs = patients(count)
        tracemalloc.start()
        found = amounts(network, inputs, TIMES, ["a"])["a"]
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak - found.nbytes - count * 3 * 3 * 8  # the matrices of the rates

    few, many = beyond(6_000), beyond(18_000)
    assert many < 1.2 * few


A_NETWORK = Network({("a", OUT): 1.0, ("a", "b"): [1.0, 2.0], ("b", "a"): 1.0})


BAD = [
    ("flows", lambda: Network({})),
    ("flows", lambda: Network({("a", "a"): 1.0})),
    ("flows", lambda: Network({(OUT, "a"): 1.0})),
    ("flows", lambda: Network({("a", OUT): -1.0})),
    ("flows", lambda: Network({("a", OUT): float("nan")})),
    ("flows", lambda: Network({("a", OUT): [1.0, 2.0], ("a", "b"): [1.0, 2.0, 3.0]})),
    ("signals", lambda: Network({("a", OUT): 1.0}, {("a", "s"): -1.0})),
    ("amount_mg", lambda: Input("a", 0.0, -1.0)),
    ("amount_mg", lambda: Input("a", 0.0, float("nan"))),
    ("time_h", lambda: Input("a", float("inf"), 1.0)),
    ("over_h", lambda: Input("a", 0.0, 1.0, -1.0)),
    ("fraction", lambda: Input("a", 0.0, 1.0, fraction=-0.1)),
    ("inputs", lambda: amounts(A_NETWORK, [], TIMES, ["a"])),
    ("inputs", lambda: amounts(A_NETWORK, ["a"], TIMES, ["a"])),
    ("compartment", lambda: amounts(A_NETWORK, [Input("z", 0.0, 1.0)], TIMES, ["a"])),
    ("compartment", lambda: amounts(A_NETWORK, [Input(OUT, 0.0, 1.0)], TIMES, ["a"])),
    ("compartments", lambda: amounts(A_NETWORK, [Input("a", 0.0, 1.0)], TIMES, ["z"])),
    ("times_h", lambda: amounts(A_NETWORK, [Input("a", 0.0, 1.0)], [1.0, 1.0], ["a"])),
    ("times_h", lambda: amounts(A_NETWORK, [Input("a", 0.0, 1.0)], [], ["a"])),
    ("amount_mg", lambda: amounts(A_NETWORK, [Input("a", 0.0, [1.0] * 3)], TIMES, ["a"])),
]


@pytest.mark.parametrize("place", range(len(BAD)))
def test_bad_input_is_refused_by_name(place: int) -> None:
    named, call = BAD[place]
    with pytest.raises(ValueError, match=named):
        call()

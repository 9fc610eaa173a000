"""The receptor's equations, against a stiff solver, mass action and the limits they must have."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from ketalab.models.receptor import (
    STATES,
    BlockRates,
    Gating,
    Ic50Block,
    Phase,
    blocked,
    both_unblocked,
    course,
    e_fold_mv,
    ic50_at,
    magnesium_unblocked,
    mixture_constant,
    nmda_current,
    occupancy,
    of_open_channel,
    open_probability,
    open_unblocked,
    rate_matrix,
    rates_at,
    unblocked_by_ic50,
    unblocked_while_active,
)

# Shapes of the course's receptors, without being any one of them.
PLAIN = Gating(5.0, 6.0, 12.0, 8.0, 60.0, 90.0, statistical_factors=False)
FACTORS = Gating(5.0, 6.0, 12.0, 8.0, 60.0, 90.0, statistical_factors=True)
BLOCKER = Ic50Block(ic50_um=0.8, hill=0.9, reference_mv=-60.0, e_fold_mv=30.0)
RATES = BlockRates(0.4, 0.5)
MAGNESIUM = {"k0_mm": 3.0, "slope_per_mv": 0.06}

voltages = st.floats(-150, 100)
concentrations = st.floats(1e-6, 1e6)
# No subnormal numbers: their own rounding is not what is tested.
fractions = st.just(0.0) | st.floats(1e-9, 1)


def solved(gating: Gating, phases: list[Phase], times: np.ndarray) -> np.ndarray:
    """All ten states by a stiff solver, each reaction written out by hand."""
    first = 2 * gating.binding_per_um_s if gating.statistical_factors else gating.binding_per_um_s
    last = 2 * gating.unbinding_per_s if gating.statistical_factors else gating.unbinding_per_s

    def change(_: float, y: np.ndarray, phase: Phase) -> np.ndarray:
        dy = np.zeros(10)
        a = float(phase.agonist_um)
        for k in (0, 5):
            c0, c1, c2, d, o = y[k : k + 5]
            bind_one = first * a * c0 - gating.unbinding_per_s * c1
            bind_two = gating.binding_per_um_s * a * c1 - last * c2
            sleep = gating.desensitisation_per_s * c2 - gating.resensitisation_per_s * d
            opening = gating.opening_per_s * c2 - gating.closing_per_s * o
            dy[k : k + 5] += [
                -bind_one,
                bind_one - bind_two,
                bind_two - sleep - opening,
                sleep,
                opening,
            ]
        on = float(phase.blocker_um) * float(phase.block.kon_per_um_s)
        enters = on * y[4] - float(phase.block.koff_per_s) * y[9]
        dy[4] -= enters
        dy[9] += enters
        return dy

    ends = np.cumsum([phase.duration_s for phase in phases])
    state = np.eye(10)[0]
    found = np.zeros((times.size, 10))
    for phase, (begin, end) in zip(phases, pairwise([0.0, *ends]), strict=True):
        inside = (begin <= times) & (times <= end)
        answer = solve_ivp(
            change,
            (begin, end),
            state,
            method="LSODA",
            rtol=1e-11,
            atol=1e-13,
            args=(phase,),
            t_eval=np.unique([*times[inside], end]),
        )
        assert answer.success
        found[inside] = answer.y.T[: inside.sum()]
        state = answer.y[:, -1]
    return found


@pytest.mark.parametrize("gating", [PLAIN, FACTORS])
@pytest.mark.parametrize("seed", range(4))
def test_a_stiff_solver_agrees_on_random_experiments(gating: Gating, seed: int) -> None:
    rng = np.random.default_rng(seed)
    phases = [
        Phase(
            rng.uniform(0.02, 0.6),
            rng.choice([0.0, 1.0, 30.0, 1000.0]),
            rng.choice([0.0, 0.5, 20.0]),
            BlockRates(rng.uniform(0, 5), rng.uniform(0, 5)),
        )
        for _ in range(6)
    ]
    total = sum(phase.duration_s for phase in phases)
    times = np.linspace(0, total, 61)
    assert course(gating, phases, times) == pytest.approx(
        solved(gating, phases, times), rel=1e-8, abs=1e-9
    )


def test_many_experiments_at_once_are_each_of_them_alone() -> None:
    doses, kon = np.array([[0.0], [1.0], [30.0]]), np.array([0.2, 2.0])
    times = np.linspace(0, 1, 7)

    def experiment(dose, rate) -> np.ndarray:
        rates = BlockRates(rate, 0.5)
        phases = [Phase(0.3, 100.0, dose, rates), Phase(0.7, 0.0, 0.0, RATES)]
        return course(PLAIN, phases, times)

    together = experiment(doses, kon)
    assert together.shape == (3, 2, 7, 10)
    for i in range(3):
        for j in range(2):
            assert together[i, j] == pytest.approx(experiment(doses[i, 0], kon[j]), rel=1e-12)


@settings(deadline=None, max_examples=25)
@given(
    st.just(0.0) | st.floats(1e-9, 1e4), st.just(0.0) | st.floats(1e-9, 1e3), st.floats(0.01, 10)
)
def test_no_receptor_is_lost(agonist: float, blocker: float, duration: float) -> None:
    phase = Phase(duration, agonist, blocker, RATES)
    assert np.abs(rate_matrix(FACTORS, phase).sum(axis=-2)).max() <= 1e-9 * (1 + agonist + blocker)
    found = course(FACTORS, [phase], np.linspace(0, duration, 5))
    assert found.sum(axis=-1) == pytest.approx(np.ones(5), rel=1e-9)


@pytest.mark.parametrize("gating", [PLAIN, FACTORS])
@pytest.mark.parametrize("agonist", [0.3, 1.0, 30.0])
def test_the_long_run_is_detailed_balance(gating: Gating, agonist: float) -> None:
    blocker = 2.0
    left = RATES.koff_per_s / (RATES.koff_per_s + blocker * RATES.kon_per_um_s)
    end = course(gating, [Phase(500.0, agonist, blocker, RATES)], [500.0])[0]
    assert end[STATES.index("O")] == pytest.approx(open_probability(gating, agonist) * left)
    assert blocked(end) == pytest.approx(1 - left)


def test_the_statistical_factors_change_how_the_second_state_fills() -> None:
    # C1 with two equal sites is twice as likely against C0; C2 is the same against C0.
    ends = {}
    for gating in (PLAIN, FACTORS):
        end = course(gating, [Phase(500.0, 1.0, 0.0, RATES)], [500.0])[0]
        ends[gating.statistical_factors] = end[1] / end[0], end[2] / end[0]
    assert ends[True][0] == pytest.approx(2 * ends[False][0])
    assert ends[True][1] == pytest.approx(ends[False][1])
    assert open_probability(FACTORS) == open_probability(PLAIN)


def test_a_saturating_agonist_is_the_limit() -> None:
    assert open_probability(PLAIN, 1e9) == pytest.approx(float(open_probability(PLAIN)))
    assert open_probability(PLAIN, 0.0) == 0


def test_block_needs_use() -> None:
    unused = course(PLAIN, [Phase(100.0, 0.0, 50.0, RATES)], [100.0])
    assert blocked(unused) == 0
    pulse, rest = Phase(0.02, 1000.0, 3.0, RATES), Phase(0.98, 0.0, 3.0, RATES)
    held = blocked(course(PLAIN, [pulse, rest] * 8, np.arange(1, 9)))
    assert held[0] > 0
    assert (np.diff(held) > 0).all()


def test_a_blocker_is_trapped_until_the_channel_is_used_again() -> None:
    load = Phase(2.0, 1000.0, 20.0, RATES)
    wash = Phase(600.0, 0.0, 0.0, RATES)
    use = Phase(40.0, 1000.0, 0.0, RATES)
    held = blocked(course(PLAIN, [load, wash, use], [2.0, 30.0, 602.0, 642.0]))
    assert held[1] > 0.9 * held[0]
    assert held[2] == pytest.approx(held[1], abs=1e-9)  # ten minutes free nothing
    assert held[3] < 0.1 * held[2]


def test_peaks_fall_with_each_opening() -> None:
    pulse, rest = Phase(0.02, 1000.0, 3.0, RATES), Phase(1.98, 0.0, 3.0, RATES)
    peaks = open_unblocked(course(PLAIN, [pulse, rest] * 6, 2.0 * np.arange(6) + 0.02))
    assert (np.diff(peaks) < 0).all()
    free = Phase(0.02, 1000.0, 0.0, RATES)
    first = open_unblocked(course(PLAIN, [free], [0.02]))[0]
    assert peaks[0] == pytest.approx(first, rel=0.02)


def test_rates_of_a_current_come_out_of_the_open_channels_where_gating_is_fast() -> None:
    # Block a thousand times slower than gating: one exponential at Po times the open rates.
    slow = BlockRates(2e-3, 1e-3)
    po = open_probability(PLAIN)
    steady = Phase(20.0, 1e6, 0.0, slow)
    block = Phase(2000.0, 1e6, 1.5, of_open_channel(slow, po))
    times = np.linspace(0, 1999, 9)
    found = open_unblocked(course(PLAIN, [steady, block], 20 + times)) / po
    assert found == pytest.approx(unblocked_while_active(slow, 1.5, times), abs=1e-3)


def test_onset_is_one_exponential_to_the_settled_block() -> None:
    times = np.array([0.0, 0.7, 1e3])
    rate = 2 * 0.4 + 0.5
    expected = 1 - 0.8 / rate * (1 - np.exp(-rate * times))
    found = unblocked_while_active(RATES, [0.0, 2.0], times)
    assert found.shape == (2, 3)
    assert found[1] == pytest.approx(expected)
    assert (found[0] == 1).all()


def test_a_blocker_without_rates_changes_nothing() -> None:
    assert (unblocked_while_active(BlockRates(0.0, 0.0), 1.0, [0.0, 9.0]) == 1).all()


@given(voltages, concentrations)
def test_magnesium_block_is_the_formula_and_depolarisation_relieves_it(v, magnesium) -> None:
    found = magnesium_unblocked(v, magnesium, **MAGNESIUM)
    assert found == pytest.approx(1 / (1 + magnesium / 3 * math.exp(-0.06 * v)), rel=1e-9)
    assert magnesium_unblocked(v + 1, magnesium, **MAGNESIUM) >= found
    assert magnesium_unblocked(v, 1.1 * magnesium, **MAGNESIUM) <= found


def test_magnesium_at_its_limits() -> None:
    assert magnesium_unblocked(-70, 0.0, **MAGNESIUM) == 1
    assert magnesium_unblocked([-1e6, 1e6], 1.0, **MAGNESIUM).tolist() == [0, 1]
    assert magnesium_unblocked(0.0, 3.0, **MAGNESIUM) == pytest.approx(0.5)


@given(concentrations, voltages)
def test_block_by_ic50_is_the_formula_bounded_and_ordered(c: float, v: float) -> None:
    half = 0.8 * math.exp((v + 60) / 30)
    found = unblocked_by_ic50(BLOCKER, c, v)
    assert found == pytest.approx(1 / (1 + (c / half) ** 0.9), rel=1e-9)
    assert 0 <= found <= 1
    assert unblocked_by_ic50(BLOCKER, 1.1 * c, v) <= found
    assert unblocked_by_ic50(BLOCKER, c, v + 1) >= found


def test_half_is_left_at_the_ic50_of_every_voltage() -> None:
    v = np.linspace(-120, 60, 7)
    assert unblocked_by_ic50(BLOCKER, ic50_at(BLOCKER, v), v) == pytest.approx(np.full(7, 0.5))
    assert unblocked_by_ic50(BLOCKER, 0.0, v).tolist() == [1.0] * 7


def test_an_unknown_dependence_on_voltage_is_refused() -> None:
    block = Ic50Block(1.4, 1.0, -67.0, None)
    assert ic50_at(block, [-67.0, -67.0]).tolist() == [1.4, 1.4]
    with pytest.raises(ValueError, match=r"voltage_mv must be -67: .* is not known"):
        ic50_at(block, [-67.0, -60.0])


def test_the_e_fold_is_that_of_an_ion_in_the_field() -> None:
    # R T / F at 25 degrees Celsius is 25.69 mV.
    assert e_fold_mv(1.0, 25.0) == pytest.approx(25.693, abs=1e-3)
    assert e_fold_mv(0.5, 25.0) == pytest.approx(2 * e_fold_mv(1.0, 25.0))
    assert e_fold_mv(0.5, 25.0, charge=2) == pytest.approx(e_fold_mv(1.0, 25.0))


@given(voltages, fractions)
def test_voltage_moves_the_settled_block_as_the_ic50_however_it_divides(v, share) -> None:
    moved = rates_at(RATES, v, reference_mv=-60.0, e_fold_mv=30.0, binding_share=share)
    ratio = float(moved.koff_per_s / moved.kon_per_um_s)
    assert ratio == pytest.approx(0.5 / 0.4 * math.exp((v + 60) / 30))
    only_off = rates_at(RATES, v, reference_mv=-60.0, e_fold_mv=30.0, binding_share=0.0)
    assert float(only_off.kon_per_um_s) == 0.4
    only_on = rates_at(RATES, v, reference_mv=-60.0, e_fold_mv=30.0, binding_share=1.0)
    assert float(only_on.koff_per_s) == 0.5


@given(fractions, fractions)
def test_two_blockers_leave_no_more_than_either_alone(first: float, second: float) -> None:
    free = both_unblocked(first, second, exclusive=False)
    shared = both_unblocked(first, second, exclusive=True)
    assert 0 <= free <= shared + 1e-15
    # Beyond rounding, and below 1e-300 a double has few digits left.
    assert shared <= min(first, second) * (1 + 1e-12) + 1e-300


def test_channels_that_hold_one_blocker_are_mass_action() -> None:
    # c1 / K1 = 3 and c2 / K2 = 1: one channel in five is free.
    assert both_unblocked(1 / 4, 1 / 2, exclusive=True) == pytest.approx(1 / 5)
    assert both_unblocked(1 / 4, 1 / 2, exclusive=False) == pytest.approx(1 / 8)
    assert both_unblocked(0.0, 0.0, exclusive=True) == 0


def test_the_current_turns_round_at_the_reversal_potential() -> None:
    v = np.array([-40.0, 10.0, 60.0])
    found = nmda_current(v, conductance_ns=2.0, reversal_mv=10.0, unblocked=[0.1, 1.0, 0.5])
    assert found == pytest.approx(np.array([-10.0, 0.0, 50.0]))


@given(st.lists(st.tuples(st.floats(0, 1e3), st.floats(1e-3, 1e3)), min_size=1, max_size=4))
def test_ligands_compete_for_one_site(pairs) -> None:
    c, k = np.array(pairs).T
    held = occupancy(c, k)
    assert (held >= 0).all()
    assert held.sum() <= 1
    # Mass action: bound = free x c / K for each.
    assert held == pytest.approx((1 - held.sum()) * c / k, rel=1e-6, abs=1e-9)


def test_a_second_ligand_displaces_the_first() -> None:
    found = occupancy([[1.0, 0.0], [1.0, 5.0]], [1.0, 1.0])
    assert found[0].tolist() == [0.5, 0.0]
    assert found[1] == pytest.approx(np.array([1 / 7, 5 / 7]))


def test_a_mixture_at_its_own_constant_leaves_half_the_sites() -> None:
    k = mixture_constant([0.5, 0.5], [0.3, 1.4])
    assert occupancy([k / 2, k / 2], [0.3, 1.4]).sum() == pytest.approx(0.5)
    assert mixture_constant([1.0, 0.0], [0.3, 1.4]) == pytest.approx(0.3)


BAD = {
    "k0_mm": lambda: magnesium_unblocked(-70, 1, k0_mm=0.0, slope_per_mv=0.06),
    "slope_per_mv": lambda: magnesium_unblocked(-70, 1, k0_mm=3.0, slope_per_mv=-0.06),
    "magnesium_mm": lambda: magnesium_unblocked(-70, -1, **MAGNESIUM),
    "voltage_mv": lambda: magnesium_unblocked(math.nan, 1, **MAGNESIUM),
    "electrical_distance": lambda: e_fold_mv(1.2, 22),
    "temperature_c": lambda: e_fold_mv(0.8, -300),
    "charge": lambda: e_fold_mv(0.8, 22, charge=0),
    "ic50_um": lambda: Ic50Block(0.0, 1.0, -70.0, 30.0),
    "hill": lambda: Ic50Block(1.0, math.nan, -70.0, 30.0),
    "reference_mv": lambda: Ic50Block(1.0, 1.0, math.inf, 30.0),
    "e_fold_mv": lambda: Ic50Block(1.0, 1.0, -70.0, 0.0),
    "concentration_um": lambda: unblocked_by_ic50(BLOCKER, [1.0, -1.0], -60),
    "first": lambda: both_unblocked(1.1, 0.5, exclusive=True),
    "second": lambda: both_unblocked(0.5, -0.1, exclusive=False),
    "conductance_ns": lambda: nmda_current(0, conductance_ns=-1, reversal_mv=0, unblocked=1),
    "reversal_mv": lambda: nmda_current(0, conductance_ns=1, reversal_mv=math.nan, unblocked=1),
    "unblocked": lambda: nmda_current(0, conductance_ns=1, reversal_mv=0, unblocked=2),
    "concentrations_um": lambda: occupancy([1.0, 2.0, 3.0], [1.0, 1.0]),
    "constants_um": lambda: occupancy([1.0], [0.0]),
    "fractions": lambda: mixture_constant([0.5, 0.6], [1.0, 1.0]),
    "fractions and constants_um": lambda: mixture_constant([1.0], [1.0, 1.0]),
    "kon_per_um_s": lambda: BlockRates(-1.0, 1.0),
    "koff_per_s": lambda: BlockRates(1.0, "fast"),
    "binding_share": lambda: rates_at(
        RATES, -70, reference_mv=-60.0, e_fold_mv=30.0, binding_share=1.5
    ),
    "open_probability": lambda: of_open_channel(RATES, 0.0),
    "opening_per_s": lambda: Gating(5, 6, 12, 8, 0.0, 90, statistical_factors=True),
    "statistical_factors": lambda: Gating(5, 6, 12, 8, 60, 90, statistical_factors=1),
    "duration_s": lambda: Phase(0.0, 1.0, 1.0, RATES),
    "agonist_um": lambda: Phase(1.0, -1.0, 1.0, RATES),
    "blocker_um": lambda: Phase(1.0, 1.0, math.nan, RATES),
    "block": lambda: Phase(1.0, 1.0, 1.0, BLOCKER),
    "phases": lambda: course(PLAIN, [], [0.0]),
    "phases must hold": lambda: course(PLAIN, [RATES], [0.0]),
    "times_s": lambda: course(PLAIN, [Phase(1.0, 1.0, 1.0, RATES)], [1.0, 0.5]),
    "times_s must not exceed": lambda: course(PLAIN, [Phase(1.0, 1.0, 1.0, RATES)], [1.1]),
    "states": lambda: blocked([1.0, 0.0]),
    "constants_um must have shape": lambda: occupancy([[1.0]], [[1.0]]),
    "times_s must have shape": lambda: unblocked_while_active(RATES, 1.0, 0.5),
}


@pytest.mark.parametrize("argument", BAD)
def test_bad_values_are_refused_by_name(argument: str) -> None:
    with pytest.raises(ValueError, match=rf"^{argument} "):
        BAD[argument]()


def test_durations_that_add_up_but_for_rounding_are_accepted() -> None:
    phases = [Phase(0.1, 10.0, 1.0, RATES)] * 10
    assert course(PLAIN, phases, [0.0, 1.0]).shape == (2, 10)


def test_what_was_checked_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        RATES.kon_per_um_s[...] = -1

"""The NMDA receptor: its block by magnesium and by ketamine, at rest and in use.

A current through the receptor is conductance x driving force x the fractions that magnesium and
a blocker leave unblocked. A blocker is described either by its IC50 (`Ic50Block`: what is left
once block has settled) or by its rate constants (`BlockRates`: how block comes and goes while
channels open). The two descriptions of one source can disagree, so no function takes both.

Depolarisation relieves a block whose site lies inside the membrane's field: at an electrical
distance delta from the outside, it changes e-fold in R T / (z delta F).
Source: Woodhull AM. Ionic blockage of sodium channels in nerve. J Gen Physiol 1973;61:687-708.

Voltages are in mV, inside minus outside; concentrations in uM (micromolar), of magnesium in mM.
Arguments of a function broadcast against each other as NumPy arrays do. Every function raises
ValueError, naming the argument, for a value that is not a finite number or outside its range.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import constants
from scipy.special import expit

from ketalab.models.arguments import Array, numbers, one_number
from ketalab.models.matrix_exponential import matrix_exponential

# Agonist bound to no, one or both sites; desensitised; open. The same again with a blocker inside.
STATES = ("C0", "C1", "C2", "D", "O", "C0B", "C1B", "C2B", "DB", "OB")
_C0, _C1, _C2, _D, _O = range(5)
_BLOCKED = 5  # the first blocked state; its partner stands five places before it


def magnesium_unblocked(
    voltage_mv: ArrayLike, magnesium_mm: ArrayLike, *, k0_mm: ArrayLike, slope_per_mv: ArrayLike
) -> Array:
    """Return the fraction of open channels that external magnesium leaves unblocked, 0 to 1.

        B(V) = 1 / (1 + [Mg] / K0 exp(-slope V))

    voltage_mv: mV. magnesium_mm: mM, zero or more. k0_mm: the concentration that blocks half at
    0 mV, mM, above zero. slope_per_mv: 1/mV, above zero. Returns the common shape.
    Source: Jahr CE, Stevens CF. J Neurosci 1990;10:3178-3182.
    """
    voltage = numbers("voltage_mv", voltage_mv, any_sign=True)
    magnesium = numbers("magnesium_mm", magnesium_mm)
    k0, slope = (
        numbers("k0_mm", k0_mm, above_zero=True),
        numbers("slope_per_mv", slope_per_mv, above_zero=True),
    )
    # As a logistic function, so that a voltage far below rest gives 0 and no overflow.
    return _one_over_one_plus(magnesium / k0, -slope * voltage)


def e_fold_mv(
    electrical_distance: ArrayLike, temperature_c: ArrayLike, *, charge: int = 1
) -> Array:
    """Return the change of voltage that changes a block e-fold, mV: R T / (z delta F).

    electrical_distance: delta, the fraction of the membrane's field between the outside and the
    site, above 0 up to 1. temperature_c: degrees Celsius. charge: z, a whole number above zero.
    Source: Woodhull 1973, as above.
    """
    delta = numbers("electrical_distance", electrical_distance, above_zero=True)
    if (delta > 1).any():
        raise ValueError(f"electrical_distance must not exceed 1, got {delta.max()}")
    kelvin = constants.convert_temperature(
        numbers("temperature_c", temperature_c, any_sign=True), "C", "K"
    )
    if (kelvin <= 0).any():
        raise ValueError("temperature_c must be above absolute zero")
    if isinstance(charge, bool) or charge != int(charge) or charge < 1:
        raise ValueError(f"charge must be a whole number above zero, got {charge}")
    faraday = constants.physical_constants["Faraday constant"][0]
    e_fold: Array = constants.R * kelvin / (charge * delta * faraday) / constants.milli
    return e_fold


@dataclass(frozen=True, slots=True)
class Ic50Block:
    """A blocker by the concentration that halves the current, once block has settled.

    ic50_um: uM at ``reference_mv``, above zero. hill: the slope, above zero. reference_mv: where
    the IC50 was measured, mV. e_fold_mv: mV, above zero (`e_fold_mv`), or None where the
    dependence on voltage is not known: the IC50 then holds at ``reference_mv`` only.
    """

    ic50_um: float
    hill: float
    reference_mv: float
    e_fold_mv: float | None

    def __post_init__(self) -> None:
        for name in ("ic50_um", "hill"):
            one_number(name, getattr(self, name), above_zero=True)
        one_number("reference_mv", self.reference_mv, any_sign=True)
        if self.e_fold_mv is not None:
            one_number("e_fold_mv", self.e_fold_mv, above_zero=True)


def ic50_at(block: Ic50Block, voltage_mv: ArrayLike) -> Array:
    """Return the IC50 at a voltage, uM: IC50(V) = IC50(Vref) exp((V - Vref) / e-fold).

    voltage_mv: mV, any shape, which the result has. Source: Woodhull 1973, as above.
    Raises ValueError also where the dependence on voltage is not known and a voltage is not the
    one of the measurement.
    """
    voltage = numbers("voltage_mv", voltage_mv, any_sign=True)
    if block.e_fold_mv is None:
        if (voltage != block.reference_mv).any():
            raise ValueError(
                f"voltage_mv must be {block.reference_mv:g}: how this block depends on voltage "
                "is not known"
            )
        return np.full(voltage.shape, block.ic50_um)
    return block.ic50_um * np.exp((voltage - block.reference_mv) / block.e_fold_mv)


def unblocked_by_ic50(
    block: Ic50Block, concentration_um: ArrayLike, voltage_mv: ArrayLike
) -> Array:
    """Return the fraction of the current that a blocker leaves, 0 to 1, once block has settled.

        U = 1 / (1 + (c / IC50(V))^n)

    concentration_um: free at the receptor, uM, zero or more. voltage_mv: mV. Common shape.
    Source: the equation that Hill AV used for haemoglobin in 1910, with the IC50 of `ic50_at`.
    Raises ValueError as `ic50_at` does.
    """
    concentration = numbers("concentration_um", concentration_um)
    half = ic50_at(block, voltage_mv)
    with np.errstate(divide="ignore"):  # log 0 = -inf: nothing is blocked
        return expit(-block.hill * (np.log(concentration) - np.log(half)))


def both_unblocked(first: ArrayLike, second: ArrayLike, *, exclusive: bool) -> Array:
    """Return the fraction that two blockers together leave unblocked, 0 to 1.

    first, second: the fractions that each leaves alone, 0 to 1.
    exclusive: False multiplies them, U1 U2: each blocks as if the other were not there.
        True takes it that a channel holds one blocker at a time: the ratios of blocked to
        unblocked add, 1 / U = 1 / U1 + 1 / U2 - 1, which leaves more unblocked.
    Magnesium and ketamine both enter the pore; which of the two rules holds for them is not
    stated by the sources of the course. Both follow from the law of mass action.
    """
    u1, u2 = _fraction("first", first), _fraction("second", second)
    if not exclusive:
        return u1 * u2
    both = u1 + u2 - u1 * u2
    return np.divide(u1 * u2, both, out=np.zeros(np.shape(both)), where=both > 0)


def nmda_current(
    voltage_mv: ArrayLike,
    *,
    conductance_ns: ArrayLike,
    reversal_mv: ArrayLike,
    unblocked: ArrayLike,
) -> Array:
    """Return the current, pA, negative where it flows into the cell: I = g (V - Erev) U.

    voltage_mv, reversal_mv: mV. conductance_ns: of all open channels without any block, nS, zero
    or more. unblocked: the fraction that all blockers together leave, 0 to 1. Common shape.
    Source: Ohm's law for the open channel, as in the receptor models that take their magnesium
    block from Jahr and Stevens 1990.
    """
    voltage = numbers("voltage_mv", voltage_mv, any_sign=True)
    conductance = numbers("conductance_ns", conductance_ns)
    driving = voltage - numbers("reversal_mv", reversal_mv, any_sign=True)
    return conductance * driving * _fraction("unblocked", unblocked)


def occupancy(concentrations_um: ArrayLike, constants_um: ArrayLike) -> Array:
    """Return the fraction of sites that each of several ligands holds when they compete for one.

        theta_i = (c_i / K_i) / (1 + sum_j c_j / K_j)

    concentrations_um: free, uM, zero or more, shape (..., ligands). constants_um: the Ki of each,
    uM, above zero, shape (ligands,). Returns shape (..., ligands); what is missing to 1 is free.
    Source: simple competition after Gaddum and Clark, the law of mass action for one site.
    """
    ki = numbers("constants_um", constants_um, above_zero=True)
    if ki.ndim != 1 or not ki.size:
        raise ValueError(f"constants_um must have shape (ligands,), got {ki.shape}")
    ratio = numbers("concentrations_um", concentrations_um)
    if not ratio.ndim or ratio.shape[-1] != ki.size:
        raise ValueError(
            f"concentrations_um must have shape (..., {ki.size}), one for each ligand, "
            f"got {ratio.shape}"
        )
    ratio = ratio / ki
    held: Array = ratio / (1 + ratio.sum(axis=-1, keepdims=True))
    return held


def mixture_constant(fractions: ArrayLike, constants_um: ArrayLike) -> float:
    """Return the Ki of a mixture, uM of all its parts together: 1 / K = sum_i f_i / K_i.

    fractions: the share of each ligand, zero or more, sum 1; of a racemate one half each.
    constants_um: the Ki of each, uM, above zero, same shape (ligands,). A mixture at its own
    constant leaves half of the sites free (`occupancy`).
    """
    shares = numbers("fractions", fractions)
    ki = numbers("constants_um", constants_um, above_zero=True)
    if ki.ndim != 1 or shares.shape != ki.shape:
        raise ValueError(
            f"fractions and constants_um must share one shape (ligands,), "
            f"got {shares.shape} and {ki.shape}"
        )
    if not np.isclose(shares.sum(), 1, rtol=0, atol=1e-9):
        raise ValueError(f"fractions must sum to 1, got {shares.sum()}")
    return float(1 / (shares / ki).sum())


@dataclass(frozen=True, slots=True, eq=False)
class BlockRates:
    """A blocker by its rate constants.

    kon_per_um_s: binding, 1/(uM s), zero or more. koff_per_s: unbinding, 1/s, zero or more.
    Each one number or an array, kept as read-only arrays.
    """

    kon_per_um_s: ArrayLike
    koff_per_s: ArrayLike

    def __post_init__(self) -> None:
        for name in ("kon_per_um_s", "koff_per_s"):
            object.__setattr__(self, name, numbers(name, getattr(self, name)))


def rates_at(
    rates: BlockRates,
    voltage_mv: ArrayLike,
    *,
    reference_mv: float,
    e_fold_mv: float,
    binding_share: float,
) -> BlockRates:
    """Return the rates at another voltage.

        kon(V) = kon exp(-s (V - Vref) / e-fold),  koff(V) = koff exp((1 - s) (V - Vref) / e-fold)

    rates: at ``reference_mv``. voltage_mv: mV. e_fold_mv: mV, above zero (`e_fold_mv`).
    binding_share: s, 0 to 1: how much of the dependence lies in binding. The ratio koff / kon,
    and with it the settled block, does not depend on s; how fast block settles does.
    Source: Woodhull 1973, as above.
    """
    share = one_number("binding_share", _fraction("binding_share", binding_share))
    reference = one_number("reference_mv", reference_mv, any_sign=True)
    fold = one_number("e_fold_mv", e_fold_mv, above_zero=True)
    shift = (numbers("voltage_mv", voltage_mv, any_sign=True) - reference) / fold
    return BlockRates(
        np.asarray(rates.kon_per_um_s, dtype=float) * np.exp(-share * shift),
        np.asarray(rates.koff_per_s, dtype=float) * np.exp((1 - share) * shift),
    )


def unblocked_while_active(
    rates: BlockRates, concentration_um: ArrayLike, times_s: ArrayLike
) -> Array:
    """Return the fraction of a steady current that is left after a blocker is applied, 0 to 1.

        U(t) = 1 - c kon / r (1 - exp(-r t)),  r = c kon + koff

    rates: of the current as a whole, as they are read off its onset and offset. concentration_um:
    uM, zero or more, present from t = 0. times_s: s, zero or more, shape (times,).
    Returns shape (..., times). Source: the law of mass action for one site, solved.
    """
    c = numbers("concentration_um", concentration_um)
    times = numbers("times_s", times_s)
    if times.ndim != 1:
        raise ValueError(f"times_s must have shape (times,), got {times.shape}")
    on = np.asarray(c * np.asarray(rates.kon_per_um_s, dtype=float))[..., None]
    total = on + np.asarray(rates.koff_per_s, dtype=float)[..., None]
    settled = np.divide(on, total, out=np.zeros(np.shape(total)), where=total > 0)
    left: Array = 1 + settled * np.expm1(-total * times)
    return left


def of_open_channel(rates: BlockRates, open_probability: ArrayLike) -> BlockRates:
    """Return the rates of a channel that is open, from those of a steady current.

    A blocker enters and leaves open channels only, so a current whose channels are open with
    probability Po settles at Po times the rates of the open channel. This holds where gating is
    fast against the block; the ratio koff / kon is the same in any case.

    rates: as read off a current. open_probability: of channels without blocker, above 0, up to 1.
    """
    po = numbers(
        "open_probability", _fraction("open_probability", open_probability), above_zero=True
    )
    return BlockRates(
        np.asarray(rates.kon_per_um_s, dtype=float) / po,
        np.asarray(rates.koff_per_s, dtype=float) / po,
    )


@dataclass(frozen=True, slots=True)
class Gating:
    """How a receptor opens: C0 - C1 - C2 - O and C2 - D, two agonists bound one after the other.

    binding_per_um_s: of agonist, 1/(uM s). unbinding_per_s, desensitisation_per_s (C2 to D),
    resensitisation_per_s (D to C2), opening_per_s (C2 to O), closing_per_s (O to C2): 1/s. All
    above zero.
    statistical_factors: False gives both steps the rates as they stand. True takes them as those
    of one of two equal sites: 2 x binding and 1 x unbinding for the first step, 1 x binding and
    2 x unbinding for the second. Published code differs here, so there is no default.
    Sources of the scheme: Clements JD, Westbrook GL. Neuron 1991;7:605. Lester RAJ, Jahr CE.
    J Neurosci 1992;12:635.
    """

    binding_per_um_s: float
    unbinding_per_s: float
    desensitisation_per_s: float
    resensitisation_per_s: float
    opening_per_s: float
    closing_per_s: float
    statistical_factors: bool

    def __post_init__(self) -> None:
        for name in self.__slots__[:-1]:
            one_number(name, getattr(self, name), above_zero=True)
        if not isinstance(self.statistical_factors, bool):
            raise ValueError(
                f"statistical_factors must be True or False, got {self.statistical_factors!r}"
            )


@dataclass(frozen=True, slots=True, eq=False)
class Phase:
    """A stretch of time in which nothing outside the receptor changes.

    duration_s: s, above zero. agonist_um, blocker_um: uM, zero or more. block: the rates of the
    blocker at the open channel and at the voltage of this phase. Arrays broadcast.
    """

    duration_s: float
    agonist_um: ArrayLike
    blocker_um: ArrayLike
    block: BlockRates

    def __post_init__(self) -> None:
        one_number("duration_s", self.duration_s, above_zero=True)
        for name in ("agonist_um", "blocker_um"):
            object.__setattr__(self, name, numbers(name, getattr(self, name)))
        if not isinstance(self.block, BlockRates):
            raise ValueError(f"block must be BlockRates, got {self.block!r}")


def rate_matrix(gating: Gating, phase: Phase) -> Array:
    """Return Q in dp/dt = Q p, 1/s, shape (..., 10, 10), in the order of `STATES`.

    The blocker enters and leaves the open channel only (O - OB). A channel with a blocker inside
    gates as one without: it closes, loses its agonist and so traps the blocker. This is full
    trapping without any effect of the blocker on gating, the simplest such scheme.
    Columns sum to zero. Source of the idea: PMC2768015, figure 5 (at the deep site, a
    blocker binds and unbinds while the channel is open and is trapped when it closes).
    """
    factor = 2.0 if gating.statistical_factors else 1.0
    agonist, blocker, kon, koff = (
        np.asarray(value, dtype=float)
        for value in (
            phase.agonist_um,
            phase.blocker_um,
            phase.block.kon_per_um_s,
            phase.block.koff_per_s,
        )
    )
    steps: tuple[tuple[int, int, Array | float, float], ...] = (
        (_C0, _C1, factor * gating.binding_per_um_s * agonist, gating.unbinding_per_s),
        (_C1, _C2, gating.binding_per_um_s * agonist, factor * gating.unbinding_per_s),
        (_C2, _D, gating.desensitisation_per_s, gating.resensitisation_per_s),
        (_C2, _O, gating.opening_per_s, gating.closing_per_s),
    )
    on = blocker * kon
    shape = np.broadcast_shapes(agonist.shape, np.shape(on), koff.shape)
    matrix = np.zeros((*shape, len(STATES), len(STATES)))
    for here, there, forth, back in steps:
        for offset in (0, _BLOCKED):
            _link(matrix, here + offset, there + offset, forth, back)
    _link(matrix, _O, _O + _BLOCKED, on, koff)
    return matrix


def course(gating: Gating, phases: Sequence[Phase], times_s: ArrayLike) -> Array:
    """Return the probability of each state over time, shape (..., times, 10), as in `STATES`.

    All receptors start closed, without agonist or blocker (C0). phases: one or more, one after
    the other from t = 0; repeated openings are repeated phases. times_s: s, shape (times,),
    strictly increasing, from 0 to the end of the last phase.

    Exact: p(t) = exp(Q (t - t0)) p(t0) within each phase, with the exponential of the matrix by
    scaling and squaring (`matrix_exponential`).
    Raises ValueError also for no phases and for times outside them.
    """
    if not isinstance(phases, Sequence) or not phases:
        raise ValueError("phases must be a sequence of one phase or more")
    for phase in phases:
        if not isinstance(phase, Phase):
            raise ValueError(f"phases must hold Phase, got {phase!r}")
    times = numbers("times_s", times_s)
    if times.ndim != 1 or not times.size or (np.diff(times) <= 0).any():
        raise ValueError("times_s must have shape (times,), not be empty and strictly increase")
    ends = np.cumsum([phase.duration_s for phase in phases])
    if times[-1] > ends[-1] * (1 + 1e-12):  # durations that add up to the end but for rounding
        raise ValueError(f"times_s must not exceed the end of the last phase, {ends[-1]:g} s")

    state = np.zeros(len(STATES))
    state[_C0] = 1.0
    edges = [*np.searchsorted(times, ends[:-1]), times.size]
    parts, begin, start = [], 0, 0.0
    for phase, end, edge in zip(phases, ends, edges, strict=True):
        matrix = rate_matrix(gating, phase)[..., None, :, :]
        spans = np.append(times[begin:edge] - start, phase.duration_s)
        moves = matrix_exponential(matrix * spans[:, None, None])
        found = (moves @ state[..., None, :, None])[..., 0]
        parts.append(found[..., :-1, :])
        state, begin, start = found[..., -1, :], edge, end
    shape = np.broadcast_shapes(*(part.shape[:-2] for part in parts))
    found = np.concatenate(
        [np.broadcast_to(part, (*shape, *part.shape[-2:])) for part in parts], axis=-2
    )
    return np.clip(found, 0.0, 1.0)  # rounding can put a probability a hair outside


def open_unblocked(states: ArrayLike) -> Array:
    """Return the share of receptors that conduct, 0 to 1, shape (..., times): state O.

    states: the probabilities that `course` returns.
    """
    return _states(states)[..., _O]


def blocked(states: ArrayLike) -> Array:
    """Return the share of receptors that hold a blocker, open or trapped, 0 to 1.

    states: the probabilities that `course` returns. Shape (..., times).
    """
    share: Array = _states(states)[..., _BLOCKED:].sum(axis=-1)
    return share


def open_probability(gating: Gating, agonist_um: ArrayLike | None = None) -> Array:
    """Return the share of receptors open in the end under a steady agonist, no blocker, 0 to 1.

    agonist_um: uM, zero or more, whose shape the result has; None for a saturating agonist.
    From detailed balance, with a = agonist x binding / unbinding and f = 2 with statistical
    factors, 1 without:
        C0 : C1 : C2 = 1 : f a : a^2,  O = C2 opening / closing,
        D = C2 desensitisation / resensitisation
    A trapping blocker of `rate_matrix` leaves of this koff / (koff + c kon).
    """
    opened = gating.opening_per_s / gating.closing_per_s
    bound = 1 + opened + gating.desensitisation_per_s / gating.resensitisation_per_s
    if agonist_um is None:
        return np.array(opened / bound)
    agonist = numbers("agonist_um", agonist_um)
    a = agonist * gating.binding_per_um_s / gating.unbinding_per_s
    once = (2 if gating.statistical_factors else 1) * a
    return a * a * opened / (1 + once + a * a * bound)


def _link(matrix: Array, here: int, there: int, forth: Array | float, back: Array | float) -> None:
    matrix[..., there, here] += forth
    matrix[..., here, here] -= forth
    matrix[..., here, there] += back
    matrix[..., there, there] -= back


def _one_over_one_plus(factor: Array, exponent: Array) -> Array:
    """Return 1 / (1 + factor exp(exponent)) for any exponent."""
    with np.errstate(divide="ignore"):  # log 0 = -inf: nothing is blocked
        return expit(-(np.log(factor) + exponent))


def _states(states: ArrayLike) -> Array:
    array = numbers("states", states)
    if not array.ndim or array.shape[-1] != len(STATES):
        raise ValueError(f"states must have shape (..., {len(STATES)}), got {array.shape}")
    return array


def _fraction(name: str, value: ArrayLike) -> Array:
    array = numbers(name, value)
    if (array > 1).any():
        raise ValueError(f"{name} must not exceed 1, got {array.max()}")
    return array

"""Amounts of a drug over time in any network of compartments with constant rates, exactly solved.

A flow carries the share k (1/h) of what is in one compartment to another, or out of the body:
    dA_i/dt = input_i(t) + sum_j k_ji A_j - sum_j k_ij A_i
What `Network.signals` carries is not taken from where it comes from: the concentration at an
effect site follows that in the blood without draining it.
Source: Gibaldi M, Perrier D. Pharmacokinetics, 2nd ed. Marcel Dekker 1982.

Between two changes of the input, A(t + h) = exp(K h) A(t) plus what came in. Chains of transit
compartments have equal rates and then no full set of eigenvectors, so this is the exponential of
the matrix itself, scaled and squared, with the input as one more column.
Source: Moler C, Van Loan C. SIAM Rev 2003;45:3-49. Van Loan CF. IEEE Trans Autom Control
1978;23:395-404.
For mammillary models `ketalab.models.kinetics` does the same faster, by eigenvalues.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ketalab.models.arguments import increasing_times, patients_in_common, per_patient
from ketalab.models.matrix_exponential import matrix_exponential

Array: TypeAlias = NDArray[np.float64]

# Where a flow that leaves the body ends. What has left can be asked for like a compartment.
OUT = "out"
# Numbers in one block of patients (patients x compartments x times), so that memory stays flat.
_BLOCK_SIZE = 2**20


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """Compartments and the flows between them, for one patient or for many.

    flows: from (compartment, compartment) to the rate, 1/h, zero or more, one number or an array
        of shape (patients,). ``OUT`` as the second name leaves the body. What is named in a flow
        is a compartment.
    signals: the same, for what follows a compartment without taking from it.

    Raises ValueError, naming the argument, for no flows, for a flow from ``OUT`` or from a
    compartment to itself, for a rate that is negative or not finite, and for numbers of patients
    that do not match.
    """

    flows: Mapping[tuple[str, str], ArrayLike]
    signals: Mapping[tuple[str, str], ArrayLike] = field(default_factory=dict)
    compartments: tuple[str, ...] = field(init=False)
    patients: int = field(init=False)

    def __post_init__(self) -> None:
        if not self.flows:
            raise ValueError("flows must hold one flow or more")
        names: dict[str, None] = {}
        patients = 1
        for argument in ("flows", "signals"):
            kept = {}
            for (begin, end), rate in getattr(self, argument).items():
                if begin in (OUT, end):
                    raise ValueError(f"{argument} must not run from {begin!r} to {end!r}")
                values = per_patient(f"{argument} from {begin} to {end}", rate)
                patients = patients_in_common(f"{argument} from {begin} to {end}", values, patients)
                kept[begin, end] = values
                names |= {begin: None, end: None}
            object.__setattr__(self, argument, MappingProxyType(kept))
        names.pop(OUT, None)
        object.__setattr__(self, "compartments", (*names, OUT))
        object.__setattr__(self, "patients", patients)

    def matrix(self) -> Array:
        """Return K in dA/dt = K A, 1/h, shape (patients, compartments, compartments)."""
        place = {name: i for i, name in enumerate(self.compartments)}
        matrix = np.zeros((self.patients, len(place), len(place)))
        for (begin, end), rate in self.flows.items():
            matrix[:, place[end], place[begin]] += np.asarray(rate, dtype=float)
            matrix[:, place[begin], place[begin]] -= np.asarray(rate, dtype=float)
        for (begin, end), rate in self.signals.items():
            matrix[:, place[end], place[begin]] += np.asarray(rate, dtype=float)
        return matrix


@dataclass(frozen=True, slots=True, eq=False)
class Input:
    """An amount that enters a compartment, at once or at a constant rate.

    compartment: its name. time_h: h. amount_mg: mg, zero or more, one number or shape (patients,).
    over_h: h, zero (at once) or more, the same for all patients. fraction: of the amount that
    enters, zero or more, one number or shape (patients,); one source has a scale factor above 1.
    Raises ValueError, naming the argument, for a value that is not finite or out of range.
    """

    compartment: str
    time_h: float
    amount_mg: ArrayLike
    over_h: float = 0.0
    fraction: ArrayLike = 1.0

    def __post_init__(self) -> None:
        for name in ("time_h", "over_h"):
            value = float(getattr(self, name))
            if not math.isfinite(value):
                raise ValueError(f"{name} must be finite, got {value}")
            object.__setattr__(self, name, value)
        if self.over_h < 0:
            raise ValueError(f"over_h must not be negative, got {self.over_h}")
        for name in ("amount_mg", "fraction"):
            object.__setattr__(self, name, per_patient(name, getattr(self, name)))

    @property
    def entering_mg(self) -> Array:
        """What enters in all, mg, shape (patients,) or (1,)."""
        amount: Array = np.asarray(self.amount_mg, dtype=float)
        fraction: Array = np.asarray(self.fraction, dtype=float)
        return amount * fraction


def amounts(
    network: Network, inputs: Sequence[Input], times_h: ArrayLike, compartments: Sequence[str]
) -> dict[str, Array]:
    """Return the amounts in some compartments over time, mg, each of shape (patients, times).

    inputs: one or more, in any order; they may overlap. times_h: h, shape (times,), strictly
    increasing; at the moment of an input at once, it is in. compartments: names; ``OUT`` is what
    has left. All are empty before the first input.

    Memory beyond the result does not grow with the patients. Even grids of times are the fast
    case: equal steps share one matrix.

    Raises ValueError, naming the argument, for no inputs, for a compartment that the network does
    not have, for times that are not finite or not increasing, and for numbers of patients that do
    not match.
    """
    times = increasing_times(times_h)
    patients = _checked(network, inputs, compartments)
    places = [network.compartments.index(name) for name in compartments]
    into = [network.compartments.index(one.compartment) for one in inputs]
    matrix = network.matrix()
    result = np.empty((len(places), patients, times.size))
    block = max(1, _BLOCK_SIZE // (times.size * len(network.compartments)))
    for begin in range(0, patients, block):
        rows = slice(begin, min(begin + block, patients))
        entering = [np.broadcast_to(one.entering_mg, patients)[rows] for one in inputs]
        some = np.broadcast_to(matrix, (patients, *matrix.shape[1:]))[rows]
        if len(matrix) == 1 and all(one.entering_mg.size == 1 for one in inputs):
            some = matrix
        result[:, rows] = _solved(some, inputs, into, entering, times, places)
    return dict(zip(compartments, result, strict=True))


def _solved(
    matrix: Array,
    inputs: Sequence[Input],
    into: list[int],
    entering: list[Array],
    times: Array,
    places: list[int],
) -> Array:
    """Return the amounts of one block: (places, patients, times)."""
    patients, size = len(entering[0]), matrix.shape[-1]
    stays = _Exponentials(matrix, _tolerance(times, inputs))
    state = np.zeros((patients, size + 1))
    result = np.zeros((len(places), patients, times.size))
    for now, until in pairwise(_edges(inputs, times)):
        rate = np.zeros((patients, size))
        for one, place, mg in zip(inputs, into, entering, strict=True):
            end = one.time_h + one.over_h
            if one.time_h == now == end:
                state[:, place] += mg
            elif one.time_h <= now < end:
                rate[:, place] += mg / one.over_h
        # The input as one more state that stays as it is, and its shares as one more column.
        state[:, size] = rate.sum(axis=1)
        share = np.divide(rate, state[:, size:], out=rate, where=state[:, size:] > 0)
        first, last = np.searchsorted(times, [now, until])
        at = np.unique([now, *times[first:last], until])
        path = _path(state, stays, share, np.diff(at))
        inside = path[:, :, np.searchsorted(at, times[first:last])]
        result[:, :, first:last] = inside[:, places].transpose(1, 0, 2)
        state = path[:, :, -1].copy()
    return result


def _path(state: Array, stays: _Exponentials, share: Array, steps: Array) -> Array:
    """Return the states (patients, states, steps + 1) from ``state`` on."""
    path = np.empty((*state.shape, steps.size + 1))
    path[:, :, 0] = state
    kinds, of_kind = _kinds(steps, stays.tolerance)
    done = 0
    while done < steps.size:
        same = of_kind[done:] != of_kind[done]
        count = int(np.argmax(same)) if same.any() else steps.size - done
        power = stays.over(float(kinds[of_kind[done]]), share)
        # Doubling: what n steps have reached, n steps further on. All entries of the powers are
        # zero or more, so that nothing cancels.
        run = path[:, :, done : done + count + 1]
        reached = 1
        while reached <= count:
            more = min(reached, count + 1 - reached)
            run[:, :, reached : reached + more] = power @ run[:, :, :more]
            reached += more
            if reached <= count:
                power = power @ power
        done += count
    return path


class _Exponentials:
    """exp(K h) for the steps h that occur, each computed once for each share of the input."""

    def __init__(self, matrix: Array, tolerance: float) -> None:
        self.tolerance = tolerance
        self._matrix = matrix
        self._known: dict[tuple[float, bytes], Array] = {}

    def over(self, step: float, share: Array) -> Array:
        if len(self._matrix) == 1:
            share = share[:1] if (share == share[:1]).all() else share
        key = step, share.tobytes()
        if key not in self._known:
            size = self._matrix.shape[-1]
            augmented = np.zeros((max(len(self._matrix), len(share)), size + 1, size + 1))
            augmented[:, :size, :size] = self._matrix
            augmented[:, :size, size] = share
            self._known[key] = matrix_exponential(augmented * step)
        return self._known[key]


def _kinds(steps: Array, tolerance: float) -> tuple[Array, NDArray[np.intp]]:
    """Return the distinct steps, and which of them each step is, rounding of times aside."""
    order = np.argsort(steps)
    new = np.diff(steps[order], prepend=-np.inf) > tolerance
    of_kind = np.empty(steps.size, dtype=np.intp)
    of_kind[order] = np.cumsum(new) - 1
    return np.bincount(of_kind, weights=steps) / np.bincount(of_kind), of_kind


def _edges(inputs: Sequence[Input], times: Array) -> list[float]:
    """Return when the input changes, up to a moment after the last time."""
    end = float(np.nextafter(times[-1], np.inf))
    changes = {one.time_h for one in inputs} | {one.time_h + one.over_h for one in inputs}
    return sorted({change for change in changes if change < end} | {end})


def _tolerance(times: Array, inputs: Sequence[Input]) -> float:
    latest = max(abs(times).max(), *(abs(one.time_h) + one.over_h for one in inputs))
    return 4 * np.finfo(float).eps * float(latest)


def _checked(network: Network, inputs: Sequence[Input], compartments: Sequence[str]) -> int:
    if not isinstance(inputs, Sequence) or not inputs:
        raise ValueError("inputs must be a sequence of one Input or more")
    for name in compartments:
        if name not in network.compartments:
            raise ValueError(f"compartments: the network has no {name!r}")
    patients = network.patients
    for one in inputs:
        if not isinstance(one, Input):
            raise ValueError(f"inputs must hold Input, got {one!r}")
        if one.compartment not in network.compartments or one.compartment == OUT:
            raise ValueError(f"compartment: the network has no {one.compartment!r} to enter")
        for name in ("amount_mg", "fraction"):
            patients = patients_in_common(name, np.asarray(getattr(one, name)), patients)
    return patients

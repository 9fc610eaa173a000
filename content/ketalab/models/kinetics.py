"""Concentration of a drug over time: linear compartments, exactly solved.

A mammillary model has a central compartment, where the drug enters and leaves, and up to two
peripheral ones that exchange only with it. With amounts A (mg), volumes V (L), clearance CL and
intercompartmental clearances Q (L/h), and C = A / V (mg/L):
    dA1/dt = input - CL C1 - sum_i Qi (C1 - Ci),    dAi/dt = Qi (C1 - Ci)
Source: Gibaldi M, Perrier D. Pharmacokinetics, 2nd ed. Marcel Dekker 1982.
An effect site follows the central compartment and takes no drug from it:
    dCe/dt = ke0 (C1 - Ce)
Source: Sheiner LB et al. Clin Pharmacol Ther 1979;25:358-371.

In x_i = A_i / sqrt(V_i) the matrix of rates is symmetric, so its eigenvalues are real and its
eigenvectors orthogonal; a dose given at once then decays as a sum of exponentials with positive
weights. Everything else is that sum convolved with the input, and the sum over all doses.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from ketalab.models.arguments import Array, increasing_times, patients_in_common, per_patient
from ketalab.models.exponentials import convolved

# Patients worked on together: their arrays fit in the cache, and memory beyond the result is flat.
_BLOCK = 256
_NOTHING = np.zeros(1)


@dataclass(frozen=True, slots=True, eq=False)
class Mammillary:
    """A model of 1 to 3 compartments, for one patient or for many.

    clearance_l_per_h: elimination from the central compartment, L/h, zero or more.
    volumes_l: one entry for each compartment, the central one first, L, above zero.
    intercompartmental_l_per_h: one entry for each peripheral compartment, L/h, zero or more.

    The clearance and each entry are one number or an array of shape (patients,). They are kept
    as read-only arrays of shape (patients,), (compartments, patients) and
    (compartments - 1, patients).

    Raises ValueError, naming the argument, for a value that is not finite or outside its range,
    for more than 3 or no compartments, and for numbers of entries or patients that do not match.
    """

    clearance_l_per_h: ArrayLike
    volumes_l: Sequence[ArrayLike] | Array
    intercompartmental_l_per_h: Sequence[ArrayLike] | Array = ()

    def __post_init__(self) -> None:
        clearance = per_patient("clearance_l_per_h", self.clearance_l_per_h)
        volumes = _entries("volumes_l", self.volumes_l, above_zero=True)
        exchange = _entries("intercompartmental_l_per_h", self.intercompartmental_l_per_h)
        if not 1 <= len(volumes) <= 3:
            raise ValueError(f"volumes_l must hold 1 to 3 compartments, got {len(volumes)}")
        if len(exchange) != len(volumes) - 1:
            raise ValueError(
                "intercompartmental_l_per_h must hold one entry for each peripheral compartment "
                f"({len(volumes) - 1}), got {len(exchange)}"
            )
        patients = 1
        for name, values in (
            ("clearance_l_per_h", [clearance]),
            ("volumes_l", volumes),
            ("intercompartmental_l_per_h", exchange),
        ):
            for value in values:
                patients = patients_in_common(name, value, patients)
        for name, shape, value in (
            ("clearance_l_per_h", (patients,), clearance),
            ("volumes_l", (len(volumes), patients), _stacked(volumes, patients)),
            ("intercompartmental_l_per_h", (len(exchange), patients), _stacked(exchange, patients)),
        ):
            kept = np.array(np.broadcast_to(value, shape))
            kept.flags.writeable = False
            object.__setattr__(self, name, kept)


@dataclass(frozen=True, slots=True, eq=False)
class Bolus:
    """A dose that enters the central compartment at once.

    time_h: h. dose_mg: mg, zero or more, one number or shape (patients,).
    Raises ValueError, naming the argument, for a value that is not finite or out of range.
    """

    time_h: float
    dose_mg: ArrayLike

    def __post_init__(self) -> None:
        _keep(self, "time_h", _time("time_h", self.time_h))
        _keep(self, "dose_mg", per_patient("dose_mg", self.dose_mg))


@dataclass(frozen=True, slots=True, eq=False)
class Infusion:
    """A dose that enters the central compartment at a constant rate, dose_mg / duration_h.

    start_h: h. duration_h: h, above zero. dose_mg: mg in all, zero or more, one number or shape
    (patients,). Raises ValueError, naming the argument, for a value that is not finite or out of
    range.
    """

    start_h: float
    duration_h: float
    dose_mg: ArrayLike

    def __post_init__(self) -> None:
        _keep(self, "start_h", _time("start_h", self.start_h))
        _keep(self, "duration_h", _time("duration_h", self.duration_h))
        if self.duration_h <= 0:
            raise ValueError(f"duration_h must be above zero, got {self.duration_h}")
        _keep(self, "dose_mg", per_patient("dose_mg", self.dose_mg))


@dataclass(frozen=True, slots=True, eq=False)
class Absorbed:
    """A dose, nasal or oral for instance, that reaches the central compartment bit by bit.

    From ``time_h + lag_h`` on, the fraction ``bioavailability`` of the dose enters at the rate
    F dose ka exp(-ka t): first-order absorption.

    time_h: h. dose_mg: mg, zero or more. bioavailability: a fraction from 0 to 1. ka_per_h: 1/h,
    above zero. lag_h: h, zero or more. All but the time: one number or shape (patients,).
    Raises ValueError, naming the argument, for a value that is not finite or out of range.
    """

    time_h: float
    dose_mg: ArrayLike
    bioavailability: ArrayLike
    ka_per_h: ArrayLike
    lag_h: ArrayLike = 0.0

    def __post_init__(self) -> None:
        _keep(self, "time_h", _time("time_h", self.time_h))
        _keep(self, "dose_mg", per_patient("dose_mg", self.dose_mg))
        fraction = per_patient("bioavailability", self.bioavailability)
        if (fraction > 1).any():
            raise ValueError(f"bioavailability must not exceed 1, got {fraction.max()}")
        _keep(self, "bioavailability", fraction)
        _keep(self, "ka_per_h", per_patient("ka_per_h", self.ka_per_h, above_zero=True))
        _keep(self, "lag_h", per_patient("lag_h", self.lag_h))


Dose: TypeAlias = Bolus | Infusion | Absorbed


class Modes(NamedTuple):
    """The exponentials of a model: C(t) = dose / V1 * sum_j fractions_j exp(-rates_j t).

    rates_per_h: 1/h, shape (patients, compartments), slowest first; ln 2 / rate is a half-life.
    fractions: without unit, same shape, none negative; those of a patient sum to 1.
    """

    rates_per_h: Array
    fractions: Array


def modes(model: Mammillary) -> Modes:
    """Return the exponentials of ``model`` after a dose given at once.

    They come from the eigenvalues and eigenvectors of the symmetric matrix S in dx/dt = -S x,
    x_i = A_i / sqrt(V_i): S11 = (CL + sum Q) / V1, Sii = Qi / Vi, S1i = -Qi / sqrt(V1 Vi).
    """
    clearance, volumes = np.asarray(model.clearance_l_per_h), np.asarray(model.volumes_l)
    exchange = np.asarray(model.intercompartmental_l_per_h)
    count, patients = volumes.shape
    matrix = np.zeros((patients, count, count))
    matrix[:, 0, 0] = (clearance + exchange.sum(axis=0)) / volumes[0]
    for i in range(1, count):
        matrix[:, i, i] = exchange[i - 1] / volumes[i]
        link = -exchange[i - 1] / (np.sqrt(volumes[0]) * np.sqrt(volumes[i]))
        matrix[:, 0, i] = matrix[:, i, 0] = link
    rates, vectors = np.linalg.eigh(matrix)
    # No rate is below zero; rounding can put a rate of zero (no clearance) a hair under it.
    return Modes(np.maximum(rates, 0.0), vectors[:, 0, :] ** 2)


def concentration(model: Mammillary, regimen: Sequence[Dose], times_h: ArrayLike) -> Array:
    """Return the concentration in the central compartment, mg/L (the same as µg/mL).

    regimen: one dose or more, in any order; they superpose, so infusions may overlap.
    times_h: h, shape (times,), strictly increasing. At the moment of a bolus, the bolus is in.
    Returns shape (patients, times), zero before the first dose.

    With exponentials w_j, l_j (`modes`), after a dose D at t = 0:
        bolus     D/V1 sum_j w_j exp(-l_j t)
        infusion  D/(T V1) sum_j w_j (1 - exp(-l_j u)) / l_j exp(-l_j (t - u)),  u = min(t, T)
        absorbed  F D ka/V1 sum_j w_j (exp(-l_j s) - exp(-ka s)) / (ka - l_j),  s = t - lag
    Quotients with close or equal rates are evaluated without loss (`convolved`).
    Source: Gibaldi and Perrier 1982, as above.

    Raises ValueError, naming the argument, for an empty regimen, for anything in it that is not
    a dose, for times that are not finite or not increasing, and for numbers of patients that do
    not match.
    """
    return _superpose(model, regimen, times_h, None)


def effect_site(
    model: Mammillary, ke0_per_h: ArrayLike, regimen: Sequence[Dose], times_h: ArrayLike
) -> Array:
    """Return the concentration at the effect site, mg/L, shape (patients, times).

    ke0_per_h: 1/h, above zero, one number or shape (patients,). The rest is as in
    `concentration`. The site is empty before the first dose and solves dCe/dt = ke0 (C1 - Ce):
    ke0 exp(-ke0 t) convolved with the concentration (Sheiner 1979, as above).

    Raises ValueError as `concentration` does, and for a ke0_per_h that is not above zero.
    """
    ke0 = per_patient("ke0_per_h", ke0_per_h, above_zero=True)
    return _superpose(model, regimen, times_h, ke0)


def _superpose(
    model: Mammillary, regimen: Sequence[Dose], times_h: ArrayLike, ke0: Array | None
) -> Array:
    times = increasing_times(times_h)
    patients = _checked_patients(model, regimen, ke0)
    rates, fractions = modes(model)
    per_mg = fractions / np.asarray(model.volumes_l)[0][:, None]  # mg/L for each mg, by mode

    total = np.empty((patients, times.size))
    for begin in range(0, patients, _BLOCK):
        rows = slice(begin, begin + _BLOCK)
        block = _rows(rates, rows), _rows(per_mg, rows), None if ke0 is None else _rows(ke0, rows)
        for number, dose in enumerate(regimen):
            for columns, values in _responses(dose, rows, times, *block):
                if number:
                    total[rows, columns] += values
                else:  # there is nothing to add to yet
                    total[rows, columns] = values
    return total


def _responses(
    dose: Dose, rows: slice, times: Array, rates: Array, per_mg: Array, ke0: Array | None
) -> Iterator[tuple[slice, Array]]:
    """Yield the response of the patients ``rows`` to ``dose``, with the times it is for.

    Each time comes once.
    """
    mg = _rows(dose.dose_mg, rows)
    site = () if ke0 is None else (ke0,)
    if ke0 is not None:
        per_mg = per_mg * ke0
    if isinstance(dose, Bolus):
        first = np.searchsorted(times, dose.time_h)
        yield slice(first), _NOTHING
        yield slice(first, None), _response(mg * per_mg, rates, site, times[first:] - dose.time_h)
    elif isinstance(dose, Infusion):
        end = dose.start_h + dose.duration_h
        first, last = np.searchsorted(times, [dose.start_h, end])
        yield slice(first), _NOTHING
        rate, inputs = mg / dose.duration_h * per_mg, (0.0, *site)
        yield slice(first, last), _response(rate, rates, inputs, times[first:last] - dose.start_h)
        # From its end on, the infusion is what it left behind: no difference of two long
        # infusions, which would lose the tail in rounding.
        elapsed = times[last:] - end
        left = _response(rate * convolved(rates, 0.0, t=dose.duration_h), rates, site, elapsed)
        if ke0 is not None:
            at_end = _response(rate, rates, inputs, np.array([dose.duration_h]))
            left += _response(at_end, ke0, (), elapsed)
        yield slice(last, None), left
    else:
        ka = _rows(dose.ka_per_h, rows)
        absorbed = mg * _rows(dose.bioavailability, rows) * ka * per_mg
        start = dose.time_h + _rows(dose.lag_h, rows)
        first = np.searchsorted(times, start.min())
        elapsed = times[first:] - start
        yield slice(first), _NOTHING
        # A lag that all share leaves the times a grid.
        elapsed = elapsed[0] if len(start) == 1 else np.maximum(elapsed, 0.0)
        yield slice(first, None), _response(absorbed, rates, (ka, *site), elapsed)


def _rows(values: ArrayLike, rows: slice) -> Array:
    """Return ``values`` of some patients, or what all share, as (patients or 1, modes or 1)."""
    values = np.asarray(values)
    some = values if len(values) == 1 else values[rows]
    return some.reshape(len(some), -1)


def _response(start: Array, rates: Array, inputs: tuple[Array | float, ...], t: Array) -> Array:
    """Return sum_j start_j exp(-rates_j t), convolved with exp(-k t) for each k of ``inputs``.

    start, rates: (patients, modes). inputs: none, one or two; 0 is a constant rate. t: (times,),
    or (patients, times). Returns shape (patients, times).

    On an even grid t = c + f, with c = t_0, t_0 + m h, ... and f = 0, h, ..., (m - 1) h, the
    response is a matrix product of what has happened by c and what follows in f (`convolved` as E):
        E[a](c + f) = E[a](c) E[a](f)
        E[a, b](c + f) = E[a](c) E[a, b](f) + E[a, b](c) E[b](f),  and so on for three:
    about 2 sqrt(times) exponentials for each mode instead of one for each time, and sums of
    positive terms, so no loss. It is the Leibniz rule for divided differences of
    exp(-x (c + f)) = exp(-x c) exp(-x f).
    Source: de Boor C. Divided differences. Surv Approx Theory 2005;1:46-69.
    """
    step = _even_step(t)
    if step is None:
        # One mode at a time: the largest array is (patients, times), never times the modes.
        modes_in_turn = (
            start[:, j, None] * convolved(rates[:, j, None], *inputs, t=t)
            for j in range(rates.shape[1])
        )
        return sum(modes_in_turn, start=np.zeros(()))
    inner = math.isqrt(t.size)
    coarse: Array = t[0] + step * inner * np.arange(-(-t.size // inner))
    fine: Array = step * np.arange(inner, dtype=float)
    start, rates = start[:, :, None], rates[:, :, None]
    inputs = tuple(np.reshape(k, (-1, 1, 1)) for k in inputs)
    before, after = [start * convolved(rates, t=coarse)], [convolved(rates, *inputs, t=fine)]
    for i in range(len(inputs)):
        by_mode = start * convolved(rates, *inputs[: i + 1], t=coarse)
        before.append(by_mode.sum(axis=1, keepdims=True))
        after.append(convolved(*inputs[i:], t=fine))
    grid = _side_by_side(before).transpose(0, 2, 1) @ _side_by_side(after)
    return grid.reshape(len(grid), -1)[:, : t.size]


def _side_by_side(parts: list[Array]) -> Array:
    """Join (patients or 1, any, times) along the middle."""
    patients = max(len(part) for part in parts)
    wide = [np.broadcast_to(part, (patients, *part.shape[1:])) for part in parts]
    return np.concatenate(wide, axis=1)


def _even_step(t: Array) -> float | None:
    """Return the step of an even grid of enough times, or None."""
    if t.ndim > 1 or t.size < 16:
        return None
    step = (t[-1] - t[0]) / (t.size - 1)
    # Even within its own rounding: no more error than the rounding of the times makes anyway.
    slack = 4 * np.finfo(float).eps * t[-1]
    return step if np.abs(t[0] + step * np.arange(t.size) - t).max() <= slack else None


def _checked_patients(model: Mammillary, regimen: Sequence[Dose], ke0: Array | None) -> int:
    if not isinstance(regimen, Sequence) or not regimen:
        raise ValueError("regimen must be a sequence of one dose or more")
    patients = np.asarray(model.clearance_l_per_h).size
    if ke0 is not None:
        patients = patients_in_common("ke0_per_h", ke0, patients)
    for dose in regimen:
        if not isinstance(dose, Bolus | Infusion | Absorbed):
            raise ValueError(f"regimen must hold Bolus, Infusion or Absorbed, got {dose!r}")
        names = ["dose_mg"]
        if isinstance(dose, Absorbed):
            names += ["bioavailability", "ka_per_h", "lag_h"]
        for name in names:
            patients = patients_in_common(name, getattr(dose, name), patients)
    return patients


def _stacked(values: list[Array], patients: int) -> Array:
    return np.array([np.broadcast_to(value, patients) for value in values]).reshape(-1, patients)


def _entries(
    name: str, values: Sequence[ArrayLike] | Array, *, above_zero: bool = False
) -> list[Array]:
    array = isinstance(values, np.ndarray) and values.ndim > 0
    if not array and (isinstance(values, str) or not isinstance(values, Sequence)):
        raise ValueError(f"{name} must be a sequence, one entry for each compartment")
    return [per_patient(name, value, above_zero=above_zero) for value in values]


def _time(name: str, value: float) -> float:
    try:
        time = float(value)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be a number of hours, got {value!r}") from None
    if not math.isfinite(time):
        raise ValueError(f"{name} must be finite, got {value}")
    return time


def _keep(dose: Dose, name: str, value: Array | float) -> None:
    object.__setattr__(dose, name, value)

"""What many virtual patients have in common: mean, spread, quantiles and shares at each time.

Patients are drawn, simulated and counted a portion at a time, and only the counts are kept. So a
summary of any number of patients takes the memory of one portion, and of the histograms of the
times (`LogHistogram`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ketalab.models.log_histogram import LogHistogram
from ketalab.models.patients import Population, draw

Array: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class PatientSummary:
    """A result of many patients at each time; arrays of shape (times,).

    patients: how many. mean, sd: in the unit of the result; sd with patients - 1 below the
    fraction, not a number for one patient. quantiles: by probability, in the unit of the result,
    to 0.1 % (`LogHistogram.quantile`). shares_above: by threshold, the exact share of patients
    above it, from 0 to 1.
    """

    patients: int
    mean: Array
    sd: Array
    quantiles: Mapping[float, Array]
    shares_above: Mapping[float, Array]


def summarise(
    simulate: Callable[[Mapping[str, Array]], ArrayLike],
    population: Population,
    patients: int,
    seed: int,
    *,
    probabilities: Sequence[float] = (0.05, 0.5, 0.95),
    thresholds: Sequence[float] = (),
    portion: int = 512,
) -> PatientSummary:
    """Return the summary of ``patients`` patients of ``population``, numbers 0 and on of ``seed``.

    simulate: takes parameters as `draw` returns them, shape (portion,), and returns a result that
    is zero or more, shape (portion, times), in any unit.
    patients, seed: as for `draw`. probabilities: from 0 to 1. thresholds: in the unit of the
    result. portion: patients simulated at once, 1 or more; it decides the memory used, some
    24 bytes for each of them and each time, and changes nothing else (mean and sd to rounding).

    Mean and variance are summed as differences from the first patient, which loses no digits
    where the spread is small (Chan TF, Golub GH, LeVeque RJ. Am Stat 1983;37:242-247).

    Raises ValueError, naming the argument, for numbers that are not whole or out of range, for
    probabilities and thresholds that are not numbers in range, and for a result of another shape,
    negative or not finite.
    """
    for name, number in (("patients", patients), ("portion", portion)):
        if isinstance(number, bool) or not isinstance(number, Integral) or number < 1:
            raise ValueError(f"{name} must be a whole number, 1 or more, got {number!r}")
    wanted = [_number("probabilities", value) for value in probabilities]
    if not all(0 <= value <= 1 for value in wanted):
        raise ValueError(f"probabilities must be from 0 to 1, got {probabilities}")
    limits = [_number("thresholds", value) for value in thresholds]

    totals: _Totals | None = None
    for first in range(0, patients, portion):
        size = min(portion, patients - first)
        result = np.asarray(simulate(draw(population, size, seed, first=first)), dtype=float)
        if result.ndim != 2 or len(result) != size or not result.shape[1]:
            raise ValueError(
                f"simulate must return shape (patients, times) with {size} patients, "
                f"got {result.shape}"
            )
        if totals is None:
            totals = _Totals(result[0], limits)
        totals.add(result)
    assert totals is not None  # one patient or more
    return totals.summary(wanted)


class _Totals:
    def __init__(self, pivot: Array, limits: list[float]) -> None:
        self.histogram = LogHistogram(pivot.size)
        self.pivot = pivot.copy()
        self.sum = np.zeros(pivot.size)
        self.squares = np.zeros(pivot.size)
        self.above = {limit: np.zeros(pivot.size, dtype=np.int64) for limit in limits}

    def add(self, result: Array) -> None:
        try:
            self.histogram.add(result)
        except ValueError as error:
            raise ValueError(f"simulate must return what can be counted: {error}") from None
        for limit, counts in self.above.items():
            counts += np.count_nonzero(result > limit, axis=0)
        difference = result - self.pivot
        self.sum += difference.sum(axis=0)
        self.squares += np.einsum("ij,ij->j", difference, difference)

    def summary(self, probabilities: list[float]) -> PatientSummary:
        patients = self.histogram.rows
        shift = self.sum / patients
        variance = np.full_like(shift, np.nan)
        if patients > 1:
            # Above zero: the first patient differs from the mean whenever anyone differs from them.
            variance = (self.squares - patients * shift**2) / (patients - 1)
        quantiles = self.histogram.quantile(probabilities) if probabilities else ()
        return PatientSummary(
            patients=patients,
            mean=self.pivot + shift,
            sd=np.sqrt(variance),
            quantiles=MappingProxyType(dict(zip(probabilities, quantiles, strict=True))),
            shares_above=MappingProxyType(
                {limit: counts / patients for limit, counts in self.above.items()}
            ),
        )


def _number(name: str, value: float) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be numbers, got {value!r}") from None
    if not math.isfinite(number):
        raise ValueError(f"{name} must be finite, got {number}")
    return number

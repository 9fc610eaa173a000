"""Wind-up: why repeated stimuli hurt more and more, and what blocking the receptor changes.

A qualitative picture. No source of the course gives how wind-up depends on the concentration of
ketamine, nor its size or speed in one common unit: every number here is without unit and serves
to show a shape.

Source of the idea: wind-up is the summation of slow synaptic potentials; antagonists of the NMDA
receptor reduce it at doses that leave the baseline reflex alone (flexor motoneurones, 1991,
PMID 1828878). In people, ketamine reduced the growth of the response over a series of stimuli and
left threshold and recruitment curve of the reflex unchanged: Guirimand F et al. Anesth Analg
2000;90:408-414.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from numbers import Integral
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class WindUp:
    """The responses to a series of stimuli, relative to the first one.

    responses: without unit, shape (..., stimuli); the first is 1.
    label: what whoever shows the responses must say with them.
    """

    responses: Array
    label: str = field(
        default="Qualitative: shows a shape. How wind-up depends on concentration is not known.",
        init=False,
    )


def wind_up(
    stimuli: int,
    rate_hz: float,
    unblocked: ArrayLike,
    *,
    gain: float = 0.2,
    decay_s: float = 5.0,
) -> WindUp:
    """Return how the response grows over equal stimuli at a steady rate.

    Each stimulus gives a fast response of 1, which needs no NMDA receptor, and leaves a slow
    potential behind. Slow potentials add up and fade, and later responses ride on what is left:
        response_k = 1 + s_k,  s_1 = 0,  s_(k+1) = (s_k + gain U) exp(-1 / (rate decay))
    so that in the end response = 1 + gain U / (exp(1 / (rate decay)) - 1).

    stimuli: a whole number, 1 or more. rate_hz: stimuli per second, above zero. unblocked: U, the
    fraction of receptors that conduct, 0 to 1, any shape. gain: the slow potential that one
    stimulus leaves, in units of the fast response, zero or more. decay_s: its time constant, s,
    above zero. The defaults of gain and decay are arbitrary: they make the growth visible within
    a dozen stimuli at 1 Hz. No source gives them.
    Raises ValueError, naming the argument, for a value that is not finite or outside its range.
    """
    if isinstance(stimuli, bool) or not isinstance(stimuli, Integral) or stimuli < 1:
        raise ValueError(f"stimuli must be a whole number, 1 or more, got {stimuli!r}")
    rate = _number("rate_hz", rate_hz, above_zero=True)
    decay = _number("decay_s", decay_s, above_zero=True)
    step = _number("gain", gain, above_zero=False)
    try:
        share = np.asarray(unblocked, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(f"unblocked must be a number or an array, got {unblocked!r}") from None
    if not ((share >= 0) & (share <= 1)).all():
        raise ValueError("unblocked must lie between 0 and 1")
    # The sum of the geometric series: left, left^2, ... after each stimulus.
    left = math.exp(-1 / (rate * decay))
    summed = np.concatenate([[0.0], np.cumsum(left ** np.arange(1, stimuli))])
    return WindUp(1 + step * share[..., None] * summed)


def _number(name: str, value: float, *, above_zero: bool) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be one number, got {value!r}") from None
    if not math.isfinite(number):
        raise ValueError(f"{name} must be finite, got {number}")
    if number < 0 or (above_zero and number == 0):
        least = "above zero" if above_zero else "zero or more"
        raise ValueError(f"{name} must be {least}, got {number}")
    return number

"""What a concentration does, and how far the effect lags behind the blood.

At rest, effect follows concentration C by one of three curves, with C50 the concentration at which
half of the largest effect is reached and h the Hill exponent:
    fraction    f = C^h / (C^h + C50^h)
    rising      E = E0 + Emax f
    inhibitory  E = E0 (1 - Imax f)
    linear      E = E0 + slope C
Source: Holford NHG, Sheiner LB. Clin Pharmacokinet 1981;6:429-453.
Over time, the site where the drug acts follows the blood, dCe/dt = ke0 (C - Ce), and the effect
follows Ce (Sheiner LB et al. Clin Pharmacol Ther 1979;25:358-371). With a half-time of minutes
this is the delay of an acute effect; with one of days it describes relief that outlasts the drug.

A concentration and its C50 are in the same unit, whichever; so are a half-time and the result that
is computed from it.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, logit

from ketalab.models.arguments import Array, numbers, one_number, per_patient

# Below this step, in units of 1 / ke0, the series is used; its first term left out is < 1e-17.
_SERIES_BELOW = 0.5
_SERIES = np.array([0.0, *((-1.0) ** (k + 1) / math.factorial(k + 1) for k in range(1, 14))])


class Mixture(NamedTuple):
    """The effect in a group of whom only a share responds, in the unit of the effect.

    mean: over everybody. sd: the standard deviation between people that the mixture alone makes.
    """

    mean: Array
    sd: Array


def fraction_of_maximum(concentration: ArrayLike, c50: ArrayLike, hill: ArrayLike = 1.0) -> Array:
    """Return C^h / (C^h + C50^h), the share of the largest effect, from 0 to 1.

    concentration: zero or more. c50: above zero, in the same unit. hill: above zero, without unit.
    Numbers or arrays that broadcast; the result has their common shape. 0 gives 0, c50 gives 1/2.
    Source: Holford and Sheiner 1981, as above.

    Raises ValueError, naming the argument, for a value that is not finite or out of range, and for
    shapes that do not broadcast.
    """
    given = numbers("concentration", concentration)
    half = numbers("c50", c50, above_zero=True)
    exponent = numbers("hill", hill, above_zero=True)
    _broadcast(concentration=given, c50=half, hill=exponent)
    with np.errstate(divide="ignore"):
        # Logarithms, because C^h leaves the range of a double for a large exponent.
        share: Array = expit(exponent * (np.log(given) - np.log(half)))
    return share


def concentration_for_fraction(fraction: ArrayLike, c50: ArrayLike, hill: ArrayLike = 1.0) -> Array:
    """Return the concentration at which ``fraction`` of the largest effect is reached.

    The inverse of `fraction_of_maximum`, C = C50 (f / (1 - f))^(1/h), in the unit of ``c50``.
    fraction: from 0 to below 1. The rest, the shape and the errors are as there.
    """
    share = _fraction("fraction", fraction)
    half = numbers("c50", c50, above_zero=True)
    exponent = numbers("hill", hill, above_zero=True)
    _broadcast(fraction=share, c50=half, hill=exponent)
    return half * (share / (1 - share)) ** (1 / exponent)


def sigmoid_emax(
    concentration: ArrayLike,
    c50: ArrayLike,
    hill: ArrayLike = 1.0,
    *,
    baseline: ArrayLike = 0.0,
    maximum: ArrayLike = 1.0,
) -> Array:
    """Return E0 + Emax C^h / (C^h + C50^h), in the unit of ``baseline`` and ``maximum``.

    baseline: E0, the effect without the drug. maximum: Emax, the largest change, of either sign.
    Shapes broadcast; the rest and the source are as in `fraction_of_maximum`.

    Raises ValueError as there, and for a baseline or a maximum that is not finite.
    """
    share = fraction_of_maximum(concentration, c50, hill)
    rest = numbers("baseline", baseline, any_sign=True)
    change = numbers("maximum", maximum, any_sign=True)
    _broadcast(concentration=share, baseline=rest, maximum=change)
    return rest + change * share


def inhibitory_emax(
    concentration: ArrayLike,
    ic50: ArrayLike,
    hill: ArrayLike = 1.0,
    *,
    baseline: ArrayLike = 1.0,
    removed: ArrayLike = 1.0,
) -> Array:
    """Return E0 (1 - Imax C^h / (C^h + IC50^h)), in the unit of ``baseline``.

    baseline: E0, zero or more, what is there without the drug. removed: Imax, from 0 to 1, the
    share of it that the largest concentration takes away. Shapes broadcast; the rest and the source
    are as in `fraction_of_maximum`, with ``ic50`` for ``c50``.

    Raises ValueError, naming the argument, for a value that is not finite or out of range, and for
    shapes that do not broadcast.
    """
    half = numbers("ic50", ic50, above_zero=True)
    share = fraction_of_maximum(concentration, half, hill)
    rest = numbers("baseline", baseline)
    taken = numbers("removed", removed)
    if (taken > 1).any():
        raise ValueError(f"removed must not exceed 1, got {taken.max()}")
    _broadcast(concentration=share, baseline=rest, removed=taken)
    return rest * (1 - taken * share)


def linear_effect(
    concentration: ArrayLike, slope: ArrayLike, *, baseline: ArrayLike = 0.0
) -> Array:
    """Return E0 + slope C, in the unit of ``baseline``.

    concentration: zero or more. slope: the change of effect for each unit of concentration, of
    either sign. Shapes broadcast. A line has no largest effect, so it holds no further than it was
    measured: see `position_in_range`. Source: Holford and Sheiner 1981, as above.

    Raises ValueError, naming the argument, for a value that is not finite, for a concentration
    below zero, and for shapes that do not broadcast.
    """
    given = numbers("concentration", concentration)
    rise = numbers("slope", slope, any_sign=True)
    rest = numbers("baseline", baseline, any_sign=True)
    _broadcast(concentration=given, slope=rise, baseline=rest)
    return rest + rise * given


def position_in_range(concentration: ArrayLike, low: float, high: float) -> Array:
    """Return where concentrations lie in the range that was studied: 0 at ``low``, 1 at ``high``.

    (C - low) / (high - low), the shape of ``concentration``. For an effect that is linear over the
    range this is its share of the change over the range, whatever the slope.

    Raises ValueError, naming the argument, for a value that is not finite or below zero, for a
    ``high`` that is not above ``low``, and for a concentration outside the range: what happens
    there was not studied.
    """
    given = numbers("concentration", concentration)
    least, most = one_number("low", low), one_number("high", high)
    if most <= least:
        raise ValueError(f"high must be above low ({least:g}), got {most:g}")
    # A rounding error beyond an end, as a change of units makes it, is the end.
    slack = 1e-9 * most
    outside = given[(given < least - slack) | (given > most + slack)]
    if outside.size:
        raise ValueError(
            f"concentration must lie in the range that was studied, {least:g} to {most:g}, "
            f"got {outside.flat[0]:g}"
        )
    return (np.clip(given, least, most) - least) / (most - least)


def rate_constant(half_time: ArrayLike) -> Array:
    """Return ln 2 / half_time, in 1 / (the unit of ``half_time``), in its shape.

    Raises ValueError for a ``half_time`` that is not finite and above zero.
    """
    return math.log(2) / numbers("half_time", half_time, above_zero=True)


def effect_compartment(
    times_h: ArrayLike,
    concentration: ArrayLike,
    ke0_per_h: ArrayLike,
    *,
    start: ArrayLike = 0.0,
) -> Array:
    """Return the concentration at the effect site, shape (patients, times), in the unit given.

    It solves dCe/dt = ke0 (C - Ce) for any course of concentrations, with Ce = ``start`` at the
    first time. From one time to the next, with C running straight from C0 to C1 and z = ke0 dt:
        Ce1 = exp(-z) Ce0 + (1 - exp(-z) - b) C0 + b C1,    b = 1 - (1 - exp(-z)) / z

    times_h: h, shape (times,), strictly increasing, in steps as uneven as one likes.
    concentration: zero or more, shape (times,) or (patients, times). ke0_per_h: 1/h, above zero,
    and start: zero or more, one number or shape (patients,).

    Exact where the course is straight between the times. Elsewhere the site is off by no more than
    the course is from the straight line, which for a smooth course is dt^2 / 8 times the largest
    second derivative. After a bolus the course jumps: a jump J inside a step dt costs up to
    J ke0 dt / 2 unless a time stands right before it. For compartment models, and with jumps,
    `kinetics.effect_site` is exact.

    Source: Sheiner 1979, as above; the step by integration.

    Raises ValueError, naming the argument, for a value that is not finite or out of range, for
    times that do not increase, and for shapes or numbers of patients that do not match.
    """
    times = numbers("times_h", times_h, any_sign=True)
    if times.ndim != 1 or not times.size:
        raise ValueError(f"times_h must have shape (times,) and not be empty, got {times.shape}")
    if (np.diff(times) <= 0).any():
        raise ValueError("times_h must be strictly increasing")
    course = np.atleast_2d(numbers("concentration", concentration))
    if course.ndim != 2 or course.shape[1] != times.size:
        raise ValueError(
            f"concentration must have shape (times,) or (patients, times) with {times.size} times, "
            f"got {np.shape(concentration)}"
        )
    rate = per_patient("ke0_per_h", ke0_per_h, above_zero=True)
    first = per_patient("start", start)
    patients = course.shape[0]
    for name, value in (("ke0_per_h", rate), ("start", first)):
        if value.size != 1 and patients not in (1, value.size):
            raise ValueError(f"{name} holds {value.size} patients where others hold {patients}")
        patients = max(patients, value.size)

    # Time runs along the first axis, so that each step works on one stretch of memory.
    z = rate * np.diff(times)[:, None]
    gone = -np.expm1(-z)
    end_weight = np.where(
        z < _SERIES_BELOW,
        np.polynomial.polynomial.polyval(z, _SERIES),
        1 - gone / z,
    )
    site = np.empty((times.size, patients))
    site[0] = first
    site[1:] = (gone - end_weight) * course.T[:-1] + end_weight * course.T[1:]
    decay = np.exp(-z)
    for i in range(1, times.size):
        site[i] += decay[i - 1] * site[i - 1]
    return site.T


def onset_time(
    fraction: ArrayLike,
    concentration: ArrayLike,
    c50: ArrayLike,
    half_time: ArrayLike,
    hill: ArrayLike = 1.0,
) -> Array:
    """Return how long a constant concentration takes to bring ``fraction`` of the largest effect.

    With an empty site at the start, Ce = C (1 - exp(-k t)) and k = ln 2 / half_time, so
        t = -ln(1 - Cf / C) / k,    Cf from `concentration_for_fraction`
    in the unit of ``half_time``; infinite where the concentration never brings that fraction.

    fraction: from 0 to below 1. concentration: zero or more. c50, half_time, hill: above zero.
    Shapes broadcast. Source: the equation of `effect_compartment`, integrated.

    Raises ValueError, naming the argument, for a value that is not finite or out of range, and for
    shapes that do not broadcast.
    """
    needed = concentration_for_fraction(fraction, c50, hill)
    given = numbers("concentration", concentration)
    rate = rate_constant(half_time)
    _broadcast(fraction=needed, concentration=given, half_time=rate)
    needed, given = np.broadcast_arrays(needed, given)
    # No effect is there at once, even without any drug.
    share = np.divide(needed, given, out=np.full(needed.shape, np.inf), where=given > 0)
    share = np.where(needed == 0, 0.0, np.minimum(share, 1.0))
    with np.errstate(divide="ignore"):
        return -np.log1p(-share) / rate


def offset_time(
    fraction_now: ArrayLike,
    fraction_then: ArrayLike,
    half_time: ArrayLike,
    hill: ArrayLike = 1.0,
) -> Array:
    """Return how long the effect takes to fall once no drug is left in the blood.

    From ``fraction_now`` to ``fraction_then`` of the largest effect, with an effect site that
    empties by k = ln 2 / half_time:
        t = ln[ f1 (1 - f2) / (f2 (1 - f1)) ] / (h k)
    in the unit of ``half_time``. The fall is slower than the half-time as long as the effect is
    near its largest. C50 does not matter.

    fraction_now, fraction_then: above 0 and below 1, the second not above the first. half_time,
    hill: above zero. Shapes broadcast. Source: the equation of `effect_compartment`, integrated.

    Raises ValueError, naming the argument, for a value that is not finite or out of range, and for
    shapes that do not broadcast.
    """
    now = _fraction("fraction_now", fraction_now, above_zero=True)
    then = _fraction("fraction_then", fraction_then, above_zero=True)
    rate = rate_constant(half_time)
    exponent = numbers("hill", hill, above_zero=True)
    _broadcast(fraction_now=now, fraction_then=then, half_time=rate, hill=exponent)
    if (then > now).any():
        raise ValueError("fraction_then must not be above fraction_now")
    return (logit(now) - logit(then)) / (exponent * rate)


def mixture_of_responders(effect: ArrayLike, probability: ArrayLike) -> Mixture:
    """Return mean and standard deviation of an effect that only some people have.

    A person responds with ``probability`` p and then has ``effect`` E; all others have none:
        mean = p E,    sd = |E| sqrt(p (1 - p))
    effect: any finite values. probability: from 0 to 1. Shapes broadcast. No person of the group
    has the mean: it describes the group. Source: mean and variance of a Bernoulli variable.

    Raises ValueError, naming the argument, for a value that is not finite or out of range, and for
    shapes that do not broadcast.
    """
    size = numbers("effect", effect, any_sign=True)
    share = numbers("probability", probability)
    if (share > 1).any():
        raise ValueError(f"probability must not exceed 1, got {share.max()}")
    _broadcast(effect=size, probability=share)
    return Mixture(share * size, np.abs(size) * np.sqrt(share * (1 - share)))


def _fraction(name: str, value: ArrayLike, *, above_zero: bool = False) -> Array:
    share = numbers(name, value, above_zero=above_zero)
    if (share >= 1).any():
        raise ValueError(f"{name} must be below 1, got {share.max()}")
    return share


def _broadcast(**arrays: Array) -> None:
    shapes = {name: array.shape for name, array in arrays.items()}
    try:
        np.broadcast_shapes(*shapes.values())
    except ValueError:
        told = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
        raise ValueError(f"shapes must broadcast, got {told}") from None

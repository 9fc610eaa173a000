"""A metabolite whose clearance rises in proportion to time, exactly solved.

The parent drug is mammillary (`ketalab.models.kinetics`), the metabolite has one compartment:
    dA/dt = formation C1(t) - k (1 + b (t - t_0)) A
Rates that change with time have no matrix exponential. But C1 is a sum of pieces a exp(-l t), and
what one piece leaves is, with s = sqrt(k b / 2) and z(t) = s (t - t_0) + (k - l) / (2 s),
    a / s (exp(-l (t - u)) D(z(t)) - exp(-H) D(z(u))),   H = k (t - u) (1 + b (t + u - 2 t_0) / 2)
from its begin u on, D Dawson's function: no step, no tolerance. Both exponents are below zero.
Source: the integrating factor exp(H) and the square completed in its exponent; D as in the NIST
Digital Library of Mathematical Functions, section 7.2.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import dawsn

from ketalab.models.arguments import Array, increasing_times, patients_in_common, per_patient
from ketalab.models.kinetics import Bolus, Infusion, Mammillary, modes


def metabolite(
    parent: Mammillary,
    formation_l_per_h: ArrayLike,
    elimination_per_h: ArrayLike,
    rise_per_h: ArrayLike,
    regimen: Sequence[Bolus | Infusion],
    times_h: ArrayLike,
) -> Array:
    """Return the amount of the metabolite over time, mg, shape (patients, times).

    formation_l_per_h: the clearance of the parent that forms it, L/h, zero or more.
    elimination_per_h: k, the rate of its elimination at the first dose, 1/h, above zero.
    rise_per_h: b, the share by which that rises in each hour after the first dose, 1/h, above
    zero. Each is one number or an array of shape (patients,). regimen, times_h: as in
    `kinetics.concentration`, without absorbed doses.

    Raises ValueError, naming the argument, for an empty regimen or anything in it that is neither
    a bolus nor an infusion, for values out of range, for times that are not finite or not
    increasing, for a parent without clearance, and for numbers of patients that do not match.
    """
    times = increasing_times(times_h)
    if not isinstance(regimen, Sequence) or not regimen:
        raise ValueError("regimen must be a sequence of one dose or more")
    if not (np.asarray(parent.clearance_l_per_h) > 0).all():
        raise ValueError("parent must have a clearance above zero")
    patients = np.asarray(parent.clearance_l_per_h).size
    arguments = {
        "formation_l_per_h": per_patient("formation_l_per_h", formation_l_per_h),
        "elimination_per_h": per_patient("elimination_per_h", elimination_per_h, above_zero=True),
        "rise_per_h": per_patient("rise_per_h", rise_per_h, above_zero=True),
    }
    for name, values in arguments.items():
        patients = patients_in_common(name, values, patients)
    for dose in regimen:
        if not isinstance(dose, Bolus | Infusion):
            raise ValueError(f"regimen must hold Bolus or Infusion, got {dose!r}")
        patients = patients_in_common("dose_mg", np.asarray(dose.dose_mg), patients)

    formation, k, b = (values[:, None] for values in arguments.values())
    first = min(dose.time_h if isinstance(dose, Bolus) else dose.start_h for dose in regimen)
    rates, fractions = modes(parent)
    per_mg = fractions / np.asarray(parent.volumes_l)[0][:, None] * formation
    result = np.zeros((patients, times.size))
    for dose in regimen:
        mg = np.asarray(dose.dose_mg)[:, None]
        if isinstance(dose, Bolus):
            pieces = [(dose.time_h, np.inf, mg * per_mg, rates)]
        else:
            # While it runs, a constant less what decays; afterwards what it left, which decays.
            start, end = dose.start_h, dose.start_h + dose.duration_h
            level = mg / dose.duration_h * per_mg / rates
            left = level * -np.expm1(-rates * dose.duration_h)
            pieces = [
                (start, end, level, np.zeros_like(rates)),
                (start, end, -level, rates),
                (end, np.inf, left, rates),
            ]
        for begin, end, starts, decays in pieces:
            for start, decay in zip(starts.T, decays.T, strict=True):
                result += _left(start[:, None], decay[:, None], begin, end, k, b, times, first)
    return result


def _left(
    start: Array,
    decay: Array,
    begin: float,
    end: float,
    k: Array,
    b: Array,
    times: Array,
    first: float,
) -> Array:
    """Return what the input start exp(-decay (t - begin)) until ``end`` leaves at ``times``."""
    s = np.sqrt(k * b / 2)
    shift = (k - decay) / (2 * s)

    def survival(since: Array | float, until: Array) -> Array:
        return np.exp(-k * (until - since) * (1 + b * ((until + since) / 2 - first)))

    fed_until = np.clip(times, begin, end)
    fed = np.exp(-decay * (fed_until - begin)) * dawsn(s * (fed_until - first) + shift)
    fed -= survival(begin, fed_until) * dawsn(s * (begin - first) + shift)
    left: Array = start / s * fed * survival(fed_until, np.maximum(times, fed_until))
    return left

"""What an infusion leads to: its steady state, the way there, and the fall once it stops.

All of it follows from the exponentials of a model, w_j and l_j (`kinetics.modes`). Whatever was
given before, the concentration falls as sum_j b_j exp(-l_j t) once no more enters, with no b_j
below zero: it falls steadily, so the time of a given fall is one root between two known bounds.

Every function needs a clearance and intercompartmental clearances above zero: without them, drug
never leaves, or a compartment is out of reach and has no half-life.

Sources:
    steady state, volumes and area: Gibaldi M, Perrier D. Pharmacokinetics, 2nd ed. Marcel Dekker
    1982;
    the fall after an infusion: Hughes MA, Glass PSA, Jacobs JR. Anesthesiology 1992;76:334-341.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ketalab.models.arguments import Array, numbers, patients_in_common, per_patient
from ketalab.models.exponentials import convolved
from ketalab.models.kinetics import Mammillary, Modes, modes

# Patients worked on together: memory beyond the result stays flat.
_BLOCK = 4096
# Eigenvalues come with an error of about 1e-16 of the fastest rate.
_SLOWEST_OVER_FASTEST = 1e-8
_NEAREST_TO_ALL = 1e-9


def half_lives_h(model: Mammillary) -> Array:
    """Return ln 2 / l_j, h, shape (patients, compartments), the longest (terminal) first.

    Raises ValueError, naming the argument, for a model with a clearance of zero, or with rates
    that lie too far apart to be told from rounding (more than a factor of 10^8).
    """
    half_lives: Array = np.log(2) / _modes(model).rates_per_h
    return half_lives


def area_under_curve(
    model: Mammillary, dose_mg: ArrayLike, bioavailability: ArrayLike = 1.0
) -> Array:
    """Return the area under the concentration from the dose to infinity, mg h/L, by patient.

    F D / V1 sum_j w_j / l_j, which is F D / CL (Gibaldi and Perrier 1982). It is the same for a
    bolus, an infusion and an absorbed dose, and doses add up.

    dose_mg: mg, zero or more; bioavailability: a fraction from 0 to 1, of an absorbed dose. One
    number each or shape (patients,). Returns shape (patients,).
    Raises ValueError as `half_lives_h` does, and for a dose or a fraction out of range.
    """
    rates, fractions = _modes(model)
    dose = per_patient("dose_mg", dose_mg)
    fraction = per_patient("bioavailability", bioavailability)
    if (fraction > 1).any():
        raise ValueError(f"bioavailability must not exceed 1, got {fraction.max()}")
    patients = patients_in_common("dose_mg", dose, len(rates))
    patients_in_common("bioavailability", fraction, patients)
    volumes = np.asarray(model.volumes_l, dtype=float)
    area: Array = fraction * dose / volumes[0] * (fractions / rates).sum(axis=1)
    return area


def steady_state_volume_l(model: Mammillary) -> Array:
    """Return the volume of distribution at steady state, L, shape (patients,).

    Vss = V1 (sum_j w_j / l_j^2) / (sum_j w_j / l_j)^2, the clearance times the mean residence
    time; it is the sum of the volumes (Gibaldi and Perrier 1982).
    Raises ValueError as `half_lives_h` does.
    """
    rates, fractions = _modes(model)
    moments = (fractions / rates**2).sum(axis=1) / (fractions / rates).sum(axis=1) ** 2
    volume: Array = np.asarray(model.volumes_l, dtype=float)[0] * moments
    return volume


def terminal_volume_l(model: Mammillary) -> Array:
    """Return the volume of distribution of the terminal phase, L, shape (patients,).

    Vbeta = CL / l_1, with the slowest rate l_1; it is never below Vss (Gibaldi and Perrier 1982).
    Raises ValueError as `half_lives_h` does.
    """
    return np.asarray(model.clearance_l_per_h, dtype=float) / _modes(model).rates_per_h[:, 0]


def steady_state_concentration(model: Mammillary, rate_mg_per_h: ArrayLike) -> Array:
    """Return the concentration that a constant rate ends at, rate / CL, mg/L, shape (patients,).

    rate_mg_per_h: mg/h, zero or more, one number or shape (patients,).
    Raises ValueError, naming the argument, for a rate out of range, for numbers of patients that
    do not match, and as `half_lives_h` does.
    """
    rates, _ = _modes(model)
    rate = per_patient("rate_mg_per_h", rate_mg_per_h)
    patients_in_common("rate_mg_per_h", rate, len(rates))
    clearance: Array = np.asarray(model.clearance_l_per_h, dtype=float)
    return rate / clearance


def fraction_of_steady_state(model: Mammillary, times_h: ArrayLike) -> Array:
    """Return how near a constant rate has come to its steady state, 0 to 1.

    C(t) / Css = 1 - sum_j q_j exp(-l_j t), with q_j = (w_j / l_j) / sum_i w_i / l_i (Gibaldi and
    Perrier 1982). It does not depend on the rate.

    times_h: h since the start, zero or more, shape (times,), in any order.
    Returns shape (patients, times). Raises ValueError, naming the argument, for times that are
    not finite or negative, and as `half_lives_h` does.
    """
    rates, shares = _missing(model)
    times = _row("times_h", times_h)
    missing: Array = sum(
        (shares[:, j, None] * np.expm1(-rates[:, j, None] * times) for j in range(rates.shape[1])),
        start=np.zeros((1, times.size)),
    )
    return -missing


def time_to_fraction_of_steady_state_h(model: Mammillary, fraction: float) -> Array:
    """Return when a constant rate comes to ``fraction`` of its steady state, h, by patient.

    The root of `fraction_of_steady_state` = ``fraction``. With several compartments this is not
    the four or five terminal half-lives of the rule of thumb.

    fraction: above 0 and below 1 (by 1e-9 at least). Returns shape (patients,).
    Raises ValueError, naming the argument, for a fraction out of range, and as `half_lives_h`
    does.
    """
    rates, shares = _missing(model)
    fraction = _between_0_and_1("fraction", fraction)
    return _time_of_fall(rates, shares[:, None, :], fraction)[:, 0]


def context_sensitive_half_time_h(model: Mammillary, durations_h: ArrayLike) -> Array:
    """Return the context-sensitive half-time, h, shape (patients, durations).

    The time in which the concentration in the central compartment falls by half after an
    infusion that held it constant, by duration of that infusion: the original definition
    (Hughes 1992). `context_sensitive_decrement_time_h` with a fall of one half.
    """
    return context_sensitive_decrement_time_h(model, durations_h, 0.5)


def context_sensitive_decrement_time_h(
    model: Mammillary, durations_h: ArrayLike, fall: float
) -> Array:
    """Return when the concentration has fallen by ``fall``, h, after it was held constant.

    To hold a concentration C from t = 0 on takes a bolus C V1 and the rate
        C (CL + sum_i Qi exp(-ki t)),  ki = Qi / Vi,
    so that at the end of a duration T each exponential of the model stands at
        b_j / C = w_j exp(-l_j T) + w_j / V1 (CL h(l_j, 0) + sum_i Qi h(l_j, ki)),
    with h(a, b) the convolution of exp(-a t) and exp(-b t) at T. The level held does not matter.
    Source of the definition: Hughes 1992, as above.

    durations_h: h, zero or more (zero is a bolus), shape (durations,), in any order.
    fall: the share that has gone, above 0 and below 1 (by 1e-9 at least).
    Returns shape (patients, durations). Raises ValueError, naming the argument, for values out of
    range, and as `half_lives_h` does.
    """
    clearance, volumes = np.asarray(model.clearance_l_per_h), np.asarray(model.volumes_l)
    exchange = np.asarray(model.intercompartmental_l_per_h)
    feeds = [(clearance, np.zeros_like(clearance))]
    feeds += [(q, q / volume) for q, volume in zip(exchange, volumes[1:], strict=True)]
    return _decrement(model, _row("durations_h", durations_h), fall, feeds, bolus=True)


def decrement_time_after_constant_rate_h(
    model: Mammillary, durations_h: ArrayLike, fall: float = 0.5
) -> Array:
    """Return when the concentration has fallen by ``fall``, h, after an infusion at one rate.

    At the end of a duration T each exponential stands at b_j = w_j (1 - exp(-l_j T)) / l_j for a
    rate of V1 mg/h; the rate does not matter. The peripheral compartments are less full than
    after an infusion that held the concentration (`context_sensitive_decrement_time_h`), so the
    concentration falls faster; the two meet as the duration grows. This is not the definition of
    Hughes 1992, but what an infusion pump at a fixed rate does.

    durations_h: h, above zero, shape (durations,), in any order.
    fall: the share that has gone, above 0 and below 1 (by 1e-9 at least).
    Returns shape (patients, durations). Raises ValueError, naming the argument, for values out of
    range, and as `half_lives_h` does.
    """
    durations = _row("durations_h", durations_h)
    if (durations <= 0).any():
        raise ValueError(f"durations_h must be above zero, got {durations.min()}")
    volume = np.asarray(model.volumes_l)[0]
    return _decrement(model, durations, fall, [(volume, np.zeros_like(volume))], bolus=False)


def _decrement(
    model: Mammillary,
    durations: Array,
    fall: float,
    feeds: list[tuple[Array, Array]],
    *,
    bolus: bool,
) -> Array:
    """Return the times of ``fall`` after inputs that each run as amount exp(-k t), (amount, k)."""
    rates, fractions = _modes(model)
    fall = _between_0_and_1("fall", fall)
    volume = np.asarray(model.volumes_l)[0]
    found = np.empty((len(rates), durations.size))
    for begin in range(0, len(rates), _BLOCK):
        rows = slice(begin, begin + _BLOCK)
        rate = rates[rows, None, :]
        at = durations[:, None]
        standing = np.exp(-rate * at) if bolus else np.zeros(1)
        for amount, k in feeds:
            entered = convolved(rate, k[rows, None, None], t=at)
            standing = standing + (amount / volume)[rows, None, None] * entered
        standing = fractions[rows, None, :] * standing
        shares = standing / standing.sum(axis=2, keepdims=True)
        found[rows] = _time_of_fall(rates[rows], shares, fall)
    return found


def _time_of_fall(rates: Array, shares: Array, fall: float) -> Array:
    """Return t with sum_j shares_j exp(-rates_j t) = 1 - fall, shape (patients, contexts).

    rates: (patients, modes); shares: (patients, contexts, modes), none negative, of sum 1.
    """
    # SciPy's optimisers wait until a root is asked for.
    from scipy.optimize.elementwise import find_root

    count = rates.shape[1]

    def above(t: Array, *by_mode: Array) -> Array:
        # expm1 keeps the digits of a small fall.
        fallen = (
            share * np.expm1(-rate * t)
            for rate, share in zip(by_mode[:count], by_mode[count:], strict=True)
        )
        return fall + sum(fallen, start=np.zeros(()))

    # Nothing falls more slowly than the slowest exponential alone, which has by then fallen to
    # (1 - fall)^2: the sign at each end is certain, and in between the function only falls.
    latest = -2 * np.log1p(-fall) / rates[:, :1]
    start = np.zeros_like(latest)
    parts = [rates[:, j, None] for j in range(count)] + [shares[:, :, j] for j in range(count)]
    return find_root(above, (start, latest), args=tuple(parts)).x


def _missing(model: Mammillary) -> Modes:
    """Return the modes of 1 - C(t) / Css under a constant rate."""
    rates, fractions = _modes(model)
    shares = fractions / rates
    return Modes(rates, shares / shares.sum(axis=1, keepdims=True))


def _modes(model: Mammillary) -> Modes:
    for name in ("clearance_l_per_h", "intercompartmental_l_per_h"):
        if (np.asarray(getattr(model, name)) <= 0).any():
            raise ValueError(f"{name} must be above zero here")
    found = modes(model)
    slowest, fastest = found.rates_per_h[:, 0], found.rates_per_h[:, -1]
    if (slowest < _SLOWEST_OVER_FASTEST * fastest).any():
        raise ValueError(
            "model has rates that lie too far apart to be told from rounding: "
            f"{slowest.min()} and {fastest.max()} per h"
        )
    return found


def _row(name: str, values: ArrayLike) -> Array:
    row = numbers(name, values)
    if row.ndim != 1:
        raise ValueError(f"{name} must have one axis, got shape {row.shape}")
    return row


def _between_0_and_1(name: str, value: float) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be a number, got {value!r}") from None
    if not 0 < number <= 1 - _NEAREST_TO_ALL:
        raise ValueError(f"{name} must be above 0 and below 1 (by 1e-9 at least), got {number}")
    return number

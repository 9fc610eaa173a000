"""A route of which a source gives only the bioavailability, on the disposition of another model.

How much arrives is then known, and how fast is not: the rate of absorption is an assumption.
"""

from __future__ import annotations

from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq

from ketalab.evidence.pharmacology import pk_models
from ketalab.models.arguments import Array, increasing_times
from ketalab.models.kinetics import Absorbed, Mammillary, concentration
from ketalab.simulation.kinetics import Simulation, kinetic_model
from ketalab.simulation.mammillary_set import MammillarySet, disposition
from ketalab.simulation.people import People

# 1/h: half of a dose absorbed within two seconds, and within a month.
_FASTEST, _SLOWEST = 1e3, 1e-3


def by_fraction(
    source: str,
    fraction: str,
    mg: ArrayLike,
    times_h: ArrayLike,
    *,
    ka_per_h: ArrayLike,
    into: str,
    weight_kg: ArrayLike = 70.0,
) -> Simulation:
    """Return the concentrations after one dose at time zero of which a published share arrives.

    source: the id of the record of the bioavailability ("rolan2013"); fraction: its parameter
    ("F_sublingual"). mg: zero or more. times_h: h, strictly increasing. ka_per_h: the assumed
    rate of first-order absorption, 1/h, above zero. into: the id of a model of 1 to 3
    compartments, of the same form of ketamine. weight_kg: kg. Values for people are one number or
    have shape (patients,).

    Raises ValueError, naming the argument, for an unknown source or fraction, a model that is not
    mammillary or of another form, and values that are not finite or out of range.
    """
    record = pk_models().get(source)
    if record is None:
        raise ValueError(f"source: no kinetic record {source!r}")
    try:
        share = record.number(fraction, "fraction")
    except KeyError as error:
        raise ValueError(f"fraction: {source} has no parameter {fraction!r}") from error
    model = kinetic_model(into)
    blood = _mammillary(into, weight_kg)
    if not model.record.form.startswith(record.form):
        raise ValueError(f"into: {into} is of {model.record.form}, {source} of {record.form}")
    times = increasing_times(times_h)
    found = concentration(blood, [Absorbed(0.0, mg, share, ka_per_h)], times)
    warnings = (
        *model.card.check(weight_kg=weight_kg),
        f"{source}: an assumption, absorption is of first order at a rate that no source gives.",
        f"{source} and {into}: an assumption, the bioavailability was measured in other people "
        "than the disposition.",
    )
    return Simulation(
        times, MappingProxyType({model.substances[0]: found}), model.sampling, warnings
    )


def ka_of_peak(tmax_h: float, *, into: str, weight_kg: float = 70.0) -> float:
    """Return the rate of first-order absorption, 1/h, at which the peak comes at ``tmax_h``.

    It is found where the concentrations a moment before and a moment after are equal.

    Raises ValueError, naming the argument, for a time that is not above zero or for which no rate
    from 0.001 to 1000 per hour brings the peak, and for a model that is not mammillary.
    """
    if not (np.isfinite(tmax_h) and tmax_h > 0):
        raise ValueError(f"tmax_h must be above zero, got {tmax_h}")
    blood = _mammillary(into, weight_kg)
    moments: Array = tmax_h * np.array([1 - 1e-5, 1 + 1e-5])

    def rises(ka_per_h: float) -> float:
        found = concentration(blood, [Absorbed(0.0, 1.0, 1.0, ka_per_h)], moments)[0]
        return float((found[1] - found[0]) / found.mean())

    if rises(_SLOWEST) <= 0 or rises(_FASTEST) >= 0:
        raise ValueError(f"tmax_h: no absorption puts the peak of {into} at {tmax_h} h")
    return float(brentq(rises, _SLOWEST, _FASTEST, xtol=1e-9))


def _mammillary(into: str, weight_kg: ArrayLike) -> Mammillary:
    model = kinetic_model(into)
    if not isinstance(model.structure, MammillarySet):
        raise ValueError(f"into: {into} is not a model of 1 to 3 compartments alone")
    return disposition(People(model.record, weight_kg), np.ones(1))

"""A dose by a route, as a regimen of a simulation lists it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import get_args

import numpy as np
from numpy.typing import ArrayLike

from ketalab.evidence.pharmacology.validity import Route
from ketalab.models.arguments import Array, per_patient

__all__ = ["Dose", "Route", "mg_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Dose:
    """What is given at one time, by one route.

    route: "intravenous", "intranasal", "oral" or "sublingual film". mg: of the form of ketamine
    that the model is of, zero or more, one number or shape (patients,). time_h: h. over_h: h, for
    how long an intravenous dose runs; zero is a bolus. How fast other routes deliver is part of
    the model.
    Raises ValueError, naming the argument, for a value that is not finite or out of range, an
    unknown route, and an over_h for a route that is not intravenous.
    """

    route: Route
    mg: ArrayLike
    time_h: float = 0.0
    over_h: float = 0.0

    def __post_init__(self) -> None:
        if self.route not in get_args(Route):
            known = ", ".join(map(repr, get_args(Route)))
            raise ValueError(f"route must be one of {known}, got {self.route!r}")
        object.__setattr__(self, "mg", per_patient("mg", self.mg))
        for name in ("time_h", "over_h"):
            try:
                value = float(getattr(self, name))
            except (TypeError, ValueError):
                raise ValueError(f"{name} must be a number of hours") from None
            if not math.isfinite(value):
                raise ValueError(f"{name} must be finite, got {value}")
            object.__setattr__(self, name, value)
        if self.over_h < 0:
            raise ValueError(f"over_h must not be negative, got {self.over_h}")
        if self.over_h and self.route != "intravenous":
            raise ValueError(f"over_h is for intravenous doses, got {self.over_h} ({self.route})")


def mg_of(mg_per_kg: ArrayLike, weight_kg: ArrayLike) -> Array:
    """Return mg/kg times kg, mg: one number or shape (patients,) each, shape (patients,) back.

    Raises ValueError, naming the argument, for a value that is not finite, an mg_per_kg below
    zero, or a weight_kg that is not above zero.
    """
    per_kg = per_patient("mg_per_kg", mg_per_kg)
    weight = per_patient("weight_kg", weight_kg, above_zero=True)
    if 1 not in (per_kg.size, weight.size) and per_kg.size != weight.size:
        raise ValueError(
            f"mg_per_kg holds {per_kg.size} patients where weight_kg holds {weight.size}"
        )
    return np.asarray(per_kg * weight)

"""The parameters of a published model, in litres and hours, for people of given weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from ketalab.evidence.pharmacology import Parameter, PkModel
from ketalab.models.arguments import Array, patients_in_common, per_patient
from ketalab.simulation.weight_scaling import WeightScaling, reference_kg, weight_scaling

_MINUTES = 60.0
# What one of a unit is in litres and hours; the weight it refers to is not its business.
_SIZE: Mapping[str, float] = MappingProxyType(
    {
        "L": 1.0,
        "L/70 kg": 1.0,
        "L/kg": 1.0,
        "L/h": 1.0,
        "L/h/70 kg": 1.0,
        "L/min/70 kg": _MINUTES,
        "1/h": 1.0,
        "1/min": _MINUTES,
        "h": 1.0,
        "min": 1 / _MINUTES,
        "fraction": 1.0,
        "factor": 1.0,
        "L/h per year": 1.0,
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """Those for whom a model is run.

    weight_kg: kg, above zero. individuals: what sets each person apart, as `patients.draw`
    returns it: factors on the typical value by name of the parameter; for a parameter that the
    source lets vary on the logit scale, the fraction itself. One number or shape (patients,)
    each. What is not in it has its typical value.

    Raises ValueError, naming the argument, for a value that is not finite or out of range, a name
    that is no parameter of the model, and numbers of patients that do not match.
    """

    record: PkModel
    weight_kg: ArrayLike
    individuals: Mapping[str, ArrayLike] = field(default_factory=dict)
    scaling: WeightScaling = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "scaling", weight_scaling(self.record))
        weight = per_patient("weight_kg", self.weight_kg, above_zero=True)
        object.__setattr__(self, "weight_kg", weight)
        patients = weight.size
        kept = {}
        for name, values in self.individuals.items():
            if isinstance((self.record.parameters or {}).get(name, ""), str):
                raise ValueError(f"individuals: {self.record.id} has no parameter {name!r}")
            argument = f"individuals {name}"
            kept[name] = per_patient(argument, values, above_zero=True)
            patients = patients_in_common(argument, kept[name], patients)
            if self._is_fraction(name) and (kept[name] > 1).any():
                raise ValueError(f"{argument} must not exceed 1, got {kept[name].max()}")
        object.__setattr__(self, "individuals", MappingProxyType(kept))

    def get(self, name: str, unit: str) -> Array:
        """Return a parameter of each person, shape (patients,) or (1,).

        unit: the one that the caller expects in the record. Returned in L, L/h, 1/h or h;
        fractions and factors as they are. Raises KeyError, TypeError or ValueError as
        `PkModel.number` does.
        """
        number = self.record.number(name, unit)
        named = self.record.by_name[name]
        name = (named.same_as if isinstance(named, Parameter) else None) or name
        own = np.asarray(self.individuals.get(name, 1.0))
        if name in self.individuals and self._is_fraction(name):
            return own
        size = np.asarray(self.weight_kg) / reference_kg(unit)
        scaled = number * _SIZE[unit] * size ** self.scaling.factor_exponent(unit)
        return np.atleast_1d(scaled * own)

    def _is_fraction(self, name: str) -> bool:
        return self.record.parameter(name).iiv_sd_logit is not None

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is assumed of their weights: nothing at the weight that the model refers to."""
        units = [
            parameter.base_unit or ""
            for parameter in self.record.by_name.values()
            if not isinstance(parameter, str)
        ]
        reference = max(map(reference_kg, units))
        if self.scaling.assumption is None or (np.asarray(self.weight_kg) == reference).all():
            return ()
        return (self.scaling.assumption,)

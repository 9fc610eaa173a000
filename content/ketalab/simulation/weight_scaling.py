"""How a published model scales with body weight, as its record says."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ketalab.evidence.pharmacology import PkModel, pk_models

# Each way a record words it. c: exponent on clearances, v: on volumes.
_C, _V = r"(?P<c>[\d.]+)", r"(?P<v>[\d.]+)"
_STATED = (
    rf"volumes \(W/70\)\^{_V}, clearances \(W/70\)\^{_C}$",
    rf"\(W/70\)\^{_V} on V1 and V_NK, \(W/70\)\^{_C} on CL and CL_NK;",
    rf"allometric {_C}/{_V};",
)
_ASSUMED = (
    rf"exponents not printed \({_C}/{_V} assumed by the peer\)",
    rf"opentiva scales everything linearly, AnaSim uses {_C} on clearances",
)
_UNIT_OF_WEIGHT = re.compile(r"/(?P<kg>\d*) ?kg$")
# Its record gives parameters "per 70 kg" and no exponent; this one is of children as well.
_LENDER = {"sherwin2015": "herd2007"}


@dataclass(frozen=True, slots=True)
class WeightScaling:
    """Exponents of weight / reference on volumes and clearances.

    They hold for parameters whose unit names a weight ("L/70 kg"); others do not scale.
    assumption: what the course assumes where the source gives no exponent; None otherwise.
    """

    volumes: float
    clearances: float
    assumption: str | None = None

    def factor_exponent(self, unit: str) -> float:
        """Return the exponent for a parameter in ``unit``; per kg is plainly proportional."""
        found = _UNIT_OF_WEIGHT.search(unit)
        if found is None:
            return 0.0
        if not found["kg"]:
            return 1.0
        return self.volumes if unit.startswith("L/" + found["kg"]) else self.clearances


def reference_kg(unit: str) -> float:
    """Return the weight that a unit refers to, kg: 70 for "L/h/70 kg", 1 for "L/kg" and "L"."""
    found = _UNIT_OF_WEIGHT.search(unit)
    return float(found["kg"]) if found and found["kg"] else 1.0


def weight_scaling(record: PkModel) -> WeightScaling:
    """Return how ``record`` scales with weight.

    Raises ValueError where parameters refer to a weight and the record's words on covariates are
    none that this function knows: a model must not be scaled by guess.
    """
    units = [
        parameter.base_unit or ""
        for parameter in (record.parameters or {}).values()
        if not isinstance(parameter, str)
    ]
    if not any(reference_kg(unit) > 1 for unit in units):
        return WeightScaling(1.0, 1.0)
    words = record.covariates or ""
    for pattern in _STATED:
        if found := re.search(pattern, words):
            return WeightScaling(float(found["v"]), float(found["c"]))
    for pattern in _ASSUMED:
        if found := re.search(pattern, words):
            volumes = float(found.groupdict().get("v", 1.0))  # "linearly": to the power of one
            return _assumed(record, volumes, float(found["c"]), f'the record says "{words}"')
    if words == "per 70 kg" and record.id in _LENDER:
        lender = weight_scaling(pk_models()[_LENDER[record.id]])
        reason = f"the record gives no exponent; these are those of {_LENDER[record.id]}"
        return _assumed(record, lender.volumes, lender.clearances, reason)
    raise ValueError(f"{record.id}: how it scales with weight is not known from {words!r}")


def _assumed(record: PkModel, volumes: float, clearances: float, why: str) -> WeightScaling:
    return WeightScaling(
        volumes,
        clearances,
        f"{record.id}: an assumption, volumes scale with weight to the power {volumes:g} and "
        f"clearances to the power {clearances:g}; {why}.",
    )

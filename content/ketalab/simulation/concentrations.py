"""Published concentrations in one unit."""

from __future__ import annotations

from ketalab.evidence.pharmacology import Parameter, receptor

_MASS = {"ng/mL": 1e-3, "ug/mL": 1.0, "mg/L": 1.0}
_MOLES = {"nmol/mL": 1e-3, "umol/L": 1e-3}  # times g/mol: mg/L


def in_mg_per_l(concentration: Parameter) -> tuple[float, ...]:
    """Return the numbers of a concentration of ketamine, of either form, in mg/L (µg/mL).

    Moles are turned into grams of the base, not of the hydrochloride, by the molar mass in
    ``receptor().chemistry``. Raises ValueError for a unit that is not one of concentration.
    """
    unit = concentration.base_unit
    if unit in _MASS:
        factor = _MASS[unit]
    elif unit in _MOLES:
        molar_mass = receptor().chemistry["ketamine"].mw
        if not isinstance(molar_mass, Parameter):
            raise TypeError("receptor.yaml: the molar mass of ketamine names no source")
        factor = _MOLES[unit] * molar_mass.number
    else:
        raise ValueError(f"concentration must be in a unit of concentration, got {unit}")
    return tuple(number * factor for number in concentration.numbers)

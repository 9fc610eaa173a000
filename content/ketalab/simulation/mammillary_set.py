"""Models of 1 to 3 compartments after intravenous doses: one substance, no metabolite."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ketalab.evidence.pharmacology import PkModel
from ketalab.models import kinetics
from ketalab.models.arguments import Array
from ketalab.models.kinetics import Mammillary
from ketalab.simulation.people import People
from ketalab.simulation.structure import Case, Site, into_blood


def disposition(people: People, clearance_factor: Array) -> Mammillary:
    """Return the mammillary model of a record, from rate constants or from clearances.

    Micro-constants: CL = k10 V1, Q = k1i V1, Vi = V1 k1i / ki1. Source: Gibaldi M, Perrier D.
    Pharmacokinetics, 2nd ed. Marcel Dekker 1982.
    """
    names = people.record.by_name
    if "k10" in names:
        volume = people.get("V1", "L/kg")
        pairs = [
            (people.get(f"k1{i}", "1/min"), people.get(f"k{i}1", "1/min"))
            for i in (2, 3)
            if f"k1{i}" in names
        ]
        return Mammillary(
            people.get("k10", "1/min") * volume * clearance_factor,
            [volume, *(volume * there / back for there, back in pairs)],
            [volume * there for there, _ in pairs],
        )
    between = ["Q"] if "Q" in names else ["Q2", "Q3"]
    return Mammillary(
        people.get("CL", "L/h/70 kg") * clearance_factor,
        [people.get(f"V{i}", "L/70 kg") for i in range(1, len(between) + 2)],
        [people.get(name, "L/h/70 kg") for name in between],
    )


@dataclass(frozen=True, slots=True)
class MammillarySet:
    """The clearance factor is one on the clearance; there is no other route to change."""

    record: PkModel
    routes: tuple[str, ...] = ("intravenous",)

    @property
    def substances(self) -> tuple[str, ...]:
        return ("S-ketamine",) if self.record.form == "S" else ("ketamine",)

    def assumptions(self, case: Case) -> tuple[str, ...]:
        return ()

    def concentrations(self, case: Case, times: Array, site: Site | None) -> dict[str, Array]:
        model = disposition(case.people, case.clearance_factor)
        doses = [into_blood(dose) for dose in case.regimen]
        if site is None:
            found = kinetics.concentration(model, doses, times)
        else:
            found = kinetics.effect_site(model, np.asarray(site.ke0_per_h), doses, times)
        return {self.substances[0]: found}

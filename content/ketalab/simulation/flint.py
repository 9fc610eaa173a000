"""S-ketamine by vein in ventilated children, with S-norketamine whose clearance rises (Flint 2017).

What share of S-ketamine becomes S-norketamine is not known: its clearance and volume are those
for a share of one, and its concentration is the same for any.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ketalab.evidence.pharmacology import PkModel
from ketalab.models import kinetics
from ketalab.models.arguments import Array
from ketalab.models.kinetics import Mammillary
from ketalab.models.rising_clearance import metabolite
from ketalab.simulation.numbers_in_words import numbers_in_words
from ketalab.simulation.structure import Case, Site, into_blood

_VOLUME, _CLEARANCE = "L/70 kg", "L/h/70 kg"


def rise_per_h(record: PkModel) -> float:
    """Return the rise of the metabolite's clearance in each hour, as a share of the first, 1/h."""
    words = r"CL of norketamine x \(1\+([\d.]+) x hours since first dose\)"
    (rise,) = numbers_in_words(words, record.covariates or "")
    return rise


@dataclass(frozen=True, slots=True)
class Flint:
    """The clearance factor is one on the clearance of S-ketamine."""

    record: PkModel
    routes: tuple[str, ...] = ("intravenous",)
    substances: tuple[str, ...] = ("S-ketamine", "S-norketamine")

    def assumptions(self, case: Case) -> tuple[str, ...]:
        return ()

    def concentrations(self, case: Case, times: Array, site: Site | None) -> dict[str, Array]:
        get = case.people.get
        clearance = get("CL", _CLEARANCE) * case.clearance_factor
        parent = Mammillary(
            clearance,
            [get("V1", _VOLUME), get("V2", _VOLUME)],
            [get("Q", _CLEARANCE)],
        )
        doses = [into_blood(dose) for dose in case.regimen]
        if site is not None:
            if site.substance != "S-ketamine":
                raise ValueError(
                    f"substance: {self.record.id} has no effect site for {site.substance}, whose "
                    "clearance changes with time"
                )
            ke0 = np.asarray(site.ke0_per_h)
            return {"S-ketamine": kinetics.effect_site(parent, ke0, doses, times)}
        volume = get("V_NK_over_Fm", _VOLUME)
        amount = metabolite(
            parent,
            clearance,
            get("CL_NK_over_Fm", _CLEARANCE) / volume,
            rise_per_h(self.record),
            doses,
            times,
        )
        return {
            "S-ketamine": kinetics.concentration(parent, doses, times),
            "S-norketamine": amount / volume[:, None],
        }

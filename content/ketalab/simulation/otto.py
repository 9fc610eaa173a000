"""S-ketamine in three compartments, all of it cleared into S-norketamine in two (Otto 2021)."""

from __future__ import annotations

from dataclasses import dataclass

from ketalab.evidence.pharmacology import PkModel
from ketalab.models.arguments import Array
from ketalab.models.compartments import OUT, Input
from ketalab.simulation.people import People
from ketalab.simulation.structure import (
    Case,
    Flows,
    Output,
    Site,
    exchange,
    network_concentrations,
)

_PER_70_KG, _VOLUME_70 = "L/h/70 kg", "L/70 kg"


def disposition(people: People, clearance_factor: Array) -> tuple[Flows, dict[str, Output]]:
    """Return the flows after the drug has reached the blood, and where it is measured.

    The clearance factor is one on the clearance of S-ketamine: as much S-norketamine is formed,
    but faster or slower. Its mass is carried as that of ketamine, as the source does.
    """
    volume, metabolite = people.get("V1", _VOLUME_70), people.get("V_NK", _VOLUME_70)
    cleared = people.get("CL", _PER_70_KG) * clearance_factor / volume
    forms = people.get("fm_NK", "fraction")
    flows: Flows = {
        ("S-ketamine", "S-norketamine"): forms * cleared,
        ("S-ketamine", OUT): (1 - forms) * cleared,
        ("S-norketamine", OUT): people.get("CL_NK", _PER_70_KG) / metabolite,
    }
    for at, into, between, here, there in (
        ("S-ketamine", "slow", "Q1", volume, "Vp1"),
        ("S-ketamine", "fast", "Q2", volume, "Vp2"),
        ("S-norketamine", "S-norketamine, peripheral", "Q_NK", metabolite, "Vp_NK"),
    ):
        flows |= exchange(at, into, people.get(between, "L/h"), here, people.get(there, "L"))
    outputs = {
        "S-ketamine": Output("S-ketamine", volume),
        "S-norketamine": Output("S-norketamine", metabolite),
    }
    return flows, outputs


@dataclass(frozen=True, slots=True)
class Otto:
    """Intravenous S-ketamine and its S-norketamine."""

    record: PkModel
    routes: tuple[str, ...] = ("intravenous",)
    substances: tuple[str, ...] = ("S-ketamine", "S-norketamine")

    def assumptions(self, case: Case) -> tuple[str, ...]:
        return ()

    def concentrations(self, case: Case, times: Array, site: Site | None) -> dict[str, Array]:
        flows, outputs = disposition(case.people, case.clearance_factor)
        inputs = [Input("S-ketamine", dose.time_h, dose.mg, dose.over_h) for dose in case.regimen]
        return network_concentrations(flows, inputs, outputs, times, site)

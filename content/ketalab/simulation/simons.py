"""S-ketamine by oral film or vein, with S-norketamine and S-hydroxynorketamine (Simons 2022).

A film delivers through the mucosa to the blood, and, swallowed, through the gut straight into
metabolism. Metabolism takes time: two transit compartments in a row lead to each metabolite.
All amounts are carried as those of S-ketamine, mole for mole, and weighed at the end.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ketalab.evidence.pharmacology import Parameter, PkModel, receptor
from ketalab.models.arguments import Array
from ketalab.models.compartments import OUT, Input
from ketalab.simulation.dose import Dose
from ketalab.simulation.structure import (
    Case,
    Flows,
    Output,
    Site,
    bioavailable,
    exchange,
    network_concentrations,
)

_VOLUME, _CLEARANCE = "L/70 kg", "L/min/70 kg"
# A chain of n transit compartments with a mean transit time of MTT: each is left at n / MTT.
_IN_CHAIN = 2


@dataclass(frozen=True, slots=True)
class Simons:
    """The clearance factor is one on the clearance of S-ketamine (CLK1), the bioavailability
    factor one on F1, what the mucosa absorbs.
    """

    record: PkModel
    routes: tuple[str, ...] = ("intravenous", "sublingual film")
    substances: tuple[str, ...] = ("S-ketamine", "S-norketamine", "S-hydroxynorketamine")

    def assumptions(self, case: Case) -> tuple[str, ...]:
        return ()

    def concentrations(self, case: Case, times: Array, site: Site | None) -> dict[str, Array]:
        get = case.people.get
        ketamine, norketamine = get("VK1", _VOLUME), get("VN1", _VOLUME)
        hydroxynorketamine = get("VH1", _VOLUME)
        flows: Flows = {
            ("mucosa", "ketamine"): get("KA1", "1/min"),
            ("gut", "gut to liver"): get("KA2", "1/min"),
            ("gut to liver", "metabolism 1"): 1 / get("MTT_gut", "min"),
            ("ketamine", "metabolism 1"): get("CLK1", _CLEARANCE)
            * case.clearance_factor
            / ketamine,
            ("norketamine", "oxidation 1"): get("CLN1", _CLEARANCE) / norketamine,
            ("hydroxynorketamine", OUT): get("CLH1", _CLEARANCE) / hydroxynorketamine,
        }
        for chain, into, time, forms in (
            ("metabolism", "norketamine", "MTT_K_to_NK", "fm_NK"),
            ("oxidation", "hydroxynorketamine", "MTT_NK_to_HNK", "fm_HNK"),
        ):
            rate = _IN_CHAIN / get(time, "min")
            share = get(forms, "fraction")
            flows[(f"{chain} 1", f"{chain} 2")] = rate
            flows[(f"{chain} 2", into)] = share * rate
            flows[(f"{chain} 2", OUT)] = (1 - share) * rate
        for at, into, between, here, there in (
            ("ketamine", "ketamine 2", "CLK2", ketamine, "VK2"),
            ("ketamine", "ketamine 3", "CLK3", ketamine, "VK3"),
            ("norketamine", "norketamine 2", "CLN2", norketamine, "VN2"),
            ("hydroxynorketamine", "hydroxynorketamine 2", "CLH2", hydroxynorketamine, "VH2"),
        ):
            flows |= exchange(at, into, get(between, _CLEARANCE), here, get(there, _VOLUME))
        parent = _molar_mass("ketamine")
        outputs = {
            f"S-{name}": Output(name, volume, _molar_mass(name) / parent)
            for name, volume in (
                ("ketamine", ketamine),
                ("norketamine", norketamine),
                ("hydroxynorketamine", hydroxynorketamine),
            )
        }
        inputs = [one for dose in case.regimen for one in self._inputs(case, dose)]
        return network_concentrations(flows, inputs, outputs, times, site)

    def _inputs(self, case: Case, dose: Dose) -> list[Input]:
        if dose.route == "intravenous":
            return [Input("ketamine", dose.time_h, dose.mg, dose.over_h)]
        get = case.people.get
        mucosal = bioavailable("F1", get("F1", "fraction"), case.bioavailability_factor)
        return [
            Input("mucosa", dose.time_h, dose.mg, float(get("D1", "min")[0]), mucosal),
            Input("gut", dose.time_h, dose.mg, float(get("D2", "min")[0]), get("F2", "fraction")),
        ]


def _molar_mass(name: str) -> float:
    mass = receptor().chemistry[name].mw
    return mass.number if isinstance(mass, Parameter) else float(np.asarray(mass))

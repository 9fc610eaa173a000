"""Esketamine by nose, mouth or vein, through gut and liver, with noresketamine (Perez-Ruixo 2021).

What is absorbed from the nose goes to the blood. What is swallowed goes through the gut wall to a
compartment for the liver, which blood flow Qh connects with the blood and where all elimination
is: the first pass and later clearance are one process.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ketalab.evidence.pharmacology import PkModel
from ketalab.models.arguments import Array
from ketalab.models.compartments import OUT, Input
from ketalab.simulation.dose import Dose
from ketalab.simulation.numbers_in_words import numbers_in_words
from ketalab.simulation.people import People
from ketalab.simulation.structure import (
    Case,
    Flows,
    Output,
    Site,
    bioavailable,
    exchange,
    network_concentrations,
)

_ASIAN = ("Asian", "Japanese")


def device_mg(record: PkModel) -> float:
    """Return what one nasal device holds, mg, from the words on FRn."""
    (device,) = numbers_in_words(r"first ([\d.]+)-mg device", record.parameter("FRn").unit)
    return device


def devices(record: PkModel, dose: Dose) -> Array:
    """Return how many devices a nasal dose is, shape (patients,) or (1,).

    Raises ValueError unless it is the 1, 2 or 3 of which the source gives the absorption.
    """
    count = np.asarray(dose.mg) / device_mg(record)
    if not np.isin(count, (1, 2, 3)).all():
        raise ValueError(
            f"mg: {record.id} has nasal doses of 1, 2 or 3 devices of {device_mg(record):g} mg, "
            f"got {np.asarray(dose.mg).tolist()}"
        )
    return count


def absorbed_by_nose(case: Case, count: Array) -> Array:
    """Return the fraction of a nasal dose of ``count`` devices that the nose absorbs.

    Each device after the first is absorbed less, so n of them FRn (1 + (n - 1) effect) / n.
    """
    fraction = case.people.get("FRn", "fraction")
    if case.ancestry == "Japanese":
        fraction = fraction * case.people.get("japanese_FRn", "factor")
    # The factor can carry a person whom variability has put high above all that there is.
    fraction = np.minimum(fraction, 1.0)
    later = case.people.get("dose_effect_FRn", "factor")
    return fraction * (1 + (count - 1) * later) / count


def liver_flow(case: Case) -> Array:
    """Return the blood flow through the liver, L/h; it falls with each year above an age."""
    people = case.people
    flow = people.get("Qh", "L/h")
    if case.age_years is None:
        return flow
    decline = people.record.parameter("age_Qh")
    (threshold,) = numbers_in_words(r"per year above ([\d.]+)", decline.unit)
    typical = people.record.number("Qh", "L/h")
    above = np.maximum(np.asarray(case.age_years) - threshold, 0.0)
    aged = typical + people.record.number("age_Qh", "L/h per year") * above
    if (aged <= 0).any():
        raise ValueError(f"age_years: {people.record.id} leaves no liver blood flow at that age")
    return flow * aged / typical


def elimination(case: Case) -> tuple[Array, Array]:
    """Return the rates in the liver, 1/h: to other metabolites, and to noresketamine."""
    kel, kmet = (case.people.get(name, "1/h") * case.clearance_factor for name in ("kel", "kmet"))
    if case.ancestry in _ASIAN:
        kel = kel * case.people.get("asian_kel", "factor")
    return kel, kmet


@dataclass(frozen=True, slots=True)
class PerezRuixo:
    """The clearance factor is one on what the liver can eliminate (kel and kmet), so it changes
    the first pass as well. The bioavailability factor is one on Fgut, the fraction of what is
    swallowed that passes the gut wall.
    """

    record: PkModel
    routes: tuple[str, ...] = ("intravenous", "intranasal", "oral")
    substances: tuple[str, ...] = ("S-ketamine", "S-norketamine")

    def assumptions(self, case: Case) -> tuple[str, ...]:
        said = []
        if (case.clearance_factor != 1).any():
            said.append(
                f"{self.record.id}: the clearance factor changes what the liver can eliminate. "
                "Clearance, limited by blood flow, changes less, and the first pass changes too."
            )
        if case.ancestry == "Japanese":
            said.append(
                f"{self.record.id}: the parameters for Asian people are used for Japanese people "
                "too, as in the code of the peer."
            )
        return tuple(said)

    def concentrations(self, case: Case, times: Array, site: Site | None) -> dict[str, Array]:
        people = case.people
        volume, liver = people.get("Vc", "L"), people.get("Vh", "L")
        metabolite = people.get("Vcn_F", "L")
        metabolite_clearance = people.get("CLn_F", "L/h")
        if case.ancestry in _ASIAN:
            metabolite_clearance = metabolite_clearance * people.get("asian_CLn", "factor")
        kel, kmet = elimination(case)
        flows: Flows = {
            ("nose", "blood"): people.get("ka_n", "1/h"),
            ("gut, from nose", "liver"): people.get("ka_sw", "1/h"),
            ("gut", "liver"): people.get("ka_po", "1/h"),
            ("liver", OUT): kel,
            ("liver", "noresketamine"): kmet,
            ("noresketamine", OUT): metabolite_clearance / metabolite,
        }
        for at, into, between, here, there in (
            ("blood", "liver", liver_flow(case), volume, liver),
            ("blood", "fast", people.get("Q1", "L/h"), volume, people.get("Vp1", "L")),
            ("blood", "slow", people.get("Q2", "L/h"), volume, people.get("Vp2", "L")),
            (
                "noresketamine",
                "noresketamine, peripheral",
                people.get("Q3_F", "L/h"),
                metabolite,
                people.get("Vpn_F", "L"),
            ),
        ):
            flows |= exchange(at, into, between, here, there)
        outputs = {
            "S-ketamine": Output("blood", volume),
            "S-norketamine": Output("noresketamine", metabolite),
        }
        inputs = [one for dose in case.regimen for one in self._inputs(case, dose)]
        return network_concentrations(flows, inputs, outputs, times, site)

    def _inputs(self, case: Case, dose: Dose) -> list[Input]:
        if dose.route == "intravenous":
            return [Input("blood", dose.time_h, dose.mg, dose.over_h)]
        passes = bioavailable(
            "Fgut", case.people.get("Fgut", "fraction"), case.bioavailability_factor
        )
        if dose.route == "oral":
            return [Input("gut", dose.time_h, dose.mg, self._over(case.people, "Dpo"), passes)]
        nasal = absorbed_by_nose(case, devices(self.record, dose))
        swallowed = (1 - nasal) * passes
        return [
            Input("nose", dose.time_h, dose.mg, fraction=nasal),
            Input(
                "gut, from nose", dose.time_h, dose.mg, self._over(case.people, "Dsw"), swallowed
            ),
        ]

    def _over(self, people: People, name: str) -> float:
        return people.record.number(name, "h")

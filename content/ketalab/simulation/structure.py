"""What the structures of published models have in common: from a case to concentrations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike

from ketalab.models.arguments import Array
from ketalab.models.compartments import OUT, Input, Network, amounts
from ketalab.models.kinetics import Bolus, Infusion
from ketalab.simulation.dose import Dose
from ketalab.simulation.people import People

Flows = dict[tuple[str, str], ArrayLike]
_SITE = "effect site"


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """Everything that a structure needs to know: who is given what.

    clearance_factor, bioavailability_factor: shape (patients,) or (1,), above zero; what each is
    applied to is part of the structure. age_years: years; None is not known. ancestry: "Asian"
    or "Japanese" where a source has a parameter for it; None otherwise.
    """

    people: People
    regimen: Sequence[Dose]
    clearance_factor: Array
    bioavailability_factor: Array
    age_years: Array | None = None
    ancestry: str | None = None


class Site(NamedTuple):
    """An effect site: the substance it follows, and how fast, 1/h."""

    substance: str
    ke0_per_h: Array


class Output(NamedTuple):
    """Where a substance is measured: a compartment, its volume (L), and mg for each mg in it."""

    compartment: str
    volume_l: Array
    mg_per_mg: float = 1.0


class Structure(Protocol):
    """One family of models.

    routes, substances: what it can be given by and what it returns, for a given record.
    assumptions: sentences on what a case rests on beyond the source.
    concentrations: mg/L, (patients, times), of all substances, or at an effect site of one.
    """

    @property
    def routes(self) -> tuple[str, ...]: ...

    @property
    def substances(self) -> tuple[str, ...]: ...

    def assumptions(self, case: Case) -> tuple[str, ...]: ...

    def concentrations(self, case: Case, times: Array, site: Site | None) -> dict[str, Array]: ...


def exchange(one: str, other: str, clearance: Array, volume: Array, other_volume: Array) -> Flows:
    """Return the flows between two compartments: an intercompartmental clearance, L/h, over L."""
    return {(one, other): clearance / volume, (other, one): clearance / other_volume}


def into_blood(dose: Dose) -> Bolus | Infusion:
    """Return an intravenous dose for a mammillary model."""
    if dose.over_h:
        return Infusion(dose.time_h, dose.over_h, dose.mg)
    return Bolus(dose.time_h, dose.mg)


def bioavailable(name: str, fraction: Array, factor: Array) -> Array:
    """Return a bioavailability times the factor. Raises ValueError above 1: there is no more."""
    changed = fraction * factor
    if (changed > 1).any():
        raise ValueError(
            f"bioavailability_factor must leave {name} at or below 1, got {changed.max():.4g}"
        )
    return changed


def network_concentrations(
    flows: Flows,
    inputs: Sequence[Input],
    outputs: Mapping[str, Output],
    times: Array,
    site: Site | None,
) -> dict[str, Array]:
    """Return the concentrations of a network, mg/L; of one substance at its site if there is one.

    The site follows the amount in the measured compartment and takes nothing from it.
    """
    if site is None:
        measured = dict(outputs)
        signals: Flows = {}
    else:
        followed = outputs[site.substance]
        measured = {site.substance: followed._replace(compartment=_SITE)}
        signals = {(followed.compartment, _SITE): site.ke0_per_h}
        flows = flows | {(_SITE, OUT): site.ke0_per_h}
    wanted = [output.compartment for output in measured.values()]
    found = amounts(Network(flows, signals), inputs, times, wanted)
    return {
        name: found[output.compartment] * (output.mg_per_mg / np.asarray(output.volume_l))[:, None]
        for name, output in measured.items()
    }

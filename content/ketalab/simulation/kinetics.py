"""Published kinetic models, ready to run.

>>> from ketalab.simulation.kinetics import Dose, kinetic_model
>>> model = kinetic_model("otto2021")
>>> found = model.simulate([Dose("intravenous", 10.0, over_h=0.5)], [0.5, 1.0], weight_kg=68.0)
>>> found.concentrations["S-ketamine"].shape
(1, 2)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from ketalab.evidence.pharmacology import PkModel, pk_models
from ketalab.evidence.pharmacology.model_card import ModelCard, model_card
from ketalab.evidence.pharmacology.parameter import printable
from ketalab.models.arguments import Array, increasing_times, patients_in_common, per_patient
from ketalab.simulation import composite_oral
from ketalab.simulation.dose import Dose, Route, mg_of
from ketalab.simulation.flint import Flint
from ketalab.simulation.mammillary_set import MammillarySet
from ketalab.simulation.otto import Otto
from ketalab.simulation.people import People
from ketalab.simulation.perez_ruixo import PerezRuixo
from ketalab.simulation.simons import Simons
from ketalab.simulation.structure import Case, Site, Structure
from ketalab.simulation.variability import Variability, variability

__all__ = ["Dose", "KineticModel", "Route", "Simulation", "kinetic_model", "mg_of"]

ANCESTRIES = ("Asian", "Japanese")
_STRUCTURES: Mapping[str, Callable[[PkModel], Structure]] = MappingProxyType(
    {
        "domino": MammillarySet,
        "clements250": MammillarySet,
        "hijazi": MammillarySet,
        "herd2007": MammillarySet,
        "sherwin2015": MammillarySet,
        "kamp2020_meta": MammillarySet,
        "flint2017": Flint,
        "otto2021": Otto,
        "perezruixo2021": PerezRuixo,
        "simons2022": Simons,
        "composite_oral_S": composite_oral.CompositeOral,
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class Simulation:
    """Concentrations over time.

    times_h: h, shape (times,). concentrations: mg/L (the same as µg/mL) by substance, each of
    shape (patients, times). sampling: where the blood of the source was taken, "arterial",
    "venous", "venous plasma", "not verified"; None where the record does not say. Arterial and
    venous concentrations must not be compared as if they were the same. warnings: sentences that
    must stand beside the figures.
    """

    times_h: Array
    concentrations: Mapping[str, Array]
    sampling: str | None
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KineticModel:
    """A published model: its record, its card, its structure, and how people differ."""

    record: PkModel
    card: ModelCard
    structure: Structure
    variability: Variability

    @property
    def id(self) -> str:
        return self.record.id

    @property
    def routes(self) -> tuple[str, ...]:
        """The routes of which the source gives what a simulation needs."""
        return self.structure.routes

    @property
    def sampling(self) -> str | None:
        """Where blood was taken; None where neither the record nor its parameters say."""
        words = [
            parameter.species_assay or ""
            for parameter in self.record.by_name.values()
            if not isinstance(parameter, str)
        ]
        arterial = "arterial" if all("arterial" in assay for assay in words) else None
        return self.record.sampling or arterial

    @property
    def substances(self) -> tuple[str, ...]:
        """What is returned; the first is the drug that is given."""
        return self.structure.substances

    def simulate(
        self,
        regimen: Sequence[Dose],
        times_h: ArrayLike,
        *,
        weight_kg: ArrayLike = 70.0,
        age_years: ArrayLike | None = None,
        ancestry: str | None = None,
        individuals: Mapping[str, ArrayLike] | None = None,
        clearance_factor: ArrayLike = 1.0,
        bioavailability_factor: ArrayLike = 1.0,
    ) -> Simulation:
        """Return the concentrations after ``regimen``.

        regimen: one dose or more, in any order; they may overlap. times_h: h, shape (times,),
        strictly increasing. weight_kg: kg, above zero. age_years: years; None is not known.
        ancestry: "Asian" or "Japanese", where the source has a parameter for it.
        individuals: what `patients.draw` returns for ``variability.population()``.
        clearance_factor, bioavailability_factor: above zero; what another drug multiplies the
        clearance of ketamine and its bioavailability by. The structure says to what each is
        applied. Values for people are one number or have shape (patients,).

        Raises OutsideValidity where the model card refuses a value. Raises ValueError, naming
        the argument, for an empty regimen, a route that the source does not give, a value that
        is not finite or out of range, and numbers of patients that do not match.
        """
        case, warnings = self._case(
            regimen,
            weight_kg,
            age_years,
            ancestry,
            individuals,
            clearance_factor,
            bioavailability_factor,
        )
        return self._run(case, warnings, times_h, None)

    def effect_site(
        self,
        ke0_per_h: ArrayLike,
        regimen: Sequence[Dose],
        times_h: ArrayLike,
        *,
        substance: str | None = None,
        weight_kg: ArrayLike = 70.0,
        age_years: ArrayLike | None = None,
        ancestry: str | None = None,
        individuals: Mapping[str, ArrayLike] | None = None,
        clearance_factor: ArrayLike = 1.0,
        bioavailability_factor: ArrayLike = 1.0,
    ) -> Simulation:
        """Return the concentration at an effect site that solves dCe/dt = ke0 (C - Ce).

        ke0_per_h: 1/h, above zero, one number or shape (patients,). substance: which one the site
        follows; the drug that is given if None. The rest is as in `simulate`.
        Source: Sheiner LB et al. Clin Pharmacol Ther 1979;25:358-371.

        Raises ValueError as `simulate` does, for a ke0_per_h that is not above zero, and for a
        substance that the model does not have or that can have no such site.
        """
        substance = self.substances[0] if substance is None else substance
        if substance not in self.substances:
            raise ValueError(
                f"substance: {self.id} has {', '.join(self.substances)}, not {substance!r}"
            )
        ke0 = per_patient("ke0_per_h", ke0_per_h, above_zero=True)
        case, warnings = self._case(
            regimen,
            weight_kg,
            age_years,
            ancestry,
            individuals,
            clearance_factor,
            bioavailability_factor,
        )
        return self._run(case, warnings, times_h, Site(substance, ke0))

    def _run(
        self, case: Case, warnings: tuple[str, ...], times_h: ArrayLike, site: Site | None
    ) -> Simulation:
        times = increasing_times(times_h)
        found = self.structure.concentrations(case, times, site)
        return Simulation(times, MappingProxyType(found), self.sampling, warnings)

    def _case(
        self,
        regimen: Sequence[Dose],
        weight_kg: ArrayLike,
        age_years: ArrayLike | None,
        ancestry: str | None,
        individuals: Mapping[str, ArrayLike] | None,
        clearance_factor: ArrayLike,
        bioavailability_factor: ArrayLike,
    ) -> tuple[Case, tuple[str, ...]]:
        """Return the case, checked, and the warnings that go with it."""
        if not isinstance(regimen, Sequence) or not regimen:
            raise ValueError("regimen must be a sequence of one dose or more")
        for dose in regimen:
            if not isinstance(dose, Dose):
                raise ValueError(f"regimen must hold Dose, got {dose!r}")
            if dose.route not in self.routes:
                raise ValueError(
                    f"route: {self.id} has {', '.join(self.routes)}, not {dose.route!r}"
                )
        if ancestry is not None and ancestry not in ANCESTRIES:
            raise ValueError(f"ancestry must be one of {ANCESTRIES} or None, got {ancestry!r}")
        if ancestry is not None and not isinstance(self.structure, PerezRuixo):
            raise ValueError(f"ancestry: {self.id} has no parameter for it")
        people = People(self.record, weight_kg, individuals or {})
        age = None if age_years is None else per_patient("age_years", age_years)
        case = Case(
            people,
            regimen,
            per_patient("clearance_factor", clearance_factor, above_zero=True),
            per_patient("bioavailability_factor", bioavailability_factor, above_zero=True),
            age,
            ancestry,
        )
        sizes = {"weight_kg": people.weight_kg, "age_years": age, **people.individuals}
        sizes |= {"clearance_factor": case.clearance_factor}
        sizes |= {"bioavailability_factor": case.bioavailability_factor}
        sizes |= {f"mg of dose {i}": dose.mg for i, dose in enumerate(regimen)}
        patients = 1
        for name, values in sizes.items():
            if values is not None:
                patients = patients_in_common(name, np.asarray(values), patients)
        warnings = (
            *self._held_to_card(case),
            *people.warnings,
            *self.structure.assumptions(case),
        )
        return case, tuple(dict.fromkeys(warnings))

    def _held_to_card(self, case: Case) -> list[str]:
        """Return the warnings of the model card. Raises OutsideValidity where it refuses."""
        weight = np.asarray(case.people.weight_kg)
        spoken = {limit.quantity for limit in self.card.validity}

        def check(route: Route | None = None, **quantities: ArrayLike | None) -> tuple[str, ...]:
            asked = {name: value for name, value in quantities.items() if name in spoken}
            return self.card.check(route=route, **asked)

        warnings = [*check(weight_kg=weight, age_years=case.age_years)]
        for dose in case.regimen:
            mg = np.asarray(dose.mg)
            warnings += check(
                dose.route,
                dose_mg=mg,
                dose_mg_per_kg=mg / weight,
                duration_h=dose.over_h if dose.route == "intravenous" else None,
            )
        return warnings


@cache
def kinetic_model(id: str) -> KineticModel:
    """Return a published model by the id of its record.

    Raises ValueError for an id that no record has, and for a record that is not complete, with
    what is missing.
    """
    if id not in pk_models():
        raise ValueError(f"id: no kinetic model {id!r}; there are {', '.join(_STRUCTURES)}")
    record = pk_models()[id]
    if not record.complete:
        why = record.missing or record.note or record.doubts or record.consistency
        reason = printable(why) or "the record has no kinetic parameters to run"
        raise ValueError(f"id: {id} cannot be simulated, its record is not complete: {reason}")
    if "disposition" in record.by_name:
        record = composite_oral.completed(record)
    return KineticModel(record, model_card(id), _STRUCTURES[id](record), variability(record))

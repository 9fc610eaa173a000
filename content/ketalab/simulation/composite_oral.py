"""A teaching composite, not a published model: oral S-ketamine with S-norketamine.

What is absorbed arrives in the blood as S-ketamine, or already as the S-norketamine that gut and
liver made of it, with the disposition of another model.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from ketalab.evidence.pharmacology import PkModel, pk_models
from ketalab.models.arguments import Array
from ketalab.models.compartments import Input
from ketalab.simulation import otto
from ketalab.simulation.structure import (
    Case,
    Site,
    bioavailable,
    network_concentrations,
)


def completed(record: PkModel) -> PkModel:
    """Return a record together with the parameters of the one whose disposition it takes."""
    lender = pk_models()[str(record.by_name["disposition"])]
    return record.model_copy(
        update={
            "parameters": MappingProxyType({**lender.by_name, **record.by_name}),
            "covariates": lender.covariates,
            "iiv": lender.iiv,
            "sampling": lender.sampling,
        }
    )


@dataclass(frozen=True, slots=True)
class CompositeOral:
    """The bioavailability factor is one on the fraction that arrives as S-ketamine."""

    record: PkModel
    routes: tuple[str, ...] = ("oral",)
    substances: tuple[str, ...] = ("S-ketamine", "S-norketamine")

    def assumptions(self, case: Case) -> tuple[str, ...]:
        built = (
            f"{self.record.id}: constructed from several sources, not a published model "
            f"({self.record.source_key})."
        )
        if (case.bioavailability_factor == 1).all():
            return (built,)
        return (
            built,
            f"{self.record.id}: an assumption, what no longer arrives as S-ketamine arrives as "
            "S-norketamine and the other way round: as much is absorbed in all.",
        )

    def concentrations(self, case: Case, times: Array, site: Site | None) -> dict[str, Array]:
        flows, outputs = otto.disposition(case.people, case.clearance_factor)
        rate = case.people.get("ka", "1/h")
        flows[("gut, to S-ketamine", "S-ketamine")] = rate
        flows[("gut, to S-norketamine", "S-norketamine")] = rate
        intact, changed = self._arriving(case)
        duration = float(case.people.get("zero_order", "h")[0])
        inputs = [
            Input(f"gut, to {substance}", dose.time_h, dose.mg, duration, fraction)
            for dose in case.regimen
            for substance, fraction in (("S-ketamine", intact), ("S-norketamine", changed))
        ]
        return network_concentrations(flows, inputs, outputs, times, site)

    def _arriving(self, case: Case) -> tuple[Array, Array]:
        """Return the fractions of the dose that arrive as S-ketamine and as S-norketamine."""
        people = case.people
        fraction = people.get("F_ketamine", "fraction")
        absorbed = fraction + people.get("F_presystemic_norketamine", "fraction")
        intact = bioavailable("F_ketamine", fraction, case.bioavailability_factor)
        if (intact > absorbed).any():
            raise ValueError(
                "bioavailability_factor must leave F_ketamine at or below what is absorbed, "
                f"{absorbed[0]:.4g}, got {intact.max():.4g}"
            )
        return intact, np.asarray(absorbed - intact)

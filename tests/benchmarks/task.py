"""The task that every simulator gets: the one of ``peers.yaml``.

Virtual patients of 70 kg around the model ``domino``, 0.5 mg/kg of racemic ketamine infused over
40 minutes, the plasma concentration at each minute over 24 hours. Clearances and volumes vary
independently, log-normally with a log-SD of 0.30. That spread is the task's own: the source of the
model reports none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ketalab.evidence.pharmacology import pk_models
from ketalab.models.kinetics import Infusion, Mammillary

SEED = 20240601
LOG_SD = 0.30
WEIGHT_KG = 70.0
DOSE_MG_PER_KG = 0.5
INFUSION_MIN = 40
MINUTES = 24 * 60


@dataclass(frozen=True)
class Task:
    """Patients and what they get. L/h, L, mg and h; a row of volumes for each compartment."""

    clearance: NDArray[np.float64]
    exchange: NDArray[np.float64]
    volumes: NDArray[np.float64]
    dose: float
    infusion: float
    times: NDArray[np.float64]

    @property
    def patients(self) -> int:
        """How many there are."""
        return self.clearance.size

    @property
    def model(self) -> Mammillary:
        """The patients as the course's own model."""
        return Mammillary(self.clearance, self.volumes, self.exchange)

    @property
    def regimen(self) -> list[Infusion]:
        """The dose as the course's own regimen."""
        return [Infusion(0, self.infusion, self.dose)]

    def save(self, path: Path) -> None:
        """Write the task as arrays, for a simulator in another environment."""
        np.savez(
            path,
            clearance=self.clearance,
            exchange=self.exchange,
            volumes=self.volumes,
            dose=self.dose,
            infusion=self.infusion,
            times=self.times,
        )


def typical() -> dict[str, float]:
    """Return the typical patient: CL, Q2, Q3 in L/h and V1, V2, V3 in L."""
    domino = pk_models()["domino"]
    k10, k12, k13, k21, k31 = (
        domino.number(name, "1/min") * 60 for name in ("k10", "k12", "k13", "k21", "k31")
    )
    v1 = domino.number("V1", "L/kg") * WEIGHT_KG
    return {
        "CL": k10 * v1,
        "Q2": k12 * v1,
        "Q3": k13 * v1,
        "V1": v1,
        "V2": k12 / k21 * v1,
        "V3": k13 / k31 * v1,
    }


def task_of(drawn: Sequence[NDArray[np.float64]]) -> Task:
    """Make the task for patients whose values come in the order of `typical`."""
    return Task(
        clearance=drawn[0],
        exchange=np.array(drawn[1:3]),
        volumes=np.array(drawn[3:]),
        dose=DOSE_MG_PER_KG * WEIGHT_KG,
        infusion=INFUSION_MIN / 60,
        times=np.arange(MINUTES + 1) / 60,
    )


def draw_task(patients: int, seed: int = SEED) -> Task:
    """Draw the patients. The same number and seed give the same patients."""
    middle = np.array(list(typical().values()))
    spread = LOG_SD * np.random.default_rng(seed).standard_normal((patients, middle.size))
    return task_of((middle * np.exp(spread)).T)

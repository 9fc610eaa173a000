"""Software that simulates the same kinetics, measured on one task.

``peers.yaml`` is a copy of the table that the course's fact check produced, byte for byte.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from ketalab.evidence.frozen_mapping import FrozenMapping
from ketalab.evidence.pharmacology.parameter import Positive
from ketalab.evidence.tables import Record, Text


def _median_min_max(times: tuple[float, float, float]) -> tuple[float, float, float]:
    median, least, most = times
    if not least <= median <= most:
        raise PydanticCustomError("median", "median, minimum and maximum, in this order")
    return times


Times = Annotated[
    tuple[Positive, Positive, Positive], Field(strict=False), AfterValidator(_median_min_max)
]
Error = Annotated[float, Field(ge=0)]


class Measurement(Record):
    """How long one program took for 1,000 virtual patients, and how far off it was.

    Seconds of one core; errors in ng/mL, and relative where the concentration is above 0.1 ng/mL.
    """

    name: Text
    wall_s_per_1000_patients: Positive
    batches: Annotated[int, Field(gt=0)]
    repeats_per_batch: Annotated[int, Field(gt=0)]
    patients_run: Annotated[int, Field(gt=0, le=1000)]
    max_abs_err_ng_ml: Error
    max_rel_err_where_C_above_0p1_ng_ml: Error  # noqa: N815
    note: str


class PeerFeatures(Record):
    """What one program can do. Where a word says more than yes or no, the word stands."""

    peer: Text
    ketamine: Text | None = None
    iv: bool | None = None
    oral_nasal: bool | Text | None = None
    metabolite: bool | Text | None = None
    effect_site: bool | Text | None = None
    population: bool | Text | None = None
    note: Text | None = None


class Peers(Record):
    """The task, the machine, what was measured on it, and what each program can do.

    Times under ``exact_py_…`` and ``physical_limit_…`` are median, minimum and maximum, in ms.
    """

    task: Text
    machine: Text
    reference: Text
    exact_py_median_of_5_runs_min_max: FrozenMapping[Text, Times]
    physical_limit_median_min_max: FrozenMapping[Text, Times]
    measured: Annotated[tuple[Measurement, ...], Field(strict=False, min_length=1)]
    features: Annotated[tuple[PeerFeatures, ...], Field(strict=False, min_length=1)]

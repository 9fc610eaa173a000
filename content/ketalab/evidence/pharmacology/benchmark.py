"""A value that a simulator must reproduce, with its tolerance and its source.

``benchmarks.yaml`` is a copy of the table that the course's fact check produced, byte for byte.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Discriminator, Tag

from ketalab.evidence.frozen_mapping import FrozenMapping
from ketalab.evidence.pharmacology.parameter import Level, Numbers
from ketalab.evidence.tables import Record, Text


def _form(value: object) -> str:
    if isinstance(value, list | tuple):
        return "<list>"
    return "<mapping>" if isinstance(value, Mapping) else "<number>"


Figures = Annotated[
    Annotated[float, Tag("<number>")]
    | Annotated[Numbers, Tag("<list>")]
    | Annotated[FrozenMapping[str | float, float], Tag("<mapping>")],
    Discriminator(_form),
]
FiguresByName = Annotated[
    Annotated[float, Tag("<number>")]
    | Annotated[Numbers, Tag("<list>")]
    | Annotated[FrozenMapping[Text, Figures], Tag("<mapping>")],
    Discriminator(_form),
]


class Benchmark(Record):
    """One test of a simulator.

    kind: "numeric" is the exact solution of a parameter set and says nothing about people;
        "published" is a number from a paper.
    model: the id of one or several models of ``pk_models.yaml``, or what else is tested.
    expected: by name, which ends with the unit; a mapping inside is value by time (or place).
    tolerance: in words.
    model_gives: what an exact solver returns with the transcribed parameters.
    """

    id: Text
    kind: Literal["numeric", "published"]
    dose: Text
    model: Text
    expected: FrozenMapping[Text, Figures]
    tolerance: Text
    source_key: Text
    where: Text | None = None
    verified: Level
    model_gives: FiguresByName | None = None
    note: Text | None = None

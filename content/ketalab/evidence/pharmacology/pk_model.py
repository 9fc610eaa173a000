"""A published kinetic model: how concentrations of ketamine run after a dose.

``pk_models.yaml`` is a copy of the table that the course's fact check produced, byte for byte.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Discriminator, Tag

from ketalab.evidence.frozen_mapping import FrozenMapping
from ketalab.evidence.pharmacology.parameter import Numbers, Parameter, printable
from ketalab.evidence.tables import Record, Text

Form = Literal[
    "racemic",
    "racemic and enantiomers pooled",
    "S",
    "S, R",
    "S, R; norketamine, DHNK, HNK",
    "S/racemic",
    "-",
]
Sampling = Literal["arterial", "venous", "venous plasma", "not verified"]


def _form(value: object) -> str:
    if isinstance(value, str):
        return "<text>"
    if isinstance(value, list | tuple):
        return "<list>"
    return "<parameter>" if isinstance(value, Mapping | Parameter) else "<number>"


# Words stand where a model takes a part from another one ("otto2021").
ParameterOrWords = Annotated[
    Annotated[Parameter, Tag("<parameter>")] | Annotated[Text, Tag("<text>")],
    Discriminator(lambda value: "<text>" if isinstance(value, str) else "<parameter>"),
]
Parameters = FrozenMapping[Text, ParameterOrWords]
Computed = FrozenMapping[
    Text,
    Annotated[
        Annotated[float, Tag("<number>")] | Annotated[Numbers, Tag("<list>")],
        Discriminator(lambda value: "<list>" if _form(value) == "<list>" else "<number>"),
    ],
]


class PkModel(Record):
    """One model: its parameters, and what they hold for.

    form: which ketamine was given or measured; "S" is S-ketamine (esketamine).
    sampling: where blood was taken. Arterial and venous models do not agree.
    complete: whether every value that a simulation needs is there. A model that is not complete
        must not be simulated.
    parameters: by name; None where no value could be read.
    macro_published, meta_analysis, abstract_values: what the paper itself prints beside them.
    iiv: the variability between people, as words or as parameters.
    derived: arithmetic on the parameters; the name ends with the unit.
    consistency: how the values were checked against each other. ``doubts``: what speaks against
        them. ``missing``: what could not be read.
    """

    id: Text
    title: Text
    form: Form
    route: Text | None = None
    sampling: Sampling | None = None
    source_key: Text
    complete: bool
    subjects: Text | None = None
    structure: Text | None = None
    covariates: Text | None = None
    parameters: Parameters | None
    iiv: (
        Annotated[
            Annotated[Text, Tag("<text>")]
            | Annotated[FrozenMapping[Text, Parameter], Tag("<parameters>")],
            Discriminator(lambda value: "<text>" if isinstance(value, str) else "<parameters>"),
        ]
        | None
    ) = None
    effect_site: FrozenMapping[Text, Parameter] | None = None
    ke0_opentiva: Parameter | None = None
    macro_published: FrozenMapping[Text, Parameter] | None = None
    meta_analysis: FrozenMapping[Text, Parameter] | None = None
    abstract_values: FrozenMapping[Text, Parameter] | None = None
    derived: Computed | None = None
    consistency: Text | None = None
    doubts: Text | None = None
    missing: Text | None = None
    note: Text | None = None

    @property
    def printable_doubts(self) -> str | None:
        """The doubts without what leans on memory."""
        return printable(self.doubts)

    @property
    def by_name(self) -> Mapping[str, Parameter | str]:
        """The parameters by name; none where no value could be read."""
        return self.parameters or {}

    def parameter(self, name: str) -> Parameter:
        """Return one parameter, or that which it equals ("= VK1"). KeyError: no such name."""
        found = self.by_name.get(name)
        if not isinstance(found, Parameter):
            raise KeyError(f"{self.id} has no parameter {name!r}")
        return self.parameter(found.same_as) if found.same_as else found

    def number(self, name: str, unit: str) -> float:
        """Return the value of one parameter, for which the caller names the unit it expects.

        Raises KeyError for an unknown name, TypeError where the value is not one number, and
        ValueError where its unit is another: a caller that mistakes litres for litres per
        kilogram must not go on.
        """
        found = self.parameter(name)
        if found.base_unit != unit:
            raise ValueError(f"{self.id}, {name}: expected the unit {unit}, got {found.unit}")
        return found.number

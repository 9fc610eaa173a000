"""The NMDA receptor, its block by magnesium and ketamine, and substances to compare with.

``receptor.yaml`` is a copy of the table that the course's fact check produced, byte for byte.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Discriminator, Field, Tag

from ketalab.evidence.frozen_mapping import FrozenMapping
from ketalab.evidence.pharmacology.parameter import Level, Parameter, Positive
from ketalab.evidence.tables import Record, Text

Share = Annotated[float, Field(ge=0, le=1)]


class Unread(Record):
    """A paper whose numbers could not be read; ``note`` says so."""

    note: Text
    source_key: Text


class Calculated(Record):
    """A number that a program computed, and which."""

    value: float
    verified: Level


def _form(value: object) -> str:
    if isinstance(value, str):
        return "<text>"
    unread = isinstance(value, Unread) or (isinstance(value, Mapping) and "value" not in value)
    return "<unread>" if unread else "<parameter>"


# A place that holds a parameter, or says that there is none to read, or refers to another place.
Entry = Annotated[
    Annotated[Parameter, Tag("<parameter>")]
    | Annotated[Unread, Tag("<unread>")]
    | Annotated[Text, Tag("<text>")],
    Discriminator(_form),
]
Weight = Annotated[
    Annotated[Parameter, Tag("<parameter>")] | Annotated[Positive, Tag("<number>")],
    Discriminator(
        lambda value: "<parameter>" if isinstance(value, Mapping | Parameter) else "<number>"
    ),
]


def parameter_in(section: Mapping[str, Entry], place: str) -> Parameter:
    """Return the parameter at a place. KeyError: no such place; TypeError: it holds none."""
    found = section[place]
    if not isinstance(found, Parameter):
        raise TypeError(f"{place} holds no number or words of a source")
    return found


class MagnesiumBlock(Record):
    """The share of receptors that magnesium leaves open: B(V) = 1/(1 + [Mg]/K0 exp(-slope V)).

    ``K0`` in mM at 0 mV, ``slope`` in 1/mV; Jahr and Stevens, J Neurosci 1990;10:3178.
    ``values_computed_1mM``: B by membrane potential in mV, at 1 mM magnesium.
    """

    equation: Text
    K0: Parameter
    slope: Parameter
    values_computed_1mM: FrozenMapping[int, Share]  # noqa: N815
    doubt: Text


class Gating(Record):
    """Rate constants of four published gating schemes, in 1/s (binding: 1/(uM s)).

    ``doubt``: published code differs in statistical factors; state which is used.
    """

    scheme: Text
    lester_jahr_1992: Parameter
    clements_westbrook_1991: Parameter
    edmonds_colquhoun_1992: Parameter
    destexhe_1998: Parameter
    doubt: Text


class Substance(Record):
    """What a substance is: SMILES, formula, molar mass in g/mol, acid constant, lipophilicity."""

    smiles: Text | None = None
    cip: Text | None = None
    source: Text | None = None
    formula: Text | None = None
    mw: Weight | None = None
    mw_hcl: Parameter | None = None
    pKa: Parameter | None = None  # noqa: N815
    logP_crippen: Calculated | None = None  # noqa: N815


class Receptor(Record):
    """Everything on the receptor, by section.

    The IC50 and the rate constants of ``ketamine_block`` disagree by a factor of two: use one or
    the other. Entries for which ``leans_on_memory`` holds are not shown.
    """

    magnesium_block: MagnesiumBlock
    gating: Gating
    ketamine_block: FrozenMapping[Text, Entry]
    enantiomers: FrozenMapping[Text, Parameter]
    structures: FrozenMapping[Text, Parameter]
    chemistry: FrozenMapping[Text, Substance]
    comparators: FrozenMapping[Text, Entry]
    windup: FrozenMapping[Text, Entry]

"""A model card as it stands in ``model_cards.yaml``, the one table here that the course wrote."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ketalab.evidence.pharmacology.validity import Validity
from ketalab.evidence.tables import Record, Text, Texts

Kind = Literal["kinetic", "effect", "receptor", "infusion", "patients", "interaction", "statistics"]


class CardEntry(Record):
    """What somebody had to write about one model; all else is read from the other tables.

    id: that of the record where one record is the model ("otto2021").
    equation: the structure, as plain text. ``sources``: where it is from, for a method that is in
        no table.
    parameters: where the numbers stand: ``pk_models/otto2021``, ``receptor/gating``, or one field
        of a record, ``pk_models/otto2021:iiv``; none for a plain formula.
    validity: the ranges. ``unknown_ranges``: quantities of which no source gives a range and for
        which the course sets none.
    checked_against: ids of benchmarks. ``worked_examples``: published examples with their source.
    not_for: what the model must not be used for. ``not_known``: what no source says.
    """

    id: Text
    title: Text
    kind: Kind
    equation: Text
    sources: Texts = ()
    parameters: Texts = ()
    validity: Annotated[tuple[Validity, ...], Field(strict=False)] = ()
    unknown_ranges: Texts = ()
    checked_against: Texts = ()
    worked_examples: Texts = ()
    not_for: Annotated[Texts, Field(min_length=1)]
    not_known: Texts = ()

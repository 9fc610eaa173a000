"""A consensus guideline, a society's statement, a regulator's alert or a payer's policy.

``guidelines.yaml`` is a copy of the table that the course's fact check produced, byte for byte.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ketalab.evidence.study import Study
from ketalab.evidence.tables import Record, Text, Texts

# The letters and the certainty are the document's own; nobody here grades anew.
Grade = Literal["A", "B", "C", "D"]
ConsensusCertainty = Literal["low", "low to moderate", "moderate", "high"]


class GradedCondition(Record):
    """How strongly a guideline supports infusions for a condition, in its own grades."""

    condition: Text
    strength: Text
    grade: Grade
    certainty: ConsensusCertainty
    regimens_named: Text | None = None


class GradedCaution(Record):
    """A relative contraindication that a guideline names, with its own grades."""

    item: Text
    grade: Grade
    certainty: ConsensusCertainty


class Guideline(Study):
    """One document and what it says, as far as it was read.

    ``scope_note`` says whom the document is about, which is often not people with pain. Doses in
    ``regimens_named`` and ``key_points`` are those of the document; they describe it.
    ``verified_detail`` and ``tests_not_seen`` tell how much of the document was read: they are
    for whoever keeps the records, and never printed.
    """

    body: Text
    document_type: Text
    status: Text | None = None
    key_points: Texts = ()
    grades_by_condition: Annotated[tuple[GradedCondition, ...], Field(strict=False)] = ()
    intermediate_or_long_term: Text | None = None
    relative_contraindications: Annotated[tuple[GradedCaution, ...], Field(strict=False)] = ()
    tests_and_monitoring: Texts = ()
    tests_not_seen: Text | None = None
    oral_and_nasal: Text | None = None
    ketamine: Text | None = None
    compounded_products: Text | None = None
    home_use: Text
    scope_note: Text | None = None
    verified_detail: Text | None = None

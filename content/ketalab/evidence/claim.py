"""One claim of the text that the course examines, with a verdict and its evidence.

``claims.yaml`` is a copy of the table that the course's fact check produced, byte for byte.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ketalab.evidence.tables import Record, Text, Texts

# The fixed scale, from best to worst; "misleading" is true in its words and wrong in what it
# suggests.
Verdict = Literal["supported", "partly supported", "overstated", "misleading", "unsupported"]


class Claim(Record):
    """A claim, fairly paraphrased, and what the evidence in ``keys`` says of it.

    ``id`` is the number of the claim, which is also its place in the text. ``keys`` name the
    records or the sources that the verdict rests on. ``caution`` limits the verdict itself.
    """

    id: Annotated[int, Field(ge=1)]
    claim: Text
    verdict: Verdict
    reason: Text
    keys: Annotated[Texts, Field(min_length=1)]
    caution: Text | None = None

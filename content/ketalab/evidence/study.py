"""What the records of all published studies have in common."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ketalab.evidence.frozen_mapping import FrozenMapping
from ketalab.evidence.side_effect import Verified
from ketalab.evidence.tables import Record, Text, Texts, WebAddress

# Findings in the words of the record, by name.
Findings = FrozenMapping[Text, Text]
# The number of people in each arm.
ArmSizes = FrozenMapping[Text, Annotated[int, Field(gt=0)]]
People = Annotated[int, Field(gt=0)]


class Study(Record):
    """One published document: where it stands, and how it was read.

    source_key: the entry of the bibliography, which is what a page cites. ``first_author`` and
        ``journal`` are the compiler's, at times from memory: cite through the bibliography.
    note: the compiler's comment on what the study can and cannot show.
    memory_only_fields: what the compiler only remembered; never printed, never typed.
    doi_unverified: a DOI that was not seen; never printed as checked.
    overlap_group: the study with which this one shares people: never pool or add the two.
    """

    id: Text
    source_key: Text
    first_author: Text
    year: Annotated[int, Field(ge=1800, le=2100)] | None
    journal: Text
    doi: Text | None
    pmid: Text | None
    note: Text
    url: WebAddress | None
    verified: Verified
    memory_only_fields: Texts = ()
    doi_unverified: Text | None = None
    overlap_group: Text | None = None

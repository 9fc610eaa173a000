"""Studies of ketamine and esketamine in depression and anxiety, and of how the effect arises.

``depression.yaml`` is a copy of the table that the course's fact check produced, byte for byte.
For chronic pain all of it is indirect evidence.
"""

from __future__ import annotations

from typing import Literal

from ketalab.evidence.study import Findings, People, Study
from ketalab.evidence.tables import Record, Text, Texts

DepressionKind = Literal[
    "trial",
    "meta-analysis",
    "Cochrane review",
    "systematic review",
    "systematic review of harms",
    "regulatory",
]


class DepressionStudy(Study):
    """One trial, review or approval. ``n`` are people randomised in a trial.

    secondary_fields: keys of ``result`` that were read second-hand although the record as a
        whole was not.
    """

    kind: DepressionKind
    topic: Text | None = None
    design: Text | None = None
    n: People | None = None
    n_note: Text | None = None
    n_trials: People | None = None
    n_participants: People | None = None
    comparator: Text | None = None
    dose_as_given: Text | None = None
    route: Text | None = None
    result: Findings
    derived: Findings | None = None
    adverse_events: Texts = ()
    secondary_fields: Texts = ()
    design_caution: Text | None = None
    verification_note: Text | None = None
    ocr_note: Text | None = None


class DepressionMechanism(Study):
    """One experiment or review on how the antidepressant effect arises; mostly in rodents."""

    kind: Literal["animal experiment", "review"]
    species: Text | None = None
    result: Findings
    supports: Text


class MechanismSummary(Record):
    """What the mechanism studies establish together; ``keys`` are the records behind it."""

    established: Text
    not_established: Text
    human_evidence: Text
    plain: Text
    keys: Texts

"""Systematic reviews and meta-analyses, reviews of the mechanism, and where sources disagree.

``reviews.yaml`` is a copy of the table that the course's fact check produced, byte for byte. It
holds all three lists. Reviews share trials with each other: never pool them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from ketalab.evidence.readable_id import readable_id
from ketalab.evidence.study import ArmSizes, People, Study
from ketalab.evidence.tables import Record, Text, Texts


class Pooled(Record):
    """One pooled result as printed. ``scale`` says where it is only assumed."""

    comparison: Text | None = None
    outcome: Text
    effect: Text
    ci: Text | None = None
    scale: Text | None = None
    p: Text | None = None
    i2: Text | None = None
    certainty: Text | None = None
    risk_difference: Text | None = None


class Review(Study):
    """One review. ``n_trials`` counts what its own table counts; see ``n_trials_note``.

    ``certainty_overall`` is the record's wording of how sure the review is.
    """

    type: Text
    scope: Text
    n_trials: People | None
    n_trials_note: Text | None = None
    n_trials_ketamine: People | None = None
    n_participants: People | None
    arms: ArmSizes | None = None
    pooled: Annotated[tuple[Pooled, ...], Field(strict=False)]
    i2: Text | None = None
    p_value_caution: Text | None = None
    internal_inconsistency: Text | None = None
    ketamine_result: Text | None = None
    other_findings: Texts = ()
    follow_up_window: Text | None = None
    certainty_overall: Text
    interpretation: Text | None = None
    verification_note: Text | None = None


class MechanismReview(Study):
    """A review of how pain or ketamine works: ``finding``, and why it matters to the course."""

    type: Text
    finding: Text
    relevance: Text


class Disagreement(Record):
    """A question that sources answer differently: ``views``, each led by the ids it rests on."""

    topic: Text
    views: Texts

    @property
    def id(self) -> str:
        """The name of the record, made from its topic."""
        return readable_id(self.topic)


def disagreement_id(entry: Mapping[str, Any]) -> str | None:
    """Return the id of an entry as read from the file; None when it has no topic."""
    topic = entry.get("topic")
    try:
        return readable_id(topic) if isinstance(topic, str) else None
    except ValueError:
        return None

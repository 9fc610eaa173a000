"""Studies of whether ketamine spares opioids: around surgery, and in chronic pain.

``opioid_sparing.yaml`` is a copy of the table that the course's fact check produced, byte for
byte.
"""

from __future__ import annotations

from ketalab.evidence.study import ArmSizes, Findings, People, Study
from ketalab.evidence.tables import Text


class OpioidStudy(Study):
    """One study. ``setting`` says where it holds: an operation is not chronic pain.

    ``n`` are people, ``n_trials`` the trials of a review. ``criticism`` is what others published
    against the study.
    """

    setting: Text
    study_type: Text
    n: People | None = None
    n_note: Text | None = None
    n_trials: People | None = None
    n_participants: People | None = None
    arms: ArmSizes | None = None
    dose_as_given: Text | None = None
    result: Findings
    derived: Findings | None = None
    certainty: Text | None = None
    criticism: Text | None = None
    usable_for_numbers: bool | None = None
    verification_note: Text | None = None

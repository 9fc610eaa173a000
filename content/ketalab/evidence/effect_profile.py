"""What is known of one kind of effect: onset, duration, seriousness, what is monitored.

``effect_profiles.yaml`` is a copy of the table that the course's fact check produced, byte for
byte.
"""

from __future__ import annotations

from typing import Literal

from ketalab.evidence.side_effect import Verified
from ketalab.evidence.tables import Record, Text, Texts

Verdict = Literal["yes", "usually yes", "partly", "no", "not applicable"]


class EffectProfile(Record):
    """The profile of one ``effect_group``; ``key`` is the group.

    ``claim_mild_and_short_lived`` is the verdict on the claim that the effect is mild and
    short-lived. ``compiler_synthesis_fields`` names the fields that are general knowledge in the
    compiler's words: show them as not yet reviewed by a clinician.
    """

    key: Text
    plain_name: Text
    definition: Text
    onset: Text
    duration: Text
    dose_relation: Text
    mechanism: Text
    seriousness: Text
    clinicians_monitor: Text
    managed_by_supervising_team: Text
    red_flag_seek_help: Text
    claim_mild_and_short_lived: Verdict
    claim_comment: Text
    compiler_synthesis_fields: Texts
    sources: Texts
    verified: Verified

    def is_synthesis(self, field: str) -> bool:
        """Whether ``field`` is the compiler's general knowledge. KeyError: no such field."""
        if field not in type(self).model_fields:
            raise KeyError(field)
        return field in self.compiler_synthesis_fields

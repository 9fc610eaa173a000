"""How common chronic pain is, what comes with it, and what standard medicines achieve.

``epidemiology.yaml`` is a copy of the table that the course's fact check produced, byte for byte.
"""

from __future__ import annotations

from typing import Literal

from ketalab.evidence.frozen_mapping import FrozenMapping, TextTree
from ketalab.evidence.study import Study
from ketalab.evidence.tables import Text

Topic = Literal[
    "prevalence",
    "prevalence and impact",
    "comorbidity",
    "effect of standard medicines",
    "opioid benefits and harms",
]


class EpidemiologyStudy(Study):
    """One survey, review or trial, its results in the source's words.

    ``values`` holds the results by name; a name may hold a group of results ("nnt"). Figures of
    different definitions of pain do not compare: ``definition`` travels with each of them.
    ``source_inconsistency`` says where the source contradicts itself.
    """

    topic: Topic
    population: Text
    definition: Text
    values: TextTree
    derived: FrozenMapping[Text, Text] | None = None
    source_inconsistency: Text | None = None

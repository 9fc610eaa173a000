"""The facts of the course: typed records, read from the tables that lie beside them.

>>> from ketalab.evidence import side_effects
>>> side_effects()["spravato_trd__01"].treatment.events
142
"""

from collections.abc import Mapping

from ketalab.evidence.comparators import ComparatorKind, comparator_kind
from ketalab.evidence.effect_profile import EffectProfile
from ketalab.evidence.facts import Fact, FactError, fact
from ketalab.evidence.library import library
from ketalab.evidence.populations import Directness, Population, directness_of, population_of
from ketalab.evidence.reference import Reference
from ketalab.evidence.side_effect import Arm, Published, SideEffect
from ketalab.evidence.tables import EvidenceError, Problem

__all__ = [
    "Arm",
    "ComparatorKind",
    "Directness",
    "EffectProfile",
    "EvidenceError",
    "Fact",
    "FactError",
    "Population",
    "Problem",
    "Published",
    "Reference",
    "SideEffect",
    "comparator_kind",
    "directness_of",
    "effect_profiles",
    "fact",
    "population_of",
    "references",
    "side_effects",
]


def side_effects() -> Mapping[str, SideEffect]:
    """Return the side-effect rows by id. Raises EvidenceError when the tables are not sound."""
    return library().side_effects


def effect_profiles() -> Mapping[str, EffectProfile]:
    """Return the effect profiles by group. Raises EvidenceError when tables are not sound."""
    return library().effect_profiles


def references() -> Mapping[str, Reference]:
    """Return the bibliography by key. Raises EvidenceError when the tables are not sound."""
    return library().references

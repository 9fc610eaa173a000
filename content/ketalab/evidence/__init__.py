"""The facts of the course: typed records, read from the tables that lie beside them.

>>> from ketalab.evidence import cite, record, table
>>> record("side_effects", "spravato_trd__01").treatment.events
142
>>> table("trials", route="oral", columns="n_randomised").n_randomised.to_dict()
{'haines1999': 9, 'rigo2017': 42, 'fallon2018': 214}
>>> cite("fallon2018").label
'Fallon 2018'

``ketalab.evidence.lookup`` explains these three, and ``ketalab.evidence.summaries`` the summaries
of findings.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ketalab.evidence.comparators import ComparatorKind, comparator_kind
from ketalab.evidence.effect_profile import EffectProfile
from ketalab.evidence.facts import Fact, FactError, fact
from ketalab.evidence.library import library
from ketalab.evidence.lookup import Citation, cite, record, table
from ketalab.evidence.populations import Directness, Population, directness_of, population_of
from ketalab.evidence.reference import Reference
from ketalab.evidence.side_effect import Arm, Published, SideEffect
from ketalab.evidence.tables import EvidenceError, Problem

if TYPE_CHECKING:
    from ketalab.evidence.frames import FindingsTable
    from ketalab.evidence.summaries import SummaryName

__all__ = [
    "Arm",
    "Citation",
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
    "cite",
    "comparator_kind",
    "directness_of",
    "effect_profiles",
    "fact",
    "library",
    "population_of",
    "record",
    "references",
    "side_effects",
    "summary_of_findings",
    "table",
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


def summary_of_findings(name: SummaryName) -> FindingsTable:
    """Return one of the four summaries: "pain", "opioid use", "mood" or "harms".

    Raises LookupError for any other name, and EvidenceError when the tables are not sound.

    >>> summary_of_findings("harms").loc["nma__02", "absolute"]
    '11 more of 100 (CI 1 to 40)'
    """
    # Side effects, which every kernel needs, do without the tables that summaries bring.
    from ketalab.evidence import summaries

    return summaries.summary_of_findings(name)

"""All evidence tables, loaded and checked together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from ketalab.evidence.comparators import ComparatorTable
from ketalab.evidence.cross_checks import Oddity, check_tables
from ketalab.evidence.effect_profile import EffectProfile
from ketalab.evidence.populations import PopulationTable
from ketalab.evidence.reference import Reference
from ketalab.evidence.side_effect import SideEffect
from ketalab.evidence.tables import EvidenceError, Problem, load_table


@dataclass(frozen=True, slots=True)
class Library:
    """The read-only tables, each by id in the order of its file."""

    side_effects: Mapping[str, SideEffect]
    effect_profiles: Mapping[str, EffectProfile]
    references: Mapping[str, Reference]


def load_library(folder: Path) -> Library:
    """Read every table in ``folder`` and check them together.

    Raises one EvidenceError with every problem of every file; whether the tables fit each other
    is asked only once each is sound by itself.
    """
    problems: list[Problem] = []

    @contextmanager
    def collecting() -> Iterator[None]:
        try:
            yield
        except EvidenceError as error:
            problems.extend(error.problems)

    rows, profiles = folder / "side_effects.yaml", folder / "effect_profiles.yaml"
    sources, odd = folder / "references.yaml", folder / "known_oddities.yaml"
    with collecting():
        side_effects = load_table(rows, SideEffect, key="rows", id_field="id")
    with collecting():
        effect_profiles = load_table(profiles, EffectProfile, key="effects", id_field="key")
    with collecting():
        references = load_table(sources, Reference, key="references", id_field="key")
    with collecting():
        oddities = load_table(odd, Oddity, key="oddities", id_field="key")
    with collecting():
        populations = PopulationTable(folder / "populations.yaml")
    with collecting():
        comparators = ComparatorTable(folder / "comparators.yaml")
    if not problems:
        problems = check_tables(
            side_effects, effect_profiles, references, populations, comparators, oddities
        )
    if problems:
        raise EvidenceError(problems)
    return Library(
        MappingProxyType(side_effects),
        MappingProxyType(effect_profiles),
        MappingProxyType(references),
    )


@cache
def library() -> Library:
    """Return the course's own tables, read once. Raises EvidenceError when they are not sound."""
    return load_library(Path(__file__).parent)

"""Which population a row speaks of, and how directly it speaks to chronic pain."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import Field

from ketalab.evidence.side_effect import SideEffect
from ketalab.evidence.tables import EvidenceError, Problem, Record, Text, load_table

Directness = Literal["direct", "partly direct", "indirect"]
PopulationName = Literal[
    "chronic and cancer pain",
    "depression",
    "anaesthesia, intensive and acute care",
    "non-medical use",
    "unsupervised home use",
]


class Group(Record):
    """One ``population_group`` of the data; its own directness where it differs."""

    group: Text
    directness: Directness | None = None
    reason: Text | None = None


class Exceptional(Record):
    """One row whose population or directness is not that of its group."""

    row: Text
    directness: Directness
    reason: Text


class Population(Record):
    """One of the five populations of the course.

    ``name`` is what code and controls use, ``label`` what a page says, ``reason`` one sentence
    on its ``directness``.
    """

    name: PopulationName
    label: Text
    directness: Directness
    reason: Text
    groups: Annotated[tuple[Group, ...], Field(strict=False)]
    rows: Annotated[tuple[Exceptional, ...], Field(strict=False)]


class PopulationTable:
    """The reviewed table: from a row to its population and its directness."""

    def __init__(self, path: Path) -> None:
        """Read ``path``. Raises EvidenceError; a group or row that stands twice is one reason."""
        self._file = path.name
        self.populations = MappingProxyType(
            load_table(path, Population, key="populations", id_field="name")
        )
        self._groups: dict[str, tuple[Population, Group]] = {}
        self._rows: dict[str, tuple[Population, Exceptional]] = {}
        problems = []
        for population in self.populations.values():
            for group in population.groups:
                if group.group in self._groups:
                    problems.append(self._twice(population, "groups", group.group))
                if (group.directness is None) != (group.reason is None):
                    message = (
                        f"expected directness and reason together, or neither, in {group.group!r}"
                    )
                    problems.append(Problem(self._file, population.name, "groups", message))
                self._groups[group.group] = (population, group)
            for row in population.rows:
                if row.row in self._rows:
                    problems.append(self._twice(population, "rows", row.row))
                self._rows[row.row] = (population, row)
        if problems:
            raise EvidenceError(problems)

    @property
    def groups(self) -> tuple[str, ...]:
        """Every population_group that is mapped."""
        return tuple(self._groups)

    @property
    def rows(self) -> tuple[str, ...]:
        """The ids of the rows that are mapped one by one."""
        return tuple(self._rows)

    def population_of(self, row: SideEffect) -> Population:
        """Return the row's population. Raises EvidenceError when its group is not mapped."""
        if row.id in self._rows:
            return self._rows[row.id][0]
        return self._group(row)[0]

    def directness_of(self, row: SideEffect) -> tuple[Directness, str]:
        """Return how direct the row is for chronic pain, and a sentence that says why."""
        if row.id in self._rows:
            exceptional = self._rows[row.id][1]
            return exceptional.directness, exceptional.reason
        population, group = self._group(row)
        if group.directness is not None and group.reason is not None:
            return group.directness, group.reason
        return population.directness, population.reason

    def _group(self, row: SideEffect) -> tuple[Population, Group]:
        try:
            return self._groups[row.population_group]
        except KeyError:
            message = (
                f"expected one of {', '.join(map(repr, self._groups))} (the groups of "
                f"{self._file}), got {row.population_group!r}"
            )
            problem = Problem("side_effects.yaml", row.id, "population_group", message)
            raise EvidenceError([problem]) from None

    def _twice(self, population: Population, field: str, name: str) -> Problem:
        message = f"expected {name!r} once in the table, got it a second time"
        return Problem(self._file, population.name, field, message)


@cache
def _table() -> PopulationTable:
    return PopulationTable(Path(__file__).with_name("populations.yaml"))


def populations() -> tuple[Population, ...]:
    """Return the five populations, in the order in which a page lists them."""
    return tuple(_table().populations.values())


def population_of(row: SideEffect) -> Population:
    """Return the row's population. Raises EvidenceError when its group is not mapped."""
    return _table().population_of(row)


def directness_of(row: SideEffect) -> tuple[Directness, str]:
    """Return how direct the row is for chronic pain, and a sentence that says why.

    Raises EvidenceError when the row's group is not mapped.
    """
    return _table().directness_of(row)

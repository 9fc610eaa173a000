"""What must hold between the records of studies, their sources and each other."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from ketalab.evidence.library import SOURCES, Library
from ketalab.evidence.sources import source_keys
from ketalab.evidence.tables import Problem, Record

# "cohen2018: grade B", "haines1999 and fallon2018": how running text names a record.
_NAMED = re.compile(r"\b[a-z]+\d{4}[a-z]*\b")
# Checked beside side effects whenever these are read.
_CHECKED_BEFORE = ("side_effects", "effect_profiles", "references")


def check_studies(library: Library, sound: Collection[str]) -> list[Problem]:
    """Return everything that is wrong between the tables; an empty list when they are sound.

    ``sound`` names the tables that could be read, the summary of mechanisms among them. What
    leads into one that could not is not judged: everything that names it would seem to be wrong.
    """
    problems: list[Problem] = []
    known = _known_keys(library) if set(SOURCES) <= set(sound) else None
    for table, source in SOURCES.items():
        if table in _CHECKED_BEFORE or table not in sound:
            continue
        references = frozenset(library.references) if "references" in sound else None
        for name, record in library.table(table).items():
            for field, message in (
                *_dangling(record, references, known),
                *_arms(record),
                *_overlap(record, library, table),
                *_second_hand(record),
            ):
                problems.append(Problem(source.file, name, field, message))
    if known is not None:
        problems.extend(_disagreements(library, known))
    if {"depression_mechanisms", "mechanism_summary"} <= set(sound):
        problems.extend(_summary(library))
    return problems


def _known_keys(library: Library) -> frozenset[str]:
    """Return every id and source key that a claim or a view may name."""
    return frozenset(name for table in SOURCES for name in library.table(table))


def _dangling(
    record: Record, references: frozenset[str] | None, known: frozenset[str] | None
) -> Iterator[tuple[str, str]]:
    fields = type(record).model_fields
    if "keys" in fields:
        for key in source_keys(record):
            if known is not None and key not in known:
                yield "keys", f"expected the id of a record or a source, got {key!r}"
        return
    field = "source_key" if "source_key" in fields else "sources"
    if field not in fields or references is None:
        return
    for key in source_keys(record):
        if key not in references:
            yield field, f"expected a key of references.yaml, got {key!r}"


def _arms(record: Record) -> Iterator[tuple[str, str]]:
    """Yield arms that do not add up to the people randomised."""
    arms = getattr(record, "arms", None)
    if arms is None:
        return
    for field in ("n_randomised", "n_participants", "n"):
        total = getattr(record, field, None)
        if total is not None and sum(arms.values()) != total:
            yield (
                "arms",
                f"expected arms that add up to {field} = {total}, got {sum(arms.values())}",
            )


def _overlap(record: Record, library: Library, table: str) -> Iterator[tuple[str, str]]:
    group = getattr(record, "overlap_group", None)
    if group is not None and group.split()[0] not in library.table(table):
        message = f"expected the id of a record of {table} (a comment may follow), got {group!r}"
        yield "overlap_group", message


def _second_hand(record: Record) -> Iterator[tuple[str, str]]:
    for name in getattr(record, "secondary_fields", ()):
        if name not in record.result:  # type: ignore[attr-defined]
            yield "secondary_fields", f"expected the name of a result, got {name!r}"


def _disagreements(library: Library, known: frozenset[str]) -> Iterator[Problem]:
    for name, record in library.disagreements.items():
        for index, view in enumerate(record.views):
            for key in _NAMED.findall(view):
                if key not in known:
                    message = f"expected the id of a record or a source, got {key!r}"
                    yield Problem("reviews.yaml", name, f"views.{index}", message)


def _summary(library: Library) -> Iterator[Problem]:
    for key in library.mechanism_summary.keys:
        if key not in library.depression_mechanisms:
            message = f"expected the id of a mechanism record, got {key!r}"
            yield Problem("depression.yaml", "mechanism_summary", "keys", message)

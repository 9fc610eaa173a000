"""Which side-effect rows their source graded, typed from the words of the row's note."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from ketalab.evidence.certainty import Certainty
from ketalab.evidence.side_effect import SideEffect
from ketalab.evidence.tables import Problem, Record, Text, load_table

_FILE = "graded.yaml"
_CERTAINTY = re.compile(r"(high|moderate|very low|low) certainty", re.IGNORECASE)


class Graded(Record):
    """The ``certainty`` of the side-effect row ``record``; ``quote`` are the note's own words."""

    record: Text
    certainty: Literal["high", "moderate", "low", "very low"]
    quote: Text


def load_grades(path: Path) -> Mapping[str, Graded]:
    """Read ``path`` and return the grades by the id of their row. Raises EvidenceError."""
    return MappingProxyType(load_table(path, Graded, key="graded", id_field="record"))


def check_grades(
    grades: Mapping[str, Graded], side_effects: Mapping[str, SideEffect]
) -> Iterator[Problem]:
    """Yield every grade that its row's note does not print, and every note left untyped."""
    for grade in grades.values():
        row = side_effects.get(grade.record)
        if row is None:
            message = f"expected an id of side_effects.yaml, got {grade.record!r}"
            yield Problem(_FILE, grade.record, "record", message)
        elif grade.quote not in (row.note or ""):
            message = f"expected words of the row's note, got {grade.quote!r}"
            yield Problem(_FILE, grade.record, "quote", message)
        elif _printed(grade.quote) != grade.certainty:
            message = f"expected the certainty of {grade.quote!r}, got {grade.certainty!r}"
            yield Problem(_FILE, grade.record, "certainty", message)
    for row in side_effects.values():
        if row.id not in grades and _printed(row.note or ""):
            message = f"expected a grade in {_FILE}, because the note prints a certainty, got none"
            yield Problem("side_effects.yaml", row.id, "note", message)


def _printed(text: str) -> str | None:
    found = _CERTAINTY.search(text)
    return found[1].lower() if found else None


@cache
def _grades() -> Mapping[str, Graded]:
    return load_grades(Path(__file__).with_name(_FILE))


def certainty_of(row: SideEffect) -> Certainty:
    """Return the certainty that the row's source gives, or "not graded".

    >>> from ketalab.evidence import side_effects
    >>> certainty_of(side_effects()["nma__02"])
    'low'
    >>> certainty_of(side_effects()["hardy__02"])
    'not graded'
    """
    grade = _grades().get(row.id)
    return grade.certainty if grade else "not graded"

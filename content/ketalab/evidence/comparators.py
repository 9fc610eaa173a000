"""What kind of comparison a row makes: comparisons of different kinds are never mixed."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

from ketalab.evidence.side_effect import SideEffect
from ketalab.evidence.tables import EvidenceError, Problem, Record, Text, load_table

ComparatorKind = Literal[
    "placebo", "active comparator", "ketamine in both arms", "mixed comparators", "none"
]


class Comparator(Record):
    """One comparator text of the data, and its kind."""

    text: Text
    kind: Literal["placebo", "active comparator", "ketamine in both arms", "mixed comparators"]


class ComparatorTable:
    """The reviewed table: from a row to the kind of its comparator."""

    def __init__(self, path: Path) -> None:
        """Read ``path``. Raises EvidenceError."""
        self._file = path.name
        self._comparators = load_table(path, Comparator, key="comparators", id_field="text")

    @property
    def texts(self) -> tuple[str, ...]:
        """Every comparator text that is mapped."""
        return tuple(self._comparators)

    @property
    def kinds(self) -> dict[str, ComparatorKind]:
        """The kind of comparison that each text makes."""
        return {text: entry.kind for text, entry in self._comparators.items()}

    def kind_of(self, row: SideEffect) -> ComparatorKind:
        """Return the kind of the row's comparator. Raises EvidenceError when it is not mapped."""
        if row.comparator is None:
            return "none"
        try:
            return self._comparators[row.comparator].kind
        except KeyError:
            message = (
                f"expected one of {', '.join(map(repr, self._comparators))} (the texts of "
                f"{self._file}), got {row.comparator!r}"
            )
            problem = Problem("side_effects.yaml", row.id, "comparator", message)
            raise EvidenceError([problem]) from None


@cache
def _table() -> ComparatorTable:
    return ComparatorTable(Path(__file__).with_name("comparators.yaml"))


def comparator_kind(row: SideEffect) -> ComparatorKind:
    """Return the kind of the row's comparator; "none" where there is no comparator.

    Raises EvidenceError when the text is not mapped.
    """
    return _table().kind_of(row)

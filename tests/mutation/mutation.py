"""A mutation: one replacement of whole lines in one file of the project, made on purpose.

A generator yields every mutation of its kind that a text allows; `sample.py` draws from them:

    def counts(root: Path, chance: random.Random) -> Iterator[Mutation]: ...

Where a generator has a choice (which digit, which other key), it asks `chance` and nothing else,
and walks files and records in a fixed order, so that one seed gives one sample. It never yields a
mutation that leaves the text as it was. A module of generators lists them, so that the run finds
them:

    GENERATORS: dict[str, dict[str, Generator]] = {"facts": {"count": counts, "arms": arms}}
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

# The kinds that the report counts, each with its share of a sample.
KINDS = {
    "facts": 0.22,
    "constants": 0.18,
    "thresholds": 0.10,
    "statistics": 0.12,
    "expressions": 0.13,
    "questions": 0.12,
    "lessons": 0.13,
}


class StaleMutationError(ValueError):
    """The file no longer holds the lines that a mutation replaces."""


@dataclass(frozen=True)
class Mutation:
    """One replacement of whole lines.

    Attributes:
        kind: a key of `KINDS`.
        operator: what is done, in a word or two: "count", "swapped arms", "removed citation".
        path: the file, from the root of the project, with `/` between folders.
        line: the first line that is replaced, counted from 1.
        before: the lines as they are, without the last line's end.
        after: the lines that take their place, without the last line's end.
        description: what a reader of the report sees: "trials/sigtermans2009: n 60 -> 06".
    """

    kind: str
    operator: str
    path: str
    line: int
    before: str
    after: str
    description: str

    def __post_init__(self) -> None:
        """Refuse what is no mutation.

        Raises:
            ValueError: the kind is unknown, or nothing changes.
        """
        if self.kind not in KINDS:
            raise ValueError(
                f"no such kind of mutation: {self.kind}. There are: {', '.join(KINDS)}"
            )
        if self.before == self.after:
            raise ValueError(f"{self.path}:{self.line}: {self.description}: nothing changes")

    @property
    def key(self) -> str:
        """A name that stays when lines move: twelve hexadecimal digits."""
        parts = "\0".join((self.path, self.before, self.after))
        return hashlib.sha256(parts.encode()).hexdigest()[:12]

    def applied(self, text: str) -> str:
        """The file's text with this mutation in it.

        Raises:
            StaleMutationError: the lines at `line` are not `before`.
        """
        lines = text.split("\n")
        old = self.before.split("\n")
        start = self.line - 1
        if lines[start : start + len(old)] != old:
            raise StaleMutationError(
                f"{self.path}:{self.line}: the file has changed: {self.description}"
            )
        lines[start : start + len(old)] = self.after.split("\n")
        return "\n".join(lines)


Generator = Callable[[Path, random.Random], Iterator[Mutation]]


@dataclass(frozen=True)
class Source:
    """A file to mutate, read once. Offsets count characters from 0, as a YAML node's marks do."""

    path: str
    text: str

    @classmethod
    def read(cls, root: Path, path: str) -> Source:
        """Read the file `path` of the project at `root`."""
        return cls(path, (root / path).read_text(encoding="utf-8"))

    def replaced(
        self, kind: str, operator: str, changes: dict[tuple[int, int], str], description: str
    ) -> Mutation:
        """The mutation that puts new text at some places at once.

        Args:
            kind: as in `Mutation`.
            operator: as in `Mutation`.
            changes: new text by the (start, end) offsets that it takes the place of. They must not
                overlap; they may stand on different lines.
            description: as in `Mutation`.

        Raises:
            ValueError: nothing changes.
        """
        first = self.text.rfind("\n", 0, min(start for start, _ in changes)) + 1
        last = self.text.find("\n", max(end for _, end in changes))
        last = len(self.text) if last < 0 else last
        new = self.text
        for start, end in sorted(changes, reverse=True):
            new = new[:start] + changes[start, end] + new[end:]
        after = new[first : last + len(new) - len(self.text)]
        line = self.text.count("\n", 0, first) + 1
        return Mutation(kind, operator, self.path, line, self.text[first:last], after, description)

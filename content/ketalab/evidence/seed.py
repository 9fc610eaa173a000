"""The text that the course examines, sentence by sentence, and where the course takes each up.

``seed.txt`` is a copy of the text, byte for byte. ``seed_coverage.yaml`` maps every sentence to
claims of ``claims.yaml``, or to the section of the course that answers it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Strict, model_validator

from ketalab.evidence.claim import Claim
from ketalab.evidence.tables import EvidenceError, Problem, Record, Text, load_table

_HERE = Path(__file__).parent
_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of the text. ``id`` is the number of its section and its own in there."""

    id: str
    section: str
    text: str


class SentenceCoverage(Record):
    """Where a sentence is taken up: by ``claims`` (their numbers), or as ``answered`` in words.

    ``begins`` are the first words of the sentence, so that the table can be read by itself and a
    text that changes does not slip.
    """

    id: Text
    begins: Text
    claims: Annotated[tuple[int, ...], Strict(False)] = ()
    answered: Text | None = None

    @model_validator(mode="after")
    def _is_covered(self) -> SentenceCoverage:
        if not self.claims and self.answered is None:
            raise ValueError("a sentence is covered by claims or answered by a section")
        return self


def sentences(path: Path = _HERE / "seed.txt") -> dict[str, Sentence]:
    """Return every sentence of the text by id, in order. A line without a full stop is a heading.

    Raises EvidenceError when a sentence stands before the first heading.
    """
    found: dict[str, Sentence] = {}
    section, number, place = "", 0, 0
    for line in filter(None, map(str.strip, path.read_text(encoding="utf-8").splitlines())):
        if line[-1] not in ".!?":
            section, number, place = line, number + 1, 0
            continue
        if not section:
            raise EvidenceError([Problem(path.name, None, None, f"no heading above {line[:40]!r}")])
        for text in _END.split(line):
            place += 1
            name = f"{number}.{place}"
            found[name] = Sentence(name, section, text)
    return found


def seed_coverage(
    claims: Mapping[str, Claim],
    text: Path = _HERE / "seed.txt",
    table: Path = _HERE / "seed_coverage.yaml",
) -> dict[str, SentenceCoverage]:
    """Return what covers each sentence, by the sentence's id.

    Raises EvidenceError with every problem: a sentence without an entry, an entry without its
    sentence or with other first words, an unknown claim, a claim that no sentence makes.
    """
    known = sentences(text)
    covered = load_table(table, SentenceCoverage, key="sentences", id_field="id")
    problems = [
        Problem(table.name, name, None, f"no entry for the sentence {known[name].text!r}")
        for name in known
        if name not in covered
    ]
    for name, entry in covered.items():
        if name not in known:
            problems.append(Problem(table.name, name, None, "the text has no such sentence"))
        elif not known[name].text.startswith(entry.begins):
            message = f"expected the first words of {known[name].text!r}, got {entry.begins!r}"
            problems.append(Problem(table.name, name, "begins", message))
        for claim in entry.claims:
            if str(claim) not in claims:
                problems.append(Problem(table.name, name, "claims", f"no claim {claim}"))
    made = {str(claim) for entry in covered.values() for claim in entry.claims}
    problems += [
        Problem(table.name, None, None, f"no sentence makes claim {number}")
        for number in claims
        if number not in made
    ]
    if problems:
        raise EvidenceError(problems)
    return covered

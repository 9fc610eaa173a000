"""Explained exceptions: where a source does not agree with itself, said rather than silenced."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ketalab.evidence.tables import Problem, Record, Text


class Oddity(Record):
    """Where a source does not agree with itself: ``table/record:field``, and the explanation."""

    key: Text
    reason: Text


def unexcused(
    found: Iterable[Problem], oddities: Mapping[str, Oddity], table: str | None = None
) -> list[Problem]:
    """Return the problems that no oddity explains, and a problem for each idle oddity.

    ``table`` stands in the keys of the oddities; without it, it is the name of the problem's file.
    """
    problems = []
    excused = set()
    for problem in found:
        key = f"{table or problem.file.removesuffix('.yaml')}/{problem.record}:{problem.field}"
        if key in oddities:
            excused.add(key)
        else:
            problems.append(problem)
    for key in oddities:
        if key not in excused:
            message = "expected a figure that a check objects to, got one that passes or is absent"
            problems.append(Problem("known_oddities.yaml", key, None, message))
    return problems

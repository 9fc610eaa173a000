"""Checks of exercises: they tell a right result from a wrong one, and say why."""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Real
from typing import Any

from ketalab.activities import bank
from ketalab.activities.bank import in_words


@dataclass(frozen=True)
class Feedback:
    """What is said to a result; `right` is None while there is none yet."""

    right: bool | None
    text: str

    def __repr__(self) -> str:
        mark = {True: "✓ ", False: "✗ ", None: "Not yet: "}[self.right]
        return mark + self.text


def check(name: str, result: Any) -> Feedback:
    """Check the result of an exercise.

    Args:
        name: the exercise's id in the bank.
        result: what the student computed; `...` while the stub is untouched.

    Raises:
        LookupError: the bank has no such exercise.
    """
    exercise = bank.find(name, lambda b: b.exercises)
    if result is ...:
        return Feedback(None, "replace ... with your answer and run the cell again.")
    given = _plain(result)
    is_pair = isinstance(given, list)
    if given is _UNUSABLE or (given is not None and is_pair != (exercise.kind == "interval")):
        return Feedback(False, _expected(exercise.kind))
    right = exercise.answer.number() if exercise.answer else None
    if _same(given, right, exercise.tolerance):
        return Feedback(True, in_words(exercise.feedback.correct))
    for mistake in exercise.feedback.mistakes:
        if _same(given, mistake.number(), _nearness(mistake.number(), exercise.tolerance)):
            return Feedback(False, in_words(mistake.says))
    return Feedback(False, in_words(exercise.feedback.otherwise))


_UNUSABLE = object()


def _plain(result: Any) -> Any:
    """The result as None, a float or a list of two floats; `_UNUSABLE` if it is neither."""
    if result is None:
        return None
    if _is_number(result):
        return float(result)
    if isinstance(result, list | tuple) and len(result) == 2 and all(map(_is_number, result)):
        return [float(end) for end in result]
    return _UNUSABLE


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)


def _same(given: Any, wanted: Any, tolerance: float) -> bool:
    if given is None or wanted is None:
        return given is wanted
    if isinstance(given, list) != isinstance(wanted, list):
        return False
    pairs = zip(given, wanted, strict=True) if isinstance(given, list) else [(given, wanted)]
    return all(abs(a - b) <= tolerance for a, b in pairs)


def _nearness(wanted: Any, tolerance: float) -> float:
    """How near a result must be to a typical mistake: a small number asks for a small distance."""
    if wanted is None:
        return tolerance
    size: float = max(map(abs, wanted)) if isinstance(wanted, list) else abs(wanted)
    return min(tolerance, max(0.02 * size, 1e-9))


def _expected(kind: str) -> str:
    wanted = {
        "number": "a number",
        "interval": "a pair of numbers, as (low, high)",
        "none": "a number, or None",
    }[kind]
    return f"The answer should be {wanted}."

"""Two texts are the same when their words and counts are, and their decimals within a tolerance.

Another processor or another BLAS may turn the last digits of a result. A number with a decimal
point may therefore differ by `TOLERANCE` of its size. That is no room for a printed number of up to
seven digits: there it is the same or it fails. Whole numbers, words and signs have no room at all.
"""

from __future__ import annotations

import re
from itertools import zip_longest

TOLERANCE = 1e-7

# With a point, and no part of a word, a version or a date.
_DECIMAL = re.compile(r"(?<![\w.])\d+\.\d+(?:e[+-]?\d+)?(?!\w|\.\d)")


def same(left: str, right: str) -> bool:
    """Whether two texts differ in nothing but the last digits of decimals."""
    if left == right:
        return True
    if _DECIMAL.split(left) != _DECIMAL.split(right):
        return False
    pairs = zip_longest(_DECIMAL.findall(left), _DECIMAL.findall(right), fillvalue="nan")
    return all(_near(float(one), float(other)) for one, other in pairs)


def _near(one: float, other: float) -> bool:
    return abs(one - other) <= TOLERANCE * max(one, other)


class Text(str):
    """A text that equals another when the two are the `same`; nbval compares with `!=`."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and same(str(self), str(other))

    def __ne__(self, other: object) -> bool:
        return not self == other

    # Texts that are equal may differ in their characters, so that no hash would hold.
    __hash__ = None  # type: ignore[assignment]

"""Rows of data in a few lines of text that nbval can compare.

A digest holds what is exact: words, counts, order, and the sign of every number with a fraction.
How large those numbers are is said in sums, a line for each column. Another platform may turn the
last digits of a number; of a digest nothing would be left then, whereas a sum moves as little as
the number did, and the comparison allows for that (`tests/notebooks/strict.py`).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ketalab.frontend.widget import digest

# Below this share of its column's largest number a number is rounding: it counts as zero.
_NOTHING = 1e-9
_GOLDEN = (math.sqrt(5) - 1) / 2


def text_form(name: str, rows: Sequence[Any]) -> list[str]:
    """Return the number of rows and a digest, and a line of sums for each column of floats.

    Args:
        name: what the data set is called.
        rows: JSON data. Floats of one field belong to one column, also where the field is a list.

    Any other word, count, order or sign changes the digest. In a line of sums, `by place` is the
    geometric mean with a weight between 1 and 2 for each place: it moves by at least 1 / (1.5 n)
    of the relative change of any one of n numbers, however small that number is beside the others,
    and when two of them change places.
    """
    columns: dict[str, list[float]] = defaultdict(list)
    for column, value in _floats(rows, ""):
        columns[column].append(value)
    largest = {column: _largest(values) for column, values in columns.items()}
    exact = digest(_signs(rows, "", largest))
    lines = [f"{name}: {len(rows)} rows, digest {exact}"]
    for column, values in sorted(columns.items()):
        sizes = [abs(value) for value in values if _sign(value, largest[column]) in (_PLUS, _MINUS)]
        if sizes:
            lines.append(f"  {column or 'values'}: {_sums(sizes)}")
    return lines


def _sums(sizes: Sequence[float]) -> str:
    weights = [1 + place * _GOLDEN % 1 for place in range(len(sizes))]
    logs = math.fsum(w * math.log(x) for w, x in zip(weights, sizes, strict=True))
    by_place = math.exp(logs / math.fsum(weights))
    numbers = min(sizes), max(sizes), math.fsum(sizes) / len(sizes), by_place
    low, high, mean, placed = map(_decimal, numbers)
    return f"{len(sizes)} numbers from {low} to {high}, mean {mean}, by place {placed}"


def _decimal(value: float) -> str:
    """Nine significant digits, and a decimal point, which tells a number from a count."""
    text = f"{value:.9g}"
    mantissa, mark, exponent = text.partition("e")
    return text if "." in mantissa else f"{mantissa}.0{mark}{exponent}"


_PLUS, _MINUS, _ZERO = "a float above zero", "a float below zero", "a float of zero"


def _sign(value: float, largest: float) -> str:
    if not math.isfinite(value):
        return f"a float: {value}"
    if abs(value) <= _NOTHING * largest:
        return _ZERO
    return _PLUS if value > 0 else _MINUS


def _largest(values: Iterable[float]) -> float:
    return max((abs(value) for value in values if math.isfinite(value)), default=0.0)


def _floats(value: Any, column: str) -> Iterable[tuple[str, float]]:
    if isinstance(value, float):
        yield column, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _floats(item, f"{column}.{key}" if column else str(key))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _floats(item, column)


def _signs(value: Any, column: str, largest: Mapping[str, float]) -> Any:
    """The data with the sign of each float in its place."""
    if isinstance(value, float):
        return [_sign(value, largest[column])]  # a list, so that it is no word of the data
    if isinstance(value, Mapping):
        return {
            key: _signs(item, f"{column}.{key}" if column else str(key), largest)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_signs(item, column, largest) for item in value]
    return value

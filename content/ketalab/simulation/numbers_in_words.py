"""Numbers that a record gives in words, beside its value: "… per year above 60"."""

from __future__ import annotations

import re


def numbers_in_words(pattern: str, text: str) -> tuple[float, ...]:
    """Return the numbers that the groups of ``pattern`` find in a text.

    Raises ValueError, with the pattern and the text, where it finds none.
    """
    found = re.search(pattern, text)
    if found is None:
        raise ValueError(f"expected {pattern!r} in {text!r}")
    return tuple(map(float, found.groups()))

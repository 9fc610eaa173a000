"""A hundred people as a picture: a figure for each who had it, a ring for each who did not."""

from __future__ import annotations

from html import escape

PEOPLE = 100


def icon_array(count: int, label: str) -> str:
    """Return a hundred people as HTML in one line, `count` of them of the class "had".

    `label` is the alternative text. The page's style draws figures and rings.

    Raises:
        ValueError: `count` is not from 0 to 100.
    """
    if not 0 <= count <= PEOPLE:
        raise ValueError(f"expected a count from 0 to {PEOPLE}, got {count}")
    people = '<span class="had"></span>' * count + "<span></span>" * (PEOPLE - count)
    return f'<div class="people" role="img" aria-label="{escape(label)}">{people}</div>'

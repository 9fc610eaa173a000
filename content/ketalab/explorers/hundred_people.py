"""A hundred people as marks in groups, with the count of each group beside its own mark."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import altair as alt

from ketalab.frontend.palette import CONTROL, INK, NEUTRAL, TREATED

_COLUMNS = 20
_STEP = 20  # pixels from row to row
# Shape tells the groups apart as well as colour does. What is hollow is not counted.
_MARKS = {
    "person": (
        "M0,-1A.36,.36,0,1,1,0,-.28A.36,.36,0,1,1,0,-1ZM-.5,-.12H.5V.42H.3V1H-.3V.42H-.5Z",
        TREATED,
    ),
    "diamond": ("M0,-.85L.7,0L0,.85L-.7,0Z", CONTROL),
    "open person": (
        "M0,-1A.36,.36,0,1,1,0,-.28A.36,.36,0,1,1,0,-1ZM0,-.8A.16,.16,0,1,0,0,-.48A.16,.16,0,1,0,"
        "0,-.8ZM-.5,-.12H.5V1H-.5ZM-.3,.08V.8H.3V.08Z",
        TREATED,
    ),
    "open diamond": ("M0,-.9L.75,0L0,.9L-.75,0ZM0,-.5L-.42,0L0,.5L.42,0Z", CONTROL),
    "cross": (
        "M-.8,-.5L-.5,-.8L0,-.3L.5,-.8L.8,-.5L.3,0L.8,.5L.5,.8L0,.3L-.5,.8L-.8,.5L-.3,0Z",
        TREATED,
    ),
    "ring": (
        "M.6,0A.6,.6,0,1,1,-.6,0A.6,.6,0,1,1,.6,0ZM.4,0A.4,.4,0,1,0,-.4,0A.4,.4,0,1,0,.4,0Z",
        NEUTRAL,
    ),
}


def in_groups(groups: Iterable[tuple[str, int, str]]) -> list[dict[str, Any]]:
    """Return the rows that `hundred_people` draws.

    Args:
        groups: for each group the name of its mark, how many of the hundred it has, and what is
            said beside its count, in the order drawn.

    Raises:
        ValueError: when the groups are not a hundred people together, or a mark is not known.
    """
    rows: list[dict[str, Any]] = []
    first = 0
    for mark, count, words in groups:
        if mark not in _MARKS:
            raise ValueError(f"expected one of {', '.join(_MARKS)}, got {mark!r}")
        line = {"mark": mark, "first": first, "end": first + count, "label": f"{count} {words}"}
        rows.append(line | {"line": len(rows)})
        first += count
    if first != 100:
        raise ValueError(f"expected groups of a hundred people together, got {first}")
    return rows


def hundred_people(data: str, groups: int) -> alt.TopLevelMixin:
    """Return the chart of one data set of `in_groups` rows, with room for this many groups."""
    rows = 100 // _COLUMNS
    bottom = rows + groups + 0.2
    named = alt.Chart(alt.NamedData(data))
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[bottom, -0.8], nice=False))
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[-0.6, _COLUMNS - 0.4], nice=False))
    names = list(_MARKS)
    shapes, colours = zip(*_MARKS.values(), strict=True)

    def marked(chart: alt.Chart) -> alt.Chart:
        points: alt.Chart = chart.mark_point(size=250, filled=True, opacity=1)
        return points.encode(
            x=x,
            y=y,
            shape=alt.Shape("mark:N", legend=None, scale=alt.Scale(domain=names, range=shapes)),
            color=alt.Color("mark:N", legend=None, scale=alt.Scale(domain=names, range=colours)),
        )

    people = marked(
        named.transform_calculate(cell="sequence(datum.first, datum.end)")
        .transform_flatten(["cell"])
        .transform_calculate(x=f"datum.cell % {_COLUMNS}", y=f"floor(datum.cell / {_COLUMNS})")
    )
    beside = named.transform_calculate(x="0", y=f"{rows + 0.3} + datum.line")
    words = (
        named.transform_calculate(x="0.9", y=f"{rows + 0.3} + datum.line")
        .mark_text(align="left", color=INK, fontSize=12)
        .encode(x=x, y=y, text="label:N")
    )
    return alt.layer(people, marked(beside), words).properties(height=(bottom + 0.8) * _STEP)

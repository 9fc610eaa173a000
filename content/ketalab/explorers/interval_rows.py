"""A picture of rows, as a forest plot has them: a label above an interval and its estimate."""

from __future__ import annotations

from typing import Any

import altair as alt

from ketalab.frontend.palette import CONTROL, INK, NEUTRAL, TREATED

# What a row is, and how it looks. Shape and dash say what the colour says.
_KINDS = ("result", "left out", "pooled", "prediction")
_COLOURS = (TREATED, NEUTRAL, CONTROL, CONTROL)
_SHAPES = ("square", "cross", "diamond", "circle")
_DASHES = ([1, 0], [3, 3], [1, 0], [6, 4])
_STEP = 52  # two lines of text, and the mark


def interval_row(
    head: str,
    tail: str,
    ends: tuple[float, float, float] | None,
    domain: tuple[float, float],
    kind: str = "result",
    size: float = 70,
) -> dict[str, Any]:
    """Return one row to draw: two lines of text over an estimate and its interval.

    ends: estimate, low and high in the unit of the axis; None draws the text alone. What goes on
        beyond ``domain`` is cut there, and an arrow says so.
    """
    row: dict[str, Any] = {"head": head, "tail": tail, "kind": kind, "size": round(size)}
    if ends is None:
        return row
    estimate, low, high = ends
    least, most = domain
    row |= {"low": _drawn(max(low, least)), "high": _drawn(min(high, most))}
    if kind != "prediction":
        row["estimate"] = _drawn(estimate)
    if low < least:
        row["beyond_low"] = least
    if high > most:
        row["beyond_high"] = most
    return row


def _drawn(value: float) -> float:
    return float(f"{value:.4g}")


def interval_rows(
    data: str, axis_title: str, domain: tuple[float, float], *, ratio: bool = False
) -> alt.TopLevelMixin:
    """Return the picture of the rows of one data set, the first on top.

    ratio: a log axis, whose line of no effect is 1 and not 0.
    """
    linear = {"type": "linear", "zero": False}
    scale = alt.Scale(domain=domain, nice=False, **({"type": "log"} if ratio else linear))
    ticks = [t for t in (0.1, 0.3, 1, 3, 10, 30, 100) if domain[0] <= t <= domain[1]]
    how = {"values": ticks, "format": "~g"} if ratio else {"tickCount": 7}
    axis = alt.Axis(title=axis_title, titleLimit=600, labelFlush=False, **how)

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", scale=scale, axis=axis)

    rows = alt.Chart(alt.NamedData(data)).transform_window(place="row_number()")
    base = rows.encode(y=alt.Y("place:O", axis=None))
    drawn = base.transform_filter("isValid(datum.low)")

    def by_kind(values: tuple[Any, ...], channel: Any) -> Any:
        return channel("kind:N", legend=None, scale=alt.Scale(domain=_KINDS, range=list(values)))

    colour = by_kind(_COLOURS, alt.Color)
    # A mark of no effect for each row: one line through all would run through the labels.
    none = drawn.transform_calculate(none="1" if ratio else "0").mark_tick(
        color=NEUTRAL, size=14, thickness=1.5
    ).encode(x=x("none"))  # fmt: skip
    interval = drawn.mark_rule().encode(
        x=x("low"),
        x2="high:Q",
        color=colour,
        strokeDash=by_kind(_DASHES, alt.StrokeDash),
        strokeWidth=alt.condition("datum.kind === 'pooled'", alt.value(5), alt.value(2)),
    )
    estimate = drawn.transform_filter("isValid(datum.estimate)").mark_point(
        filled=True, opacity=1
    ).encode(
        x=x("estimate"),
        size=alt.Size("size:Q", scale=None),
        shape=by_kind(_SHAPES, alt.Shape),
        color=colour,
    )  # fmt: skip
    arrows = [
        drawn.transform_filter(f"isValid(datum.{field})")
        .mark_point(filled=True, opacity=1, size=70, shape=shape)
        .encode(x=x(field), color=colour)
        for field, shape in (("beyond_low", "triangle-left"), ("beyond_high", "triangle-right"))
    ]
    text: dict[str, Any] = {"align": "left", "baseline": "alphabetic", "limit": 640}
    head = base.mark_text(dy=-26, fontWeight="bold", color=INK, **text).encode(
        x=alt.value(0), text="head:N"
    )
    tail = base.mark_text(dy=-12, color=INK, fontSize=11, **text).encode(
        x=alt.value(0), text="tail:N"
    )
    layers = alt.layer(none, interval, estimate, *arrows, head, tail)
    finished: alt.TopLevelMixin = layers.properties(height=alt.Step(_STEP)).configure_view(
        stroke=None
    )
    return finished

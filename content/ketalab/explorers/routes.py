"""The explorer of routes: how much arrives, how soon, and who allows what, product by product."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import altair as alt

from ketalab.explorers.route_case import route_cases
from ketalab.explorers.route_products import PRODUCTS
from ketalab.frontend import Case, CaseExplorer, Choice
from ketalab.frontend.palette import INK, NEUTRAL, TREATED


class RouteExplorer(CaseExplorer):
    """Choose a route and a product, and see how much reaches the blood, how soon, and its status.

    Every figure stands for itself: studies, products and forms of the drug are never averaged. The
    explorer opens on nasal ketamine, of which two small studies disagree.

    >>> RouteExplorer(route="intramuscular").product
    'racemic ketamine, injection'
    """

    title = "Routes: how much arrives, how soon, and who allows it?"
    look_for = (
        "how far apart the figures of one route lie, and how few people stand behind them. Then "
        "compare what was studied with what is approved, and for what."
    )
    columns: ClassVar[Mapping[str, str]] = {
        "product": "Product",
        "study": "Source",
        "people": "Who was measured",
        "share": "Share of the dose that reaches the blood",
        "direct": "For chronic pain",
        "verified": "Verified",
    }

    route = Choice("Route", list(dict.fromkeys(product.route for product in PRODUCTS)))
    product = Choice("Product", list(dict.fromkeys(product.name for product in PRODUCTS)))

    @classmethod
    def cases(cls) -> Mapping[tuple[Any, ...], Case]:
        return route_cases()

    @classmethod
    def pictures(cls) -> Mapping[str, alt.TopLevelMixin]:
        return {"overview": _overview(), "studies": _studies(), "peaks": _peaks()}


_PERCENT = alt.Scale(domain=[0, 100], nice=False)


def _axis() -> alt.Axis:
    return alt.Axis(title=None, tickCount=6, grid=False)


def _spans(base: alt.Chart, scale: alt.Scale, chosen: str) -> list[alt.Chart]:
    """A bar from the lowest to the highest number printed, and a mark on the estimate."""
    hue = alt.condition(chosen, alt.value(TREATED), alt.value(NEUTRAL))
    known = base.transform_filter("isValid(datum.low)")
    point = base.transform_filter("isValid(datum.middle)")

    def marks(which: str, shape: str, size: int) -> alt.Chart:
        of_kind = point.transform_filter(which)
        drawn: alt.Chart = of_kind.mark_point(size=size, filled=True, opacity=1, shape=shape)
        return drawn.encode(x=alt.X("middle:Q", axis=_axis(), scale=scale), color=hue)

    return [
        # Thick where it is chosen: colour never says it alone.
        known.mark_rule().encode(
            x=alt.X("low:Q", axis=_axis(), scale=scale),
            x2="high:Q",
            color=hue,
            strokeWidth=alt.condition(chosen, alt.value(5), alt.value(2)),
        ),
        marks(f"!({chosen})", "circle", 80),
        marks(chosen, "diamond", 150),
    ]


def _text(
    base: alt.Chart, field: str, dy: int, weight: Literal["bold", "normal"] = "normal"
) -> alt.Chart:
    text: alt.Chart = base.mark_text(align="left", dy=dy, limit=600, color=INK, fontWeight=weight)
    return text.encode(x=alt.value(0), text=f"{field}:N")


def _overview() -> alt.TopLevelMixin:
    """A row for each route, a mark for each figure."""
    base = alt.Chart(alt.NamedData("overview")).encode(y=alt.Y("row:O", axis=None))
    return alt.layer(
        *_spans(base, _PERCENT, "datum.kind === 'product'"),
        _text(base.transform_filter("!datum.here"), "label", -13),
        _text(base.transform_filter("datum.here"), "label", -13, "bold"),
    ).properties(height=alt.Step(34))


def _studies() -> alt.TopLevelMixin:
    """A row for each figure of the route, with the people behind it."""
    base = alt.Chart(alt.NamedData("studies")).encode(y=alt.Y("line:O", axis=None))
    return alt.layer(
        *_spans(base, _PERCENT, "datum.chosen"),
        _text(base.transform_filter("!datum.chosen"), "label", -28),
        _text(base.transform_filter("datum.chosen"), "label", -28, "bold"),
        _text(base, "people", -14),
    ).properties(height=alt.Step(54))


def _peaks() -> alt.TopLevelMixin:
    """Minutes to the peak, product by product."""
    longest = max(row["high"] for case in route_cases().values() for row in case.drawn["peaks"])
    base = alt.Chart(alt.NamedData("peaks")).encode(y=alt.Y("line:O", axis=None))
    return alt.layer(
        *_spans(base, alt.Scale(domain=[0, longest], nice=False), "datum.chosen"),
        _text(base.transform_filter("!datum.chosen"), "label", -13),
        _text(base.transform_filter("datum.chosen"), "label", -13, "bold"),
    ).properties(height=alt.Step(36))

"""The interactions explorer: what another medicine does to ketamine, by this route or by that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import altair as alt

from ketalab.explorers.interaction_case import ASSUMPTIONS, ROUTES, cases, medicines
from ketalab.frontend import Choice
from ketalab.frontend.case_explorer import Case, CaseExplorer
from ketalab.frontend.palette import CONTROL, INK, NEUTRAL, TREATED

_KINDS = ["without", "with", "other"]


class InteractionExplorer(CaseExplorer):
    """Choose a medicine and a route of ketamine, and see what is known of the pair.

    Where a source printed a change of the AUC as a number, it is shown on a simulated curve. Most
    rows have none, and some pairs are not in the table at all: that is shown too.

    >>> explorer = InteractionExplorer(medicine="Grapefruit juice")
    >>> explorer.route
    'oral'
    """

    title = "Interactions: what does another medicine do to ketamine?"
    look_for = (
        "the route. Keep the medicine and change how ketamine is given: a large change by mouth "
        "can be a small one by vein, or one that nobody measured."
    )
    columns: ClassVar[Mapping[str, str]] = {
        "what": "What",
        "without": "Without",
        "with": "With the other medicine",
        "change": "Change",
    }

    medicine = Choice("Other medicine", medicines(), "Rifampicin")
    route = Choice("Ketamine given", list(ROUTES.items()), "oral")
    assumption = Choice(
        "Where the change takes place", list(ASSUMPTIONS.items()), "intravenous study"
    )

    @classmethod
    def cases(cls) -> Mapping[tuple[Any, ...], Case]:
        return cases()

    @classmethod
    def pictures(cls) -> Mapping[str, alt.TopLevelMixin]:
        return {"curve": _curve(), "ranking": _ranking()}


def _curve() -> alt.TopLevelMixin:
    time = alt.X("t:Q", title="hours after the dose", axis=alt.Axis(tickCount=8, grid=False))
    level = alt.Y("c:Q", title="ng/mL", axis=alt.Axis(tickCount=4))
    colour = alt.Color(
        "kind:N", legend=None, scale=alt.Scale(domain=_KINDS, range=[CONTROL, TREATED, NEUTRAL])
    )
    dash = alt.StrokeDash(
        "kind:N", legend=None, scale=alt.Scale(domain=_KINDS, range=[[1, 0], [8, 3], [2, 3]])
    )
    lines = (
        alt.Chart(alt.NamedData("lines"))
        .transform_flatten(["t", "c"])
        .mark_line(strokeWidth=2.5, clip=True)
        .encode(x=time, y=level, color=colour, strokeDash=dash, detail="line:O")
    )
    names = (
        alt.Chart(alt.NamedData("names"))
        .mark_text(align="left", dx=6, dy=-8, color=INK, fontWeight="bold")
        .encode(x="t:Q", y="c:Q", text="text:N")
    )
    peak = alt.Chart(alt.NamedData("peak"))
    mark = peak.mark_rule(
        color=NEUTRAL, strokeDash=[6, 4], strokeWidth=1.5, opacity=alt.expr("datum.text ? 1 : 0")
    ).encode(y="c:Q")
    said = peak.mark_text(align="right", dy=-8, color=INK).encode(
        x=alt.value("width"), y="c:Q", text="text:N"
    )
    return alt.layer(mark, lines, names, said).properties(height=170)


def _ranking() -> alt.TopLevelMixin:
    scale = alt.Scale(type="log", domain=[0.1, 4], nice=False)
    axis = alt.Axis(
        title="AUC with ÷ without (log scale; 1: no change)",
        values=[0.1, 0.2, 0.5, 1, 2, 4],
        format="~g",
        grid=True,
    )
    x = alt.X("ratio:Q", scale=scale, axis=axis)
    base = alt.Chart(alt.NamedData("ranked")).encode(y=alt.Y("row:N", axis=None, sort=None))
    one = base.mark_tick(color=NEUTRAL, thickness=2, size=12).encode(x=alt.datum(1))
    stick = base.mark_rule(strokeWidth=1.5, color=NEUTRAL).encode(x=x, x2=alt.datum(1))
    span = base.mark_rule(strokeWidth=4, color=TREATED).encode(
        x=alt.X("low:Q", scale=scale, axis=axis), x2="high:Q"
    )
    dots = base.mark_point(size=90, filled=True, opacity=1, color=TREATED).encode(
        x=x, shape=alt.condition("datum.chosen", alt.value("diamond"), alt.value("circle"))
    )
    names = base.mark_text(align="left", dy=-11, limit=600, color=INK).encode(
        x=alt.value(0), text="label:N"
    )
    plain = names.transform_filter("!datum.chosen")
    bold = base.transform_filter("datum.chosen").mark_text(
        align="left", dy=-11, limit=600, color=INK, fontWeight="bold"
    )
    bold = bold.encode(x=alt.value(0), text="label:N")
    return alt.layer(one, stick, span, dots, plain, bold).properties(height=alt.Step(32))

"""The benefit-harm explorer: of 100 people of one trial, how many gained and how many suffered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import altair as alt

from ketalab.explorers.benefit_harm_case import Pair, pairs
from ketalab.frontend import Case, CaseExplorer, Choice, digest
from ketalab.frontend.palette import CONTROL, INK, NEUTRAL, TREATED

# Two shapes for an icon array: a filled person has the event, a hollow ring does not.
_PERSON = "M0,-1A.36,.36,0,1,1,0,-.28A.36,.36,0,1,1,0,-1ZM-.5,-.12H.5V.42H.3V1H-.3V.42H-.5Z"
_RING = (
    "M.45,.3A.45,.45,0,1,1,-.45,.3A.45,.45,0,1,1,.45,.3Z"
    "M.27,.3A.27,.27,0,1,0,-.27,.3A.27,.27,0,1,0,.27,.3Z"
)


class BenefitHarmExplorer(CaseExplorer):
    """Choose a trial, and see its benefit beside one of its harms, of the same 100 people.

    Only trials that printed both are offered. The two are never subtracted from each other.

    >>> explorer = BenefitHarmExplorer(trial="hardy2012")
    >>> explorer.harm
    'Discontinued because of adverse event'
    """

    title = "Benefit beside harm: what happened to 100 people of the same trial?"
    look_for = (
        "which of the two intervals leaves zero out, when each was counted, and among how many. "
        "Only trials that printed a benefit and a harm are here: they are few."
    )
    columns: ClassVar[Mapping[str, str]] = {
        "part": "Counted",
        "treated": "Treated",
        "control": "Control",
        "difference": "Difference of 100 (95% CI)",
    }

    trial = Choice(
        "Trial",
        list({pair.trial: pair.trial_text for pair in pairs()}.items()),
        "lumanauw2019, 0.5 mg/kg",
    )
    benefit = Choice(
        "Benefit",
        list(dict.fromkeys(pair.benefit_name for pair in pairs())),
        "all who were allocated: fall of at least 20 mm on a 100-mm scale, 60 minutes",
    )
    harm = Choice(
        "Harm",
        list(dict.fromkeys(pair.harm.effect for pair in pairs())),
        "Discontinued because of adverse event",
    )

    @classmethod
    def cases(cls) -> Mapping[tuple[str, ...], Case]:
        return {(p.trial, p.benefit_name, p.harm.effect): _case(p) for p in pairs()}

    @classmethod
    def pictures(cls) -> Mapping[str, alt.TopLevelMixin]:
        return {
            "people": _people(),
            "differences": _differences(),
        }


def _case(pair: Pair) -> Case:
    return Case(
        reading=pair.reading(),
        table=pair.table(),
        details=list(pair.details()),
        captions=list(pair.captions()),
        drawn={
            "fields": pair.fields(),
            "differences": pair.differences(),
        },
        record=digest([pair.benefit.model_dump(), pair.harm.model_dump()]),
    )


def _people() -> alt.TopLevelMixin:
    """Four fields of 100 people, one above the other, in rows of 20: benefit, then harm.

    One picture for both, so that neither is ever seen without the other.
    """
    # The places stay and only what stands in them changes: 400 new marks at each step of a control
    # would take longer than a frame of the screen.
    cells = (
        alt.Chart(alt.sequence(400, as_="place"))
        .transform_calculate(
            cell="datum.place % 100",
            row="floor(datum.place / 100)",
            x="datum.cell % 20",
            y="floor(datum.cell / 20) + 6.8 * datum.row + (datum.row > 1 ? 0.8 : 0)",
        )
        .transform_calculate(field="data('fields')[datum.row]")
        .transform_filter("datum.field && isValid(datum.field.per_hundred)")
        .transform_calculate(
            kind="datum.cell < datum.field.per_hundred ? datum.field.arm : 'without'"
        )
    )
    kinds = ["treated", "control", "without"]
    position = {
        "x": alt.X("x:Q", axis=None, scale=alt.Scale(domain=[-0.6, 19.6], nice=False)),
        "y": alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[25.8, -1.6], nice=False)),
    }
    icons = cells.mark_point(size=130, filled=True, opacity=1).encode(
        **position,
        shape=alt.Shape(
            "kind:N", legend=None, scale=alt.Scale(domain=kinds, range=[_PERSON, _PERSON, _RING])
        ),
        color=alt.Color(
            "kind:N", legend=None, scale=alt.Scale(domain=kinds, range=[TREATED, CONTROL, NEUTRAL])
        ),
    )
    heading = (
        alt.Chart(alt.NamedData("fields"))
        .transform_calculate(x="-0.4", y="6.8 * datum.place + (datum.place > 1 ? 0.8 : 0) - 1.1")
        .mark_text(align="left", color=INK)
        .encode(**position, text="heading:N")
    )
    return alt.layer(icons, heading).properties(height=360)


def _differences() -> alt.TopLevelMixin:
    """Both differences with their intervals on one axis: the sizes beside each other, not a sum."""
    base = alt.Chart(alt.NamedData("differences")).encode(y=alt.Y("part:N", axis=None))
    axis = alt.Axis(title="of 100 people", tickCount=6, grid=True)
    # A mark in each row: a line through both would cross the labels.
    zero = base.mark_tick(color=NEUTRAL, thickness=2, size=16).encode(x=alt.datum(0))
    interval = base.mark_rule(strokeWidth=2, color=TREATED).encode(
        x=alt.X("low:Q", axis=axis), x2="high:Q"
    )
    estimate = base.mark_point(size=90, filled=True, opacity=1, color=TREATED).encode(
        x=alt.X("estimate:Q", axis=axis),
        shape=alt.condition("datum.stands_out", alt.value("diamond"), alt.value("circle")),
    )
    label = base.mark_text(align="left", dy=-14, limit=600, color=INK).encode(
        x=alt.value(0), text="label:N"
    )
    return alt.layer(zero, interval, estimate, label).properties(height=alt.Step(40))

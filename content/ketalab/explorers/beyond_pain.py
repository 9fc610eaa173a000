"""The explorer of benefits beyond pain: less opioid, better mood, and in whom that was shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import altair as alt

from ketalab.explorers.beyond_pain_case import beyond_pain_cases
from ketalab.explorers.beyond_pain_settings import SETTINGS
from ketalab.frontend import Case, CaseExplorer, Choice
from ketalab.frontend.palette import CONTROL, INK, NEUTRAL, TREATED

_OPENING = next(iter(beyond_pain_cases()))


class BeyondPainExplorer(CaseExplorer):
    """Choose opioid use or mood, a setting and an outcome, and see where a benefit was shown.

    Every outcome keeps its own scale, and settings with other people or another comparison are
    never mixed. The explorer opens where the evidence for less opioid comes nearest to chronic
    pain: around an operation.

    >>> BeyondPainExplorer(people="ongoing chronic pain").question
    'opioid use'
    """

    title = "Beyond pain: less opioid, better mood, and in whom was it shown?"
    look_for = (
        "filled marks in the map, the studies with a control group. Move from surgery to ongoing "
        "chronic pain, then choose mood. The map counts studies, not successes."
    )
    columns: ClassVar[Mapping[str, str]] = {
        "study": "Study",
        "drug": "Treatment",
        "measure": "Measured",
        "result": "Result (treated first)",
        "comparator": "Compared with, or design",
        "certainty": "Certainty (GRADE)",
        "verified": "Verified",
    }

    question = Choice(
        "Benefit", list(dict.fromkeys(setting.question for setting in SETTINGS)), _OPENING[0]
    )
    people = Choice("Setting", [setting.name for setting in SETTINGS], _OPENING[1])
    outcome = Choice("Outcome", sorted({key[2] for key in beyond_pain_cases()}), _OPENING[2])

    @classmethod
    def cases(cls) -> Mapping[tuple[Any, ...], Case]:
        return beyond_pain_cases()

    @classmethod
    def pictures(cls) -> Mapping[str, alt.TopLevelMixin]:
        return {
            "map": _map(),
            "arms": _arms(),
            "differences": _ranged("differences", 0, alt.Scale()),
            "ratios": _ranged("ratios", 1, _ratio_scale()),
        }


def _map() -> alt.TopLevelMixin:
    """A row for each setting, a mark for each study."""
    base = alt.Chart(alt.NamedData("map")).encode(y=alt.Y("row:O", axis=None))
    hue = alt.condition("datum.chosen", alt.value(TREATED), alt.value(NEUTRAL))
    across = alt.X("place:Q", axis=None, scale=alt.Scale(domain=[-0.3, 11], nice=False))

    def marks(kind: str, **look: Any) -> alt.Chart:
        points = base.transform_filter(f"datum.kind === '{kind}'")
        drawn: alt.Chart = points.mark_point(opacity=1, yOffset=5, **look)
        return drawn.encode(x=across, color=hue)

    def heading(which: str, weight: Literal["bold", "normal"]) -> alt.Chart:
        first = base.transform_filter(f"datum.place === 0 && {which}datum.chosen")
        text: alt.Chart = first.mark_text(
            align="left", dy=-9, limit=600, color=INK, fontWeight=weight
        )
        return text.encode(x=alt.value(0), text="setting:N")

    return alt.layer(
        marks("compared", shape="circle", filled=True, size=90),
        marks("alone", shape="circle", filled=False, size=75, strokeWidth=2),
        marks("words", shape="stroke", filled=False, size=110, strokeWidth=3),
        heading("!", "normal"),
        heading("", "bold"),
    ).properties(height=alt.Step(33))


def _labels(base: alt.Chart) -> list[alt.Chart]:
    """What stands above each line of marks: whose numbers, and the numbers."""
    return [
        base.mark_text(align="left", dy=dy, limit=600, color=INK).encode(
            x=alt.value(0), text=f"{field}:N"
        )
        for field, dy in (("label", -29), ("words", -15))
    ]


def _axis() -> alt.Axis:
    return alt.Axis(title=None, tickCount=6, grid=False)


def _arms() -> alt.TopLevelMixin:
    """The value of each group, side by side on one line."""
    base = alt.Chart(alt.NamedData("arms")).encode(y=alt.Y("line:O", axis=None))
    sides = ["treated", "control"]
    shape = alt.Scale(domain=sides, range=["diamond", "circle"])
    hue = alt.Color("side:N", legend=None, scale=alt.Scale(domain=sides, range=[TREATED, CONTROL]))
    return alt.layer(
        base.mark_rule(strokeWidth=2).encode(
            x=alt.X("low:Q", axis=_axis()), x2="high:Q", color=hue
        ),
        base.mark_point(filled=True, opacity=1).encode(
            x=alt.X("value:Q", axis=_axis()),
            size=alt.condition("datum.side === 'control'", alt.value(150), alt.value(80)),
            color=hue,
            shape=alt.Shape("side:N", legend=None, scale=shape),
        ),
        *_labels(base),
    ).properties(height=alt.Step(52))


def _ratio_scale() -> alt.Scale:
    """One logarithmic scale for all ratios, so that wide intervals look wide."""
    rows = [row for case in beyond_pain_cases().values() for row in case.drawn["ratios"]]
    ends = [min(row["low"] for row in rows), max(row["high"] for row in rows)]
    return alt.Scale(type="log", domain=ends, nice=True)


def _ranged(name: str, nothing: float, scale: alt.Scale) -> alt.TopLevelMixin:
    """Estimates with their intervals, and a line where there is no difference."""
    base = alt.Chart(alt.NamedData(name)).encode(y=alt.Y("line:O", axis=None))
    # A short piece on each line: a rule through all of them would strike out the labels.
    none = base.mark_tick(color=NEUTRAL, opacity=1, thickness=2, size=20, yOffset=5)
    interval = base.mark_rule(strokeWidth=2, color=TREATED)
    shapes = alt.Scale(domain=["without", "with", "none"], range=["diamond", "circle", "square"])
    return alt.layer(
        none.encode(x=alt.datum(nothing)),
        interval.encode(x=alt.X("low:Q", axis=_axis(), scale=scale), x2="high:Q"),
        base.mark_point(size=100, filled=True, opacity=1, color=TREATED).encode(
            x=alt.X("estimate:Q", axis=_axis(), scale=scale),
            shape=alt.Shape("shape:N", legend=None, scale=shapes),
        ),
        *_labels(base),
    ).properties(height=alt.Step(52))

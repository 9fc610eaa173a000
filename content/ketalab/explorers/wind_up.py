"""The wind-up explorer: repeated stimuli hurt more and more; what does block of the receptor do?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any, ClassVar

import altair as alt

from ketalab.evidence.certainty import grade
from ketalab.evidence.pharmacology import Parameter, model_card, parameter_in, receptor
from ketalab.evidence.pharmacology.validity import Validity
from ketalab.explorers.receptor_source import badge, label, source_detail
from ketalab.frontend import Case, CaseExplorer, Steps, digest
from ketalab.frontend.numerals import fixed
from ketalab.frontend.palette import CONTROL, INK, TREATED
from ketalab.simulation.receptor import Answer, wind_up, wind_up_protocol

_RATES = (0.1, 0.2, 0.5, 1, 2)
_BLOCKS = tuple(range(0, 101, 10))
# What else the table holds on summation in people. In one study a single stimulus hurt less too,
# which the sketch does not show.
_AT_ODDS = "summation_threshold_andersen"
_ALSO = ("secondary_hyperalgesia_koppert", "low_dose_fentanyl")


class WindUpExplorer(CaseExplorer):
    """Set the rate of the stimuli and the share of receptors blocked, and compare the responses.

    A sketch without unit: no source says how wind-up depends on a dose or a concentration, so
    there is no such control. What was observed in people stands beside it.

    >>> WindUpExplorer(block=100).block
    100
    """

    title = "Wind-up: why do repeated stimuli hurt more and more, and what does block change?"
    look_for = (
        "the first response: it stays where it is while the growth over the series falls. Then "
        "slow the stimuli down, and the growth goes without any drug."
    )
    columns: ClassVar[Mapping[str, str]] = {
        "stimulus": "Stimulus",
        "time": "Time",
        "without": "Response without block (no unit)",
        "with": "Response with block (no unit)",
    }

    rate = Steps(
        "Stimuli in a second", _RATES, 1, unit="Hz", help="How often the same stimulus comes."
    )
    block = Steps(
        "Receptors blocked",
        _BLOCKS,
        60,
        unit="%",
        help="Your assumption: which dose does this in a person is not known.",
    )

    @classmethod
    def cases(cls) -> Mapping[tuple[Any, ...], Case]:
        return {(rate, block): _case(rate, block) for rate, block in product(_RATES, _BLOCKS)}

    @classmethod
    def pictures(cls) -> Mapping[str, alt.TopLevelMixin]:
        return {"responses": _responses()}


def _case(rate: float, block: int) -> Case:
    answer = wind_up([1.0, 1 - block / 100], rate_hz=rate)
    without, blocked = answer.values.tolist()
    rows = list(zip(without, blocked, strict=True))
    last = len(rows)
    grown, left = fixed(without[-1], 1), fixed(blocked[-1], 1)
    observed = _observed()
    caution = f"Studied: {_studied().words}. " if answer.warnings else ""
    reading = (
        f"Qualitative, a shape without unit: at {rate:g} Hz the response to stimulus {last} is "
        f"drawn {grown} times the first without block, and {left} times with {block}% of the "
        f"receptors blocked. The first response is {fixed(blocked[0], 1)} in both. "
        f"{caution}Observed in people ({label(observed)}, {observed.species_assay} "
        f"volunteers): {_finding()}. Indirect evidence for chronic pain. "
        f"Verified: {badge(observed)}. Certainty (GRADE): {grade('not graded')}."
    )
    return Case(
        reading=reading,
        table=[
            {
                "stimulus": str(place),
                "time": f"{fixed((place - 1) / rate, 1)} s",
                "without": fixed(first, 2),
                "with": fixed(second, 2),
            }
            for place, (first, second) in enumerate(rows, start=1)
        ],
        details=list(_details(answer)),
        captions=[
            {
                "picture": "responses",
                "title": "Qualitative: response to each stimulus",
                "alt": (
                    f"Qualitative sketch of {last} responses at {rate:g} Hz. Without block they "
                    f"grow from 1.0 to {grown}; with {block}% blocked from "
                    f"{fixed(blocked[0], 1)} to {left}. No unit."
                ),
            }
        ],
        drawn={
            "responses": [
                {"n": place, "a": float(f"{first:.4g}"), "b": float(f"{second:.4g}")}
                for place, (first, second) in enumerate(rows, start=1)
            ],
            "ends": [
                {
                    "n": last,
                    "a": float(f"{without[-1]:.4g}"),
                    "b": float(f"{blocked[-1]:.4g}"),
                    "without": f"no block: {grown}",
                    "with": f"{block}% blocked: {left}",
                }
            ],
        },
        record=_record(),
    )


def _observed() -> Parameter:
    return wind_up_protocol().source


def _finding() -> str:
    """What the study found; its series of stimuli stands before it."""
    return str(_observed().value).partition("; ")[2]


def _studied() -> Validity:
    """The rates for which the model's card vouches."""
    limits = model_card("wind_up").validity
    (studied,) = (limit for limit in limits if limit.quantity == "stimulus_rate_hz")
    return studied


def _details(answer: Answer) -> Iterator[dict[str, str]]:
    observed, card = _observed(), model_card("wind_up")
    yield {
        "term": "For chronic pain",
        "text": f"indirect evidence. Observed in {observed.species_assay} volunteers; "
        "the curves are a drawing, not data.",
    }
    yield source_detail("Observed", observed, str(observed.value))
    doubt = parameter_in(receptor().windup, _AT_ODDS)
    yield source_detail("At odds with the sketch", doubt, str(doubt.value))
    for sentence in answer.assumptions:
        yield {"term": "The sketch", "text": sentence}
    yield {
        "term": "The sketch",
        "text": "How much one stimulus adds and how fast it fades are chosen to make the growth "
        "visible; no source gives them.",
    }
    if answer.warnings:
        said = f"Outside what was studied: {_studied().words}."
        yield {"term": "Warning", "text": said}
    for sentence in card.entry.not_for:
        yield {"term": "Not for", "text": sentence}
    for sentence in card.entry.not_known:
        yield {"term": "Not known", "text": sentence}
    for place in _ALSO:
        record = parameter_in(receptor().windup, place)
        yield source_detail("Also observed", record, str(record.value))
    yield {"term": "Certainty (GRADE)", "text": grade("not graded")}


def _record() -> str:
    table = receptor().windup.values()
    return digest([part if isinstance(part, str) else part.model_dump() for part in table])


def _responses() -> alt.TopLevelMixin:
    """Two series of responses on one scale that does not move, so that settings compare."""
    base = alt.Chart(alt.NamedData("responses"))
    ends = alt.Chart(alt.NamedData("ends"))
    x = alt.X(
        "n:Q",
        axis=alt.Axis(title="Stimulus", values=[1, 5, 10, 15], grid=False),
        scale=alt.Scale(domain=[0.5, 15.5], nice=False),
    )
    y_axis = alt.Axis(title="Response (first = 1, no unit)", values=[0, 1, 2], grid=False)
    y_scale = alt.Scale(domain=[0, 2.8], nice=False)
    without = alt.Y("a:Q", axis=y_axis, scale=y_scale)
    blocked = alt.Y("b:Q", axis=y_axis, scale=y_scale)
    first = base.transform_filter("datum.n === 1").mark_text(
        align="left", dx=6, dy=18, color=INK, text="the first response"
    )
    label: dict[str, Any] = {"align": "right", "color": INK}
    return alt.layer(
        first.encode(x=x, y=blocked),
        base.mark_line(color=CONTROL, strokeDash=[6, 4]).encode(x=x, y=without),
        base.mark_line(color=TREATED).encode(x=x, y=blocked),
        base.mark_point(color=CONTROL, size=60, opacity=1).encode(x=x, y=without),
        base.mark_point(color=TREATED, size=60, opacity=1, filled=True, shape="diamond").encode(
            x=x, y=blocked
        ),
        ends.mark_text(dy=-14, **label).encode(x=x, y=without, text="without:N"),
        ends.mark_text(dy=18, **label).encode(x=x, y=blocked, text="with:N"),
        ends.mark_text(align="left", baseline="top", fontStyle="italic", color=INK).encode(
            x=alt.value(8), y=alt.value(2), text=alt.value("Qualitative: a shape, no unit")
        ),
    ).properties(height=260)

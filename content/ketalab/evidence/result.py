"""One number worth showing that stands in the free text of a record, typed.

A record keeps the words of its source ("ketamine 29/93 (31%), placebo 25/92 (27%)"). A result
says what the numbers in these words are, and where the words stand: ``table``, ``record`` and
``path``. It adds nothing: each of its numbers has to occur in the text at that place
(``paths.numbers_in``), and the cross checks hold every result to that.

``results.yaml`` holds the results of trials, reviews, depression and opioid sparing,
``results_context.yaml`` those of the other tables. Both have this schema.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from ketalab.evidence.certainty import Certainty
from ketalab.evidence.tables import Record, Text

Outcome = Literal[
    "pain",
    "opioid use",
    "mood",
    "anxiety",
    "function",
    "adverse event",
    "prevalence",
    "response to standard medicine",
    "pharmacokinetics",
    "other",
]
# An assumed scale is one that the record assumes: the source did not print it.
Scale = Literal[
    "0-10",
    "0-10 (assumed)",
    "0-100",
    "0-100 (assumed)",
    "mm (scale not printed)",
    "0-10 cm",
    "MADRS points",
    "self-report depression score (name not given)",
    "standard deviations",
    "effect size (kind not printed)",
    "percentage points",
    "risk difference (0-1)",
    "ng/mL",
    "points (scale not printed)",
    "mg morphine (24 h)",
    "mg morphine equivalent a day",
    "mg oral morphine equivalent a day",
    "mg opioid a day",
    "mg hydromorphone/kg/h",
    "pain score-days",
    "SF-12 mental points",
    "SF-12 physical points",
    "% of the starting score",
    "% relief",
    "% fall",
    "% change in area under the curve",
    "% change in area",
]

Count = Annotated[int, Field(ge=0)]
Size = Annotated[int, Field(gt=0)]
Percentage = Annotated[float, Field(ge=0, le=100)]
Positive = Annotated[float, Field(gt=0)]
Range = Annotated[tuple[float, float], Field(strict=False)]

_ID = re.compile(r"[a-z0-9_]+__[a-z0-9_]+")


def _result_id(text: str) -> str:
    if _ID.fullmatch(text) is None:
        raise PydanticCustomError("result_id", "an id of the form record__readable_tail")
    return text


class Counted(Record):
    """Responders in one arm: ``events`` of ``n`` people (episodes, where ``measure`` says so)."""

    events: Count
    n: Size

    @property
    def pct(self) -> float:
        """The share in percent, 0 to 100, unrounded."""
        return 100 * self.events / self.n


class Share(Record):
    """A percentage (0 to 100) as printed; count, size and interval are None where not printed."""

    pct: Percentage
    events: Count | None = None
    n: Size | None = None
    low: Percentage | None = None
    high: Percentage | None = None


class Result(Record):
    """What all kinds of result have in common.

    id: the record's id, two underscores, a readable tail.
    table, record, path: where the words stand; ``path`` is dotted, with [i] for a list
        ("result.responders_over_50pct[3]"). It leads to one text, or to one entry of a list.
    measure: what was measured, in the record's words.
    time: as printed; None where it was not printed. ``time_days`` is the same in days, for
        ordering (the start of a range); None where it cannot be told safely.
    population, comparator, drug, route: where they are narrower than the record's; None: as there.
    certainty: as the source grades it, and ``certainty_path`` where it says so; None: at ``path``.
    trials, people: how many stand behind this very number, where the words at ``path`` say so.
    derived: True where the numbers are arithmetic of the record's ``derived``.
    """

    id: Annotated[Text, AfterValidator(_result_id)]
    kind: str
    table: Text
    record: Text
    path: Text
    outcome: Outcome
    measure: Text
    time: Text | None = None
    time_days: Annotated[float, Field(ge=0)] | None = None
    population: Text | None = None
    comparator: Text | None = None
    drug: Text | None = None
    route: Text | None = None
    certainty: Certainty = "not graded"
    certainty_path: Text | None = None
    derived: bool = False
    trials: Size | None = None
    people: Size | None = None
    # The level of the interval in percent, only where the source printed one.
    interval_level: Annotated[float, Field(gt=0, lt=100)] | None = None


class Responders(Result):
    """Counts in one or two arms; ``control`` is None where there was no control group."""

    kind: Literal["responders"]
    treatment: Counted
    control: Counted | None


class Percentages(Result):
    """Percentages of two arms whose denominators were not printed."""

    kind: Literal["percentages"]
    treatment: Share
    control: Share


class Proportion(Result):
    """The percentage of one group, ``of`` whom; count, size and interval where printed."""

    kind: Literal["proportion"]
    pct: Percentage
    events: Count | None = None
    n: Size | None = None
    low: Percentage | None = None
    high: Percentage | None = None
    of: Text | None = None


class Means(Result):
    """The averages of one or two arms on ``scale``, each with what stands behind its ±.

    ``spread_label`` says what the spread (or the range) is; "not labelled" must be shown as such
    and must not be drawn as a standard deviation or an interval.
    """

    kind: Literal["means"]
    statistic: Literal["mean", "median"] = "mean"
    treatment: float
    control: float | None
    spread_treatment: Annotated[float, Field(ge=0)] | None = None
    spread_control: Annotated[float, Field(ge=0)] | None = None
    range_treatment: Range | None = None
    range_control: Range | None = None
    spread_label: Literal["SD", "SE", "95% CI", "not labelled"] | None = None
    scale: Scale


class Difference(Result):
    """A difference, treatment minus control, with its interval, on ``scale``.

    ``standardised``: in standard deviations (SMD, Hedges g), not in points of a scale.
    """

    kind: Literal["difference"]
    estimate: float
    low: float | None = None
    high: float | None = None
    scale: Scale
    standardised: bool


class Ratio(Result):
    """A ratio of treatment to control with its interval."""

    kind: Literal["ratio"]
    ratio: Literal["RR", "OR", "HR", "IRR"]
    estimate: Positive
    low: Positive | None = None
    high: Positive | None = None


class NumberNeeded(Result):
    """A number needed to treat for one benefit or one harm.

    ``high_is_infinite``: the source prints the upper end as infinity, so ``high`` is None.
    """

    kind: Literal["number_needed"]
    direction: Literal["benefit", "harm"]
    estimate: Positive
    low: Positive | None = None
    high: Positive | None = None
    high_is_infinite: bool = False


class Change(Result):
    """A change of an exposure: a factor ("fold") or a percentage ("pct"), with its range."""

    kind: Literal["change"]
    of: Text
    change_in: Literal["fold", "pct"]
    estimate: float
    low: float | None = None
    high: float | None = None


class Value(Result):
    """Any other number, with its unit; a range without an estimate has ``estimate`` None."""

    kind: Literal["value"]
    estimate: float | None
    low: float | None = None
    high: float | None = None
    unit: Text


RESULT_KINDS: Mapping[str, type[Result]] = MappingProxyType(
    {
        "responders": Responders,
        "percentages": Percentages,
        "proportion": Proportion,
        "means": Means,
        "difference": Difference,
        "ratio": Ratio,
        "number_needed": NumberNeeded,
        "change": Change,
        "value": Value,
    }
)

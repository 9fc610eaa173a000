"""The randomised trials of ketamine for chronic pain, and the uncontrolled studies around them.

``trials.yaml`` is a copy of the table that the course's fact check produced, byte for byte. It
holds both lists. Doses stand as the trials gave them; they describe the trials.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from ketalab.evidence.frozen_mapping import FrozenMapping
from ketalab.evidence.study import ArmSizes, Findings, People, Study
from ketalab.evidence.tables import Record, Text

TrialRoute = Literal[
    "intravenous",
    "intravenous (outpatient)",
    "intravenous (inpatient)",
    "intravenous (parent trial)",
    "subcutaneous infusion",
    "epidural",
    "intranasal",
    "intranasal, self-administered",
    "oral",
    "topical (skin)",
]
ContextRoute = Literal[
    "intravenous",
    "subcutaneous infusion",
    "oral",
    "sublingual",
    "sublingual lozenges",
    "as used in practice",
]
Direction = Literal[
    "benefit, time-limited",
    "benefit, size not stated in abstract",
    "benefit within an hour",
    "benefit at one hour only",
    "brief effect, no lasting benefit",
    "short-term effect",
    "same-session effect",
    "mechanistic effect",
    "uncontrolled effect",
    "association only",
    "better than active comparator",
    "no clear difference from comparator",
    "little benefit",
    "no benefit",
    "no net benefit",
]


class TimedCount(Record):
    """One line of a trial's responders at one time, in the words of the record."""

    time: Text
    ketamine: Text
    control: Text
    p: Text


def _form(value: object) -> str:
    return "<lines>" if isinstance(value, list | tuple) else "<text>"


# Told apart by what stands there, so that a wrong value is one problem and not one for each form.
TrialFindings = FrozenMapping[
    Text,
    Annotated[
        Annotated[Text, Tag("<text>")]
        | Annotated[tuple[TimedCount, ...], Field(strict=False), Tag("<lines>")],
        Discriminator(_form),
    ],
]


def _number_or_text(value: object) -> str:
    return "<text>" if isinstance(value, str) else "<number>"


Arithmetic = FrozenMapping[
    Text,
    Annotated[
        Annotated[Text, Tag("<text>")] | Annotated[float, Tag("<number>")],
        Discriminator(_number_or_text),
    ],
]


class AdverseEvent(Record):
    """One harm that a trial reports: the words of each arm that it reports."""

    event: Text
    ketamine: Text | None = None
    ketamine_0_25: Text | None = None
    ketamine_0_5: Text | None = None
    ketamine_magnesium: Text | None = None
    control: Text | None = None
    placebo: Text | None = None
    morphine: Text | None = None
    magnesium: Text | None = None
    comparison: Text | None = None
    measure: Text | None = None
    p: Text | None = None
    note: Text | None = None


AdverseEvents = Annotated[tuple[AdverseEvent, ...], Field(strict=False)]


class Trial(Study):
    """One randomised trial. ``direction`` is the compiler's one-line reading of its answer.

    ``n_randomised`` is None where the page read does not give it. ``result`` keeps the words of
    the abstract; what can be typed safely stands in ``results.yaml``. ``derived`` is arithmetic
    on verified figures.
    """

    condition: Text
    n_randomised: People | None
    n_note: Text | None = None
    arms: ArmSizes | None = None
    participants: Text | None = None
    design: Text
    comparator: Text
    route: TrialRoute
    dose_as_given_in_trial: Text
    duration_as_given: Text
    follow_up: Text
    primary_outcome: Text
    result: TrialFindings
    derived: Arithmetic | None = None
    adverse_events: AdverseEvents
    adverse_events_note: Text | None = None
    direction: Direction
    integrity_flag: Text | None = None
    conflict_of_interest: Text | None = None
    registry: Text | None = None

    @property
    def is_crossover(self) -> bool:
        """Whether the same people received each treatment in turn."""
        return any(word in self.design for word in ("crossover", "n-of-1"))


class ContextStudy(Study):
    """A study without a control group: it cannot show that the drug caused what was seen."""

    study_type: Text
    condition: Text
    n: People
    route: ContextRoute | None = None
    follow_up: Text | None = None
    dose_as_given: Text | None = None
    result: Findings | None = None
    adverse_events: AdverseEvents = ()
    derived: Findings | None = None

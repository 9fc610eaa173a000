"""Where the benefits beyond pain were studied: settings that stay apart, and their outcomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ketalab.evidence.library import library
from ketalab.evidence.populations import Directness
from ketalab.evidence.reference import Reference
from ketalab.evidence.result import (
    Change,
    Difference,
    Means,
    NumberNeeded,
    Percentages,
    Ratio,
    Responders,
    Result,
)


@dataclass(frozen=True)
class Study:
    """A record of the evidence in a setting.

    key: table/record. drug: the form of the drug, kept apart from the others. words: where the
    finding stands if no number of it can be drawn, and lead what has to be said before it.
    """

    key: str
    drug: str = "ketamine"
    words: tuple[str, ...] = ()
    lead: str = ""

    @property
    def record(self) -> Any:
        """The record that the key names."""
        table, _, name = self.key.partition("/")
        return library().table(table)[name]

    @property
    def reference(self) -> Reference:
        """Its entry of the bibliography."""
        return library().references[self.record.source_key]

    @cached_property
    def results(self) -> tuple[Result, ...]:
        """Its typed numbers that answer one of the two questions."""
        table, _, name = self.key.partition("/")
        return tuple(
            result
            for result in library().results.values()
            if (result.table, result.record) == (table, name) and result.measure in _OUTCOMES
        )

    @property
    def kind(self) -> str:
        """Whether its numbers stand beside a control group's, alone, or there are none."""
        if not self.results:
            return "words"
        return "compared" if any(map(is_compared, self.results)) else "alone"


@dataclass(frozen=True)
class Setting:
    """People of one kind and, for mood, one comparison: what is never mixed with the others."""

    question: str
    name: str
    directness: Directness
    reason: str
    studies: tuple[Study, ...]


_OPERATION = "People around one operation; most pain there is new."
_BOTH = "People with chronic pain who take opioids, but around one operation."
_CHRONIC = "People with chronic pain, whom this course is about."
_DEPRESSION = (
    "People with depression; people with chronic pain may differ in their other medicines, doses "
    "and length of treatment."
)
_ANXIETY = "People with anxiety or post-traumatic stress, not with chronic pain."
_MIXED = "People of several diagnoses were pooled, chronic pain among them."
_SPRAY = "esketamine spray"

SETTINGS: tuple[Setting, ...] = (
    Setting(
        "opioid use",
        "surgery, new pain",
        "indirect",
        _OPERATION,
        (
            Study("opioid_sparing/boenigk2019"),
            Study(
                "opioid_sparing/brinck2018",
                words=("result.confirmed",),
                lead="the pooled effect was not seen in print; confirmed are ",
            ),
        ),
    ),
    Setting(
        "opioid use",
        "surgery, chronic pain",
        "partly direct",
        _BOTH,
        (
            Study("opioid_sparing/nielsen2017", "S-ketamine"),
            Study("opioid_sparing/nielsen2019", "S-ketamine"),
            Study("opioid_sparing/loftus2010", words=("result.finding",), lead="against placebo, "),
        ),
    ),
    Setting(
        "opioid use",
        "ongoing chronic pain",
        "direct",
        _CHRONIC,
        (
            Study("opioid_sparing/carr2004", "ketamine, nasal"),
            Study("opioid_sparing/elyn2024"),
            Study("opioid_sparing/scirp2021"),
            Study("opioid_sparing/vadetox2019"),
            Study("opioid_sparing/maudlin2021", words=("result.any_reduction",)),
            Study("opioid_sparing/ferraro2025", words=("result.finding",)),
        ),
    ),
    Setting(
        "opioid use",
        "cancer pain",
        "direct",
        _CHRONIC,
        (Study("opioid_sparing/hardy2012", words=("result.finding",)),),
    ),
    Setting(
        "opioid use",
        "all kinds of pain",
        "partly direct",
        "New pain and chronic pain stand side by side in one review of reviews.",
        (Study("opioid_sparing/jonkman2017", words=("result.finding",)),),
    ),
    Setting(
        "mood",
        "depression, ketamine v midazolam",
        "indirect",
        _DEPRESSION,
        (
            Study("depression/dean2021"),
            Study("depression/murrough2013"),
            Study("depression/jelovac2025"),
            Study("depression/fava2020", words=("result.overall", "result.low_dose")),
        ),
    ),
    Setting(
        "mood",
        "depression, ketamine v placebo",
        "indirect",
        _DEPRESSION,
        (
            Study("depression/zarate2006"),
            Study("depression/kishimoto2016"),
            Study("depression/newport2015"),
            Study("depression/lii2023"),
        ),
    ),
    Setting(
        "mood",
        "depression, esketamine v placebo",
        "indirect",
        _DEPRESSION,
        (
            Study("depression/popova2019", _SPRAY),
            Study("depression/takahashi2021", _SPRAY),
            Study("depression/daly2019", _SPRAY),
            Study("depression/spravato2025", _SPRAY),
        ),
    ),
    Setting(
        "mood",
        "depression, ketamine v ECT",
        "indirect",
        _DEPRESSION,
        (Study("depression/anand2023"), Study("depression/ekstrand2022")),
    ),
    Setting(
        "mood",
        "anxiety, post-traumatic stress",
        "indirect",
        _ANXIETY,
        (Study("depression/whittaker2021"), Study("depression/ptsdmeta2024")),
    ),
    Setting(
        "mood",
        "anxiety, many diagnoses",
        "partly direct",
        _MIXED,
        (Study("depression/hartland2023"),),
    ),
    Setting(
        "mood",
        "mood with chronic pain",
        "direct",
        _CHRONIC,
        (
            Study(
                "depression/balachandran2022",
                words=("result.chronic_pain_trials",),
                lead="chronic pain trials, ",
            ),
            Study(
                "trials/fallon2018", "S-ketamine, oral", ("result.overall",), "against placebo, "
            ),
            Study("trials/pickering2020", words=("result.secondary",), lead="against placebo, "),
            Study("reviews/ferraro2025", words=("other_findings[3]",)),
            Study(
                "context_studies/almukhaizeem2023",
                "ketamine, oral",
                ("result.mood",),
                "without a control group, ",
            ),
        ),
    ),
)

# The outcome to which a measure belongs; results of one outcome and one scale stand together.
_OUTCOMES: Mapping[str, str] = {
    "intravenous morphine": "morphine in the first day",
    "intravenous morphine (mean difference)": "morphine in the first day",
    "relative reduction": "morphine in the first day",
    "hydromorphone": "hydromorphone in the first day",
    "daily opioid": "daily opioid",
    "any daily analgesic": "any daily painkiller",
    "usual rescue taken (episodes)": "rescue medicine in treated episodes",
    "over 50% less opioid": "people who cut or stopped opioids",
    "stopped": "people who cut or stopped opioids",
    "opioid-free": "people free of opioids",
    "change on the MADRS": "depression score",
    "MADRS": "depression score",
    "MADRS (adjusted difference)": "depression score",
    "MADRS (d)": "depression score",
    "Hedges g": "depression score",
    "score (SMD)": "depression score",
    "self-report": "self-reported depression score",
    "response": "response",
    "remission": "remission",
    "relapse": "relapse",
    "felt better": "felt better",
    "social anxiety": "social anxiety",
    "anxiety (SMD)": "anxiety score",
    "post-traumatic stress disorder": "post-traumatic stress, response",
    "post-traumatic stress disorder (g)": "post-traumatic stress score",
    "post-traumatic stress disorder (g, bias-corrected)": "post-traumatic stress score",
}
_SHORT_SCALE = {
    "mg morphine (24 h)": "mg",
    "mg hydromorphone/kg/h": "mg/kg/h",
    "mg morphine equivalent a day": "mg morphine equivalent",
    "mg oral morphine equivalent a day": "mg oral morphine equivalent",
    "mg opioid a day": "mg, equivalent not named",
    "self-report depression score (name not given)": "points, scale not named",
}


def is_compared(result: Result) -> bool:
    """Whether a number stands beside that of a control group."""
    if isinstance(result, Responders | Means):
        return result.control is not None
    return isinstance(result, Percentages | Difference | Ratio | NumberNeeded | Change)


def outcome_of(result: Result) -> str:
    """The outcome with its scale: "depression score (MADRS points)"."""
    scale = getattr(result, "scale", None)
    if isinstance(result, Change):
        scale = "mg morphine (24 h)"  # the share of the difference that stands beside it
    if scale is None or scale == "percentage points":
        unit = "of 100"
    else:
        unit = _SHORT_SCALE.get(scale, scale)
    return f"{_OUTCOMES[result.measure]} ({unit})"

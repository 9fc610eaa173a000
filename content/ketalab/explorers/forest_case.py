"""What a forest plot may hold: trials that may be pooled, and results that only stand together."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType

from ketalab.evidence import references, summaries
from ketalab.evidence.certainty import grade, level
from ketalab.evidence.library import library
from ketalab.evidence.populations import Directness
from ketalab.evidence.printable import printable_part, why_withheld
from ketalab.evidence.provenance import Provenance, provenance_of
from ketalab.evidence.reference import Reference
from ketalab.evidence.result import Responders, Result
from ketalab.evidence.review import Review
from ketalab.evidence.trial import Trial
from ketalab.evidence.trial_class import TrialClass, trial_class
from ketalab.models.pooling import Pooling, leave_one_out, pool_effects
from ketalab.models.risk import RiskComparison, compare_proportions

Link = dict[str, str]


@dataclass(frozen=True)
class Counted:
    """A trial's responders in both arms, with the record that they come from."""

    result: Responders

    @property
    def record(self) -> Trial:
        """The trial."""
        return library().trials[self.result.record]

    @property
    def kinds(self) -> TrialClass:
        """Form of the drug, kind of pain, kind of comparison."""
        return trial_class("trials", self.result.record)

    @property
    def provenance(self) -> Provenance:
        """Source, level of verification and overlap of people."""
        return provenance_of(self.result, library())

    @property
    def label(self) -> str:
        """The short name of the source: "Noppers 2011"."""
        return reference_of(self.result).label

    @property
    def comparator(self) -> str:
        """What the control arm was given."""
        return self.result.comparator or self.record.comparator

    @cached_property
    def risk(self) -> RiskComparison:
        """Difference and ratio of the responders."""
        treated, control = self.result.treatment, self.result.control
        assert control is not None  # `counted` lets no other result in
        return compare_proportions(treated.events, treated.n, control.events, control.n)

    def effect(self, measure: str) -> tuple[float, float] | None:
        """Effect and standard error to pool: a difference, or the logarithm of a ratio.

        Both by the usual large-sample formulas (DerSimonian R, Laird N. Control Clin Trials
        1986;7:177-188, for the difference). None where nobody, or everybody, responded in an arm
        so that a ratio has no interval.
        """
        treated, control = self.result.treatment, self.result.control
        assert control is not None
        if measure == "difference":
            p, q = treated.events / treated.n, control.events / control.n
            return p - q, math.sqrt(p * (1 - p) / treated.n + q * (1 - q) / control.n)
        if self.risk.risk_ratio is None:
            return None
        spread = 1 / treated.events - 1 / treated.n + 1 / control.events - 1 / control.n
        return math.log(self.risk.risk_ratio), math.sqrt(spread)


def counted(name: str) -> Counted:
    """Return the responders of a result. Raises ValueError for one without two counted arms."""
    result = library().results[name]
    if not isinstance(result, Responders) or result.control is None:
        raise ValueError(f"{name}: expected responders in two arms")
    return Counted(result)


@dataclass(frozen=True)
class Pool:
    """Trials that may stand together, as far as a student decides.

    Raises ValueError for trials that share people: they are never pooled.
    """

    trials: tuple[Counted, ...]

    def __post_init__(self) -> None:
        seen: set[str] = set()
        for trial in self.trials:
            people = trial.provenance.overlap_group or trial.result.record
            if {people, trial.result.record} & seen:
                raise ValueError(f"{trial.result.id}: its people are in this pool already")
            seen |= {people, trial.result.record}

    def included(self, measure: str) -> list[Counted]:
        """The trials that have this measure."""
        return [trial for trial in self.trials if trial.effect(measure) is not None]

    def pooling(self, measure: str, without: str | None = None) -> Pooling | None:
        """The pooled effect without one record; None where fewer than two trials remain."""
        trials = self.included(measure)
        effects = [trial.effect(measure) for trial in trials]
        y, se = [e[0] for e in effects if e], [e[1] for e in effects if e]
        if without is None:
            return pool_effects(y, se) if len(y) > 1 else None
        names = [trial.result.record for trial in trials]
        if len(y) < 3 or without not in names:
            return None
        return leave_one_out(y, se)[names.index(without)]

    def may_leave_out(self, measure: str) -> list[str]:
        """The records that can be left out with at least two trials left."""
        trials = self.included(measure)
        return [trial.result.record for trial in trials] if len(trials) > 2 else []


_SALINE = ("kvarnstrom2003__responders_v_placebo", "kvarnstrom2004__responders_v_placebo")
_LIDOCAINE = ("kvarnstrom2003__responders_v_lidocaine", "kvarnstrom2004__responders_v_lidocaine")
_S_KETAMINE = "noppers2011fm__min15"
_FALL_IN_MM = {
    "analysed": "lumanauw2019__responders_higher_dose",
    "allocated": "lumanauw2019__responders_all_allocated",
}


@cache
def pools() -> Mapping[str, Pool]:
    """The pools offered: outcomes of the same session only, one comparison for each trial."""
    found = {
        "alike": Pool(_counted(*_SALINE)),
        "forms": Pool(_counted(_S_KETAMINE, *_SALINE)),
        **{
            f"wide_{name}": Pool(_counted(_S_KETAMINE, *_SALINE, result))
            for name, result in _FALL_IN_MM.items()
        },
        "lidocaine": Pool(_counted(*_LIDOCAINE)),
    }
    return MappingProxyType(found)


def mixture(trials: Sequence[Counted]) -> dict[str, list[str]]:
    """What differs between trials that are added up: what it is, and its kinds in words."""
    kinds: dict[str, Iterable[str]] = {
        "forms of the drug": [trial.kinds.drug for trial in trials],
        "controls": [trial.comparator for trial in trials],
        "kinds of pain": [trial.kinds.pain for trial in trials],
        "definitions of response": [trial.result.measure for trial in trials],
    }
    different = {name: list(dict.fromkeys(words)) for name, words in kinds.items()}
    return {name: words for name, words in different.items() if len(words) > 1}


def _counted(*names: str) -> tuple[Counted, ...]:
    return tuple(counted(name) for name in names)


def pool_texts() -> list[tuple[str, str]]:
    """How the pools read in the list of choices."""
    wide = {
        name: result.population or "those analysed"
        for name, result in ((n, counted(i).result) for n, i in _FALL_IN_MM.items())
    }
    words = {
        "alike": "Half the pain gone, against saline only",
        "forms": "What mixing does: S-ketamine v midazolam as well",
        **{f"wide_{name}": f"Two definitions, counting {text}" for name, text in wide.items()},
        "lidocaine": "Half the pain gone, against lidocaine",
    }
    return [(name, f"{text} ({len(pools()[name].trials)})") for name, text in words.items()]


# What stands side by side and is never pooled: name, text, why not, results.
BESIDE: Mapping[str, tuple[str, str, tuple[str, ...]]] = MappingProxyType(
    {
        "hours": (
            "Reviews: minutes to hours",
            "reviews",
            (
                "mcmaster2024nma__pain_before_30_min",
                "mcmaster2024nma__pain_1_to_3_h",
                "ferraro2025__pain_immediate",
            ),
        ),
        "days": (
            "Reviews: days to two weeks",
            "reviews",
            (
                "orhurhu2019__pain_48h_to_2_weeks",
                "mcmaster2024nma__pain_3_to_7_days",
                "michelet2018__pain_week1",
                "guimaraespereira2022__pain_week1",
                "michelet2018__pain_week2",
            ),
        ),
        "month": (
            "Reviews: about a month",
            "reviews",
            (
                "mcmaster2024nma__pain_3_to_5_weeks",
                "michelet2018__pain_week4",
                "guimaraespereira2022__pain_day30",
            ),
        ),
        "months": (
            "Reviews: later than a month",
            "reviews",
            (
                "crpspharm2024__pain_ketamine",
                "mcmaster2024nma__pain_after_5_weeks",
                "michelet2018__pain_week8",
                "michelet2018__pain_week12",
            ),
        ),
        "untimed": ("Review: time not given", "reviews", ("ivmeta2024__pain",)),
        "standardised": (
            "Review that contradicts itself",
            "standardised",
            (
                "brunamejias2024__total_symptom_score",
                "brunamejias2024__impairment_score",
                "brunamejias2024__symptom_checklist",
            ),
        ),
        "later": (
            "Trials: days to weeks later",
            "later",
            (
                "hardy2012__responders",
                "noppers2011fm__week1",
                "noppers2011fm__week8",
                "kim2015__over_50pct",
                "kim2015__over_30pct",
            ),
        ),
        "one_count": (
            "One trial, counted three ways",
            "one_trial",
            (
                "lumanauw2019__responders_higher_dose",
                "lumanauw2019__responders_all_allocated",
                "lumanauw2019__responders_lower_dose",
            ),
        ),
        "one_trial": (
            "One trial at four times",
            "one_trial",
            (
                "noppers2011fm__min15",
                "noppers2011fm__min180",
                "noppers2011fm__week1",
                "noppers2011fm__week8",
            ),
        ),
    }
)

WHY_NOT_POOLED: Mapping[str, str] = MappingProxyType(
    {
        "reviews": "Reviews share trials, so adding them up would count the same people more than "
        "once: they are never pooled.",
        "standardised": "They come from one review and share its trials: they are never pooled.",
        "later": "Not pooled: drug form, route, pain, control and definition of response all "
        "differ, and rows of one trial hold the same people.",
        "one_trial": "The same people more than once: one trial is never pooled with itself.",
    }
)


def reference_of(result: Result) -> Reference:
    """The main source of a result."""
    return references()[provenance_of(result, library()).source_keys[0]]


@cache
def _directness() -> Mapping[str, tuple[Directness, str]]:
    path = Path(summaries.__file__).with_name("summaries.yaml")
    found = {}
    for row in summaries.load_summaries(path)["pain"].rows:
        record = row.key.partition("/")[2].partition("__")[0]
        if row.directness and row.directness_reason:
            found[record] = (row.directness, row.directness_reason)
    return found


def directness_of(result: Result) -> Directness:
    """How directly a result speaks to chronic pain, as the summary of findings on pain says.

    What is not in that summary stands in the tables of chronic pain, and is direct.
    """
    return _directness().get(result.record, ("direct", ""))[0]


def directness_words(results: Sequence[Result]) -> str:
    """Return "Direct evidence for chronic pain.", naming what is only partly direct."""
    others = {
        reference_of(result).label: directness_of(result)
        for result in results
        if directness_of(result) != "direct"
    }
    words = "Direct evidence for chronic pain"
    for label, kind in others.items():
        reason = next(r for n, (_, r) in _directness().items() if references()[n].label == label)
        words += f" ({label}: {kind}; {_lower(reason)})"
    return f"{words}."


def _lower(sentence: str) -> str:
    return f"{sentence[0].lower()}{sentence[1:]}".rstrip(".")


def trial_details(results: Sequence[Responders]) -> Iterator[Link]:
    """Who was studied, with what, against what: one row for each result."""
    for result in results:
        trial = Counted(result)
        record = trial.record
        dose = _clean(record.dose_as_given_in_trial)
        parts = [
            f"{record.condition}, {record.n_randomised} randomised",
            f"{trial.kinds.drug}, {record.route}: {result.drug or dose}, "
            f"{_clean(record.duration_as_given)}",
            f"against {trial.comparator}",
            record.design,
            f"counted: {result.measure}, {result.time or f'follow-up {record.follow_up}'}",
            f"for chronic pain: {directness_of(result)} evidence",
        ]
        yield source_row("Trial", result, "; ".join(parts) + ".")
        yield {"term": "Note on it", "text": _sentence(printable_part(record.note))}
        if later := record.result.get("later"):
            yield {"term": "Afterwards", "text": f"{trial.label}: {later}."}
    crossed = [reference_of(r).label for r in results if Counted(r).record.is_crossover]
    if crossed:
        text = (
            f"{' and '.join(dict.fromkeys(crossed))}: the same people stand in both arms. "
            "Intervals and weights are computed as if they were different people: an approximation."
        )
        yield {"term": "Caution", "text": text}


def review_details(records: Sequence[str]) -> Iterator[Link]:
    """What each review asked, of how many trials, and what it says of its own certainty."""
    for name in dict.fromkeys(records):
        review: Review = library().reviews[name]
        size = [
            f"{review.n_trials} trials" if review.n_trials else "number of trials not given",
            f"{review.n_participants:,} people"
            if review.n_participants
            else "number of people not given",
        ]
        parts = [review.scope, review.type, *size]
        if not why_withheld("certainty_overall", review.certainty_overall):
            parts.append(f"certainty: {review.certainty_overall}")
        reference = references()[review.source_key]
        yield {"term": "Review", **_linked(reference), "text": "; ".join(parts) + "."}
        for text in (review.note, review.internal_inconsistency, review.interpretation):
            if text and (part := printable_part(text)):
                yield {"term": "Doubts and notes", "text": f"{reference.label}: {_sentence(part)}"}
        yield {"term": "Verified on", "text": f"{reference.label}: {level(review.verified)}"}


def certainty_words(results: Sequence[Result]) -> str:
    """Return the sources' grades, each once: "⊕◯◯◯ very low; ⊕⊕◯◯ low"."""
    return "; ".join(dict.fromkeys(grade(result.certainty) for result in results))


def certainty_in_full(result: Result) -> str:
    """Return the grade of a review's result, and of what the review says it is certain.

    >>> from ketalab.evidence.library import library
    >>> certainty_in_full(library().results["mcmaster2024nma__pain_3_to_5_weeks"])
    '⊕⊕⊕◯ moderate, that there is probably no reduction'
    """
    place = re.fullmatch(r"pooled\[(\d+)\]", result.path)
    said = library().reviews[result.record].pooled[int(place[1])].certainty if place else None
    if not said or said == result.certainty:
        return grade(result.certainty)
    rest = said.removeprefix(result.certainty)
    return f"{grade(result.certainty)}{rest if rest != said else f'; {said}'}"


def source_row(term: str, result: Result, text: str) -> Link:
    """A source as a detail: its label, linked to its most lasting address."""
    return {"term": term, **_linked(reference_of(result)), "text": text}


def _linked(reference: Reference) -> Link:
    link = {"link": reference.links[0][1]} if reference.links else {}
    return {"link_text": reference.label, **link}


def _clean(text: str) -> str:
    """What may be printed of it, as part of a sentence."""
    shown = printable_part(text).rstrip("; .")
    return f"{shown[:1].lower()}{shown[1:]}"


def _sentence(text: str) -> str:
    text = text.strip().rstrip(";")
    return text if text.endswith((".", "?", "!")) else f"{text}."

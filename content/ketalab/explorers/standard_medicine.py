"""A standard medicine for chronic pain: of a hundred people, what a review lets us expect."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TypeGuard

from ketalab.evidence import library, references
from ketalab.evidence.certainty import badge, grade, level
from ketalab.evidence.epidemiology_study import EpidemiologyStudy
from ketalab.evidence.printable import printable_part
from ketalab.evidence.provenance import provenance_of
from ketalab.evidence.result import NumberNeeded, Percentages, Result, Value
from ketalab.evidence.result_wording import result_words
from ketalab.evidence.side_effect import Verified
from ketalab.frontend.numerals import fixed

_TOPICS = ("effect of standard medicines", "opioid benefits and harms")
# Sources that say something of the same medicines, and no number needed by class.
_ALSO = {
    "tricyclic antidepressants": ("soliman2025", "birkinshaw2024"),
    "SNRIs": ("soliman2025", "birkinshaw2024"),
    "pregabalin": ("soliman2025",),
    "gabapentin, all forms": ("soliman2025",),
    "plain gabapentin": ("soliman2025",),
    "first-line medicines": ("birkinshaw2024",),
    "strong opioids": ("krebs2018",),
    "opioids": ("krebs2018",),
}


@dataclass(frozen=True)
class Extra:
    """How many more of 100 with the medicine than without, unrounded.

    estimate: None where a source gives only the ends, those of several medicines.
    low, high: the ends of the interval, or of that range; None where there is neither.
    level: what the interval is called; its level is named where the source printed one.
    """

    estimate: float | None
    low: float | None
    high: float | None
    level: str

    @property
    def drawn(self) -> tuple[float, float]:
        """The least and the most to draw: twice the estimate, if there is one."""
        if self.estimate is not None:
            return self.estimate, self.estimate
        assert self.low is not None
        assert self.high is not None
        return self.low, self.high

    def words(self, decimals: int = 0, of_what: str = "") -> str:
        """Return "28 (95% CI 23 to 33)", or as much of it as is known.

        `of_what` is said after the number and before its interval.
        """
        low, high = (None if end is None else fixed(end, decimals) for end in (self.low, self.high))
        if self.estimate is None:
            return f"{low} to {high}{of_what}"
        words = f"{fixed(self.estimate, decimals)}{of_what}"
        if low is None:
            return f"{words} (no interval: denominators not printed)"
        return f"{words} ({self.level} {low} to {high})"


@dataclass(frozen=True)
class Split:
    """A hundred people at one assumed baseline, as whole people.

    drug: better because of the medicine; between: those whom the stronger medicines of a range
    help beyond the weaker; anyway: better without it; not_better: the rest. `capped`: more are
    not left to get better, so the source's difference does not fit this baseline.
    """

    drug: int
    between: int
    anyway: int
    not_better: int
    capped: bool


@dataclass(frozen=True)
class Medicine:
    """A class of medicines in one review: its benefit, and its harm where one was given."""

    benefit: NumberNeeded | Value
    harm: Result | None

    @cached_property
    def study(self) -> EpidemiologyStudy:
        return library().epidemiology[self.benefit.record]

    @property
    def name(self) -> str:
        assert self.benefit.drug is not None
        return self.benefit.drug

    @property
    def key(self) -> str:
        """Name of the option: record and drug."""
        return f"{self.benefit.record}: {self.name}"

    @property
    def text(self) -> str:
        """How the option reads: the medicine, who was studied, and the review."""
        name = self.name[0].upper() + self.name[1:]
        return f"{name} · {self._short_population} · {references()[self.study.source_key].label}"

    @property
    def _short_population(self) -> str:
        return self.study.population.partition(",")[0]

    @property
    def better(self) -> str:
        """What counts as better, in the words of the result."""
        return _BETTER.get(self.benefit.record, self.benefit.measure)

    @property
    def harmed(self) -> str:
        """What befell those who were harmed, as a verb."""
        assert self.harm is not None
        return _HARMED[self.harm.measure]

    @property
    def counted_as_harm(self) -> str:
        """What was counted as harm, in the words of the result; said to be unknown where it is."""
        assert self.harm is not None
        return "not said in the source as read" if self.is_range else self.harm.measure

    @cached_property
    def more_better(self) -> Extra:
        return _extra(self.benefit)

    @cached_property
    def more_harmed(self) -> Extra | None:
        return _extra(self.harm) if self.harm else None

    @property
    def harmed_anyway(self) -> float | None:
        """Of 100 without the medicine, where the source gives it."""
        return self.harm.control.pct if isinstance(self.harm, Percentages) else None

    @property
    def is_range(self) -> bool:
        """Whether the source gives the ends of several medicines instead of one estimate."""
        return self.more_better.estimate is None

    def split(self, baseline: int) -> Split:
        """The hundred, with the source's difference kept the same at this baseline."""
        room = 100 - baseline
        least, most = self.more_better.drawn
        drug = min(int(fixed(least)), room)
        between = min(int(fixed(most)), room) - drug
        return Split(drug, between, baseline, room - drug - between, capped=most > room)

    # What it says --------------------------------------------------------------------------

    def reading(self, baseline: int) -> str:
        return " ".join(self._sentences(baseline))

    def _sentences(self, baseline: int) -> Iterator[str]:
        split = self.split(baseline)
        if self.is_range:
            drug = f"{split.drug} to {split.drug + split.between}"
        elif split.capped:
            drug = str(split.drug)
        else:
            drug = self.more_better.words()
        yield (
            f"Of 100 people on {self.name}, {drug} are better because of the drug, {split.anyway} "
            f"would be better anyway (your assumption) and {self._not_better(split)} are not "
            f"better. Better means {self.better}; {self.benefit_words}."
        )
        if split.capped:
            yield (
                f"Only {100 - baseline} are left to improve, fewer than the source's difference, "
                f"{self.more_better.words()}: at this baseline it cannot hold."
            )
        yield self._harm_sentence()
        yield (
            f"Direct evidence for chronic pain ({self._short_population}), of these medicines and "
            f"not of ketamine. Verified: {badge(self._verified)}. Certainty (GRADE): "
            f"{grade(self.benefit.certainty)}."
        )

    def _not_better(self, split: Split) -> str:
        if split.between:
            return f"{split.not_better} to {split.not_better + split.between}"
        return str(split.not_better)

    @property
    def benefit_words(self) -> str:
        """The source's number for the benefit, with its interval."""
        return self._number_words(self.benefit, self.more_better)

    @property
    def harm_words(self) -> str:
        assert self.harm is not None
        assert self.more_harmed is not None
        return self._number_words(self.harm, self.more_harmed)

    @staticmethod
    def _number_words(result: Result, extra: Extra) -> str:
        if isinstance(result, NumberNeeded):
            return result_words(result)
        if extra.estimate is None:
            name = "NNH" if result.outcome == "adverse event" else "NNT"
            assert isinstance(result, Value)  # the only kind without an estimate
            return f"{name} from {result.low:g} to {result.high:g}, by class of medicine"
        if isinstance(result, Percentages):
            return f"{result_words(result)}, and without denominators no NNH"
        # The ends change places: the largest difference is the smallest number needed.
        assert extra.low is not None
        assert extra.high is not None
        low, high = fixed(100 / extra.high, 1), fixed(100 / extra.low, 1)
        return (
            f"NNT {fixed(100 / extra.estimate, 1)} ({extra.level} {low} to {high}; our arithmetic)"
        )

    def _harm_sentence(self) -> str:
        if self.harm is None or self.more_harmed is None:
            return "Harm: no number in the source as read, which does not mean none."
        return f"Harm: {self.more_harmed.words(of_what=f' more {self.harmed}')}; {self.harm_words}."

    @property
    def _verified(self) -> Verified:
        return provenance_of(self.benefit, library()).verified

    def details(self) -> Iterator[dict[str, str]]:
        """Who was studied, what the arithmetic assumes, what is doubtful and not known."""
        study = self.study
        yield {
            "term": "For chronic pain",
            "text": f"Direct evidence ({self._short_population}), of these medicines and not of "
            "ketamine: it is what a new treatment has to be compared with.",
        }
        yield {"term": "Who was studied", "text": study.population}
        yield {"term": "Counted as better", "text": self.better}
        if self.harm is not None:
            yield {"term": "Counted as harm", "text": self.counted_as_harm}
        yield {"term": "Comparator", "text": self.benefit.comparator or _NOT_PRINTED}
        yield {"term": "Assumption", "text": _ASSUMPTION}
        yield {"term": "As printed", "text": " · ".join(dict.fromkeys(self._printed()))}
        for name, term in _FURTHER.items():
            if name in study.values:
                yield {"term": term, "text": str(study.values[name])}
        if note := printable_part(study.note):
            yield {"term": "Doubts", "text": note}
        yield {"term": "Not known here", "text": "; ".join(self._not_known())}
        for key in _ALSO.get(self.name, ()):
            yield _also(library().epidemiology[key])
        yield {"term": "Certainty (GRADE)", "text": grade(self.benefit.certainty)}
        yield {"term": "Verified on", "text": level(self._verified)}
        yield {"term": "Source"} | _linked(study, references()[study.source_key].citation)

    def _printed(self) -> Iterator[str]:
        for result in (self.benefit, self.harm):
            if result is not None:
                yield provenance_of(result, library()).text

    def _not_known(self) -> Iterator[str]:
        yield "how many were better without the medicine in these trials"
        if self.is_range:
            yield "which class of medicine stands at which end of these ranges"
        if self.harm is None:
            yield "harm"
        else:
            yield "whether those harmed are among those who are better"
            if self.name in _HARM_OF:
                yield "which forms of the drug the number needed to harm stands for"
        if self.harm is not None and self.harmed_anyway is None:
            yield f"how many {self.harmed} without it"


_NOT_PRINTED = "not printed in the source as read"
_HARMED = {
    "withdrawal": "stopped treatment",
    "vomiting": "vomited",
    "numbers needed to harm, lowest and highest": "were harmed",
}
# Printed for the drug without naming a form: it goes with the number for all forms.
_HARM_OF = {"gabapentin, all forms": "gabapentin"}
_BETTER = {
    "soliman2025": "50% or 30% relief of pain",
    "busse2018": "a minimally important fall in pain",
}
_FURTHER = {"publication_bias": "Publication bias", "overall": "Overall", "function": "Function"}
_ASSUMPTION = (
    "The source gives a difference between groups (or a number needed, its reciprocal) and no "
    "baseline. The same difference is kept at every baseline. A constant ratio would need the "
    "baseline of the trials."
)


def _extra(result: Result) -> Extra:
    """How many more of 100 a result means."""
    level = f"{result.interval_level:g}% CI" if result.interval_level else "CI"
    if isinstance(result, Percentages):
        return Extra(round(result.treatment.pct - result.control.pct, 10), None, None, level)
    assert isinstance(result, NumberNeeded | Value)
    assert result.low is not None
    assert result.high is not None
    if isinstance(result, NumberNeeded) or result.estimate is None:
        more = 100 / result.estimate if result.estimate else None
        return Extra(more, 100 / result.high, 100 / result.low, level)
    return Extra(result.estimate, result.low, result.high, level)


def _linked(study: EpidemiologyStudy, text: str) -> dict[str, str]:
    reference = references()[study.source_key]
    address = study.url or (reference.links[0][1] if reference.links else None)
    return {"text": text, "link_text": reference.label} | ({"link": address} if address else {})


def _also(study: EpidemiologyStudy) -> dict[str, str]:
    """What another source says, in the words of its record."""
    names = [
        "recommendation",
        "overall",
        "conclusion",
        "safety",
        "function",
        "pain_intensity",
        "adverse_symptoms",
    ]
    said = [
        f"{name.replace('_', ' ')}: {study.values[name]}" for name in names if name in study.values
    ]
    text = f"{study.population}. {'; '.join(said)}. Verified: {badge(study.verified)}."
    return {"term": "Others say"} | _linked(study, text)


def _is_benefit(result: Result) -> TypeGuard[NumberNeeded | Value]:
    if isinstance(result, NumberNeeded):
        return result.direction == "benefit"
    needed = "number needed to treat" in getattr(result, "unit", "")
    return isinstance(result, Value) and (needed or result.unit == "% more patients")


@cache
def medicines() -> tuple[Medicine, ...]:
    """Every medicine of which a source says how many more are better, in the table's order."""
    studies = {key for key, s in library().epidemiology.items() if s.topic in _TOPICS}
    results = [
        result
        for result in library().results.values()
        if result.table == "epidemiology" and result.record in studies and not result.derived
    ]
    harms = {(r.record, r.drug): r for r in results if r.outcome == "adverse event"}
    return tuple(
        Medicine(result, harms.get((result.record, _HARM_OF.get(str(result.drug), result.drug))))
        for result in results
        if _is_benefit(result)
    )

"""A count of people in pain: one survey, one definition, one group of people."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TypeVar

from ketalab.evidence import library, references
from ketalab.evidence.certainty import badge, grade, level
from ketalab.evidence.epidemiology_study import EpidemiologyStudy
from ketalab.evidence.printable import printable_part
from ketalab.evidence.provenance import provenance_of
from ketalab.evidence.reference import Reference
from ketalab.evidence.result import Proportion, Value
from ketalab.evidence.result_wording import result_words
from ketalab.evidence.side_effect import Verified
from ketalab.frontend.numerals import fixed

Kind = TypeVar("Kind", Proportion, Value)

# From the widest definition to the narrowest, as the list of choices names them.
DEFINITIONS = {
    "any": "Any pain, chronic or not",
    "chronic": "Chronic pain",
    "strict": "Chronic and at least moderate pain",
    "high-impact": "High-impact chronic pain",
}
_SHORT = {"any": "any pain", "strict": "strict", "high-impact": "high-impact"}
EVERYONE = "everyone"

# This survey counted only pain above a limit of intensity: its definition is not the others'.
_STRICT = "breivik2006"
# A review gives its result for this wider group first: it is the review's "everyone".
_GENERAL = "general adults"
_PLACES = {
    "lucas2024": "USA",
    "rikard2023": "USA",
    "nchs2019": "USA",
    "breivik2006": "Europe, Israel",
    "jackson2015": "poorer countries",
    "jackson2016": "poorer countries",
    "sa2019": "developing countries",
    "elzahaf2012": "world",
    "zimmer2022": "world",
}


@dataclass(frozen=True)
class Count:
    """One printed percentage with all that says whom it counts."""

    result: Proportion

    @cached_property
    def study(self) -> EpidemiologyStudy:
        return library().epidemiology[self.result.record]

    @property
    def survey(self) -> str:
        """The survey or review, as a control names it."""
        return self.study.id

    @cached_property
    def reference(self) -> Reference:
        return references()[self.study.source_key]

    @property
    def definition(self) -> str:
        """A key of `DEFINITIONS`."""
        found = _definition(self.result)
        assert found is not None
        return found

    @property
    def people(self) -> str:
        """The group within the survey, or `EVERYONE`."""
        if self.result.measure.endswith("without one very large study"):
            return "everyone, without one very large study"
        population = self.result.population
        return EVERYONE if population in (None, _GENERAL) else population

    @property
    def setting(self) -> tuple[str, str, str]:
        return (self.survey, self.definition, self.people)

    @property
    def per_hundred(self) -> int:
        return int(fixed(self.result.pct))

    @property
    def percentage(self) -> str:
        return f"{self.result.pct:g}%"

    @property
    def interval(self) -> str:
        """The interval as printed, or the range of countries; "–" where the source has none."""
        low, high = self.result.low, self.result.high
        if low is None or high is None:
            countries = self.range_of_countries
            return f"countries {countries[0]:g}% to {countries[1]:g}%" if countries else "–"
        label = f"{self.result.interval_level:g}% CI" if self.result.interval_level else "CI"
        return f"{label} {low:g}% to {high:g}%"

    @property
    def place(self) -> str:
        """Where, and when people were asked, or who says so: short enough for a label."""
        asked = re.search(r"(NHIS )?\d{4}(-\d{4})?$", self.study.population)
        where = _capital(_PLACES[self.survey])
        return f"{where}, {asked[0]}" if asked else f"{where} ({self.reference.label})"

    @property
    def label(self) -> str:
        """The count's line in the picture of all surveys; chronic pain where nothing else is said.

        It has to fit a narrow screen. A group is shown only beside its own survey, so that it does
        without the place.
        """
        where = _PLACES[self.survey]
        if self.people == EVERYONE:
            who = self.place
        elif self.people.startswith(EVERYONE):
            who = f"{where} {self.people.removeprefix(f'{EVERYONE}, ')}"
        else:
            who = self.people.replace("older adults", "older people").removesuffix(" adults")
        what = "" if self.definition == "chronic" else f" · {_SHORT[self.definition]}"
        return f"{_capital(who)}{what}: {self.percentage}"

    @property
    def counted_as(self) -> str:
        """The definition in the source's words; of a survey that refers to another, that one's."""
        words = self.study.definition
        other = library().epidemiology.get(words.removeprefix("as "))
        if other is None:
            return words
        return f"as in {references()[other.source_key].label}: {other.definition}"

    def sibling(self, **changes: str) -> Count | None:
        """The count of the same survey with another definition or other people, if it has one."""
        place = {"definition": self.definition, "people": self.people} | changes
        return by_setting().get((self.survey, place["definition"], place["people"]))

    @property
    def range_of_countries(self) -> tuple[float, float] | None:
        """The lowest and highest country, which is no interval of the count."""
        for other in _others(self.survey, Value):
            if other.measure.endswith("lowest and highest country"):
                assert other.low is not None  # an interval has both ends
                assert other.high is not None
                return other.low, other.high
        return None

    @property
    def millions(self) -> float | None:
        """Millions of people, where the source itself counts them."""
        for other in _others(self.survey, Value):
            same = (other.measure, other.population) == (
                self.result.measure,
                self.result.population,
            )
            if same and other.unit == "million adults":
                return other.estimate
        return None

    # What the count says -------------------------------------------------------------------

    @property
    def who(self) -> str:
        """The people asked, in the source's words."""
        if self.people == EVERYONE:
            return self.study.population
        return f"{self.people}; {self.study.population.removeprefix(f'{_GENERAL} in ')}"

    @property
    def directness(self) -> str:
        if self.definition == "any":
            return "Indirect evidence for chronic pain: it counts any pain, chronic or not"
        return "Direct evidence: it counts chronic pain itself"

    def reading(self, adults: float) -> str:
        """Numbers, definition and what else the survey counts, for this many million adults."""
        interval = "" if self.interval == "–" else f"; {self.interval}"
        what = DEFINITIONS[self.definition]
        parts = [
            f"{what}: {self.per_hundred} of 100 ({self.percentage}{interval}). Asked: {self.who}.",
            *self._besides(),
            self._scaled(adults),
            f"{self.directness}. Verified: {badge(self._verified)}. "
            f"Certainty (GRADE): {grade(self.result.certainty)}.",
        ]
        return " ".join(parts)

    def _besides(self) -> Iterator[str]:
        """What the same survey counts by its other definition, and in the other sex."""
        for other in self.others_by_definition():
            which = "only " if other.definition == "high-impact" else "all "
            yield (
                f"Counting {which}{DEFINITIONS[other.definition].lower()}, the same survey has "
                f"{other.per_hundred} of 100 ({other.percentage})."
            )
        for one, two in (("women", "men"), ("men", "women")):
            if self.people == one and (beside := self.sibling(people=two)):
                yield f"Among {two}: {beside.per_hundred} of 100 ({beside.percentage})."

    def others_by_definition(self) -> list[Count]:
        """The same people of the same survey by its other definitions."""
        found = (self.sibling(definition=name) for name in DEFINITIONS if name != self.definition)
        return [other for other in found if other is not None]

    def _scaled(self, adults: float) -> str:
        share = self.result.pct / 100
        ends = ""
        if self.result.low is not None and self.result.high is not None:
            low, high = self.result.low / 100 * adults, self.result.high / 100 * adults
            ends = f" ({people_words(low)} to {people_words(high)})"
        own = (
            f"The source itself counts {self.millions:g} million adults. " if self.millions else ""
        )
        return (
            f"{own}In a place with {adults:g} million adults who are like these (your assumption) "
            f"that would be {people_words(share * adults)} people{ends}."
        )

    @property
    def _verified(self) -> Verified:
        return provenance_of(self.result, library()).verified

    def details(self) -> Iterator[dict[str, str]]:
        """Who was asked what, what is doubtful, and where it stands."""
        study = self.study
        yield {"term": "For chronic pain", "text": f"{self.directness}."}
        yield {"term": "Counted as", "text": self.counted_as}
        yield {"term": "Who was asked", "text": self.who}
        yield {"term": "As printed", "text": provenance_of(self.result, library()).text}
        for name, term in _FURTHER.items():
            if name in study.values:
                yield {"term": term, "text": str(study.values[name])}
        shares = [
            f"{other.measure} {result_words(other)}"
            for other in _others(self.survey, Proportion)
            if other.outcome == "prevalence" and _definition(other) is None
        ]
        if shares:
            yield {"term": "Among those in pain", "text": "; ".join(shares)}
        yield {"term": "Doubts", "text": printable_part(study.note)}
        yield {"term": "Not known here", "text": "; ".join(self._not_known())}
        yield {"term": "Certainty (GRADE)", "text": grade(self.result.certainty)}
        yield {"term": "Verified on", "text": level(self._verified)}
        link = study.url or (self.reference.links[0][1] if self.reference.links else None)
        source = {"term": "Source", "text": self.reference.citation}
        source["link_text"] = self.reference.label
        yield source | ({"link": link} if link else {})

    def _not_known(self) -> Iterator[str]:
        if self.result.low is None:
            yield "the margin of error: no confidence interval stands in the source as read"
        if not self.others_by_definition():
            yield "what another definition would count among the same people"
        if not any(self.sibling(people=sex) for sex in ("women", "men")):
            yield "women and men apart"
        if not any(count.millions for count in counts() if count.survey == self.survey):
            yield "millions: the source as read counts shares only"


_FURTHER = {
    "samples": "Answers",
    "refusal_rate": "Refused the interview",
    "i2": "Heterogeneity (I²)",
}


def people_words(millions: float) -> str:
    """Return a number of people without false exactness: "24.3 million", "85,000"."""
    if millions >= 1:
        return f"{fixed(millions, 1).removesuffix('.0')} million"
    return f"{fixed(millions * 1000)},000"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _definition(result: Proportion) -> str | None:
    """Which definition of pain a percentage counts; None where it is a share of those in pain."""
    measure = result.measure
    if measure.startswith("pain, unspecified"):
        return "any"
    if measure.startswith("high-impact chronic pain"):
        return "high-impact"
    if measure.startswith("chronic pain"):
        return "strict" if result.record == _STRICT else "chronic"
    return None


def _others(survey: str, kind: type[Kind]) -> Iterator[Kind]:
    for result in library().results.values():
        if result.table == "epidemiology" and result.record == survey and isinstance(result, kind):
            yield result


@cache
def counts() -> tuple[Count, ...]:
    """Every count of the prevalence studies, in the order of the table."""
    studies = library().epidemiology
    surveys = [key for key, study in studies.items() if study.topic.startswith("prevalence")]
    return tuple(
        Count(result)
        for survey in surveys
        for result in _others(survey, Proportion)
        if result.outcome == "prevalence" and _definition(result)
    )


@cache
def by_setting() -> dict[tuple[str, str, str], Count]:
    """The counts by survey, definition and people."""
    return {count.setting: count for count in counts()}

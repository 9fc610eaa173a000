"""A trial's benefit beside one of its harms, in words and numbers that a student can read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from ketalab.evidence import fact, library, references, side_effects
from ketalab.evidence.certainty import badge, grade, level
from ketalab.evidence.graded import certainty_of
from ketalab.evidence.populations import directness_of, population_of
from ketalab.evidence.printable import printable_part, why_withheld
from ketalab.evidence.provenance import provenance_of
from ketalab.evidence.result import Percentages, Responders, Result
from ketalab.evidence.side_effect import Arm, SideEffect
from ketalab.evidence.wording import risk_difference_words
from ketalab.explorers.side_effect_case import drawable_share
from ketalab.models.risk import RiskComparison, compare_proportions

_TABLES = ("trials", "depression", "opioid_sparing")
_FEWER_IS_BETTER = ("relapse", "usual rescue taken (episodes)")
_NEEDED = "number needed to harm"

Counts = tuple[Arm, Arm]


@dataclass(frozen=True)
class Pair:
    """One benefit and one harm that the same trial printed for the same dose."""

    benefit: Result
    harm: SideEffect

    @property
    def trial(self) -> str:
        """The trial's id, with the dose where the trial tried several."""
        dose = _dose(self.benefit)
        return f"{self.benefit.record}, {dose}" if dose else self.benefit.record

    @property
    def trial_text(self) -> str:
        """Source, drug and comparator in short."""
        dose = _dose(self.benefit)
        drug = f"{self.drug} {dose}".strip()
        parts = [references()[self.harm.source].label, drug, f"against {self.comparator}"]
        return " · ".join([*parts, population_of(self.harm).name])

    @property
    def drug(self) -> str:
        """The drug as the trial names it: ketamine, racemic ketamine, esketamine."""
        return self.harm.drug.removesuffix(" (any form)").removesuffix(" nasal spray")

    @property
    def comparator(self) -> str:
        """What the control arm had, without the remark in brackets."""
        return (self.harm.comparator or "no control arm").partition(" (")[0]

    @property
    def benefit_name(self) -> str:
        """What was counted as benefit, in whom and when."""
        whom = f"{self.benefit.population}: " if self.benefit.population else ""
        when = f", {self.benefit.time}" if self.benefit.time else ""
        return f"{whom}{self.benefit.measure}{when}"

    @property
    def harm_name(self) -> str:
        """What was counted as harm, and when."""
        return f"{self.harm.effect}, {self.harm.time_frame}"

    # Numbers -------------------------------------------------------------------------------

    @cached_property
    def benefit_counts(self) -> Counts:
        """The benefit in both arms; a denominator that a count and its percentage fix is given."""
        assert isinstance(self.benefit, Responders | Percentages)
        return _arm(self.benefit.treatment), _arm(self.benefit.control)

    @cached_property
    def benefit_risk(self) -> RiskComparison | None:
        """The benefit compared; None where only percentages were printed."""
        return _compared(*self.benefit_counts)

    @cached_property
    def harm_risk(self) -> RiskComparison | None:
        """The harm compared; None where one arm was not counted."""
        return _compared(self.harm.treatment, self.harm.control)

    @property
    def harm_difference(self) -> tuple[float, float, float] | None:
        """Difference of 100 with its ends; a published number needed to harm gives it too."""
        if self.harm_risk:
            return _of_hundred(self.harm_risk)
        if published := self.harm.published:
            return 100 / published.value, 100 / published.ci_high, 100 / published.ci_low
        return None

    # Words ---------------------------------------------------------------------------------

    @property
    def fewer_is_better(self) -> bool:
        """Whether the event counted as benefit is one that people want to avoid."""
        return self.benefit.measure in _FEWER_IS_BETTER

    def reading(self) -> str:
        """What was gained, what was suffered, and that one is not taken from the other."""
        kind, _ = directness_of(self.harm)
        verified = dict.fromkeys([self._benefit_verified, self.harm.verified])
        grades = dict.fromkeys([self.benefit.certainty, certainty_of(self.harm)])
        return (
            f"Benefit ({self.benefit_name}): {self.benefit_words()} "
            f"Harm ({self.harm_name}): {self.harm_words()} "
            "One is not subtracted from the other: the same person may be in both. "
            f"{kind.capitalize()} evidence for chronic pain ({population_of(self.harm).name}). "
            f"Verified: {', '.join(map(badge, verified))}. "
            f"Certainty (GRADE): {', '.join(map(grade, grades))}."
        )

    def benefit_words(self) -> str:
        """The benefit's numbers as sentences."""
        better = " (fewer is better)" if self.fewer_is_better else ""
        text = f"{self.benefit_shares()}{better}"
        if self.benefit_risk is None:
            return f"{text}. Only percentages were printed, so there is no interval."
        name = "benefit"
        favours = (self.benefit_risk.risk_difference < 0) is self.fewer_is_better
        if self.benefit_risk.risk_difference and not favours:
            name = "harm"
        difference = risk_difference_words(self.benefit_risk)
        return f"{text}: {difference}{_needed(self.benefit_risk, name)}."

    def harm_words(self) -> str:
        """The harm's numbers as sentences."""
        if self.harm_risk:
            difference = risk_difference_words(self.harm_risk)
            name = "harm" if self.harm_risk.risk_difference > 0 else "benefit"
            return f"{self.harm_shares()}: {difference}{_needed(self.harm_risk, name)}."
        if self.harm.published:
            estimate, low, high = self.harm_difference or (0, 0, 0)
            published = self.harm.published
            return (
                f"published only as a number needed to harm, {published.value:g} (95% CI "
                f"{published.ci_low:g} to {published.ci_high:g}), which is {estimate:.0f} more of "
                f"100 (95% CI {low:.0f} to {high:.0f})."
            )
        return (
            f"{self._text('treatment')}; how many with {self.comparator} was not printed, so "
            "there is no comparison."
        )

    def benefit_shares(self) -> str:
        """The benefit in both arms: "25 of 35 against 13 of 35"."""
        return " against ".join(_share_words(arm) for arm in self.benefit_counts)

    def harm_shares(self) -> str:
        """The harm in both arms, as far as it was counted."""
        if self.harm_risk:
            return f"{self._text('treatment')} against {self._text('control')}"
        if self.harm.published:
            return "counts not printed"
        return f"{self._text('treatment')} against not printed"

    def _text(self, field: str) -> str:
        return fact(f"side_effects/{self.harm.id}:{field}").text

    @property
    def _study(self) -> Any:
        """The record of the trial that the benefit stands in."""
        return library().table(self.benefit.table)[self.benefit.record]

    @property
    def _benefit_verified(self) -> Any:
        return provenance_of(self.benefit, library()).verified

    # What the pictures draw ----------------------------------------------------------------

    def benefit_arms(self) -> list[dict[str, Any]]:
        """The two fields of 100 for the benefit."""
        return self._fields(self.benefit_counts)

    def harm_arms(self) -> list[dict[str, Any]]:
        """The fields of 100 for the harm, or the one field that a difference alone allows."""
        if self.harm.published and self.harm_difference:
            more = round(self.harm_difference[0])
            heading = f"{_capital(self.drug)}: {more} more of 100"
            row = {"arm": "treated", "place": 0, "per_hundred": more, "heading": heading}
            return [row, self._not_printed()]
        return self._fields((self.harm.treatment, self.harm.control))

    def _fields(self, counts: tuple[Arm | None, Arm | None]) -> list[dict[str, Any]]:
        treated, control = map(drawable_share, counts)
        rows = []
        if treated is not None:
            rows.append(_field("treated", self.drug, treated))
        rows.append(
            self._not_printed()
            if control is None
            else _field("control", self._short_comparator, control)
        )
        return rows

    def _not_printed(self) -> dict[str, Any]:
        """The heading of a field that cannot be drawn; it has no people."""
        heading = f"{_capital(self._short_comparator)}: not printed"
        return {"arm": "control", "place": 1, "per_hundred": None, "heading": heading}

    @property
    def _short_comparator(self) -> str:
        return re.split(r" \+ | under ", self.comparator)[0]

    def fields(self) -> list[dict[str, Any]]:
        """All fields, the benefit's two above the harm's two, each with its heading."""
        named = (("Benefit", 0, self.benefit_arms()), ("Harm", 2, self.harm_arms()))
        return [
            {**arm, "place": above + arm["place"], "heading": f"{part} · {arm['heading']}"}
            for part, above, arms in named
            for arm in arms
        ]

    def differences(self) -> list[dict[str, Any]]:
        """Both differences of 100 on one axis, where they can be computed."""
        benefit = self.benefit_risk and _of_hundred(self.benefit_risk)
        rows = []
        for part, ends in (("Benefit", benefit), ("Harm", self.harm_difference)):
            if not ends:
                continue
            estimate, low, high = ends
            direction = "fewer" if estimate < 0 else "more"
            better = " (fewer is better)" if part == "Benefit" and self.fewer_is_better else ""
            rows.append(
                {
                    "part": part,
                    "label": f"{part}: {abs(estimate):.0f} {direction} of 100{better}",
                    "estimate": round(estimate, 2),
                    "low": round(low, 2),
                    "high": round(high, 2),
                    "stands_out": low > 0 or high < 0,
                }
            )
        return rows

    def captions(self) -> Iterator[dict[str, str]]:
        """Title and alternative text of each picture."""
        better = " (fewer is better)" if self.fewer_is_better else ""
        fields = "; ".join(field["heading"] for field in self.fields())
        yield {
            "picture": "people",
            "title": f"Of 100 people (figure: yes; ring: no). Benefit: {self.benefit_name}"
            f"{better}. Harm: {self.harm_name}",
            "alt": f"Fields of 100 people each. Benefit{better} and harm: {fields}.",
        }
        drawn = self.differences()
        if drawn:
            ends = "; ".join(
                f"{row['label']}, from {_signed(row['low'])} to {_signed(row['high'])}"
                for row in drawn
            )
            yield {
                "picture": "differences",
                "title": "More (+) or fewer (−) of 100 than in the control arm, with 95% interval "
                "(◆ without zero, ● with zero)",
                "alt": f"Differences with 95% intervals. {ends}.",
            }

    def table(self) -> list[dict[str, str]]:
        """One line for the benefit, one for the harm."""
        lines = (
            ("Benefit", self.benefit_name, self.benefit_shares(), self.benefit_risk),
            ("Harm", self.harm_name, self.harm_shares(), self.harm_risk),
        )
        rows = []
        for part, name, shares, risk in lines:
            treated, control = (*shares.split(" against "), "–")[:2]
            difference = risk_difference_words(risk) if risk else "–"
            if part == "Harm" and self.harm.published and self.harm_difference:
                estimate, low, high = self.harm_difference
                difference = f"{estimate:.0f} more of 100 (95% CI {low:.0f} to {high:.0f})"
            rows.append(
                {
                    "part": f"{part}: {name}",
                    "treated": treated,
                    "control": control,
                    "difference": difference,
                }
            )
        return rows

    # Details -------------------------------------------------------------------------------

    def details(self) -> Iterator[dict[str, str]]:
        """Who, what, how sure, and what cannot be done with these numbers."""
        kind, reason = directness_of(self.harm)
        harm = self.harm
        yield {
            "term": "Not to be done",
            "text": "Taking the harm from the benefit. Each was counted by itself: the same "
            "person may be in both fields, in one or in neither, and an hour of relief has no "
            "common unit with an effect suffered. How to weigh them is for the person who takes "
            "the drug and a clinician.",
        }
        yield {"term": "For chronic pain", "text": f"{kind} evidence. {reason}"}
        yield {"term": "Who was studied", "text": harm.population}
        yield {"term": "Regimen studied", "text": harm.regimen}
        yield {"term": "Compared with", "text": harm.comparator or "no control arm"}
        yield {"term": "Design", "text": harm.design}
        yield {"term": "Benefit as recorded", "text": self._recorded()}
        for caution in self._cautions():
            yield {"term": "Caution", "text": caution}
        if harm.note and (note := printable_part(harm.note)):
            yield {"term": "Note on the harm", "text": note}
        if self._study.note and (note := printable_part(self._study.note)):
            yield {"term": "Note on the trial", "text": note}
        benefit, other = grade(self.benefit.certainty), grade(certainty_of(harm))
        grades = benefit if benefit == other else f"benefit {benefit}; harm {other}"
        yield {"term": "Certainty (GRADE)", "text": grades}
        levels = dict.fromkeys([level(self._benefit_verified), level(harm.verified)])
        yield {"term": "Verified on", "text": "; ".join(levels)}
        source = references()[harm.source]
        address = harm.url or (source.links[0][1] if source.links else None)
        link = {"link": address} if address else {}
        yield {"term": "Source", "text": source.citation, "link_text": source.label, **link}
        yield {"term": "Trials left out", "text": _left_out()}

    def _recorded(self) -> str:
        origin = provenance_of(self.benefit, library())
        key = f"{self.benefit.table}/{self.benefit.record}"
        if why_withheld(self.benefit.path, origin.text, record=key):
            return self.benefit_shares()
        return origin.text

    def _cautions(self) -> Iterator[str]:
        assert isinstance(self.benefit, Responders | Percentages)
        sides = (self.benefit.treatment, self.benefit.control)
        if self.benefit_risk and any(side is not None and side.n is None for side in sides):
            yield (
                "The source prints counts and percentages of the benefit, not its denominators: "
                "these were worked out from them."
            )
        if self.benefit.derived:
            yield "The counts of the benefit are arithmetic on printed ones, not printed so."
        elif self.benefit.population:
            yield f"The benefit was counted among {self.benefit.population}."
        if self.harm.is_crossover:
            yield (
                "The same people stand in both arms. Intervals are computed as if they were "
                "different people: an approximation."
            )
        if caution := getattr(self._study, "design_caution", None):
            yield f"{_capital(caution)}."
        denominators = [arm.n for arm in self.benefit_counts]
        if self.harm_risk and None not in denominators:
            harmed = [arm.n for arm in (self.harm.treatment, self.harm.control) if arm]
            if denominators != harmed:
                yield (
                    "Benefit and harm have different denominators: not everyone who was counted "
                    "for one was counted for the other."
                )
        if self.harm.counts_basis not in ("reported", "published NNH only"):
            yield f"Counts of the harm: {self.harm.counts_basis}."
        if self.benefit.time and self.benefit.time != self.harm.time_frame:
            yield (
                f"Counted at different times: the benefit at {self.benefit.time}, the harm "
                f"over: {self.harm.time_frame}."
            )


def _dose(benefit: Result) -> str:
    """The dose of this arm, where a result names one of several."""
    return (benefit.drug or "").removeprefix("ketamine ")


def _arm(side: Any) -> Arm:
    """An arm of the benefit, with the denominator that its count and percentage allow."""
    if isinstance(side.n, int):
        return Arm(events=side.events, n=side.n, pct=None)
    if side.events is None:
        return Arm(events=None, n=None, pct=side.pct)
    decimals = len(f"{side.pct:g}".partition(".")[2])
    about = round(100 * side.events / side.pct)
    fitting = [
        n
        for n in range(max(1, about - 50), about + 51)
        if round(100 * side.events / n, decimals) == side.pct
    ]
    if len(fitting) == 1:
        return Arm(events=side.events, n=fitting[0], pct=None)
    return Arm(events=None, n=None, pct=side.pct)


def _compared(treated: Arm | None, control: Arm | None) -> RiskComparison | None:
    counts = [arm.counts if arm else None for arm in (treated, control)]
    (of_treated, of_control) = counts
    if of_treated is None or of_control is None:
        return None
    return compare_proportions(*of_treated, *of_control)


def _of_hundred(risk: RiskComparison) -> tuple[float, float, float]:
    low, high = risk.risk_difference_interval
    return 100 * risk.risk_difference, 100 * low, 100 * high


def _signed(value: float) -> str:
    whole = round(value)
    return "0" if whole == 0 else f"{'+' if whole > 0 else '−'}{abs(whole)}"


def _share_words(arm: Arm) -> str:
    if arm.counts:
        events, n = arm.counts
        return f"{events} of {n} ({100 * events / n:.0f}%)"
    return f"{arm.pct:g}%"


def _needed(risk: RiskComparison, name: str) -> str:
    if risk.number_needed is None:
        return ", an interval that includes zero"
    needed = risk.number_needed.rounded()
    low, high = needed.interval
    return f"; number needed to {name} {needed.value} (95% CI {low} to {high})"


def _field(arm: str, name: str, share: float) -> dict[str, Any]:
    whole = round(100 * share)
    return {
        "arm": arm,
        "place": 0 if arm == "treated" else 1,
        "per_hundred": whole,
        "heading": f"{_capital(name)}: {whole} of 100",
    }


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _harms(benefit: Result) -> list[SideEffect]:
    """The harms that the benefit's own trial printed for the same dose."""
    record = library().table(benefit.table)[benefit.record]
    return [
        row
        for row in side_effects().values()
        if row.source == getattr(record, "source_key", None)
        and _dose(benefit) in row.regimen
        and row.counts_patients
    ]


def _comparable(row: SideEffect) -> bool:
    return row.has_two_arms or bool(row.published and row.published.measure.startswith(_NEEDED))


def _shown(row: SideEffect) -> bool:
    counted = row.treatment is not None and row.treatment.counted
    return _comparable(row) or (row.published is None and counted)


def _is_benefit(result: Result) -> bool:
    return (
        result.table in _TABLES
        and isinstance(result, Responders | Percentages)
        and result.control is not None
        and result.outcome != "adverse event"
    )


@cache
def pairs() -> tuple[Pair, ...]:
    """Every benefit beside every harm of its trial, of the trials that printed both.

    Both means: the benefit in both arms, and at least one harm in both arms or as a number needed.
    Trials of chronic pain come first.
    """
    found = []
    for benefit in library().results.values():
        if not _is_benefit(benefit):
            continue
        harms = _harms(benefit)
        if any(map(_comparable, harms)):
            ordered = sorted(filter(_shown, harms), key=lambda row: not _comparable(row))
            found += [Pair(benefit, harm) for harm in ordered]
    return tuple(found)


@cache
def _left_out() -> str:
    trials = library().trials
    benefit = {r.record for r in library().results.values() if _is_benefit(r)}
    both = {pair.benefit.record for pair in pairs()}
    return (
        f"Of {len(trials)} randomised trials for chronic pain in the course's tables, "
        f"{len(benefit & trials.keys())} have a benefit counted in both arms in what could be read "
        f"of them, and {len(both & trials.keys())} a comparable harm as well. Most were read as "
        "abstracts: the full papers may hold more."
    )

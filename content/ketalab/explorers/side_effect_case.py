"""A case: one row of the side-effects table in words and numbers that a student can read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from ketalab.evidence import effect_profiles, fact, references, side_effects
from ketalab.evidence.certainty import NOT_REVIEWED, badge, grade, level
from ketalab.evidence.comparators import ComparatorKind, comparator_kind
from ketalab.evidence.graded import certainty_of
from ketalab.evidence.populations import Population, directness_of, population_of, populations
from ketalab.evidence.printable import printable_part
from ketalab.evidence.reference import Reference
from ketalab.evidence.side_effect import Arm, SideEffect
from ketalab.models.risk import RiskComparison, compare_proportions, proportion_interval

_BASIS = {
    "reported": "printed in the source",
    "computed from % and N": "computed from a printed percentage and denominator",
}
_VERDICTS = {
    "yes": "✓ yes",
    "usually yes": "✓ usually yes",
    "partly": "◐ partly",
    "no": "✗ no",
    "not applicable": "– not applicable",
}
_PROFILE_TERMS = {
    "onset": "Onset",
    "duration": "Duration",
    "dose_relation": "Relation to dose",
    "seriousness": "Seriousness",
    "clinicians_monitor": "What clinicians monitor",
    "red_flag_seek_help": "Warning signs",
}

RANKING_ALT = (
    "Dots with 95% intervals for the effects of one study. {} The numbers stand in the table below."
)
# The title of the picture of one kind of effect in all studies.
ELSEWHERE = (
    "The same kind of effect in every study, of 100 people treated (◆) and of 100 controls (○). "
    "People, doses, times, comparators and definitions differ"
)

_NOTHING_KNOWN = "-"  # how the profiles print an empty field


@dataclass(frozen=True)
class Case:
    """A row with what it is compared with. `comparison` names the rows that may be ranked together:
    one study, one comparator, one time frame, one group of people."""

    row: SideEffect
    comparison: str

    @cached_property
    def population(self) -> Population:
        """Which of the course's five populations the row speaks of."""
        return population_of(self.row)

    @cached_property
    def comparator_kind(self) -> ComparatorKind:
        """Placebo, active comparator, ketamine in both arms, mixed comparators or none."""
        return comparator_kind(self.row)

    @cached_property
    def risk(self) -> RiskComparison | None:
        """Difference, ratio and number needed where both arms were counted."""
        counts = self.row.counts
        return None if counts is None else compare_proportions(*counts)

    @property
    def unit(self) -> str:
        """What was counted, in the plural: people, treatment sessions, sedations …"""
        return "people" if self.row.counts_patients else self.row.unit

    @property
    def comparison_text(self) -> str:
        """Source, comparator and time frame: the comparison in short."""
        comparator = self.row.comparator or "no control arm"
        parts = [references()[self.row.source].label, comparator, self.row.time_frame]
        if not self.row.counts_patients:
            parts.append(f"{self.row.unit} counted")
        return " · ".join(parts)

    # What the case says --------------------------------------------------------------------

    def reading(self) -> str:
        """One to three sentences: the numbers, what they mean, and how direct they are."""
        return " ".join(part for part in self.said() if part)

    def said(self) -> tuple[str, str, str]:
        """The reading in three parts: what was counted, what follows from it (or nothing), and how
        direct and how certain it is. Many cases share the last two."""
        row = self.row
        counted, follows = self._result()
        kind, _ = directness_of(row)
        return (
            f"{row.effect}: {counted}",
            follows,
            f"{kind.capitalize()} evidence for chronic pain ({self.population.name}). "
            f"Verified: {badge(row.verified)}. "
            f"Certainty (GRADE): {grade(certainty_of(row))}.",
        )

    def _result(self) -> tuple[str, str]:
        row, risk = self.row, self.risk
        if risk:
            return (
                f"{self._text('treatment')} with {row.drug}, against "
                f"{self._text('control')} with {row.comparator}: {self._text('risk_difference')}.",
                self._verdict(risk),
            )
        if row.treatment and row.treatment.counted:
            # Where something else than people was counted, the text itself says so.
            people = " people" if row.counts_patients else ""
            return f"{self._text('treatment')}{people}.", self._no_comparison()
        if row.is_numerator_only and row.treatment and row.treatment.events is not None:
            return (
                f"{row.treatment.events} {row.unit} counted, and no denominator: a number of "
                "cases, not a risk.",
                "",
            )
        if row.published:
            return f"{self._text('published')}, as published. Counts were not given.", ""
        if row.treatment and row.treatment.events is not None:
            return f"{self._text('treatment')}.", self._no_comparison()
        if row.treatment and row.treatment.pct is not None:
            follows = self._no_comparison() if row.control is None else ""
            return f"{self._percentages(row.treatment)}. The counts are not known.", follows
        return (
            "No count was published, so there is nothing to draw. The note says what is known.",
            "",
        )

    def _verdict(self, risk: RiskComparison) -> str:
        number = risk.number_needed
        if number is None:
            return "The interval includes zero: this effect does not stand out here."
        needed = number.rounded()
        low, high = needed.interval
        name, word = ("harm", "more") if needed.direction == "harm" else ("benefit", "fewer")
        return (
            f"Number needed to {name} {needed.value} (95% CI {low} to {high}): one {word} affected "
            f"for every {needed.value} treated."
        )

    def _no_comparison(self) -> str:
        if self.row.comparator:
            return "There was a control arm, but its count is not known: no comparison can be made."
        return "No control arm: how many would have had it anyway is not known."

    def _percentages(self, arm: Arm) -> str:
        treated = f"{arm.pct:g}% as printed"
        if self.row.control and self.row.control.pct is not None:
            return f"{treated}, against {self.row.control.pct:g}% with {self.row.comparator}"
        return treated

    def _text(self, field: str) -> str:
        return fact(f"side_effects/{self.row.id}:{field}").text

    # What the pictures draw ----------------------------------------------------------------

    def arms(self) -> Iterator[dict[str, Any]]:
        """The arms of the icon arrays: `per_hundred` of 100, as a whole number."""
        arms = (
            ("treated", "Treated", self.row.treatment),
            ("control", "Control", self.row.control),
        )
        if drawable_share(self.row.treatment) is None:
            return
        for place, (arm, name, counts) in enumerate(arms):
            share = drawable_share(counts)
            if share is not None:
                yield {
                    "arm": arm,
                    "place": place,
                    "per_hundred": round(share * 100),
                    "heading": f"{name}: {_of_hundred(share)} of 100",
                }

    def ranked(self) -> dict[str, Any]:
        """The row's line in the ranking of its study, and in the table of the numbers drawn."""
        row, risk = self.row, self.risk
        line: dict[str, Any] = {
            "case": row.id,
            "group": self.comparison,
            "effect": row.effect,
            **self.context(),
            "source": references()[row.source].label,
            "treated": self._text("treatment") if row.treatment else "not given",
            "control": self._text("control") if row.control else self._no_control(),
            "difference": "–",
            "ratio": "–",
            "needed": "–",
            "estimate": None,
            "low": None,
            "high": None,
            "stands_out": False,
        }
        if risk:
            low, high = risk.risk_difference_interval
            line |= _drawn(risk.risk_difference, low, high)
            line["stands_out"] = risk.number_needed is not None
            line["difference"] = self._text("risk_difference")
            line["ratio"] = self._text("risk_ratio") if risk.risk_ratio else "not estimable"
            line["needed"] = self._needed(risk)
        elif row.treatment and row.treatment.counts and row.comparator is None:
            events, n = row.treatment.counts
            line |= _drawn(events / n, *proportion_interval(events, n))
        elif row.published:
            is_needed = row.published.measure.startswith("number needed")
            line["needed" if is_needed else "ratio"] = self._text("published")
        return line

    def context(self) -> dict[str, str]:
        """Who took what, how much and for how long: what the cases of one comparison share."""
        row = self.row
        return {
            "people": f"{self.population.name}: {row.drug}, {row.route}",
            "regimen": f"{row.regimen} (counted: {row.time_frame})",
        }

    def _no_control(self) -> str:
        return "not given" if self.row.comparator else "none"

    @staticmethod
    def _needed(risk: RiskComparison) -> str:
        number = risk.number_needed
        if number is None:
            return "not given: the interval includes zero"
        needed = number.rounded()
        word = "harm" if needed.direction == "harm" else "benefit"
        return f"{needed.value} ({needed.interval[0]} to {needed.interval[1]}) to {word}"

    def people_caption(self) -> dict[str, str] | None:
        """Title and alternative text of the icon arrays, if there are any to draw."""
        arms = list(self.arms())
        if not arms:
            return None
        described = "; ".join(arm["heading"] for arm in arms)
        missing = "" if len(arms) == 2 else " There is no second array: no control to draw."
        return {
            "picture": "people",
            "title": f"{self.row.effect}, of 100 {self.unit} (figure: had it; ring: did not)",
            "alt": f"Icon arrays of 100 {self.unit}. {described}.{missing}",
        }

    def ranking_caption(self) -> dict[str, str] | None:
        """Title and alternative text of the ranking, if any of its lines can be drawn."""
        title, verdict = self.ranking_words()
        alt = RANKING_ALT.format(verdict)
        return {"picture": "ranking", "title": title, "alt": alt} if verdict else None

    def ranking_words(self) -> tuple[str, str]:
        """What the ranking's title and its alternative text say of this comparison; nothing where
        no line can be drawn."""
        drawn = [line for line in ranking(self.comparison) if line["estimate"] is not None]
        if not drawn:
            return "", ""
        if self.row.comparator:
            standing = [line for line in drawn if line["stands_out"]]
            title = (
                f"How many more (+) or fewer (−) of 100, against {self.row.comparator} "
                "(◆ interval without zero, ● with zero)"
            )
            verdict = f"{len(standing)} of {len(drawn)} effects have an interval without zero."
        else:
            title = f"How many of 100 {self.unit}, without any comparison"
            verdict = f"{len(drawn)} effects, with 95% intervals."
        return title, verdict

    def elsewhere_caption(self) -> dict[str, str] | None:
        """Title and alternative text of the same kind of effect in all studies."""
        return _elsewhere_caption(self.row.effect_group)

    @property
    def drawn_elsewhere(self) -> bool:
        """Whether the row may stand beside those of other studies: a share, and of people."""
        return self.row.counts_patients and drawable_share(self.row.treatment) is not None

    # What stands beneath -------------------------------------------------------------------

    def details(self) -> Iterator[dict[str, str]]:
        """Who was studied, how sure the numbers are, and where they come from."""
        row, reference = self.row, references()[self.row.source]
        kind, reason = directness_of(row)
        yield {"term": "For chronic pain", "text": f"{kind} evidence. {reason}"}
        yield {"term": "Who was studied", "text": f"{row.population} ({row.dose_setting})"}
        yield {"term": "Regimen studied", "text": row.regimen}
        yield {"term": "Kind of comparison", "text": self.comparator_kind}
        yield {"term": "Design and time", "text": f"{row.design}; {row.time_frame}"}
        yield {"term": "Counts", "text": _BASIS.get(row.counts_basis, row.counts_basis)}
        for caution in self._cautions():
            yield {"term": "Caution", "text": caution}
        if row.note and (note := printable_part(row.note)):
            yield {"term": "Note", "text": note}
        yield {"term": "Certainty (GRADE)", "text": grade(certainty_of(row))}
        yield {"term": "Verified on", "text": level(row.verified)}
        yield _source("Source", reference, reference.citation, row.url)

    def _cautions(self) -> Iterator[str]:
        row = self.row
        if self.risk and row.is_crossover:
            yield (
                "The same people stand in both arms. The interval is computed as if they were "
                "different people: an approximation."
            )
        if row.is_per_session:
            yield "Sessions were counted, not people; sessions of one person are alike."
        others = sum(
            other.overlap_group == row.overlap_group and other.id != row.id
            for other in side_effects().values()
        )
        if row.overlap_group and others:
            yield (
                f"The same or overlapping people stand behind {others} other rows of this table. "
                "They are never added up."
            )

    def profile_details(self) -> Iterator[dict[str, str]]:
        """What is known of this kind of effect in general."""
        profile = effect_profiles()[self.row.effect_group]
        yield {
            "term": "In general: mild, short-lived?",
            "text": f"{_VERDICTS[profile.claim_mild_and_short_lived]}. {profile.claim_comment}",
        }
        for field, term in _PROFILE_TERMS.items():
            text = getattr(profile, field)
            if text == _NOTHING_KNOWN:
                continue
            mark = {"mark": NOT_REVIEWED} if profile.is_synthesis(field) else {}
            yield {"term": term, "text": text, **mark}
        for key in profile.sources:
            yield _source("Sources of these", references()[key])


def _source(
    term: str, reference: Reference, text: str = "", page: str | None = None
) -> dict[str, str]:
    """A source as a detail: its label, linked to the page read or to its most lasting address."""
    address = page or (reference.links[0][1] if reference.links else None)
    link = {"link": address} if address else {}
    return {"term": term, "text": text, "link_text": reference.label, **link}


def drawable_share(arm: Arm | None) -> float | None:
    """The share of an arm that may be drawn as 100 people, or None.

    A printed percentage is drawn only if some whole number of the denominator gives it (or if there
    is no denominator to check it against): else it is not a share of those people.
    """
    if arm is None:
        return None
    if arm.counts:
        events, n = arm.counts
        return events / n
    if arm.pct is None:
        return None
    if arm.n is not None:
        decimals = len(f"{arm.pct:g}".partition(".")[2])
        nearest = round(arm.pct / 100 * arm.n)
        if not any(
            round(100 * events / arm.n, decimals) == arm.pct
            for events in (nearest - 1, nearest, nearest + 1)
        ):
            return None
    return arm.pct / 100


def _of_hundred(share: float) -> str:
    whole = round(share * 100)
    if whole == 0 and share > 0:
        return "fewer than 1"
    return "more than 99" if whole == 100 and share < 1 else str(whole)


def _drawn(estimate: float, low: float, high: float) -> dict[str, float]:
    return {"estimate": estimate * 100, "low": low * 100, "high": high * 100}


@cache
def cases() -> tuple[Case, ...]:
    """All rows of the side-effects table as cases, in the order of the table."""
    return tuple(Case(row, _comparison_of(row)) for row in side_effects().values())


def _group_key(row: SideEffect) -> tuple[Any, ...]:
    return (
        row.drug,
        row.route,
        row.regimen,
        row.population,
        row.unit,
        row.comparator,
        row.time_frame,
    )


@cache
def _groups() -> dict[str, list[tuple[Any, ...]]]:
    """The groups of comparable rows that each study has."""
    groups: dict[str, list[tuple[Any, ...]]] = {}
    for row in side_effects().values():
        mine = groups.setdefault(row.study, [])
        if _group_key(row) not in mine:
            mine.append(_group_key(row))
    return groups


def _comparison_of(row: SideEffect) -> str:
    """The study's name; from its second group on with a number."""
    place = _groups()[row.study].index(_group_key(row))
    return row.study if place == 0 else f"{row.study}-{place + 1}"


@cache
def comparison_texts() -> dict[str, str]:
    """How each comparison reads in the list of choices, in the order of the table.

    The people and then the regimen are named only where two comparisons would read alike.
    """
    first: dict[str, Case] = {}
    for case in cases():
        first.setdefault(case.comparison, case)
    texts = {name: case.comparison_text for name, case in first.items()}
    for field in ("population", "regimen"):
        seen = Counter(texts.values())
        texts = {
            name: text if seen[text] == 1 else f"{text} · {getattr(first[name].row, field)}"
            for name, text in texts.items()
        }
    return texts


@cache
def ranking(comparison: str) -> list[dict[str, Any]]:
    """The lines of one group of comparable rows, the largest difference first."""
    lines = [case.ranked() for case in cases() if case.comparison == comparison]
    drawn = [line for line in lines if line["estimate"] is not None]
    undrawn = [line for line in lines if line["estimate"] is None]
    return sorted(drawn, key=lambda line: -line["estimate"]) + undrawn


@cache
def of_kind(kind: str) -> tuple[Case, ...]:
    """All cases of one kind of effect: by population, chronic pain first, then the most frequent
    first. They differ in people, dose, time and definition, so they are never added up."""
    order = [population.name for population in populations()]

    def place(case: Case) -> tuple[int, float]:
        share = drawable_share(case.row.treatment) if case.drawn_elsewhere else None
        return order.index(case.population.name), 1.0 if share is None else -share

    return tuple(sorted((c for c in cases() if c.row.effect_group == kind), key=place))


@cache
def _elsewhere_caption(kind: str) -> dict[str, str] | None:
    drawn = [case for case in of_kind(kind) if case.drawn_elsewhere]
    if not drawn:
        return None
    ranges = []
    for name in dict.fromkeys(case.population.name for case in drawn):
        of_people = (drawable_share(c.row.treatment) for c in drawn if c.population.name == name)
        shares = [share for share in of_people if share is not None]
        low, high = _of_hundred(min(shares)), _of_hundred(max(shares))
        spread = low if low == high else f"{low} to {high}"
        ranges.append(f"{name}: {spread} of 100 in {_rows(len(shares))}")
    undrawn = len(of_kind(kind)) - len(drawn)
    rest = f" {_rows(undrawn)} without a share of people: only in the table." if undrawn else ""
    return {
        "picture": "elsewhere",
        "title": ELSEWHERE,
        "alt": f"Dots from 0 to 100 for treated and control. Treated, {'; '.join(ranges)}.{rest}",
    }


def _rows(number: int) -> str:
    return "1 row" if number == 1 else f"{number} rows"

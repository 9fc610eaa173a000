"""What lies on the table for a claim: its sources, whom they speak of, and what they found."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from ketalab.evidence import library, references
from ketalab.evidence.certainty import CERTAINTIES, NOT_REVIEWED, badge, grade
from ketalab.evidence.claim import Claim
from ketalab.evidence.printable import printable_part, why_withheld
from ketalab.evidence.result import Result
from ketalab.evidence.result_wording import result_words

# Where a key of a claim may stand; the first table that has it says whom the source speaks of.
_TABLES = (
    "trials",
    "context_studies",
    "reviews",
    "epidemiology",
    "opioid_sparing",
    "guidelines",
    "depression",
    "mechanism_reviews",
    "depression_mechanisms",
)
# A source may stand in several tables; for these claims another one comes first.
_FIRST = {"8": ("opioid_sparing",)}
# Which results speak to a claim.
_OUTCOMES: dict[str, tuple[str, ...]] = {
    "1": ("prevalence",),
    "2": ("response to standard medicine", "pain", "adverse event"),
    "5": ("pain", "other"),
    "6": ("mood", "anxiety", "prevalence", "other"),
    "8": ("opioid use",),
    "11": ("adverse event",),
    "13": ("pain", "mood"),
}
_PAIN = re.compile(r"\bpain\b|neuralgia|fibromyalgia|CRPS|complex regional", re.IGNORECASE)
_AROUND_SURGERY = re.compile(r"postoperative|\bfusion")
_MIXED = re.compile(r"any kind|all pain|together with pain|chronic pain among them")

# Names of what a record found that say nothing themselves.
_PLAIN = ("overall", "finding", "result", "primary", "main", "effect", "pain")

DIRECTNESS = (
    "direct: people with chronic pain",
    "partly direct: chronic pain among other things",
    "indirect: other people, or animals",
    "guidance: no counts of its own",
)


@dataclass(frozen=True)
class Source:
    """One source of a claim, in the record that holds it."""

    claim: str
    key: str
    table: str
    record: Any

    @property
    def directness(self) -> str:
        """How directly it speaks to chronic pain, in the words of `DIRECTNESS`."""
        if self.table == "guidelines":
            return DIRECTNESS[3]
        if self.table in ("mechanism_reviews", "depression_mechanisms"):
            return DIRECTNESS[2]
        who = self.who
        if _MIXED.search(who):
            return DIRECTNESS[1]
        if _AROUND_SURGERY.search(who):
            return DIRECTNESS[1] if "chronic" in who else DIRECTNESS[2]
        # Surveys count chronic pain, whatever people they ask.
        if self.table == "epidemiology" or _PAIN.search(who):
            return DIRECTNESS[0]
        return DIRECTNESS[2]

    @property
    def who(self) -> str:
        """Whom or what the source speaks of, in the words of its record."""
        fields = ("condition", "scope", "population", "setting", "topic", "species", "body")
        words = next((w for f in fields if (w := getattr(self.record, f, None))), None)
        return words or {"depression": "depression"}.get(self.table, "mechanism")

    @property
    def results(self) -> list[Result]:
        """The typed results of the source that speak to the claim."""
        outcomes = _OUTCOMES.get(self.claim, ("pain",))
        return [
            result
            for result in library().results.values()
            if result.record == self.key
            and result.outcome in outcomes
            # A review of ketamine may hold another medicine's result.
            and (self.claim == "2" or "ketamine" in (result.drug or "ketamine"))
            and not why_withheld(result.path, record=f"{result.table}/{result.record}")
        ]

    @property
    def found(self) -> str:
        """What it found: the first result and the last, where there are several.

        A source without a typed result speaks in the words of its record.
        """
        results = self.results
        if not results:
            return self._in_words()
        ends = results if len(results) < 3 else [results[0], results[-1]]
        said = "; ".join(map(_said, ends))
        more = len(results) - len(ends)
        return f"{said} (and {more} more in the tables)" if more else said

    def _in_words(self) -> str:
        for field in ("finding", "key_points", "result", "ketamine_result", "other_findings"):
            said = getattr(self.record, field, None)
            texts = [said] if isinstance(said, str) else list(_texts(said))
            key = f"{self.table}/{self.record.id}"
            shown = [text for text in texts if not why_withheld(field, text, record=key)]
            if shown:
                return "; ".join(shown[:2])
        return ""

    @property
    def note(self) -> str:
        """What the record notes of it, as far as it may be printed."""
        return printable_part(self.record.note or "").rstrip(";")


def _texts(said: Any) -> Iterator[str]:
    if isinstance(said, Mapping):
        named = ((name.replace("_", " "), text) for name, text in said.items())
        said = [
            text if name in _PLAIN else f"{name}: {text}"
            for name, text in named
            if isinstance(text, str) and name != "confirmed"  # what was read, not what was found
        ]
    yield from (text for text in said or () if isinstance(text, str))


def _said(result: Result) -> str:
    when = f", {result.time}" if result.time else ""
    graded = f", GRADE {grade(result.certainty)}" if result.certainty != "not graded" else ""
    return f"{result.measure}{when}: {result_words(result)}{graded}"


@dataclass(frozen=True)
class ClaimOnTable:
    """A claim with its sources."""

    claim: Claim

    @property
    def name(self) -> str:
        """The claim's number, as text."""
        return str(self.claim.id)

    @cached_property
    def sources(self) -> list[Source]:
        """The sources that the verdict rests on, in the order of the claim."""
        return [_source(self.name, key) for key in self.claim.keys]

    def summary(self) -> str:
        """How many sources, how direct, how checked, how sure: one or two sentences."""
        direct = Counter(source.directness.partition(":")[0] for source in self.sources)
        kinds = ", ".join(
            f"{direct[name]} {name}"
            for name in (kind.partition(":")[0] for kind in DIRECTNESS)
            if direct[name]
        )
        checked = Counter(badge(source.record.verified) for source in self.sources)
        levels = ", ".join(f"{badge_} {count}" for badge_, count in checked.items())
        return (
            f"On the table: {len(self.sources)} sources (for chronic pain: {kinds}). "
            f"Verified: {levels}. Certainty (GRADE): {self.certainty()}."
        )

    def certainty(self) -> str:
        """Every grade that the sources give to results that speak to the claim."""
        grades = {result.certainty for source in self.sources for result in source.results}
        given = [c for c in CERTAINTIES if c in grades and c != "not graded"]
        return ", ".join(map(grade, given)) if given else grade("not graded")

    def strip(self) -> list[dict[str, Any]]:
        """A mark for each source: its row is its directness, its sign how it was checked."""
        rows = []
        for kind in DIRECTNESS:
            mine = [source for source in self.sources if source.directness == kind]
            rows += [
                {
                    "directness": kind,
                    "label": f"{kind} ({len(mine)})",
                    "place": place,
                    "sign": badge(source.record.verified)[0],
                }
                for place, source in enumerate(mine)
            ]
        return rows

    def details(self) -> Iterator[dict[str, Any]]:
        """The course's verdict (shown after the student's own), then every source."""
        claim = self.claim
        yield _after("The course says", f"{claim.verdict}. {claim.reason}", mark=NOT_REVIEWED)
        if claim.caution:
            yield _after("Caution", _sentence(claim.caution))
        yield _after(
            "What a verdict is",
            "The course's own judgement of what could be read, mostly abstracts: no source gave "
            "it, and nobody graded it. Where you differ, the reason is the thing to argue with.",
        )
        for source in self.sources:
            reference = references()[source.record.source_key]
            address = reference.links[0][1] if reference.links else source.record.url
            facts = [badge(source.record.verified), source.directness.partition(":")[0], source.who]
            found = source.found
            yield {
                "term": "Evidence",
                "text": f"{' · '.join(facts)}. {_sentence(found or source.note)}",
                "link_text": reference.label,
                **({"link": address} if address else {}),
                "after": False,
            }
            if found and source.note:
                yield _after("Evidence", f"{reference.label}, as noted: {source.note}")


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"


def _after(term: str, text: str, **more: str) -> dict[str, Any]:
    return {"term": term, "text": text, "after": True, **more}


def _source(claim: str, key: str) -> Source:
    held = library()
    for table in (*_FIRST.get(claim, ()), *_TABLES):
        for record in held.table(table).values():
            if key in (record.id, record.source_key):  # type: ignore[attr-defined]
                return Source(claim, key, table, record)
    raise LookupError(f"claim {claim}: {key!r} names no record")


@cache
def claims_on_table() -> tuple[ClaimOnTable, ...]:
    """All claims in the order of the text."""
    return tuple(ClaimOnTable(claim) for claim in library().claims.values())

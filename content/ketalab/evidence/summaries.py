"""Summaries of findings in the layout of GRADE: outcome, people and trials, effect, certainty.

Layout: GRADE Working Group, J Clin Epidemiol 2013;66:158-172. A summary sets results side by
side and never pools them: reviews share trials, and every row keeps its own population,
comparator and route. The certainty is the source's, never ours.

>>> from ketalab.evidence.summaries import summary_of_findings
>>> harms = summary_of_findings("harms")
>>> harms.loc["nma__02", "relative"]
'risk ratio: 3.66 (CI 1.25 to 10.74)'
>>> harms.loc["nma__02", "absolute"]
'11 more of 100 (CI 1 to 40)'
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, Field

from ketalab.evidence.graded import certainty_of
from ketalab.evidence.library import Library, library
from ketalab.evidence.lookup import links_of, population_in
from ketalab.evidence.populations import Directness, directness_of
from ketalab.evidence.printable import why_withheld
from ketalab.evidence.provenance import provenance_of
from ketalab.evidence.result import NumberNeeded, Percentages, Proportion, Ratio, Responders, Result
from ketalab.evidence.result_wording import result_words
from ketalab.evidence.side_effect import SideEffect
from ketalab.evidence.tables import Problem, Record, Text, Texts, load_table
from ketalab.evidence.trial_class import trial_class
from ketalab.evidence.wording import (
    published_words,
    risk_difference_words,
    risk_ratio_words,
)
from ketalab.models.risk import compare_proportions

if TYPE_CHECKING:
    from ketalab.evidence.frames import FindingsTable

SummaryName = Literal["pain", "opioid use", "mood", "harms"]

_FILE = "summaries.yaml"
_NONE = "–"
_DIGIT = re.compile(r"\d")
_NO_DIGIT = "expected words without a number, which only a record may bring, got a digit"
_HEADINGS = {
    "outcome": "Outcome and time",
    "people": "People and trials",
    "who": "Who",
    "treatment": "Treatment",
    "comparator": "Compared with",
    "relative": "Relative effect",
    "absolute": "Effect of 100, or difference",
    "certainty": "Certainty (GRADE)",
    "reasons": "Reasons and limits, in the words of the record",
    "directness": "For chronic pain",
    "directness_reason": "Why so direct",
    "overlap_group": "Overlap group",
    "verified": "Verified on",
    "sources": "Sources",
}


class Row(Record):
    """One line of a summary: ``key`` is results/<id> or side_effects/<id>.

    ``directness`` and its reason are given for results; a side effect has its own. ``reasons``
    (for the certainty), ``counted`` (people and trials behind this very outcome), ``treatment`` and
    ``comparator`` (where no field of the record holds them) are words of the record, which the
    checks look for there. ``population`` is the course's word where the record has none. What
    the course says itself holds no digit: numbers come from records alone.
    """

    key: Text
    directness: Directness | None = None
    directness_reason: Text | None = None
    reasons: Texts = ()
    counted: Text | None = None
    treatment: Text | None = None
    comparator: Text | None = None
    population: Text | None = None


class Summary(Record):
    """One table: its rows, what it is about, and what has to be said beside it."""

    name: SummaryName
    title: Text
    caution: Text
    rows: Annotated[tuple[Row, ...], Field(strict=False, min_length=1)]


def load_summaries(path: Path) -> Mapping[str, Summary]:
    """Read ``path`` and return the summaries by name. Raises EvidenceError."""
    return MappingProxyType(load_table(path, Summary, key="summaries", id_field="name"))


def check_summaries(summaries: Mapping[str, Summary], library: Library) -> Iterator[Problem]:
    """Yield every row that names nothing, or says what its record does not say."""
    for summary in summaries.values():
        seen = set()
        for field in ("title", "caution"):
            if _DIGIT.search(getattr(summary, field)):
                yield Problem(_FILE, summary.name, field, _NO_DIGIT)
        for number, row in enumerate(summary.rows):
            place = f"rows.{number}"
            if row.key in seen:
                message = f"expected a result once in a summary, got {row.key!r} a second time"
                yield Problem(_FILE, summary.name, f"{place}.key", message)
            seen.add(row.key)
            for field, message in _wrong(row, library):
                yield Problem(_FILE, summary.name, f"{place}.{field}", message)


def _wrong(row: Row, library: Library) -> Iterator[tuple[str, str]]:
    try:
        entry, words = _entry(row.key, library)
    except KeyError:
        yield "key", f"expected results/<id> or side_effects/<id>, got {row.key!r}"
        return
    if isinstance(entry, SideEffect):
        if row.directness or row.directness_reason:
            yield "directness", "expected none, because a side effect has its own, got one"
    elif row.directness is None or row.directness_reason is None:
        yield "directness", "expected a directness with its reason, got nothing"
    for field in ("directness_reason", "population"):
        if _DIGIT.search(getattr(row, field) or ""):
            yield field, _NO_DIGIT
    # Arms are named by the keys of a mapping, which are words of the record too.
    texts = [text for path, text in _texts(words) if not why_withheld(path, text)]
    texts.extend(getattr(words, "arms", None) or ())
    quotes = [(f"reasons.{i}", quote) for i, quote in enumerate(row.reasons)]
    for field in ("counted", "treatment", "comparator"):
        if getattr(row, field) is not None:
            quotes.append((field, getattr(row, field)))
    for field, quote in quotes:
        if not any(quote in text for text in texts):
            yield field, f"expected printable words of {row.key}, got {quote!r}"


def _entry(key: str, library: Library) -> tuple[Result | SideEffect, Record]:
    """Return what ``key`` names, and the record whose words describe it. Raises KeyError."""
    table, _, name = key.partition("/")
    if table == "side_effects":
        row = library.side_effects[name]
        return row, row
    if table != "results":
        raise KeyError(key)
    result = library.results[name]
    return result, library.table(result.table)[result.record]


def _texts(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield (path, text) of every text of a record, however deep."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, BaseModel):
        for name, inner in value:
            yield from _texts(inner, f"{path}.{name}".lstrip("."))
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _texts(inner, f"{path}.{name}".lstrip("."))
    elif isinstance(value, tuple):
        for place, inner in enumerate(value):
            yield from _texts(inner, f"{path}[{place}]")


@cache
def _summaries() -> Mapping[str, Summary]:
    return load_summaries(Path(__file__).with_name(_FILE))


def summary_of_findings(name: SummaryName) -> FindingsTable:
    """Return one of the four summaries as a DataFrame that shows itself, with its sources.

    Raises LookupError for another name, EvidenceError when a table is not sound.
    """
    import pandas as pd

    from ketalab.evidence.frames import FindingsTable

    if name not in _summaries():
        raise LookupError(f"no summary {name!r}; known: {', '.join(_summaries())}")
    summary = _summaries()[name]
    found = [(row, *_entry(row.key, library())) for row in summary.rows]
    lines = [_line(*one) for one in found]
    # A column in which no row has anything says nothing.
    columns = [column for column in _HEADINGS if any(line[column] != _NONE for line in lines)]
    frame = FindingsTable(
        [[line[column] for column in columns] for line in lines],
        columns=columns,
        index=pd.Index([row.key.partition("/")[2] for row in summary.rows], name="id"),
    )
    frame.caption = summary.title
    frame.headings = _HEADINGS
    frame.links = links_of(record for _, _, record in found)
    frame.remarks = (
        summary.caution,
        "The rows are never pooled: reviews share trials, and rows of one overlap group share "
        "people.",
        "The certainty is the source's own grade; where it gave none, none is made up.",
    )
    return frame


def _line(row: Row, entry: Result | SideEffect, record: Record) -> dict[str, str]:
    shared = {"reasons": "; ".join(row.reasons) or "none seen"}
    if isinstance(entry, SideEffect):
        return shared | _side_effect_line(row, entry)
    return shared | _result_line(row, entry, record)


def _side_effect_line(row: Row, entry: SideEffect) -> dict[str, str]:
    relative, absolute = _side_effect_effects(entry)
    directness, reason = directness_of(entry)
    sizes = [f"{arm.n:,}" for arm in (entry.treatment, entry.control) if arm and arm.n]
    unit = "people" if entry.counts_patients else entry.unit
    people = f"{' against '.join(sizes)} {unit}" if sizes else "not printed for this outcome"
    return {
        "outcome": f"{entry.effect}, {entry.time_frame}",
        "people": f"{row.counted or people} ({entry.design})",
        "who": entry.population,
        "treatment": f"{entry.drug}, {entry.route}",
        "comparator": entry.comparator or "no control group",
        "relative": relative,
        "absolute": absolute,
        "certainty": certainty_of(entry),
        "directness": directness,
        "directness_reason": reason,
        "overlap_group": entry.overlap_group or _NONE,
        "verified": entry.verified,
        "sources": entry.source,
    }


def _side_effect_effects(entry: SideEffect) -> tuple[str, str]:
    """Return the relative and the absolute effect in words."""
    treated, control = entry.treatment, entry.control
    if entry.counts is not None:
        compared = compare_proportions(*entry.counts)
        ratio, interval = compared.risk_ratio, compared.risk_ratio_interval
        relative = _NONE
        if ratio is not None and interval is not None:
            relative = f"risk ratio: {risk_ratio_words(ratio, interval)}"
        counts = "{:,} of {:,} against {:,} of {:,}".format(*entry.counts)
        absolute = f"{counts}: {risk_difference_words(compared)}"
        return relative, absolute + (_APPROXIMATE if entry.is_crossover else "")
    if entry.published:
        relative, _, absolute = published_words(entry.published).partition("; ")
        if entry.published.measure.startswith("number needed"):
            return _NONE, relative
        return relative, absolute or "not printed"
    if treated and treated.events is not None and treated.n is not None:
        return _NONE, f"{treated.events:,} of {treated.n:,}; no counts to compare with"
    shares = [arm.pct for arm in (treated, control) if arm and arm.pct is not None]
    return _NONE, " against ".join(f"{share:g}%" for share in shares) or "not printed"


_APPROXIMATE = ", an approximation, because the same people stand in both groups"


def _result_line(row: Row, entry: Result, record: Record) -> dict[str, str]:
    provenance = provenance_of(entry, library())
    measure = entry.measure
    if entry.outcome != "other" and entry.outcome not in measure:
        measure = f"{entry.outcome}: {measure}"
    drug = row.treatment or entry.drug or _drug_form(entry)
    route = _word(entry, record, "route") or ""
    absolute = result_words(entry)
    if isinstance(entry, Ratio):
        absolute = "not printed"
    elif isinstance(entry, Responders) and entry.control is not None:
        counts = (entry.treatment.events, entry.treatment.n, entry.control.events, entry.control.n)
        absolute += f": {risk_difference_words(compare_proportions(*counts))}"
        absolute += _APPROXIMATE if _is_crossover(record) else ""
    elif isinstance(entry, Percentages):
        absolute += "; denominators not printed"
    elif isinstance(entry, Responders | Proportion):
        absolute += "; no count in a control group"
    elif isinstance(entry, NumberNeeded):
        absolute += " to benefit one more" if entry.direction == "benefit" else " to harm one more"
    return {
        "outcome": ", ".join(filter(None, [measure, entry.time])),
        "people": _people(row, entry, record),
        "who": row.population
        or entry.population
        or population_in(record)
        or "not named in the record",
        "treatment": route if drug in route else ", ".join(filter(None, [drug, route])),
        "comparator": row.comparator
        or _word(entry, record, "comparator")
        or "not named in the record",
        "relative": result_words(entry) if isinstance(entry, Ratio) else _NONE,
        "absolute": absolute,
        "certainty": entry.certainty,
        "directness": row.directness or _NONE,
        "directness_reason": row.directness_reason or _NONE,
        "overlap_group": provenance.overlap_group or _NONE,
        "verified": provenance.verified,
        "sources": "; ".join(provenance.source_keys),
    }


def _word(entry: Result, record: Record, field: str) -> str | None:
    """Return what the result says of itself, or else what its record says of all results."""
    return getattr(entry, field) or getattr(record, field, None)


def _drug_form(entry: Result) -> str:
    if entry.table in ("trials", "context_studies"):
        return trial_class(entry.table, entry.record).drug
    return "ketamine, form not stated"


def _is_crossover(record: Record) -> bool:
    return bool(getattr(record, "is_crossover", False)) or "crossover" in " ".join(
        str(getattr(record, field, "") or "") for field in ("design", "study_type")
    )


def _people(row: Row, entry: Result, record: Record) -> str:
    """Say who stands behind a result: this outcome's own numbers where they were printed."""
    if row.counted is not None:
        return row.counted
    if isinstance(entry, Responders):
        sizes = [f"{arm.n:,}" for arm in (entry.treatment, entry.control) if arm]
        return f"{' against '.join(sizes)} people"
    trials = getattr(record, "n_trials", None)
    people = getattr(record, "n_participants", None) or getattr(record, "n_randomised", None)
    people = people or getattr(record, "n", None)
    words = [f"{trials:,} trials" if trials else None, f"{people:,} people" if people else None]
    whole = ", ".join(filter(None, words)) or "not printed"
    return f"{whole} in the review; not printed for this outcome" if trials else whole

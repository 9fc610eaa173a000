"""An interaction as a case: what a row of the table says of a medicine, a route and a curve."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from operator import itemgetter
from typing import Any

from ketalab.evidence import library, references
from ketalab.evidence.certainty import NOT_REVIEWED, badge, grade, level
from ketalab.evidence.interaction import Interaction
from ketalab.evidence.printable import printable_part
from ketalab.explorers.interaction_curve import NOTHING_DRAWN, Curves, curves
from ketalab.frontend import digest
from ketalab.frontend.case_explorer import Case
from ketalab.frontend.numerals import fixed
from ketalab.simulation.interactions import ExposureChange, exposure_changes

ROUTES = {
    "oral": "By mouth",
    "intranasal": "Nasal spray (esketamine)",
    "intravenous": "Injection or infusion",
}
ASSUMPTIONS = {
    "no number": "No number, no curve",
    "intravenous study": "Known: a study by vein",
    "assumed: all in first pass": "Assumed: all in the way in",
    "assumed: all in clearance": "Assumed: all in the clearance",
    "assumed: one change of the liver's enzymes": "Assumed: in the liver, both",
}
_WAYS = {"oral": "by mouth", "intranasal": "by nose", "intravenous": "by vein"}
# Nobody graded an interaction, and no row was studied in people with chronic pain.
_CERTAINTY = grade("not graded")
_FORMS = {
    "any": "any form of ketamine",
    "injection": "ketamine by injection",
    "IV infusion": "ketamine by infusion into a vein",
}


@cache
def cases() -> dict[tuple[str, str, str], Case]:
    """What is shown for each medicine by each route; where the table has nothing, that is shown."""
    changes = exposure_changes()
    found: dict[tuple[str, str, str], Case] = {}
    for medicine in medicines():
        rows = [row for row in library().interactions.values() if row.interacting_drug == medicine]
        for route in ROUTES:
            fitting = [row for row in rows if changes[row.id].route in (route, None)]
            if not fitting:
                found[medicine, route, "no number"] = _gap(medicine, route, rows)
                continue
            (row,) = fitting  # two rows for one route could not both be shown
            drawings = curves(changes[row.id])
            for basis, drawn in drawings.items():
                found[medicine, route, basis] = _measured(row, changes[row.id], drawn)
            if not drawings:
                found[medicine, route, "no number"] = _unmeasured(row, changes[row.id])
    return found


def medicines() -> list[str]:
    """The medicines of the table, each once, in its order."""
    return list(dict.fromkeys(row.interacting_drug for row in library().interactions.values()))


def form_words(row: Interaction) -> str:
    """How a sentence names the form of ketamine that the row is about."""
    return _FORMS.get(row.ketamine_form, row.ketamine_form)


def change_words(words: str | None) -> str:
    """A change in the source's words, with the signs of print: "×2.6", "−86%"."""
    words = re.sub(r"^x(?=\d)", "×", words or "not given")
    words = re.sub(r"^-(?=\d)", "−", words)
    return re.sub(r"(?<=\d)-(?=\d)", "–", words)


# The three kinds of case ---------------------------------------------------------------------


def _measured(row: Interaction, change: ExposureChange, drawn: Curves) -> Case:
    peak = f"; peak: {change_words(row.cmax_change)}" if row.cmax_change else ""
    reading = (
        f"{_pair(row)}: total exposure (AUC) of ketamine: {change_words(row.auc_change)}{peak} "
        f"({row.study}). The curves are simulated for {drawn.regimen}, which is no advice on a "
        f"dose. They keep that AUC; {drawn.how}. {_evidence(row)}"
    )
    captions = [
        {
            "picture": "curve",
            "title": f"S-ketamine in the blood after {drawn.regimen} (simulated)",
            "alt": (
                f"Two simulated curves over {drawn.hours:g} hours. Without "
                f"{_medicine(row)} the peak is {fixed(drawn.peak_without, 1)} ng/mL, with it "
                f"{fixed(drawn.peak_with, 1)} ng/mL. {drawn.also_drawn}"
            ).strip(),
        },
        _ranking_caption(row),
    ]
    return Case(
        reading,
        [*drawn.table(), *_published_table(row)],
        [*_about(row, change), *_compiler(row), *_sources(row), *_limits(change, drawn)],
        captions,
        drawn={
            "lines": drawn.lines(),
            "names": drawn.names(),
            "peak": drawn.published_peak(change_words(row.cmax_change or "")),
            "ranked": _ranked(row),
        },
        record=digest(row.model_dump()),
    )


def _unmeasured(row: Interaction, change: ExposureChange) -> Case:
    if row.auc_change:
        said = (
            f"Total exposure (AUC) of ketamine: {row.auc_change}. Without a number no curve can be "
            "drawn"
        )
    else:
        said = "The record gives no change of exposure, so no curve can be drawn"
    studied = f" ({row.study})" if row.study else ""
    reading = (
        f"{_pair(row)}. Mechanism: {_lower_word(row.mechanism)}{studied}. {said}. {_evidence(row)}"
    )
    return Case(
        reading,
        _published_table(row),
        [*_about(row, change), *_compiler(row), *_sources(row), *_limits(change)],
        [_ranking_caption(row)],
        drawn={**NOTHING_DRAWN, "ranked": _ranked(row)},
        record=digest(row.model_dump()),
    )


def _gap(medicine: str, route: str, rows: list[Interaction]) -> Case:
    known = "; ".join(f"{form_words(row)}: {_in_short(row)}" for row in rows)
    reading = (
        f"{medicine}, {_lower(ROUTES[route])}: the table has nothing on this pair. "
        f"It has {known}. That does not carry over to another route, and a gap is not good news: "
        "nothing was found here, neither harm nor its absence. "
        f"Certainty (GRADE): {_CERTAINTY}."
    )
    details = [
        {"term": "Not known", "text": f"What {medicine} does to ketamine by this route."},
        *({"term": "Known by another route", "text": f"{_pair(r)}: {_in_short(r)}"} for r in rows),
        *(source for row in rows for source in _sources(row)),
    ]
    return Case(
        reading,
        _published_table(None),
        details,
        [_ranking_caption(None)],
        drawn={**NOTHING_DRAWN, "ranked": _ranked(None)},
        record=digest([row.model_dump() for row in rows]),
    )


# Words ---------------------------------------------------------------------------------------


def _lower(text: str) -> str:
    return text[0].lower() + text[1:]


def _pair(row: Interaction) -> str:
    return f"{row.interacting_drug} with {form_words(row)}"


def _medicine(row: Interaction) -> str:
    """Its name within a sentence: only a name of a person keeps its capital."""
    name = row.interacting_drug
    return name if name.startswith("St ") else _lower_word(name)


def _lower_word(text: str) -> str:
    """Without its first capital, unless that is an abbreviation: "CYP3A inhibition"."""
    return text if text[:2].isupper() else _lower(text)


def _in_short(row: Interaction) -> str:
    return change_words(row.auc_change) if row.auc_change else "no change of exposure given"


def _people(row: Interaction) -> str:
    if row.study is None:
        who = "a label" if row.verified == "label" else "a review"
        return f"a statement of {who}, no study given"
    if "healthy" in row.study:
        return "healthy people"
    if "volunteers" in row.study:
        return "volunteers and patients" if "patient" in row.study else "volunteers"
    return "who was studied is not given"


def _evidence(row: Interaction) -> str:
    return (
        f"Indirect evidence for chronic pain ({_people(row)}). Verified: {badge(row.verified)}. "
        f"Certainty (GRADE): {_CERTAINTY}."
    )


# What stands beneath -------------------------------------------------------------------------


def _about(row: Interaction, change: ExposureChange) -> Iterator[dict[str, str]]:
    yield {"term": "For chronic pain", "text": f"indirect evidence: {_people(row)}"}
    yield {"term": "Ketamine studied", "text": form_words(row)}
    yield {"term": "Kind of medicine", "text": row.drug_class}
    yield {"term": "Mechanism", "text": row.mechanism}
    auc, peak = change_words(row.auc_change), change_words(row.cmax_change)
    yield {"term": "Exposure", "text": f"AUC {auc}; peak {peak}"}
    if row.study:
        yield {"term": "Studied in", "text": row.study}
    if row.note and (note := printable_part(row.note)):
        yield {"term": "Note", "text": note}
    for text in change.not_known:
        yield {"term": "Not known", "text": text}


def _limits(change: ExposureChange, drawn: Curves | None = None) -> Iterator[dict[str, str]]:
    warnings = [*change.warnings, *(drawn.warnings if drawn else ())]
    if drawn:
        yield {"term": "Model of the curve", "text": drawn.model}
    for text in dict.fromkeys(warnings):
        yield {"term": "Limits of the curve", "text": text}


def _compiler(row: Interaction) -> Iterator[dict[str, str]]:
    for field, term in (("severity", "Severity"), ("what_is_done", "What is done")):
        mark = {"mark": NOT_REVIEWED} if row.is_synthesis(field) else {}
        yield {"term": term, "text": getattr(row, field), **mark}


def _sources(row: Interaction) -> Iterator[dict[str, str]]:
    yield {"term": "Certainty (GRADE)", "text": _CERTAINTY}
    yield {"term": "Verified on", "text": level(row.verified)}
    for key in row.sources:
        reference = references()[key]
        linked = reference.links and {
            "link": reference.links[0][1],
            "link_text": reference.label,
        }
        yield {"term": "Source", "text": reference.citation, **(linked or {})}


# All changes that are numbers ----------------------------------------------------------------


@cache
def numbers() -> tuple[tuple[Interaction, ExposureChange], ...]:
    """The rows whose change of the AUC is a number, the largest rise first."""
    table = library().interactions
    known = [
        (-change.auc_ratio, table[key], change)
        for key, change in exposure_changes().items()
        if change.auc_ratio is not None
    ]
    return tuple((row, change) for _, row, change in sorted(known, key=itemgetter(0)))


def _ranked(chosen: Interaction | None) -> list[dict[str, Any]]:
    rows = []
    for row, change in numbers():
        assert change.auc_ratio is not None  # as `numbers` has chosen
        assert change.route is not None
        low, high = change.auc_ratio_range or (change.auc_ratio, change.auc_ratio)
        rows.append(
            {
                "row": row.id,
                "label": f"{row.interacting_drug}, {_WAYS[change.route]}: "
                f"{change_words(row.auc_change)}",
                "ratio": round(change.auc_ratio, 4),
                "low": low,
                "high": high,
                "chosen": chosen is not None and row.id == chosen.id,
            }
        )
    return rows


def _ranking_caption(row: Interaction | None) -> dict[str, str]:
    measured = {entry.id: change for entry, change in numbers()}
    known, total = len(measured), len(library().interactions)
    if row is not None and row.id in measured:
        said = f"The chosen pair, {_pair(row)}, lies at ×{measured[row.id].auc_ratio:.2g}."
    elif row is not None:
        said = f"The chosen pair, {_pair(row)}, is not among them."
    else:
        said = "The chosen pair is not in the table."
    return {
        "picture": "ranking",
        "title": f"AUC of ketamine: only {known} of {total} rows have a number",
        "alt": f"Dots on a scale of ratios for the {known} rows of {total} with a number. {said}",
    }


def _published_table(chosen: Interaction | None) -> list[dict[str, str]]:
    return [
        {
            "what": f"AUC as published: {_pair(row)}" + (" (chosen)" if row is chosen else ""),
            "without": "–",
            "with": "–",
            "change": change_words(row.auc_change),
        }
        for row, _ in numbers()
    ]

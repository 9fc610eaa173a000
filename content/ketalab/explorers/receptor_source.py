"""A record of the receptor table as a detail: its source, what it measured, how it was read."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ketalab.evidence.pharmacology import Parameter, references
from ketalab.frontend.numerals import MINUS

_LEVELS = {
    "primary": "● primary",
    "review": "◐ review",
    "code-of-a-peer": "○ public code that cites the paper",
    "computed": "△ computed from a cited equation",
    "derived": "△ arithmetic on other values",
}


def badge(record: Parameter) -> str:
    """The record's level of verification, as short as a sentence needs."""
    return _LEVELS[record.level]


def label(record: Parameter) -> str:
    """The short name of its source; its key where the bibliography has no entry."""
    paper = references().get(record.source_key)
    return paper.label if paper else record.source_key


def in_type(text: str) -> str:
    """A text of the table with a true micro sign and a true minus."""
    return re.sub(r"(?<![\w.\]])-(?=\d)", MINUS, text.replace("uM", "µM"))


def amount(record: Parameter) -> str:
    """The record's number or numbers, or its words, with the unit."""
    if isinstance(record.value, str):
        return record.value
    if isinstance(record.value, Mapping):
        given = ", ".join(f"{name}: {number:g}" for name, number in record.value.items())
    else:
        given = " and ".join(f"{number:g}" for number in record.numbers)
    return in_type(f"{given} {record.unit}")


def source_detail(term: str, record: Parameter, said: str = "") -> dict[str, str]:
    """A row of `details`: the source, linked where an address is known, and what it measured.

    said: what the source found, for a record whose numbers the picture does not show.
    """
    paper = references().get(record.source_key)
    citation = paper.citation if paper else "The paper behind this table is not named."
    measured = record.species_assay
    if measured and measured.endswith("healthy"):
        measured += " people"
    parts = [
        f"{said}." if said else "",
        f"Measured in: {measured}." if measured and measured != "-" else "",
        f"{citation.rstrip('.')}. Verified: {badge(record)}.",
    ]
    address = re.search(r"https?://\S+", record.where or "")
    link = address[0] if address else next((url for _, url in paper.links), "") if paper else ""
    row = {"term": term, "text": " ".join(filter(None, parts)), "link_text": label(record)}
    return row | ({"link": link} if link else {})

"""What is kept in the records and never printed to a student, and why."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

_READING = "it tells how a source was read, which is for whoever keeps the records"

# By name, wherever such a field stands in a record.
_FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "memory_only_fields": "it rests on memory alone",
        "doi_unverified": "the DOI was not seen",
        "adverse_events_note": _READING,
        "dispersion_note": _READING,
        "ocr_note": _READING,
        "p_value_caution": _READING,
        "secondary_fields": _READING,
        "source_inconsistency": _READING,
        "source_part": _READING,
        "tests_not_seen": _READING,
        "usable_for_numbers": _READING,
        "verification_note": _READING,
        "verified_detail": _READING,
    }
)
# Of one record alone: what its own note forbids to print.
_OF_ONE_RECORD: Mapping[str, str] = MappingProxyType(
    {"trials/gewandter2014:arms": "which arm is which was not checked"}
)
# Words that the compiler of the tables wrote to whoever keeps them, in whatever field they stand.
_COMPILER = re.compile(
    r"\bfrom memory\b|\(memory\)|\bexcerpts?\b|\b[Pp]ages? read\b|\bstored (?:summary|copy)\b"
    r"|\bbefore (?:printing|quoting|saying)\b|\bbefore it is printed\b|\bread on (?:the|a)\b"
    r"|^not (?:seen|visible|recorded by us)$"
)


def why_withheld(path: str, text: str | None = None, *, record: str = "") -> str | None:
    """Return why what stands at ``path`` of a record is not printed; None where it may be.

    ``path`` is dotted, with [i] for a list; each of its names is judged. ``text`` is what stands
    there, if it is text. ``record`` is the record's key as ``table/id``.

    >>> why_withheld("memory_only_fields[0]")
    'it rests on memory alone'
    >>> why_withheld("note", "The size must be checked before it is printed.") is None
    False
    """
    names = re.split(r"[.\[\]]+", path)
    if reason := _OF_ONE_RECORD.get(f"{record}:{names[0]}"):
        return reason
    for name in names:
        if name in _FIELDS:
            return _FIELDS[name]
    if text is not None and _COMPILER.search(text):
        return _READING
    return None


def printable_part(text: str) -> str:
    """Return what a student may read of a note: without its clauses on how a page was read.

    >>> printable_part("Second half of the table, read on the maker's page; terms are combined")
    'Terms are combined'
    """
    clauses = re.split(r"(?<=[.;])\s+", text)
    shown = " ".join(clause for clause in clauses if not _COMPILER.search(clause))
    return shown[:1].upper() + shown[1:]

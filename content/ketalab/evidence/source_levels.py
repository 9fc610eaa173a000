"""How each source of the evidence was checked."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from ketalab.evidence.library import SOURCES, library
from ketalab.evidence.side_effect import Verified
from ketalab.evidence.sources import source_keys


@cache
def source_levels() -> Mapping[str, tuple[Verified, ...]]:
    """The levels of each source's check, by key.

    Where a source does not say itself how it was checked, its records do. One of which neither
    says anything has none and is not in it.
    """
    found: dict[str, dict[Verified, None]] = {}
    for table in SOURCES:
        for record in library().table(table).values():
            level: Verified | None = getattr(record, "verified", None)
            if level is None:
                continue
            for key in source_keys(record):
                found.setdefault(key, {})[level] = None
    for key, entry in library().references.items():
        if entry.verified is not None:
            found[key] = {entry.verified: None}
    return MappingProxyType({key: tuple(levels) for key, levels in found.items()})

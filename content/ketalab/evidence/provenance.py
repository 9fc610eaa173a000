"""What has to travel with a result: who says so, how it was checked, whose people they are."""

from __future__ import annotations

from dataclasses import dataclass

from ketalab.evidence.library import Library
from ketalab.evidence.paths import text_at
from ketalab.evidence.result import Result
from ketalab.evidence.side_effect import Verified
from ketalab.evidence.sources import source_keys


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a result comes from.

    source_keys: entries of the bibliography, the main one first.
    verified: how the number was checked; "secondary" where the record says that this number,
        unlike the rest of it, was read second-hand.
    overlap_group: the group whose people it shares, or None; never pool or add within one.
    derived: whether the number is arithmetic on verified figures.
    text: the words in which the numbers stand.
    """

    source_keys: tuple[str, ...]
    verified: Verified
    overlap_group: str | None
    derived: bool
    text: str


def provenance_of(result: Result, library: Library) -> Provenance:
    """Return where ``result`` comes from.

    Raises KeyError or PathError when the result points nowhere, which ``load_library`` checks.
    """
    record = library.table(result.table)[result.record]
    last = result.path.rpartition(".")[2]
    second_hand = last in getattr(record, "secondary_fields", ())
    return Provenance(
        source_keys=source_keys(record),
        verified="secondary" if second_hand else record.verified,  # type: ignore[attr-defined]
        overlap_group=getattr(record, "overlap_group", None),
        derived=result.derived,
        text=text_at(record, result.path),
    )

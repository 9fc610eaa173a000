"""Which entries of the bibliography a record rests on."""

from __future__ import annotations

from ketalab.evidence.tables import Record


def source_keys(record: Record) -> tuple[str, ...]:
    """Return the source keys that stand in the record itself, the main one first.

    A claim rests on records as well as on sources: its ``keys`` are returned as they stand.
    """
    for field in ("source_key", "source", "key"):
        if field == "key" and "sources" in type(record).model_fields:
            continue
        key = getattr(record, field, None)
        if isinstance(key, str):
            return (key,)
    for field in ("sources", "keys"):
        keys = getattr(record, field, None)
        if isinstance(keys, tuple):
            return keys
    return ()

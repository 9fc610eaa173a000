"""Walk to the words of a record: ``result.responders_over_50pct[3]``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ketalab.evidence.tables import Record

_STEP = re.compile(r"\.?([^.\[\]]+)|\[(\d+)\]")
# 1,034 is one number, "28, 56" are two; a sign is left aside.
_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")


class PathError(LookupError):
    """A path leads nowhere, or to more than one text or one entry of a list."""


def text_at(record: Record, path: str) -> str:
    """Return the words at ``path``: one text or number, or one entry of a list, field by field.

    Raises PathError, whose message says what was expected and found instead.
    """
    value: Any = record
    walked = ""
    for step in _steps(path):
        value = _next(value, step, walked or "the record")
        walked += f"[{step}]" if isinstance(step, int) else f"{'.' if walked else ''}{step}"
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return str(value)
    if path.endswith("]") and isinstance(value, Record | Mapping):
        return "; ".join(_leaves(value))
    raise PathError(f"expected a path to one text or one entry of a list, got {path!r}")


def words_of(record: Record) -> str:
    """Return all words of a record with the names of its fields, but what is from memory alone."""
    fields = set(type(record).model_fields) - {"memory_only_fields"}
    return "; ".join(
        word for name in sorted(fields) for word in _words(name, getattr(record, name))
    )


def head_of(path: str) -> str:
    """Return the field of the record in which ``path`` begins."""
    return str(next(iter(_steps(path))))


def numbers_in(text: str) -> frozenset[float]:
    """Return every number that is printed in ``text``, without its sign."""
    return frozenset(float(number.replace(",", "")) for number in _NUMBER.findall(text))


def _steps(path: str) -> tuple[str | int, ...]:
    matches = list(_STEP.finditer(path))
    if not matches or "".join(match[0] for match in matches) != path:
        raise PathError(f"expected a path such as result.overall or pooled[0], got {path!r}")
    return tuple(match[1] if match[1] is not None else int(match[2]) for match in matches)


def _next(value: Any, step: str | int, where: str) -> Any:
    if isinstance(step, int):
        if not isinstance(value, tuple | list):
            raise PathError(f"expected a list at {where}, got none")
        if step >= len(value):
            raise PathError(f"expected an index below {len(value)} at {where}, got {step}")
        return value[step]
    if isinstance(value, Record):
        known = [name for name in type(value).model_fields if getattr(value, name) is not None]
        if step in known:
            return getattr(value, step)
    else:
        known = list(value) if isinstance(value, Mapping) else []
        if step in known:
            return value[step]
    raise PathError(f"expected one of {', '.join(map(repr, known))} at {where}, got {step!r}")


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, Record):
        value = {name: getattr(value, name) for name in type(value).model_fields}
    if isinstance(value, Mapping):
        for part in value.values():
            yield from _leaves(part)
    elif isinstance(value, tuple | list):
        for part in value:
            yield from _leaves(part)
    elif value is not None:
        yield str(value)


def _words(name: str, value: Any) -> Iterator[str]:
    """Yield name and value, so that a number in a name ("over_50pct") is found as well."""
    yield name
    if isinstance(value, Record):
        value = {part: getattr(value, part) for part in type(value).model_fields}
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from _words(str(key), part)
    elif isinstance(value, tuple | list):
        for part in value:
            yield from _words("", part)
    elif value is not None:
        yield str(value)

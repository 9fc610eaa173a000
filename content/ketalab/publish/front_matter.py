"""What a lesson's file says of itself, read without the lesson."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from ketalab.publish.project import PublishError

FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)


def front_matter(lesson: Path) -> dict[str, Any]:
    """Return the part of a lesson's front matter that stands below `ketalab`.

    Raises:
        PublishError: there is none, or it is not YAML.
    """
    found = FRONT_MATTER.match(lesson_text(lesson))
    try:
        content = yaml.safe_load(found[1]) if found else None
    except Exception as error:  # a value that only looks like a number or date raises other kinds
        said = " ".join(str(error).split())
        raise PublishError(f"{lesson.name}: front matter is not YAML: {said}") from error
    if not isinstance(content, dict) or not isinstance(content.get("ketalab"), dict):
        raise PublishError(f"{lesson.name}:1: front matter lacks ketalab")
    ketalab: dict[str, Any] = content["ketalab"]
    return ketalab


def lesson_text(lesson: Path) -> str:
    """Return the text of a lesson's file; a mark of byte order at its head is no part of it.

    Raises:
        PublishError: the file is missing or not UTF-8; names file and line.
    """
    try:
        return lesson.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise PublishError(f"{lesson.name}:{line}: expected UTF-8 text") from None
    except OSError as error:
        raise PublishError(f"{lesson.name}: expected a lesson, got {error.strerror}") from None


def field_problems(front: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield (field, what is expected and given) for each field that is not as it must be."""
    for field, value in front.items():
        if field not in _FIELDS:
            yield str(field), f"expected no such field (known: {', '.join(_FIELDS)})"
            continue
        expected, is_fit = _FIELDS[field]
        if not is_fit(value):
            yield field, f"expected {expected}, got {str(value)[:60]!r}"


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_whole(value: object, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value < 1000


# What each field holds, in words, and whether a value is that.
_FIELDS: Mapping[str, tuple[str, Callable[[Any], bool]]] = {
    "kind": ("gallery or start", lambda value: value in ("gallery", "start")),
    "number": ("a whole number from 0", lambda value: _is_whole(value, 0)),
    "title": ("text", _is_text),
    "minutes": ("a whole number from 1", lambda value: _is_whole(value, 1)),
    "summary": ("text", _is_text),
    "words": (
        "a list of words",
        lambda value: isinstance(value, list) and all(map(_is_text, value)),
    ),
}

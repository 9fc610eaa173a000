"""What a lesson's file says of itself, read without the lesson."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from ketalab.publish.project import PublishError

_FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)


def front_matter(lesson: Path) -> dict[str, Any]:
    """Return the part of a lesson's front matter that stands below `ketalab`.

    Raises:
        PublishError: there is none, or it is not YAML.
    """
    found = _FRONT_MATTER.match(lesson.read_text(encoding="utf-8"))
    try:
        content = yaml.safe_load(found[1]) if found else None
    except yaml.YAMLError as error:
        raise PublishError(f"{lesson.name}: front matter is not YAML: {error}") from error
    if not isinstance(content, dict) or not isinstance(content.get("ketalab"), dict):
        raise PublishError(f"{lesson.name}:1: front matter lacks ketalab")
    return content["ketalab"]

"""pyproject.toml -> the part of it that installs the course for a student."""

from __future__ import annotations

import re
import tomllib

_SECTION = re.compile(r"^\[(?=[^\[])", re.MULTILINE)
_KEPT = ("build-system]", "project]", "tool.setuptools.")


def student_project(pyproject: str) -> str:
    """The tables that pip reads; without commands, tests and tools, which need the checkout.

    Raises:
        KeyError: there is no table `project` or `build-system`.
    """
    head, *sections = _SECTION.split(pyproject)
    text = head + "".join(f"[{part}" for part in sections if part.startswith(_KEPT))
    given = tomllib.loads(text)
    for table in ("project", "build-system"):
        if table not in given:
            raise KeyError(f"pyproject.toml has no table [{table}]")
    return text.rstrip() + "\n"

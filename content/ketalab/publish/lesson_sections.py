"""A lesson by its headings, as it is written: the roles of its prose still stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import jupytext

from ketalab.activities.bank import ROLE
from ketalab.publish.lessons import tagged


@dataclass(frozen=True, slots=True)
class Section:
    """What is said below a heading, to the next one; remarks, notes and code are left out.

    ``room`` is the heading of the second level above it, ``cells`` its Markdown cells.
    """

    room: str
    title: str
    cells: tuple[str, ...]

    @property
    def text(self) -> str:
        """All its cells."""
        return "\n\n".join(self.cells)

    @property
    def prose(self) -> str:
        """The words without the keys of facts, which would name what they are about."""
        return ROLE.sub(" ", self.text)

    @property
    def roles(self) -> tuple[tuple[str, str], ...]:
        """Each {fact} and {cite} as (role, key)."""
        return tuple(ROLE.findall(self.text))


def lesson_sections(path: Path) -> list[Section]:
    """Return the sections of a lesson in their order; a gallery of explorers has none."""
    notebook = jupytext.read(path, fmt="md:myst")
    if notebook.metadata.get("ketalab", {}).get("kind") == "gallery":
        return []
    prose = [
        cell.source
        for cell in notebook.cells
        if cell.cell_type == "markdown"
        and not (tagged(cell, "notes") or tagged(cell, "instructor"))
    ]
    return list(_split(prose))


def _split(cells: list[str]) -> Iterator[Section]:
    room, title = "", ""
    found: list[str] = []
    for cell in cells:
        for part in re.split(r"^(?=#{2,3} )", cell, flags=re.MULTILINE):
            heading = re.match(r"(#{2,3}) (.*)", part)
            if heading:
                yield Section(room, title, tuple(found))
                title, found = heading[2].strip(), []
                room = title if heading[1] == "##" else room
            found.append(part)
    yield Section(room, title, tuple(found))

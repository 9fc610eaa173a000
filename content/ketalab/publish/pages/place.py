"""Where a page stands in the course: what comes before it, what comes after it, and its home."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Link:
    """A page's title, and its address as seen from the page that links to it."""

    title: str
    address: str


@dataclass(frozen=True)
class Place:
    """The neighbours of a page.

    `folder` is where home page, glossary and bibliography lie, seen from the page, with a slash at
    its end: "" beside it, "../html/" from the instructors' folder.
    """

    previous: Link | None = None
    next: Link | None = None
    folder: str = ""

    @property
    def course(self) -> tuple[Link, ...]:
        """The pages that every page links to."""
        pages = {
            "Course home": "index.html",
            "Glossary": "glossary.html",
            "Bibliography": "bibliography.html",
            "Evidence": "evidence.html",
        }
        return tuple(Link(title, self.folder + name) for title, name in pages.items())

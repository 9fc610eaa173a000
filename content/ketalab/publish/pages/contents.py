"""The table of contents of a page, and the anchors of its headings."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from bs4 import BeautifulSoup

# Ids that the page's template gives away.
_TAKEN = ("lesson", "contents", "widget-models")


@dataclass
class Heading:
    """A heading of a page: its text without markup, its anchor, and the headings below it."""

    level: int
    text: str
    anchor: str
    parts: list[Heading] = field(default_factory=list)


class Contents:
    """The headings of one page, in the order in which they were added."""

    def __init__(self) -> None:
        self.headings: list[Heading] = []
        self._anchors = set(_TAKEN)

    def add(self, level: int, html: str) -> str:
        """Count a heading and return its anchor, which comes from its text alone.

        A second heading with the same text gets a number: "verdict", "verdict-2".
        """
        text = _plain(html)
        slug = _slug(text)
        anchor, number = slug, 1
        while anchor in self._anchors:
            number += 1
            anchor = f"{slug}-{number}"
        self._anchors.add(anchor)
        self.headings.append(Heading(level, text, anchor))
        return anchor

    @property
    def entries(self) -> list[Heading]:
        """The headings of level 2, each with those of level 3 below it as its parts."""
        entries: list[Heading] = []
        for heading in self.headings:
            if heading.level == 2:
                entries.append(Heading(2, heading.text, heading.anchor))
            elif heading.level == 3 and entries:
                entries[-1].parts.append(heading)
        return entries

    def problems(self) -> Iterator[str]:
        """Yield what a reader who goes from heading to heading would stumble over."""
        tops = [heading.text for heading in self.headings if heading.level == 1]
        if len(tops) != 1:
            yield f"expected one heading of level 1, found {len(tops)}: {', '.join(tops) or 'none'}"
        for before, after in zip(self.headings, self.headings[1:], strict=False):
            if after.level > before.level + 1:
                yield (
                    f"the heading {after.text!r} of level {after.level} follows {before.text!r} of "
                    f"level {before.level}: a level is skipped"
                )


def _plain(html: str) -> str:
    soup = BeautifulSoup(html, "html.parser")
    for annotation in soup.find_all("annotation"):
        annotation.decompose()  # the TeX of a formula stands there a second time
    return " ".join(soup.get_text().split())


def _slug(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-") or "part"

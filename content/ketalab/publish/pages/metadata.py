"""What search engines and libraries of teaching material read in the head of a page."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import mistune
import yaml
from nbformat import NotebookNode

from ketalab.publish.lessons import ROOMS
from ketalab.publish.project import PublishError

LANGUAGE = "en-GB"
_CITATION = Path(__file__).resolve().parents[4] / "CITATION.cff"
# Marks that turn the direction of the text around them, so that it reads otherwise than it is.
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")


@dataclass(frozen=True)
class Course:
    """The course as CITATION.cff names it; licences are SPDX identifiers."""

    name: str
    authors: tuple[str, ...]
    licences: tuple[str, ...]

    @property
    def short_name(self) -> str:
        """The name without what follows its colon."""
        return self.name.partition(":")[0]


@dataclass(frozen=True)
class PageMetadata:
    """A page's title, its one-sentence summary, and what of a lesson's front matter it has."""

    title: str
    summary: str
    course: Course
    number: int | None = None
    minutes: int | None = None
    objectives: tuple[str, ...] = ()

    @property
    def open_graph(self) -> dict[str, str]:
        """Open Graph properties; there is no picture, since a page names nothing to be fetched."""
        return {
            "og:type": "article",
            "og:title": self.title,
            "og:description": self.summary,
            "og:site_name": self.course.short_name,
            "og:locale": LANGUAGE.replace("-", "_"),
        }

    @property
    def learning_resource(self) -> dict[str, Any]:
        """A schema.org LearningResource, as JSON-LD."""
        people = [{"@type": "Organization", "name": name} for name in self.course.authors]
        licences = [f"https://spdx.org/licenses/{name}" for name in self.course.licences]
        described: dict[str, Any] = {
            "@context": "https://schema.org",
            "@type": "LearningResource",
            "name": self.title,
            "description": self.summary,
            "inLanguage": LANGUAGE,
            "learningResourceType": "reference" if self.minutes is None else "lesson",
            "isAccessibleForFree": True,
            "isPartOf": {"@type": "Course", "name": self.course.name},
            "author": people,
            "license": licences,
        }
        if self.minutes is not None:
            described["timeRequired"] = f"PT{self.minutes}M"
        if self.number is not None:
            described["position"] = self.number
        if self.objectives:
            described["teaches"] = list(self.objectives)
        return described


def page_metadata(notebook: NotebookNode) -> PageMetadata:
    """Return what the head of a notebook's page says of it.

    Raises:
        PublishError: title or summary holds invisible marks that turn the direction of text.
    """
    front = notebook.metadata["ketalab"]
    title = notebook.metadata["title"]
    for field, text in (("title", title), ("summary", front["summary"])):
        turned = _TURNING.search(text)
        if turned:
            raise PublishError(
                f"{title!r}: ketalab.{field} holds the invisible mark U+{ord(turned[0]):04X}, "
                "which turns the direction of text: remove it"
            )
    return PageMetadata(
        title=title,
        summary=front["summary"],
        course=course(),
        number=front.get("number"),
        minutes=front.get("minutes"),
        objectives=objectives(notebook),
    )


@cache
def course() -> Course:
    """Return the course as the checkout's CITATION.cff describes it. Raises PublishError."""
    try:
        found = yaml.safe_load(_CITATION.read_text(encoding="utf-8"))
        authors = tuple(author["name"] for author in found["authors"])
        return Course(found["title"], authors, tuple(found["license"]))
    except (OSError, KeyError, TypeError, yaml.YAMLError) as error:
        raise PublishError(
            f"CITATION.cff: expected title, authors with a name, license: {error}"
        ) from error


def objectives(notebook: NotebookNode) -> tuple[str, ...]:
    """Return the aims that the lesson's first room lists, as plain text; () if it has no such room.

    The list may follow the heading in its cell or stand in a later one.
    """
    parse = mistune.create_markdown(renderer=None)
    inside = False
    found: list[str] = []
    for cell in notebook.cells:
        tokens: Any = parse(cell.source) if cell.cell_type == "markdown" else ()
        for token in tokens:
            if token["type"] == "heading":
                if inside and token["attrs"]["level"] <= 2:
                    return tuple(found)
                inside = inside or _text(token["children"]) == ROOMS[0]
            elif inside and token["type"] == "list":
                found += [_text(item["children"]) for item in token["children"]]
    return tuple(found)


def _text(tokens: Iterable[Any]) -> str:
    """The words of Markdown tokens, without markup and without HTML."""
    parts = []
    for token in tokens:
        if token["type"] in {"softbreak", "linebreak"}:
            parts.append(" ")
        elif "children" in token:
            parts.append(_text(token["children"]))
        elif token["type"] not in {"inline_html", "block_html"}:
            parts.append(token.get("raw", ""))
    return "".join(parts)

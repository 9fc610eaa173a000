"""Explorers as they open: what stands on paper where a page has a live one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any

from nbformat import NotebookNode

from ketalab import explorers
from ketalab.frontend.still import still_svg
from ketalab.publish.widgets import WIDGET_STATE, WIDGET_VIEW

_TEXT = re.compile(r"<text[^>]*>([^<]*)</text>")
_WIDTH = 334  # CSS pixels of one of two columns: so a chart's letters keep their size on paper


@dataclass(frozen=True)
class Picture:
    """A chart as SVG, its caption, and the alternative text, which says what it shows."""

    title: str
    alt: str
    svg: str

    @property
    def words(self) -> str:
        """All text that stands in the chart."""
        return unescape(" ".join(_TEXT.findall(self.svg)))


@dataclass(frozen=True)
class Opening:
    """An explorer in its opening state."""

    title: str
    reading: str
    pictures: tuple[Picture, ...]

    @property
    def words(self) -> str:
        """All text that is printed of it."""
        drawn = (f"{picture.title} {picture.alt} {picture.words}" for picture in self.pictures)
        return " ".join([self.reading, *drawn])


def openings(notebook: NotebookNode, cells: list[NotebookNode]) -> Iterator[Opening]:
    """Yield the explorers that these cells of an executed notebook show, in order.

    Raises ValueError when Vega cannot draw one.
    """
    states = notebook.metadata.get("widgets", {}).get(WIDGET_STATE, {}).get("state", {})
    for cell in cells:
        for output in cell.get("outputs", []):
            view = output.get("data", {}).get(WIDGET_VIEW)
            state: Mapping[str, Any]
            state = states.get(view["model_id"], {}).get("state", {}) if view else {}
            if "pictures" in state.get("_spec", {}):
                yield _opening(state)


def _opening(state: Mapping[str, Any]) -> Opening:
    specification = state["_spec"]
    setting = {control["name"]: state[control["name"]] for control in specification["controls"]}
    explorer = getattr(explorers, specification["name"])(**setting)
    pictures = tuple(
        Picture(
            caption["title"],
            caption["alt"],
            still_svg(specification, setting, caption["picture"], _WIDTH),
        )
        for caption in explorer.captions()
    )
    return Opening(specification["title"], explorer.reading, pictures)

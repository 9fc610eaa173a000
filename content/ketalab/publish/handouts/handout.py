"""The handout of a lesson: what it is about, its pictures, its numbers and what to take away."""

from __future__ import annotations

import base64
import re
from html import escape
from pathlib import Path

from nbformat import NotebookNode

from ketalab.publish.editions import without_speaker_notes
from ketalab.publish.handouts.marks import key_to_the_marks, named_in, sources
from ketalab.publish.handouts.opening import Opening, Picture, openings
from ketalab.publish.handouts.sheet import COURSE, markdown, sheet
from ketalab.publish.lessons import tagged
from ketalab.publish.notebooks import read_executed
from ketalab.publish.project import Project, PublishError

_SOURCE = re.compile(r"\(#source-([^)]+)\)")
_HEADING = re.compile(r"## (.*)")
# The rooms that go on paper, in the order in which they are read there.
_ON_PAPER = (
    "What you will be able to do",
    "Take away",
    "The claim",
    "Explore",
    "Explain",
    "Words",
)
# Of these all text is printed, of the others what the deck shows.
_WHOLE = ("What you will be able to do", "Take away", "Words")
_STILL = (
    "On paper the explorers stand still: each as it opens, with its reading. On the lesson’s page "
    "they answer."
)
_ADVICE = (
    "For learning to read evidence. It gives no advice on doses, and it does not replace a "
    "clinician."
)


def handout(project: Project, lesson: Path) -> str:
    """Return the handout of a lesson as one HTML file that is ready to print.

    It holds what the students' edition shows: aims, what to take away, the claim, the deck's
    explorers as they open with their readings, the deck's numbers with their marks, words, and the
    sources of all that. The notebooks must have been built.

    Raises:
        PublishError: the lesson's notebook lacks a room.
    """
    notebook = without_speaker_notes(read_executed(project, lesson))
    front = notebook.metadata.ketalab
    rooms = _rooms(notebook)
    shown = list(openings(notebook, list(filter(_on_deck, _room(rooms, "Explore", lesson)))))
    texts = {name: _text(name, _room(rooms, name, lesson)) for name in _ON_PAPER}
    cited = _SOURCE.findall("\n".join(texts.values()))
    named = named_in(" ".join(opening.words for opening in shown))
    title = f"{front['title']} (handout)"
    course, number = COURSE.partition(":")[0], front["number"]
    parts = {
        name: f'<section class="{name.split()[-1].lower()}">{markdown(text)}</section>'
        for name, text in texts.items()
    }
    parts["Explore"] += _pictures(shown)
    body = [
        f"<h1>{escape(front['title'])}</h1>",
        f'<p class="about">Handout to lesson {number} of <em>{escape(COURSE)}</em>. '
        f"{escape(front['summary'])} <strong>{_ADVICE}</strong></p>",
        '<div class="columns">',
        *(parts[name] for name in _ON_PAPER[:-1]),
        key_to_the_marks(),
        parts["Words"],
        "</div>",
        f"<section><h2>Sources of this handout</h2>{sources([*cited, *named])}</section>",
    ]
    return sheet(title, "\n".join(body), f"{course} · handout to lesson {number} · CC BY 4.0")


def _rooms(notebook: NotebookNode) -> dict[str, list[NotebookNode]]:
    """The cells of each room by its name."""
    rooms: dict[str, list[NotebookNode]] = {}
    cells: list[NotebookNode] = []  # before the first room: the title
    for cell in notebook.cells:
        heading = _HEADING.match(cell.source) if cell.cell_type == "markdown" else None
        if heading:
            cells = rooms.setdefault(heading[1].strip(), [])
        cells.append(cell)
    return rooms


def _room(rooms: dict[str, list[NotebookNode]], name: str, lesson: Path) -> list[NotebookNode]:
    if name not in rooms:
        raise PublishError(f"{lesson.name}: no room {name!r}, which the handout needs")
    return rooms[name]


def _on_deck(cell: NotebookNode) -> bool:
    return tagged(cell, "slide") or tagged(cell, "on-slide")


def _text(name: str, cells: list[NotebookNode]) -> str:
    """The Markdown of a room that goes on paper, its heading first."""
    prose = [cell for cell in cells if cell.cell_type == "markdown"]
    taken = [cell for cell in prose if name in _WHOLE or _on_deck(cell)]
    if prose[0] not in taken:
        taken.insert(0, prose[0])
    return "\n\n".join(cell.source for cell in taken)


def _pictures(shown: list[Opening]) -> str:
    explorers = "\n".join(
        f"<h3>{escape(opening.title)}</h3>"
        f'<p class="reading">{escape(opening.reading)}</p>'
        f"{''.join(map(_figure, opening.pictures))}"
        for opening in shown
    )
    return f"<p>{_STILL}</p>\n{explorers}"


def _figure(picture: Picture) -> str:
    # No <figure>: Chromium would tag it as a second figure around the first, without alt text.
    data = base64.b64encode(picture.svg.encode()).decode()
    return (
        f'<div class="picture"><p class="caption">{escape(picture.title)}</p>'
        f'<img alt="{escape(picture.alt)}" src="data:image/svg+xml;base64,{data}"></div>'
    )

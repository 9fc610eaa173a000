"""A lesson: one MyST Markdown file, read into a notebook with its roles resolved."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from difflib import get_close_matches
from functools import partial
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode

from ketalab.activities.bank import bank_file, banks, cited_by
from ketalab.publish.glossary import Glossary, glossary_beside, word_list
from ketalab.publish.lint import Prose, bank_prose, typed_numbers
from ketalab.publish.project import PublishError
from ketalab.publish.roles import Citations, resolve, source_list

ROOMS = (
    "What you will be able to do",
    "The claim",
    "Predict",
    "Explore",
    "Explain",
    "Worked example",
    "Exercises",
    "Check yourself",
    "Take away",
    "Words",
    "Sources",
)
_ACTIVITY = re.compile(r"""\b(?:predict|question|check)\(\s*["']([^"']+)["']""")
_HEADING = re.compile(r"^## (.*)$", re.MULTILINE)
_REQUIRED = ("number", "title", "minutes", "summary")


def read_lesson(path: Path) -> NotebookNode:
    """The lesson as a notebook: every edition's cells, not yet executed.

    Cell ids come from the content, so that two builds of one source are the same bytes. A file
    whose front matter says `kind: gallery` shows explorers and has no rooms.

    Raises:
        PublishError: front matter, rooms or roles that are not as a lesson needs them; the message
            names file and line.
    """
    notebook, citations = _resolved(path)
    if citations.keys:
        notebook.cells[-1].source += "\n\n" + source_list(citations)
    _name_cells(notebook)
    notebook.metadata.pop("jupytext", None)
    notebook.metadata["title"] = notebook.metadata.ketalab["title"]
    notebook.metadata["language_info"] = {"name": "python"}
    return notebook


def sources_of(path: Path) -> tuple[str, ...]:
    """The keys of the sources that a lesson cites, in order. Raises PublishError."""
    return tuple(_resolved(path)[1].keys)


def _resolved(path: Path) -> tuple[NotebookNode, Citations]:
    """The lesson's cells with their roles resolved, and what they cite."""
    text = path.read_text(encoding="utf-8")
    try:
        notebook = jupytext.reads(text, fmt="md:myst")
    except Exception as error:  # jupytext and its YAML parser raise many kinds
        raise PublishError(f"{path.name}: not a MyST notebook: {error}") from error
    _check_front_matter(path, notebook)
    if notebook.metadata.ketalab.get("kind") != "gallery":
        _check_rooms(path, text, notebook)
    if not any(tagged(cell, "slide") for cell in notebook.cells):
        raise PublishError(f"{path.name}: no cell has the tag slide, so the deck would be empty")
    _check_numbers(path, text, notebook)
    citations, words = Citations(), glossary_beside(path)
    for cell, start in zip(notebook.cells, _starts(text, notebook), strict=True):
        place = partial(_place, path, text, start)
        if cell.cell_type == "markdown":
            cell.source = resolve(cell.source, citations, place, words)
        else:
            _cite_activities(cell.source, citations, place)
    _fill_words(path, notebook, words)
    return notebook, citations


def _cite_activities(code: str, citations: Citations, place: Callable[[int], str]) -> None:
    """Count what a cell's questions, predictions and checks cite among the lesson's sources."""
    known = {item.id: item for bank in banks() for item in bank.items()}
    for match in _ACTIVITY.finditer(code):
        name = match[1]
        if name not in known:
            near = get_close_matches(name, known)
            hint = f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
            where = place(match.start())
            raise PublishError(f"{where}: the question bank has no {name!r}{hint}")
        for key in cited_by(known[name]):
            citations.add(key)


def tagged(cell: NotebookNode, tag: str) -> bool:
    """Whether a cell carries the tag."""
    return tag in cell.metadata.get("tags", [])


def _check_front_matter(path: Path, notebook: NotebookNode) -> None:
    given = notebook.metadata.get("ketalab")
    known = given if isinstance(given, dict) else {}
    missing = [key for key in _REQUIRED if key not in known]
    if missing:
        lacks = f"front matter lacks ketalab.{', ketalab.'.join(missing)}"
        raise PublishError(f"{path.name}:1: {lacks}")


def _check_rooms(path: Path, text: str, notebook: NotebookNode) -> None:
    order = f"The rooms are, in this order: {'; '.join(ROOMS)}"
    found = [
        (heading[1].strip(), _place(path, text, start, heading.start()))
        for cell, start in zip(notebook.cells, _starts(text, notebook), strict=True)
        if cell.cell_type == "markdown" and not _is_spoken(cell)
        for heading in _HEADING.finditer(cell.source)
    ]
    for wanted, (name, place) in zip((*ROOMS, "no other room"), found, strict=False):
        if name != wanted:
            raise PublishError(f"{place}: found the room {name!r}, expected {wanted!r}. {order}")
    if len(found) < len(ROOMS):
        raise PublishError(f"{path.name}: the room {ROOMS[len(found)]!r} is missing. {order}")
    if not notebook.cells[-1].source.startswith("## Sources"):
        raise PublishError(f"{path.name}: the room Sources must be a cell of its own, the last one")


def _check_numbers(path: Path, text: str, notebook: NotebookNode) -> None:
    """Refuse clinical numbers that were typed by hand, in the lesson and in its bank."""
    prose = [
        Prose(cell.source, partial(_place, path, text, start), spoken=_is_spoken(cell))
        for cell, start in zip(notebook.cells, _starts(text, notebook), strict=True)
        if cell.cell_type == "markdown"
    ]
    front = notebook.metadata.ketalab
    for field in ("title", "summary"):
        prose.append(Prose(str(front[field]), lambda offset: f"{path.name}:1"))
    problems = typed_numbers(path.name, prose)
    bank = bank_file(path.stem)
    if bank.exists():
        problems += typed_numbers(bank.name, bank_prose(bank))
    if problems:
        raise PublishError("\n".join(problems))


def _fill_words(path: Path, notebook: NotebookNode, words: Glossary) -> None:
    """Fill the room Words from the glossary with the words that the front matter lists."""
    terms = notebook.metadata.ketalab.get("words", ())
    if not terms:
        return
    try:
        listed = word_list(terms, words)
    except LookupError as error:
        raise PublishError(f"{path.name}:1: ketalab.words: {error.args[0]}") from None
    room = next(cell for cell in notebook.cells if cell.source.startswith("## Words"))
    room.source += f"\n\n{listed}"


def _is_spoken(cell: NotebookNode) -> bool:
    return tagged(cell, "notes") or tagged(cell, "instructor")


def _starts(text: str, notebook: NotebookNode) -> list[int]:
    """Where the text of each cell begins in the file, in which it stands as it is."""
    starts, end = [], max(text.find("\n---\n"), 0)  # after the front matter
    for cell in notebook.cells:
        start = text.find(cell.source, end)
        starts.append(start)
        end = max(end, start + len(cell.source))
    return starts


def _place(path: Path, text: str, start: int, offset: int) -> str:
    """File and line of an offset in the cell that begins at `start` (-1: nobody knows where)."""
    line = text.count("\n", 0, start + offset) + 1 if start >= 0 else "?"
    return f"{path.name}:{line}"


def _name_cells(notebook: NotebookNode) -> None:
    seen: dict[str, int] = {}
    for cell in notebook.cells:
        name = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:12]
        seen[name] = seen.get(name, 0) + 1
        cell["id"] = name if seen[name] == 1 else f"{name}-{seen[name]}"


def write_notebook(notebook: NotebookNode) -> str:
    """A notebook as the text of an .ipynb file."""
    nbformat.validate(notebook)
    return nbformat.writes(notebook, version=4) + "\n"

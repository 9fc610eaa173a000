"""A lesson: one MyST Markdown file, read into a notebook with its roles resolved."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode

from ketalab.activities.bank import banks, cited_by
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
_REQUIRED = ("number", "title", "minutes", "summary")


def read_lesson(path: Path) -> NotebookNode:
    """The lesson as a notebook: every edition's cells, not yet executed.

    Cell ids come from the content, so that two builds of one source are the same bytes.

    Raises:
        PublishError: front matter, rooms or roles that are not as a lesson needs them; the message
            names file and line.
    """
    text = path.read_text(encoding="utf-8")
    try:
        notebook = jupytext.reads(text, fmt="md:myst")
    except Exception as error:  # jupytext and its YAML parser raise many kinds
        raise PublishError(f"{path.name}: not a MyST notebook: {error}") from error
    _check_front_matter(path, notebook)
    _check_rooms(path, notebook)
    citations = Citations()
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            raw = cell.source
            cell.source = resolve(raw, citations, lambda at, raw=raw: _place(path, text, raw, at))
        else:
            _cite_activities(path, cell.source, citations)
    notebook.cells[-1].source += "\n\n" + source_list(citations)
    _name_cells(notebook)
    notebook.metadata.pop("jupytext", None)
    notebook.metadata["title"] = notebook.metadata.ketalab["title"]
    notebook.metadata["language_info"] = {"name": "python"}
    return notebook


def _cite_activities(path: Path, code: str, citations: Citations) -> None:
    """Count what a cell's questions, predictions and checks cite among the lesson's sources."""
    known = {item.id: item for bank in banks() for item in bank.items()}
    for name in _ACTIVITY.findall(code):
        if name not in known:
            raise PublishError(f"{path.name}: the question bank has no {name!r}")
        for key in cited_by(known[name]):
            citations.add(key)


def tagged(cell: NotebookNode, tag: str) -> bool:
    """Whether a cell carries the tag."""
    return tag in cell.metadata.get("tags", [])


def _check_front_matter(path: Path, notebook: NotebookNode) -> None:
    given = notebook.metadata.get("ketalab", {})
    missing = [key for key in _REQUIRED if key not in given]
    if missing:
        raise PublishError(f"{path.name}: front matter lacks ketalab.{', ketalab.'.join(missing)}")


def _check_rooms(path: Path, notebook: NotebookNode) -> None:
    found = tuple(
        line[3:].strip()
        for cell in notebook.cells
        if cell.cell_type == "markdown"
        and not (tagged(cell, "notes") or tagged(cell, "instructor"))
        for line in cell.source.splitlines()
        if line.startswith("## ")
    )
    if found != ROOMS:
        raise PublishError(
            f"{path.name}: the rooms must be, in this order: {'; '.join(ROOMS)}. "
            f"Found: {'; '.join(found)}"
        )
    if not notebook.cells[-1].source.startswith("## Sources"):
        raise PublishError(f"{path.name}: the room Sources must be a cell of its own, the last one")


def _place(path: Path, text: str, cell: str, offset: int) -> str:
    """File and line of an offset in a cell: the cell's text stands in the file as it is."""
    start = text.find(cell)
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

"""Who gets which cells. Tags decide: solution, instructor, notes, slide, on-slide."""

from __future__ import annotations

import re
from copy import deepcopy

from nbconvert.preprocessors import TagRemovePreprocessor
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from ketalab.publish.lessons import tagged

_TO_SOURCE = re.compile(r"\[((?:\\.|[^\]\\])*)\]\(#source-[^)]*\)")
HIDDEN_FROM_STUDENTS = {"solution", "instructor"}
_FOR_INSTRUCTORS = """\
**Instructor edition.** It holds what students do not get: the solutions of the exercises, and
remarks on timing, misconceptions and discussion. Everything else is as students have it.
"""


def _without(notebook: NotebookNode, tags: set[str]) -> NotebookNode:
    remover = TagRemovePreprocessor(remove_cell_tags=tags)
    result: NotebookNode = remover.preprocess(deepcopy(notebook), {})[0]
    return result


def student_edition(lesson: NotebookNode) -> NotebookNode:
    """The lesson without solutions and instructor's remarks; speaker notes still stand."""
    return _without(lesson, HIDDEN_FROM_STUDENTS)


def instructor_edition(lesson: NotebookNode) -> NotebookNode:
    """The lesson with everything in it; solutions and remarks say that they are that."""
    result = deepcopy(lesson)
    for cell in result.cells:
        if tagged(cell, "solution"):
            cell.source = f"# Solution\n{cell.source}"
        elif tagged(cell, "instructor"):
            cell.source = f"**For the instructor**\n\n{cell.source}"
    head = new_markdown_cell(_FOR_INSTRUCTORS.replace("\n", " ").strip(), id="instructor-edition")
    head.metadata["tags"] = ["instructor"]
    result.cells.insert(1, head)  # below the title
    result.metadata["title"] = f"{result.metadata['title']} · instructor edition"
    return result


def hidden_from_students(lesson: NotebookNode) -> list[NotebookNode]:
    """The solutions and remarks of a lesson."""
    return [cell for cell in lesson.cells if any(tagged(cell, t) for t in HIDDEN_FROM_STUDENTS)]


def without_speaker_notes(notebook: NotebookNode) -> NotebookNode:
    """What a student reads: speaker notes belong to the deck alone."""
    return _without(notebook, {"notes"})


def as_slides(notebook: NotebookNode) -> NotebookNode:
    """The deck's cells alone, with the slide types that nbconvert's slides exporter reads.

    Sources are named there, not linked: their list is a room of the lesson, not a slide.
    """
    result = deepcopy(notebook)
    result.cells = [cell for cell in result.cells if _slide_type(cell)]
    for cell in result.cells:
        if cell.cell_type == "markdown":
            cell.source = _TO_SOURCE.sub(r"\1", cell.source)
        cell.metadata["slideshow"] = {"slide_type": _slide_type(cell)}
    return result


def _slide_type(cell: NotebookNode) -> str | None:
    kinds = {"slide": "slide", "on-slide": "-", "notes": "notes"}
    return next((kind for tag, kind in kinds.items() if tagged(cell, tag)), None)

"""Every output, or part of one, that nbval does not compare, with the reason.

Kinds of outputs have their reasons here. A cell that is to be ignored gives its own, in a comment
of the cell: `# Not compared: the clock goes on.` There is no such cell in the course.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from nbformat import NotebookNode
from nbval.plugin import find_comment_markers, find_metadata_tags

from tests.notebooks.comparable import WIDGET_VIEW

# Keys and kinds of outputs that `strict` leaves out, and why.
REASONS = {
    WIDGET_VIEW: "the id of a widget is random; that it is there, and its text, are compared",
    "image/png": "a still that the build puts beside a widget; its text is compared",
    "metadata": "the still's alternative text; the same words are in the widget's captions",
    "execution_count": "nbval runs cells without a history, so they get no number",
}
# What stock nbval leaves out besides. Where one of these stands in a notebook, it is compared or,
# as a picture without a reason, fails.
_REASON = re.compile(r"^\s*#\s*Not compared:\s*(\S.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Ignored:
    """Something that is not compared: where, what, and the reason, None if none is given."""

    cell: int
    what: str
    reason: str | None


def ignored(notebook: NotebookNode) -> list[Ignored]:
    """Everything in a notebook that nbval would not compare; cells are counted as nbval does."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return [
        Ignored(number, what, reason)
        for number, cell in enumerate(cells)
        for what, reason in (*_by_mark(cell), *_by_kind(cell))
    ]


def _by_mark(cell: NotebookNode) -> Iterable[tuple[str, str | None]]:
    """Comments and tags that take a cell out, and cells that were never run."""
    given = _REASON.search(cell.source)
    reason = given[1] if given else None
    marks = dict(find_metadata_tags(cell.metadata)) | dict(find_comment_markers(cell.source))
    if marks.get("skip"):
        yield "the cell: it is skipped", reason
    if marks.get("check") is False:
        yield "the cell: its output is ignored", reason
    if marks.get("check_exception"):
        yield "the cell: it may fail", reason
    if cell.execution_count is None and cell.source.strip():
        yield "the cell: it was never run", reason


def _by_kind(cell: NotebookNode) -> Iterable[tuple[str, str | None]]:
    for output in cell.outputs:
        if output.get("metadata"):
            yield "metadata", REASONS["metadata"]
        if output.output_type == "error":
            yield "traceback", None
        for kind in output.get("data", {}):
            if kind.startswith(("image/", "video/", "audio/")) or kind == WIDGET_VIEW:
                yield kind, REASONS.get(kind)

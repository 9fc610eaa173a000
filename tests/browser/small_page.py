"""A small exported page with widgets of a test's own, made without a kernel."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from ketalab.frontend import CourseWidget
from ketalab.publish.pages.deck import DeckExporter
from ketalab.publish.pages.exporters import PageExporter
from ketalab.publish.widgets import WIDGET_STATE, WIDGET_VIEW


def write_page(path: Path, widgets: Sequence[CourseWidget], *, deck: bool = False) -> Path:
    """Write the widgets one below the other as an exported page, or each on a slide of a deck."""
    cells = [new_markdown_cell("# Small", metadata={"tags": ["slide"]})]
    states = {}
    for widget in widgets:
        model = widget.model_id
        state = {**widget.get_state(), "_esm": widget._esm, "_css": widget._css}
        states[model] = {
            "model_module": "anywidget",
            "model_name": "AnyModel",
            "model_module_version": "~0.9.*",
            "state": {key: _plain(value) for key, value in state.items()},
        }
        data = {
            WIDGET_VIEW: {"model_id": model, "version_major": 2, "version_minor": 0},
            "text/plain": repr(widget),
        }
        cells.append(
            new_code_cell(
                "widget",
                outputs=[new_output("display_data", data=data)],
                metadata={"tags": ["slide"]},
            )
        )
    notebook: nbformat.NotebookNode = new_notebook(cells=cells)
    notebook.metadata.update(
        title="Small",
        language_info={"name": "python"},
        widgets={WIDGET_STATE: {"state": states, "version_major": 2, "version_minor": 0}},
        ketalab={"number": 99, "title": "Small", "minutes": 1, "summary": "Small."},
    )
    exporter = DeckExporter() if deck else PageExporter()
    body, _ = exporter.from_notebook_node(notebook)
    path.write_text(body, encoding="utf-8")
    return path


def _plain(value: object) -> object:
    """anywidget holds its sources as files that it watches."""
    return str(value) if type(value).__name__ in {"FileContents", "VirtualFileContents"} else value

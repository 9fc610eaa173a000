"""Pages that belong to the whole course and not to a lesson, in the dress of a lesson's page."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from ketalab.frontend import CourseWidget
from ketalab.publish.pages.exporters import PageExporter
from ketalab.publish.widgets import WIDGET_STATE, WIDGET_VIEW

# For a page that is one long list.
LIST_STYLE = ".prose > ul > li { margin-block-end: 0.625rem; }"


def reference_page(
    title: str,
    summary: str,
    *parts: str | CourseWidget,
    heading: str | None = None,
    style: str = "",
) -> str:
    """Return one self-contained HTML page, under the same policy as a lesson: no request at all.

    Args:
        title: the page's name in a browser's tab.
        summary: one sentence for search results.
        parts: Markdown, which may hold HTML, and widgets, which are live on the page.
        heading: the page's first heading; the title unless it is given.
        style: CSS of this page alone, which comes after that of all pages.
    """
    notebook = new_notebook(cells=[])
    notebook.metadata.update(title=title, ketalab={"title": title, "summary": summary})
    states: dict[str, Any] = {}
    for place, part in enumerate(parts):
        if isinstance(part, CourseWidget):
            notebook.cells.append(_shown(part, f"widget-{place}"))
            states[part.model_id] = {"model_module": "anywidget", "state": part.get_state()}
        else:
            text = part if place else f"# {heading or title}\n\n{part}"
            notebook.cells.append(new_markdown_cell(text, id=f"text-{place}"))
    if states:
        notebook.metadata["widgets"] = {WIDGET_STATE: {"state": states}}
    page, _ = PageExporter(extra_style=style).from_notebook_node(notebook)
    return page


def _shown(widget: CourseWidget, name: str) -> NotebookNode:
    """A cell that has displayed the widget, as a kernel leaves it, without its code."""
    view = {"model_id": widget.model_id, "version_major": 2, "version_minor": 0}
    output = new_output("display_data", data={WIDGET_VIEW: view, "text/plain": repr(widget)})
    # As nbconvert's own TagRemovePreprocessor marks a cell whose code is left out.
    without_code = {"transient": {"remove_source": True}}
    cell: NotebookNode = new_code_cell("", id=name, outputs=[output], metadata=without_code)
    return cell

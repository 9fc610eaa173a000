"""Pages that belong to the whole course and not to a lesson, in the dress of a lesson's page."""

from __future__ import annotations

from nbformat.v4 import new_markdown_cell, new_notebook

from ketalab.publish.pages.exporters import PageExporter


def reference_page(title: str, summary: str, body: str) -> str:
    """Return one self-contained HTML page, under the same policy as a lesson: no request at all.

    ``body`` is Markdown, which may hold HTML; ``summary`` is one sentence for search results.
    """
    notebook = new_notebook(cells=[new_markdown_cell(f"# {title}\n\n{body}", id="page")])
    notebook.metadata.update(title=title, ketalab={"title": title, "summary": summary})
    page, _ = PageExporter().from_notebook_node(notebook)
    return page

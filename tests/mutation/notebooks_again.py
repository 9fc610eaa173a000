"""Run the cells of the committed notebooks again, in this process, and compare what they say.

It compares what nbval compares, text by text, but starts no kernel for it: a mutation run asks
hundreds of times. The notebooks' own suite is nbval's.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode


def compare(notebooks: Path) -> None:
    """Run every notebook of the folder until one says something else.

    Raises:
        AssertionError: names the notebook and the cell, and shows the first line that differs.
    """
    os.chdir(notebooks)  # as a kernel of Jupyter's would be
    for path in sorted(notebooks.glob("*.ipynb")):
        _compare(path)


def _compare(path: Path) -> None:
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()
    shell.ast_node_interactivity = "last_expr"
    for number, cell in enumerate(nbformat.read(path, as_version=4).cells):
        if cell.cell_type != "code":
            continue
        with capture_output() as captured:
            shell.display_trap.hook = sys.displayhook  # the one that captures
            result = shell.run_cell(cell.source, store_history=True)
        if not result.success and not _may_fail(cell):
            raised = result.error_before_exec or result.error_in_exec
            raise AssertionError(f"{path.name}, cell {number}: {type(raised).__name__}: {raised}")
        now, kept = _said(captured), _kept(cell)
        for one, other in zip([*kept, "(nothing)"], [*now, "(nothing)"], strict=False):
            if one != other:
                raise AssertionError(f"{path.name}, cell {number}: {_difference(one, other)}")


def _may_fail(cell: NotebookNode) -> bool:
    return "raises-exception" in cell.metadata.get("tags", [])


def _said(captured: Any) -> list[str]:
    """What was printed, and then the plain text of each output."""
    texts = [str(output.data.get("text/plain", "")) for output in captured.outputs]
    return [captured.stdout.strip(), *texts]


def _kept(cell: NotebookNode) -> list[str]:
    """The same of the outputs that are committed."""
    printed = [o["text"] for o in cell.outputs if o.get("name") == "stdout"]
    texts = [o["data"].get("text/plain", "") for o in cell.outputs if "data" in o]
    return ["".join(printed).strip(), *texts]


def _difference(kept: str, now: str) -> str:
    for one, other in zip([*kept.splitlines(), ""], [*now.splitlines(), ""], strict=False):
        if one != other:
            return f"{one[:90]!r} is now {other[:90]!r}"
    return "the number of lines"

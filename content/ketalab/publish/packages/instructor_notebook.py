"""The executed instructor edition -> the notebook that an instructor opens in JupyterLab."""

from __future__ import annotations

from nbformat import NotebookNode

from ketalab.publish.lessons import write_notebook
from ketalab.publish.notebooks import for_jupyter


def instructor_notebook(executed: NotebookNode) -> str:
    """The text of an .ipynb file: solutions and remarks, outputs and pictures, no widget states.

    Raises:
        nbformat.ValidationError: the notebook is not one.
    """
    return write_notebook(for_jupyter(executed))

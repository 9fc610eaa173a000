"""The instructor's notebook: everything is in it, and it opens in JupyterLab."""

from __future__ import annotations

import nbformat

from ketalab.publish.editions import hidden_from_students
from ketalab.publish.lessons import read_lesson
from ketalab.publish.packages.instructor_notebook import instructor_notebook
from ketalab.publish.widgets import WIDGET_VIEW


def test_it_holds_solutions_and_remarks_and_no_widget_states(instructors, lesson_path):
    text = instructor_notebook(instructors)
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    sources = "\n".join(cell.source for cell in notebook.cells)
    hidden = hidden_from_students(read_lesson(lesson_path))
    assert hidden
    for cell in hidden:
        assert cell.source in sources
    assert "widgets" not in notebook.metadata
    assert WIDGET_VIEW not in text
    assert instructor_notebook(instructors) == text

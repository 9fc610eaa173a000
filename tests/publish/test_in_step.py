"""Notebooks that no longer say what their lessons say are named, without executing anything."""

from __future__ import annotations

import nbformat
import pytest

from ketalab.publish import cli
from ketalab.publish.editions import student_edition, without_speaker_notes
from ketalab.publish.in_step import check_in_step
from ketalab.publish.lessons import read_lesson, write_notebook
from ketalab.publish.project import Project, PublishError
from tests.publish.conftest import remark


@pytest.fixture
def built(project):
    """A project whose notebook was built; what its cells printed is not looked at."""
    lesson = project.lessons / "01-first.md"
    text = lesson.read_text(encoding="utf-8") + remark("Say this.", "notes")
    lesson.write_text(text, encoding="utf-8")
    project.notebooks.mkdir()
    notebook = without_speaker_notes(student_edition(read_lesson(lesson)))
    (project.notebooks / "01-first.ipynb").write_text(write_notebook(notebook), encoding="utf-8")
    return project


def problem(project):
    with pytest.raises(PublishError) as caught:
        check_in_step(project)
    said, _, last = str(caught.value).rpartition("\n")
    assert last == "run `make notebooks` (or `ketalab build`)"
    return said


def test_what_was_built_is_in_step_and_speaker_notes_do_not_count(built):
    assert check_in_step(built) == 1
    lesson = built.lessons / "01-first.md"
    text = lesson.read_text(encoding="utf-8")
    lesson.write_text(text.replace("Say this.", "Say that."), encoding="utf-8")
    assert check_in_step(built) == 1


def test_a_lesson_that_changed_is_named_with_its_cell(built):
    lesson = built.lessons / "01-first.md"
    text = lesson.read_text(encoding="utf-8")
    lesson.write_text(text.replace("About: The claim.", "About: another."), encoding="utf-8")
    said = problem(built)
    assert said.startswith("notebooks/01-first.ipynb is not in step with 01-first.md: cell ")
    assert said.endswith(" differs, '## The claim' in the lesson")


def test_an_edit_by_hand_and_a_cell_too_many_are_seen(built):
    path = built.notebooks / "01-first.ipynb"
    notebook = nbformat.read(path, as_version=4)
    code = next(cell for cell in notebook.cells if cell.cell_type == "code")
    code.source = "6 * 8"
    nbformat.write(notebook, path)
    assert "differs, '6 * 7' in the lesson" in problem(built)
    code.source = "6 * 7"
    notebook.cells.append(nbformat.v4.new_markdown_cell("More."))
    nbformat.write(notebook, path)
    number = len(notebook.cells)
    assert problem(built).endswith(f"it has {number} cells, the lesson gives {number - 1}")


def test_a_notebook_that_is_missing_broken_or_without_a_lesson_is_named(built):
    path = built.notebooks / "01-first.ipynb"
    path.rename(built.notebooks / "02-gone.ipynb")
    assert problem(built).splitlines() == [
        "notebooks/01-first.ipynb is not in step with 01-first.md: it was never built",
        "notebooks/02-gone.ipynb has no lesson: content/lessons/02-gone.md is missing",
    ]
    (built.notebooks / "02-gone.ipynb").unlink()
    path.write_text("{", encoding="utf-8")
    assert "01-first.md: expected JSON, got " in problem(built)


def test_the_course_is_in_step_and_the_command_says_so(capsys):
    assert cli.main(["build", "--check"]) == 0
    number = len(Project.find().lesson_files())
    assert capsys.readouterr().out == f"{number} notebooks are in step with their lessons\n"

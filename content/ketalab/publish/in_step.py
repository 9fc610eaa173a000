"""Which lessons are not finished, and which committed notebooks no longer say what theirs says.

Nothing is executed: the lesson is read as a build reads it, and the text of its cells is held
against the notebook's. A fact in the prose that was corrected shows, and so does an edit by hand.
What the cells print is not looked at: that is for nbval, which executes them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from ketalab.activities.bank import bank_file
from ketalab.publish.built_notebooks import notebook_path
from ketalab.publish.course_checks import check_course
from ketalab.publish.editions import student_edition, without_speaker_notes
from ketalab.publish.lessons import read_lesson
from ketalab.publish.new_lesson import unwritten
from ketalab.publish.notebook_form import form_problems
from ketalab.publish.project import Project, PublishError


def check_in_step(project: Project) -> int:
    """Return how many notebooks there are, when each is in step with its lesson.

    Raises:
        PublishError: one line for each place of a lesson or its bank that is still to be written;
            or else for each thing that a lesson or the course lacks, as a build would say it; or
            else for each notebook that is not in step, with the first cell that differs.
    """
    lessons = project.lesson_files()
    files = [*lessons, *filter(Path.exists, map(bank_file, (path.stem for path in lessons)))]
    places = [place for path in files for place in unwritten(path)]
    if places:
        raise PublishError("\n".join(places))
    check_course(project)
    problems = list(_problems(project))
    if problems:
        raise PublishError("\n".join([*problems, "run `make notebooks` (or `ketalab build`)"]))
    return len(lessons)


def _problems(project: Project) -> Iterator[str]:
    built = {notebook_path(project, lesson): lesson for lesson in project.lesson_files()}
    for path, lesson in built.items():
        difference = _difference(lesson, path)
        if difference:
            yield f"notebooks/{path.name} is not in step with {lesson.name}: {difference}"
    for path in sorted(project.notebooks.glob("*.ipynb")):
        if path not in built:
            yield f"notebooks/{path.name} has no lesson: content/lessons/{path.stem}.md is missing"


def _difference(lesson: Path, notebook: Path) -> str | None:
    if not notebook.exists():
        return "it was never built"
    try:
        text = notebook.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        return f"byte {error.start}: expected UTF-8 text"
    for problem in form_problems(text):
        return problem
    try:
        built = nbformat.reads(text, as_version=4)
    except Exception as error:  # nbformat raises whatever its schema raises
        return f"it is no notebook ({type(error).__name__})"
    wanted = _cells(without_speaker_notes(student_edition(read_lesson(lesson))))
    found = _cells(built)
    for number, (ours, theirs) in enumerate(zip(wanted, found, strict=False), 1):
        if ours != theirs:
            return f"cell {number} differs, {_opening(ours)} in the lesson"
    if len(wanted) != len(found):
        return f"it has {len(found)} cells, the lesson gives {len(wanted)}"
    return None


def _cells(notebook: NotebookNode) -> list[tuple[str, str, tuple[str, ...]]]:
    """Type, text and tags of every cell."""
    return [
        (cell.cell_type, cell.source, tuple(cell.metadata.get("tags", ())))
        for cell in notebook.cells
    ]


def _opening(cell: tuple[str, str, tuple[str, ...]]) -> str:
    """How the reader finds the cell: its first line, shortened."""
    line = next(iter(cell[1].splitlines()), "")
    return repr(line if len(line) <= 60 else f"{line[:59]}…")

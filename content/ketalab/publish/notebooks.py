"""Lessons -> executed notebooks: the students' in `notebooks/`, all others in `build/`."""

from __future__ import annotations

import time
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Literal

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

from ketalab.publish.course_checks import check_course, check_exercises
from ketalab.publish.editions import (
    hidden_from_students,
    instructor_edition,
    student_edition,
    without_speaker_notes,
)
from ketalab.publish.fingerprint import Ledger, fingerprint
from ketalab.publish.leaks import refuse_leaks, secrets_of
from ketalab.publish.lessons import read_lesson, write_notebook
from ketalab.publish.project import Project, PublishError
from ketalab.publish.staging import staged
from ketalab.publish.stills import add_stills
from ketalab.publish.widgets import WIDGET_VIEW

Say = Callable[[str], None]


def build_notebooks(project: Project, say: Say) -> None:
    """Build and execute every lesson that changed since it was built last.

    Both editions run. The copies of a notebook (with widget states for the exports, without for
    students) replace the old ones only after every lesson has run.

    Raises:
        PublishError: a course that lacks what its lessons must have, a lesson that cannot be read
            or whose code fails, an exercise whose check does not know its solution, or a student's
            notebook that would hold a solution or a remark.
    """
    check_course(project)
    ledger = Ledger(project.build / "notebooks.json")
    stale = []
    for path in project.lesson_files():
        inputs = fingerprint([path, *project.sources()])
        outputs = _outputs(project, path)
        if all(ledger.is_current(output, inputs) for output in outputs):
            say(f"notebooks: {path.stem} is up to date")
        else:
            stale.append((path, inputs))
    with (
        staged(project.notebooks) as students,
        staged(project.build / "executed") as executed,
        staged(project.build / "instructor") as instructors,
    ):
        for path, _ in stale:
            started = time.monotonic()
            say(f"notebooks: {path.stem} …")
            lesson = read_lesson(path)
            notebook = execute(student_edition(lesson), path)
            _write(executed / f"{path.stem}.ipynb", notebook)
            _write(students / f"{path.stem}.ipynb", for_jupyter(notebook))
            _write(instructors / f"{path.stem}.ipynb", _for_instructors(lesson, notebook, path))
            kept = students / f"{path.stem}.ipynb"
            refuse_leaks(secrets_of(lesson), kept.name, kept.read_bytes())
            say(f"notebooks: {path.stem} executed in {time.monotonic() - started:.1f} s")
    for path, inputs in stale:
        for output in _outputs(project, path):
            ledger.record(output, inputs)


def _for_instructors(lesson: NotebookNode, executed: NotebookNode, path: Path) -> NotebookNode:
    """The instructor edition, executed and its exercises checked; it keeps its widget states.

    A lesson that hides nothing from students is the same for both, and need not run again.
    """
    if not hidden_from_students(lesson):
        return executed
    notebook = execute(instructor_edition(lesson), path)
    check_exercises(notebook, path)
    return notebook


def execute(notebook: NotebookNode, path: Path) -> NotebookNode:
    """Run all cells in a fresh kernel and keep the widgets' states.

    Raises:
        PublishError: names the lesson and shows the cell and the error.
    """
    client = NotebookClient(
        notebook,
        timeout=120,
        kernel_name="python3",
        store_widget_state=True,
        record_timing=False,
        # The kernel would warn of unencrypted TCP; it talks to this machine alone.
        extra_arguments=["--log-level=ERROR"],
    )
    try:
        return client.execute()
    except CellExecutionError as error:
        raise PublishError(f"{path.name}: a cell failed\n{error}") from error


def for_jupyter(executed: NotebookNode) -> NotebookNode:
    """The notebook as it is opened in JupyterLab: no speaker notes, no widget states.

    A saved view of a widget that is not running shows an error in JupyterLab; without it the
    opening picture stands there, or the text form, until the student runs the cell.
    """
    notebook = deepcopy(without_speaker_notes(executed))
    add_stills(notebook)
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET_VIEW, None)
    return notebook


def _outputs(project: Project, lesson: Path) -> list[Path]:
    name = f"{lesson.stem}.ipynb"
    return [
        project.build / "executed" / name,
        project.build / "instructor" / name,
        project.notebooks / name,
    ]


def _write(path: Path, notebook: NotebookNode) -> None:
    path.write_text(write_notebook(notebook), encoding="utf-8")


def read_executed(
    project: Project, lesson: Path, edition: Literal["executed", "instructor"] = "executed"
) -> NotebookNode:
    """The executed notebook with widget states that `build_notebooks` left.

    `edition` is the folder of `build/`: "executed" holds the students' edition.
    """
    path = project.build / edition / f"{lesson.stem}.ipynb"
    return nbformat.read(path, as_version=4)

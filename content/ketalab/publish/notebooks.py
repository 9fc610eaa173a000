"""Lessons -> executed notebooks: the students' in `notebooks/`, all others in `build/`."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from copy import deepcopy
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from ketalab.publish.built_notebooks import (
    Edition,
    built_paths,
    executed_path,
    ledger_of,
    orphans,
    stale_lessons,
)
from ketalab.publish.course_checks import check_course, check_exercises
from ketalab.publish.editions import (
    hidden_from_students,
    instructor_edition,
    student_edition,
    without_speaker_notes,
)
from ketalab.publish.execution import execute
from ketalab.publish.leaks import refuse_leaks, secrets_of
from ketalab.publish.lessons import read_lesson, write_notebook
from ketalab.publish.project import Project
from ketalab.publish.staging import staged
from ketalab.publish.stills import add_stills
from ketalab.publish.turn import turn
from ketalab.publish.widgets import WIDGET_VIEW
from ketalab.publish.workers import Job, cores, run_jobs

Say = Callable[[str], None]


def build_notebooks(project: Project, say: Say, *, workers: int | None = None) -> None:
    """Build and execute every lesson that changed since it was built last.

    Both editions run, beside each other on all cores (or `workers` processes). The copies of a
    notebook (with widget states for the exports, without for students) replace the old ones only
    after every lesson has run. Notebooks of a lesson that is no more are removed. Where another
    build or export is at work in the checkout, this one waits for its turn.

    Raises:
        PublishError: a course that lacks what its lessons must have, a lesson that cannot be read
            or whose code fails, an exercise whose check does not know its solution, or a student's
            notebook that would hold a solution or a remark.
    """
    check_course(project)
    with turn(project, say):
        ledger = ledger_of(project)
        stale = stale_lessons(project, ledger)
        for path in project.lesson_files():
            if path not in stale:
                say(f"notebooks: {path.stem} is up to date")
        if stale:
            _execute_all(project, say, stale, workers or cores())
            ledger.record(
                (built, inputs)
                for path, inputs in stale.items()
                for built in built_paths(project, path)
            )
        gone = orphans(project, ledger)
        for path in gone:
            path.unlink(missing_ok=True)
            say(f"notebooks: {path.relative_to(project.root)} removed: its lesson is no more")
        ledger.forget(gone)


def _execute_all(project: Project, say: Say, stale: Mapping[Path, str], workers: int) -> None:
    started = time.monotonic()
    with (
        staged(project.notebooks) as students,
        staged(project.build / "executed") as executed,
        staged(project.build / "instructor") as instructors,
    ):
        jobs = [
            Job(f"{path.stem}, students", _students, (path, executed, students)) for path in stale
        ]
        jobs += [
            Job(f"{path.stem}, instructors", _instructors, (path, instructors)) for path in stale
        ]
        say(f"notebooks: executing {len(jobs)}: {', '.join(path.stem for path in stale)}")
        with closing(run_jobs(jobs, workers)) as ended:
            for job, _ in ended:
                say(f"notebooks: {job.name}, executed after {time.monotonic() - started:.0f} s")
        for path in stale:
            # What hides nothing from students is the same for both, and need not run again.
            if not (instructors / f"{path.stem}.ipynb").exists():
                shutil.copyfile(executed / f"{path.stem}.ipynb", instructors / f"{path.stem}.ipynb")


def _students(path: Path, executed: Path, students: Path) -> None:
    """Execute the students' edition of a lesson, and write it with widget states and without."""
    lesson = read_lesson(path)
    notebook = execute(student_edition(lesson), path)
    _write(executed / f"{path.stem}.ipynb", notebook)
    kept = students / f"{path.stem}.ipynb"
    _write(kept, for_jupyter(notebook))
    refuse_leaks(secrets_of(lesson), kept.name, kept.read_bytes())


def _instructors(path: Path, instructors: Path) -> None:
    """Execute the instructor edition, and check its exercises, if there is anything in it."""
    lesson = read_lesson(path)
    if hidden_from_students(lesson):
        notebook = execute(instructor_edition(lesson), path)
        check_exercises(notebook, path)
        _write(instructors / f"{path.stem}.ipynb", notebook)


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


def _write(path: Path, notebook: NotebookNode) -> None:
    path.write_text(write_notebook(notebook), encoding="utf-8")


def read_executed(project: Project, lesson: Path, edition: Edition = "executed") -> NotebookNode:
    """The executed notebook with widget states that `build_notebooks` left."""
    executed: NotebookNode = nbformat.read(executed_path(project, lesson, edition), as_version=4)
    return executed

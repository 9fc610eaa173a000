"""Where the built notebooks are, and which of them are out of date.

It imports no library of the course, so that finding out that there is nothing to do takes a moment.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from ketalab.publish.fingerprint import Ledger, digest, fingerprint
from ketalab.publish.project import Project

# The folders of build/: the students' edition and the instructors', both with widget states.
Edition = Literal["executed", "instructor"]


def executed_path(project: Project, lesson: Path, edition: Edition = "executed") -> Path:
    """Where the executed notebook of a lesson lies, with its widget states."""
    return project.build / edition / f"{lesson.stem}.ipynb"


def notebook_path(project: Project, lesson: Path) -> Path:
    """Where the notebook lies that students open."""
    return project.notebooks / f"{lesson.stem}.ipynb"


def built_paths(project: Project, lesson: Path) -> list[Path]:
    """All notebooks that are built from a lesson."""
    return [
        executed_path(project, lesson),
        executed_path(project, lesson, "instructor"),
        notebook_path(project, lesson),
    ]


def ledger_of(project: Project) -> Ledger:
    """What is remembered of the notebooks that were built."""
    return Ledger(project.build / "notebooks.json", project.root)


def stale_lessons(project: Project, ledger: Ledger) -> dict[Path, str]:
    """Lessons whose notebooks are missing or out of date, each with its digest of inputs."""
    package = fingerprint(project.sources())
    inputs = {lesson: digest([lesson], package) for lesson in project.lesson_files()}
    return {
        lesson: digest
        for lesson, digest in inputs.items()
        if not all(ledger.is_current(path, digest) for path in built_paths(project, lesson))
    }


def orphans(project: Project, ledger: Ledger) -> list[Path]:
    """Notebooks that were built from lessons that are no more."""
    known = [path for lesson in project.lesson_files() for path in built_paths(project, lesson)]
    return ledger.others(known)


def all_built(project: Project) -> bool:
    """Whether `build_notebooks` would have nothing to do."""
    ledger = ledger_of(project)
    return not stale_lessons(project, ledger) and not orphans(project, ledger)

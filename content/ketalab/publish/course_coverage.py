"""What the lessons and explorers of a checkout use of the evidence."""

from __future__ import annotations

from pathlib import Path

from ketalab.evidence.coverage import Coverage, coverage
from ketalab.evidence.library import library, load_library
from ketalab.evidence.pharmacology import load_pharmacology
from ketalab.publish.project import Project


def course_coverage(project: Project, before: int = 2015) -> Coverage:
    """Return the coverage report of a checkout; sources from before the year ``before`` are old.

    Every table is read and checked first. Raises EvidenceError when the tables are not sound.
    """
    sound = load_library(library().folder)
    package = Path(__file__).resolve().parents[1]
    banks = sorted((package / "activities" / "questions").glob("*.yaml"))
    modules = sorted((package / "explorers").glob("[!_]*.py"))
    return coverage(
        sound,
        load_pharmacology(),
        [path.read_text(encoding="utf-8") for path in (*project.lesson_files(), *banks)],
        {path.stem: path.read_text(encoding="utf-8") for path in modules},
        before,
    )

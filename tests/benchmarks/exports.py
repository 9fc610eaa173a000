"""How long all exports take from nothing, beside stock nbconvert, and when nothing has changed.

Both make pages, decks, handouts and the instructor edition of the same notebooks on all cores. Ours
also makes what has no stock counterpart: home page, glossary, bibliography, questions, the zip for
students, the checks for leaks; that counts against ours.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ketalab.publish.browser import find_chromium
from ketalab.publish.editions import instructor_edition, student_edition
from ketalab.publish.lessons import read_lesson, write_notebook
from ketalab.publish.project import Project
from tests.benchmarks.timing import all_cores

FASTER, AGAIN = 2, 3.0
_COURSE = Path(__file__).resolve().parents[2]
_NOT_COPIED = (".git", ".venv*", "build", "exports", "notebooks", ".*_cache", "*.egg-info")


@dataclass
class Results:
    """Seconds: ours from nothing, ours again, and each stock command by its output."""

    ours: float
    again: float
    stock: dict[str, float]

    @property
    def ratio(self) -> float:
        """How many times as long the stock commands take, one after the other."""
        return sum(self.stock.values()) / self.ours


def bench(
    lessons: Sequence[str] = (), kinds: Sequence[str] = (), course: Path = _COURSE
) -> Results:
    """Export a copy of the course from nothing, again, and with stock nbconvert; print the times.

    `lessons` and `kinds` ("html", "slides", "pdf", "instructor") leave only those; all without.
    `course` is the root of another project.

    Raises:
        ValueError: the project does not hold the package.
    """
    with all_cores(), tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copy = _copied(course, folder / "course", lessons)
        ours = _export(copy, kinds)
        print(f"{'ketalab export, from nothing':44}{ours:8.1f} s", flush=True)
        again = _export(copy, kinds)
        print(f"{'ketalab export, nothing changed':44}{again:8.1f} s", flush=True)
        stock = _stock(copy, folder, kinds)
    found = Results(ours, again, stock)
    print(f"{'stock nbconvert, one after the other':44}{sum(stock.values()):8.1f} s")
    _tell(found.ratio >= FASTER, f"{found.ratio:.1f} times as fast as stock (at least {FASTER})")
    _tell(again <= AGAIN, f"{again:.1f} s when nothing has changed (at most {AGAIN:.0f})")
    return found


def _tell(met: bool, text: str) -> None:
    print(f"goal {'met' if met else 'NOT met'}: {text}")


def _copied(course: Path, folder: Path, lessons: Sequence[str]) -> Project:
    shutil.copytree(course, folder, ignore=shutil.ignore_patterns(*_NOT_COPIED))
    if not (folder / "content" / "ketalab" / "publish").is_dir():
        # The command would find the installed package, and with it another course.
        raise ValueError(f"no package in {course / 'content'}")
    project = Project(folder)
    for path in project.lesson_files():
        if lessons and path.stem not in lessons:
            path.unlink()
    return project


def _timed(command: Sequence[str | Path], project: Project) -> float:
    # The copy stands before the installed package, for the command and for its kernels.
    environment = os.environ | {"PYTHONPATH": str(project.root / "content")}
    started = time.monotonic()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))}\n{done.stderr[-2000:]}")
    return time.monotonic() - started


def _export(project: Project, kinds: Sequence[str]) -> float:
    command = [sys.executable, "-m", "ketalab.publish.cli", "export"]
    if not kinds:
        return _timed(command, project)
    return sum(_timed([*command, "--to", kind], project) for kind in kinds)


def _stock(project: Project, folder: Path, kinds: Sequence[str]) -> dict[str, float]:
    taken = {}
    students, instructors = folder / "students", folder / "instructors"
    for target, edition in ((students, student_edition), (instructors, instructor_edition)):
        target.mkdir()
        for lesson in project.lesson_files():
            text = write_notebook(edition(read_lesson(lesson)))
            (target / f"{lesson.stem}.ipynb").write_text(text, encoding="utf-8")
    formats = [
        ("html", students, "html"),
        ("slides", students, "slides"),
        ("pdf", students, "html"),  # and then printed: nbconvert's own PDF needs LaTeX
        ("instructor", instructors, "html"),
        ("instructor", instructors, "notebook"),
    ]
    for kind, source, to in formats:
        for notebook in sorted(source.glob("*.ipynb")) if not kinds or kind in kinds else ():
            output = folder / f"{kind}-{notebook.stem}"
            name = f"{kind} {to} {notebook.stem}"
            convert = [sys.executable, "-m", "nbconvert", "--execute", "--to", to, notebook]
            taken[name] = _timed([*convert, "--output", output], project)
            if kind == "pdf":
                printer = [find_chromium(), "--headless", "--no-sandbox", "--no-pdf-header-footer"]
                printer += [f"--user-data-dir={folder / 'profile'}", "--disable-gpu"]
                printer += [f"--print-to-pdf={output}.pdf", f"{output}.html"]
                taken[name] += _timed(printer, project)
            print(f"{f'nbconvert {name}':44}{taken[name]:8.1f} s", flush=True)
    return taken

"""A small course that was built and exported once, and the command that works on copies of it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from ketalab.publish.project import Project
from tests.publish.conftest import GALLERY, code, lesson_text
from tests.publish.test_staging import tree

KETALAB_IN = str(Path(__file__).with_name("ketalab_in.py"))
SECONDS = 300  # that a command may take on a busy machine before a test gives it up

STOPPED = "ketalab: stopped; the last finished output is untouched\n"


@dataclass(frozen=True)
class Course:
    """A small course, and what stands in its folders."""

    project: Project

    def lesson(self, name: str, source: str) -> Path:
        """Write a lesson of one code cell; its slide, the title, tells whether it was changed."""
        text = lesson_text(GALLERY, explore=code(source))
        if "changed" in source:
            text = text.replace("A small lesson", "A changed lesson")
        path = self.project.lessons / f"{name}.md"
        path.write_text(text, encoding="utf-8")
        return path

    def change(self) -> None:
        """Put both lessons out of date."""
        self.lesson("01-first", "'first, changed'")
        self.lesson("02-second", "'second, changed'")

    def outputs(self) -> dict[str, bytes]:
        """Every file that was built, hidden ones too, but what the build keeps for itself."""
        found = {}
        for folder in ("notebooks", "exports", "build"):
            below = tree(self.project.root / folder)
            found |= {f"{folder}/{name}": content for name, content in below.items()}
        apart = ("build/lock", "build/notebooks.json", "build/exports.json")
        return {name: content for name, content in found.items() if name not in apart}

    def leftovers(self) -> list[str]:
        """Folders and files that only a build that still runs may have."""
        kinds = ("**/.staging-*", "**/*.part")
        return sorted(str(path) for kind in kinds for path in self.project.root.glob(kind))

    def command(self, *arguments: str, workers: int = 1) -> list[str]:
        """The command line of `ketalab` for this course."""
        return [sys.executable, KETALAB_IN, str(self.project.root), str(workers), *arguments]

    def run(
        self, *arguments: str, before: tuple[str, ...] = (), **options: object
    ) -> subprocess.CompletedProcess[str]:
        """Run `ketalab` to its end; `before` is put before the command line."""
        said = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "timeout": SECONDS}
        settings = {"text": True, "encoding": "utf-8"} | said | options
        return subprocess.run([*before, *self.command(*arguments)], check=False, **settings)


@pytest.fixture(scope="session")
def finished(tmp_path_factory) -> Course:
    """The course with everything built that needs no browser. Not to be changed."""
    root = tmp_path_factory.mktemp("finished") / "course"
    (root / "content" / "lessons").mkdir(parents=True)
    (root / "content" / "ketalab").mkdir()
    (root / "content" / "ketalab" / "data.yaml").write_text("events: 1\n", encoding="utf-8")
    course = Course(Project(root))
    course.lesson("01-first", "'first'")
    course.lesson("02-second", "'second'")
    done = course.run("export", "--to", "slides")
    assert done.returncode == 0, done.stderr
    return course


@pytest.fixture
def copy(finished) -> Callable[[Path], Course]:
    """Make a function that copies the finished course to a folder that does not exist yet."""

    def make(root: Path) -> Course:
        shutil.copytree(finished.project.root, root)
        return Course(Project(root))

    return make


@pytest.fixture
def course(copy, tmp_path) -> Course:
    """The finished course, to do with as one likes."""
    return copy(tmp_path / "course")


@pytest.fixture(autouse=True)
def nothing_left_running() -> Iterator[None]:
    """After each test no process of it may live: no worker, kernel, browser or server."""
    before = {process.pid for process in psutil.process_iter()}
    os.environ[MARK] = mark = f"{os.getpid()} {time.monotonic()}"
    yield
    left = marked(mark)
    deadline = time.monotonic() + 20  # a kernel looks for its parent once a second
    while left and time.monotonic() < deadline:
        time.sleep(0.2)
        left = marked(mark)
    lines = [f"{p.pid}: {' '.join(p.cmdline())}" for p in left if p.pid not in before]
    for process in left:
        process.kill()
    assert not lines, "still running:\n" + "\n".join(lines)


# Every process that a test starts inherits it, and keeps it when it has lost its parent.
MARK = "KETALAB_FAULT_TEST"


def marked(mark: str) -> list[psutil.Process]:
    """The processes that carry a mark in their environment, but this one."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and process.environ().get(MARK) == mark:
                found.append(process)
        except psutil.Error:
            continue
    return [process for process in found if process.status() != psutil.STATUS_ZOMBIE]


def wait_until(there: Callable[[], bool], process: subprocess.Popen, what: str) -> None:
    """Wait for something that a process does before it ends.

    Raises:
        AssertionError: the process ended first, or it took too long.
    """
    deadline = time.monotonic() + SECONDS
    while not there():
        assert process.poll() is None, f"it ended before {what}"
        assert time.monotonic() < deadline, f"too long before {what}"
        time.sleep(0.05)


def made_of(found: dict[str, bytes], *states: dict[str, bytes]) -> bool:
    """Whether each folder holds what it holds in one of the states, and no file is of two."""
    folders = {name.rpartition("/")[0] for state in states for name in state}

    def inside(state: dict[str, bytes], folder: str) -> dict[str, bytes]:
        return {name: body for name, body in state.items() if name.rpartition("/")[0] == folder}

    known = all(name.rpartition("/")[0] in folders for name in found)
    return known and all(
        any(inside(found, folder) == inside(state, folder) for state in states)
        for folder in folders
    )

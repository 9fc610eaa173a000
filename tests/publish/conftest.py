"""Small lessons and projects that a test may break, and the real lesson, executed once."""

from __future__ import annotations

from pathlib import Path

import pytest

from ketalab.publish.editions import student_edition
from ketalab.publish.lessons import ROOMS, read_lesson
from ketalab.publish.notebooks import execute
from ketalab.publish.project import Project

FRONT = """---
jupytext: {text_representation: {extension: .md, format_name: myst}}
kernelspec: {display_name: Python 3, language: python, name: python3}
ketalab:
  number: 9
  title: A small lesson
  minutes: 1
  summary: It is small.
---
"""
# A build asks nothing of it but that it runs.
GALLERY = FRONT.replace("  number: 9\n", "  kind: gallery\n  number: 9\n")


def lesson_text(front: str = FRONT, rooms: tuple[str, ...] = ROOMS, **bodies: str) -> str:
    """A sound lesson; `bodies` adds to a room by the first word of its name."""
    parts = [f'{front}\n+++ {{"tags": ["slide"]}}\n\n# A small lesson\n']
    for room in rooms:
        body = bodies.get(room.split()[0].lower(), f"About: {room}.")
        parts.append(f"+++\n\n## {room}\n\n{body}\n")
    return "\n".join(parts)


def code(source: str, tags: str = "") -> str:
    """A code cell of a lesson."""
    head = f":tags: [{tags}]\n" if tags else ""
    return f"\n```{{code-cell}} ipython3\n{head}{source}\n```\n"


def remark(text: str, tag: str) -> str:
    """A Markdown cell with a tag, and what follows it."""
    return f'\n+++ {{"tags": ["{tag}"]}}\n\n{text}\n\n+++\n\nAnd on.\n'


@pytest.fixture
def write(tmp_path):
    """Make a function that writes a lesson and gives back its path."""

    def make(text: str, name: str = "09-small.md") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return make


@pytest.fixture
def project(tmp_path) -> Project:
    """A project of one lesson that runs in a moment, and one file that it depends on."""
    root = tmp_path / "a project"
    (root / "content" / "lessons").mkdir(parents=True)
    (root / "content" / "ketalab").mkdir()
    (root / "content" / "ketalab" / "data.yaml").write_text("events: 1\n", encoding="utf-8")
    text = lesson_text(GALLERY, explore=code("6 * 7"))
    (root / "content" / "lessons" / "01-first.md").write_text(text, encoding="utf-8")
    return Project(root)


@pytest.fixture(scope="session")
def lesson_path(repository) -> Path:
    return repository / "content" / "lessons" / "04-side-effects.md"


@pytest.fixture(scope="session")
def instructors(lesson_path):
    """The side-effects lesson with everything in its place, executed."""
    return execute(read_lesson(lesson_path), lesson_path)


@pytest.fixture(scope="session")
def students(instructors):
    """The same without solutions and remarks; speaker notes still stand, as for the deck."""
    return student_edition(instructors)

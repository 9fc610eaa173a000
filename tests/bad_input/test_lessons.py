"""`ketalab build` says of each broken lesson what is wrong, where, and leaves what stands there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ketalab.publish import cli, notebooks
from ketalab.publish.lessons import read_lesson
from ketalab.publish.project import Project
from tests.bad_input.conftest import HERE, TRACES, fixtures, message_beside

NAME = "09-small"
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture
def build(tmp_path, monkeypatch, capfd, repository):
    """Make a function that builds a course of one lesson by the command, and gives what it said."""
    project = Project(tmp_path)
    monkeypatch.setattr(Project, "find", classmethod(lambda cls: project))
    monkeypatch.setattr(notebooks, "cores", lambda: 1)
    project.lessons.mkdir(parents=True)
    (tmp_path / "content" / "ketalab").mkdir()
    glossary = repository / "content" / "lessons" / "glossary.yaml"
    (project.lessons / glossary.name).write_bytes(glossary.read_bytes())
    project.notebooks.mkdir()
    (project.notebooks / f"{NAME}.ipynb").write_bytes(b"the last good one")

    def run(lesson: Path) -> tuple[int, str]:
        (project.lessons / f"{NAME}.md").write_bytes(lesson.read_bytes())
        status = cli.main(["build"])
        assert (project.notebooks / f"{NAME}.ipynb").read_bytes() == b"the last good one"
        assert [path.name for path in project.notebooks.iterdir()] == [f"{NAME}.ipynb"]
        return status, _COLOUR.sub("", capfd.readouterr().err)

    return run


@pytest.mark.parametrize("lesson", fixtures("lessons", "md"))
def test_a_broken_lesson(build, lesson):
    status, said = build(lesson)
    assert said == f"ketalab: {message_beside(lesson)}"
    assert status == 1
    assert not any(trace in said for trace in TRACES)


def test_each_message_belongs_to_a_lesson():
    messages = {path.stem for path in (HERE / "lessons").glob("*.txt")}
    assert messages == {path.stem for path in (HERE / "lessons").glob("*.md")}


@pytest.mark.parametrize("lesson", fixtures("sound_lessons", "md"))
def test_what_only_looks_odd_is_read(lesson):
    assert "A small lesson" in read_lesson(lesson).cells[0].source


def test_a_cell_that_fails_is_shown_and_named(build):
    status, said = build(HERE / "failing_lesson.md")
    assert said.startswith("ketalab: 09-small.md: a cell failed\n")
    assert "\n1 / 0\n" in said
    assert "ZeroDivisionError: division by zero" in said
    assert "nbclient" not in said
    assert status == 1

"""`ketalab build --check` says of each broken notebook what is wrong with it."""

from __future__ import annotations

import shutil

import pytest

from ketalab.publish import cli
from ketalab.publish.project import Project
from tests.bad_input.conftest import HERE, TRACES, fixtures, message_beside

SOUND = HERE / "sound_notebooks"


@pytest.fixture
def check(tmp_path, monkeypatch, capsys):
    """Make a function that checks a notebook against its lesson, and gives what was said."""
    project = Project(tmp_path)
    monkeypatch.setattr(Project, "find", classmethod(lambda cls: project))
    project.lessons.mkdir(parents=True)
    project.notebooks.mkdir()
    shutil.copyfile(SOUND / "lesson.md", project.lessons / "09-small.md")

    def run(notebook):
        shutil.copyfile(notebook, project.notebooks / "09-small.ipynb")
        status = cli.main(["build", "--check"])
        return status, capsys.readouterr().err

    return run


@pytest.mark.parametrize("broken", fixtures("notebooks", "ipynb"))
def test_a_broken_notebook(check, broken):
    status, said = check(broken)
    assert said == f"ketalab: {message_beside(broken)}"
    assert status == 1
    assert not any(trace in said for trace in TRACES)


def test_the_sound_one(check):
    assert check(SOUND / "as-built.ipynb") == (0, "")

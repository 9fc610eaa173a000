"""The students' zip: what is in it, that it is the same every time, and that it runs."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tomllib
import zipfile

import nbformat
import pytest

from ketalab.publish.leaks import leak_check
from ketalab.publish.packages.student_zip import FOLDER, student_zip
from ketalab.publish.project import Project, PublishError

# The shortest lesson with explorers, questions, exercises and evidence.
RUN = "01-introduction"
IMPORTED = ("evidence", "explorers", "activities", "models", "simulation")

# Executes a notebook in a kernel of this Python, and prints it.
EXECUTE = """
import sys, nbformat
from nbclient import NotebookClient
notebook = nbformat.read(sys.argv[1], as_version=4)
arguments = ["--log-level=ERROR"]
NotebookClient(notebook, timeout=120, kernel_name="python3", extra_arguments=arguments).execute()
print(nbformat.writes(notebook))
"""


@pytest.fixture(scope="module")
def course() -> Project:
    return Project.find()


@pytest.fixture(scope="module")
def packed(course) -> bytes:
    return student_zip(course)


@pytest.fixture(scope="module")
def unpacked(packed, tmp_path_factory):
    """Where a student may have unpacked it."""
    place = tmp_path_factory.mktemp("zip") / "Über den Schmerz"
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.testzip() is None
        archive.extractall(place)
    return place / FOLDER


def in_there(unpacked, *command: str) -> str:
    """What a fresh Python says that finds the unpacked package, and not this checkout's."""
    environment = os.environ | {"PYTHONPATH": str(unpacked / "content"), "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, *command],
        cwd=unpacked / "notebooks",
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


# --- What is in it --------------------------------------------------------------------------------


def names(packed: bytes) -> set[str]:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {name.removeprefix(f"{FOLDER}/") for name in archive.namelist()}


def test_it_holds_what_a_student_needs_and_nothing_else(course, packed):
    held = names(packed)
    wanted = {"README.md", "LICENSE", "CITATION.cff", "requirements.txt", "pyproject.toml"}
    wanted |= {f"notebooks/{path.stem}.ipynb" for path in course.lesson_files()}
    assert wanted <= held
    rest = held - wanted
    assert {name.split("/")[2] for name in rest} == {
        *IMPORTED,
        "frontend",
        "__init__.py",
        "quick_start.py",
    }
    assert not [name for name in rest if name.endswith(".md") or "__pycache__" in name]


def test_nothing_that_students_must_not_see_is_in_it(course, packed, tmp_path):
    path = tmp_path / "students.zip"
    path.write_bytes(packed)
    leak_check(course, [path])


def test_the_pages_are_in_it_where_they_are_given(course):
    packed = student_zip(course, {"index.html": b"<p>Home", "bibliography.bib": b""})
    assert {"html/index.html", "html/bibliography.bib"} <= names(packed)
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.read(f"{FOLDER}/html/index.html") == b"<p>Home"
        assert "Open `html/index.html`" in archive.read(f"{FOLDER}/README.md").decode()


def test_pages_without_a_first_page_are_refused(course):
    with pytest.raises(PublishError, match=r"^student zip: the pages lack index\.html"):
        student_zip(course, {"01.html": b""})


def test_the_readme_names_what_is_there(course, unpacked):
    text = (unpacked / "README.md").read_text(encoding="utf-8")
    about = tomllib.loads((course.root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert text.startswith(f"# {about['description']}\n")
    assert f"Begin with `{course.lesson_files()[0].stem}.ipynb`" in text
    assert "{{" not in text
    assert "html/" not in text
    assert max(map(len, text.splitlines())) <= 100
    for name in ("LICENSE", "CITATION.cff", "requirements.txt", "pyproject.toml", "notebooks"):
        assert name in text
        assert (unpacked / name).exists()


def test_a_missing_notebook_is_named(project):
    (project.root / "pyproject.toml").write_text("[project]\n[build-system]\n", encoding="utf-8")
    for name in ("requirements.txt", "LICENSE", "CITATION.cff"):
        (project.root / name).write_text("", encoding="utf-8")
    with pytest.raises(
        PublishError, match=r"notebooks/01-first\.ipynb is missing; `ketalab build`"
    ):
        student_zip(project)


# --- The same every time --------------------------------------------------------------------------


def test_it_is_the_same_every_time(course, packed, monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    monkeypatch.setattr("time.time", lambda: 4e9)
    assert student_zip(course) == packed


# --- It runs --------------------------------------------------------------------------------------


def test_pip_can_make_the_package_out_of_it(unpacked, course):
    """What pip asks of a folder before it installs it from there; no command is promised."""
    about = tomllib.loads((unpacked / "pyproject.toml").read_text(encoding="utf-8"))
    given = tomllib.loads((course.root / "pyproject.toml").read_text(encoding="utf-8"))
    assert set(about) == {"build-system", "project", "tool"}
    assert about["build-system"] == given["build-system"]
    assert about["project"] == {
        key: value
        for key, value in given["project"].items()
        if key not in ("scripts", "optional-dependencies")
    }
    assert about["tool"] == {"setuptools": given["tool"]["setuptools"]}
    requirements = (unpacked / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert "-e ." in requirements
    assert set(about["project"]["dependencies"]) <= set(requirements)


def test_its_package_is_imported_and_knows_no_solutions(unpacked):
    imports = ", ".join(f"ketalab.{name}" for name in IMPORTED)
    said = in_there(
        unpacked,
        "-c",
        f"import {imports}, importlib.util as u; print(ketalab.__path__[0]); "
        "print(u.find_spec('ketalab.publish'))",
    )
    assert said.splitlines() == [str(unpacked / "content" / "ketalab"), "None"]


def test_a_notebook_runs_there_and_says_what_it_said_here(unpacked):
    path = unpacked / "notebooks" / f"{RUN}.ipynb"
    before = nbformat.read(path, as_version=4)
    after = nbformat.reads(in_there(unpacked, "-c", EXECUTE, path.name), as_version=4)
    said = outputs(before)
    assert outputs(after) == said
    assert len(said) > 10


def outputs(notebook) -> list[str]:
    """What the cells print and what their last lines are, in order."""
    return [
        json.dumps(output.get("text") or output.get("data", {}).get("text/plain"))
        for cell in notebook.cells
        for output in cell.get("outputs", [])
    ]

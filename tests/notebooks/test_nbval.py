"""nbval goes red when one count changes and nobody rebuilds, also when decimals have room."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys

import nbformat
import pytest

LESSON = "04-side-effects.ipynb"
# A row that no opening picture shows, and a change that its printed percentage still allows.
ROW, OLD, NEW = "green_em__01", "events: 696", "events: 697"


def keep_explorers(path):
    """Leave the cells of a notebook that open the explorer of the changed table."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = [cell for cell in notebook.cells if "SideEffectExplorer" in cell.source]
    nbformat.write(notebook, path)


@pytest.fixture(scope="module")
def runs(repository, tmp_path_factory):
    """Output and exit status of nbval on a copy as it is, and on one with another count."""
    processes = {}
    for name in ("as it is", "changed"):
        copy = tmp_path_factory.mktemp("copy of the course")
        for folder in ("content", "notebooks"):
            shutil.copytree(
                repository / folder,
                copy / folder,
                ignore=shutil.ignore_patterns("__pycache__", ".*"),
            )
        shutil.copy(repository / "pyproject.toml", copy)
        keep_explorers(copy / "notebooks" / LESSON)
        if name == "changed":
            table = copy / "content" / "ketalab" / "evidence" / "side_effects.yaml"
            before, row, after = table.read_text(encoding="utf-8").partition(f"- id: {ROW}\n")
            assert OLD in after.partition("- id: ")[0]
            table.write_text(before + row + after.replace(OLD, NEW, 1), encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-vv"]
        command += ["-p", "tests.notebooks.strict", "--nbval", "--nbval-kernel-name=python3"]
        command += [f"notebooks/{LESSON}"]
        # The kernel must import the copy's package, whatever is installed.
        path = os.pathsep.join(map(str, (copy / "content", repository)))
        environment = os.environ | {"PYTHONPATH": path}
        processes[name] = subprocess.Popen(
            command,
            cwd=copy,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )
    found = {}
    for name, process in processes.items():
        output, _ = process.communicate(timeout=120)
        found[name] = re.sub(r"\x1b\[[\d;]*m", "", output), process.returncode
    return found


def test_the_notebook_as_it_is_passes(runs):
    output, status = runs["as it is"]
    assert status == 0, output[-3000:]
    assert " failed" not in output


def test_one_other_count_fails_by_its_digest(runs):
    output, status = runs["changed"]
    assert status == 1, output[-3000:]
    failed = re.findall(r"^FAILED .*::(Cell \d+)", output, re.MULTILINE)
    said = re.findall(r"^(Cell \d+): (.*)$", output, re.MULTILINE)
    assert failed
    assert set(said) == {(cell, "Cell outputs differ") for cell in failed}
    for sign in "-+":
        found = re.findall(
            rf"^ +\{sign} comparisons: \d+ rows, digest (\w{{12}})", output, re.MULTILINE
        )
        assert len(found) >= len(failed)
        assert len(set(found)) == 1
    assert "Error" not in output

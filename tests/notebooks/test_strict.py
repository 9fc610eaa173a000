"""The plugin: purpose-made notebooks that stock nbval passes go red, each for its own reason."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from tests.notebooks import strict

WIDGET = """\
import anywidget
class Kettle(anywidget.AnyWidget):
    _esm = "export default {}"
    def __init__(self, text): self.text = text; super().__init__()
    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super()._repr_mimebundle_(**kwargs)
        return {**data, "text/plain": self.text}, metadata
READING = "It takes 2.5 minutes.\\ntable: 1 rows, digest 0123456789ab" """
READING = "It takes 2.5 minutes.\ntable: 1 rows, digest 0123456789ab"


def stream(text):
    return new_output("stream", name="stdout", text=text)


def result(text, count=1, **data):
    return new_output("execute_result", {"text/plain": text, **data}, execution_count=count)


# Source and the output in the notebook, and what is said: "" for a cell that passes.
CELLS = [
    (WIDGET, [], ""),
    ("6 * 7", [result("42")], ""),
    ("1 / 3 + 1e-12", [result("0.3333333333333333")], ""),
    ("1 / 3 + 1e-5", [result("0.3333333333333333")], "Cell outputs differ"),
    ("143", [result("142")], "Cell outputs differ"),
    ("print(42)", [result("42\n")], "Cell outputs differ"),
    ("display(42)", [result("42")], "Cell outputs differ"),
    ("Kettle(READING)", [result(READING)], ""),
    ("Kettle('a kettle')", [result("a kettle")], "no reading with a digest"),
    ("print(READING)", [stream(READING + "\n")], ""),
    ("6 * 7", [result("42", **{"image/png": "iVBO"})], "1 stills of widgets"),
    (
        "from IPython.display import clear_output\nprint(1); clear_output()",
        [stream("1\n")],
        "the kernel sent clear_output, which nbval does not compare",
    ),
    ("# NBVAL_IGNORE_OUTPUT\n6 * 8", [result("42")], ""),
    ("# NBVAL_IGNORE_OUTPUT\n# Not compared: it varies.\n6 * 8", [result("42")], ""),
]
IGNORED = """\
Cell 10: image/png whose text has no reading with a digest of the numbers behind it
Cell 12: the cell: its output is ignored: no reason given
"""


def nbval(folder):
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-v", "--color=no"]
    command += ["-p", "tests.notebooks.strict", "--nbval", "--nbval-kernel-name=python3"]
    command += [f"--rootdir={folder}", "--config-file=pyproject.toml", folder]
    done = subprocess.run(
        command,
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    return done.stdout + done.stderr, done.returncode


@pytest.fixture(scope="module")
def said():
    cells = [
        new_code_cell(source, outputs=outputs, execution_count=1) for source, outputs, _ in CELLS
    ]
    with tempfile.TemporaryDirectory() as folder:
        nbformat.write(new_notebook(cells=cells), Path(folder) / "made.ipynb")
        output, status = nbval(folder)
    assert status == 1
    return output


@pytest.mark.parametrize("number", range(len(CELLS)))
def test_a_cell_passes_or_says_why_not(said, number):
    why = CELLS[number][2]
    verdict = re.search(rf"::Cell {number} (PASSED|FAILED)", said)[1]
    assert verdict == ("FAILED" if why else "PASSED")
    if why:
        part = said.partition(f"_ made.ipynb::Cell {number} _")[2].partition("\n____")[0]
        assert why in part


def test_what_is_ignored_without_a_reason_fails(said):
    assert "::ignored outputs FAILED" in said
    assert IGNORED in said


def test_the_summary_says_what_was_compared_and_what_was_not(said):
    assert re.search(r"\d+ cells and \d+ outputs compared; decimals within 1e-07 of their", said)
    assert "no sanitizers, because nothing varies" in said
    assert "not compared, 1 times: image/png: a still that the build puts beside a widget" in said
    assert "not compared, 1 times: the cell: its output is ignored: it varies." in said


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"nbval_lax": True}, "--nbval-lax: there is no lax mode here"),
        (
            {"nbval_sanitize_with": "x"},
            "--nbval-sanitize-with: nothing in these",
        ),
    ],
)
def test_there_is_no_lax_mode_and_no_sanitizer(option, message):
    options = SimpleNamespace(**{"nbval_lax": False, "nbval_sanitize_with": None} | option)
    with pytest.raises(pytest.UsageError, match=message):
        strict.pytest_configure(SimpleNamespace(option=options))

"""The quick comparison of committed notebooks sees what nbval would see."""

from __future__ import annotations

import nbformat
import pytest
from nbformat import v4

from tests.mutation.apart import run_apart
from tests.mutation.notebooks_again import compare

SOURCE = "print('printed')\ndisplay('shown')\n6 * 7"


def notebook(source=SOURCE, printed="printed\n", shown="'shown'", result="42"):
    outputs = [
        v4.new_output("stream", name="stdout", text=printed),
        v4.new_output("display_data", data={"text/plain": shown, "image/png": "AAAA"}),
        v4.new_output("execute_result", data={"text/plain": result}),
    ]
    cells = [v4.new_markdown_cell("A number."), v4.new_code_cell(source, outputs=outputs)]
    return v4.new_notebook(cells=cells)


def compared(folder, *books):
    """How the comparison ended, in a process of its own: it makes a shell of the one it runs in."""
    for number, book in enumerate(books):
        nbformat.write(book, folder / f"{number:02}.ipynb")
    return run_apart(compare, folder, seconds=60).error.strip().rpartition("\n")[2]


def test_what_says_the_same_passes(tmp_path):
    assert compared(tmp_path, notebook(), notebook()) == ""


@pytest.mark.parametrize(
    ("other", "says"),
    [
        ({"printed": "painted\n"}, "'painted' is now 'printed'"),
        ({"shown": "'hidden'"}, "\"'hidden'\" is now \"'shown'\""),
        ({"result": "41"}, "'41' is now '42'"),
        ({"source": SOURCE.replace("6", "x = 6")}, "'42' is now '(nothing)'"),
        ({"source": "1 / 0"}, "ZeroDivisionError: division by zero"),
    ],
)
def test_another_text_names_notebook_and_cell(tmp_path, other, says):
    found = compared(tmp_path, notebook(), notebook(**other))
    assert found == f"AssertionError: 01.ipynb, cell 1: {says}"

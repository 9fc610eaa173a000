"""Whatever nbval would pass over is found, with its reason or without."""

from __future__ import annotations

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tests.notebooks.comparable import WIDGET_VIEW
from tests.notebooks.ignored import REASONS, Ignored, ignored


def one(source="6 * 7", *, outputs=(), count=1, **metadata):
    cell = new_code_cell(source, outputs=list(outputs), execution_count=count, metadata=metadata)
    return new_notebook(cells=[new_markdown_cell("Words."), new_code_cell("", id="b"), cell])


def shown(**data):
    return new_output("display_data", data=data)


def test_nothing_is_ignored_in_a_plain_cell():
    assert ignored(one(outputs=[shown(**{"text/plain": "42", "text/html": "<b>42</b>"})])) == []
    assert ignored(one(tags=["slide"])) == []


@pytest.mark.parametrize(
    "cell",
    [
        {"source": "# NBVAL_IGNORE_OUTPUT\n6 * 7"},
        {"source": "# PYTEST_VALIDATE_IGNORE_OUTPUT\n6 * 7"},
        {"source": "# NBVAL_SKIP\n6 * 7"},
        {"source": "# NBVAL_RAISES_EXCEPTION\n6 * 7"},
        {"tags": ["nbval-ignore-output"]},
        {"tags": ["slide", "nbval-skip"]},
        {"tags": ["raises-exception"]},
        {"count": None},
    ],
)
def test_a_cell_that_is_taken_out_is_found_and_may_give_its_reason(cell):
    (found,) = ignored(one(**cell))
    assert (found.cell, found.reason) == (1, None)
    assert found.what.startswith("the cell: ")
    reasoned = {"source": "6 * 7"} | cell
    reasoned["source"] += "\n# Not compared: the clock goes on."
    assert ignored(one(**reasoned)) == [Ignored(1, found.what, "the clock goes on.")]
    reasoned["source"] = reasoned["source"].replace("the clock goes on.", "")
    assert ignored(one(**reasoned)) == [found]


@pytest.mark.parametrize("kind", [WIDGET_VIEW, "image/png", "image/jpeg", "video/mp4"])
def test_kinds_have_the_reasons_that_are_said(kind):
    found = ignored(one(outputs=[shown(**{kind: "x", "text/plain": "42"})]))
    assert found == [Ignored(1, kind, REASONS.get(kind))]


def test_an_error_has_no_reason_of_its_own():
    error = new_output("error", ename="E", evalue="e", traceback=["somewhere"])
    assert ignored(one(outputs=[error])) == [Ignored(1, "traceback", None)]

"""A picture, a widget or a table without words and numbers is found."""

from __future__ import annotations

import pytest

from tests.notebooks.comparable import WIDGET_VIEW, not_comparable

VIEW = {WIDGET_VIEW: {"model_id": "1"}}
READING = "Kettle(leaf='mint')\nIt takes 2.5 minutes.\ntable: 1 rows, digest 0123456789ab"
BOX = "VBox(children=(IntSlider(value=40, description='Baseline'), Kettle(leaf='mi…"


def shown(text: str | None = None, **data):
    return {
        "output_type": "execute_result",
        "data": {**data} | ({"text/plain": text} if text else {}),
    }


GOOD = [
    [shown("42")],
    [{"output_type": "stream", "text": "hello"}],
    [shown(READING, **VIEW)],
    [shown(READING, **{"image/png": "iVBO"})],
    [shown("events n\n142 346", **{"text/html": "<table>"})],
    [
        shown(BOX, **VIEW),
        {"output_type": "stream", "text": "[40]\nOf 100 people, 40 have less pain."},
    ],
    [],
]
BAD = [
    (shown(None, **VIEW), "without text"),
    (shown(" ", **{"image/png": "iVBO"}), "without text"),
    (shown("<Figure size 640x480 with 1 Axes>", **{"image/png": "iVBO"}), "names an object"),
    (shown("<IPython.core.display.SVG object>", **{"image/svg+xml": "<svg>"}), "names an object"),
    (shown("alt.Chart(...)", **{"application/vnd.vegalite.v6+json": {}}), "names an object"),
    (shown("It takes 2.5 minutes.", **VIEW), "no reading with a digest"),
    (shown("digest 0123456789ab", **VIEW), "no reading with a digest"),
    (shown("A table of words", **{"text/html": "<table>"}), "no number"),
    (shown("IntSlider(value=40)", **VIEW), "no reading with a digest"),
    (shown(BOX, **VIEW), "without a printed reading"),
]


@pytest.mark.parametrize("outputs", GOOD)
def test_what_can_be_compared(outputs):
    assert not_comparable(outputs) == []


@pytest.mark.parametrize(("output", "why"), BAD)
def test_what_cannot(output, why):
    (said,) = not_comparable([*GOOD[0], output, *GOOD[1]])
    assert why in said

"""How many widgets the lesson shows: what a page, a deck and JupyterLab are held to."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from ketalab import explorers

LESSON = "04-side-effects"

_NOTEBOOK = Path(__file__).resolve().parents[2] / "notebooks" / f"{LESSON}.ipynb"


def explorer_count() -> int:
    """Explorers in the notebook."""
    return sum(text.partition("(")[0] in explorers.__all__ for text in _text_forms())


def activity_names() -> list[str]:
    """Ids of the questions and predictions in the notebook, in order."""
    return [
        text.split(".", 1)[0].split(" ", 1)[1]
        for text in _text_forms()
        if text.startswith(("Question ", "Prediction "))
    ]


@cache
def _text_forms() -> list[str]:
    notebook = json.loads(_NOTEBOOK.read_text(encoding="utf-8"))
    return [
        "".join(output["data"]["text/plain"])
        for cell in notebook["cells"]
        for output in cell.get("outputs", [])
        if "text/plain" in output.get("data", {})
    ]

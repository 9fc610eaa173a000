"""Every picture in a notebook, in a cell's text or its output, has words that say what it shows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ketalab.publish.alt_text import alt_problem, alt_problems

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))


def problems(notebook: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong, with the place of the cell, from 1."""
    for place, cell in enumerate(notebook["cells"], start=1):
        if cell["cell_type"] == "markdown":
            for _, problem in alt_problems("".join(cell["source"])):
                yield f"cell {place}: {problem}"
        for output in cell.get("outputs", []):
            for kind in output.get("data", {}):
                alt = output["metadata"].get(kind, {}).get("alt")
                if kind.startswith("image/") and (problem := alt_problem(alt)):
                    yield f"cell {place}: {problem}"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_picture_has_words(path: Path):
    assert list(problems(json.loads(path.read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize("alt", [None, "", "curve.png", "image"])
def test_missing_words_are_found(alt: str | None):
    notebook = json.loads(next(p for p in NOTEBOOKS if "04" in p.stem).read_text(encoding="utf-8"))
    outputs = [o for c in notebook["cells"] for o in c.get("outputs", [])]
    picture = next(o for o in outputs if "image/png" in o.get("data", {}))
    picture["metadata"]["image/png"]["alt"] = alt
    assert len(list(problems(notebook))) == 1
    notebook["cells"][0]["source"] = f"![{alt or ''}](there.png)"
    assert len(list(problems(notebook))) == 2

"""A notebook that is only previewed shows the opening pictures."""

from __future__ import annotations

import base64

from ketalab.explorers import SideEffectExplorer
from ketalab.publish.notebooks import for_jupyter
from ketalab.publish.stills import PNG


def explorers_in(notebook):
    return [
        output
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if "".join(output.get("data", {}).get("text/plain", "")).startswith("SideEffectExplorer(")
    ]


def test_every_explorer_of_the_students_notebook_has_a_picture_with_its_words(students):
    found = explorers_in(for_jupyter(students))
    assert len(found) > 1
    for output in found:
        assert base64.b64decode(output.data[PNG]).startswith(b"\x89PNG")
        assert len(output.metadata[PNG]["alt"]) > 60
    opening = SideEffectExplorer().captions()[0]
    assert found[0].metadata[PNG]["alt"] == f"{opening['title']}. {opening['alt']}"


def test_the_exports_do_not_carry_the_picture(students):
    assert all(PNG not in output.data for output in explorers_in(students))

"""Opening pictures of explorers in a notebook that is only previewed, with their text."""

from __future__ import annotations

import base64
from typing import Any

from nbformat import NotebookNode

from ketalab import explorers
from ketalab.frontend.still import still
from ketalab.publish.widgets import WIDGET_STATE, WIDGET_VIEW

PNG = "image/png"


def add_stills(notebook: NotebookNode) -> None:
    """Put beside each explorer's view, in place, its first picture as it opens, as PNG.

    The alternative text of the picture is its caption's, in the output's metadata.
    """
    states = notebook.metadata.get("widgets", {}).get(WIDGET_STATE, {}).get("state", {})
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            view = output.get("data", {}).get(WIDGET_VIEW)
            state = states.get(view["model_id"], {}).get("state", {}) if view else {}
            if "pictures" in state.get("_spec", {}):
                _add(output, state)


def _add(output: NotebookNode, state: dict[str, Any]) -> None:
    specification = state["_spec"]
    setting = {control["name"]: state[control["name"]] for control in specification["controls"]}
    captions = getattr(explorers, specification["name"])(**setting).captions()
    if captions:
        png = still(specification, setting, captions[0]["picture"])
        output.data[PNG] = base64.b64encode(png).decode()
        output.metadata[PNG] = {"alt": f"{captions[0]['title']}. {captions[0]['alt']}"}

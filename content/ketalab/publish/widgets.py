"""Widgets in an export: each state once, in JSON, for the page's own host to draw without a kernel.

nbconvert's own route needs html-manager and require.js (3.6 MB). Our widgets are anywidgets: an ES
module and a state. `frontend/host.js` gives them the interface that they know from JupyterLab.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"

_SHARED_FROM = 1000  # characters of JSON from which a value is stored once and referred to
_REFERENCE = "anywidget:"  # how anywidget writes that one widget refers to another
_OF_A_BOX = "IPY_MODEL_"  # how a box of ipywidgets refers to what it holds


@dataclass
class Embedded:
    """What a page embeds: models by name, large values by digest, style sheets."""

    models: dict[str, dict[str, Any]] = field(default_factory=dict)
    shared: dict[str, str] = field(default_factory=dict)
    styles: dict[str, str] = field(default_factory=dict)


class EmbedWidgets(Preprocessor):
    """Collect the states of all displayed widgets into `resources["ketalab"]`.

    Every widget gets a name that depends only on its place in the notebook, so that two builds of
    one source are the same bytes. Of a box of widgets (`VBox` and the like), those that are ours
    are drawn one below the other. Any other widget keeps its text form.
    """

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        states = nb.metadata.get("widgets", {}).get(WIDGET_STATE, {}).get("state", {})
        self._states: Mapping[str, Any] = states
        self._names: dict[str, str] = {}
        embedded = Embedded()
        for cell in nb.cells:
            for output in cell.get("outputs", []):
                view = output.get("data", {}).pop(WIDGET_VIEW, None)
                ours = self._ours_in(view["model_id"]) if view else []
                if ours:
                    names = [self._embed(model_id, embedded) for model_id in ours]
                    output.metadata["ketalab"] = {"models": names}
        resources["ketalab"] = embedded
        return nb, resources

    def _is_ours(self, model_id: str) -> bool:
        return bool(self._states.get(model_id, {}).get("model_module") == "anywidget")

    def _ours_in(self, model_id: str) -> list[str]:
        """The widget itself if it is ours, else those of ours that it holds, in order."""
        if self._is_ours(model_id):
            return [model_id]
        held = self._states.get(model_id, {}).get("state", {}).get("children", [])
        return [ours for child in held for ours in self._ours_in(child.removeprefix(_OF_A_BOX))]

    def _embed(self, model_id: str, embedded: Embedded) -> str:
        """Add a model and every anywidget that it refers to; give back its name."""
        if model_id in self._names:
            return self._names[model_id]
        name = self._names[model_id] = f"model-{len(self._names) + 1}"
        state: dict[str, Any] = {}
        for key, value in sorted(self._states[model_id]["state"].items()):
            if key == "_css":
                embedded.styles[_digest(value)] = value
            elif isinstance(value, str) and value.startswith(_REFERENCE):
                other = value.removeprefix(_REFERENCE)
                if self._is_ours(other):
                    state[key] = _REFERENCE + self._embed(other, embedded)
            elif not _is_of_the_kernel(key):
                state[key] = _share(value, embedded)
        embedded.models[name] = state
        return name


def _is_of_the_kernel(key: str) -> bool:
    """Traits that only a widget manager needs."""
    return key.startswith(("_model_", "_view_", "_anywidget")) or key in {
        "layout",
        "tabbable",
        "tooltip",
        "_dom_classes",
    }


def _share(value: Any, embedded: Embedded) -> Any:
    text = json_for_script(value)
    if len(text) < _SHARED_FROM:
        return value
    embedded.shared[_digest(text)] = text
    return {"$shared": _digest(text)}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def json_for_script(value: Any) -> str:
    """JSON that may stand inside a script element: no `<`, so nothing can close or open a tag."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")

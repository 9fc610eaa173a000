"""The gallery: the one place that shows every explorer."""

from __future__ import annotations

from ketalab import explorers
from ketalab.frontend import Explorer

GALLERY = "90-explorers"
CLASSES: tuple[type[Explorer], ...] = tuple(getattr(explorers, name) for name in explorers.__all__)
# Each explorer once, and one in a box with a slider of ipywidgets.
ON_PAGE = len(CLASSES) + 1

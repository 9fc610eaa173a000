"""What every widget of the course has in common: one style sheet and a text form that counts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import anywidget


class CourseWidget(anywidget.AnyWidget):
    """An anywidget whose text form is its whole `repr`: that is what nbval compares."""

    _css = Path(__file__).with_name("widget.css")

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        # ipywidgets would cut the text form at 110 characters.
        bundle: Any = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        return {**data, "text/plain": repr(self)}, metadata


def digest(values: Any) -> str:
    """A short digest of JSON data with floats rounded to six significant digits.

    Rounding keeps the digest the same on platforms whose last bits differ.
    """
    text = json.dumps(_rounded(values), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, Mapping):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return value

"""What an output shows must also stand in words: nbval sees no picture and no widget."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
# What nbval leaves out by its kind, and what it would compare as source that nobody can read.
_SEEN = ("image/", "video/", "audio/", "application/vnd.", "application/pdf")

# What Python or a library says of an object instead of what is in it.
_EMPTY = re.compile(
    r"<[^>\n]*>"  # <Figure size 640x480 with 1 Axes>, <IPython.core.display.Image object>
    r"|[\w.]+\(\.\.\.\)"  # alt.Chart(...)
)
# A box of widgets, which are named and cut short. What they show is to be printed beside it.
_BOX = re.compile(r"\w+\(children=.*", re.DOTALL)
_READING = re.compile(r"(?=.*\d).{30,}")
_NUMBERS = re.compile(r"\bdigest [0-9a-f]{12}$", re.MULTILINE)


def not_comparable(outputs: Sequence[Mapping[str, Any]]) -> list[str]:
    """Say of each of a cell's outputs that gives nbval nothing to compare why that is so.

    A picture, a widget or a chart needs text of two lines or more with a digest: the reading, and
    the numbers behind it. A box of widgets needs a printed reading beside it, and a table needs
    numbers in its text. Other outputs are compared as they are.
    """
    printed = any(_READING.search("".join(output.get("text", ""))) for output in outputs)
    return [why for output in outputs if (why := _why_not(output, printed))]


def _why_not(output: Mapping[str, Any], printed: bool) -> str | None:
    data: Mapping[str, Any] = output.get("data", {})
    seen = sorted(kind for kind in data if kind.startswith(_SEEN))
    text = "".join(data.get("text/plain", ""))
    what = ", ".join(seen or sorted(kind for kind in data if kind != "text/plain"))
    if not what:
        return None
    if not text.strip():
        return f"{what} without text"
    if _EMPTY.fullmatch(text.strip()):
        return f"{what} with the text {text.strip()[:60]!r}, which names an object and no numbers"
    if _BOX.fullmatch(text.strip()):
        return None if printed else f"{what} of several widgets without a printed reading"
    if seen and not (_NUMBERS.search(text) and "\n" in text.strip()):
        return f"{what} whose text has no reading with a digest of the numbers behind it"
    if not seen and not re.search(r"\d", text):
        return f"{what} whose text has no number"
    return None

"""Find what no reader of a text can see: control characters, and marks that turn its direction."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

# Control characters but tab and line feed; marks that turn text around, so that it reads otherwise
# than it is; what has no width; half characters. What joins letters (U+200C, U+200D) stays.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufeff\ufff9-\uffff]"
)


def hidden_character(text: str) -> str | None:
    """Return the first character of a text that cannot be seen, as "U+202E"; None without one.

    >>> hidden_character("safe"), hidden_character("efas \\u202e")
    (None, 'U+202E')
    """
    found = _HIDDEN.search(text)
    return f"U+{ord(found[0]):04X}" if found else None


def hidden_characters(content: Any) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield (place, character) for each text in plain data that holds one; keys are texts too.

    >>> list(hidden_characters({"arms": [{"name": "a\\x07"}]}))
    [(('arms', 0, 'name'), 'U+0007')]
    """
    if isinstance(content, str):
        if found := hidden_character(content):
            yield (), found
    elif isinstance(content, Mapping | list):
        pairs = content.items() if isinstance(content, Mapping) else enumerate(content)
        for key, part in pairs:
            shown = key
            if isinstance(key, str) and (found := hidden_character(key)):
                shown = ascii(key)[1:-1]
                yield (shown,), found
            for place, found in hidden_characters(part):
                yield (shown, *place), found

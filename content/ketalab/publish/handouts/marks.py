"""The key to the marks beside the numbers, and the sources: what every sheet ends with."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from typing import get_args

from ketalab.evidence.certainty import CERTAINTIES, grade, level
from ketalab.evidence.citable import citable
from ketalab.evidence.side_effect import Verified
from ketalab.publish.handouts.sheet import markdown
from ketalab.publish.roles import Citations, source_list

_DIRECTNESS = (
    "“Direct” evidence counted people with chronic pain. “Indirect” evidence counted others, such "
    "as people with depression: what it says of chronic pain is uncertain."
)


def key_to_the_marks() -> str:
    """Return a paragraph that explains every mark of verification and of certainty, as HTML."""
    levels = "; ".join(level(verified) for verified in get_args(Verified))
    grades = "; ".join(grade(certainty) for certainty in CERTAINTIES)
    words = (
        f"How a number was checked: {levels}. How sure its source is of it (GRADE): {grades}. "
        f"{_DIRECTNESS}"
    )
    return f'<p class="key"><strong>The marks.</strong> {escape(words)}</p>'


def sources(keys: Iterable[str]) -> str:
    """Return the list of these sources in the order of their labels, as HTML."""
    ordered = sorted(set(keys), key=lambda key: (citable()[key].label.casefold(), key))
    return f'<div class="sources">\n{markdown(source_list(Citations(ordered)))}</div>'


def named_in(text: str) -> list[str]:
    """Return the sources that a text names by their label or their key, in no certain order.

    >>> named_in("Kvarnström 2003 and Kvarnström 2004")
    ['kvarnstrom2003', 'kvarnstrom2004']
    """
    return [
        key
        for key, reference in citable().items()
        if any(re.search(rf"(?<!\w){re.escape(n)}(?!\w)", text) for n in (key, reference.label))
    ]

"""How sure a source is of a result, and how a record was checked: one home for both marks.

Certainty is the source's own grade (GRADE Working Group, BMJ 2008;336:924): nobody here grades a
result anew. Verification says what of a source was read. Each mark is a shape with words, so that
none of it hangs on colour.

>>> grade("low")
'⊕⊕◯◯ low'
>>> badge("primary-abstract")
'● primary'
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Literal, get_args

from ketalab.evidence.side_effect import Verified

Certainty = Literal["high", "moderate", "low", "very low", "not graded"]

# What is said beside the compiler's general knowledge, which no source vouches for.
NOT_REVIEWED = "not yet reviewed by a clinician"

CERTAINTIES: tuple[Certainty, ...] = get_args(Certainty)

_GRADED = MappingProxyType({"high": 4, "moderate": 3, "low": 2, "very low": 1})
_BADGES = MappingProxyType(
    {
        "label": "◆ label",
        "primary-abstract": "● primary",
        "review": "◐ review",
        "secondary": "○ second-hand",
    }
)
_LEVELS = MappingProxyType(
    {
        "label": "◆ official label, or a reprint of one",
        "primary-abstract": "● the study's own abstract or article",
        "review": "◐ a review",
        "secondary": "○ second-hand: news or a third party's summary",
    }
)


def grade(certainty: Certainty) -> str:
    """Return the mark of a certainty: "⊕⊕⊕◯ moderate", "– not graded by the source as read".

    Raises KeyError for any other word.
    """
    if certainty == "not graded":
        return "– not graded by the source as read"
    filled = _GRADED[certainty]
    return f"{'⊕' * filled}{'◯' * (4 - filled)} {certainty}"


def badge(verified: Verified) -> str:
    """Return the mark of a verification level, as short as a sentence needs: "● primary".

    Raises KeyError for any other word.
    """
    return _BADGES[verified]


def level(verified: Verified) -> str:
    """Return the same mark with a line of words: "● the study's own abstract or article".

    Raises KeyError for any other word.
    """
    return _LEVELS[verified]

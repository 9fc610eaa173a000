"""Readable ids for records that the fact check left without one."""

from __future__ import annotations

import re
import unicodedata


def readable_id(*texts: str) -> str:
    """Join texts to one id of small letters, digits and underscores.

    Raises ValueError when nothing is left to make an id of.

    >>> readable_id("St John's wort", "oral S-ketamine")
    'st_johns_wort_oral_s_ketamine'
    """
    plain = unicodedata.normalize("NFKD", " ".join(texts)).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", plain.lower().replace("'", ""))
    if not words:
        raise ValueError(f"expected texts with a letter or a digit, got {texts!r}")
    return "_".join(words)

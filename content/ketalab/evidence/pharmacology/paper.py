"""One entry of the bibliography of the pharmacology, and what of the paper was read.

``references.yaml`` is a copy of the table that the course's fact check produced, byte for byte.
Each entry is one line of text; what leans on memory is taken out before it is shown.
"""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import quote

from ketalab.evidence.tables import Record, Text

Reading = Literal["read in part", "second-hand", "not read"]

_MEMORY = re.compile(r" \((?P<what>[^()]*) memory-only\)")
_WITHHELD = "Details that were not checked are not shown."


class Paper(Record):
    """One source. Only ``citation`` and ``links`` are fit to print, not ``text``."""

    key: Text
    text: Text

    @property
    def label(self) -> str:
        """A short name: the key, or where the author leans on memory the journal's line."""
        found = _MEMORY.search(self.text)
        if found is None or "author" not in found["what"]:
            return self.key
        return self._shown().partition(". ")[0]

    @property
    def citation(self) -> str:
        """The line without author or year where these lean on memory."""
        shown = self._shown()
        return shown if shown == self.text else f"{shown} {_WITHHELD}"

    @property
    def links(self) -> tuple[tuple[str, str], ...]:
        """Where the paper can be found: (text, address)."""
        links = []
        for doi in re.findall(r"\bdoi:(10\.\S+?)(?=\.?(?:\s|$))", self.text):
            links.append((f"doi:{doi}", f"https://doi.org/{quote(doi, safe='/()')}"))
        for pmid in re.findall(r"\bPMID (\d+)", self.text):
            links.append((f"PMID {pmid}", f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/"))
        for pmc in re.findall(r"\bPMC\d+", self.text):
            links.append((pmc, f"https://pmc.ncbi.nlm.nih.gov/articles/{pmc}/"))
        return tuple(links)

    @property
    def reading(self) -> Reading:
        """How much of it was read: part of it (mostly the abstract), nothing, or only of it."""
        if re.search(r"\bnot (?:read|found)\b", self.text, re.IGNORECASE):
            return "not read"
        if re.search(r"\bread\b|\(abstract\)", self.text):
            return "read in part"
        return "second-hand"

    def _shown(self) -> str:
        found = _MEMORY.search(self.text)
        if found is None:
            return self.text
        shown = _MEMORY.sub("", self.text)
        if "author" in found["what"]:
            shown = re.sub(r"^[^.]* et al\. ", "", shown)
        if "year" in found["what"]:
            shown = re.sub(r" (?:19|20)\d\d\b", "", shown)
        return shown

"""One entry of the bibliography, and how much of it may be shown.

``references.yaml`` is a copy of the table that the course's fact check produced, byte for byte.
Some bibliographic details lean on somebody's memory. None of those is ever printed.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal
from urllib.parse import quote

from pydantic import Field

from ketalab.evidence.side_effect import Verified
from ketalab.evidence.tables import Record, Text, WebAddress

MemoryField = Literal["authors", "title", "journal", "year", "initials of the first author"]

_WITHHELD = "Bibliographic details not checked, so not shown"
# "Guy GP Jr" and "O'Connell NE" are people; "Pfizer / MHRA" and "PDR" are not.
_PERSON = re.compile(r"(?P<surname>[^/&]*[^/& ]) [^\W\d_a-z]{1,3}(?: Jr)?")
_LEANS_ON_MEMORY = re.compile(r"\bfrom memory\b")
_NOT_SEEN = re.compile(r"\bnot shown\b")


class Reference(Record):
    """One source. Only ``label``, ``citation``, ``links`` and ``shown`` are fit to print."""

    key: Text
    title: Text
    authors: Text | None = None
    journal: Text | None = None
    publisher: Text | None = None
    year: Annotated[int, Field(ge=1800, le=2100)] | None = None
    doi: Text | None = None
    pmid: Text | None = None
    url: WebAddress | None = None
    verified: Verified | None = None
    bib_partly_from_memory: bool = False
    memory_only_fields: Annotated[tuple[MemoryField, ...], Field(strict=False)] = ()
    licence: Text | None = None
    note: Text | None = None
    also: Annotated[tuple[WebAddress, ...], Field(strict=False)] = ()
    title_note: Text | None = None
    year_note: Text | None = None
    url_note: Text | None = None
    doi_note: Text | None = None
    coi_note: Text | None = None
    doi_unverified: Text | None = None

    @property
    def label(self) -> str:
        """A short name for a link: "Daly 2019", "SPRAVATO label 2021", "Aetna".

        It is the key itself where authors or year are missing or lean on memory.
        """
        if self._leans("year"):
            return self.key
        year = f" {self.year}" if self.year is not None else ""
        if (self.publisher or "").startswith("US label"):
            return f"{self.title.split()[0]} label{year}"
        # The surname may stand where only the initials lean on memory.
        if not self.authors or self._leans("authors") or _NOT_SEEN.search(self.authors):
            return self.key
        first = self.authors.split(",")[0]
        first = re.sub(r"(?: et al\.?)?(?: \([^)]*\))?$", "", first)
        person = _PERSON.fullmatch(first)
        return f"{person['surname'] if person else self.authors}{year}"

    @property
    def known_year(self) -> int | None:
        """The year of publication; None where it is missing or leans on memory."""
        return None if self._leans("year") else self.year

    @property
    def citation(self) -> str:
        """One line of plain text, without any detail that leans on memory and without links."""
        shown = [
            self.shown("authors"),
            self.shown("title"),
            self.shown("journal") if self.journal else self.shown("publisher"),
            self.shown("year"),
        ]
        # dict: an institution that is both author and publisher is named once.
        parts = list(dict.fromkeys(part for part in shown if part))
        if self.withholds_details:
            parts.append(_WITHHELD)
        return " ".join(part if part.endswith((".", "?", "!")) else f"{part}." for part in parts)

    @property
    def links(self) -> tuple[tuple[str, str], ...]:
        """Where the source can be read: (text, address), the most lasting address first."""
        links = []
        if self.doi:
            links.append((f"doi:{self.doi}", f"https://doi.org/{quote(self.doi, safe='/')}"))
        if self.pmid:
            links.append((f"PMID {self.pmid}", f"https://pubmed.ncbi.nlm.nih.gov/{self.pmid}/"))
        if self.url:
            links.append(("page read", self.url))
        return tuple(links)

    @property
    def withholds_details(self) -> bool:
        """Whether some detail leans on memory, so that it is in the record and not shown."""
        return (
            any(
                self._leans(field)
                for field in ("authors", "title", "journal", "publisher", "year")
                if getattr(self, field) is not None
            )
            or "initials of the first author" in self.memory_only_fields
        )

    @property
    def not_seen(self) -> tuple[str, ...]:
        """Which identifiers were not seen: "DOI", "PMID"."""
        identifiers = {"DOI": self.doi, "PMID": self.pmid}
        return tuple(name for name, value in identifiers.items() if value is None)

    def shown(self, field: str) -> str | None:
        """Return authors, title, journal, publisher or year as printed; None if not to be shown."""
        value = getattr(self, field)
        if value is None or self._leans(field) or _NOT_SEEN.search(str(value)):
            return None
        if field == "authors" and "initials of the first author" in self.memory_only_fields:
            return None
        if field == "title" and re.search(r"working|descriptive", self.title_note or ""):
            return f"{value} [working title]"
        return str(value)

    def _leans(self, field: str) -> bool:
        """Whether the value of ``field`` rests, in whole or in part, on memory."""
        if self.bib_partly_from_memory and field in ("authors", "journal", "publisher", "year"):
            return True
        if field in self.memory_only_fields:
            return True
        # Journal and publisher say the same thing twice.
        if field == "publisher" and "journal" in self.memory_only_fields:
            return True
        texts = (getattr(self, field), getattr(self, f"{field}_note", None))
        return any(isinstance(text, str) and _LEANS_ON_MEMORY.search(text) for text in texts)

"""The bibliography for reference managers: BibTeX and CSL-JSON.

What leans on memory is left out here as everywhere; a note in the entry says so, and says which
identifiers were not seen. Writing BibTeX needs pybtex, which the extra "publish" installs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from io import StringIO
from typing import Any

from ketalab.evidence.library import library
from ketalab.evidence.reference import Reference

# "Pain 145(3):304-311", "Nat Commun 8:1668", "Pain 163(4)", "NCHS Data Brief 518".
# No later word of a journal begins with a digit, so that "Lancet 385 Suppl 2:S10" stays whole.
_PLACE = re.compile(
    r"(?P<journal>[^\d\s,][^\s,]*(?: [^\d\s,][^\s,]*)*) (?P<volume>\d{1,3})"
    r"(?:\((?P<issue>[\d-]+)\))?(?::(?P<page>[\w.-]+))?"
)
# "Guy GP Jr", "de Andrade DC"; not "Pfizer / MHRA".
_PERSON = re.compile(r"(?P<family>[^/&]*[^/& ]) (?P<given>[^\W\d_a-z]{1,4})(?: (?P<suffix>Jr))?")
_OTHERS = "et al."

Name = dict[str, str]


def csl_json(keys: Iterable[str] | None = None) -> list[dict[str, Any]]:
    """Return the sources as CSL-JSON (version 1.0), ready for ``json.dumps``.

    ``keys`` names entries of the bibliography; None means all of them. Raises KeyError for a key
    that does not exist.
    """
    return [_csl_item(reference) for reference in _chosen(keys)]


def bibtex(keys: Iterable[str] | None = None) -> str:
    """Return the sources as the text of a .bib file, in UTF-8 as BibLaTeX and Zotero read it.

    ``keys`` names entries of the bibliography; None means all of them. Raises KeyError for a key
    that does not exist, ModuleNotFoundError where pybtex is not installed.
    """
    from pybtex.database import BibliographyData, Entry, Person
    from pybtex.database.output.bibtex import Writer

    class VerbatimAddresses(Writer):  # type: ignore[misc]  # pybtex has no types
        """An address is not LaTeX: with an escaped underscore it would lead nowhere."""

        def _write_field(self, stream: Any, type: str, value: str) -> None:
            if type in ("doi", "url"):
                stream.write(f",\n    {type} = {self.quote(value)}")
            else:
                super()._write_field(stream, type, value)

    def person(name: Name) -> Any:
        if "literal" in name:
            return Person(last=f"{{{name['literal']}}}")
        return Person(last=name["family"], first=name["given"], lineage=name.get("suffix", ""))

    entries = {}
    for item in csl_json(keys):
        names = item.get("author", [])
        persons = [person(name) for name in names if name != {"literal": _OTHERS}]
        if names and names[-1] == {"literal": _OTHERS}:
            persons.append(Person(last="others"))
        is_article = item["type"] == "article-journal"
        fields = {
            # The second braces keep a style from turning CRPS into crps.
            "title": f"{{{item['title']}}}",
            "journal" if is_article else "howpublished": item.get("container-title"),
            "volume": item.get("volume"),
            "number": item.get("issue"),
            "pages": item.get("page"),
            "year": str(item["issued"]["date-parts"][0][0]) if "issued" in item else None,
            "doi": item.get("DOI"),
            "url": item.get("URL"),
            "pmid": item.get("PMID"),
            "note": item.get("note"),
        }
        entries[item["id"]] = Entry(
            "article" if is_article else "misc",
            fields=[(name, value) for name, value in fields.items() if value],
            persons={"author": persons} if persons else {},
        )
    text = StringIO()
    VerbatimAddresses(encoding="UTF-8").write_stream(BibliographyData(entries), text)
    return text.getvalue()


def _chosen(keys: Iterable[str] | None) -> list[Reference]:
    references = library().references
    return list(references.values()) if keys is None else [references[key] for key in keys]


def _csl_item(reference: Reference) -> dict[str, Any]:
    place = reference.shown("journal") if reference.journal else reference.shown("publisher")
    parts = _PLACE.fullmatch(place or "")
    year = reference.shown("year")
    if parts or (place and (reference.doi or reference.pmid)):
        kind = "article-journal"
    elif "thesis" in (place or ""):
        kind = "thesis"
    else:
        kind = "webpage" if reference.url else "article"
    item = {
        "id": reference.key,
        "type": kind,
        "title": reference.shown("title") or reference.key,
        "author": _names(reference.shown("authors")),
        "container-title": parts["journal"] if parts else place,
        "volume": parts["volume"] if parts else None,
        "issue": parts["issue"] if parts else None,
        "page": parts["page"] if parts else None,
        "issued": {"date-parts": [[int(year)]]} if year else None,
        "DOI": reference.doi,
        "PMID": reference.pmid,
        "URL": reference.url,
        "note": " ".join(_remarks(reference)),
    }
    return {field: value for field, value in item.items() if value}


def _remarks(reference: Reference) -> list[str]:
    remarks = []
    if reference.not_seen:
        remarks.append(f"Not seen: {', '.join(reference.not_seen)}.")
    if reference.withholds_details:
        remarks.append("Bibliographic details that were not checked are left out.")
    return remarks


def _names(authors: str | None) -> list[Name]:
    """Split "Orhurhu V, Bhatia A, et al." into people; an institution stays whole."""
    if authors is None:
        return []
    names: list[Name] = []
    listed = re.sub(r" \([^)]*\)", "", authors).replace(" et al.", ", et al.").replace(";", ",")
    parts = [part for part in re.split(r",\s*", listed) if part]
    if not any(_PERSON.fullmatch(part) for part in parts):
        return [{"literal": authors}]
    for part in parts:
        person = _PERSON.fullmatch(part)
        if person:
            names.append({name: value for name, value in person.groupdict().items() if value})
        elif names[-1:] != [{"literal": part}]:
            names.append({"literal": part})
    return names

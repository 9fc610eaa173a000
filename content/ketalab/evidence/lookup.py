"""Look up a record, choose a table, cite a source: what a student may type into a cell.

>>> from ketalab.evidence import cite, record, table
>>> record("trials", "sigtermans2009").n_randomised
60
>>> print(cite("sigtermans2009").label)
Sigtermans 2009
>>> trials = table("trials", condition="CRPS")
>>> list(trials.index)
['sigtermans2009', 'schwartzman2009', 'schilder2013']
>>> int(trials.n_randomised.max())
60

A cell that ends with a table, a record or a citation shows it, with units and sources.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from ketalab.evidence.certainty import NOT_REVIEWED, badge
from ketalab.evidence.columns import CAPTIONS, COLUMNS
from ketalab.evidence.graded import certainty_of
from ketalab.evidence.library import TABLES, library
from ketalab.evidence.populations import directness_of
from ketalab.evidence.printable import why_withheld
from ketalab.evidence.reference import Reference
from ketalab.evidence.result import Result
from ketalab.evidence.side_effect import SideEffect, Verified
from ketalab.evidence.sources import source_keys
from ketalab.evidence.tables import Record
from ketalab.evidence.trial_class import trial_class

if TYPE_CHECKING:  # pandas takes a second to start; only whoever asks for a table waits for it.
    from ketalab.evidence.frames import EvidenceTable

# "supported" must not find "partly supported", nor "low" find "very low".
_EXACT = ("certainty", "directness", "verdict", "verified", "claim_mild_and_short_lived")
# Here a hyphen belongs to the word: "ketamine" must not find "S-ketamine".
_DRUGS = ("drug", "ketamine_form")
_LONG_FORMS = {"crps": "complex regional pain syndrome"}
# What a bibliography says better: these fields of a study may lean on memory.
_BIBLIOGRAPHIC = ("first_author", "year", "journal", "doi", "doi_unverified", "pmid", "url")

Condition = str | int | float | bool | None | Collection[str] | Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Citation:
    """A source, ready to print: ``str()`` is text, a cell shows it with links.

    ``links`` are (text, address); ``verified`` is None where the bibliography gives no level.
    """

    key: str
    label: str
    text: str
    links: tuple[tuple[str, str], ...]
    verified: Verified | None

    def __str__(self) -> str:
        addresses = [f"{text} <{address}>" for text, address in self.links]
        return " ".join([f"{self.label}.", self.text, *addresses, *self._badge()])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        links = [f'<a href="{escape(address)}">{escape(text)}</a>' for text, address in self.links]
        words = [f"<strong>{escape(self.label)}.</strong>", escape(self.text), *links]
        return f"<p>{' '.join([*words, *map(escape, self._badge())])}</p>"

    def _badge(self) -> list[str]:
        return [] if self.verified is None else [f"({badge(self.verified)})"]


def cite(key: str) -> Citation:
    """Return the source that ``key`` names. Raises LookupError, with near matches.

    >>> print(cite("hardy2012"))  # doctest: +ELLIPSIS
    Hardy 2012. ... doi:10.1200/JCO.2012.42.1081 <https://doi.org/10.1200/JCO.2012.42.1081>...
    """
    reference = _known(library().references, key, "source")
    return Citation(key, reference.label, reference.citation, reference.links, reference.verified)


def record(table: str, record: str | int) -> Record:
    """Return one record with its typed fields, which the documentation of its class explains.

    A record may hold what is never shown to students, such as ``memory_only_fields``: ``table``
    leaves it out. Raises LookupError, with near matches.

    >>> record("claims", 8).verdict
    'overstated'
    >>> record("side_effects", "spravato_trd__01").treatment.n
    346
    """
    found: Record = _known(_records(table), str(record), f"record in {table}")
    return found


def table(
    table: str, *, columns: Iterable[str] | str = (), **conditions: Condition
) -> EvidenceTable:
    """Return the records that meet every condition, as a pandas DataFrame that shows its sources.

    A condition names a field (``treatment_n`` for a part of one). Text is looked for as whole
    words, in either case; a certainty, a directness, a verdict or a level of verification has to
    be the very word. A number, True, False or None has to be equal. A list holds alternatives,
    and a function is given the value and says yes or no (it is not asked where there is none).

    ``columns`` are fields in place of the usual ones, or "all" for whatever may be printed.

    Raises LookupError for a table or field that does not exist, and for a word that an exact
    field never holds; the message names what comes near.

    >>> reviews = table("reviews", scope="CRPS", n_participants=lambda n: n > 200)
    >>> list(reviews.index)
    ['zhao2018', 'crpspharm2024']
    >>> table("trials", columns=["condition", "n_randomised"], route="oral").n_randomised.sum()
    np.int64(265)
    """
    import pandas as pd

    from ketalab.evidence.frames import EvidenceTable

    records = _records(table)
    every = {name: dict(_printable_fields(table, name, entry)) for name, entry in records.items()}
    fields = list(dict.fromkeys(field for row in every.values() for field in row))
    rows = every
    for field, wanted in conditions.items():
        if field not in fields:
            raise _unknown("field", field, fields)
        if field in _EXACT:
            _check_word(field, wanted, {row.get(field) for row in every.values()})
        rows = {name: row for name, row in rows.items() if _meets(row.get(field), wanted, field)}

    headings = COLUMNS[table]
    if columns == "all":
        shown = [field for field in fields if field not in ("id", "sources")]
    else:
        shown = [columns] if isinstance(columns, str) else list(columns)
        for field in shown:
            if field not in fields:
                raise _unknown("field", field, fields)
        if not shown:
            # A column in which no record has anything says nothing.
            usual = [field for field in headings if field in fields]
            shown = [f for f in usual if any(row.get(f) is not None for row in rows.values())]
    # Level and source travel with every row.
    shown = [*shown, *(field for field in ("verified", "sources") if field not in shown)]
    frame = EvidenceTable(
        [[row.get(field) for field in shown] for row in rows.values()],
        columns=shown,
        index=pd.Index(rows, name="id"),
    )
    frame.caption = CAPTIONS[table]
    frame.headings = {**headings, "verified": "Verified on", "sources": "Sources"}
    frame.links = links_of(records[name] for name in rows)
    frame.remarks = tuple(_remarks([records[name] for name in rows], shown))
    return frame


def _records(table: str) -> Mapping[str, Record]:
    if table not in TABLES:
        raise _unknown("table", table, TABLES)
    return library().table(table)


def _known(records: Mapping[str, Any], key: str, kind: str) -> Any:
    try:
        return records[key]
    except KeyError:
        raise _unknown(kind, key, records) from None


def _unknown(kind: str, name: str, known: Iterable[str]) -> LookupError:
    known = list(known)
    near = difflib.get_close_matches(name, known, n=3)
    if near:
        return LookupError(f"no {kind} {name!r}; did you mean {' or '.join(map(repr, near))}?")
    hint = f"known: {', '.join(known)}" if len(known) <= 40 else "nothing comes near"
    return LookupError(f"no {kind} {name!r}; {hint}")


# --- The fields of a record ----------------------------------------------------------------------


def _printable_fields(table: str, name: str, entry: Record) -> Iterator[tuple[str, Any]]:
    """Yield (field, value) of what students may see, parts of a record as field_part."""
    # Of a reference only label and citation leave out what leans on memory.
    fields = (("verified", entry.verified),) if isinstance(entry, Reference) else entry
    for field, value in fields:
        if field in _BIBLIOGRAPHIC or why_withheld(field):
            continue
        if isinstance(value, Record):
            yield from ((f"{field}_{part}", inner) for part, inner in value if _plain(inner))
        elif isinstance(value, tuple) and all(isinstance(one, str) for one in value):
            yield field, "; ".join(one for one in value if not why_withheld(field, one)) or None
        elif isinstance(value, str):
            yield field, None if why_withheld(field, value) else value
        elif _plain(value):
            yield field, value
    yield from _added(entry)
    if table in ("trials", "context_studies"):
        kinds = trial_class(table, name)
        yield from (("drug", kinds.drug), ("pain", kinds.pain), ("comparison", kinds.comparison))
    yield "sources", "; ".join(_sources_of(entry))


def _plain(value: object) -> bool:
    return value is None or isinstance(value, str | int | float)


def _added(entry: Record) -> Iterator[tuple[str, Any]]:
    """Yield what stands in other tables, or is made from several fields, and belongs beside it."""
    if isinstance(entry, SideEffect):
        yield "directness", directness_of(entry)[0]
        yield "certainty", certainty_of(entry)
    elif isinstance(entry, Reference):
        yield "label", entry.label
        yield "citation", entry.citation
    elif isinstance(entry, Result):
        yield from _result_fields(entry)


def _sources_of(entry: Record) -> tuple[str, ...]:
    if isinstance(entry, Result):
        return source_keys(library().table(entry.table)[entry.record])
    return source_keys(entry)


def _result_fields(result: Result) -> Iterator[tuple[str, Any]]:
    from ketalab.evidence.facts import fact
    from ketalab.evidence.provenance import provenance_of

    provenance = provenance_of(result, library())
    yield "result", fact(f"results/{result.id}").text
    yield "verified", provenance.verified
    yield "overlap_group", provenance.overlap_group
    study = library().table(result.table)[result.record]
    yield "population", result.population or population_in(study)
    if result.drug is None and result.table in ("trials", "context_studies"):
        yield "drug", trial_class(result.table, result.record).drug
    yield "comparator", result.comparator or getattr(study, "comparator", None)
    yield "route", result.route or getattr(study, "route", None)


def population_in(study: Record) -> str | None:
    """Return whom a record speaks of, in its own words; None where it does not say."""
    for field in ("condition", "population", "setting", "scope"):
        words = getattr(study, field, None)
        if words:
            return str(words)
    return None


# --- Choosing ------------------------------------------------------------------------------------


def _meets(value: Any, wanted: Condition, field: str) -> bool:
    if callable(wanted):
        return value is not None and bool(wanted(value))
    if isinstance(wanted, str):
        return isinstance(value, str) and _says(value, wanted, field)
    if isinstance(wanted, Collection):
        return any(_meets(value, one, field) for one in wanted)
    return (type(value) is not bool and value == wanted) or value is wanted


def _says(text: str, wanted: str, field: str) -> bool:
    if field in _EXACT:
        return text == wanted
    forms = {wanted.lower(), _LONG_FORMS.get(wanted.lower(), wanted.lower())}
    letter = r"[\w-]" if field in _DRUGS else r"\w"
    return any(
        re.search(rf"(?<!{letter}){re.escape(form)}(?!{letter})", text.lower()) for form in forms
    )


def _check_word(field: str, wanted: Condition, held: Collection[Any]) -> None:
    words = sorted(word for word in held if word is not None)
    asked = [wanted] if isinstance(wanted, str) else wanted
    for word in asked if isinstance(asked, list | tuple | set | frozenset) else []:
        if word not in words:
            raise _unknown(field, str(word), words)


# --- What stands under a table -------------------------------------------------------------------


def links_of(entries: Iterable[Record]) -> dict[str, tuple[str, str | None]]:
    """Return label and address (None where none is known) of every source, by its key."""
    links: dict[str, tuple[str, str | None]] = {}
    for entry in entries:
        for key in _sources_of(entry):
            reference = library().references.get(key)
            if reference is not None:
                links[key] = (reference.label, reference.links[0][1] if reference.links else None)
    return links


def _remarks(entries: Collection[Record], shown: Collection[str]) -> Iterator[str]:
    groups = [getattr(entry, "overlap_group", None) for entry in entries]
    if any(group and groups.count(group) > 1 for group in groups):
        yield (
            "Rows of one overlap group come from the same or overlapping people: never pool or add "
            "them."
        )
    synthesis = [field for field in shown if any(_is_synthesis(entry, field) for entry in entries)]
    if synthesis:
        yield f"General knowledge, {NOT_REVIEWED}: {', '.join(synthesis)}."
    if any(isinstance(entry, SideEffect) and entry.is_crossover for entry in entries):
        yield "In a crossover the same people stand in both arms."


def _is_synthesis(entry: Record, field: str) -> bool:
    is_synthesis = getattr(entry, "is_synthesis", None)
    return bool(is_synthesis and field in type(entry).model_fields and is_synthesis(field))

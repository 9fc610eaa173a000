"""What the evidence covers: how records were checked, which are used, and what is missing."""

from __future__ import annotations

import ast
import re
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape

from ketalab.evidence.certainty import badge
from ketalab.evidence.library import TABLES, Library
from ketalab.evidence.pharmacology import Pharmacology
from ketalab.evidence.pharmacology.parameter import parameters_in
from ketalab.evidence.provenance import provenance_of
from ketalab.evidence.result import Result
from ketalab.evidence.side_effect import Verified
from ketalab.evidence.sources import source_keys
from ketalab.evidence.tables import Record

LEVELS: tuple[Verified, ...] = ("label", "primary-abstract", "review", "secondary")
NO_LEVEL = "no level"

_FACT = re.compile(r"\{fact\}`(\w+)/([^/:`\s]+):")
_CITE = re.compile(r"\{cite\}`([^`]+)`")


@dataclass(frozen=True, slots=True)
class TableCoverage:
    """One table: the number of its records by level, and how many lessons and explorers use.

    ``unused`` are ids that no lesson names. ``explorers`` are the modules that read the whole
    table, whichever of its records a lesson names.
    """

    table: str
    levels: Mapping[str, int]
    unused: tuple[str, ...]
    explorers: tuple[str, ...]

    @property
    def records(self) -> int:
        """The number of records."""
        return sum(self.levels.values())


@dataclass(frozen=True, slots=True)
class Coverage:
    """The report; ``text()`` is for a terminal, ``html()`` for a page.

    tables: one entry a table, in the order of the library.
    claims_without_evidence: claim id -> the keys that name no source and no record.
    without_identifier: references with neither DOI nor PMID; ``without_address`` are those of
        them that have no web address either.
    uncited: references that no record rests on.
    before: the first year that is not old; ``old`` are "table/record" -> year of the newest
        source, and ``undated`` counts the records with a source of which no year is known for
        sure. References and results are left out: they are as old as the other records.
    parameters: table of the pharmacology -> level -> number of values at that level.
    cards: kind of model -> number of model cards; ``cards_unchecked`` are the cards of models that
        were checked against no published value and no worked example.
    """

    tables: tuple[TableCoverage, ...]
    claims_without_evidence: Mapping[str, tuple[str, ...]]
    without_identifier: tuple[str, ...]
    without_address: tuple[str, ...]
    uncited: tuple[str, ...]
    before: int
    old: Mapping[str, int]
    undated: int
    parameters: Mapping[str, Mapping[str, int]]
    cards: Mapping[str, int]
    cards_unchecked: tuple[str, ...]

    def text(self) -> str:
        """Return the report as plain text, in lines of at most 100 characters."""
        lines = ["Coverage of the evidence", "", *_columns(self._header(), self._counts())]
        for heading, remark, items in self._lists():
            lines += ["", heading, *textwrap.wrap(remark, 100)]
            lines += textwrap.wrap(
                "; ".join(items),
                100,
                initial_indent="  ",
                subsequent_indent="  ",
                break_on_hyphens=False,
            )
        return "\n".join(lines)

    def html(self) -> str:
        """Return the report as HTML without a style or a script of its own."""
        head = "".join(f'<th scope="col">{escape(text)}</th>' for text in self._header())
        body = "".join(
            f'<tr><th scope="row">{escape(first)}</th>'
            + "".join(f"<td>{escape(cell)}</td>" for cell in rest)
            + "</tr>"
            for first, *rest in self._counts()
        )
        parts = [
            '<div class="scroller" role="region" aria-label="Records by table" tabindex="0"><table>'
            "<caption>Records by table: how they were checked, and who uses them</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        ]
        for heading, remark, items in self._lists():
            parts.append(f"<h2>{escape(heading)}</h2>")
            if remark:
                parts.append(f"<p>{escape(remark)}</p>")
            if items:
                entries = "".join(f"<li>{escape(item)}</li>" for item in items)
                parts.append(f"<ul>{entries}</ul>")
        return "\n".join(parts)

    def _header(self) -> list[str]:
        levels = [badge(level) for level in LEVELS]
        return ["table", "records", *levels, NO_LEVEL, "in no lesson", "read whole by"]

    def _counts(self) -> Iterator[list[str]]:
        for table in self.tables:
            levels = [str(table.levels[level]) for level in (*LEVELS, NO_LEVEL)]
            explorers = ", ".join(table.explorers) or "–"
            yield [table.table, str(table.records), *levels, str(len(table.unused)), explorers]

    def _lists(self) -> Iterator[tuple[str, str, list[str]]]:
        """Yield heading with count, remark and items of every list of the report."""
        for table in self.tables:
            remark = ""
            if table.explorers:
                remark = f"Its records are shown all the same, by {', '.join(table.explorers)}."
            if len(table.unused) == table.records:
                yield f"{table.table} in no lesson: {len(table.unused)}", remark, ["all of them"]
            elif table.unused:
                yield f"{table.table} in no lesson: {len(table.unused)}", remark, list(table.unused)
        yield (
            f"Claims with no evidence: {len(self.claims_without_evidence)}",
            "Keys that name neither a source nor a record.",
            [f"{name} ({', '.join(keys)})" for name, keys in self.claims_without_evidence.items()],
        )
        yield (
            f"References without an identifier: {len(self.without_identifier)}",
            f"Neither DOI nor PMID was seen; {len(self.without_address)} of them have no web "
            "address either, marked with *.",
            [f"{key}*" if key in self.without_address else key for key in self.without_identifier],
        )
        yield f"References that no record rests on: {len(self.uncited)}", "", list(self.uncited)
        yield (
            f"Records whose newest source is from before {self.before}: {len(self.old)}",
            f"Of {self.undated} more records a source has no year that is known for sure.",
            [f"{name} ({year})" for name, year in self.old.items()],
        )
        total = sum(sum(levels.values()) for levels in self.parameters.values())
        yield (
            f"Parameters of the pharmacology: {total}",
            "The levels are those of its own tables.",
            [
                f"{table}: " + ", ".join(f"{number} {level}" for level, number in levels.items())
                for table, levels in self.parameters.items()
            ],
        )
        yield (
            f"Model cards: {sum(self.cards.values())}",
            "; ".join(f"{number} {kind}" for kind, number in self.cards.items())
            + f". {len(self.cards_unchecked)} have no published value or worked example to be "
            "checked against:",
            list(self.cards_unchecked),
        )


def coverage(
    library: Library,
    pharmacology: Pharmacology,
    texts: Iterable[str],
    modules: Mapping[str, str],
    before: int = 2015,
) -> Coverage:
    """Return what the tables of ``library`` and of the ``pharmacology`` cover.

    ``texts`` are the lessons and question banks as they were written, with their roles;
    ``modules`` the Python source of the explorers by name. ``before`` is the first year that does
    not count as old. Raises SyntaxError when a module is not Python.
    """
    named, cited = _named(texts)
    tables = {name: library.table(name) for name in TABLES}
    readers = _readers(modules)
    shown = {
        key
        for table, records in tables.items()
        for name, entry in records.items()
        if (table, name) in named
        for key in source_keys(entry)
    }
    named |= {("references", key) for key in cited | shown}

    counted = []
    old: dict[str, int] = {}
    undated = 0
    for table, records in tables.items():
        levels = Counter(_level(entry, library) for entry in records.values())
        unused = tuple(name for name in records if (table, name) not in named)
        counted.append(
            TableCoverage(
                table,
                {level: levels[level] for level in (*LEVELS, NO_LEVEL)},
                unused,
                readers.get(table, ()),
            )
        )
        # References and results are as old as the records that stand for them here.
        for name, entry in records.items() if table not in ("references", "results") else ():
            years = list(_years(entry, library))
            known = [year for year in years if year is not None]
            if len(known) < len(years):
                undated += 1
            # Records without a source of their own, such as disagreements, have no age.
            elif known and max(known) < before:
                old[f"{table}/{name}"] = max(known)

    references = library.references
    relied_on = _relied_on(tables)
    without_identifier = tuple(
        k for k, entry in references.items() if not (entry.doi or entry.pmid)
    )
    return Coverage(
        tuple(counted),
        _claims_without_evidence(library, tables),
        without_identifier,
        tuple(key for key in without_identifier if not references[key].links),
        tuple(key for key in references if key not in relied_on),
        before,
        old,
        undated,
        _parameters(pharmacology),
        Counter(card.kind for card in pharmacology.cards.values()),
        tuple(_unchecked(pharmacology)),
    )


def _parameters(pharmacology: Pharmacology) -> dict[str, Counter[str]]:
    tables = {
        "pk_models": pharmacology.pk_models.values(),
        "pd_models": pharmacology.pd_models.values(),
        "receptor": [pharmacology.receptor],
    }
    return {
        table: Counter(
            parameter.level for record in records for _, parameter in parameters_in(record)
        )
        for table, records in tables.items()
    }


def _unchecked(pharmacology: Pharmacology) -> Iterator[str]:
    for name, card in pharmacology.cards.items():
        kinds = {pharmacology.benchmarks[test].kind for test in card.checked_against}
        if "published" not in kinds and not card.worked_examples:
            yield name


def _named(texts: Iterable[str]) -> tuple[set[tuple[str, str]], set[str]]:
    """Return (table, record) of every fact, and every source key that is cited."""
    named: set[tuple[str, str]] = set()
    cited: set[str] = set()
    for text in texts:
        named |= set(_FACT.findall(text))
        cited |= set(_CITE.findall(text))
    return named, cited


def _readers(modules: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return by table which modules call ``table()``, and so may show any of its records."""
    readers: dict[str, tuple[str, ...]] = {}
    for module, source in modules.items():
        nodes = ast.walk(ast.parse(source, module))
        calls = [node.func for node in nodes if isinstance(node, ast.Call)]
        # The bibliography is only ever asked for one key.
        for table in {call.id for call in calls if isinstance(call, ast.Name)} - {"references"}:
            readers[table] = (*readers.get(table, ()), module)
    return readers


def _level(entry: Record, library: Library) -> str:
    if isinstance(entry, Result):
        return provenance_of(entry, library).verified
    return getattr(entry, "verified", None) or NO_LEVEL


def _years(entry: Record, library: Library) -> Iterator[int | None]:
    """Yield the years of the record's sources; None where one is not known for sure."""
    for key in source_keys(entry):
        if key in library.references:
            yield library.references[key].known_year


def _claims_without_evidence(
    library: Library, tables: Mapping[str, Mapping[str, Record]]
) -> dict[str, tuple[str, ...]]:
    known = {name for records in tables.values() for name in records}
    dangling = {
        name: tuple(key for key in source_keys(claim) if key not in known)
        for name, claim in library.claims.items()
    }
    return {f"claims/{name}": keys for name, keys in dangling.items() if keys}


def _relied_on(tables: Mapping[str, Mapping[str, Record]]) -> set[str]:
    return {
        key
        for table, records in tables.items()
        if table != "references"
        for entry in records.values()
        for key in source_keys(entry)
    }


def _columns(header: list[str], rows: Iterable[list[str]]) -> Iterator[str]:
    table = [header, *rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for first, *rest in table:
        *numbers, last = rest
        cells = [text.rjust(width) for text, width in zip(numbers, widths[1:-1], strict=True)]
        yield "  ".join([first.ljust(widths[0]), *cells, last]).rstrip()

"""What a person compares with a source: the evidence, the bank, and what lessons say of both.

Records are taken as they stand in their files, not as they are loaded: what has a default, and is
not written, was not compared with anything. Of a lesson these are the sections that explain, and
those with a {fact} or a {cite}: what stands around a number can be as wrong as the number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from ketalab.evidence.library import RESULT_FILES, SOURCES
from ketalab.evidence.seed import sentences
from ketalab.evidence.tables import EvidenceError, Identity, Problem, read_content
from ketalab.publish.lesson_sections import lesson_sections
from ketalab.publish.project import Project


@dataclass(frozen=True, slots=True)
class ReviewRecord:
    """One record. ``key`` names it on the command line, ``file`` and ``name`` in a message.

    ``fields`` are its top-level fields as YAML reads them.
    """

    key: str
    file: str
    name: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _List:
    """A list of records: the head of their keys, their file, its top-level key, their names."""

    head: str
    file: str
    entries: str
    identity: Identity = "id"


# Beside those of SOURCES; files are below the package.
_LISTS = (
    *(_List("results", f"evidence/{file}", "results") for file in RESULT_FILES),
    _List("populations", "evidence/populations.yaml", "populations", "name"),
    _List("comparators", "evidence/comparators.yaml", "comparators", "text"),
    _List("graded", "evidence/graded.yaml", "graded", "record"),
    _List("summaries", "evidence/summaries.yaml", "summaries", "name"),
    _List("trial_class", "evidence/trial_class.yaml", "classes", "key"),
    _List("seed_coverage", "evidence/seed_coverage.yaml", "sentences"),
    _List("known_oddities", "evidence/known_oddities.yaml", "oddities", "key"),
    _List("pk_models", "evidence/pharmacology/pk_models.yaml", "models"),
    _List("pd_models", "evidence/pharmacology/pd_models.yaml", "models"),
    _List("benchmarks", "evidence/pharmacology/benchmarks.yaml", "benchmarks"),
    _List("model_cards", "evidence/pharmacology/model_cards.yaml", "cards"),
    _List(
        "pharmacology/known_oddities",
        "evidence/pharmacology/known_oddities.yaml",
        "oddities",
        "key",
    ),
)
# Files that are one mapping: each top-level key is a record.
_MAPPINGS = (
    ("receptor", "evidence/pharmacology/receptor.yaml"),
    ("peers", "evidence/pharmacology/peers.yaml"),
    ("pharmacology/references", "evidence/pharmacology/references.yaml"),
)
_EXPLAINING = ("Explain", "Take away")
_BANK_LISTS = ("predictions", "questions", "exercises")


def review_records(project: Project) -> dict[str, ReviewRecord]:
    """Return everything that is compared with a source, by key.

    Raises EvidenceError: a file is missing or is no YAML, an entry has no name, or two have one.
    """
    package = project.root / "content" / "ketalab"
    found: dict[str, ReviewRecord] = {}
    for record in _every(package, _Contents(package)):
        if record.key in found:
            message = "expected a name used once, got it a second time"
            raise EvidenceError([Problem(record.file, record.name, None, message)])
        found[record.key] = record
    for path in project.lesson_files():
        fields: dict[str, str] = {}
        for section in lesson_sections(path):
            if section.roles or section.room in _EXPLAINING:
                # Two sections of one heading are compared as one.
                fields[section.title] = fields.get(section.title, "") + section.text
        if fields:
            key = f"lessons/{path.stem}"
            found[key] = ReviewRecord(key, path.name, path.stem, fields)
    return found


class _Contents:
    """What the YAML files hold; one that holds several tables is read once."""

    def __init__(self, package: Path) -> None:
        self._package = package
        self._read: dict[str, Mapping[str, Any]] = {}

    def __getitem__(self, file: str) -> Mapping[str, Any]:
        if file not in self._read:
            content = read_content(self._package / file)
            if not isinstance(content, Mapping):
                raise EvidenceError([Problem(_shown(file), None, None, "expected a mapping")])
            self._read[file] = content
        return self._read[file]


def _every(package: Path, contents: _Contents) -> Iterator[ReviewRecord]:
    for place in (*_sources(), *_LISTS):
        yield from _listed(contents, place)
    yield _record("depression", "evidence/depression.yaml", "mechanism_summary", contents)
    for head, file in _MAPPINGS:
        for name in contents[file]:
            yield _record(head, file, name, contents)
    for sentence in sentences(package / "evidence" / "seed.txt").values():
        fields = {"section": sentence.section, "text": sentence.text}
        yield ReviewRecord(f"seed/{sentence.id}", "seed.txt", sentence.id, fields)
    for path in sorted((package / "activities" / "questions").glob("*.yaml")):
        yield from _bank(contents, f"activities/questions/{path.name}")


def _sources() -> Iterator[_List]:
    for table, source in SOURCES.items():
        identity: Identity = source.id_field
        if source.make_id:
            identity = getattr(import_module(f"ketalab.evidence.{source.module}"), source.make_id)
        yield _List(table, f"evidence/{source.file}", source.key, identity)


def _bank(contents: _Contents, file: str) -> Iterator[ReviewRecord]:
    for kind in _BANK_LISTS:
        if kind in contents[file]:
            yield from _listed(contents, _List(kind, file, kind))
    name = Path(file).stem
    rest = {key: value for key, value in contents[file].items() if key not in _BANK_LISTS}
    yield ReviewRecord(f"banks/{name}", _shown(file), name, rest)


def _listed(contents: _Contents, place: _List) -> Iterator[ReviewRecord]:
    entries = contents[place.file].get(place.entries)
    file = _shown(place.file)
    if not isinstance(entries, list):
        raise EvidenceError([Problem(file, None, None, f"expected a list {place.entries!r}")])
    for number, entry in enumerate(entries, start=1):
        name = None
        if isinstance(entry, Mapping):
            of = place.identity
            name = entry.get(of) if isinstance(of, str) else of(entry)
        if not isinstance(name, str | int):
            message = f"entry {number} of {place.entries!r}: expected a mapping with a name"
            raise EvidenceError([Problem(file, None, None, message)])
        yield ReviewRecord(f"{place.head}/{name}", file, str(name), entry)


def _record(head: str, file: str, name: str, contents: _Contents) -> ReviewRecord:
    content = contents[file].get(name)
    fields = content if isinstance(content, Mapping) else {"value": content}
    return ReviewRecord(f"{head}/{name}", _shown(file), str(name), fields)


def _shown(file: str) -> str:
    return file.removeprefix("evidence/").removeprefix("activities/")

"""The tables of the pharmacology: each read when it is asked for, or all checked together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from ketalab.evidence.oddity import Oddity
from ketalab.evidence.pharmacology.benchmark import Benchmark
from ketalab.evidence.pharmacology.card_checks import check_cards
from ketalab.evidence.pharmacology.card_entry import CardEntry
from ketalab.evidence.pharmacology.checks import check_pharmacology
from ketalab.evidence.pharmacology.paper import Paper
from ketalab.evidence.pharmacology.pd_model import PdModel
from ketalab.evidence.pharmacology.peer import Peers
from ketalab.evidence.pharmacology.pk_model import PkModel
from ketalab.evidence.pharmacology.receptor import Receptor
from ketalab.evidence.tables import EvidenceError, Problem, load_file, load_table, read_content

LoadedT = TypeVar("LoadedT")
_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Pharmacology:
    """The read-only tables, by id in the order of each file."""

    pk_models: Mapping[str, PkModel]
    pd_models: Mapping[str, PdModel]
    receptor: Receptor
    benchmarks: Mapping[str, Benchmark]
    peers: Peers
    references: Mapping[str, Paper]
    cards: Mapping[str, CardEntry]


def load_pharmacology(folder: Path = _FOLDER) -> Pharmacology:
    """Read every table in ``folder`` and check them together.

    Raises one EvidenceError with every problem of every file; whether the tables fit each other
    is asked only once each is sound by itself.
    """
    problems: list[Problem] = []

    def reading(load: Callable[[Path], LoadedT]) -> LoadedT | None:
        try:
            return load(folder)
        except EvidenceError as error:
            problems.extend(error.problems)
            return None

    pk = reading(_pk_models)
    pd = reading(_pd_models)
    sites = reading(_receptor)
    tests = reading(_benchmarks)
    software = reading(_peers)
    papers = reading(_references)
    odd = reading(_oddities)
    cards = reading(_card_entries)
    if pk and pd and sites and tests and software and papers and odd and cards:
        # A card is read against the tables it speaks of, so that those have to be right first.
        problems = check_pharmacology(pk, pd, sites, tests, papers, odd) or check_cards(
            cards, pk, pd, sites, tests, papers
        )
        if not problems:
            return Pharmacology(pk, pd, sites, tests, software, papers, cards)
    raise EvidenceError(problems)


def _pk_models(folder: Path) -> Mapping[str, PkModel]:
    return MappingProxyType(
        load_table(folder / "pk_models.yaml", PkModel, key="models", id_field="id")
    )


def _pd_models(folder: Path) -> Mapping[str, PdModel]:
    return MappingProxyType(
        load_table(folder / "pd_models.yaml", PdModel, key="models", id_field="id")
    )


def _receptor(folder: Path) -> Receptor:
    return load_file(folder / "receptor.yaml", Receptor)


def _benchmarks(folder: Path) -> Mapping[str, Benchmark]:
    return MappingProxyType(
        load_table(folder / "benchmarks.yaml", Benchmark, key="benchmarks", id_field="id")
    )


def _peers(folder: Path) -> Peers:
    return load_file(folder / "peers.yaml", Peers)


def _references(folder: Path) -> Mapping[str, Paper]:
    path = folder / "references.yaml"
    content: Any = read_content(path)
    if not isinstance(content, Mapping) or not content:
        raise EvidenceError(
            [Problem(path.name, None, None, "expected a line of text for each key")]
        )
    problems = [
        Problem(path.name, str(key), None, f"expected a line of text, got {text!r}")
        for key, text in content.items()
        if not (isinstance(key, str) and isinstance(text, str) and text.strip())
    ]
    if problems:
        raise EvidenceError(problems)
    return MappingProxyType({key: Paper(key=key, text=text) for key, text in content.items()})


def _card_entries(folder: Path) -> Mapping[str, CardEntry]:
    return MappingProxyType(
        load_table(folder / "model_cards.yaml", CardEntry, key="cards", id_field="id")
    )


def _oddities(folder: Path) -> Mapping[str, Oddity]:
    return load_table(folder / "known_oddities.yaml", Oddity, key="oddities", id_field="key")


@cache
def pk_models() -> Mapping[str, PkModel]:
    """Return the kinetic models by id. Raises EvidenceError when the table is not sound.

    >>> pk_models()["domino"].number("V1", "L/kg")
    0.063
    """
    return _pk_models(_FOLDER)


@cache
def pd_models() -> Mapping[str, PdModel]:
    """Return the parameters of effects by id. Raises EvidenceError when the table is not sound.

    >>> pd_models()["acute_pain_olofsen2022"].number("t_half_ke0", "min")
    8.3
    """
    return _pd_models(_FOLDER)


@cache
def receptor() -> Receptor:
    """Return what is known of the NMDA receptor. Raises EvidenceError when it is not sound.

    >>> receptor().magnesium_block.K0.number
    3.57
    """
    return _receptor(_FOLDER)


@cache
def benchmarks() -> Mapping[str, Benchmark]:
    """Return the values that a simulator must reproduce, by id. Raises EvidenceError."""
    return _benchmarks(_FOLDER)


@cache
def peers() -> Peers:
    """Return what was measured of other software. Raises EvidenceError when it is not sound."""
    return _peers(_FOLDER)


@cache
def references() -> Mapping[str, Paper]:
    """Return the papers of the pharmacology by key. Raises EvidenceError.

    >>> references()["Otto2021"].reading
    'read in part'
    """
    return _references(_FOLDER)


@cache
def card_entries() -> Mapping[str, CardEntry]:
    """Return what was written for the model cards, by id; ``model_card`` has the whole card.

    Raises EvidenceError when the table is not sound.
    """
    return _card_entries(_FOLDER)

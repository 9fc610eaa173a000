"""What must hold between the model cards and the tables that they speak of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from ketalab.evidence.pharmacology.benchmark import Benchmark
from ketalab.evidence.pharmacology.card_entry import CardEntry, Kind
from ketalab.evidence.pharmacology.paper import Paper
from ketalab.evidence.pharmacology.pd_model import PdModel
from ketalab.evidence.pharmacology.pk_model import PkModel
from ketalab.evidence.pharmacology.places import INTERACTIONS, parameters_at
from ketalab.evidence.pharmacology.receptor import Receptor
from ketalab.evidence.pharmacology.validity import QUANTITIES, Validity
from ketalab.evidence.tables import Problem

# What every card of a kind speaks of, were it to say that the range is not known: whoever runs
# the models asks all cards of a kind the same questions.
ASKED: Mapping[Kind, tuple[str, ...]] = MappingProxyType(
    {
        "kinetic": ("weight_kg", "age_years", "dose_mg", "dose_mg_per_kg", "duration_h"),
        "effect": ("age_years", "concentration_ng_per_ml"),
    }
)


def check_cards(
    cards: Mapping[str, CardEntry],
    pk_models: Mapping[str, PkModel],
    pd_models: Mapping[str, PdModel],
    receptor: Receptor,
    benchmarks: Mapping[str, Benchmark],
    references: Mapping[str, Paper],
) -> list[Problem]:
    """Return everything that is wrong with the cards; an empty list when they are sound.

    Every complete kinetic model and every effect needs a card, and every benchmark a card that
    names it.
    """
    found: list[tuple[str, str | None, str]] = []
    for card in cards.values():
        for place in card.parameters:
            if place == INTERACTIONS:
                continue
            try:
                parameters_at(place, pk_models, pd_models, receptor)
            except KeyError as error:
                found.append((card.id, "parameters", str(error.args[0])))
        for number, limit in enumerate(card.validity):
            for field, message in _wrong_range(limit, references):
                found.append((card.id, f"validity.{number}.{field}", message))
        found += [(card.id, field, message) for field, message in _wrong_quantities(card)]
        found += [
            (card.id, field, message)
            for field, message in _wrong_tests(card, pk_models, benchmarks)
        ]

    required = [name for name, model in pk_models.items() if model.complete]
    for name in (*required, *pd_models):
        if name not in cards:
            found.append((name, None, "expected a card of this model, got none"))
    named = {name for card in cards.values() for name in card.checked_against}
    for name in benchmarks:
        if name not in named:
            found.append((name, None, "expected a card that was checked against it, got none"))
    return [Problem("model_cards.yaml", *problem) for problem in found]


def _wrong_range(limit: Validity, references: Mapping[str, Paper]) -> Iterator[tuple[str, str]]:
    """Yield (field, message) for each fault of one range by itself."""
    known = QUANTITIES.get(limit.quantity)
    if known is None:
        yield "quantity", _no_quantity(limit.quantity)
    elif limit.unit != known.unit:
        yield "unit", f"expected {known.unit!r}, the unit of {limit.quantity}, got {limit.unit!r}"
    if limit.low is None and limit.high is None:
        yield "low", "expected at least one end; unknown_ranges holds ranges that are not known"
    elif limit.low is not None and limit.high is not None and limit.low > limit.high:
        yield "low", f"expected the lower end first, got {limit.low:g} and {limit.high:g}"
    if limit.high_excluded and (limit.high is None or limit.low == limit.high):
        yield "high_excluded", "expected an upper end above the lower one to leave out"
    if limit.source_key is None:
        if not limit.guard:
            yield "source_key", "expected the source of a range that is no guard, got none"
    elif limit.source_key != INTERACTIONS and limit.source_key not in references:
        message = "expected a key of the pharmacology's references.yaml"
        yield "source_key", f"{message}, got {limit.source_key!r}"


def _wrong_quantities(card: CardEntry) -> Iterator[tuple[str, str]]:
    ranged = {limit.quantity for limit in card.validity}
    for name in card.unknown_ranges:
        if name not in QUANTITIES:
            yield "unknown_ranges", _no_quantity(name)
        if name in ranged:
            yield "unknown_ranges", f"expected no range of what is not known, got one of {name!r}"
    for name in ASKED.get(card.kind, ()):
        if name not in ranged and name not in card.unknown_ranges:
            yield "validity", f"expected a range of {name!r}, or that it is not known, got neither"


def _wrong_tests(
    card: CardEntry, pk_models: Mapping[str, PkModel], benchmarks: Mapping[str, Benchmark]
) -> Iterator[tuple[str, str]]:
    for name in card.checked_against:
        if name not in benchmarks:
            yield "checked_against", f"expected the id of a benchmark, got {name!r}"
    for benchmark in benchmarks.values():
        tested = card.id in benchmark.model.split(", ")
        if tested and benchmark.id not in card.checked_against:
            message = f"expected {benchmark.id!r}, which tests this model, among its benchmarks"
            yield "checked_against", message
        others = [name for name in benchmark.model.split(", ") if name in pk_models]
        if card.id in pk_models and not tested and others and benchmark.id in card.checked_against:
            message = f"expected benchmarks of this model, got {benchmark.id!r} of {others[0]!r}"
            yield "checked_against", message


def _no_quantity(name: str) -> str:
    return f"expected one of {', '.join(map(repr, QUANTITIES))}, got {name!r}"

"""What a model is, for which values it holds, how it was checked, and what it is not for.

>>> from ketalab.evidence.pharmacology.model_card import model_card
>>> model_card("flint2017").check(age_years=[2, 9])
()
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, get_args

from ketalab.evidence.certainty import level as level_of_evidence
from ketalab.evidence.library import library
from ketalab.evidence.pharmacology.benchmark import Benchmark
from ketalab.evidence.pharmacology.card_entry import CardEntry
from ketalab.evidence.pharmacology.parameter import LEVELS, Parameter, printable
from ketalab.evidence.pharmacology.pd_model import PdModel
from ketalab.evidence.pharmacology.pk_model import PkModel
from ketalab.evidence.pharmacology.places import INTERACTIONS, parameters_at
from ketalab.evidence.pharmacology.tables import (
    benchmarks,
    card_entries,
    pd_models,
    pk_models,
    receptor,
)
from ketalab.evidence.pharmacology.validity import (
    OutsideValidity,
    Route,
    Validity,
    extremes,
)
from ketalab.evidence.side_effect import Verified

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

__all__ = ["ModelCard", "OutsideValidity", "model_card", "model_cards"]

_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "primary": "● the paper itself, nearly always its abstract or one table",
        "review": "◐ a review",
        "code-of-a-peer": "○ public code that cites the paper, not the paper",
        "computed": "△ computed from a cited equation",
        "derived": "△ arithmetic of the course on other values",
    }
)


@dataclass(frozen=True, slots=True, repr=False)
class ModelCard:
    """One model card; printed, it is short text, and in a notebook the same with headings.

    entry: what the course wrote about the model.
    levels: (level of verification in words, number of values), from the surest to the least sure;
        empty for a formula without numbers of its own.
    benchmarks: what it was checked against, "published" values and "numeric" ones.
    record: the record that is the model, of its numbers' table; None where there is no one record.
    """

    entry: CardEntry
    levels: tuple[tuple[str, int], ...]
    benchmarks: tuple[Benchmark, ...]
    record: PkModel | PdModel | None

    @property
    def id(self) -> str:
        """The id of the card, which is that of the model."""
        return self.entry.id

    @property
    def title(self) -> str:
        """A name for people."""
        return self.entry.title

    @property
    def validity(self) -> tuple[Validity, ...]:
        """The ranges, in the order of the table."""
        return self.entry.validity

    @property
    def lowest_level(self) -> str | None:
        """The least sure level among the numbers, in words; None without numbers."""
        return self.levels[-1][0] if self.levels else None

    def check(
        self, *, route: Route | None = None, **quantities: ArrayLike | None
    ) -> tuple[str, ...]:
        """Return a warning for each range that a value leaves; none when all are inside.

        quantities: by a name that the card speaks of (``QUANTITIES`` has the units), one number
            or an array of any shape, of which the smallest and the largest are looked at; None
            is as good as absent.
        route: how the doses are given; needed where a range holds for one route alone.

        Raises OutsideValidity where the card refuses a value. Raises ValueError, naming the
        argument, for a quantity that the card does not speak of, a value that is not finite or
        makes no sense for any model (a weight of zero), an unknown route, and a missing one.
        """
        if route is not None and route not in get_args(Route):
            known = ", ".join(map(repr, get_args(Route)))
            raise ValueError(f"route must be one of {known}, got {route!r}")
        warnings = []
        for name, value in quantities.items():
            limits = self._limits(name)
            if value is None:
                continue
            asked = extremes(name, value)
            for limit in limits:
                if limit.route is not None and route is None:
                    raise ValueError(
                        f"route must be given: the range of {name} of {self.id} depends on it"
                    )
                if limit.route not in (None, route) or limit.holds(asked):
                    continue
                if limit.outside == "error":
                    raise OutsideValidity(self.id, limit, asked)
                warnings.append(limit.complaint(self.id, asked))
        return tuple(warnings)

    def _limits(self, name: str) -> list[Validity]:
        limits = [limit for limit in self.validity if limit.quantity == name]
        if not limits and name not in self.entry.unknown_ranges:
            known = dict.fromkeys(limit.quantity for limit in self.validity)
            speaks = ", ".join((*known, *self.entry.unknown_ranges)) or "no quantity"
            raise ValueError(f"{name} is not on the card of {self.id}, which speaks of {speaks}")
        return limits

    def __repr__(self) -> str:
        lines = [f"{self.title} ({self.id})"]
        for heading, items in self._parts():
            lines += [f"{heading}:", *(f"  - {item}" for item in items)]
        return "\n".join(lines)

    def _repr_markdown_(self) -> str:
        parts = [f"**{self.title}** (`{self.id}`)"]
        for heading, items in self._parts():
            # An asterisk or an underscore of an equation is not emphasis.
            literal = [item.translate(_LITERAL) for item in items]
            parts.append("\n".join([f"*{heading}*", "", *(f"- {item}" for item in literal)]))
        return "\n\n".join(parts)

    def _parts(self) -> Iterator[tuple[str, list[str]]]:
        """Yield heading and items of each part that has any."""
        entry, record = self.entry, self.record
        yield "Equation", [entry.equation, *(f"Source: {source}" for source in entry.sources)]
        if record is not None:
            yield "Model", [f"{name}: {text}" for name, text in _about(record).items() if text]
        if self.levels:
            numbers = [f"{words}: {count} of the values" for words, count in self.levels]
            yield "How the numbers were read", [*numbers, f"in {', '.join(entry.parameters)}"]
        if values := [line for place in entry.parameters for line in _values_at(place)]:
            yield "Parameters", values
        yield "Holds for", [*map(_range, entry.validity), *map(_unknown, entry.unknown_ranges)]
        yield "Checked against", list(self._checks())
        yield "Not for", list(entry.not_for)
        if entry.not_known:
            yield "Not known", list(entry.not_known)

    def _checks(self) -> Iterator[str]:
        for kind, words in (
            ("published", "published values"),
            ("numeric", "exact figures of the same numbers, which say nothing of people"),
        ):
            ids = [test.id for test in self.benchmarks if test.kind == kind]
            if ids:
                yield f"{words}: {', '.join(ids)}"
        yield from self.entry.worked_examples
        if not self.benchmarks and not self.entry.worked_examples:
            yield "no published value: none is known that it could be held to"


_LITERAL = str.maketrans({"*": r"\*", "_": r"\_", "<": "&lt;"})


def _without_instructions(text: str | None) -> str | None:
    """Leave out what the compiler of the table told the course: "(use ... and say so)"."""
    return text and re.sub(r" \(use [^)]*\)", "", text)


def _about(record: PkModel | PdModel) -> dict[str, str | None]:
    if isinstance(record, PdModel):
        return {
            "Effect": record.effect,
            "Missing": _without_instructions(printable(record.missing)),
            "Doubts": printable(record.doubts),
        }
    return {
        "Form": record.form,
        "Blood": record.sampling or "not known whether arterial or venous",
        "Subjects": record.subjects,
        "Doubts": record.printable_doubts,
    }


def _values_at(place: str) -> Iterator[str]:
    """Yield a line for each value: its name, unit, spread, source and the sign of its level."""
    if place == INTERACTIONS:
        return
    for path, parameter in parameters_at(place, pk_models(), pd_models(), receptor()).items():
        if parameter.leans_on_memory:
            continue
        name = path.removeprefix("parameters.") or place.partition(":")[2]
        sign = _WORDS[parameter.level].partition(" ")[0]
        parts = [f"{name} = {_amount(parameter)} {parameter.unit}", *_spread(parameter)]
        yield f"{', '.join(parts)} ({parameter.source_key}, {sign})"


def _amount(parameter: Parameter) -> str:
    if isinstance(parameter.value, str):
        return parameter.same_as or parameter.value
    if isinstance(parameter.value, Mapping):
        return ", ".join(f"{key}: {number:g}" for key, number in parameter.value.items())
    return " to ".join(f"{number:g}" for number in parameter.numbers)


def _spread(parameter: Parameter) -> Iterator[str]:
    for words, value in (
        ("SE", parameter.se),
        ("SD", parameter.sd),
        ("90% CI", parameter.ci90),
        ("95% CI", parameter.ci95),
        ("range", parameter.range),
    ):
        if value is not None:
            yield f"{words} {' to '.join(f'{number:g}' for number in _several(value))}"


def _several(value: float | tuple[float, ...]) -> tuple[float, ...]:
    return value if isinstance(value, tuple) else (value,)


def _range(limit: Validity) -> str:
    route = f", {limit.route}" if limit.route else ""
    own = "the course's own guard" if limit.guard else "the source's range"
    beyond = "refused" if limit.outside == "error" else "warned of"
    source = f" ({limit.source_key})" if limit.source_key else ""
    return (
        f"{limit.quantity}{route}: {limit.words}; beyond it {beyond}; {own}. {limit.reason}{source}"
    )


def _unknown(quantity: str) -> str:
    return f"{quantity}: the range is not known"


def model_card(id: str) -> ModelCard:
    """Return the card of one model.

    Raises KeyError, with the ids there are, for an unknown one; EvidenceError when the tables are
    not sound.
    """
    cards = model_cards()
    if id not in cards:
        raise KeyError(f"no model card {id!r}; there are {', '.join(cards)}")
    return cards[id]


@cache
def model_cards() -> Mapping[str, ModelCard]:
    """Return every card by id. Raises EvidenceError when the tables are not sound."""
    return MappingProxyType(
        {
            entry.id: ModelCard(
                entry,
                _levels(entry.parameters),
                tuple(benchmarks()[name] for name in entry.checked_against),
                pk_models().get(entry.id) or pd_models().get(entry.id),
            )
            for entry in card_entries().values()
        }
    )


def _levels(places: Iterable[str]) -> tuple[tuple[str, int], ...]:
    own: Counter[str] = Counter()
    of_evidence: Counter[Verified] = Counter()
    for place in places:
        if place == INTERACTIONS:
            measured = (row for row in library().interactions.values() if row.auc_change)
            of_evidence.update(row.verified for row in measured)
        else:
            found = parameters_at(place, pk_models(), pd_models(), receptor())
            own.update(parameter.level for parameter in found.values())
    return (
        *((_WORDS[level], own[level]) for level in LEVELS if own[level]),
        *(
            (level_of_evidence(level), of_evidence[level])
            for level in get_args(Verified)
            if of_evidence[level]
        ),
    )

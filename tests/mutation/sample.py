"""A seeded sample of mutations, in which each kind of the report has its share."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from pathlib import Path

from tests.mutation.mutation import KINDS, Generator, Mutation

# The modules that generate mutations; each has GENERATORS, as `mutation.py` says.
MODULES = ("python_code", "vega_expressions", "records", "questions", "lessons")

Generators = Mapping[str, Mapping[str, Generator]]


class SampleError(ValueError):
    """A sample that cannot be drawn: too many are asked for, or of an unknown kind."""


def generators(modules: Sequence[str] = MODULES) -> dict[str, dict[str, Generator]]:
    """Every generator of the project, by kind and by name."""
    found: dict[str, dict[str, Generator]] = {kind: {} for kind in KINDS}
    for name in modules:
        for kind, some in import_module(f"tests.mutation.{name}").GENERATORS.items():
            found[kind] |= some
    return found


def shares(count: int, kinds: Iterable[str]) -> dict[str, int]:
    """How many of `count` each kind gets: whole numbers that add up to it."""
    weights = {kind: KINDS[kind] for kind in kinds}
    total = sum(weights.values())
    exact = {kind: count * weight / total for kind, weight in weights.items()}
    found = {kind: int(number) for kind, number in exact.items()}
    by_rest = sorted(exact, key=lambda kind: found[kind] - exact[kind])
    for kind in by_rest[: count - sum(found.values())]:
        found[kind] += 1
    return found


def draw(
    root: Path, seed: int, count: int, only: str | None = None, known: Generators | None = None
) -> list[Mutation]:
    """Draw `count` mutations of the project at `root`, of all kinds or of `only`.

    Within a kind every generator has its turn. The same files and seed give the same sample,
    and the sample of one kind does not depend on the others.

    Raises:
        SampleError: there is no such kind, or it has too few mutations.
    """
    if only is not None and only not in KINDS:
        raise SampleError(f"no such kind of mutation: {only}. There are: {', '.join(KINDS)}")
    known = generators() if known is None else known
    found: list[Mutation] = []
    for kind, wanted in shares(count, [only] if only else KINDS).items():
        found += _draw_kind(root, random.Random(f"{seed} {kind}"), kind, wanted, known[kind])
    return found


def _draw_kind(
    root: Path, chance: random.Random, kind: str, wanted: int, known: Mapping[str, Generator]
) -> list[Mutation]:
    waiting = []
    for name in sorted(known):
        candidates = list(known[name](root, chance))
        chance.shuffle(candidates)
        waiting.append(candidates)
    chance.shuffle(waiting)  # or the first names would always have one more
    drawn: dict[str, Mutation] = {}
    while len(drawn) < wanted and any(waiting):
        for candidates in waiting:
            while candidates and candidates[-1].key in drawn:
                candidates.pop()
            if candidates and len(drawn) < wanted:
                mutation = candidates.pop()
                drawn[mutation.key] = mutation
    if len(drawn) < wanted:
        raise SampleError(f"{kind}: {wanted} mutations are asked for, and there are {len(drawn)}")
    return list(drawn.values())

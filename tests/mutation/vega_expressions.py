"""Mutations of Vega expressions: what the browser computes, written as strings in the explorers."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import parso
from cosmic_ray.ast import ast_nodes

from tests.mutation.mutation import Generator, Mutation, Source

# A string with one of these is taken for an expression; prose has none of them.
_EXPRESSION = re.compile(
    r"\bdatum\.|\bdata\('|[!=]==|&&|\|\||\b(?:pow|exp|log|abs|min|max|round|clamp|if|format)\("
)

# What is found, and what takes its place. Expressions join texts with + too: only a + that has no
# quote beside it is arithmetic.
_CHANGES = {
    "operation": (
        (re.compile(r"(?<!['\"]) \+ (?!['\"])"), " - "),
        (re.compile(r" - "), " + "),
        (re.compile(r" \* "), " / "),
        (re.compile(r" / "), " * "),
    ),
    "comparison": (
        (re.compile(r"==="), "!=="),
        (re.compile(r"!=="), "==="),
        (re.compile(r" < "), " <= "),
        (re.compile(r" > "), " >= "),
        (re.compile(r" <= "), " < "),
        (re.compile(r" >= "), " > "),
    ),
    "condition": (
        (re.compile(r"&&"), "||"),
        (re.compile(r"\|\|"), "&&"),
        (re.compile(r"(?<![\w=!])!(?=\w)"), ""),
    ),
}
_NUMBER = re.compile(r"(?<![\w.'#])\d+(?:\.\d+)?(?![\w.'%])")
_FIELD = re.compile(r"(?<=datum\.)[a-z_]\w*")


def _expressions(root: Path) -> Iterator[tuple[Source, int, str]]:
    """Each string that is an expression, with its file and its offset in it."""
    folder = root / "content" / "ketalab" / "explorers"
    for path in sorted(folder.glob("*.py")):
        source = Source.read(root, path.relative_to(root).as_posix())
        starts = [0]
        for line in source.text.split("\n"):
            starts.append(starts[-1] + len(line) + 1)
        for node in ast_nodes(parso.parse(source.text)):
            # Of an f-string, its literal parts.
            if node.type not in ("string", "fstring_string"):
                continue
            text = node.value
            if _EXPRESSION.search(text) and '"""' not in text:
                line, column = node.start_pos
                yield source, starts[line - 1] + column, text


def _replaced(operator: str, root: Path, _: random.Random) -> Iterator[Mutation]:
    for source, offset, text in _expressions(root):
        for pattern, new in _CHANGES[operator]:
            for found in pattern.finditer(text):
                yield _mutation(source, operator, offset, found, new)


def _other_number(root: Path, chance: random.Random) -> Iterator[Mutation]:
    for source, offset, text in _expressions(root):
        for found in _NUMBER.finditer(text):
            whole = "." not in found[0]
            value = float(found[0])
            new = chance.choice([value + 1, value - 1 if value else 2, value * 10 or 3])
            yield _mutation(source, "number", offset, found, f"{int(new) if whole else new}")


def _other_field(root: Path, chance: random.Random) -> Iterator[Mutation]:
    """Another field that the same file reads in its expressions."""
    by_path: dict[str, list[tuple[Source, int, re.Match[str]]]] = {}
    for source, offset, text in _expressions(root):
        for found in _FIELD.finditer(text):
            by_path.setdefault(source.path, []).append((source, offset, found))
    for places in by_path.values():
        names = sorted({found[0] for _, _, found in places})
        for source, offset, found in places:
            others = [name for name in names if name != found[0]]
            if others:
                yield _mutation(source, "field", offset, found, chance.choice(others))


def _mutation(
    source: Source, operator: str, offset: int, found: re.Match[str], new: str
) -> Mutation:
    start, end = offset + found.start(), offset + found.end()
    around = found.string[max(0, found.start() - 30) : found.end() + 20].strip()
    return source.replaced(
        "expressions",
        f"{operator} in Vega",
        {(start, end): new},
        f"{Path(source.path).name}: {found[0].strip()!r} -> {new.strip()!r} in …{around}…",
    )


GENERATORS: dict[str, dict[str, Generator]] = {
    "expressions": {
        **{f"{operator} in Vega": partial(_replaced, operator) for operator in _CHANGES},
        "number in Vega": _other_number,
        "field in Vega": _other_field,
    }
}

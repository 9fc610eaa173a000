"""Mutations of Python: cosmic-ray's operators on the course's models, statistics and explorers."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

import parso
from cosmic_ray.ast import ast_nodes
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator

from tests.mutation.mutation import Generator, Mutation

Files = Callable[[Path], list[str]]

_PACKAGE = "content/ketalab"
_STATISTICS = ("models/risk.py", "models/pooling.py", "models/patient_summary.py")

# One word for the report, and cosmic-ray's operators behind it. Only those that change a result:
# an added decorator or a loop that does not run shows nothing about a number.
_ARITHMETIC = (
    "ReplaceBinaryOperator_Add_Sub",
    "ReplaceBinaryOperator_Sub_Add",
    "ReplaceBinaryOperator_Mul_Div",
    "ReplaceBinaryOperator_Div_Mul",
    "ReplaceBinaryOperator_Pow_Mul",
    "ReplaceUnaryOperator_USub_UAdd",
)
_COMPARISON = (
    "ReplaceComparisonOperator_Lt_LtE",
    "ReplaceComparisonOperator_LtE_Lt",
    "ReplaceComparisonOperator_Gt_GtE",
    "ReplaceComparisonOperator_GtE_Gt",
    "ReplaceComparisonOperator_Lt_Gt",
    "ReplaceComparisonOperator_Gt_Lt",
    "ReplaceComparisonOperator_GtE_LtE",
    "ReplaceComparisonOperator_LtE_GtE",
    "ReplaceComparisonOperator_Eq_NotEq",
    "ReplaceComparisonOperator_NotEq_Eq",
)
_CONDITION = ("AddNot", "ReplaceAndWithOr", "ReplaceOrWithAnd")
_NUMBER = ("NumberReplacer",)

# Changing them takes time; a sample needs only some of each.
_MOST = 60

_QUOTE = re.compile("['\"]")
_FOR_PEOPLE = re.compile(
    r"^\s*(?:raise|class|import|from)\b|TYPE_CHECKING|Error\(|:(?:class|func|mod|meth):"
)


def _files(root: Path, folders: Iterable[str], without: Iterable[str] = ()) -> list[str]:
    found = (path for folder in folders for path in (root / _PACKAGE).glob(f"{folder}/*.py"))
    paths = sorted(path.relative_to(root).as_posix() for path in found)
    return [path for path in paths if path not in {f"{_PACKAGE}/{name}" for name in without}]


def _models(root: Path) -> list[str]:
    return _files(root, ("models", "simulation"), without=_STATISTICS)


def _statistics(_: Path) -> list[str]:
    return [f"{_PACKAGE}/{name}" for name in _STATISTICS]


def _explorers(root: Path) -> list[str]:
    return _files(root, ("explorers",))


def _deciding(root: Path) -> list[str]:
    """Files that compare something with a limit: models, and what judges records and answers."""
    return _files(root, ("models", "simulation", "evidence", "evidence/pharmacology", "activities"))


def _mutations(
    kind: str,
    operator: str,
    names: tuple[str, ...],
    files: Files,
    root: Path,
    chance: random.Random,
) -> Iterator[Mutation]:
    """Some mutations by cosmic-ray's operators `names`, in an order that `chance` gives."""
    places = [
        (path, name, number, line)
        for path in files(root)
        for name, number, line in _places((root / path).read_text(encoding="utf-8"), names)
    ]
    chance.shuffle(places)
    made = 0
    for path, name, number, line in places:
        if made == _MOST:
            return
        text = (root / path).read_text(encoding="utf-8")
        changed = mutate_code(text, get_operator(f"core/{name}")(), number)
        mutation = changed and _as_mutation(kind, operator, path, text, changed)
        if mutation and mutation.line <= line + 3:
            made += 1
            yield mutation


def _places(text: str, names: tuple[str, ...]) -> Iterator[tuple[str, int, int]]:
    """Operator, number of the occurrence for it, and line of each place that can be mutated."""
    lines = text.split("\n")
    nodes = list(ast_nodes(parso.parse(text)))
    for name in names:
        operator = get_operator(f"core/{name}")()
        number = -1
        for node in nodes:
            for (line, _), _ in operator.mutation_positions(node):
                number += 1
                if not (_in_signature(node) or _for_people(lines[line - 1], name)):
                    yield name, number, line


def _in_signature(node: parso.tree.NodeOrLeaf) -> bool:
    """Whether it is the `*` or `/` between the parameters of a function, which computes nothing."""
    return node.parent is not None and node.parent.type in ("parameters", "param")


def _for_people(line: str, name: str) -> bool:
    """Whether a line speaks of something else than numbers: messages, joined strings, imports."""
    joined = name.startswith("ReplaceBinary") and _QUOTE.search(line)
    return bool(joined or _FOR_PEOPLE.search(line))


def _as_mutation(kind: str, operator: str, path: str, before: str, after: str) -> Mutation | None:
    old, new = before.split("\n"), after.split("\n")
    if len(old) != len(new):
        return None
    changed = [place for place, line in enumerate(old) if line != new[place]]
    if not changed:
        return None
    first, last = changed[0], changed[-1] + 1
    return Mutation(
        kind,
        operator,
        path,
        first + 1,
        "\n".join(old[first:last]),
        "\n".join(new[first:last]),
        f"{Path(path).name}: {old[first].strip()} -> {new[first].strip()}",
    )


def _generators(
    kind: str, files: Files, what: Mapping[str, tuple[str, ...]]
) -> dict[str, Generator]:
    return {
        operator: partial(_mutations, kind, operator, names, files)
        for operator, names in what.items()
    }


GENERATORS: dict[str, dict[str, Generator]] = {
    "constants": _generators(
        "constants", _models, {"number": _NUMBER, "sign or operation": _ARITHMETIC}
    ),
    "thresholds": _generators("thresholds", _deciding, {"comparison": _COMPARISON}),
    "statistics": _generators(
        "statistics",
        _statistics,
        {
            "number": _NUMBER,
            "sign or operation": _ARITHMETIC,
            "comparison": _COMPARISON,
            "condition": _CONDITION,
        },
    ),
    "expressions": _generators(
        "expressions",
        _explorers,
        {"arithmetic in Python": _ARITHMETIC, "comparison in Python": _COMPARISON},
    ),
}

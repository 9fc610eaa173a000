"""Text of a YAML file -> plain data, with a limit on all that a file could do to its reader."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import yaml

DEPTH = 100
NODES = 300_000  # ten times what the largest table holds
_DIGITS = 15  # more than a double can tell apart

_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|[-+]?\.\w+")


class PlainDataError(ValueError):
    """A text that is no YAML of plain data. ``problems`` are (line, what is wrong with it).

    The line is None where nobody knows it.
    """

    def __init__(self, problems: Iterable[tuple[int | None, str]]) -> None:
        self.problems: tuple[tuple[int | None, str], ...] = tuple(problems)
        super().__init__(
            "\n".join(
                message if line is None else f"line {line}: {message}"
                for line, message in self.problems
            )
        )


def plain_data(text: str) -> Any:
    """Return what a YAML text holds: mappings, lists, texts, numbers, truth values, dates, None.

    A number is read as it is written: 12:30, 0x1F, 010 and 1_000, which YAML 1.1 takes for other
    numbers, are refused.

    Raises PlainDataError: the text is not YAML, holds a tag of another kind, a key twice in one
    mapping, lists or mappings too deep in one another, a list or mapping within itself, or more
    than it could need (aliases of aliases grow without end).
    """
    try:
        _refuse_excess(text)
        loader = _Loader(text)
        try:
            content = loader.get_single_data()
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        raise PlainDataError([_where_and_what(error)]) from None
    except yaml.YAMLError as error:
        message = f"expected YAML, got {' '.join(str(error).split())}"
        raise PlainDataError([(None, message)]) from None
    if loader.double_keys:
        raise PlainDataError(
            (line, f"expected each key once in a mapping, got {name!r} a second time")
            for line, name in loader.double_keys
        )
    return content


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """The safe loader, in C where it is there (ten times as quick), that keeps double keys."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self.double_keys: list[tuple[int, str]] = []

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        # A tag may say "mapping" of what is none: then the safe loader says so.
        for key_node, _ in node.value if isinstance(node, yaml.MappingNode) else ():
            if isinstance(key_node, yaml.ScalarNode):
                if key_node.value in seen:
                    self.double_keys.append((key_node.start_mark.line + 1, key_node.value))
                seen.add(key_node.value)
        return super().construct_mapping(node, deep)  # type: ignore[no-any-return]


def _where_and_what(error: yaml.MarkedYAMLError) -> tuple[int | None, str]:
    line = error.problem_mark.line + 1 if error.problem_mark else None
    begun = error.context_mark.line + 1 if error.context_mark else line
    within = f" (within what begins on line {begun})" if begun != line else ""
    return line, f"expected YAML, got {error.problem}{within}"


def _refuse(node: yaml.Node, expected: str) -> yaml.constructor.ConstructorError:
    shown = node.value if len(node.value) <= 40 else f"{node.value[:37]}..."
    return yaml.constructor.ConstructorError(
        None, None, f"{shown!r} where {expected}", node.start_mark
    )


def _integer(loader: _Loader, node: yaml.ScalarNode) -> int:
    if not _INTEGER.fullmatch(node.value):
        raise _refuse(node, "a whole number is written in digits; put quotes around a text")
    if len(node.value.lstrip("+-")) > _DIGITS:
        raise _refuse(node, f"a number has at most {_DIGITS} digits")
    return int(node.value)


def _float(loader: _Loader, node: yaml.ScalarNode) -> float:
    if not _FLOAT.fullmatch(node.value):
        raise _refuse(node, "a number is written in digits; put quotes around a text")
    return float(loader.construct_yaml_float(node))


def _date(loader: _Loader, node: yaml.ScalarNode) -> Any:
    try:
        return loader.construct_yaml_timestamp(node)
    except (ValueError, AttributeError):
        raise _refuse(node, "a date must exist; put quotes around a text") from None


def _truth(loader: _Loader, node: yaml.ScalarNode) -> Any:
    try:
        return loader.construct_yaml_bool(node)
    except KeyError:
        raise _refuse(node, "true or false is expected") from None


_TAG = "tag:yaml.org,2002:"
for _name, _construct in {
    "int": _integer,
    "float": _float,
    "timestamp": _date,
    "bool": _truth,
}.items():
    _Loader.add_constructor(_TAG + _name, _construct)
for _name in ("binary", "omap", "pairs", "set"):
    _Loader.add_constructor(_TAG + _name, _Loader.construct_undefined)


def _refuse_excess(text: str) -> None:
    """Walk over the text once without building anything: the C parser dies of deep nesting."""
    sizes: dict[str, int] = {}  # of what carries a name, aliases counted as what they stand for
    within: list[tuple[str | None, int]] = []  # the names of what is open, and its size up to here
    size = 0
    for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        if isinstance(event, yaml.AliasEvent):
            if any(name == event.anchor for name, _ in within):
                _fail(event, f"*{event.anchor} within what it stands for")
            size += sizes.get(str(event.anchor), 1)
        elif isinstance(event, yaml.ScalarEvent):
            size += 1
            if event.anchor:
                sizes[event.anchor] = 1
        elif isinstance(event, yaml.CollectionStartEvent):
            within.append((event.anchor, size))
            size += 1
            if len(within) > DEPTH:
                _fail(event, f"more than {DEPTH} lists or mappings in one another")
        elif isinstance(event, yaml.CollectionEndEvent):
            name, before = within.pop()
            if name:
                sizes[name] = size - before
        if size > NODES:
            _fail(event, f"more than {NODES:,} values")


def _fail(event: yaml.Event, found: str) -> None:
    mark: Any = event.start_mark  # the C parser's is of a class of its own
    raise yaml.MarkedYAMLError(problem=found, problem_mark=mark)

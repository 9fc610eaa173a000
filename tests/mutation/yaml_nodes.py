"""The records of a YAML file with the places where their values stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from tests.mutation.mutation import Source


@dataclass(frozen=True)
class Place:
    """A value in a record: `steps` lead to it, by field and by number; `node` is what stands there.

    `record` names the record, for people: its id, or its place in the list.
    """

    record: str
    steps: tuple[str, ...]
    node: yaml.Node

    @property
    def field(self) -> str:
        """The path as a message would print it: treatment.events."""
        return ".".join(self.steps)

    @property
    def text(self) -> str:
        """The scalar as YAML reads it; empty for a list or a mapping."""
        return self.node.value if isinstance(self.node, yaml.ScalarNode) else ""


_NAMES = ("id", "key", "name", "record", "text", "condition", "interacting_drug", "route", "term")
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Table:
    """A YAML file and every value of it, each once: an alias is not a place of its own."""

    source: Source
    places: tuple[Place, ...]

    def span(self, node: yaml.Node) -> tuple[int, int]:
        """Where the value stands, without the white space after it."""
        start, end = node.start_mark.index, node.end_mark.index
        return start, start + len(self.source.text[start:end].rstrip())

    def written(self, node: yaml.Node) -> str:
        """The value as it is written, quotes and all."""
        start, end = self.span(node)
        return self.source.text[start:end]

    def records(self) -> dict[str, dict[str, Place]]:
        """The places by record and field."""
        found: dict[str, dict[str, Place]] = {}
        for place in self.places:
            found.setdefault(place.record, {})[place.field] = place
        return found


def read_table(root: Path, path: str) -> Table:
    """Read a YAML file: a list of records under one or more keys, or a mapping of records."""
    source = Source.read(root, path)
    return Table(source, _places(source))


@cache
def _places(source: Source) -> tuple[Place, ...]:
    seen: set[int] = set()

    def walk(record: str, steps: tuple[str, ...], node: yaml.Node) -> Iterator[Place]:
        if id(node) in seen:
            return
        seen.add(id(node))
        if steps:
            yield Place(record, steps, node)
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                yield from walk(record, (*steps, key.value), value)
        elif isinstance(node, yaml.SequenceNode):
            for number, value in enumerate(node.value):
                yield from walk(record, (*steps, str(number)), value)

    found: list[Place] = []
    for key, content in yaml.compose(source.text, Loader=LOADER).value:
        if isinstance(content, yaml.SequenceNode) and _are_records(content):
            for number, entry in enumerate(content.value, start=1):
                found += walk(_name(entry) or f"{key.value} {number}", (), entry)
        else:
            found += walk(
                key.value, () if isinstance(content, yaml.MappingNode) else ("value",), content
            )
    return tuple(found)


def _are_records(node: yaml.SequenceNode) -> bool:
    return all(isinstance(entry, yaml.MappingNode) for entry in node.value)


def _name(entry: yaml.MappingNode) -> str | None:
    values = {key.value: value.value for key, value in entry.value}
    return next((values[name] for name in _NAMES if isinstance(values.get(name), str)), None)

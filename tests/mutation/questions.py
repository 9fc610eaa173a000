"""Mutations of the question bank: another key, tolerance, unit, or feedback in the wrong place."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import yaml

from tests.mutation.digits import NUMBER, another
from tests.mutation.mutation import Generator, Mutation
from tests.mutation.yaml_nodes import LOADER, Table, read_table

FOLDER = "content/ketalab/activities/questions"
_LISTS = ("predictions", "questions", "exercises")

Fields = dict[str, yaml.Node]


def _items(root: Path) -> Iterator[tuple[Table, str, Fields]]:
    """Every prediction, question and exercise: its bank, its id, its fields."""
    for path in sorted((root / FOLDER).glob("*.yaml")):
        table = read_table(root, f"{FOLDER}/{path.name}")
        for key, content in yaml.compose(table.source.text, Loader=LOADER).value:
            for entry in content.value if key.value in _LISTS else ():
                fields = _fields(entry)
                yield table, fields["id"].value, fields


def _fields(node: yaml.Node) -> Fields:
    return {key.value: value for key, value in node.value}


def _replaced(table: Table, operator: str, changes: dict[yaml.Node, str], told: str) -> Mutation:
    spans = {table.span(node): text for node, text in changes.items()}
    return table.source.replaced("questions", operator, spans, " ".join(told.split()))


def _swapped(
    table: Table, operator: str, one: yaml.Node, other: yaml.Node, told: str
) -> Iterator[Mutation]:
    """The two values in each other's place, as they are written."""
    texts = table.written(one), table.written(other)
    if texts[0] != texts[1]:
        yield _replaced(table, operator, {one: texts[1], other: texts[0]}, told)


def keys(root: Path, chance: random.Random) -> Iterator[Mutation]:
    """Another answer is the right one."""
    for table, name, fields in _items(root):
        if "options" in fields:
            yield from _other_option(table, name, fields, chance)
        if "items" in fields:
            items = [_fields(item)["text"] for item in fields["items"].value]
            at = chance.randrange(len(items) - 1)
            told = f"{name}: item {at + 1} and {at + 2} swapped"
            yield from _swapped(table, "key", items[at], items[at + 1], told)
        if "pairs" in fields:
            rights = [_fields(pair)["right"] for pair in fields["pairs"].value]
            one, other = chance.sample(rights, 2)
            told = f"{name}: right sides swapped: {one.value}; {other.value}"
            yield from _swapped(table, "key", one, other, told)


def _other_option(
    table: Table, name: str, fields: Fields, chance: random.Random
) -> Iterator[Mutation]:
    marks = [_fields(option)["correct"] for option in fields["options"].value]
    if fields["kind"].value == "multiple":
        mark = chance.choice(marks)
        new = "false" if mark.value == "true" else "true"
        told = f"{name}: option {marks.index(mark) + 1}: {mark.value} -> {new}"
        yield _replaced(table, "key", {mark: new}, told)
        return
    right = [mark for mark in marks if mark.value == "true"]
    wrong = [mark for mark in marks if mark.value == "false"]
    if right and wrong:
        one, other = chance.choice(right), chance.choice(wrong)
        told = f"{name}: right is option {marks.index(other) + 1}, not {marks.index(one) + 1}"
        yield _replaced(table, "key", {one: "false", other: "true"}, told)


def tolerances(root: Path, chance: random.Random) -> Iterator[Mutation]:
    """What counts as right is ten times as wide, or as narrow, or slightly off."""
    for table, name, fields in _items(root):
        node = fields.get("tolerance")
        if node is not None:
            value = float(node.value)
            choices = [f"{10 * value:g}", f"{value / 10:g}", f"{value + 1:g}", "0"]
            new = chance.choice([text for text in choices if float(text) != value])
            yield _replaced(table, "tolerance", {node: new}, f"{name}: {node.value} -> {new}")


def units(root: Path, chance: random.Random) -> Iterator[Mutation]:
    """Another unit of the banks."""
    known = sorted({fields["unit"].value for _, _, fields in _items(root) if "unit" in fields})
    for table, name, fields in _items(root):
        node = fields.get("unit")
        if node is not None:
            new = chance.choice([unit for unit in known if unit != node.value])
            told = f"{name}: {node.value} -> {new}"
            yield _replaced(table, "unit", {node: f"'{new.replace(chr(39), chr(39) * 2)}'"}, told)


def _facts(node: yaml.Node, field: str = "") -> Iterator[yaml.Node]:
    """Every value of a field `fact` inside an item."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _facts(value, key.value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _facts(value)
    elif field == "fact":
        yield node


def answers(root: Path, chance: random.Random) -> Iterator[Mutation]:
    """An answer is another fact that the banks know, or another number."""
    known = sorted({node.value for *_, fields in _items(root) for node in _facts_of(fields)})
    for table, name, fields in _items(root):
        for node in _facts_of(fields):
            new = chance.choice([key for key in known if key != node.value])
            yield _replaced(table, "answer", {node: new}, f"{name}: {node.value} -> {new}")
        answer = fields.get("answer")
        for part in _parts(answer) if answer is not None else ():
            value = _fields(part).get("value")
            digits = value.value.lstrip("-") if isinstance(value, yaml.ScalarNode) else ""
            if NUMBER.fullmatch(digits):
                new = value.value.replace(digits, another(digits, chance))
                yield _replaced(table, "answer", {value: new}, f"{name}: {value.value} -> {new}")


def _facts_of(fields: Fields) -> Iterator[yaml.Node]:
    for field, value in fields.items():
        yield from _facts(value, field)


def _parts(answer: yaml.Node) -> Iterator[yaml.Node]:
    """The answer itself, or the two ends of an interval."""
    fields = _fields(answer) if isinstance(answer, yaml.MappingNode) else {}
    if "low" in fields:
        yield from (fields["low"], fields["high"])
    elif fields:
        yield answer


def feedback(root: Path, chance: random.Random) -> Iterator[Mutation]:
    """Two answers are told each other's feedback."""
    for table, name, fields in _items(root):
        told = f"{name}: feedback of two answers swapped"
        for field in ("options", "items", "pairs"):
            if field in fields:
                texts = [_fields(part)["feedback"] for part in fields[field].value]
                yield from _swapped(table, "feedback", *chance.sample(texts, 2), told)
        own = _fields(fields["feedback"]) if "feedback" in fields else {}
        if "low" in own:
            yield from _swapped(table, "feedback", own["low"], own["high"], told)


def _one(field: str) -> Callable[[Path, random.Random], Iterator[Mutation]]:
    def generate(root: Path, chance: random.Random) -> Iterator[Mutation]:
        known = sorted({fields[field].value for *_, fields in _items(root) if field in fields})
        for table, name, fields in _items(root):
            if field in fields:
                node = fields[field]
                new = chance.choice([value for value in known if value != node.value])
                yield _replaced(table, field, {node: new}, f"{name}: {node.value} -> {new}")

    return generate


GENERATORS: dict[str, dict[str, Generator]] = {
    "questions": {
        "key": keys,
        "tolerance": tolerances,
        "unit": units,
        "answer": answers,
        "feedback": feedback,
        "source": _one("source"),
    }
}

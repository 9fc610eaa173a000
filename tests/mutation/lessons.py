"""Mutations of the lessons: a wrong key that still builds, a citation or a caveat that has gone."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.mutation.mutation import Generator, Mutation, Source

FOLDER = "content/lessons"
_ROLE = re.compile(r"\{(?P<name>fact|cite)\}`(?P<body>[^`]+)`")
_CAVEAT = re.compile(
    r"\b(?:certainty|indirect|not graded|no control|uncontrolled|second-hand|no rate|may not|"
    r"cannot|nobody|no advice|small trials?|wide)\b",
    re.IGNORECASE,
)
_PAIRS = (
    ("increases", "decreases"),
    ("increase", "decrease"),
    ("more", "less"),
    ("more", "fewer"),
    ("higher", "lower"),
    ("rises", "falls"),
    ("rose", "fell"),
    ("better", "worse"),
    ("largest", "smallest"),
    ("before", "after"),
    ("with", "without"),
)
_OPPOSITE = {a: b for one, other in _PAIRS for a, b in ((one, other), (other, one))}
_WORD = re.compile(rf"(?<![\w-])(?:{'|'.join(sorted(_OPPOSITE, key=len, reverse=True))})(?![\w-])")
_BREAK = re.compile(r"(?<=[.!?])\s+(?=[*A-Z{])|\n")


@dataclass(frozen=True)
class Role:
    """A {fact} or {cite} of a lesson; `start` and `end` are where it stands."""

    name: str
    body: str
    start: int
    end: int

    @property
    def body_span(self) -> tuple[int, int]:
        """Where its key stands."""
        return self.end - 1 - len(self.body), self.end - 1


def _lessons(root: Path) -> Iterator[Source]:
    for path in sorted((root / FOLDER).glob("[0-9][0-9]-*.md")):
        yield Source.read(root, f"{FOLDER}/{path.name}")


@cache
def _roles(source: Source) -> tuple[Role, ...]:
    return tuple(
        Role(match["name"], match["body"], *match.span()) for match in _ROLE.finditer(source.text)
    )


def _known(root: Path) -> dict[str, list[str]]:
    """The keys that the lessons use, which therefore exist, by role and table."""
    found: dict[str, set[str]] = {}
    for source in _lessons(root):
        for role in _roles(source):
            found.setdefault(_family(role), set()).add(role.body)
    return {family: sorted(keys) for family, keys in found.items()}


def _family(role: Role) -> str:
    return role.name if role.name == "cite" else role.body.partition("/")[0]


def _told(source: Source, text: str) -> str:
    return " ".join(f"{Path(source.path).stem}: {text}".split())


def wrong_keys(root: Path, chance: random.Random) -> Iterator[Mutation]:
    """A role names another record that exists: it builds, and says something else."""
    known = _known(root)
    for source in _lessons(root):
        for role in _roles(source):
            others = [key for key in known[_family(role)] if key != role.body]
            if others:
                new = chance.choice(others)
                told = _told(source, f"{role.body} -> {new}")
                yield source.replaced("lessons", "wrong key", {role.body_span: new}, told)


def swapped_facts(root: Path, chance: random.Random) -> Iterator[Mutation]:
    """Two facts near each other change places."""
    for source in _lessons(root):
        facts = [role for role in _roles(source) if role.name == "fact"]
        for one, other in itertools.pairwise(facts):
            if one.body != other.body and "\n\n" not in source.text[one.end : other.start]:
                told = _told(source, f"{one.body} and {other.body} swapped")
                changes = {one.body_span: other.body, other.body_span: one.body}
                yield source.replaced("lessons", "swapped facts", changes, told)


def removed_citations(root: Path, chance: random.Random) -> Iterator[Mutation]:
    """A {cite} has gone."""
    yield from _removed(root, "cite", "removed citation")


def removed_facts(root: Path, chance: random.Random) -> Iterator[Mutation]:
    """A {fact} has gone, and the words around it stay."""
    yield from _removed(root, "fact", "removed fact")


def _removed(root: Path, name: str, operator: str) -> Iterator[Mutation]:
    for source in _lessons(root):
        for role in _roles(source):
            if role.name == name:
                before = source.text[role.start - 1]
                start = role.start - (before == " ")
                told = _told(source, f"without {{{name}}}`{role.body}`")
                yield source.replaced("lessons", operator, {(start, role.end): ""}, told)


def _sentences(source: Source) -> Iterator[tuple[int, str]]:
    """Every sentence of the prose with the place where it begins; code is left out."""
    prose = re.sub(
        r"^---\n.*?^---\n|^```.*?^```|^\+\+\+.*?$|^#.*?$",
        lambda match: re.sub(r"[^\n]", " ", match[0]),
        source.text,
        flags=re.MULTILINE | re.DOTALL,
    )
    start = 0
    for match in (*_BREAK.finditer(prose), None):
        end = match.start() if match else len(prose)
        if prose[start:end].strip():
            yield start, prose[start:end]
        start = match.end() if match else end


def removed_caveats(root: Path, chance: random.Random) -> Iterator[Mutation]:
    """A sentence that limits a finding has gone: its certainty, its directness, what it lacks."""
    for source in _lessons(root):
        notes = _notes(source)
        for start, sentence in _sentences(source):
            if _CAVEAT.search(sentence) and not any(low <= start < high for low, high in notes):
                told = _told(source, f"without: {sentence}")
                # The white space in front of it goes too, inside a line.
                at = start - (source.text[start - 1] == " ")
                span = (at, start + len(sentence))
                yield source.replaced("lessons", "removed caveat", {span: ""}, told)


def _notes(source: Source) -> list[tuple[int, int]]:
    """Where remarks for whoever teaches stand: they say in other words what the prose says."""
    pattern = r'^\+\+\+ \{"tags": \["(?:notes|instructor)"\]\}\n.*?(?=^\+\+\+|^```|\Z)'
    return [m.span() for m in re.finditer(pattern, source.text, re.MULTILINE | re.DOTALL)]


def swapped_words(root: Path, chance: random.Random) -> Iterator[Mutation]:
    """A sentence with a fact or a citation says the opposite."""
    for source in _lessons(root):
        for start, sentence in _sentences(source):
            if not _ROLE.search(sentence):
                continue
            plain = _ROLE.sub(lambda match: " " * len(match[0]), sentence)
            found = list(_WORD.finditer(plain))
            if found:
                match = chance.choice(found)
                new = _OPPOSITE[match[0]]
                span = (start + match.start(), start + match.end())
                told = _told(source, f"{match[0]} -> {new} in: {sentence}")
                yield source.replaced("lessons", "swapped words", {span: new}, told)


GENERATORS: dict[str, dict[str, Generator]] = {
    "lessons": {
        "wrong key": wrong_keys,
        "swapped facts": swapped_facts,
        "removed citation": removed_citations,
        "removed fact": removed_facts,
        "removed caveat": removed_caveats,
        "swapped words": swapped_words,
    }
}

"""Find clinical numbers that were typed by hand: in a lesson such a number is a {fact} role.

What counts as clinical is a list of patterns, and what they miss is meant to be little. Not
clinical are: the 100 of "of 100 people", a 95% interval without its ends, the minutes that a
lesson takes and those in speaker notes, code, roles, addresses, and counts of things that are
neither people nor studies nor time. Anything else that is meant as it stands is an entry of
``lint_exceptions.yaml``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from ketalab.evidence.tables import Record, Text, load_table, read_content

_NUMBER = r"(?<![\w.])(?<!\d[.,·])[−-]?\d+(?:[.,·]\d+)*"
_SMALL = "three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty"
_MANY = rf"(?:{_SMALL}|fifty|sixty|seventy|eighty|ninety|(?:a )?(?:dozen|hundred|thousand))"
_ANY = rf"(?:one|two|{_MANY})"
_PEOPLE = (
    r"(?:people|persons?|patients?|participants?|adults?|children|women|men|volunteers?"
    r"|inpatients?|outpatients?|subjects|respondents?|users|cases|deaths|infusions?|doses"
    r"|sessions?)"
)
_STUDIES = (
    r"(?:trials?|studies|study|reviews?|meta-analyses|meta-analysis|cohorts?|surveys?|reports?)"
)
# Up to two words may stand between a number and what it counts: "12 healthy volunteers".
_LINKING = r"(?:of|in|to|and|or|the|a|is|are|was|were|from|for|with|by|on)"
_BETWEEN = rf"(?:(?!{_LINKING}\b)[\w’'-]+\s+){{0,2}}"
_UNITS = (
    r"(?:mg|µg|μg|mcg|ng|g|kg|ml|mL|µl|IU|mmHg|bpm|mm|mmol|µmol|nmol|points?"
    r"|milligrams?|micrograms?|nanograms?|grams?|millilitres?|millimetres?)"
)
_RATIOS = (
    r"(?:RR|OR|HR|IRR|NNT|NNH|SMD|MD|SD|SE|CI|AUC|Cmax|[Rr]isk ratio|[Oo]dds ratio|[Hh]azard ratio"
    r"|[Rr]elative risk|[Nn]umber needed to (?:treat|harm|benefit))"
)

_PATTERNS: Mapping[str, re.Pattern[str]] = {
    name: re.compile(pattern)
    for name, pattern in {
        "a percentage": rf"(?!95\s*%\s*(?:confidence |credible )?(?:CIs?|intervals?)\b)"
        rf"{_NUMBER}\s*(?:%|per\s?cent\b)|\b(?i:{_ANY})\s+per\s?cent\b",
        "n of N": rf"{_NUMBER}\s+(?:{_PEOPLE}\s+)?(?:(?:more|fewer)\s+)?(?:of|in|out\s+of|per)\s+"
        rf"(?:every\s+|each\s+|the\s+|all\s+)?{_NUMBER}|(?<![\w./])\d+/\d+(?![\w/])"
        rf"|\b(?i:{_ANY})\s+(?:in|of|out\s+of)\s+(?:every\s+)?(?:(?i:{_ANY})\b|{_NUMBER})",
        "a share": rf"\b(?i:a|one|two|three|four)[\s-]+(?:third|quarter|fifth|tenth)s?\s+of\b"
        rf"|\b(?i:half)\s+(?:(?:of|all|the|these|those)\s+)*{_PEOPLE}\b",
        "a dose or measurement": rf"(?:{_NUMBER}|\b(?i:{_ANY}))[\s-]*{_UNITS}\b",
        "a factor": rf"(?:{_NUMBER}|\b(?i:{_ANY}))[\s-]?fold\b|(?<!\w)[×x]\s?\d+(?:[.,]\d+)*"
        rf"|(?:{_NUMBER}|\b(?i:{_MANY}))\s+times\s+(?:as|more|higher|larger|the)\b",
        "an effect or its interval": rf"\b{_RATIOS}\b\s*(?:of|is|was|=|:|,)?\s*{_NUMBER}"
        rf"|[(\[]\s*{_NUMBER}\s*(?:to|–|-|,)\s*{_NUMBER}\s*[)\]]",
        "a P value": r"\b[Pp]\s*[<>=≤≥]\s*[\d.]+",
        "a decimal number": r"(?<![\w.])\d+[.·]\d+(?![\w]|\.\d)",
        "a count in thousands": r"(?<![\w.])\d{1,3}(?:[,\u2009\u202f]\d{3})+\b",
        "a count of people": rf"(?!100\b)(?:{_NUMBER}|\b(?i:{_MANY}))\s+{_BETWEEN}{_PEOPLE}\b",
        "a count of studies": rf"(?!(?:19|20)\d\d\b)(?:{_NUMBER}|\b(?i:{_MANY}))\s+"
        rf"{_BETWEEN}{_STUDIES}\b",
        "a time": rf"(?:{_NUMBER}|\b(?i:two|{_MANY}))[\s-]+"
        r"(?:hours?|days?|weeks?|months?|years?)\b",
        "a time in minutes": rf"(?:{_NUMBER}|\b(?i:two|{_MANY}))[\s-]+(?:minutes?|min)\b",
    }.items()
}

# What is not prose keeps its length, so that offsets stay true.
_NOT_PROSE = re.compile(
    r"^```.*?^```|\{[A-Za-z][\w-]*\}`[^`]*`|`[^`\n]*`|\]\([^)\s]*\)|<[^<>\n]+>"
    r"|^\*Time needed: about \d+ minutes\.\*$|\*",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Prose:
    """A piece of text for readers. ``place`` turns an offset into "file:line".

    ``spoken`` marks notes for whoever teaches, where minutes are those of the session.
    """

    text: str
    place: Callable[[int], str]
    spoken: bool = False


class Allowed(Record):
    """A number that is meant as it stands: ``text`` of ``file``, and why."""

    file: Text
    text: Text
    reason: Text


@cache
def exceptions() -> tuple[Allowed, ...]:
    """What may be typed by hand, with reasons. Raises EvidenceError: the table is not sound."""

    def name(entry: Mapping[str, Any]) -> str:
        return f"{entry.get('file')}: {entry.get('text')}"

    path = Path(__file__).with_name("lint_exceptions.yaml")
    return tuple(load_table(path, Allowed, key="exceptions", id_field=name).values())


def typed_numbers(
    file: str, prose: Iterable[Prose], allowed: Iterable[Allowed] | None = None
) -> list[str]:
    """Return a line for each clinical number in the prose of ``file``, and each idle exception.

    ``allowed`` replaces the course's own exceptions; only those for ``file`` are used.
    """
    own = [a for a in (exceptions() if allowed is None else allowed) if a.file == file]
    used: set[str] = set()
    problems = []
    for piece in prose:
        excused = [(a, span) for a in own for span in _occurrences(piece.text, a.text)]
        for start, end, kind in _clinical(piece):
            covering = [a.text for a, (low, high) in excused if low <= start and end <= high]
            used.update(covering)
            if not covering:
                words = " ".join(piece.text[start:end].split())
                problems.append(
                    f"{piece.place(start)}: {words!r} looks like {kind} typed by hand; use the "
                    "{fact} role, or add it with a reason to lint_exceptions.yaml"
                )
    for entry in own:
        if entry.text not in used:
            problems.append(
                f"lint_exceptions.yaml: {file}: expected a typed number that needs {entry.text!r}, "
                "got none"
            )
    return problems


def _occurrences(text: str, wanted: str) -> Iterator[tuple[int, int]]:
    # A line may break anywhere within the words.
    pattern = r"\s+".join(map(re.escape, wanted.split()))
    return (match.span() for match in re.finditer(pattern, text))


def _clinical(piece: Prose) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, kind) of what looks clinical; of overlapping finds the longest."""
    text = _NOT_PROSE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), piece.text)
    found = [
        (*match.span(), name)
        for name, pattern in _PATTERNS.items()
        if not (piece.spoken and name == "a time in minutes")
        for match in pattern.finditer(text)
    ]
    end = -1
    for start, stop, name in sorted(found, key=lambda item: (item[0], -item[1])):
        if start >= end:
            yield start, stop, name
            end = stop


# Texts of a bank that are keys or marks, not prose.
_NOT_TEXTS = {"lesson", "id", "objective", "kind", "source", "fact"}
_NOT_TEXTS |= {"mirrors", "pretest", "posttest"}


def bank_prose(path: Path) -> list[Prose]:
    """Return every text of a question bank, with its place in the file.

    Raises EvidenceError: the file cannot be read, or is not YAML of plain data.
    """
    read_content(path)
    document = path.read_text(encoding="utf-8-sig")

    def texts(node: yaml.Node) -> Iterator[Prose]:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value not in _NOT_TEXTS:
                    yield from texts(value)
        elif isinstance(node, yaml.SequenceNode):
            for value in node.value:
                yield from texts(value)
        elif node.tag == "tag:yaml.org,2002:str":
            yield Prose(node.value, _place_in(path.name, document, node))

    root = yaml.compose(document, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return [] if root is None else list(texts(root))


def _place_in(file: str, document: str, node: yaml.Node) -> Callable[[int], str]:
    """A folded text loses its line breaks: the words at the offset are looked up in the file."""

    def place(offset: int) -> str:
        words = node.value[offset:].split()[:3]
        raw = document[node.start_mark.index : node.end_mark.index]
        match = re.search(r"\s+".join(map(re.escape, words)), raw)
        at = node.start_mark.index + (match.start() if match else 0)
        return f"{file}:{document.count(chr(10), 0, at) + 1}"

    return place

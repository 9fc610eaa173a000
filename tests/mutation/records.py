"""Mutations of the evidence tables: a number, an arm, a source, a word that a hand got wrong.

Each leaves YAML that loads as a file; most leave a record that fits its schema.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.mutation.digits import NUMBER, another
from tests.mutation.mutation import Generator, Mutation
from tests.mutation.yaml_nodes import Place, Table, read_table

EVIDENCE = "content/ketalab/evidence"
PHARMACOLOGY = f"{EVIDENCE}/pharmacology"

STUDIES = (
    "trials.yaml",
    "reviews.yaml",
    "depression.yaml",
    "epidemiology.yaml",
    "opioid_sparing.yaml",
    "guidelines.yaml",
)
RESULTS = ("results.yaml", "results_context.yaml")
ROWS = "side_effects.yaml"
PARAMETERS = ("pk_models.yaml", "pd_models.yaml", "receptor.yaml")

_COUNTS = re.compile(r"(?:^|\.)(?:events|n|n_\w+|trials|people)$|^arms\.")
_LIMITS = re.compile(r"(?:^|\.)(?:low|high|ci_low|ci_high|rd_low|rd_high)$")
_FIGURES = re.compile(r"(?:^|\.)(?:pct|estimate|value|rd_pct)$|^(?:treatment|control)$")
# Not words on findings: how a record is found and what is said of its making.
_NOT_FINDINGS = re.compile(
    r"^(?:id|key|source\w*|first_author|year|journal|doi\w*|pmid|url|overlap_group|verified|record"
    r"|table|path|\w*note|where|memory_only_fields)\b"
)
_GRADES = ("very low", "low", "moderate", "high")
_GRADE = re.compile(r"\b(?:very low|low|moderate|high)\b(?=[ -]certainty)|(?<=certainty: )\w+")
_VERDICTS = ("supported", "partly supported", "overstated", "misleading", "unsupported")
_DIRECTIONS = (
    ("benefit", "no benefit"),
    ("lower", "higher"),
    ("less", "more"),
    ("fewer", "more"),
    ("increase", "decrease"),
    ("increased", "decreased"),
    ("rose", "fell"),
    ("better", "worse"),
)
_UNITS = {
    "1/min": "1/h",
    "1/h": "1/min",
    "L/kg": "L",
    "L": "L/kg",
    "L/min": "L/h",
    "L/h": "L/min",
    "min": "h",
    "h": "min",
    "ng/mL": "ug/mL",
    "ug/mL": "ng/mL",
    "uM": "mM",
    "mM": "uM",
    "1/mV": "1/s",
}


def _tables(root: Path, *files: str) -> Iterator[Table]:
    for file in files:
        yield read_table(root, f"{EVIDENCE}/{file}")


def _replaced(
    kind: str, operator: str, table: Table, changes: dict[Place, str], what: str = ""
) -> Mutation:
    spans = {table.span(place.node): text for place, text in changes.items()}
    first = next(iter(changes))
    told = what or f"{table.written(first.node)} -> {changes[first]}"
    name = f"{Path(table.source.path).stem}/{first.record}: {first.field}: {told}"
    return table.source.replaced(kind, operator, spans, " ".join(name.split()))


def _line(place: Place) -> int:
    return place.node.start_mark.line


def _is_number(place: Place) -> bool:
    return re.fullmatch(r"-?\d+(?:\.\d+)?", place.text) is not None and not place.node.style


def _typed(text: str, chance: random.Random) -> str:
    """Another number in the place of one that is written with or without a sign."""
    return f"-{another(text[1:], chance)}" if text.startswith("-") else another(text, chance)


def _numbers(
    operator: str, fields: re.Pattern[str], files: tuple[str, ...]
) -> Callable[[Path, random.Random], Iterator[Mutation]]:
    """Every number in a field of this name, typed wrongly."""

    def generate(root: Path, chance: random.Random) -> Iterator[Mutation]:
        for table in _tables(root, *files):
            for place in table.places:
                if fields.search(place.field) and _is_number(place):
                    new = _typed(place.text, chance)
                    yield _replaced("facts", operator, table, {place: new})

    return generate


def numbers_in_words(root: Path, chance: random.Random) -> Iterator[Mutation]:
    """One number in the words of each finding of a study."""
    for table in _tables(root, *STUDIES):
        for place in table.places:
            found = [
                match
                for match in NUMBER.finditer(table.written(place.node))
                if not re.search(r"[\w.,]$", table.written(place.node)[: match.start()])
            ]
            if not place.text or _is_number(place) or _NOT_FINDINGS.match(place.field) or not found:
                continue
            match = chance.choice(found)
            start = table.span(place.node)[0]
            new = another(match[0], chance)
            yield table.source.replaced(
                "facts",
                "number in words",
                {(start + match.start(), start + match.end()): new},
                f"{Path(table.source.path).stem}/{place.record}: {place.field}: "
                f"{match[0]} -> {new}",
            )


def arms(root: Path, chance: random.Random) -> Iterator[Mutation]:
    """Treatment and control change places."""
    for table in _tables(root, ROWS, *RESULTS):
        for fields in table.records().values():
            pair = [fields.get(name) for name in ("treatment", "control")]
            if None in pair or pair[0].node.value == pair[1].node.value:  # type: ignore[union-attr]
                continue
            one, other = table.written(pair[0].node), table.written(pair[1].node)  # type: ignore[union-attr]
            if "null" in (one, other) or one == other:
                continue
            yield _replaced(
                "facts",
                "swapped arms",
                table,
                {pair[0]: other, pair[1]: one},  # type: ignore[dict-item]
                "swapped with control",
            )
    for table in _tables(root, "trials.yaml"):
        for fields in table.records().values():
            counts = [p for f, p in fields.items() if f.startswith("arms.") and _is_number(p)]
            if len(counts) == 2 and counts[0].text != counts[1].text:
                changes = {counts[0]: counts[1].text, counts[1]: counts[0].text}
                yield _replaced("facts", "swapped arms", table, changes)


def denominators(root: Path, chance: random.Random) -> Iterator[Mutation]:
    """A count that is no longer "of" anything."""
    for table in _tables(root, ROWS, *RESULTS):
        for place in table.places:
            if place.steps[-1] == "n" and _is_number(place):
                yield _replaced("facts", "dropped denominator", table, {place: "null"})
    for table in _tables(root, *STUDIES):
        for place in table.places:
            written = table.written(place.node)
            found = re.search(r"(?<=\d)(?: of |/)\d+\b", written) if place.text else None
            if found and not _NOT_FINDINGS.match(place.field):
                start = table.span(place.node)[0]
                yield table.source.replaced(
                    "facts",
                    "dropped denominator",
                    {(start + found.start(), start + found.end()): ""},
                    f"{Path(table.source.path).stem}/{place.record}: {place.field}: "
                    f"without{found[0]}",
                )


def certainties(root: Path, chance: random.Random) -> Iterator[Mutation]:
    """A certainty or a verdict that the source did not give."""
    scales = {"certainty": _GRADES, "verdict": _VERDICTS}
    for table in _tables(root, *RESULTS, "graded.yaml", "claims.yaml", "reviews.yaml"):
        for place in table.places:
            scale = scales.get(place.steps[-1], ())
            if place.text in scale:
                new = chance.choice([grade for grade in scale if grade != place.text])
                yield _replaced("facts", "certainty", table, {place: new})
    for table in _tables(root, "reviews.yaml", "epidemiology.yaml", ROWS):
        for place in table.places:
            written = table.written(place.node) if place.text else ""
            found = _GRADE.search(written)
            if found and found[0] in _GRADES and place.text not in _GRADES:
                new = chance.choice([grade for grade in _GRADES if grade != found[0]])
                start = table.span(place.node)[0]
                yield table.source.replaced(
                    "facts",
                    "certainty",
                    {(start + found.start(), start + found.end()): new},
                    f"{Path(table.source.path).stem}/{place.record}: {place.field}: "
                    f"{found[0]} -> {new}",
                )


def sources(root: Path, chance: random.Random) -> Iterator[Mutation]:
    """Two records take each other's source."""
    files = (ROWS, *STUDIES, "effect_profiles.yaml", "contraindications.yaml", "claims.yaml")
    for table in _tables(root, *files, "interactions.yaml", "routes.yaml"):
        found = [
            place
            for place in table.places
            if re.fullmatch(r"source|source_key|(?:sources|keys)\.0", place.field)
        ]
        for place in found:
            others = [other for other in found if other.text != place.text]
            if not others:
                continue
            # Near by, so that what the report shows is short.
            others.sort(key=lambda other: abs(_line(other) - _line(place)))
            other = chance.choice(others[:4])
            yield _replaced(
                "facts",
                "swapped sources",
                table,
                {place: other.text, other: place.text},
                f"{place.text} swapped with that of {other.record}, {other.text}",
            )


def forms(root: Path, chance: random.Random) -> Iterator[Mutation]:
    """Another form of the drug, or another comparator, that the same table knows."""
    for file, field, operator in (
        (ROWS, "drug", "drug form"),
        ("trial_class.yaml", "drug", "drug form"),
        (ROWS, "comparator", "comparator"),
        ("trial_class.yaml", "comparison", "comparator"),
        ("comparators.yaml", "kind", "comparator"),
        ("trials.yaml", "comparator", "comparator"),
    ):
        table = read_table(root, f"{EVIDENCE}/{file}")
        found = [place for place in table.places if place.field == field and place.text != "null"]
        for place in found:
            written = {table.written(o.node) for o in found if o.text != place.text}
            new = chance.choice(sorted(text for text in written if "\n" not in text))
            yield _replaced("facts", operator, table, {place: new})


def directions(root: Path, chance: random.Random) -> Iterator[Mutation]:
    """A finding that says the opposite: a word, or the sign of a number."""
    for table in _tables(root, *RESULTS):
        for place in table.places:
            if place.steps[-1] == "estimate" and _is_number(place) and float(place.text):
                text = place.text
                new = text[1:] if text.startswith("-") else f"-{text}"
                yield _replaced("facts", "direction", table, {place: new})
    words = {a: b for pair in _DIRECTIONS for a, b in (pair, pair[::-1])}
    pattern = re.compile(
        rf"(?<![\w-])(?:{'|'.join(sorted(words, key=len, reverse=True))})(?![\w-])"
    )
    for table in _tables(root, *STUDIES):
        for place in table.places:
            written = table.written(place.node) if place.text else ""
            found = list(pattern.finditer(written))
            if not found or _NOT_FINDINGS.match(place.field):
                continue
            match = chance.choice(found)
            start = table.span(place.node)[0]
            yield table.source.replaced(
                "facts",
                "direction",
                {(start + match.start(), start + match.end()): words[match[0]]},
                f"{Path(table.source.path).stem}/{place.record}: {place.field}: "
                f"{match[0]} -> {words[match[0]]}",
            )


def _parameters(root: Path) -> Iterator[tuple[Table, Place]]:
    for file in PARAMETERS:
        table = read_table(root, f"{PHARMACOLOGY}/{file}")
        for place in table.places:
            if "value" in place.steps and _is_number(place):
                yield table, place


def parameters(root: Path, chance: random.Random) -> Iterator[Mutation]:
    """A parameter of a model, typed wrongly."""
    for table, place in _parameters(root):
        new = _typed(place.text, chance)
        yield _replaced("constants", "parameter", table, {place: new})


def parameter_signs(root: Path, chance: random.Random) -> Iterator[Mutation]:
    """A parameter of a model with the other sign."""
    for table, place in _parameters(root):
        if float(place.text):
            new = place.text[1:] if place.text.startswith("-") else f"-{place.text}"
            yield _replaced("constants", "parameter's sign", table, {place: new})


def parameter_units(root: Path, chance: random.Random) -> Iterator[Mutation]:
    """A parameter of a model in another unit."""
    for file in PARAMETERS:
        table = read_table(root, f"{PHARMACOLOGY}/{file}")
        for place in table.places:
            if place.steps[-1] == "unit" and place.text in _UNITS and not place.node.style:
                new = _UNITS[place.text]
                yield _replaced("constants", "parameter's unit", table, {place: new})


def validity(root: Path, chance: random.Random) -> Iterator[Mutation]:
    """A limit of a model's validity, typed wrongly."""
    table = read_table(root, f"{PHARMACOLOGY}/model_cards.yaml")
    for place in table.places:
        if place.steps[-1] in ("low", "high") and _is_number(place):
            new = _typed(place.text, chance)
            yield _replaced("thresholds", "validity", table, {place: new})


GENERATORS: dict[str, dict[str, Generator]] = {
    "facts": {
        "count": _numbers("count", _COUNTS, (ROWS, *RESULTS, *STUDIES)),
        "number": _numbers("number", _FIGURES, (ROWS, *RESULTS)),
        "interval": _numbers("interval", _LIMITS, (ROWS, *RESULTS)),
        "number in words": numbers_in_words,
        "swapped arms": arms,
        "dropped denominator": denominators,
        "certainty": certainties,
        "swapped sources": sources,
        "drug form or comparator": forms,
        "direction": directions,
    },
    "constants": {
        "parameter": parameters,
        "parameter's sign": parameter_signs,
        "parameter's unit": parameter_units,
    },
    "thresholds": {"validity": validity},
}

"""Questions and predictions as widgets: they answer in the browser, with or without a kernel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import traitlets

from ketalab.activities import bank
from ketalab.activities.bank import in_words
from ketalab.evidence import fact
from ketalab.frontend import CourseWidget, digest

SCRIPT = Path(bank.__file__).parents[1] / "frontend" / "activity.js"
_KINDS = {
    "single": "Choose one.",
    "multiple": "Choose all that apply.",
    "numeric": "Give a number.",
    "ordering": "Give each its place in the order.",
    "matching": "Choose what belongs to each.",
}


class Activity(CourseWidget):
    """One question or prediction.

    `answer` is what the student has given: a number, a list of places from 0, or None. The places
    are those of the chosen options; or, for each row of an ordering or matching question, that of
    the choice made there. `checked` is True once the student asked for feedback or committed.
    """

    _esm = SCRIPT
    _spec = traitlets.Dict(read_only=True).tag(sync=True)
    answer = traitlets.Any(None, allow_none=True).tag(sync=True)
    checked = traitlets.Bool(False).tag(sync=True)

    def __init__(self, spec: dict[str, Any]) -> None:
        # A kept answer is shown again only where it still means what it meant.
        meaning = [spec[field] for field in ("id", "kind", "prompt")]
        meaning += [[option["text"] for option in spec.get("options", [])], spec.get("unit")]
        meaning += [[row["text"] for row in spec.get("rows", [])], spec.get("choices")]
        self.set_trait("_spec", spec | {"form": digest(meaning)})
        super().__init__()

    def __repr__(self) -> str:
        """Prompt and options, and a digest of key and feedback without giving them away."""
        spec = self._spec
        options = [f"- {option['text']}" for option in spec.get("options", [])]
        options += [f"- {row['text']}" for row in spec.get("rows", [])]
        if spec["kind"] == "matching":
            options += [f"  - {choice}" for choice in spec["choices"]]
        head = f"{spec['name'].capitalize()} {spec['id']}. {spec['instruction']}"
        return "\n".join([head, spec["prompt"], *options, f"digest {digest(spec)}"])


def question(name: str) -> Activity:
    """The question with this id, ready to answer.

    Raises:
        LookupError: the bank has no such question.
    """
    return ask(bank.find(name, lambda b: b.questions))


def ask(item: bank.Question) -> Activity:
    """A question of any bank as a widget."""
    spec = _common(item, "question", "Check")
    if item.kind == "numeric":
        unit, answer, tolerance, said = item.numeric
        spec |= {
            "unit": unit,
            "answer": answer.number(),
            "tolerance": tolerance,
            "feedback": {k: in_words(v) for k, v in said.model_dump().items()},
        }
    elif item.kind in ("ordering", "matching"):
        spec |= _rows(item)
    return Activity(spec)


def predict(name: str) -> Activity:
    """The prediction with this id: the student commits first and sees the result afterwards.

    Raises:
        LookupError: the bank has no such prediction.
    """
    item = bank.find(name, lambda b: b.predictions)
    spec = _common(item, "prediction", "Commit") | {"reveal": in_words(item.reveal)}
    if item.kind == "numeric":
        spec |= {
            "unit": item.unit,
            "minimum": item.minimum,
            "maximum": item.maximum,
            "answer": fact(item.fact).value,
        }
    return Activity(spec)


def _rows(item: bank.Question) -> dict[str, Any]:
    """What is put in order or matched, and the choices for it; each row knows its right one."""
    if item.kind == "ordering":
        choices = [str(place) for place in range(1, len(item.items) + 1)]
        rows = [(entry.text, place, entry.feedback) for place, entry in enumerate(item.items)]
        rows = mixed(rows, item.id)
    else:
        choices = mixed(list(item.choices()), item.id)
        rows = [(pair.left, choices.index(pair.right), pair.feedback) for pair in item.pairs]
    return {
        "choices": [in_words(choice) for choice in choices],
        "rows": [
            {"text": in_words(text), "correct": place, "feedback": in_words(said)}
            for text, place, said in rows
        ],
    }


def mixed(entries: list[Any], seed: str) -> list[Any]:
    """The entries in an order that is the same in every build and never the one given."""

    def mark(place: int) -> str:
        return digest([seed, place])

    found = [entries[place] for place in sorted(range(len(entries)), key=mark)]
    return found if found != entries else [*found[1:], found[0]]


def _common(item: bank.Question | bank.Prediction, name: str, action: str) -> dict[str, Any]:
    return {
        "name": name,
        "id": item.id,
        "kind": item.kind,
        "instruction": _KINDS[item.kind],
        "action": action,
        "prompt": in_words(item.prompt),
        "options": [
            {"text": in_words(o.text), "correct": o.correct, "feedback": in_words(o.feedback)}
            for o in item.options
        ],
    }

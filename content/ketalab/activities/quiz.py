"""Questions and predictions as widgets: they answer in the browser, with or without a kernel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import traitlets

from ketalab.activities import bank
from ketalab.activities.bank import in_words
from ketalab.evidence import fact
from ketalab.frontend import CourseWidget, digest

_KINDS = {
    "single": "Choose one.",
    "multiple": "Choose all that apply.",
    "numeric": "Give a number.",
}


class Activity(CourseWidget):
    """One question or prediction.

    `answer` is what the student has given: a number, a list of the chosen options' places (from
    0), or None. `checked` is True once the student asked for feedback or committed.
    """

    _esm = Path(bank.__file__).parents[1] / "frontend" / "activity.js"
    _spec = traitlets.Dict(read_only=True).tag(sync=True)
    answer = traitlets.Any(None, allow_none=True).tag(sync=True)
    checked = traitlets.Bool(False).tag(sync=True)

    def __init__(self, spec: dict[str, Any]) -> None:
        self.set_trait("_spec", spec)
        super().__init__()

    def __repr__(self) -> str:
        """Prompt and options, and a digest of key and feedback without giving them away."""
        spec = self._spec
        options = [f"- {option['text']}" for option in spec.get("options", [])]
        head = f"{spec['name'].capitalize()} {spec['id']}. {spec['instruction']}"
        return "\n".join([head, spec["prompt"], *options, f"digest {digest(spec)}"])


def question(name: str) -> Activity:
    """The question with this id, ready to answer.

    Raises:
        LookupError: the bank has no such question.
    """
    item = bank.find(name, lambda b: b.questions)
    spec = _common(item, "question", "Check")
    if item.kind == "numeric":
        feedback = {k: in_words(v) for k, v in item.feedback.model_dump().items()}
        spec |= {
            "unit": item.unit,
            "answer": item.answer.number(),
            "tolerance": item.tolerance,
            "feedback": feedback,
        }
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

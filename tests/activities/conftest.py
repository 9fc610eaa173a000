"""A small sound bank that a test may break, and the lesson's own."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
import yaml

from ketalab.activities.bank import BankError, banks, load_bank

SMALL = {
    "lesson": "99-small",
    "objectives": [{"id": "count", "text": "Count."}],
    "predictions": [
        {
            "id": "99-guess",
            "kind": "numeric",
            "prompt": "How many?",
            "unit": "of 100",
            "minimum": 0,
            "maximum": 100,
            "fact": "side_effects/spravato_trd__01:treatment.pct",
            "reveal": "{fact}`side_effects/spravato_trd__01:treatment`.",
        }
    ],
    "questions": [
        {
            "id": "99-single",
            "objective": "count",
            "difficulty": 1,
            "kind": "single",
            "prompt": "Which?",
            "source": "spravato_uspi",
            "options": [
                {"text": "This", "correct": True, "feedback": "Yes."},
                {"text": "That", "correct": False, "feedback": "No {cite}`winstock2012`."},
            ],
        },
        {
            "id": "99-number",
            "objective": "count",
            "difficulty": 2,
            "kind": "numeric",
            "prompt": "How many?",
            "source": "spravato_uspi",
            "unit": "of 100",
            "answer": {"fact": "side_effects/spravato_trd__01:control.pct"},
            "tolerance": 1,
            "feedback": {"correct": "Yes.", "low": "More.", "high": "Fewer."},
        },
        {
            "id": "99-order",
            "objective": "count",
            "difficulty": 1,
            "kind": "ordering",
            "prompt": "From few to many.",
            "source": "spravato_uspi",
            "items": [
                {"text": "Few", "feedback": "Least."},
                {"text": "Some", "feedback": "Between {cite}`winstock2012`."},
                {"text": "Many", "feedback": "Most."},
            ],
        },
        {
            "id": "99-match",
            "objective": "count",
            "difficulty": 1,
            "kind": "matching",
            "prompt": "What is it?",
            "source": "spravato_uspi",
            "pairs": [
                {"left": "A label", "right": "A document", "feedback": "It is printed."},
                {"left": "A survey", "right": "A study", "feedback": "It asks."},
                {"left": "A trial", "right": "A study", "feedback": "It compares."},
            ],
            "distractors": ["A drug"],
        },
    ],
    "exercises": [
        {
            "id": "99-exercise",
            "objective": "count",
            "task": "Count.",
            "kind": "number",
            "answer": {"value": 3},
            "tolerance": 0.5,
            "feedback": {
                "correct": "Right.",
                "mistakes": [{"value": 300, "says": "Of one hundred."}],
                "otherwise": "No.",
            },
        }
    ],
}


class SmallBank:
    """The bank as plain data; `complaints` writes and reads it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.data = copy.deepcopy(SMALL)

    def complaints(self) -> list[str]:
        """What is wrong with the bank, line by line."""
        self.path.write_text(yaml.safe_dump(self.data, sort_keys=False), encoding="utf-8")
        try:
            load_bank(self.path)
        except BankError as error:
            return str(error).splitlines()
        return []


@pytest.fixture
def small(tmp_path) -> SmallBank:
    return SmallBank(tmp_path / "99-small.yaml")


@pytest.fixture(scope="session")
def bank():
    """The bank of the side-effects lesson."""
    (found,) = (bank for bank in banks() if bank.lesson == "04-side-effects")
    return found

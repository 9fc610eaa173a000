"""Banks to export: the course's own, and a small one in plain words."""

from __future__ import annotations

import pytest

from ketalab.activities.bank import Bank, banks


@pytest.fixture(scope="session")
def course() -> tuple[Bank, ...]:
    return banks()


@pytest.fixture
def small() -> Bank:
    """One question of each kind, in plain words."""
    options = [
        {"text": "One", "correct": True, "feedback": "Yes."},
        {"text": "Two", "correct": False, "feedback": "No."},
    ]
    common = {"objective": "read", "difficulty": 1, "prompt": "What?", "source": "hardy2012"}
    said = {"correct": "Right.", "low": "Low.", "high": "High."}
    kinds = [
        {"kind": "single", "options": options},
        {"kind": "multiple", "options": options},
        {
            "kind": "numeric",
            "unit": "people",
            "answer": {"value": 0.25},
            "tolerance": 0.25,
            "feedback": said,
        },
        {"kind": "ordering", "items": [{"text": t, "feedback": f"It is {t}."} for t in "abc"]},
        {
            "kind": "matching",
            "pairs": [{"left": t, "right": t.upper(), "feedback": f"{t}."} for t in "xy"],
        },
    ]
    return Bank.model_validate(
        {
            "lesson": "09-small-things",
            "objectives": [{"id": "read", "text": "Read."}],
            "questions": [common | fields | {"id": f"09-{fields['kind']}"} for fields in kinds],
        }
    )


@pytest.fixture
def changed(small):
    """Make a function that gives the small bank with fields of one question changed."""

    def change(kind: str, **fields) -> Bank:
        questions = [
            question.model_copy(update=fields) if question.kind == kind else question
            for question in small.questions
        ]
        return small.model_copy(update={"questions": tuple(questions)})

    return change

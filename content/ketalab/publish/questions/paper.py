"""The bank on paper: a sheet of questions without answers, and a key that goes with it.

Both are self-contained pages that print on A4. Options stand in the order of the bank; what is put
in order or matched is mixed as in the activities, which is never the right order.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ketalab.activities.bank import Bank, Question
from ketalab.activities.quiz import mixed
from ketalab.publish.questions.evidence_notes import evidence_notes, seen_evidence_notes
from ketalab.publish.questions.selections import ABOUT, COURSE, Selection, Test, select
from ketalab.publish.questions.wording import DIFFICULTY, HOW, accepted, rounded, words

_HERE = Path(__file__).parent
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def paper(bank: Bank, test: Test | None = None) -> str:
    """The questions of a lesson that are in no test, or those of a test, as an HTML page.

    Raises:
        PublishError: there are no such questions, or one that no file could hold.
    """
    selection = select(bank, test)
    questions = [
        {"number": number, "how": HOW[question.kind], **_asked(question)}
        for number, question in enumerate(selection.questions, start=1)
    ]
    notes = seen_evidence_notes(selection.questions)
    count = f"{len(questions)} questions" if len(questions) > 1 else "One question"
    summary = f"{count}. Beside each number stands how to answer."
    return _page("paper", selection, summary, questions=questions, notes=notes)


def key(bank: Bank, test: Test | None = None) -> str:
    """The answers to the paper with what is said to each, and the sources, as an HTML page.

    Raises:
        PublishError: as `paper`; or the answer to a numeric question is not one number.
    """
    selection = select(bank, test)
    questions = [
        {
            "number": number,
            "id": question.id,
            "difficulty": DIFFICULTY[question.difficulty],
            "objective": words(selection.objective(question)),
            "prompt": words(question.prompt),
            "notes": evidence_notes(question),
            **_answered(bank, question),
        }
        for number, question in enumerate(selection.questions, start=1)
    ]
    summary = (
        "For instructors: the right answers, what the course says to each, and where it comes "
        "from. Numbers and letters are those of the paper, line by line from the top."
    )
    return _page("key", selection, summary, questions=questions)


def _page(kind: str, selection: Selection, summary: str, **content: Any) -> str:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(f"{kind}.html.j2").render(
        kind=kind,
        course=COURSE,
        title=f"{selection.title}. The key" if kind == "key" else selection.title,
        summary=summary,
        about=ABOUT,
        style=Markup((_HERE / "paper.css").read_text(encoding="utf-8")),
        **content,
    )


@dataclass(frozen=True)
class _Line:
    """A line of a paper or key: its letter or mark, its text, and what the key says to it."""

    letter: str
    text: str
    feedback: str = ""


def _letter(place: int) -> str:
    """A letter for a place from 0: A to Z, then AA, AB, …"""
    above, own = divmod(place, len(_LETTERS))
    return f"{_letter(above - 1) if above else ''}{_LETTERS[own]}"


def _lettered(texts: Iterable[str]) -> list[_Line]:
    return [_Line(_letter(place), words(text)) for place, text in enumerate(texts)]


def _asked(question: Question) -> dict[str, Any]:
    """What a paper shows of a question: nothing that tells the answer."""
    seen: dict[str, Any] = {"kind": question.kind, "prompt": words(question.prompt)}
    if question.kind == "numeric":
        seen["unit"] = words(question.numeric.unit)
    elif question.kind == "ordering":
        seen["rows"] = _lettered(item.text for item in _mixed_items(question))
    elif question.kind == "matching":
        seen["rows"] = _lettered(pair.left for pair in question.pairs)
        seen["choices"] = _lettered(_mixed_choices(question))
    else:
        seen["choices"] = _lettered(option.text for option in question.options)
    return seen


def _answered(bank: Bank, question: Question) -> dict[str, Any]:
    """The solution in a few characters, and a line for each thing that could be answered."""
    if question.kind == "numeric":
        right, feedback = accepted(bank, question), question.numeric.feedback
        low, high, unit = rounded(right.low), rounded(right.high), words(question.numeric.unit)
        lines = [
            ("✓ right", f"from {low} to {high} {unit}", feedback.correct),
            ("✗ low", f"below {low}", feedback.low),
            ("✗ high", f"above {high}", feedback.high),
        ]
        solution = f"{rounded(right.answer)} {unit}"
    elif question.kind == "ordering":
        order = list(question.items)
        solution = ", ".join(str(order.index(item) + 1) for item in _mixed_items(question))
        lines = [(str(n), item.text, item.feedback) for n, item in enumerate(order, start=1)]
    elif question.kind == "matching":
        choices = _mixed_choices(question)
        letters = [_letter(choices.index(pair.right)) for pair in question.pairs]
        solution = ", ".join(letters)
        lines = [
            (letter, f"{words(pair.left)} → {words(pair.right)}", pair.feedback)
            for letter, pair in zip(letters, question.pairs, strict=True)
        ]
    else:
        solution = ", ".join(
            _letter(place) for place, option in enumerate(question.options) if option.correct
        )
        lines = [
            (
                f"{_letter(place)} {'✓ right' if option.correct else '✗ wrong'}",
                option.text,
                option.feedback,
            )
            for place, option in enumerate(question.options)
        ]
    said = [_Line(mark, words(text), words(comment)) for mark, text, comment in lines]
    return {"solution": solution, "lines": said}


def _mixed_items(question: Question) -> list[Any]:
    return mixed(list(question.items), question.id)


def _mixed_choices(question: Question) -> list[str]:
    return mixed(list(question.choices()), question.id)

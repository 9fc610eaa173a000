"""Which questions go together: those of a lesson, and those of the test before or after it all."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, get_args

from ketalab.activities.bank import Bank, Question
from ketalab.publish.project import PublishError

Test = Literal["pretest", "posttest"]
TESTS: tuple[Test, ...] = get_args(Test)

COURSE = "Ketamine for Chronic Pain"
LICENCE = "The ketalab authors, CC BY 4.0, https://creativecommons.org/licenses/by/4.0/"
ABOUT = (
    f"{COURSE}: an interactive course in reading the evidence. It is not dosing advice and no "
    f"guideline. Questions: {LICENCE}"
)

_TITLES = {"pretest": "Test before the course", "posttest": "Test after the course"}
# What XML 1.0 cannot hold, not even escaped.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Selection:
    """Questions of one bank under a title; `name` is fit for file names and identifiers."""

    name: str
    title: str
    bank: Bank
    questions: tuple[Question, ...]

    def objective(self, question: Question) -> str:
        """What a student who can answer the question is able to do, in words."""
        return next(o.text for o in self.bank.objectives if o.id == question.objective)


def lesson_title(bank: Bank) -> str:
    """The name of a bank's lesson in words: "Lesson 4: Side effects"."""
    number, _, name = bank.lesson.partition("-")
    if not name or not number.isdecimal():
        return bank.lesson
    return f"Lesson {int(number)}: {name.replace('-', ' ').capitalize()}"


def select(bank: Bank, test: Test | None = None) -> Selection:
    """The questions of a test, or, without one, those of the lesson that are in no test.

    Raises:
        PublishError: the bank has no questions for it, or a text that no file could hold.
    """
    check_texts(bank)
    tests = {name: getattr(bank, name) for name in TESTS}
    taken = {name for names in tests.values() for name in names}
    known = {question.id: question for question in bank.questions}
    if test is None:
        chosen = tuple(q for q in bank.questions if q.id not in taken)
        name, title = bank.lesson, lesson_title(bank)
    else:
        chosen = tuple(known[name] for name in tests[test])
        name, title = test, _TITLES[test]
    if not chosen:
        raise PublishError(f"{bank.lesson}.yaml: there are no questions for {test or 'the lesson'}")
    return Selection(name, title, bank, chosen)


def selections(banks: Iterable[Bank]) -> list[Selection]:
    """Every question once: the test before, the questions of each lesson, the test after.

    Raises:
        PublishError: as `select`.
    """
    banks = list(banks)
    tests = {name: [select(bank, name) for bank in banks if getattr(bank, name)] for name in TESTS}
    return [*tests["pretest"], *map(select, banks), *tests["posttest"]]


def check_texts(bank: Bank) -> None:
    """Refuse what no file could hold.

    Raises:
        PublishError: a character that is not allowed in XML; names file, question and field.
    """
    for question in bank.questions:
        for field, text in _texts(question.model_dump()):
            if found := _NOT_XML.search(text):
                raise PublishError(
                    f"{bank.lesson}.yaml: {question.id!r}, field {field}: expected no control "
                    f"character, got U+{ord(found[0]):04X}"
                )


def _texts(value: Any, field: str = "") -> Iterable[tuple[str, str]]:
    if isinstance(value, str):
        yield field, value
    elif isinstance(value, dict | list | tuple):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in pairs:
            yield from _texts(inner, f"{field}.{key}" if field else str(key))

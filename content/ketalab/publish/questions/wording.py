"""Texts and numbers of the bank as the files print them: the words that the activities show."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from markupsafe import Markup

from ketalab.activities.bank import Bank, Question, in_words
from ketalab.frontend.numerals import fixed
from ketalab.publish.project import PublishError

# As a browser folds white space; a no-break space stays.
_SPACES = re.compile(r"[ \t\r\n\f]+")

HOW = {
    "single": "Choose one.",
    "multiple": "Choose all that apply.",
    "numeric": "Give a number.",
    "ordering": "Give each its place in the order.",
    "matching": "Choose what belongs to each.",
}
DIFFICULTY = {1: "easy", 2: "medium", 3: "hard"}


def words(text: str) -> str:
    """A text of the bank as plain text: roles in words, white space folded.

    Nothing in it is markup: the activities show an asterisk as an asterisk, and so do the files.
    """
    return _SPACES.sub(" ", in_words(text)).strip(" ")


def paragraph(text: str) -> Markup:
    """A text of the bank as a paragraph of HTML, with everything escaped."""
    return Markup("<p>{}</p>").format(words(text))


@dataclass(frozen=True)
class Accepted:
    """The right number of a numeric question and the ends of what is accepted, exactly."""

    answer: Decimal
    low: Decimal
    high: Decimal

    @property
    def tolerance(self) -> Decimal:
        return self.high - self.answer


def accepted(bank: Bank, question: Question) -> Accepted:
    """What a numeric question accepts.

    Raises:
        PublishError: its answer is not one number.
    """
    value = question.numeric.answer.number()
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PublishError(
            f"{bank.lesson}.yaml: {question.id!r}, field answer: expected one number, got {value!r}"
        )
    answer, tolerance = Decimal(str(value)), Decimal(str(question.tolerance))
    return Accepted(answer, answer - tolerance, answer + tolerance)


def exact(number: Decimal) -> str:
    """A number for a machine: no exponent, no zeros that mean nothing: "27.2", "16"."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def rounded(number: Decimal) -> str:
    """A number for a reader: two decimals at most, with a true minus sign."""
    text = fixed(float(number), 2)
    return text.rstrip("0").rstrip(".")

"""A key that moved, or feedback that went with another option, is told."""

from __future__ import annotations

import pytest

from ketalab.activities.bank import bank_file, load_bank
from ketalab.publish import course_checks
from ketalab.publish.course_checks import lesson_problems

NAME = "03-benefits"


@pytest.fixture
def told(repository, monkeypatch):
    """What is said of the lesson when the options of its first single question are changed."""

    def problems(change) -> list[str]:
        bank = load_bank(bank_file(NAME))
        at = next(n for n, q in enumerate(bank.questions) if q.kind == "single")
        question = bank.questions[at]
        changed = question.model_copy(update={"options": tuple(change(question.options))})
        questions = (*bank.questions[:at], changed, *bank.questions[at + 1 :])
        broken = bank.model_copy(update={"questions": questions})
        monkeypatch.setattr(course_checks, "load_bank", lambda _: broken)
        return lesson_problems(repository / "content" / "lessons" / f"{NAME}.md")

    return problems


def test_keys_and_feedback_of_the_course_fit(told):
    assert told(lambda options: options) == []


def test_another_key_is_told_for_both_options(told):
    def swap(options):
        wrong = next(option for option in options if not option.correct)
        for option in options:
            other = option.correct or option is wrong
            yield option.model_copy(update={"correct": not option.correct}) if other else option

    first, second = told(swap)
    assert {" is right, so its feedback begins with Yes" in line for line in (first, second)} == {
        True,
        False,
    }
    assert all(line.startswith(f"{NAME}.md: '03-") for line in (first, second))


def test_swapped_feedback_is_told(told):
    def swap(options):
        right = next(option for option in options if option.correct)
        wrong = next(option for option in options if not option.correct)
        texts = {right.text: wrong.feedback, wrong.text: right.feedback}
        for option in options:
            yield option.model_copy(update={"feedback": texts.get(option.text, option.feedback)})

    assert len(told(swap)) == 2

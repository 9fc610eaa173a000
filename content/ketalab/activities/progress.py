"""What a student has answered so far: a map of the lessons, and the tests before and after.

Answers are kept by the browser alone (see frontend/activity.js). Python says what there is to
answer; it never learns what was answered here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import traitlets

from ketalab.activities.bank import Bank, BankError, Question, banks, in_words
from ketalab.activities.quiz import SCRIPT
from ketalab.frontend import CourseWidget, digest

TEST_LENGTH = 10

_WHERE_MAP = (
    "Your answers are kept in this browser, on this computer, and nowhere else. Nobody receives "
    "them. To take them along, save them to a file and bring that in elsewhere."
)
_WHERE_TESTS = (
    "Only the first answer to each question counts: after it you have read the feedback. And ten "
    "questions are a small sample, so a change of one or two may be luck."
)


class Tracker(CourseWidget):
    """A view of what the browser keeps; it has no state that a kernel would know."""

    _esm = SCRIPT
    _spec = traitlets.Dict(read_only=True).tag(sync=True)

    def __init__(self, spec: dict[str, Any], lines: Sequence[str]) -> None:
        self.set_trait("_spec", spec)
        self._lines = tuple(lines)
        super().__init__()

    def __repr__(self) -> str:
        """What there is to answer; what was answered stays in the browser."""
        return "\n".join([*self._lines, f"digest {digest(self._spec)}"])


def progress_map() -> Tracker:
    """The lessons of the course, with what this browser keeps of each.

    The student sees how many predictions were made and how many questions were answered, and can
    save that to a file, bring it in from one, and clear it.
    """
    lessons = [
        {
            "title": _title(bank),
            "predictions": [item.id for item in bank.predictions],
            "questions": [item.id for item in bank.questions],
        }
        for bank in banks()
    ]
    lines = [
        f"- {lesson['title']}: {len(lesson['predictions'])} predictions, "
        f"{len(lesson['questions'])} questions"
        for lesson in lessons
    ]
    spec = {"name": "map", "lessons": lessons, "where": _WHERE_MAP}
    return Tracker(spec, ["Map of the lessons.", *lines])


def compare_tests() -> Tracker:
    """The first answers to the pre-test beside those to the post-test that mirrors it.

    Raises:
        BankError: the two tests do not mirror each other one to one.
    """
    pairs = mirrored(banks())
    spec = {
        "name": "comparison",
        "pairs": [
            {"before": before.id, "after": after.id, "text": in_words(after.prompt)}
            for before, after in pairs
        ],
        "where": _WHERE_TESTS,
    }
    lines = [f"- {before.id}, {after.id}" for before, after in pairs]
    return Tracker(spec, ["The tests before and after the course.", *lines])


def mirrored(course: Sequence[Bank]) -> list[tuple[Question, Question]]:
    """Each question of the pre-test with the one of the post-test that mirrors it.

    Raises:
        BankError: a line for each question without its counterpart, and for a pre-test that is
            not of ten questions.
    """
    questions = {item.id: item for bank in course for item in bank.questions}
    before = [questions[name] for bank in course for name in bank.pretest]
    after = [questions[name] for bank in course for name in bank.posttest]
    ids = [item.id for item in before]
    named = [item.mirrors for item in after]
    problems = []
    if len(before) != TEST_LENGTH:
        problems.append(f"the pretest has {len(before)} questions, expected {TEST_LENGTH}")
    for name in ids:
        if named.count(name) != 1:
            problems.append(
                f"{name!r} is mirrored by {named.count(name)} questions of the posttest, expected 1"
            )
    for item in after:
        if item.mirrors not in ids:
            problems.append(f"{item.id!r} mirrors {item.mirrors!r}, which is not of the pretest")
    if problems:
        raise BankError("\n".join(problems))
    return [(item, after[named.index(item.id)]) for item in before]


def _title(bank: Bank) -> str:
    """ "04-side-effects" is "4. Side effects"."""
    number, _, name = bank.lesson.partition("-")
    return f"{int(number)}. {name.replace('-', ' ').capitalize()}"

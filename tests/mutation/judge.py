"""What becomes of one mutation: which check kills it, and how."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from tests.mutation.apart import Ended, run_apart
from tests.mutation.mutation import Mutation
from tests.mutation.notebooks_again import compare
from tests.mutation.suite import enter, run_tests

# How a mutation was killed:
# content  a test or a cross check knows better;
# seal     the record or question differs from what was compared with its source;
# picture  an explorer draws something else than what was approved;
# step     only a committed notebook differs from what would be built now;
# time     a test did not end.
Way = Literal["content", "seal", "picture", "step", "time", "survived"]

# Those that `examine` tells apart, the weightiest first.
WAYS: tuple[Way, ...] = ("content", "seal", "picture", "step")

# Processor time for the tests of one mutation, in seconds. If a seal or a notebook kills it in any
# case, the tests only decide what the report says of it, and get less.
SECONDS = 60.0
SECONDS_IF_KILLED = 8.0
# Beyond it, for imports and for a test that is running when the time is over.
_GRACE = 30.0

# The check of the course's own seals stands on its own, after the tests.
_SEAL_TESTS = "tests/publish/test_review_seals.py"
# These too say only "changed": they come last, so that a test that knows better is named.
_PICTURE_TESTS = "tests/explorers/test_drawn.py::test_pictures_draw"


@dataclass(frozen=True)
class Verdict:
    """What was found.

    Attributes:
        mutation: the mutation.
        way: how it was killed, or "survived".
        check: the test or the check that killed it.
        says: the last line of what that said.
        tests: how many tests ran.
        complete: whether all tests ran that can see the mutation.
        seconds: wall time.
    """

    mutation: Mutation
    way: Way
    check: str
    says: str
    tests: int
    complete: bool
    seconds: float


def judge(root: Path, mutation: Mutation, tests: Sequence[str]) -> Verdict:
    """Put a mutation into the copy at `root`, run the checks, and take it out again.

    Args:
        root: the copy.
        mutation: what to change.
        tests: the tests that can see it, likeliest first (`Baseline.tests_for`).

    Raises:
        StaleMutationError: the copy does not hold the lines.
    """
    started = time.monotonic()
    path = root / mutation.path
    text = path.read_text(encoding="utf-8")
    path.write_text(mutation.applied(text), encoding="utf-8")
    try:
        ended = run_apart(examine, root, mutation.path, list(tests), seconds=SECONDS + _GRACE)
    finally:
        path.write_text(text, encoding="utf-8")
    way, check, says = _way(ended)
    found = ended.value or {}
    return Verdict(
        mutation=mutation,
        way=way,
        check=check,
        says=says,
        tests=found.get("tests", 0),
        complete=found.get("complete", True),
        seconds=round(time.monotonic() - started, 2),
    )


def _way(ended: Ended) -> tuple[Way, str, str]:
    if ended.out_of_time:
        return "time", "the limit", "it did not end in time"
    if ended.value is None:
        return "content", "the process", ended.error.strip().splitlines()[-1]
    for way in WAYS:
        if ended.value[way]:
            return way, *ended.value[way]
    return "survived", "", ""


def examine(root: Path, path: str, tests: list[str]) -> dict[str, Any]:
    """Run the checks of this copy, the cheapest first. Called in a process of its own.

    Returns:
        Of each of `WAYS` the check that failed and what it said, or None; `tests` and `complete`:
        as in `Verdict`.
    """
    found: dict[str, Any] = dict.fromkeys(WAYS) | {"tests": 0, "complete": True}
    enter(root)
    if not path.endswith(".py"):
        for way, checks in _CHECKS.items():
            found[way] = _first(checks)
            if found["content"]:
                return found
        tests = [test for test in tests if not test.startswith(_SEAL_TESTS)]
    killed = found["seal"] or found["step"]
    pictures = [test for test in tests if test.startswith(_PICTURE_TESTS)]
    others = [test for test in tests if test not in pictures]
    for way, some in (("content", others), ("picture", pictures)):
        if not some or (way == "picture" and (killed or found["content"])):
            continue
        ran = run_tests(root, some, SECONDS_IF_KILLED if killed else SECONDS)
        found["tests"] += ran["ran"]
        found["complete"] &= ran["complete"]
        if ran["failed"]:
            found[way] = (ran["failed"], ran["says"])
    if not any(found[way] for way in WAYS):
        found["step"] = _first({"notebooks again": lambda: compare(root / "notebooks")})
    return found


def _first(checks: dict[str, Any]) -> tuple[str, str] | None:
    """The first check that fails, and the first line of what it says."""
    for name, check in checks.items():
        try:
            check()
        except Exception as error:
            return name, str(error).strip().partition("\n")[0] or type(error).__name__
    return None


def _evidence() -> None:
    from ketalab.publish.course_coverage import course_coverage
    from ketalab.publish.project import Project

    course_coverage(Project.find()).text()


def _bank() -> None:
    from ketalab.activities.bank import banks

    banks()


def _lessons() -> None:
    from ketalab.publish.course_checks import check_course
    from ketalab.publish.project import Project

    check_course(Project.find())


def _seals() -> None:
    from ketalab.publish.project import Project
    from ketalab.publish.review_seals import check_seals

    check_seals(Project.find())


def _in_step() -> None:
    """Raise unless the text of each committed notebook is that of its lesson."""
    import nbformat

    from ketalab.publish.built_notebooks import notebook_path
    from ketalab.publish.editions import student_edition, without_speaker_notes
    from ketalab.publish.lessons import read_lesson
    from ketalab.publish.project import Project

    project = Project.find()
    for lesson in project.lesson_files():
        now = without_speaker_notes(student_edition(read_lesson(lesson)))
        kept = nbformat.read(notebook_path(project, lesson), as_version=4)
        if [cell.source for cell in now.cells] != [cell.source for cell in kept.cells]:
            raise AssertionError(f"notebooks/{lesson.stem}.ipynb is not what its lesson gives now")


_CHECKS = {
    "content": {"ketalab evidence": _evidence, "question bank": _bank, "lessons": _lessons},
    "seal": {"ketalab reviewed": _seals},
    "step": {"notebooks in step": _in_step},
}

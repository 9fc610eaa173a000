"""All files of exports/questions/, by their names there."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ketalab.activities.bank import Bank
from ketalab.publish.project import PublishError
from ketalab.publish.questions.moodle import course_moodle_xml, moodle_xml
from ketalab.publish.questions.names import course_names, lesson_names
from ketalab.publish.questions.paper import key, paper
from ketalab.publish.questions.qti import course_qti_package, qti_package
from ketalab.publish.questions.selections import TESTS

_README = Path(__file__).with_name("readme.txt")


def lesson_files(bank: Bank) -> dict[str, str | bytes]:
    """The files of one lesson, by name: Moodle XML, QTI package, paper and key.

    Raises:
        PublishError: a question that a format cannot hold, or text2qti is not installed.
    """
    contents = moodle_xml(bank), qti_package(bank), paper(bank), key(bank)
    return dict(zip(lesson_names(bank.lesson), contents, strict=True))


def course_files(banks: Iterable[Bank]) -> dict[str, str | bytes]:
    """The files of the whole course, by name: a README, everything in one, and the two tests.

    Raises:
        PublishError: as `lesson_files`; or no lesson, or more than one, has the questions of a
            test.
    """
    banks = list(banks)
    contents: list[str | bytes] = [
        _README.read_text(encoding="utf-8"),
        course_moodle_xml(banks),
        course_qti_package(banks),
    ]
    for test in TESTS:
        homes = [bank for bank in banks if getattr(bank, test)]
        if len(homes) != 1:
            found = ", ".join(f"{bank.lesson}.yaml" for bank in homes) or "none"
            raise PublishError(f"field {test}: expected one lesson that has it, found {found}")
        (home,) = homes
        contents += [qti_package(home, test), paper(home, test), key(home, test)]
    return dict(zip(course_names(), contents, strict=True))

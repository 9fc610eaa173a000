"""The names of the files of exports/questions/, for whoever only asks whether they are there."""

from __future__ import annotations


def lesson_names(lesson: str) -> tuple[str, ...]:
    """Moodle XML, QTI package, paper and key of a lesson, given as "04-side-effects"."""
    return f"moodle/{lesson}.xml", f"qti/{lesson}.zip", *_sheets(lesson)


def course_names() -> tuple[str, ...]:
    """The README, everything in one file for each platform, then each test."""
    tests = [
        name for test in ("pretest", "posttest") for name in (f"qti/{test}.zip", *_sheets(test))
    ]
    return "README.txt", "moodle/course.xml", "qti/course.zip", *tests


def _sheets(name: str) -> tuple[str, str]:
    return f"paper/{name}.html", f"paper/{name}-key.html"

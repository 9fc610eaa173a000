"""The names of all files, and what belongs to the whole course."""

from __future__ import annotations

import pytest

from ketalab.publish.project import PublishError
from ketalab.publish.questions.files import course_files, lesson_files


def test_a_lesson_has_its_files(small):
    assert list(lesson_files(small)) == [
        "moodle/09-small-things.xml",
        "qti/09-small-things.zip",
        "paper/09-small-things.html",
        "paper/09-small-things-key.html",
    ]


def test_the_course_has_both_tests_and_says_what_is_what(course):
    files = course_files(course)
    tests = [f"{name}{end}" for name in ("pretest", "posttest") for end in (".html", "-key.html")]
    assert {f"paper/{name}" for name in tests} < set(files)
    assert {"moodle/course.xml", "qti/course.zip", "qti/pretest.zip"} < set(files)
    assert "for instructors" in files["README.txt"]
    for name, content in files.items():
        text = {".html": "<!DOCTYPE html>", ".xml": "<?xml", ".txt": "The questions"}
        start = text.get(name[name.rindex(".") :], b"PK")
        assert content.startswith(start), name
    for test, title in (("pretest", "Test before"), ("posttest", "Test after")):
        assert f"<h1>{title} the course</h1>" in files[f"paper/{test}.html"]
        assert f"<h1>{title} the course. The key</h1>" in files[f"paper/{test}-key.html"]


def test_a_test_without_a_home_is_named(small):
    with pytest.raises(PublishError, match=r"field pretest: expected one lesson .* found none"):
        course_files([small])

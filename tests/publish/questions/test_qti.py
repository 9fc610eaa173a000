"""QTI packages, read back by answering each question."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings

from ketalab.activities.bank import Bank
from ketalab.publish.project import PublishError
from ketalab.publish.questions.qti import course_qti_package, qti_package
from tests.publish.questions.any_bank import any_bank
from tests.publish.questions.asked import of_bank
from tests.publish.questions.qti_reader import read


def in_order(bank: Bank, names) -> list:
    questions = {question.id: question for question in bank.questions}
    return [of_bank(bank, questions[name]) for name in names]


def asked(quizzes) -> dict:
    return {title: [one for one, _ in quiz] for title, quiz in quizzes.items()}


def lessons_own(bank: Bank) -> list[str]:
    tests = {*bank.pretest, *bank.posttest}
    return [question.id for question in bank.questions if question.id not in tests]


def test_every_question_of_the_course_comes_back(course):
    found = asked(read(course_qti_package(course)))
    first, last = course[0], course[-1]
    assert next(iter(found)) == "Test before the course"
    assert found.pop("Test before the course") == in_order(first, first.pretest)
    assert found.pop("Test after the course") == in_order(last, last.posttest)
    assert list(found.values()) == [in_order(bank, lessons_own(bank)) for bank in course]
    assert "Lesson 4: Side effects" in found


def test_one_quiz_can_be_had_alone(course):
    bank = course[0]
    (lesson,) = asked(read(qti_package(bank))).values()
    (test,) = asked(read(qti_package(bank, "pretest"))).values()
    assert lesson == in_order(bank, lessons_own(bank))
    assert test == in_order(bank, bank.pretest)


def test_general_feedback_names_the_sources(course):
    (quiz,) = read(qti_package(course[0])).values()
    said = {one.id: html.paragraphs for one, html in quiz}
    assert said["00-of-hundred"][0].startswith("Source: Hardy 2012. ")
    assert "● primary; certainty not graded by the source as read" in said["00-of-hundred"][0]
    assert all(paragraphs for paragraphs in said.values())


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(any_bank())
def test_any_text_comes_back(bank: Bank):
    (found,) = asked(read(qti_package(bank))).values()
    assert found == [of_bank(bank, question) for question in bank.questions]


def test_a_number_may_be_near_zero(small):
    """text2qti itself refuses a tolerance that reaches zero, and rounds to four decimals."""
    (found,) = asked(read(qti_package(small))).values()
    low = next(one for one in found if one.kind == "numeric").accepted[1]
    assert low == 0


def test_nothing_in_the_zip_depends_on_the_time_or_the_process(course):
    package = qti_package(course[1])
    archive = zipfile.ZipFile(io.BytesIO(package))
    assert {entry.date_time[0] for entry in archive.infolist()} == {1980}
    code = (
        "import sys; from ketalab.activities.bank import banks; "
        "from ketalab.publish.questions.qti import qti_package; "
        "sys.stdout.buffer.write(qti_package(banks()[1]))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"}
    again = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, env=environment)
    assert again.returncode == 0
    assert again.stdout == package


def test_two_options_alike_are_named(small, changed):
    first, second = small.questions[0].options
    options = (first, second.model_copy(update={"text": first.text}))
    with pytest.raises(PublishError, match=r"small-things\.yaml: '09-single', field options: Dupl"):
        qti_package(changed("single", options=options))


def test_a_bank_without_a_test_has_no_package_for_it(small):
    with pytest.raises(PublishError, match=r"09-small-things\.yaml: .* no questions for pretest"):
        qti_package(small, "pretest")


def test_a_missing_package_is_named(small, monkeypatch):
    monkeypatch.setitem(sys.modules, "text2qti", None)
    with pytest.raises(PublishError, match="text2qti is not installed: exports need the extra"):
        qti_package(small)

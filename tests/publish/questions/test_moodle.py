"""Moodle XML, read back by a reader of ours and by one that others wrote."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from moodle_xml_parser.parser import parse_string

from ketalab.activities.bank import Bank
from ketalab.evidence.certainty import badge
from ketalab.publish.project import PublishError
from ketalab.publish.questions.moodle import course_moodle_xml, moodle_xml
from tests.publish.questions.any_bank import any_bank
from tests.publish.questions.asked import flat, of_bank
from tests.publish.questions.moodle_reader import mark, read


def by_id(document: str) -> dict:
    return {asked.id: asked for _, asked, _ in read(document)}


def expected(banks) -> dict:
    return {q.id: of_bank(bank, q) for bank in banks for q in bank.questions}


@pytest.fixture(scope="module")
def document(course) -> str:
    return course_moodle_xml(course)


def test_every_question_of_the_course_comes_back(document, course):
    found = by_id(document)
    assert found == expected(course)
    assert len(read(document)) == len(found) > 80, "each once"


def test_one_lesson_has_its_own_questions(course):
    for bank in course:
        assert by_id(moodle_xml(bank)) == expected([bank])


def test_another_reader_finds_the_same_choices(document, course):
    found = {
        q.name.partition(":")[0]: [
            (re.sub("</?p>", "", o.answer), o.score_fraction > 0, re.sub("</?p>", "", o.feedback))
            for o in q.options
        ]
        for q in parse_string(document)["multichoice"]
    }
    known = {
        q.id: [(flat(o.text), o.correct, flat(o.feedback)) for o in q.options]
        for bank in course
        for q in bank.questions
        if q.options
    }
    assert found == known


def test_categories_tell_lesson_test_and_objective(document, course):
    paths = {asked.id: path for path, asked, _ in read(document)}
    start = "$course$/top/Ketamine for Chronic Pain/"
    aims = {o.id: o.text for bank in course for o in bank.objectives if bank.lesson[:2] == "04"}
    home = f"{start}Lesson 4: Side effects/"
    in_four = {path for name, path in paths.items() if name.startswith("04-")}
    assert in_four == {home + text.replace("/", "//") for text in aims.values()}
    for name, path in paths.items():
        assert path.startswith(f"{start}Test before") == name.startswith("00-pre")
        assert path.startswith(f"{start}Test after") == name.startswith("05-post")


def test_a_slash_in_an_objective_makes_no_category(small):
    objective = small.objectives[0].model_copy(update={"text": "Read and/or count."})
    bank = small.model_copy(update={"objectives": (objective,)})
    (path,) = {path for path, _, _ in read(moodle_xml(bank))}
    assert path.endswith("/Lesson 9: Small things/Read and//or count.")


def test_general_feedback_names_source_level_and_certainty(document):
    general = {asked.id: html for _, asked, html in read(document)}
    for html in general.values():
        assert html.paragraphs
        assert all(text.startswith("Source: ") for text in html.paragraphs)
    (said,) = general["00-of-hundred"].paragraphs
    assert "Hardy 2012" in said
    assert badge("primary-abstract") in said
    assert "certainty not graded by the source as read" in said
    everything = [text for html in general.values() for text in html.paragraphs]
    assert any("certainty: ⊕◯◯◯ very low" in text for text in everything)


@pytest.mark.parametrize("beside", [-1e6, -0.7, -0.01, 0, 0.01, 0.7, 1e6])
def test_numbers_are_marked_as_the_activity_marks_them(document, course, beside):
    asked = [(bank, q) for bank in course for q in bank.questions if q.kind == "numeric"]
    assert asked
    for bank, question in asked:
        want = of_bank(bank, question)
        answer, low, high = map(float, want.accepted)
        for edge in (low, answer, high):
            number = edge + beside
            if low <= number <= high:
                assert mark(document, question.id, number) == (100, want.said[0])
            else:
                assert mark(document, question.id, number) == (0, want.said[1 + (number > high)])


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(any_bank())
def test_any_text_comes_back(bank: Bank):
    assert by_id(moodle_xml(bank)) == expected([bank])


def test_the_same_bank_gives_the_same_text(document, course):
    assert course_moodle_xml(course) == document


@pytest.mark.parametrize(
    ("kind", "fields", "message"),
    [
        ("single", {"prompt": "a\x01"}, r"'09-single', field prompt: .*got U\+0001"),
        ("numeric", {"unit": "x" * 51}, "'09-numeric', field unit: Moodle takes 50"),
    ],
)
def test_what_moodle_cannot_hold_is_named(changed, kind, fields, message):
    with pytest.raises(PublishError, match=rf"09-small-things\.yaml: {message}"):
        moodle_xml(changed(kind, **fields))


def test_shares_that_moodle_does_not_know_are_refused(small, changed):
    right, wrong = small.questions[1].options
    many = [right.model_copy(update={"text": f"Option {n}"}) for n in range(11)]
    with pytest.raises(PublishError, match="'09-multiple', field options: Moodle takes 10 right"):
        moodle_xml(changed("multiple", options=(*many, wrong)))


def test_an_answer_that_is_no_number_is_named(small, changed):
    answer = small.questions[2].answer.model_copy(update={"value": None})
    with pytest.raises(PublishError, match="'09-numeric', field answer: expected one number"):
        moodle_xml(changed("numeric", answer=answer))

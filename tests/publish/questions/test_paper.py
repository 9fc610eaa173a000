"""Papers hold no answer; keys hold all of them, and fit their papers."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from ketalab.activities.bank import Bank
from ketalab.publish.project import PublishError
from ketalab.publish.questions.paper import key, paper
from tests.publish.questions.any_bank import any_bank
from tests.publish.questions.asked import flat
from tests.publish.questions.sheet_reader import Sheet


def sheets(banks):
    """(questions, paper, key) of each lesson and test."""
    for bank in banks:
        tests = {*bank.pretest, *bank.posttest}
        yield [q for q in bank.questions if q.id not in tests], paper(bank), key(bank)
        for test in ("pretest", "posttest"):
            if names := getattr(bank, test):
                asked = [q for name in names for q in bank.questions if q.id == name]
                yield asked, paper(bank, test), key(bank, test)


def feedback_of(question) -> list[str]:
    parts = [*question.options, *question.items, *question.pairs]
    texts = [part.feedback for part in parts]
    if question.feedback:
        texts += question.feedback.model_dump().values()
    return [flat(text) for text in texts]


@pytest.fixture(scope="module")
def of_course(course):
    return [(asked, Sheet(one), Sheet(two)) for asked, one, two in sheets(course)]


def test_each_question_stands_once_on_one_paper(of_course, course):
    asked = [question.id for questions, _, _ in of_course for question in questions]
    assert sorted(asked) == sorted(q.id for bank in course for q in bank.questions)
    for questions, sheet, answers in of_course:
        for found in (sheet, answers):
            assert len(found.questions) == len(questions)
            for question, section in zip(questions, found.questions, strict=True):
                assert flat(question.prompt) in found.said(section)


def test_a_paper_holds_no_answer(of_course):
    for questions, sheet, _ in of_course:
        text = sheet.root.text_content()
        for question in questions:
            for said in feedback_of(question):
                assert said not in text, question.id
            assert question.id not in text
        assert "✓" not in text
        assert not sheet.root.xpath("//*[@data-answer or @hidden]")


def test_a_key_holds_every_answer_with_what_is_said_to_it(of_course):
    for questions, _, answers in of_course:
        for question, section in zip(questions, answers.questions, strict=True):
            said = answers.said(section)
            assert all(text in said for text in feedback_of(question)), question.id
            assert section.xpath('.//ul[@class="notes"]/li'), "its sources"
            marks = [line[0] for line in answers.lines(section)]
            if question.options:
                rights = ["✓ right" in mark for mark in marks]
                assert rights == [option.correct for option in question.options]
                letters = [mark.split()[0] for mark in marks if "✓" in mark]
                assert letters == answers.solution(section)


def test_the_key_solves_what_is_put_in_order_on_the_paper(of_course):
    solved = 0
    for questions, sheet, answers in of_course:
        for place, question in enumerate(questions):
            if question.kind != "ordering":
                continue
            rows = [text for _, text in sheet.lines(sheet.questions[place])]
            numbers = [int(n) for n in answers.solution(answers.questions[place])]
            right = [flat(item.text) for item in question.items]
            assert [row for _, row in sorted(zip(numbers, rows, strict=True))] == right
            assert rows != right, "never in the right order"
            solved += 1
    assert solved


def test_the_key_solves_what_is_matched_on_the_paper(of_course):
    solved = 0
    for questions, sheet, answers in of_course:
        for place, question in enumerate(questions):
            if question.kind != "matching":
                continue
            section = sheet.questions[place]
            rows = [text for _, text in sheet.lines(section, "ul/li")]
            choices = dict(sheet.lines(section, "ol/li"))
            letters = answers.solution(answers.questions[place])
            found = [(row, choices[letter]) for row, letter in zip(rows, letters, strict=True)]
            assert found == [(flat(pair.left), flat(pair.right)) for pair in question.pairs]
            assert len(choices) == len(question.choices())
            solved += 1
    assert solved


def test_numbers_have_a_line_and_a_unit(of_course):
    for questions, sheet, answers in of_course:
        for place, question in enumerate(questions):
            if question.kind == "numeric":
                section = sheet.questions[place]
                assert section.xpath('.//p[@class="number"]/span[@class="rule"]')
                assert flat(question.unit) in sheet.said(section)
                right = answers.lines(answers.questions[place])[0][1]
                assert flat(question.unit) in right


def test_a_number_in_the_key_has_its_range(small):
    answers = Sheet(key(small))
    section = answers.questions[2]
    assert answers.solution(section) == ["0.25 people"]
    texts = [span.text_content() for span in section.xpath(".//li/span/span[1]")]
    assert texts == ["from 0 to 0.5 people", "below 0", "above 0.5"]


def test_a_paper_names_the_sources_of_what_it_asks_and_no_other(of_course):
    _, sheet, _ = next(s for s in of_course if s[0][0].id == "00-signs")
    (notes,) = sheet.root.xpath('//section[h2/@id="sources"]//ul')
    assert [li.text_content().partition(" (")[0] for li in notes] == ["Hardy 2012"]
    assert "● primary" in notes.text_content()


def test_pages_ask_for_nothing_and_name_licence_and_purpose(small):
    for page in (paper(small), key(small)):
        assert "default-src 'none'" in page
        assert "src=" not in page
        assert "<link" not in page
        assert "not dosing advice" in page
        assert "CC BY 4.0" in page


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(any_bank())
def test_any_text_is_only_text(bank: Bank):
    sheet, answers = Sheet(paper(bank)), Sheet(key(bank))
    for question, asked, answered in zip(
        bank.questions, sheet.questions, answers.questions, strict=True
    ):
        seen, said = sheet.said(asked), answers.said(answered)
        shown = [question.prompt, *(o.text for o in question.options)]
        shown += [*(i.text for i in question.items), *(p.left for p in question.pairs)]
        assert all(flat(text) in seen for text in [*shown, *question.choices()])
        assert all(text in said for text in feedback_of(question))


def test_the_same_bank_gives_the_same_pages(course):
    assert (paper(course[2]), key(course[2])) == (paper(course[2]), key(course[2]))


def test_a_character_that_no_file_holds_is_named(changed):
    bank = changed("matching", prompt="\ufffe")
    for make in (paper, key):
        with pytest.raises(PublishError, match=r"'09-matching', field prompt: .*U\+FFFE"):
            make(bank)

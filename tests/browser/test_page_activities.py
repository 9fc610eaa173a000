"""Questions and predictions of the exported page, answered with the keyboard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from ketalab.activities import predict, question
from ketalab.activities.bank import banks
from tests.browser.conftest import OpenOffline
from tests.browser.lesson import LESSON, activity_names

BANK = next(bank for bank in banks() if bank.lesson == LESSON)


def _of_kind(items: Any, kind: str) -> list[str]:
    """Ids of the items of one kind: each test answers all of them on one page."""
    names = [item.id for item in items if item.kind == kind]
    assert names
    return names


@pytest.fixture
def page(open_offline: OpenOffline, page_file: Path) -> Page:
    page = open_offline(page_file)
    expect(page.locator(".activity")).to_have_count(len(activity_names()))
    return page


def test_every_activity_of_the_bank_stands_on_the_page(page: Page):
    drawn = page.locator(".activity").evaluate_all("all => all.map(e => e.dataset.activity)")
    assert drawn == activity_names()
    assert sorted(drawn) == sorted(item.id for item in (*BANK.predictions, *BANK.questions))


def test_tab_goes_from_answer_to_button(page: Page):
    activity = _activity(page, BANK.questions[0].id)
    activity.locator("input").first.focus()
    page.keyboard.press("Tab")
    expect(activity.get_by_role("button")).to_be_focused()


def test_single_question_answers_each_option(page: Page):
    for name in _of_kind(BANK.questions, "single"):
        activity, spec = _activity(page, name), question(name)._spec
        for place, option in enumerate(spec["options"]):
            _choose(page, activity, place)
            expect(activity.locator(".feedback")).to_be_empty()
            _commit(page, activity)
            mark = "✓ Right. " if option["correct"] else "✗ Not quite. "
            assert _said(activity) == [mark + option["feedback"]], name


def test_multiple_question_answers_every_option(page: Page):
    for name in _of_kind(BANK.questions, "multiple"):
        activity, spec = _activity(page, name), question(name)._spec
        options = spec["options"]
        right = [place for place, option in enumerate(options) if option["correct"]]
        wrong = next(place for place, option in enumerate(options) if not option["correct"])
        # One wrong option ticked, all right ones left out.
        _tick(page, activity, wrong)
        _commit(page, activity)
        expected = [place not in (wrong, *right) for place in range(len(options))]
        assert [text.startswith("✓") for text in _said(activity)] == expected
        _tick(page, activity, wrong)
        for place in right:
            _tick(page, activity, place)
        _commit(page, activity)
        assert _said(activity) == [
            f"✓ Right. “{option['text']}”: {option['feedback']}" for option in options
        ]


def test_numeric_question_tells_low_from_high(page: Page):
    for name in _of_kind(BANK.questions, "numeric"):
        activity, spec = _activity(page, name), question(name)._spec
        answer, tolerance, feedback = spec["answer"], spec["tolerance"], spec["feedback"]
        given = {
            f"{answer - 1.5 * tolerance:.3f}": "✗ Not quite. " + feedback["low"],
            f"{answer + 1.5 * tolerance:.3f}": "✗ Not quite. " + feedback["high"],
            f"{answer - 0.9 * tolerance:.3f}": "✓ Right. " + feedback["correct"],
            f"{answer + 0.9 * tolerance:.3f}": "✓ Right. " + feedback["correct"],
        }
        for number, said in given.items():
            _type(page, activity, number)
            _commit(page, activity)
            assert _said(activity) == [said], f"{name}: {number}"


def test_ordering_and_matching_answer_every_row(page: Page):
    for name in [*_of_kind(BANK.questions, "ordering"), *_of_kind(BANK.questions, "matching")]:
        activity, spec = _activity(page, name), question(name)._spec
        rows = spec["rows"]
        right = [row["correct"] for row in rows]
        # The first two rows change places, or both are wrong.
        wrong = [right[1], right[0], *right[2:]]
        if right[0] == right[1]:
            wrong[:2] = [next(c for c in range(len(spec["choices"])) if c != right[0])] * 2
        for given in (wrong, right):
            for row, place in enumerate(given):
                _pick(page, activity, row, place)
            expect(activity.locator(".feedback")).to_be_empty()
            _commit(page, activity)
            said = _said(activity)
            marks = [place == row["correct"] for place, row in zip(given, rows, strict=True)]
            assert [text.startswith("✓ Right. ") for text in said] == marks, name
            for text, place, row in zip(said, given, rows, strict=True):
                assert f"“{row['text']}”" in text
                assert spec["choices"][place] in text
                assert text.endswith(f": {row['feedback']}")


def test_a_place_that_was_given_twice_is_no_order(page: Page):
    activity = _activity(page, _of_kind(BANK.questions, "ordering")[0])
    for row in range(activity.locator("select").count()):
        _pick(page, activity, row, 0)
    _commit(page, activity)
    assert _said(activity) == ["Give each place only once."]


def test_nothing_is_said_before_an_answer(page: Page):
    for name in activity_names():
        activity = _activity(page, name)
        key = activity.evaluate("e => e.querySelector('input, select').type")
        _commit(page, activity)
        if key == "checkbox":
            # To tick none is an answer: each option is answered for.
            expect(activity.locator(".feedback p")).not_to_have_count(0)
            assert "Give an answer first." not in _said(activity)
        else:
            assert _said(activity) == ["Give an answer first."], name
            expect(activity.locator(":is(input, select):disabled")).to_have_count(0)


def test_numeric_prediction_is_kept_beside_the_count(page: Page):
    for name in _of_kind(BANK.predictions, "numeric"):
        activity, spec = _activity(page, name), predict(name)._spec
        _type(page, activity, str(spec["maximum"] + 1))
        _commit(page, activity)
        assert _said(activity) == ["Give an answer first."]
        _type(page, activity, "17")
        _commit(page, activity)
        own = f"You said 17 {spec['unit']}. The count says {_js_number(spec['answer'])}."
        assert _said(activity) == [own, spec["reveal"]]
        _expect_locked(activity)
        expect(activity.locator("input")).to_have_value("17")


def test_chosen_prediction_is_kept_beside_the_result(page: Page):
    for name in _of_kind(BANK.predictions, "single"):
        activity, spec = _activity(page, name), predict(name)._spec
        _choose(page, activity, 0)
        _commit(page, activity)
        option = spec["options"][0]
        assert _said(activity) == [
            f"You said: {option['text']}.",
            option["feedback"],
            spec["reveal"],
        ]
        _expect_locked(activity)
        expect(activity.locator("input").first).to_be_checked()


def test_feedback_is_announced(page: Page):
    quiet = page.locator(".activity output.feedback:not([aria-live=polite])")
    expect(quiet).to_have_count(0)
    expect(page.locator(".activity output.feedback")).to_have_count(len(activity_names()))


def _activity(page: Page, name: str) -> Locator:
    return page.locator(f".activity[data-activity='{name}']")


def _choose(page: Page, activity: Locator, place: int) -> None:
    """Move through the radio buttons with the arrow keys, from the first."""
    activity.locator("input").first.focus()
    page.keyboard.press("Space")
    for _ in range(place):
        page.keyboard.press("ArrowDown")
    expect(activity.locator("input").nth(place)).to_be_checked()


def _tick(page: Page, activity: Locator, place: int) -> None:
    activity.locator("input").nth(place).focus()
    page.keyboard.press("Space")


def _pick(page: Page, activity: Locator, row: int, place: int) -> None:
    """Go through the choices of a row with the arrow keys; the first says that none is made."""
    activity.locator("select").nth(row).focus()
    page.keyboard.press("Home")
    for _ in range(place + 1):
        page.keyboard.press("ArrowDown")
    expect(activity.locator("select").nth(row)).to_have_value(str(place))


def _type(page: Page, activity: Locator, text: str) -> None:
    activity.locator("input").focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(text)


def _commit(page: Page, activity: Locator) -> None:
    activity.get_by_role("button").focus()
    page.keyboard.press("Enter")


def _said(activity: Locator) -> list[str]:
    return activity.locator(".feedback p").all_text_contents()


def _expect_locked(activity: Locator) -> None:
    count = activity.locator("input").count()
    expect(activity.locator("input:disabled")).to_have_count(count)
    expect(activity.get_by_role("button")).to_be_disabled()


def _js_number(value: float) -> str:
    """A number as JavaScript prints it: no `.0`."""
    return f"{value:g}"

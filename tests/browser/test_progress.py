"""What a page keeps of the answers: in this browser, to be seen, saved, brought in and cleared."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from ketalab.activities import predict, progress_map, question
from ketalab.activities.bank import Question
from ketalab.activities.progress import Tracker
from ketalab.activities.quiz import Activity, ask
from tests.browser.axe import check_with_axe
from tests.browser.conftest import OpenOffline
from tests.browser.small_page import write_page

GUESS, CHOICE, BEFORE, AFTER = "04-share-placebo", "04-headache", "04-speed", "04-rd-meaning"
_COMMON: dict[str, Any] = {"objective": "o", "difficulty": 1, "source": "spravato_uspi"}
ORDER = Question(
    id="04-an-order",
    kind="ordering",
    prompt="From few to many.",
    items=[{"text": word, "feedback": f"It is {word}."} for word in ("few", "some", "many")],
    **_COMMON,
)
MATCH = Question(
    id="04-a-match",
    kind="matching",
    prompt="What is it?",
    pairs=[
        {"left": "A label", "right": "a document", "feedback": "It is printed."},
        {"left": "A trial", "right": "a study", "feedback": "It compares."},
    ],
    distractors=["a drug"],
    **_COMMON,
)
VIEWS: dict[str, dict[str, Any]] = {
    "desktop light": {},
    "phone dark": {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"},
}


def _widgets() -> list[Activity | Tracker]:
    comparison = {
        "name": "comparison",
        "pairs": [
            {"before": BEFORE, "after": AFTER, "text": "The first?"},
            {"before": ORDER.id, "after": MATCH.id, "text": "The second?"},
        ],
        "where": "First answers only.",
    }
    return [
        progress_map(),
        predict(GUESS),
        predict(CHOICE),
        question(BEFORE),
        question(AFTER),
        ask(ORDER),
        ask(MATCH),
        Tracker(comparison, ["Comparison."]),
        predict(GUESS),  # a second time, as beside a result
    ]


@pytest.fixture(scope="module")
def small_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_page(tmp_path_factory.mktemp("small") / "small.html", _widgets())


@pytest.fixture
def page(open_offline: OpenOffline, small_file: Path) -> Page:
    return _ready(open_offline(small_file))


def _ready(page: Page) -> Page:
    expect(page.locator(":is(.activity, .tracker)")).to_have_count(len(_widgets()))
    return page


def test_a_prediction_is_there_again_when_the_page_is(page: Page):
    _guess(page, "3")
    said = _activity(page, GUESS).locator(".feedback").inner_text()
    assert "You said 3" in said
    _ready_again(page)
    activity = _activity(page, GUESS)
    assert activity.locator(".feedback").inner_text() == said
    expect(activity.locator("input")).to_have_value("3")
    expect(activity.locator("input")).to_be_disabled()
    expect(activity.locator(".notice")).to_contain_text("from an earlier visit")
    expect(_activity(page, CHOICE).locator("input:disabled")).to_have_count(0)


def test_a_prediction_is_seen_again_further_down(page: Page):
    _guess(page, "3")
    again = page.locator(f"[data-activity='{GUESS}']").nth(1)
    expect(again.locator(".feedback")).to_contain_text("You said 3")
    expect(again.locator("input")).to_be_disabled()


def test_every_kind_of_question_is_there_again_and_may_be_tried_again(page: Page):
    _choose(page, BEFORE, _right(BEFORE))
    _pick(page, ORDER, wrong=True)
    _pick(page, MATCH)
    said = page.locator(".feedback").all_inner_texts()
    _ready_again(page)
    assert page.locator(".feedback").all_inner_texts() == said
    _pick(page, ORDER)
    expect(_activity(page, ORDER.id).locator(".feedback")).not_to_contain_text("✗")
    expect(_activity(page, ORDER.id).locator(".notice")).to_be_empty()


def test_an_answer_to_something_else_is_not_put_back(page: Page):
    _choose(page, BEFORE, 0)
    _pick(page, ORDER)
    kept = _kept(page)
    kept["items"][BEFORE]["form"] = "another"
    kept["items"][ORDER.id]["answer"] = [7, 8, 9]
    page.evaluate("text => localStorage.setItem('ketalab', text)", json.dumps(kept))
    _ready_again(page)
    expect(page.locator(".feedback p")).to_have_count(0)


def test_the_map_counts_predictions_answers_and_right_ones(page: Page):
    row = page.locator("[data-tracker=map] tbody tr", has_text="Side effects")
    predictions, questions = _sizes()
    expect(row.locator("td")).to_have_text(
        [f"0 of {predictions}", f"0 of {questions}", f"0 of {questions}"]
    )
    _guess(page, "3")
    _choose(page, BEFORE, _right(BEFORE))
    _choose(page, AFTER, _wrong(AFTER))
    expect(row.locator("td")).to_have_text(
        [f"1 of {predictions}", f"2 of {questions}", f"1 of {questions}"]
    )


def test_only_the_first_answer_counts_in_the_comparison(page: Page):
    first, second = (page.locator("[data-tracker=comparison] tbody tr").nth(i) for i in (0, 1))
    expect(first.locator("td")).to_have_text(["no answer", "no answer", "not known yet"])
    _choose(page, BEFORE, _wrong(BEFORE))
    _choose(page, BEFORE, _right(BEFORE))
    _choose(page, AFTER, _right(AFTER))
    _pick(page, ORDER)
    _pick(page, MATCH, wrong=True)
    _ready_again(page)
    expect(first.locator("td")).to_have_text(["✗ not right", "✓ right", "newly right"])
    expect(second.locator("td")).to_have_text(["✓ right", "✗ not right", "no longer right"])
    expect(page.locator("[data-tracker=comparison] .reading")).to_have_text(
        "Right before the course: 1 of 2. Right after it: 1 of 2. "
        "Of 2 answered both times, 1 newly right and 1 no longer right."
    )


def test_saved_cleared_and_brought_in_again(page: Page, tmp_path: Path):
    _guess(page, "3")
    _choose(page, BEFORE, _right(BEFORE))
    tracker = page.locator("[data-tracker=map]")
    before = tracker.locator("tbody").inner_text()
    with page.expect_download() as caught:
        _press(page, tracker, "Save to a file")
    file = tmp_path / caught.value.suggested_filename
    assert file.name == "ketalab-progress.json"
    caught.value.save_as(file)
    assert json.loads(file.read_text(encoding="utf-8")) == _kept(page)

    _press(page, tracker, "Clear everything")
    expect(tracker.get_by_role("button", name="No, keep")).to_be_focused()
    page.keyboard.press("Escape")
    expect(tracker.get_by_role("button", name="Clear everything")).to_be_focused()
    assert tracker.locator("tbody").inner_text() == before
    _press(page, tracker, "Clear everything")
    _press(page, tracker, "Yes, clear")
    assert _kept(page) is None
    assert tracker.locator("tbody").inner_text() != before
    expect(page.locator(".feedback p")).to_have_count(0)
    expect(page.locator(".activity :disabled")).to_have_count(0)
    expect(_activity(page, GUESS).locator("input")).to_have_value("")

    tracker.locator("input[type=file]").set_input_files(file)
    expect(tracker.locator(".notice")).to_have_text("Brought in 2 answers.")
    assert tracker.locator("tbody").inner_text() == before
    expect(_activity(page, GUESS).locator(".feedback")).to_contain_text("You said 3")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        '{"course": "ketalab", "version": 2, "items": {}}',
        '{"course": "another", "version": 1, "items": {}}',
        '{"course": "ketalab", "version": 1, "items": {"04-x": {"name": "question"}}}',
        '{"course": "ketalab", "version": 1, "items": {"__proto__": {"name": "prediction", '
        '"form": "x", "answer": 1}}}',
        '{"course": "ketalab", "version": 1, "items": {"04-x": {"name": "prediction", '
        '"form": "x", "answer": "<b>"}}}',
    ],
)
def test_a_file_that_is_no_progress_changes_nothing(page: Page, tmp_path: Path, text: str):
    _guess(page, "3")
    before = _kept(page)
    file = tmp_path / "progress.json"
    file.write_text(text, encoding="utf-8")
    tracker = page.locator("[data-tracker=map]")
    tracker.locator("input[type=file]").set_input_files(file)
    expect(tracker.locator(".notice")).to_contain_text("holds no progress of this course")
    assert _kept(page) == before


def test_what_another_version_wrote_is_left_as_it_is(page: Page):
    other = '{"course": "ketalab", "version": 2, "items": {}}'
    page.evaluate("text => localStorage.setItem('ketalab', text)", other)
    _ready_again(page)
    expect(page.locator("[data-tracker=map] .notice")).to_contain_text("another version")
    _guess(page, "3")
    expect(_activity(page, GUESS).locator(".feedback")).to_contain_text("You said 3")
    assert page.evaluate("localStorage.getItem('ketalab')") == other


@pytest.mark.parametrize(
    "denied",
    [
        "Object.defineProperty(window, 'localStorage', "
        "{get() { throw new DOMException('denied', 'SecurityError'); }})",
        "Storage.prototype.setItem = () => "
        "{ throw new DOMException('full', 'QuotaExceededError'); }",
    ],
    ids=["none", "full"],
)
def test_without_storage_all_works_and_it_is_said_once(page: Page, denied: str):
    page.context.add_init_script(denied)
    _ready_again(page)
    _guess(page, "3")
    _choose(page, BEFORE, _right(BEFORE))
    expect(page.locator("[data-tracker=map] tbody tr").last.locator("td").first).to_contain_text(
        "1 of"
    )
    told = [text for text in page.locator(".notice").all_inner_texts() if "forgotten" in text]
    assert len(told) == 1
    _ready_again(page)
    expect(page.locator(".feedback p")).to_have_count(0)


def test_another_window_of_the_page_follows(page: Page, small_file: Path):
    context: BrowserContext = page.context
    other = context.new_page()
    other.goto(small_file.as_uri())
    _ready(other)
    _guess(page, "3")
    expect(_activity(other, GUESS).locator(".feedback")).to_contain_text("You said 3")


@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing_and_nothing_is_cut_off(
    open_offline: OpenOffline, small_file: Path, view: str
):
    page = _ready(open_offline(small_file, **VIEWS[view]))
    check_with_axe(page)
    _guess(page, "3")
    _pick(page, ORDER, wrong=True)
    _pick(page, MATCH)
    _press(page, page.locator("[data-tracker=map]"), "Clear everything")
    check_with_axe(page)
    _ready_again(page)
    check_with_axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_no_key_in_a_tracker_turns_the_slide(open_offline: OpenOffline, tmp_path: Path):
    file = write_page(tmp_path / "deck.html", [progress_map(), predict(GUESS)], deck=True)
    page = open_offline(file)
    page.locator("html[data-deck-ready]").wait_for()
    page.keyboard.press("ArrowRight")
    tracker = page.locator("section.present [data-tracker=map]")
    tracker.get_by_role("button", name="Clear everything").focus()
    for key in ("ArrowRight", "ArrowDown", "n"):
        page.keyboard.press(key)
    expect(tracker).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(page.locator(".reveal.overview")).to_have_count(0)
    # Empty layers behind the slide, behind which axe would not see the page's colour.
    page.add_style_tag(content=".reveal .backgrounds { display: none !important; }")
    check_with_axe(page, within=["section.present .tracker"])


# --- What a student does, with the keyboard ------------------------------------------------------


def _activity(page: Page, name: str) -> Locator:
    return page.locator(f"[data-activity='{name}']").first


def _ready_again(page: Page) -> None:
    page.reload()
    _ready(page)


def _guess(page: Page, number: str) -> None:
    _activity(page, GUESS).locator("input").focus()
    page.keyboard.type(number)
    _press(page, _activity(page, GUESS), "Commit")


def _choose(page: Page, name: str, place: int) -> None:
    _activity(page, name).locator("input").nth(place).check()
    _press(page, _activity(page, name), "Check")


def _pick(page: Page, item: Question, *, wrong: bool = False) -> None:
    """Choose for each row what is right, or for the first two what is right for the other."""
    places = [row["correct"] for row in ask(item)._spec["rows"]]
    if wrong:
        places[:2] = places[1::-1]
    for row, place in enumerate(places):
        select = _activity(page, item.id).locator("select").nth(row)
        select.focus()
        page.keyboard.press("Home")
        for _ in range(place + 1):
            page.keyboard.press("ArrowDown")
        expect(select).to_have_value(str(place))
    _press(page, _activity(page, item.id), "Check")


def _press(page: Page, where: Locator, name: str) -> None:
    where.get_by_role("button", name=name).focus()
    page.keyboard.press("Enter")


def _kept(page: Page) -> Any:
    return json.loads(page.evaluate("localStorage.getItem('ketalab')") or "null")


def _options(name: str) -> list[bool]:
    return [option["correct"] for option in question(name)._spec["options"]]


def _right(name: str) -> int:
    return _options(name).index(True)


def _wrong(name: str) -> int:
    return _options(name).index(False)


def _sizes() -> tuple[int, int]:
    """How many predictions and questions the lesson of these items has."""
    lessons = progress_map()._spec["lessons"]
    (lesson,) = (lesson for lesson in lessons if GUESS in lesson["predictions"])
    return len(lesson["predictions"]), len(lesson["questions"])

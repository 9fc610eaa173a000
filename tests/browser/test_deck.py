"""The slides of one lesson, driven with the keyboard; what holds for all: test_every_deck.py."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from ketalab.explorers import SideEffectExplorer
from tests.browser.conftest import OpenOffline
from tests.browser.explorer_in_page import computed, shown, wait_for_agreement

NAMES = SideEffectExplorer.control_names()
SCREEN = {"width": 1280, "height": 720}

# What turns a slide when nothing is focused, and what opens another view of the deck.
TURNING_KEYS = ["ArrowRight", "ArrowLeft", "Space", "n", "p", "PageDown", "PageUp", "End", "Home"]
VIEW_KEYS = ["s", "o", "b", "f", "Escape"]


@pytest.fixture
def deck(open_offline: OpenOffline, deck_file: Path) -> Page:
    """The deck on its first slide."""
    return _ready(open_offline(deck_file, viewport=SCREEN))


def test_arrow_keys_turn_slides_outside_widgets(deck: Page):
    deck.keyboard.press("ArrowRight")
    deck.keyboard.press("Space")
    assert _present(deck) == 2
    deck.keyboard.press("ArrowLeft")
    assert _present(deck) == 1


def test_chart_of_a_slide_that_was_hidden_is_drawn_at_full_width(deck: Page):
    explorer = _turn_to(deck, ".explorer")
    for picture in explorer.locator(".picture:not([hidden]) svg").all():
        assert picture.bounding_box()["width"] > 200
    assert explorer.locator(".picture:not([hidden]) svg").count() == len(shown(explorer)["alt"])


def test_explorer_answers_on_its_slide(deck: Page):
    explorer = _turn_to(deck, ".explorer")
    opening = shown(explorer)
    assert opening == computed(SideEffectExplorer, opening["setting"])
    explorer.locator("select[name=effect]").focus()
    deck.keyboard.press("ArrowDown")
    python = wait_for_agreement(explorer)
    assert shown(explorer) == python
    assert python["reading"] != opening["reading"]


def test_focus_is_seen_on_a_control_and_not_around_a_slide_that_was_turned(deck: Page):
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    deck.keyboard.press("ArrowRight")
    assert deck.evaluate("document.activeElement.matches('section.present')")
    assert deck.evaluate(outline) == "none"
    deck.keyboard.press("Tab")
    assert deck.evaluate("document.activeElement.matches('a, button, select, input, summary')")
    assert deck.evaluate(outline) == "solid"


@pytest.mark.parametrize("name", NAMES)
def test_no_key_turns_the_slide_from_a_select(deck: Page, name: str):
    explorer = _turn_to(deck, ".explorer")
    _press_all(deck, explorer.locator(f"select[name={name}]"))


@pytest.mark.parametrize("tag", ["button", "summary", "input[type=range]"])
def test_no_key_turns_the_slide_from_within_an_explorer(deck: Page, tag: str):
    explorer = _turn_to(deck, ".explorer")
    # No slide shows these two yet; the deck must be ready for the explorers that do.
    deck.add_style_tag(content=".deck .explorer .numbers { display: block !important; }")
    explorer.locator(".settings").evaluate(
        """e => e.append(Object.assign(document.createElement('input'), { type: 'range' }))"""
    )
    _press_all(deck, explorer.locator(tag).first)


@pytest.mark.parametrize("tag", ["input", "button"])
def test_no_key_turns_the_slide_from_within_an_activity(deck: Page, tag: str):
    activity = _turn_to(deck, ".activity")
    _press_all(deck, activity.locator(tag).first)


def test_no_key_turns_the_slide_from_folded_code(deck: Page):
    _turn_to(deck, ".explorer")
    deck.add_style_tag(content=".deck .code { display: block !important; }")
    _press_all(deck, deck.locator("section.present .code summary"))


def test_range_input_in_an_explorer_moves(deck: Page):
    explorer = _turn_to(deck, ".explorer")
    explorer.locator(".settings").evaluate(
        """e => e.append(Object.assign(document.createElement('input'), { type: 'range' }))"""
    )
    slider = explorer.locator("input[type=range]")
    slider.focus()
    deck.keyboard.press("ArrowRight")
    expect(slider).to_have_value("51")


def test_number_is_typed_and_committed_on_a_slide(deck: Page):
    activity = _turn_to(deck, ".activity")
    place = _present(deck)
    activity.locator("input").focus()
    deck.keyboard.type("17")
    deck.keyboard.press("Tab")
    deck.keyboard.press("Space")
    expect(activity.locator(".feedback p").first).to_contain_text("You said 17")
    assert _present(deck) == place


@pytest.mark.parametrize("widget", [".explorer", ".activity"])
def test_tab_stays_on_the_slide(deck: Page, widget: str):
    _turn_to(deck, widget)
    reached = []
    for _ in range(30):
        deck.keyboard.press("Tab")
        reached.append(
            deck.evaluate("document.activeElement.closest('.slides > section')?.className")
        )
    assert set(reached) <= {"present", None}
    assert "present" in reached


def _ready(deck: Page) -> Page:
    deck.locator("html[data-deck-ready]").wait_for()
    deck.locator(".explorer[data-ready]").first.wait_for(state="attached")
    return deck


def _count(deck: Page) -> int:
    return deck.locator(".slides > section").count()


def _present(deck: Page) -> int:
    """The present slide's place, from 0."""
    return deck.evaluate(
        "[...document.querySelectorAll('.slides > section')].findIndex(s => s.matches('.present'))"
    )


def _turn_to(deck: Page, widget: str) -> Locator:
    """Turn to the first slide with the widget, key by key, and give back the widget."""
    for _ in range(_count(deck)):
        found = deck.locator(f"section.present {widget}")
        if found.count():
            return found
        deck.keyboard.press("ArrowRight")
    raise AssertionError(f"no slide has {widget}")


def _press_all(deck: Page, control: Locator) -> None:
    """Press every key of the deck on the control; the slide must stay, alone and uncovered."""
    place = _present(deck)
    assert 0 < place < _count(deck) - 1
    for key in [*TURNING_KEYS, *VIEW_KEYS]:
        control.focus()
        expect(control).to_be_focused()
        deck.keyboard.press(key)
        assert _present(deck) == place, f"{key} turned the slide"
        if key == "Space":
            deck.keyboard.press("Escape")  # closes a select's list
    deck.wait_for_timeout(100)  # a window or an overview would take a moment to open
    assert len(deck.context.pages) == 1
    assert deck.locator(".reveal.overview, .reveal.paused").count() == 0
    assert deck.evaluate("document.fullscreenElement === null")

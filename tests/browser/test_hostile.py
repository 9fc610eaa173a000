"""Hostile text on a page, in Chromium: nothing of it runs, and the page stays as wide as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from ketalab.activities.quiz import ask
from tests.activities.conftest import SMALL
from tests.bad_input.hostile import HOSTILE, hostile_bank
from tests.browser.small_page import write_page

PHONE = {"width": 360, "height": 740}
LONG = "w" * 2_000


@pytest.fixture(scope="module", params=[False, True], ids=["page", "deck"])
def hostile_page(request, tmp_path_factory) -> Path:
    """A page, or a deck, of questions with hostile text and a very long word in every field."""
    folder = tmp_path_factory.mktemp("hostile")
    bank = hostile_bank(folder, SMALL, f"{HOSTILE} {LONG}")
    widgets = [ask(question) for question in bank.questions]
    return write_page(folder / "page.html", widgets, deck=request.param)


def test_nothing_of_it_runs_and_nothing_overflows(open_offline, hostile_page):
    page = open_offline(hostile_page, viewport=PHONE)
    page.locator(".activity").nth(3).wait_for(state="attached")
    # What is said to an answer comes into the page only now.
    page.evaluate("""for (const activity of document.querySelectorAll(".activity")) {
        activity.querySelector("input, select")?.click();
        activity.querySelector("button").click();
    }""")
    assert page.evaluate("window.__hostile") is None
    assert page.locator(".activity img, .activity script").count() == 0
    prompts = page.locator(".activity legend").all_text_contents()
    assert [HOSTILE in prompt for prompt in prompts] == [True] * 4
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]

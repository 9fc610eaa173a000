"""The home page in a browser: for everybody, and with what the lessons' pages have kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from ketalab.activities import predict
from ketalab.publish.pages.home import home_page
from ketalab.publish.project import Project
from tests.browser.axe import check_with_axe
from tests.browser.conftest import NewContext, OpenOffline
from tests.browser.small_page import write_page
from tests.browser.test_page_access import VIEWS

GUESS = "04-share-placebo"
ALL_VIEWS = VIEWS | {"phone dark": VIEWS["phone"] | {"color_scheme": "dark"}}


@pytest.fixture(scope="module")
def home_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("html") / "index.html"
    path.write_text(home_page(Project.find()), encoding="utf-8")
    return path


def _unfolded(page: Page) -> Page:
    expect(page.locator("[data-tracker=map]")).to_be_visible()
    page.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true; })")
    return page


@pytest.mark.parametrize("view", ALL_VIEWS)
def test_axe_finds_nothing(open_offline: OpenOffline, home_file: Path, view: str):
    check_with_axe(_unfolded(open_offline(home_file, **ALL_VIEWS[view])))


@pytest.mark.parametrize("view", ["phone", "zoom"])
def test_nothing_is_cut_off(open_offline: OpenOffline, home_file: Path, view: str):
    page = _unfolded(open_offline(home_file, **VIEWS[view]))
    width = VIEWS[view]["viewport"]["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    cut = page.evaluate(
        """width => [...document.querySelectorAll('main *')]
          .filter(e => !e.closest('.scroller') && e.getClientRects().length)
          .filter(e => e.getBoundingClientRect().right > width + 1)
          .map(e => e.outerHTML.slice(0, 120))""",
        width,
    )
    assert cut == []


@pytest.mark.parametrize("view", ["desktop light", "phone"])
def test_cards_stand_side_by_side_where_there_is_room(
    open_offline: OpenOffline, home_file: Path, view: str
):
    page = open_offline(home_file, **VIEWS[view])
    lefts = page.locator(".lessons > li").evaluate_all("all => all.map(e => e.offsetLeft)")
    assert len(lefts) == 6
    assert len(set(lefts)) == (1 if view == "phone" else 3)


def test_icon_arrays_are_drawn_in_two_shapes(open_offline: OpenOffline, home_file: Path):
    page = open_offline(home_file)
    heads = page.locator(".people").first.evaluate(
        """array => [...array.children].map(e => getComputedStyle(e, '::after').content !== 'none'
          && getComputedStyle(e, '::before').borderStyle === 'none')"""
    )
    had = page.locator(".people").first.evaluate(
        "array => [...array.children].map(e => e.className === 'had')"
    )
    assert heads == had
    assert {True, False} == set(had)
    sizes = page.locator(".people span").evaluate_all("all => all.map(e => e.offsetWidth)")
    assert min(sizes) > 10


def test_what_a_lesson_keeps_is_counted_here(new_context: NewContext, home_file: Path):
    """Two files on a disk, opened one after the other in one browser."""
    lesson = write_page(home_file.with_name("04-small.html"), [predict(GUESS)])
    page = new_context(lambda url: url.startswith(("file:", "blob:")), offline=True).new_page()
    page.goto(lesson.as_uri())
    page.locator(".activity input").fill("3")
    page.get_by_role("button", name="Commit").click()
    page.goto(home_file.as_uri())
    row = page.locator("[data-tracker=map] tbody tr", has_text="Side effects")
    expect(row.locator("td").first).to_contain_text("1 of")

"""Every lesson's page and deck: alive from `file://` without network, silent, and for everybody."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from ketalab.publish.project import Project
from tests.browser.axe import check_with_axe
from tests.browser.conftest import OpenOffline

LESSONS = [path.stem for path in Project.find().lesson_files()]
every_lesson = pytest.mark.parametrize("lesson", LESSONS)

# Where a slide reaches beyond the window. An explorer or a list of questions scrolls in itself.
_BEYOND = """() => [...document.querySelectorAll('.slides > section')].flatMap((slide, i) => {
  const beyond = [...slide.querySelectorAll('*')]
    .filter(e => !e.parentElement.closest('.explorer, .activity') && e.checkVisibility())
    .filter(e => e.getBoundingClientRect().bottom > innerHeight + 1);
  return slide.matches('.present') && beyond.length ? [`slide ${i}: ${beyond[0].outerHTML}`] : [];
})"""


def alive(page: Page) -> Page:
    """The page once all of its widgets are drawn."""
    expect(page.locator(".waiting")).to_have_count(0, timeout=60_000)
    expect(page.locator(".explorer:not([data-ready])")).to_have_count(0, timeout=60_000)
    return page


@every_lesson
def test_page_is_alive_and_axe_finds_nothing(open_offline: OpenOffline, exports: Path, lesson: str):
    page = alive(open_offline(exports / "html" / f"{lesson}.html"))
    assert page.locator(":is(.explorer, .activity)").count() > 5
    page.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true; })")
    check_with_axe(page)


@every_lesson
def test_page_fits_a_phone(open_offline: OpenOffline, exports: Path, lesson: str):
    view = {"width": 360, "height": 740}
    page = alive(open_offline(exports / "html" / f"{lesson}.html", viewport=view))
    page.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= view["width"]


@every_lesson
def test_every_slide_fits_the_screen_and_has_notes(
    open_offline: OpenOffline, exports: Path, lesson: str
):
    view = {"width": 1280, "height": 720}
    deck = alive(open_offline(exports / "slides" / f"{lesson}.html", viewport=view))
    deck.locator("html[data-deck-ready]").wait_for()
    count = deck.locator(".slides > section").count()
    assert count >= 12
    assert deck.locator(".slides > section:not(:has(aside.notes p))").count() == 0
    for _ in range(count):
        assert deck.evaluate(_BEYOND) == []
        deck.keyboard.press("ArrowRight")

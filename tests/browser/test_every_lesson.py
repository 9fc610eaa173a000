"""Every lesson's page and deck: alive from `file://` without network, silent, and for everybody."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from ketalab.publish.project import Project
from tests.browser.axe import COLOUR_RULES, check_with_axe
from tests.browser.conftest import DESKTOP, OpenOffline
from tests.browser.picture_words import check_words_of_pictures
from tests.browser.reader import answer_all
from tests.browser.tab_walk import check_tab_walk

LESSONS = [path.stem for path in Project.find().lesson_files()]
every_lesson = pytest.mark.parametrize("lesson", LESSONS)


def alive(page: Page) -> Page:
    """The page once all of its widgets are drawn."""
    expect(page.locator(".waiting")).to_have_count(0, timeout=60_000)
    expect(page.locator(".explorer:not([data-ready])")).to_have_count(0, timeout=60_000)
    return page


PHONE = {"width": 360, "height": 740}
FRAME = ["body > header", "nav", "body > footer"]


def check_views(page: Page) -> None:
    """axe finds nothing, with everything unfolded, and nothing is wider than the window.

    Each rule looks at all of the page at either width and in either scheme. Of the other two
    pairings the colours of the frame are looked at: only the frame changes with the width.
    """
    page.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true; })")
    for viewport in (DESKTOP, PHONE):
        page.set_viewport_size(viewport)
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            if (viewport is DESKTOP) == (scheme == "light"):
                check_with_axe(page)
            else:
                check_with_axe(page, within=FRAME, only_rules=COLOUR_RULES)


@every_lesson
def test_page_is_alive_and_for_everybody(open_offline: OpenOffline, exports: Path, lesson: str):
    page = alive(open_offline(exports / "html" / f"{lesson}.html", viewport=DESKTOP))
    assert page.locator(":is(.explorer, .activity)").count() > 5
    assert check_tab_walk(page) > 20
    assert check_words_of_pictures(page) >= page.locator(".explorer").count()
    answer_all(page)
    check_views(page)
    check_words_of_pictures(page)


@every_lesson
def test_instructors_page_is_alive_and_for_everybody(
    open_offline: OpenOffline, exports: Path, lesson: str
):
    page = alive(open_offline(exports / "instructor" / f"{lesson}.html", viewport=DESKTOP))
    assert check_tab_walk(page) > 20
    assert check_words_of_pictures(page) >= page.locator(".explorer").count()
    check_views(page)  # with no question answered


@every_lesson
def test_every_slide_has_notes(open_offline: OpenOffline, exports: Path, lesson: str):
    deck = alive(open_offline(exports / "slides" / f"{lesson}.html", viewport=DESKTOP))
    assert deck.locator(".slides > section").count() >= 12
    assert deck.locator(".slides > section:not(:has(aside.notes p))").count() == 0


@every_lesson
def test_no_page_weighs_more_than_it_may(exports: Path, lesson: str):
    assert (exports / "html" / f"{lesson}.html").stat().st_size <= 2_000_000

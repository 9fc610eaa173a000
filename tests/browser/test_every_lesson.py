"""Every lesson's page and deck: alive from `file://` without network, silent, and for everybody."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from ketalab.publish.project import Project
from tests.browser.axe import check_with_axe
from tests.browser.conftest import OpenOffline

LESSONS = [path.stem for path in Project.find().lesson_files()]
every_lesson = pytest.mark.parametrize("lesson", LESSONS)


def alive(page: Page) -> Page:
    """The page once all of its widgets are drawn."""
    expect(page.locator(".waiting")).to_have_count(0, timeout=60_000)
    expect(page.locator(".explorer:not([data-ready])")).to_have_count(0, timeout=60_000)
    return page


DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}


def check_views(page: Page, views: list[tuple[ViewportSize, str]]) -> None:
    """axe finds nothing in any view, with everything unfolded, and nothing is wider than it."""
    page.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true; })")
    for viewport, scheme in views:
        page.set_viewport_size(viewport)
        page.emulate_media(color_scheme=scheme)
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
        check_with_axe(page)


@every_lesson
def test_page_is_alive_and_axe_finds_nothing(open_offline: OpenOffline, exports: Path, lesson: str):
    page = alive(open_offline(exports / "html" / f"{lesson}.html", viewport=DESKTOP))
    assert page.locator(":is(.explorer, .activity)").count() > 5
    schemes = ("light", "dark")
    check_views(page, [(size, scheme) for size in (DESKTOP, PHONE) for scheme in schemes])


@every_lesson
def test_instructors_page_is_alive_and_axe_finds_nothing(
    open_offline: OpenOffline, exports: Path, lesson: str
):
    page = alive(open_offline(exports / "instructor" / f"{lesson}.html", viewport=DESKTOP))
    check_views(page, [(DESKTOP, "light"), (PHONE, "dark")])


@every_lesson
def test_every_slide_has_notes(open_offline: OpenOffline, exports: Path, lesson: str):
    deck = alive(open_offline(exports / "slides" / f"{lesson}.html", viewport=DESKTOP))
    assert deck.locator(".slides > section").count() >= 12
    assert deck.locator(".slides > section:not(:has(aside.notes p))").count() == 0


@every_lesson
def test_no_page_weighs_more_than_it_may(exports: Path, lesson: str):
    assert (exports / "html" / f"{lesson}.html").stat().st_size <= 2_000_000

"""Pictures of the page and the deck for whoever wants to look.

`python tests/browser/screenshots.py FOLDER` writes them to a folder;
`python tests/browser/screenshots.py --readme` renews the picture in the README. Run
`ketalab export` first.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))  # so that it runs as a script

from tests.browser.explorer_in_page import explorers  # noqa: E402
from tests.browser.find_browser import find_chromium  # noqa: E402
from tests.browser.lesson import LESSON  # noqa: E402

README_PICTURE = ROOT / "content" / "images" / "side-effect-explorer.png"

VIEWS: dict[str, dict[str, Any]] = {
    "1200": {"viewport": {"width": 1200, "height": 900}, "color_scheme": "light"},
    "360": {"viewport": {"width": 360, "height": 740}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1200, "height": 900}, "color_scheme": "dark"},
}
SCREEN = {"width": 1280, "height": 720}


def picture_lesson(browser: Browser, folder: Path) -> None:
    """Write pictures of the whole page and of its first explorer, as seen in every view."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, view in VIEWS.items():
        with _open(browser, "html", view) as page:
            page.screenshot(path=folder / f"page-{name}.png", full_page=True)
            explorers(page)[0].screenshot(path=folder / f"explorer-{name}.png")


def picture_deck(browser: Browser, folder: Path) -> None:
    """Write a picture of every slide, light and dark."""
    folder.mkdir(parents=True, exist_ok=True)
    for scheme in ("light", "dark"):
        with _open(browser, "slides", {"viewport": SCREEN, "color_scheme": scheme}) as deck:
            deck.locator("html[data-deck-ready]").wait_for()
            for place in range(deck.locator(".slides > section").count()):
                deck.wait_for_timeout(100)  # a chart that was hidden takes its width now
                deck.screenshot(path=folder / f"slide-{place:02}-{scheme}.png")
                deck.keyboard.press("ArrowRight")


def picture_for_readme(browser: Browser) -> None:
    """Renew the picture of the first explorer that the README shows."""
    README_PICTURE.parent.mkdir(parents=True, exist_ok=True)
    view = {"viewport": {"width": 992, "height": 900}, "color_scheme": "light"}
    with _open(browser, "html", view) as page:
        box = explorers(page)[0].evaluate(
            """e => { const b = e.getBoundingClientRect();
                      return {x: b.x, y: b.y + scrollY, width: b.width}; }"""
        )
        # Its upper part: controls, reading, icon arrays and the head of the ranking.
        page.screenshot(path=README_PICTURE, full_page=True, clip={**box, "height": 1000})


@contextmanager
def _open(browser: Browser, kind: str, view: dict[str, Any]) -> Iterator[Page]:
    with browser.new_context(offline=True, **view) as context:
        page = context.new_page()
        page.goto((ROOT / "exports" / kind / f"{LESSON}.html").as_uri())
        # The deck has fewer than the page; each is drawn when the last that waits is gone.
        page.locator(".waiting").first.wait_for(state="detached")
        explorers(page, page.locator(".explorer").count())
        yield page


def main() -> None:
    """Write what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", help="where to write pictures of all")
    parser.add_argument("--readme", action="store_true", help="renew the picture in the README")
    options = parser.parse_args()
    if options.folder is None and not options.readme:
        parser.error("name a folder, or give --readme")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        if options.folder is not None:
            picture_lesson(browser, options.folder)
            picture_deck(browser, options.folder)
        if options.readme:
            picture_for_readme(browser)
        browser.close()


if __name__ == "__main__":
    main()

"""The checks themselves: each finds what it is to find, put into a page that is right."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from ketalab.publish.project import Project
from tests.browser.axe import COLOUR_RULES, check_with_axe
from tests.browser.conftest import OpenOffline
from tests.browser.picture_words import check_words_of_pictures
from tests.browser.tab_walk import check_tab_walk
from tests.browser.test_every_deck import check_nothing_is_cut_off
from tests.browser.test_every_lesson import alive
from tests.browser.watch import Watch

LESSON = "04-side-effects"
PICTURE = "<img alt='{}' src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>"


@pytest.fixture
def page(open_once: OpenOffline, exports: Path) -> Page:
    """A lesson's page; each test puts something into it and takes it away again."""
    return alive(open_once(exports / "html" / f"{LESSON}.html"))


def put(page: Page, html: str) -> None:
    """Put HTML at the head of the page's text; the page's policy does not hold for it."""
    page.evaluate(
        """html => {
          document.querySelector('#broken')?.remove();
          const place = Object.assign(document.createElement('div'), { id: 'broken' });
          place.innerHTML = html;
          document.querySelector('main').prepend(place);
        }""",
        html,
    )


# --- Logs, errors and requests --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("console.error('wrong')", "console error: wrong"),
        ("console.warn('careful')", "console warning: careful"),
        ("throw Error('lost')", "thrown: lost"),
        ("Promise.reject(Error('broken'))", "thrown: broken"),
        ("new Image().src = 'http://127.0.0.1:9/x.png'", "request: http://127.0.0.1:9/x.png"),
        ("new Image().src = 'missing.png'", "missing.png: net::ERR_FILE_NOT_FOUND"),
    ],
    ids=["error", "warning", "thrown", "rejected", "network", "failed"],
)
def test_the_watch_notices(browser: Browser, tmp_path: Path, script: str, said: str):
    file = tmp_path / "ä page.html"
    file.write_text(f"<!doctype html><title>x</title><script>{script}</script>", encoding="utf-8")
    watch = Watch()
    with browser.new_context() as context:
        watch.follow(context, allowed=lambda url: url.startswith("file:"))
        page = context.new_page()
        page.goto(file.as_uri(), wait_until="networkidle")
    with pytest.raises(AssertionError) as caught:
        watch.check()
    assert said in str(caught.value)
    watch.check()  # what was told is told once


def test_no_test_opens_a_page_that_nobody_watches():
    for path in Path(__file__).parent.glob("test_*.py"):
        text = path.read_text(encoding="utf-8")
        assert text.count("browser.new_context(") == text.count("atch.follow(context"), path.name


# --- For everybody --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("html", "rule"),
    [
        ("<button type=button></button>", "button-name"),
        ("<input type=text>", "label"),
        ("<p style='color: #bbb; background: #fff'>hard to read</p>", "color-contrast"),
        ("<p lang=xx-unknown>words</p>", "valid-lang"),
        ("<ul><p>no item</p></ul>", "list"),
        (
            "<button style='width: 9px; height: 9px; padding: 0; border: 0'>a</button>" * 3,
            "target-size",
        ),
    ],
    ids=["name", "label", "contrast", "language", "list", "target"],
)
def test_axe_finds(page: Page, html: str, rule: str):
    put(page, html)
    with pytest.raises(AssertionError, match=rule):
        check_with_axe(page, within=["#broken"])
    put(page, "")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_colours_of_the_frame(page: Page, scheme: str):
    style = page.add_style_tag(content=".course a { color: #808080; background: #777777 }")
    page.emulate_media(color_scheme=scheme)
    with pytest.raises(AssertionError, match="color-contrast"):
        check_with_axe(page, within=["nav"], only_rules=COLOUR_RULES)
    style.evaluate("style => style.remove()")


@pytest.mark.parametrize(
    ("html", "said"),
    [
        (PICTURE.format(""), "without alternative text"),
        (PICTURE.replace(" alt='{}'", ""), "without alternative text"),
        (PICTURE.format("curve.png"), "name of a file"),
        (PICTURE.format("image"), "placeholder"),
        (PICTURE.format("No description has been provided for this image"), "placeholder"),
        (PICTURE.format("Shows people"), "too short"),
        ("<div role=img aria-label=' '>x</div>", "without alternative text"),
        ("<svg width=9 height=9></svg>", "without alternative text"),
        ("<figure><p>x</p></figure>", "figure's name"),
        ("<figure><figcaption>Figure 1</figcaption></figure>", "figure's name"),
    ],
    ids=[
        *("empty", "no alt", "file", "word", "nbconvert", "short", "blank", "svg"),
        *("no caption", "number"),
    ],
)
def test_words_of_pictures_are_missed(page: Page, html: str, said: str):
    put(page, html)
    with pytest.raises(AssertionError, match=said):
        check_words_of_pictures(page)
    put(page, "")


@pytest.mark.parametrize(
    ("html", "said"),
    [
        ("<button id=x type=button tabindex=5>x</button>", "disordered"),
        ("<button type=button style='outline: none'>x</button>", "unseen"),
        ("<button id=trap type=button>x</button><button type=button>y</button>", "missed"),
    ],
    ids=["order", "focus", "trap"],
)
def test_a_walk_with_tab_is_disturbed(open_offline: OpenOffline, exports: Path, html: str, said):
    page = alive(open_offline(exports / "html" / "glossary.html"))
    put(page, html)
    page.evaluate(
        """document.querySelector('#trap')?.addEventListener('keydown',
          event => { if (event.key === 'Tab') event.preventDefault(); })"""
    )
    with pytest.raises(AssertionError, match=said):
        check_tab_walk(page)


# --- Slides ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "style",
    ["height: 900px; width: 9px", "width: 1400px; height: 9px", "position: fixed; top: -50px"],
    ids=["long", "wide", "above"],
)
def test_what_a_slide_cuts_off_is_found(open_once: OpenOffline, exports: Path, style: str):
    deck = open_once(
        exports / "slides" / f"{Project.find().lesson_files()[0].stem}.html",
        viewport={"width": 1280, "height": 720},
    )
    deck.locator("html[data-deck-ready]").wait_for(state="attached", timeout=60_000)
    deck.evaluate(
        """style => {
          const part = Object.assign(document.createElement('div'), { id: 'broken' });
          part.style = style;
          part.textContent = 'too much';
          document.querySelector('.slides > section.present').append(part);
        }""",
        style,
    )
    with pytest.raises(AssertionError, match="slide 1: DIV"):
        check_nothing_is_cut_off(deck)
    deck.evaluate("document.querySelector('#broken').remove()")
    check_nothing_is_cut_off(deck)

"""The frame of a page: landmarks, contents, formulas and paper. On a page of the test's own."""

from __future__ import annotations

from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from playwright.sync_api import Page, expect

from ketalab.publish.pages.exporters import PageExporter
from ketalab.publish.pages.place import Link, Place
from tests.browser.axe import check_with_axe
from tests.browser.conftest import DESKTOP, OpenOffline
from tests.browser.explorer_in_page import explorers

PHONE = {"width": 360, "height": 740}
VIEWS = {
    "desktop light": {"viewport": DESKTOP},
    "desktop dark": {"viewport": DESKTOP, "color_scheme": "dark"},
    "phone light": {"viewport": PHONE},
    "phone dark": {"viewport": PHONE, "color_scheme": "dark"},
    "zoom": {"viewport": {"width": 640, "height": 450}, "device_scale_factor": 2},
    "forced colours": {"viewport": DESKTOP, "forced_colors": "active"},
}
LONG = "\n\n".join(["A line of prose that fills the page until it scrolls."] * 30)
FORMULA = (
    r"\Delta = p_1 - p_0 \pm 1.96 \sqrt{\frac{p_1 (1 - p_1)}{n_1} + \frac{p_0 (1 - p_0)}{n_0}}"
)
TEXT = f"""\
# A page with a long title about what is on it

## Where it begins

The curve $C(t) = \\frac{{D}}{{V}} e^{{-k t}}$ costs $5, not $10.

$${FORMULA}$$

{LONG}

## What "comes" next

{LONG}

### A part of it

{LONG}

### Another part of it

{LONG}

## Where it ends

See [the source](https://example.org/a/long/address).
"""


@pytest.fixture(scope="module")
def structured(tmp_path_factory) -> Path:
    """A page with neighbours, three rooms, formulas and code."""
    path = tmp_path_factory.mktemp("pages") / "02-page.html"
    cells = [new_markdown_cell(TEXT), new_code_cell("answer = 6 * 7")]
    metadata = {
        "title": "A page",
        "language_info": {"name": "python"},
        "ketalab": {"number": 2, "minutes": 1, "summary": "It has a frame."},
    }
    place = Place(Link("The one before", "01-page.html"), Link("The one after", "03-page.html"))
    body, _ = PageExporter(place=place).from_notebook_node(
        new_notebook(cells=cells, metadata=metadata)
    )
    path.write_text(body, encoding="utf-8")
    return path


def _unfold(page: Page) -> Page:
    page.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true; })")
    return page


@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing_and_nothing_is_cut_off(
    open_offline: OpenOffline, structured: Path, view: str
):
    page = _unfold(open_offline(structured, **VIEWS[view]))
    width = VIEWS[view]["viewport"]["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    check_with_axe(page)


def test_landmarks_have_names_and_come_in_order(open_offline: OpenOffline, structured: Path):
    page = open_offline(structured)
    found = page.locator("body > header, nav, main, footer").evaluate_all(
        "all => all.map(e => e.tagName + ' ' + (e.getAttribute('aria-label') ?? ''))"
    )
    assert found == [
        "HEADER ",
        "NAV Course",
        "NAV On this page",
        "NAV Previous and next",
        "MAIN ",
        "NAV Previous and next, after the text",
        "FOOTER ",
        "NAV Course, at the end",
    ]
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    for name in ("Previous and next", "Previous and next, after the text"):
        nav = page.get_by_role("navigation", name=name, exact=True)
        links = nav.get_by_role("link").evaluate_all("all => all.map(e => e.getAttribute('href'))")
        assert links == ["01-page.html", "03-page.html"]
    for name in ("Course", "Course, at the end"):
        nav = page.get_by_role("navigation", name=name, exact=True)
        assert nav.get_by_role("link").all_inner_texts() == [
            "Course home",
            "Glossary",
            "Bibliography",
            "Evidence",
        ]


def test_the_skip_link_is_first_and_leads_to_the_text(open_offline: OpenOffline, structured: Path):
    page = open_offline(structured)
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the text")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


def _reached(page: Page) -> list[str]:
    """For each entry of the contents, the text of the heading that it brings to the top."""
    texts = []
    for link in page.locator("nav.contents a").all():
        link.evaluate("e => e.click()")
        texts.append(
            page.evaluate(
                """() => [...document.querySelectorAll('main :is(h2, h3)')]
                  .find(e => e.getBoundingClientRect().bottom > 0
                          && e.getBoundingClientRect().top < innerHeight && e.matches(':target'))
                  ?.textContent"""
            )
        )
    return texts


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_entry_of_the_contents_leads_to_its_heading(
    open_offline: OpenOffline, structured: Path, viewport: dict[str, int]
):
    page = open_offline(structured, viewport=viewport)
    entries = page.locator("nav.contents a").all_text_contents()
    headings = page.locator("main :is(h2, h3)").all_text_contents()
    assert entries == headings
    assert len(entries) == 5
    assert _reached(page) == headings


def test_the_contents_mark_where_the_reader_is(open_offline: OpenOffline, structured: Path):
    page = open_offline(structured)
    marked = page.locator("nav.contents [aria-current=location]")
    expect(marked).to_have_count(0)
    page.locator("#another-part-of-it").evaluate("e => e.scrollIntoView()")
    expect(marked).to_have_text("Another part of it")
    # Its room has unfolded for it, and the list stands beside the text.
    expect(marked).to_be_visible()
    expect(marked).to_be_in_viewport()
    page.locator("#where-it-begins").evaluate("e => e.scrollIntoView()")
    expect(marked).to_have_text("Where it begins")
    expect(page.get_by_role("link", name="Another part of it")).not_to_be_visible()


def test_on_a_phone_the_contents_are_folded_and_work_by_keyboard(
    open_offline: OpenOffline, structured: Path
):
    page = open_offline(structured, viewport=PHONE)
    entry = page.get_by_role("link", name='What "comes" next')
    expect(entry).not_to_be_visible()
    page.locator("nav.contents > details > summary").focus()
    page.keyboard.press("Enter")
    expect(entry).to_be_visible()
    entry.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name='What "comes" next')).to_be_in_viewport()
    expect(entry).not_to_be_visible()


def test_without_scripts_the_contents_stand_open(open_offline: OpenOffline, structured: Path):
    page = open_offline(structured, java_script_enabled=False)
    page.get_by_role("link", name="Where it ends").click()
    expect(page.get_by_role("heading", name="Where it ends")).to_be_in_viewport()
    page.locator("nav.contents li summary").click()
    expect(page.get_by_role("link", name="Another part of it")).to_be_visible()


def test_formulas_are_drawn_as_formulas(open_offline: OpenOffline, structured: Path):
    page = open_offline(structured)
    expect(page.locator("main math")).to_have_count(2)
    # A fraction has its numerator above its denominator, and what is typed is not shown.
    for fraction in page.locator("main mfrac").all():
        upper, lower = fraction.evaluate(
            "e => [...e.children].map(c => c.getBoundingClientRect())"
            ".map(r => (r.top + r.bottom) / 2)"
        )
        assert upper < lower - 5
    expect(page.locator("main annotation").first).not_to_be_visible()
    assert "costs $5, not $10." in page.locator("main").inner_text()


def test_a_long_formula_scrolls_in_itself(open_offline: OpenOffline, structured: Path):
    page = open_offline(structured, viewport=PHONE)
    formula = page.locator(".formula")
    assert formula.evaluate("e => e.scrollWidth > e.clientWidth")
    formula.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(300)
    assert formula.evaluate("e => e.scrollLeft") > 0


def test_code_is_folded_and_opens_by_keyboard(open_offline: OpenOffline, structured: Path):
    page = open_offline(structured)
    code = page.locator("details.code pre")
    expect(code).not_to_be_visible()
    page.locator("details.code summary").focus()
    page.keyboard.press("Enter")
    expect(code).to_be_visible()
    assert code.inner_text().strip() == "answer = 6 * 7"


def test_on_paper_stand_text_pictures_and_readings_alone(
    open_offline: OpenOffline, page_file: Path
):
    page = open_offline(page_file, color_scheme="dark")
    explorers(page)
    page.emulate_media(media="print")
    for gone in (".skip", "nav.course", ".settings", ".numbers", ".share", ".licences"):
        assert page.locator(gone).count()
        for element in page.locator(gone).all():
            expect(element).not_to_be_visible()
    for kept in ("h1", ".explorer figcaption", ".explorer .reading", ".explorer .picture svg"):
        expect(page.locator(kept).first).to_be_visible()
    # Ink on white, whatever the screen has.
    ink = page.locator(".explorer .reading").first.evaluate("e => getComputedStyle(e).color")
    assert ink == "rgb(0, 0, 0)"


def test_on_paper_the_frame_is_gone(open_offline: OpenOffline, structured: Path):
    page = open_offline(structured)
    page.emulate_media(media="print")
    for element in page.locator("nav, details.code, .skip").all():
        expect(element).not_to_be_visible()
    expect(page.get_by_role("main")).to_be_visible()

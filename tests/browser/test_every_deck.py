"""Every lesson's deck in a lecture hall: it fits, leaves keys alone, prints and has notes."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from unicodedata import normalize

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from ketalab.publish.project import Project
from tests.browser.axe import COLOUR_RULES, check_with_axe
from tests.browser.conftest import OpenOffline
from tests.browser.picture_words import check_words_of_pictures

LESSONS = [path.stem for path in Project.find().lesson_files()]
every_deck = pytest.mark.parametrize("lesson", LESSONS)

WIDE = {"width": 1280, "height": 720}
SQUARE = {"width": 1024, "height": 768}
PHONE = {"width": 360, "height": 740}

# What turns a slide, or opens another view, when nothing is focused.
DECK_KEYS = [
    *("ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown", "PageDown", "PageUp", "End", "Home"),
    *("Space", "n", "p", "h", "l", "s", "o", "b", "m", "?"),
]

# Every part of a slide that its window or the explorer around it cuts off. All slides lie in the
# same place, laid out, the present one in sight: so all are measured at once.
_CUT_OFF = """() => [...document.querySelectorAll('.slides > section *')].flatMap(part => {
  if (!part.checkVisibility() || part.closest('.notes')) return [];
  const box = part.getBoundingClientRect();
  if (!box.width || !box.height) return [];
  const floor = document.querySelector('.bar').getBoundingClientRect().top;
  const around = part.parentElement.closest('.explorer')?.getBoundingClientRect();
  const beyond = Math.max(box.bottom - floor, -box.top, box.right - innerWidth, -box.left,
    around ? box.bottom - around.bottom : 0, around ? box.right - around.right : 0);
  if (beyond <= 1.5) return [];
  const slides = [...document.querySelectorAll('.slides > section')];
  const place = slides.indexOf(part.closest('section')) + 1;
  return [`slide ${place}: ${part.tagName} ${part.getAttribute('class')}, ${beyond} pixels`];
})"""
_SCROLLS = """() => [...document.querySelectorAll('section .scrolls')]
  .map(part => part.outerHTML.slice(0, 100))"""

# One control of each kind on the present slide, marked for the test.
_MARK = """() => {
  const kinds = new Map();
  const inside = 'section.present :is(.explorer, .activity, .tracker, .prose, .scroller)';
  const focusable = 'a[href], button, input, select, textarea, summary, [tabindex="0"]';
  for (const control of document.querySelectorAll(inside + ' :is(' + focusable + ')')) {
    const widget = control.closest('.explorer, .activity, .tracker, .prose, .scroller');
    if (!control.checkVisibility() || control.disabled || control.tagName === 'A') continue;
    const kind = [widget.classList[0], control.tagName, control.type ?? ''].join(' ').toLowerCase();
    if (!kinds.has(kind)) kinds.set(kind, control);
  }
  [...kinds.values()].forEach((control, i) => control.setAttribute('data-tried', i));
  return [...kinds.keys()];
}"""


def _open(open_offline: OpenOffline, exports: Path, lesson: str, more: str = "", **how) -> Page:
    """The deck with all of its widgets drawn and fitted."""
    options = {"viewport": WIDE} | how
    deck = open_offline(exports / "slides" / f"{lesson}.html", more, **options)
    deck.set_viewport_size(options["viewport"])  # another test may have had it before
    deck.locator("html[data-deck-ready]").wait_for(state="attached", timeout=60_000)
    expect(deck.locator(".waiting")).to_have_count(0, timeout=60_000)
    expect(deck.locator(".explorer:not([data-ready])")).to_have_count(0, timeout=60_000)
    _settle(deck)
    return deck


def _settle(deck: Page) -> None:
    """Wait until what was just changed has been drawn and fitted."""
    deck.evaluate(
        """async () => { for (let i = 0; i < 6; i++) await new Promise(requestAnimationFrame); }"""
    )


def check_nothing_is_cut_off(deck: Page) -> None:
    """Fail with every part of a slide that is cut off, at the deck's present size.

    Raises:
        AssertionError: one is, or a slide scrolls to show it.
    """
    assert deck.evaluate(_CUT_OFF) == []
    assert deck.evaluate(_SCROLLS) == []


def _count(deck: Page) -> int:
    return deck.locator(".slides section").count()


def _present(deck: Page) -> int:
    """The present slide's place, from 0."""
    return deck.evaluate(
        "[...document.querySelectorAll('.slides > section')].findIndex(s => s.matches('.present'))"
    )


def _bare(text: str) -> str:
    """A text without white space and ligatures, which a PDF sets in its own way."""
    return "".join(normalize("NFKC", text).split())


@every_deck
def test_nothing_is_cut_off_on_either_projector(open_once: OpenOffline, exports: Path, lesson: str):
    deck = _open(open_once, exports, lesson)
    assert _count(deck) >= 12
    for screen in (WIDE, SQUARE):
        deck.set_viewport_size(screen)
        _settle(deck)
        check_nothing_is_cut_off(deck)


@every_deck
def test_no_control_loses_a_key_to_the_deck(open_offline: OpenOffline, exports: Path, lesson: str):
    deck = _open(open_offline, exports, lesson)
    tried = set()
    for slide in range(_count(deck)):
        for place, kind in enumerate(deck.evaluate(_MARK)):
            if kind in tried:
                continue
            control = deck.locator(f"section.present [data-tried='{place}']")
            if not control.is_visible():
                continue  # keys on a control before it may have put it away
            tried.add(kind)
            for key in DECK_KEYS:
                control.focus()
                expect(control).to_be_focused()
                # Space works a button or opens a list: test_deck.py presses it there.
                if not (key == "Space" and kind.split()[1] in {"button", "select"}):
                    deck.keyboard.press(key)
                assert _present(deck) == slide, f"{key} on {kind} turned the slide"
            expect(deck.locator(".bar p")).to_contain_text("Esc: back to the slides")
            assert deck.locator(".reveal:is(.overview, .paused), dialog[open]").count() == 0, kind
            deck.keyboard.press("Escape")
            assert deck.evaluate("document.activeElement.matches('section.present')"), kind
            expect(deck.locator(".bar p")).to_be_empty()
        deck.evaluate(
            "document.querySelectorAll('[data-tried]').forEach(e => delete e.dataset.tried)"
        )
        deck.keyboard.press("ArrowRight")
    assert len(deck.context.pages) == 1  # no speaker's window
    assert any(kind.startswith("explorer select") for kind in tried)


@every_deck
def test_speaker_window_follows(open_offline: OpenOffline, exports: Path, lesson: str):
    deck = _open(open_offline, exports, lesson)
    with deck.context.expect_page() as opened:
        deck.keyboard.press("s")
    speaker = opened.value
    frames = [speaker.frame_locator(f"#{name}-slide iframe") for name in ("current", "upcoming")]
    for slide in (1, 2):
        deck.keyboard.press("ArrowRight")
        words = deck.locator("section.present aside.notes").text_content().split()
        assert len(words) > 5
        expect(speaker.locator(".speaker-controls-notes .value")).to_contain_text(" ".join(words))
        for place, frame in enumerate(frames, slide):
            shown = frame.locator(f".slides > section:nth-of-type({place + 1})")
            expect(shown).to_have_class("present", timeout=20_000)
            # The small frames show the slide as the class sees it, not as a phone would.
            expect(frame.locator("html.reading")).to_have_count(0)


@every_deck
@pytest.mark.parametrize("more", ["", "?print-pdf"])
def test_print_gives_a_page_for_each_slide(
    open_once: OpenOffline, exports: Path, lesson: str, more: str
):
    deck = _open(open_once, exports, lesson, more)
    first_words = deck.evaluate(
        """() => [...document.querySelectorAll('.slides section')].map(slide =>
          slide.querySelector('h1, h2, h3, figcaption, legend, caption, p').textContent)"""
    )
    last_words = deck.evaluate(
        """() => [...document.querySelectorAll('.slides section')].map(slide =>
          slide.querySelector('.reading')?.textContent ?? '')"""
    )
    pdf = PdfReader(BytesIO(deck.pdf(prefer_css_page_size=True, print_background=True)))
    assert len(pdf.pages) == len(first_words)
    for page, first, last in zip(pdf.pages, first_words, last_words, strict=True):
        printed = _bare(page.extract_text())
        assert _bare(first)[:40] in printed
        assert _bare(last)[-40:] in printed  # an explorer's reading, to its end


def test_print_with_notes_puts_them_after_their_slides(open_offline: OpenOffline, exports: Path):
    deck = _open(open_offline, exports, LESSONS[0], "?print-pdf&showNotes=separate-page")
    notes = deck.locator(".speaker-notes-pdf").all_text_contents()
    assert len(notes) == _count(deck)
    pdf = PdfReader(BytesIO(deck.pdf(prefer_css_page_size=True)))
    assert len(pdf.pages) == 2 * len(notes)
    for page, note in zip(pdf.pages[1::2], notes, strict=True):
        assert _bare(note)[:60] in _bare(page.extract_text())


def _told_to_screen_readers(deck: Page) -> Page:
    """The view for printing, as if every slide were the present one: the others are kept from
    screen readers, and then axe does not look at names and roles in them."""
    deck.locator(".slides section").evaluate_all(
        "all => all.forEach(e => { e.removeAttribute('aria-hidden'); e.hidden = false; })"
    )
    return deck


@every_deck
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_all_slides_at_once(
    open_offline: OpenOffline, exports: Path, lesson: str, scheme: str
):
    # The view for printing shows every slide. Empty layers lie behind each, and axe cannot see
    # through them to the page's colour.
    deck = _open(open_offline, exports, lesson, "?print-pdf", color_scheme=scheme)
    deck.add_style_tag(
        content=".reveal .backgrounds, .slide-background { display: none !important }"
    )
    _told_to_screen_readers(deck)
    assert check_words_of_pictures(deck) >= deck.locator(".explorer").count() > 0
    # The same elements in the same places in both: only their colours differ.
    check_with_axe(deck, only_rules=COLOUR_RULES if scheme == "dark" else ())


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_menu_lists_slides_keys_and_licences(open_offline: OpenOffline, exports: Path, scheme: str):
    deck = _open(open_offline, exports, LESSONS[1], color_scheme=scheme)
    deck.keyboard.press("m")
    menu = deck.get_by_role("dialog", name="Slides and keys")
    expect(menu).to_be_visible()
    links = menu.get_by_role("navigation").get_by_role("link")
    expect(links).to_have_count(_count(deck))
    licences = menu.locator("details.licences")
    licences.locator("summary").focus()
    deck.keyboard.press("Enter")
    expect(licences).to_contain_text("Hakim El Hattab")  # of reveal.js, which only decks bundle
    # In the layer of dialogs axe takes all text for covered.
    deck.evaluate("document.querySelector('dialog').close()")
    deck.evaluate("document.querySelector('dialog').show()")
    aside = "main, .bar { display: none } .menu { max-height: none; position: static }"
    style = deck.add_style_tag(content=aside)
    check_with_axe(deck, within=["dialog"])
    style.evaluate("style => style.remove()")
    deck.keyboard.press("ArrowRight")
    assert _present(deck) == 0
    links.nth(7).focus()
    deck.keyboard.press("Enter")
    expect(menu).to_be_hidden()
    assert _present(deck) == 7
    deck.keyboard.press("?")
    expect(menu).to_be_visible()
    deck.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    assert _present(deck) == 7


def test_nothing_in_the_overview_takes_the_focus(open_offline: OpenOffline, exports: Path):
    deck = _open(open_offline, exports, LESSONS[1])
    deck.keyboard.press("o")
    expect(deck.locator(".reveal.overview")).to_have_count(1)
    for _ in range(12):
        deck.keyboard.press("Tab")
        assert not deck.evaluate("!!document.activeElement.closest('section *')")
    deck.evaluate("document.activeElement.blur()")
    deck.keyboard.press("ArrowRight")
    deck.keyboard.press("Enter")
    expect(deck.locator(".reveal.overview")).to_have_count(0)
    assert _present(deck) == 1
    assert deck.locator("section *[inert]").count() == 0


@every_deck
def test_slides_are_read_unscaled_on_a_phone(open_offline: OpenOffline, exports: Path, lesson: str):
    deck = _open(open_offline, exports, lesson, viewport=PHONE)
    for _ in range(_count(deck)):
        size = deck.evaluate(
            """() => { const slide = document.querySelector('section.present');
              return [slide.scrollWidth, slide.getBoundingClientRect().bottom,
                slide.getBoundingClientRect().width / slide.offsetWidth]; }"""
        )
        assert size[0] <= PHONE["width"]
        assert size[1] <= PHONE["height"] - 38  # the bar covers nothing
        assert size[2] == pytest.approx(1)
        deck.keyboard.press("ArrowRight")
    assert deck.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_long_slide_scrolls_with_the_arrow_keys_on_a_phone(
    open_offline: OpenOffline, exports: Path
):
    deck = _open(open_offline, exports, "90-explorers", viewport=PHONE)
    deck.keyboard.press("ArrowRight")
    expect(deck.locator("section.present")).to_be_focused()
    deck.keyboard.press("ArrowDown")
    deck.wait_for_timeout(400)  # scrolling is smooth
    assert deck.evaluate("document.querySelector('section.present').scrollTop") > 0
    assert _present(deck) == 1


@every_deck
def test_answered_questions_still_fit(open_once: OpenOffline, exports: Path, lesson: str):
    deck = _open(open_once, exports, lesson)
    answered = 0
    for slide in range(_count(deck)):
        for activity in deck.locator("section.present .activity").all():
            for box in activity.locator("input[type=radio], input[type=checkbox]").all()[:1]:
                box.check()
            for number in activity.locator("input[type=number]").all():
                number.fill("1")
            for row in activity.locator("select").all():
                row.select_option(index=1)
            activity.locator("button").first.click()
            answered += 1
        _settle(deck)
        assert deck.evaluate(_CUT_OFF) == [] or deck.evaluate(_SCROLLS), f"slide {slide + 1}"
        deck.evaluate("document.activeElement.blur()")
        deck.keyboard.press("ArrowRight")
    assert answered or lesson == "90-explorers"


def test_nothing_moves_for_who_wants_no_motion(open_offline: OpenOffline, exports: Path):
    deck = _open(open_offline, exports, LESSONS[0], reduced_motion="reduce")
    assert deck.evaluate(
        """() => [...document.querySelectorAll('*')].every(part => {
          const style = getComputedStyle(part);
          return style.transitionDuration === '0s' && style.animationName === 'none';
        })"""
    )

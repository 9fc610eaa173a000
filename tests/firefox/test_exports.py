"""Every page and every deck in Firefox, with the network off: all that stands there works."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from ketalab import explorers
from tests.firefox.offline_firefox import OfflineFirefox
from tests.firefox.reader import answer, move_a_control, wait_for_widgets

ROOT = Path(__file__).resolve().parents[2]
LESSONS = sorted(path.stem for path in (ROOT / "content" / "lessons").glob("[0-9][0-9]-*.md"))
FOLDERS = ("html", "instructor", "slides")
every_lesson = pytest.mark.parametrize("lesson", LESSONS)


def expected(lesson: str) -> tuple[list[str], list[str]]:
    """Names of the explorers, and ids of the activities, in the notebook, in order."""
    text = (ROOT / "notebooks" / f"{lesson}.ipynb").read_text(encoding="utf-8")
    forms = [
        "".join(output["data"].get("text/plain", ""))
        for cell in json.loads(text)["cells"]
        for output in cell.get("outputs", [])
        if "data" in output
    ]
    drawn = [form.partition("(")[0] for form in forms]
    asked = [
        form.split(".", 1)[0].split(" ", 1)[1]
        for form in forms
        if form.startswith(("Question ", "Prediction "))
    ]
    return [name for name in drawn if name in explorers.__all__], asked


@pytest.mark.parametrize("folder", ["html", "instructor"])
@every_lesson
def test_everything_on_a_page_works(
    firefox: OfflineFirefox, exports: Path, folder: str, lesson: str
):
    firefox.open(exports / folder / f"{lesson}.html")
    wait_for_widgets(firefox)
    drawn, asked = expected(lesson)
    names = _names(firefox, "explorer")
    assert [name for name in names if name in drawn] == names
    assert len(names) >= len(drawn)
    assert _names(firefox, "activity") == asked
    for explorer in firefox.driver.find_elements(By.CSS_SELECTOR, ".explorer"):
        move_a_control(firefox, explorer)
    for activity in firefox.driver.find_elements(By.CSS_SELECTOR, ".activity"):
        answer(firefox, activity)


@pytest.fixture(scope="module", params=LESSONS)
def deck(request: pytest.FixtureRequest, browser: OfflineFirefox, exports: Path) -> str:
    """A deck, opened once for both of its tests; each finds it where the other left it."""
    browser.open(exports / "slides" / f"{request.param}.html")
    ready = "return document.documentElement.dataset.deckReady === 'true'"
    browser.until(lambda: browser.run(ready), "the deck does not start")
    wait_for_widgets(browser)
    return request.param


@pytest.mark.usefixtures("deck")
def test_everything_in_a_deck_works(firefox: OfflineFirefox):
    _press(firefox, Keys.HOME)
    count = firefox.run("return document.querySelectorAll('.slides > section').length")
    done = 0
    for slide in range(count):
        assert _present(firefox) == slide
        for explorer in _on_slide(firefox, ".explorer"):
            move_a_control(firefox, explorer)
            done += 1
        for activity in _on_slide(firefox, ".activity"):
            answer(firefox, activity)
            done += 1
        assert _present(firefox) == slide, "a key on a control turned the slide"
        _press(firefox, Keys.ARROW_RIGHT)
    assert _present(firefox) == count - 1
    assert done == len(_names(firefox, "explorer")) + len(_names(firefox, "activity")) > 0


@pytest.mark.usefixtures("deck")
def test_the_speaker_notes_open(firefox: OfflineFirefox):
    _press(firefox, Keys.HOME)
    _press(firefox, Keys.ARROW_RIGHT)
    assert _present(firefox) == 1
    said = "return document.querySelector('section.present aside.notes').textContent"
    notes = firefox.run(said).split()
    assert len(notes) > 5
    driver, deck = firefox.driver, firefox.driver.current_window_handle
    _press(firefox, "s")
    firefox.until(lambda: len(driver.window_handles) == 2, "no window opened")
    driver.switch_to.window(next(name for name in driver.window_handles if name != deck))
    try:
        value = "return document.querySelector('.speaker-controls-notes .value')?.textContent ?? ''"
        firefox.until(lambda: firefox.run(value).split() == notes, "the notes are not shown")
        shown = (
            "const slides = document.querySelector('#current-slide iframe')?.contentDocument"
            "?.querySelectorAll('.slides > section') ?? [];"
            "return slides[1]?.matches('.present') && slides[1].innerText.trim() !== ''"
        )
        firefox.until(lambda: firefox.run(shown), "the slide is not shown beside the notes")
    finally:
        driver.close()
        driver.switch_to.window(deck)


def test_every_other_page_opens(firefox: OfflineFirefox, exports: Path):
    pages = [path for folder in FOLDERS for path in sorted((exports / folder).glob("*.html"))]
    others = [path for path in pages if path.stem not in LESSONS]
    assert others
    for path in others:
        firefox.open(path)
        wait_for_widgets(firefox)
        headings = firefox.run("return [...document.querySelectorAll('h1')].map(h => h.innerText)")
        assert len(headings) == 1, path.name
        assert headings[0].strip(), path.name


# --- The watch itself: what it is to find, it finds -----------------------------------------------


def test_a_request_a_warning_and_an_error_are_noticed(browser: OfflineFirefox, tmp_path: Path):
    page = tmp_path / "ä page.html"
    page.write_text(
        "<!doctype html><meta charset=utf-8><title>x</title><img src='https://example.org/x.png'>"
        "<script>console.warn('careful'); console.error('wrong'); throw Error('lost')</script>",
        encoding="utf-8",
    )
    browser.open(page)
    with pytest.raises(AssertionError) as caught:
        browser.check()
    for part in (
        "request: https://example.org/x.png",
        "console warn: careful",
        "console error: wrong",
        "thrown: Error: lost",
    ):
        assert part in str(caught.value)
    browser.check()  # what was told is told once


def test_what_a_policy_forbids_is_noticed(browser: OfflineFirefox, tmp_path: Path):
    page = tmp_path / "page.html"
    page.write_text(
        '<!doctype html><meta charset=utf-8><meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'\"><title>x</title><script>let x</script>",
        encoding="utf-8",
    )
    browser.open(page)
    with pytest.raises(AssertionError, match="Content-Security-Policy"):
        browser.check()


def _names(firefox: OfflineFirefox, kind: str) -> list[str]:
    found = firefox.driver.find_elements(By.CSS_SELECTOR, f".{kind}")
    return [element.get_attribute(f"data-{kind}") for element in found]


def _present(firefox: OfflineFirefox) -> int:
    """The present slide's place, from 0."""
    return firefox.run(
        "return [...document.querySelectorAll('.slides > section')]"
        ".findIndex(s => s.matches('.present'))"
    )


def _on_slide(firefox: OfflineFirefox, selector: str) -> list:
    return firefox.driver.find_elements(By.CSS_SELECTOR, f"section.present {selector}")


def _press(firefox: OfflineFirefox, key: str) -> None:
    """Press a key that is for the deck: the focus is on no control."""
    firefox.run("document.activeElement.blur()")
    ActionChains(firefox.driver).send_keys(key).perform()

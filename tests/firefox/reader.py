"""What a reader does with the keyboard: move a control, answer a question, commit a prediction."""

from __future__ import annotations

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from tests.firefox.offline_firefox import OfflineFirefox

_READY = """return [...document.querySelectorAll('[data-model]')].filter(place => {
  const explorers = [...place.querySelectorAll('.explorer')];
  const drawn = explorers.every(e => e.dataset.ready && e.querySelector('.picture svg'));
  return !(drawn && place.querySelector('.explorer, .activity, .tracker, input, button'));
}).map(place => place.dataset.model)"""

_PRESSES = {"range": (Keys.ARROW_RIGHT, Keys.END, Keys.HOME), "checkbox": (Keys.SPACE,)}
_SELECT = (Keys.ARROW_DOWN, Keys.END, Keys.HOME)


def wait_for_widgets(firefox: OfflineFirefox) -> None:
    """Wait until every widget of the page is there, and every explorer live and drawn."""
    firefox.until(
        lambda: not firefox.run(_READY), lambda: f"not ready: {', '.join(firefox.run(_READY))}"
    )


def move_a_control(firefox: OfflineFirefox, explorer: WebElement) -> None:
    """Press keys on one control after the other until the explorer reads differently.

    Raises:
        AssertionError: no key on any control changes the reading.
    """
    before = _reading(explorer)
    assert before, "the explorer says nothing"
    for control in explorer.find_elements(By.CSS_SELECTOR, ".settings :is(select, input)"):
        if not control.is_displayed():
            continue
        for key in _PRESSES.get(control.get_attribute("type"), _SELECT):
            control.send_keys(key)
            # A redraw is waited for only where the control has moved: it is one task away.
            firefox.run("return new Promise(done => setTimeout(done, 30))")
            if _reading(explorer) != before:
                return
    raise AssertionError(f"no control of {explorer.get_attribute('data-explorer')} does anything")


def answer(firefox: OfflineFirefox, activity: WebElement) -> None:
    """Give an answer and commit it; a question must judge it, a prediction keep it.

    Raises:
        AssertionError: it does not.
    """
    name = activity.get_attribute("data-activity")
    inputs = activity.find_elements(By.CSS_SELECTOR, "input, select")
    kind = inputs[0].get_attribute("type")
    if kind == "number":
        inputs[0].send_keys(inputs[0].get_attribute("max") or "17")
    elif kind in {"radio", "checkbox"}:
        inputs[0].send_keys(Keys.SPACE)
        assert inputs[0].is_selected(), f"{name}: Space chooses nothing"
    else:
        for place, row in enumerate(inputs):
            options = len(row.find_elements(By.TAG_NAME, "option")) - 1  # the first says: choose
            row.send_keys(Keys.HOME, *[Keys.ARROW_DOWN] * (1 + place % options))
            assert row.get_attribute("value"), f"{name}: the arrows choose nothing"
    button = activity.find_element(By.CSS_SELECTOR, "button")
    button.send_keys(Keys.ENTER)
    said = firefox.until(
        lambda: [p.text for p in activity.find_elements(By.CSS_SELECTOR, ".feedback p")],
        f"{name}: nothing is said to the answer",
    )
    if "Prediction." in activity.find_element(By.CSS_SELECTOR, ".kind").text:
        assert said[0].startswith("You said"), f"{name}: {said}"
        assert len(said) > 1, f"{name}: the result is not shown"
        kept = [element.is_enabled() for element in (*inputs, button)]
        assert not any(kept), f"{name}: the prediction can still be changed"
    else:
        judged = [text.startswith(("✓ Right. ", "✗ Not quite. ")) for text in said]
        assert all(judged), f"{name}: {said}"


def _reading(explorer: WebElement) -> str:
    return explorer.find_element(By.CSS_SELECTOR, ".reading").get_property("textContent")

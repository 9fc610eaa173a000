"""An explorer as a page shows it, beside the same explorer in Python."""

from __future__ import annotations

from functools import cache
from typing import Any

from playwright.sync_api import Locator, Page, expect

from ketalab.explorers import SideEffectExplorer
from tests.browser.lesson import explorer_count

NAMES = SideEffectExplorer.control_names()


# Everything that an explorer shows in words, read at once.
_SHOWN = """root => ({
  setting: [...root.querySelectorAll('.settings select')].map(s => s.value),
  offered: [...root.querySelectorAll('.settings select')]
    .map(s => [...s.options].map(o => o.value)),
  reading: root.querySelector('.reading').textContent,
  table: [...root.querySelectorAll('tbody tr')].map(r => [...r.cells].map(c => c.textContent)),
  headings: [...root.querySelectorAll('thead th')].map(c => c.textContent),
  alt: [...root.querySelectorAll('[role=img]')].filter(e => !e.closest('[hidden]'))
    .map(e => e.getAttribute('aria-label')),
})"""

# Choose as a reader does: each select in its order, then what the explorer shows afterwards.
_CHOOSE = """async (root, changes) => {
  for (const [name, value] of changes) {
    const select = root.querySelector(`select[name="${name}"]`);
    if (![...select.options].some(o => o.value === value)) throw Error(`${name}: no ${value}`);
    if (select.value === value) continue;
    select.value = value;
    select.dispatchEvent(new Event('change', { bubbles: true }));
    await new Promise(done => setTimeout(done));
  }
  return (SHOWN)(root);
}""".replace("SHOWN", _SHOWN)


def explorers(page: Page, count: int = explorer_count()) -> list[Locator]:
    """The page's explorers, once all of them are live."""
    expect(page.locator(".explorer")).to_have_count(count)
    expect(page.locator(".explorer[data-ready]")).to_have_count(count)
    return page.locator(".explorer").all()


def shown(explorer: Locator) -> dict[str, Any]:
    """What the explorer shows: setting, options offered, reading, table, alternative texts."""
    return explorer.evaluate(_SHOWN)


def choose(explorer: Locator, *changes: tuple[str, str]) -> dict[str, Any]:
    """Set selects one after another, and give back what the explorer shows then."""
    return explorer.evaluate(_CHOOSE, list(changes))


@cache
def _one_explorer() -> SideEffectExplorer:
    return SideEffectExplorer()


def in_python(setting: list[str] | tuple[str, ...]) -> SideEffectExplorer:
    """Python's explorer at a setting; one object for all calls, because making one takes long.

    Raises:
        AssertionError: Python does not know the setting.
    """
    python = _one_explorer()
    for name, value in zip(NAMES, setting, strict=True):
        setattr(python, name, value)
    assert list(python.setting()) == list(setting), f"Python has no {setting}"
    return python


def computed(setting: list[str] | tuple[str, ...]) -> dict[str, Any]:
    """What Python computes for a setting, in the form of `shown`.

    Raises:
        AssertionError: Python does not know the setting.
    """
    python = in_python(setting)
    return {
        "setting": list(python.setting()),
        "offered": [offered(setting, place) for place in range(len(NAMES))],
        "reading": python.reading,
        "table": [[row[field] for field in python.columns] for row in python.tabulate()],
        "headings": list(python.columns.values()),
        "alt": [caption["alt"] for caption in python.case().captions()],
    }


def offered(setting: list[str] | tuple[str, ...], place: int) -> list[str]:
    """The options of one control that exist, given the controls before it."""
    before = tuple(setting[:place])
    possible = {row[place] for row in SideEffectExplorer.combinations() if row[:place] == before}
    options = getattr(SideEffectExplorer, NAMES[place]).options
    return [option for option in options if option in possible]


def wait_for_agreement(explorer: Locator) -> dict[str, Any]:
    """Wait until the reading is the one that Python computes for the selects; give back
    what Python computes.

    Raises:
        AssertionError: they do not agree in time.
    """
    python = computed(shown(explorer)["setting"])
    expect(explorer.locator(".reading")).to_have_text(python["reading"])
    return python

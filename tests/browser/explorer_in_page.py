"""An explorer as a page shows it, beside the same explorer in Python."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from playwright.sync_api import Locator, Page, expect

from ketalab import explorers as all_explorers
from ketalab.frontend import Choice, Explorer, Steps
from tests.browser.lesson import explorer_count

Setting = list[Any] | tuple[Any, ...]

# Everything that an explorer shows in words, read at once.
_SHOWN = """root => ({
  setting: [...root.querySelectorAll('.settings :is(select, input)')].map(e =>
    e.type === 'checkbox' ? e.checked
      : e.type !== 'range' ? e.value
      : Number.parseFloat(e.getAttribute('aria-valuetext').replace('−', '-'))),
  offered: [...root.querySelectorAll('.settings select')]
    .map(s => [...s.options].map(o => o.value)),
  reading: root.querySelector('.reading').textContent,
  table: [...root.querySelectorAll('tbody tr')].map(r => [...r.cells].map(c => c.textContent)),
  headings: [...root.querySelectorAll('thead th')].map(c => c.textContent),
  alt: [...root.querySelectorAll('[role=img]')].filter(e => !e.closest('.picture[hidden]'))
    .map(e => e.getAttribute('aria-label')),
})"""

# Go through settings in the page itself. For each, move controls as a reader does, in their order;
# give back what the explorer shows then. `together`: the changes come in one burst, as when a link
# asks for a setting, and make one redraw. Else each is awaited: it decides what the next offers.
# A message is a task of its own like a timer, but no browser holds it back.
_WALK = """async (root, { settings, together }) => {
  const { port1, port2 } = new MessageChannel();
  const task = () => new Promise(done => { port1.onmessage = done; port2.postMessage(null); });
  const inputs = new Map([...root.querySelectorAll('.settings [name]')].map(e => [e.name, e]));
  const move = (name, value) => {
    const input = inputs.get(name);
    if (input.tagName === 'SELECT' && ![...input.options].some(o => o.value === value))
      throw Error(`${name}: no ${value}`);
    if (input.type === 'checkbox') {
      if (input.checked === value) return false;
      input.click();
    } else {
      if (input.value === String(value)) return false;
      input.value = value;
      const type = input.type === 'range' ? 'input' : 'change';
      input.dispatchEvent(new Event(type, { bubbles: true }));
    }
    return true;
  };
  const found = [];
  for (const changes of settings) {
    for (const [name, value] of changes) if (move(name, value) && !together) await task();
    if (together) await task();
    found.push((SHOWN)(root));
  }
  port1.close();
  return found;
}""".replace("SHOWN", _SHOWN)


def explorers(page: Page, count: int | None = None) -> list[Locator]:
    """The page's explorers, once all of them are live."""
    count = explorer_count() if count is None else count
    expect(page.locator(".explorer")).to_have_count(count, timeout=30_000)
    expect(page.locator(".explorer[data-ready]")).to_have_count(count, timeout=30_000)
    return page.locator(".explorer").all()


def class_of(explorer: Locator) -> type[Explorer]:
    """The Python class of an explorer on a page."""
    return getattr(all_explorers, explorer.get_attribute("data-explorer"))


def shown(explorer: Locator) -> dict[str, Any]:
    """What the explorer shows: setting, options offered, reading, table, alternative texts."""
    return explorer.evaluate(_SHOWN)


def choose(explorer: Locator, *changes: tuple[str, Any]) -> dict[str, Any]:
    """Move controls one after another, and give back what the explorer shows then."""
    return _walk(explorer, [changes], together=False)[0]


def choose_each(explorer: Locator, settings: Sequence[Setting]) -> list[dict[str, Any]]:
    """Bring the explorer to each setting by its controls; give back what it shows at each.

    One call into the page for all settings: a call takes longer than most redraws.
    """
    cls = class_of(explorer)
    changes = [list(zip(cls.control_names(), setting, strict=True)) for setting in settings]
    return _walk(explorer, changes, together=cls.combinations() is None)


def _walk(
    explorer: Locator, settings: Sequence[Sequence[tuple[str, Any]]], *, together: bool
) -> list[dict[str, Any]]:
    cls = class_of(explorer)
    inputs = [[[n, _of_input(cls, n, v)] for n, v in changes] for changes in settings]
    return explorer.evaluate(_WALK, {"settings": inputs, "together": together})


def _of_input(cls: type[Explorer], name: str, value: Any) -> Any:
    """What the input holds for a value of the control: a slider over a list holds a place."""
    control = getattr(cls, name)
    return control.values.index(value) if isinstance(control, Steps) else value


@cache
def _one_explorer(cls: type[Explorer]) -> Explorer:
    return cls()


def in_python(cls: type[Explorer], setting: Setting) -> Explorer:
    """Python's explorer at a setting; one object for all calls, because making one takes long.

    Raises:
        AssertionError: Python does not know the setting.
    """
    python = _one_explorer(cls)
    for name, value in zip(cls.control_names(), setting, strict=True):
        setattr(python, name, value)
    assert list(python.setting()) == list(setting), f"Python has no {setting}"
    return python


def computed(cls: type[Explorer], setting: Setting) -> dict[str, Any]:
    """What Python computes for a setting, in the form of `shown`.

    Raises:
        AssertionError: Python does not know the setting.
    """
    python = in_python(cls, setting)
    names = cls.control_names()
    selects = [i for i, name in enumerate(names) if isinstance(getattr(cls, name), Choice)]
    return {
        "setting": list(python.setting()),
        "offered": [offered(cls, setting, place) for place in selects],
        "reading": python.reading,
        "table": [[_cell(row.get(field)) for field in python.columns] for row in python.tabulate()],
        "headings": list(python.columns.values()),
        "alt": [caption["alt"] for caption in python.captions()],
    }


def _cell(value: Any) -> str:
    return "" if value is None else str(value)


def offered(cls: type[Explorer], setting: Setting, place: int) -> list[str]:
    """The options of one select that exist, given the controls before it."""
    options = list(getattr(cls, cls.control_names()[place]).options)
    known = cls.combinations()
    if known is None:
        return options
    before = tuple(setting[:place])
    possible = {row[place] for row in known if row[:place] == before}
    return [option for option in options if option in possible]


def wait_for_agreement(explorer: Locator) -> dict[str, Any]:
    """Wait until the reading is the one that Python computes for the controls; give back
    what Python computes.

    Raises:
        AssertionError: they do not agree in time.
    """
    python = computed(class_of(explorer), shown(explorer)["setting"])
    expect(explorer.locator(".reading")).to_have_text(python["reading"])
    return python

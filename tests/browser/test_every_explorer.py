"""Every explorer, on the page, on its slide and in JupyterLab: what Python computes is shown."""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from ketalab import explorers as explorer_module
from ketalab.frontend import Explorer
from ketalab.publish.alt_text import alt_problem
from tests.browser.conftest import DESKTOP, OpenOffline
from tests.browser.explorer_in_page import (
    Setting,
    choose,
    choose_each,
    computed,
    explorers,
    in_python,
    shown,
    wait_for_agreement,
)
from tests.browser.gallery import CLASSES, GALLERY, ON_PAGE
from tests.browser.lab_page import LabPage
from tests.browser.lab_server import LabServer
from tests.browser.watch import Watch
from tests.explorers.grid import grid

every_class = pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)


@pytest.fixture
def page(open_once: OpenOffline, exports: Path) -> Page:
    """The gallery page, as the test before left it."""
    page = open_once(exports / "html" / f"{GALLERY}.html")
    explorers(page, ON_PAGE)
    return page


@pytest.fixture
def deck(open_once: OpenOffline, exports: Path) -> Page:
    """The gallery's deck, as the test before left it."""
    deck = open_once(exports / "slides" / f"{GALLERY}.html")
    explorers(deck, len(CLASSES))
    return deck


@pytest.fixture(scope="module")
def lab_watch() -> Watch:
    """What the gallery does in JupyterLab."""
    return Watch()


@pytest.fixture(scope="module")
def opened_lab(
    browser: Browser, lab_server: LabServer, lab_watch: Watch, repository: Path
) -> Iterator[Page]:
    """The gallery in JupyterLab, each of its cells run once."""
    shutil.copy(repository / "notebooks" / f"{GALLERY}.ipynb", lab_server.notebooks)
    with browser.new_context(viewport=DESKTOP, color_scheme="light") as context:
        lab_watch.follow(context, allowed=lab_server.owns)
        lab = LabPage.open(context, lab_server, f"{GALLERY}.ipynb")
        lab.run_all()
        explorers(lab.page, ON_PAGE)
        yield lab.page


@pytest.fixture
def lab(opened_lab: Page, lab_watch: Watch) -> Iterator[Page]:
    """The gallery in JupyterLab, as the test before left it."""
    yield opened_lab
    lab_watch.check()


def only(page: Page, cls: type[Explorer]) -> Locator:
    """The first explorer of a class on the page."""
    return page.locator(f".explorer[data-explorer={cls.__name__}]").first


def fresh(page: Page, cls: type[Explorer]) -> Locator:
    """The same, as it opens: at its first setting, its tables folded."""
    explorer = only(page, cls)
    explorer.locator("details").evaluate_all("all => all.forEach(e => { e.open = false; })")
    explorer.get_by_role("button", name="Reset").click()
    return explorer


@every_class
def test_page_and_python_agree_on_the_grid(page: Page, cls: type[Explorer]):
    agree_on_the_grid(only(page, cls), cls)


@every_class
def test_deck_and_python_agree_on_the_grid(deck: Page, cls: type[Explorer]):
    agree_on_the_grid(only(deck, cls), cls)


@every_class
def test_jupyterlab_and_python_agree_on_the_grid(lab: Page, cls: type[Explorer]):
    agree_on_the_grid(only(lab, cls), cls)


def agree_on_the_grid(explorer: Locator, cls: type[Explorer]) -> None:
    """Bring the explorer to every setting of the grid; all that it shows is what Python computes.

    Raises:
        AssertionError: a setting at which they differ, or words that do not follow the setting.
    """
    settings = grid(cls)
    known = cls.combinations()
    assert len(settings) >= (50 if known is None else min(50, len(known)))
    seen = set()
    for setting, now in zip(settings, choose_each(explorer, settings), strict=True):
        assert now == computed(cls, setting), setting
        assert len(now["reading"]) > 40
        for text in now["alt"]:
            assert len(text) > 30
            assert alt_problem(text) is None, text
            assert not {"undefined", "null", "nan"} & {*text.lower().split()}, text
            seen.add(text)
    assert len(seen) > 1  # the words follow the setting


@every_class
def test_tab_reaches_every_control_in_its_order(page: Page, cls: type[Explorer]):
    explorer = fresh(page, cls)
    visible = explorer.evaluate(
        """e => [...e.querySelectorAll('.settings :is(select, input)')]
          .filter(i => i.checkVisibility()).map(i => i.name)"""
    )
    assert visible
    explorer.locator(f".settings [name={visible[0]}]").focus()
    reached = [visible[0]]
    while "SUMMARY" not in reached and len(reached) < len(visible) + 100:
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate("document.activeElement.name || document.activeElement.tagName")
        )
    assert reached[: len(visible) + 1] == [*visible, "BUTTON"]


@every_class
def test_keys_move_every_visible_control(page: Page, cls: type[Explorer]):
    explorer = fresh(page, cls)
    names = explorer.evaluate(
        """e => [...e.querySelectorAll('.settings :is(select, input)')]
          .filter(i => i.checkVisibility()).map(i => i.name)"""
    )
    for name in names:
        explorer.get_by_role("button", name="Reset").click()
        before = shown(explorer)
        control = explorer.locator(f".settings [name={name}]")
        if control.evaluate("e => e.checkVisibility()") is False:
            continue
        moved = False
        for key in ("ArrowDown", "ArrowUp", "ArrowRight", "Space"):
            control.focus()
            page.keyboard.press(key)
            page.keyboard.press("Escape")
            page.wait_for_timeout(20)
            if shown(explorer)["setting"] != before["setting"]:
                moved = True
                break
        single = control.evaluate("e => e.tagName === 'SELECT' && e.options.length < 2")
        assert moved or single, name
        expect(control).to_be_focused()
        assert shown(explorer) == wait_for_agreement(explorer)


@every_class
def test_numbers_and_pictures_are_saved(page: Page, cls: type[Explorer], tmp_path: Path):
    explorer = fresh(page, cls)
    explorer.locator(".numbers summary").click()
    saved = {}
    for kind in ("CSV", "SVG", "PNG"):
        with page.expect_download() as download:
            explorer.get_by_role("button", name=f"({kind})").click()
        path = tmp_path / download.value.suggested_filename
        download.value.save_as(path)
        saved[kind] = path.read_bytes()
        assert path.suffix == f".{kind.lower()}"
    now = shown(explorer)
    rows = list(csv.reader(io.StringIO(saved["CSV"].decode("utf-8-sig"))))
    assert rows == [now["headings"], *now["table"]]
    drawn = ElementTree.fromstring(saved["SVG"])
    assert float(drawn.get("width")) > 100
    assert len(list(drawn.iter("{http://www.w3.org/2000/svg}svg"))) == 1 + len(now["alt"])
    assert saved["PNG"].startswith(b"\x89PNG")
    assert len(saved["PNG"]) > 3000


def _with_fewest_pictures(cls: type[Explorer]) -> Setting:
    """The last setting of the grid that shows the fewest pictures: a picture without rows must not
    be drawn, or Vega warns."""
    return min(reversed(grid(cls)), key=lambda s: len(in_python(cls, s).captions()))


def test_links_and_codes_bring_settings_back(page: Page, open_offline: OpenOffline, exports: Path):
    """Each link is the gallery's address with a query for one explorer. Their queries together are
    an address too: every explorer takes its own part of it."""
    path = exports / "html" / f"{GALLERY}.html"
    before, queries = {}, []
    for cls in CLASSES:
        explorer, setting = fresh(page, cls), _with_fewest_pictures(cls)
        before[cls] = choose(explorer, *zip(cls.control_names(), setting, strict=True))
        link, code = explorer.locator(".share input").evaluate_all("all => all.map(e => e.value)")
        address, _, place = link.partition("#")
        assert place == f"{cls.__name__}-1"
        start, _, query = address.partition("?")
        assert start == path.as_uri()
        queries.append(query)
        made = eval(code, vars(explorer_module).copy())
        assert list(made.setting()) == list(setting)
    alone = open_offline(path, link.removeprefix(path.as_uri()))
    explorers(alone, ON_PAGE)
    assert shown(only(alone, cls)) == before[cls]
    expect(only(alone, cls)).to_be_in_viewport()
    together = open_offline(path, f"?{'&'.join(queries)}")
    explorers(together, ON_PAGE)
    for cls, now in before.items():
        assert shown(only(together, cls)) == now


def test_a_slider_of_ipywidgets_and_a_control_move_each_other_in_jupyterlab(lab: Page):
    box = lab.locator(".jupyter-widgets.widget-vbox", has=lab.locator(".explorer"))
    explorer, slider = box.locator(".explorer"), box.locator(".widget-readout")
    expect(slider).to_have_text("40")
    assert shown(explorer)["setting"][1] == 40
    choose(explorer, ("baseline", 10))
    expect(slider).to_have_text("10")
    slider.fill("30")
    slider.press("Enter")
    expect(explorer.locator("[name=baseline]")).to_have_attribute(
        "aria-valuetext", re.compile("^30")
    )
    assert shown(explorer) == wait_for_agreement(explorer)

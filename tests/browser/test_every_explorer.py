"""Every explorer, on the page, on its slide and in JupyterLab: what Python computes is shown."""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from ketalab import explorers as explorer_module
from ketalab.frontend import Explorer
from tests.browser.axe import check_with_axe
from tests.browser.conftest import DESKTOP, OpenOffline
from tests.browser.explorer_in_page import choose, computed, explorers, shown, wait_for_agreement
from tests.browser.gallery import CLASSES, GALLERY, ON_PAGE
from tests.browser.lab_page import LabPage
from tests.browser.lab_server import run_lab
from tests.browser.watch import Watch
from tests.explorers.grid import grid

every_class = pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
PLACEHOLDERS = ("no description", "undefined", "null", "nan", "image of", "placeholder", "todo")


@pytest.fixture(scope="module")
def places(
    browser: Browser, exports: Path, repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Page]]:
    """The gallery as page, deck and JupyterLab notebook, each opened once for all tests."""
    watch = Watch()
    opened: dict[str, Page] = {}
    with run_lab(tmp_path_factory.mktemp("gallery") / "server") as server:

        def place(kind: str) -> Page:
            if kind not in opened:
                context = browser.new_context(viewport=DESKTOP, color_scheme="light")
                if kind == "JupyterLab":
                    watch.follow(context, allowed=lambda url: True)
                    shutil.copy(repository / "notebooks" / f"{GALLERY}.ipynb", server.notebooks)
                    lab = LabPage.open(context, server, f"{GALLERY}.ipynb")
                    lab.run_all()
                    opened[kind] = lab.page
                else:
                    context.set_offline(True)
                    watch.follow(context, allowed=lambda url: url.startswith(("file:", "blob:")))
                    folder = {"page": "html", "deck": "slides"}[kind]
                    opened[kind] = context.new_page()
                    opened[kind].goto((exports / folder / f"{GALLERY}.html").as_uri())
                explorers(opened[kind], len(CLASSES) if kind == "deck" else ON_PAGE)
            return opened[kind]

        yield place
        for page in opened.values():
            page.context.close()
    watch.check()


@pytest.fixture
def page(open_offline: OpenOffline, exports: Path) -> Page:
    """A fresh gallery page."""
    page = open_offline(exports / "html" / f"{GALLERY}.html")
    explorers(page, ON_PAGE)
    return page


def only(page: Page, cls: type[Explorer]) -> Locator:
    """The first explorer of a class on the page."""
    return page.locator(f".explorer[data-explorer={cls.__name__}]").first


@pytest.mark.parametrize("kind", ["page", "deck", "JupyterLab"])
@every_class
def test_browser_and_python_agree_on_the_grid(places, cls: type[Explorer], kind: str):
    explorer = only(places(kind), cls)
    settings = grid(cls)
    known = cls.combinations()
    assert len(settings) >= (50 if known is None else min(50, len(known)))
    seen = set()
    for setting in settings:
        now = choose(explorer, *zip(cls.control_names(), setting, strict=True))
        assert now == computed(cls, setting), setting
        assert len(now["reading"]) > 40
        for text in now["alt"]:
            assert len(text) > 30
            assert not any(word in text.lower().split() for word in PLACEHOLDERS), text
            seen.add(text)
    assert len(seen) > 1  # the words follow the setting


@every_class
def test_tab_reaches_every_control_in_its_order(page: Page, cls: type[Explorer]):
    explorer = only(page, cls)
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
    explorer = only(page, cls)
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
    explorer = only(page, cls)
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


@every_class
def test_link_and_code_bring_a_setting_back(
    page: Page, open_offline: OpenOffline, exports: Path, cls: type[Explorer]
):
    explorer = only(page, cls)
    setting = grid(cls)[-1]
    now = choose(explorer, *zip(cls.control_names(), setting, strict=True))
    link, code = explorer.locator(".share input").evaluate_all("all => all.map(e => e.value)")
    path = exports / "html" / f"{GALLERY}.html"
    again = open_offline(path, link.removeprefix(path.as_uri()))
    explorers(again, ON_PAGE)
    assert shown(only(again, cls)) == now
    made = eval(code, vars(explorer_module).copy())
    assert list(made.setting()) == list(setting)


def test_a_slider_of_ipywidgets_and_a_control_move_each_other_in_jupyterlab(places):
    page = places("JupyterLab")
    box = page.locator(".jupyter-widgets.widget-vbox", has=page.locator(".explorer"))
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


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_nothing_in_the_gallery(
    open_offline: OpenOffline, exports: Path, scheme: str, width: int
):
    page = open_offline(
        exports / "html" / f"{GALLERY}.html",
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
    )
    explorers(page, ON_PAGE)
    page.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true; })")
    check_with_axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width

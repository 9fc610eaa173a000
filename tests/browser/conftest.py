"""One browser for the session, pages that are watched, and the exports as a user makes them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.find_browser import find_chromium
from tests.browser.lab_server import LabServer, run_lab
from tests.browser.lesson import LESSON
from tests.browser.watch import Watch

DESKTOP = {"width": 1280, "height": 900}

OpenOffline = Callable[..., Page]
NewContext = Callable[..., BrowserContext]

# Modules of tests, those that take longest first, so that two processes end at the same time.
_LONG = ("test_every_explorer", "test_every_lesson", "test_exports", "test_lab", "test_every_deck")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the long modules."""
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    module = item.path.stem
    return _LONG.index(module) if module in _LONG else len(_LONG)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The Chromium that all tests share."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=find_chromium(),
            args=["--no-sandbox", "--disable-background-networking"],
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def exports(repository: Path) -> Path:
    """The folder `exports/`, brought up to date by the command that a user runs.

    `tests/run.py` runs that command itself, once for all processes, and says so.
    """
    if "KETALAB_EXPORTS_ARE_CURRENT" not in os.environ:
        command = [sys.executable, "-m", "ketalab.publish.cli", "export"]
        subprocess.run(command, cwd=repository, check=True)
    return repository / "exports"


@pytest.fixture(scope="session")
def page_file(exports: Path) -> Path:
    """The exported page."""
    return exports / "html" / f"{LESSON}.html"


@pytest.fixture(scope="session")
def deck_file(exports: Path) -> Path:
    """The exported slides."""
    return exports / "slides" / f"{LESSON}.html"


@pytest.fixture(scope="session")
def lab_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    """The JupyterLab that all tests share; it starts without notebooks."""
    with run_lab(tmp_path_factory.mktemp("lab") / "server") as server:
        yield server


class _OfflinePages:
    """Opens files with the network off, each in a context of its own, all watched."""

    def __init__(self, browser: Browser) -> None:
        self.watch = Watch()
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self._opened: dict[str, Page] = {}

    def open(self, path: Path, fragment: str = "", script: str = "", **options: Any) -> Page:
        """Open a file; `script` runs before its own, `options` are those of a context."""
        options = {"viewport": DESKTOP, "color_scheme": "light", "offline": True} | options
        context = self._browser.new_context(**options)
        self._contexts.append(context)
        self.watch.follow(context, allowed=lambda url: _is_local(url, path))
        if script:
            context.add_init_script(script)
        page = context.new_page()
        page.goto(path.as_uri() + fragment)
        return page

    def open_once(self, path: Path, fragment: str = "", **options: Any) -> Page:
        """The page that was opened with the same arguments before, as it is now; else a new one."""
        key = repr((path, fragment, sorted(options.items())))
        if key not in self._opened:
            self._opened[key] = self.open(path, fragment, **options)
        self._opened[key].bring_to_front()
        return self._opened[key]

    def close(self) -> None:
        """Close all of them."""
        for context in self._contexts:
            context.close()


@pytest.fixture
def new_context(browser: Browser) -> Iterator[NewContext]:
    """A context for a test that needs more than `open_offline` gives; its pages are watched."""
    made: list[tuple[BrowserContext, Watch]] = []

    def new(
        allowed: Callable[[str], bool], excused: dict[str, str] | None = None, **options: Any
    ) -> BrowserContext:
        watch = Watch(excused or {})
        made.append((browser.new_context(**options), watch))
        watch.follow(made[-1][0], allowed)
        return made[-1][0]

    yield new
    for context, watch in made:
        context.close()
        watch.check()


@pytest.fixture
def open_offline(browser: Browser) -> Iterator[OpenOffline]:
    """Open a file with the network off; afterwards, nothing may have been logged or requested."""
    pages = _OfflinePages(browser)
    yield pages.open
    pages.close()
    pages.watch.check()


@pytest.fixture(scope="module")
def _pages_of_module(browser: Browser) -> Iterator[_OfflinePages]:
    pages = _OfflinePages(browser)
    yield pages
    pages.close()
    pages.watch.check()


@pytest.fixture
def open_once(_pages_of_module: _OfflinePages) -> Iterator[OpenOffline]:
    """The same, but a page stays open for the module: the next test that asks for the same file
    and view finds it as it was left. For tests that say in what state they need it."""
    yield _pages_of_module.open_once
    _pages_of_module.watch.check()


def _is_local(url: str, path: Path) -> bool:
    """The file itself, and what it holds."""
    return url.split("#")[0].split("?")[0] == path.as_uri() or url.startswith(
        ("blob:", "data:", "about:")
    )

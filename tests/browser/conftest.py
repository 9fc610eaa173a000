"""One browser for the session, pages that are watched, and the exports as a user makes them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.find_browser import find_chromium
from tests.browser.lesson import LESSON
from tests.browser.watch import Watch

DESKTOP = {"width": 1280, "height": 900}

OpenOffline = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of a module in one process; of the gallery, those of JupyterLab apart.

    A module opens its pages and servers once.
    """
    for item in items:
        apart = "jupyterlab" if "jupyterlab" in item.name.lower() else ""
        item.add_marker(pytest.mark.xdist_group(f"{item.path.stem} {apart}"))


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
    """The folder `exports/`, brought up to date by the command that a user runs."""
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


@pytest.fixture
def open_offline(browser: Browser) -> Iterator[OpenOffline]:
    """Open a file with the network off; afterwards, nothing may have been logged or requested."""
    watch = Watch()
    contexts = []

    def open_file(path: Path, fragment: str = "", **options: Any) -> Page:
        options = {"viewport": DESKTOP, "color_scheme": "light"} | options
        context = browser.new_context(offline=True, **options)
        contexts.append(context)
        watch.follow(context, allowed=lambda url: _is_local(url, path))
        page = context.new_page()
        page.goto(path.as_uri() + fragment)
        return page

    yield open_file
    for context in contexts:
        context.close()
    watch.check()


def _is_local(url: str, path: Path) -> bool:
    """The file itself, and what it holds."""
    return url.split("#")[0].split("?")[0] == path.as_uri() or url.startswith(
        ("blob:", "data:", "about:")
    )

"""The bibliography, the evidence and the glossary, opened from a disk without a network."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.axe import check_with_axe
from tests.browser.conftest import OpenOffline
from tests.browser.test_page_access import VIEWS

PAGES = ["bibliography.html", "evidence.html", "glossary.html", "index.html"]


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("view", ["desktop light", "desktop dark", "phone"])
def test_axe_finds_nothing(open_offline: OpenOffline, exports: Path, name: str, view: str):
    check_with_axe(open_offline(exports / "html" / name, **VIEWS[view]))


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("view", ["phone", "zoom"])
def test_page_does_not_scroll_sideways(
    open_offline: OpenOffline, exports: Path, name: str, view: str
):
    page = open_offline(exports / "html" / name, **VIEWS[view])
    width = VIEWS[view]["viewport"]["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width

"""One Firefox for the session, and the exports as a user makes them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.firefox.offline_firefox import OfflineFirefox, offline_firefox


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
def browser() -> Iterator[OfflineFirefox]:
    """The Firefox that all tests share."""
    with offline_firefox() as started:
        yield started


@pytest.fixture
def firefox(browser: OfflineFirefox) -> Iterator[OfflineFirefox]:
    """The same, for one test; afterwards nothing may have been logged, thrown or requested."""
    yield browser
    browser.check()

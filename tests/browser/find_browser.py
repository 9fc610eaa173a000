"""Find the Chromium that the browser tests drive; on Debian and Ubuntu, install it if need be.

`python tests/browser/find_browser.py` prints its path.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

VARIABLE = "KETALAB_CHROMIUM"

COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

MACOS_APPLICATIONS = (
    "Chromium.app/Contents/MacOS/Chromium",
    "Google Chrome.app/Contents/MacOS/Google Chrome",
)

WINDOWS_PROGRAMS = (
    "Chromium/Application/chrome.exe",
    "Google/Chrome/Application/chrome.exe",
)


class BrowserNotFoundError(RuntimeError):
    """No Chromium that starts; the message says what to install or to set."""


def find_chromium() -> Path:
    """Return the path of a Chromium or Chrome that starts.

    `KETALAB_CHROMIUM` comes first, then the usual commands and places. On Debian and Ubuntu, and
    only as root, a missing Chromium is installed with apt-get, whose progress goes to stderr.

    Raises:
        BrowserNotFoundError: none was found, or `KETALAB_CHROMIUM` names none.
    """
    chosen = os.environ.get(VARIABLE)
    if chosen:
        return _check_chosen(Path(chosen))
    found = _search()
    if found is None and _may_use_apt():
        _install_with_apt()
        found = _search()
    if found is None:
        raise BrowserNotFoundError(
            "The browser tests need Chromium or Google Chrome, and none that starts was found. "
            "Install one (Debian: sudo apt-get install chromium; macOS: brew install --cask "
            "chromium; Windows or Ubuntu: https://www.google.com/chrome/), or set the variable "
            f"{VARIABLE} to the path of its program."
        )
    return found


def _check_chosen(path: Path) -> Path:
    if not path.is_file():
        raise BrowserNotFoundError(f"{VARIABLE} is set to {path}, and there is no such file.")
    if not _starts(path):
        raise BrowserNotFoundError(f"{VARIABLE} is set to {path}, which does not start.")
    return path


def _search() -> Path | None:
    return next((path for path in _candidates() if _starts(path)), None)


def _candidates() -> list[Path]:
    """Existing files that may be a Chromium, best first."""
    paths = [Path(found) for command in COMMANDS if (found := shutil.which(command))]
    if platform.system() == "Darwin":
        folders = (Path("/Applications"), Path.home() / "Applications")
        paths += [folder / name for folder in folders for name in MACOS_APPLICATIONS]
    elif platform.system() == "Windows":
        variables = ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")
        folders = [Path(os.environ[name]) for name in variables if name in os.environ]
        paths += [folder / name for folder in folders for name in WINDOWS_PROGRAMS]
    return [path for path in paths if path.is_file()]


def _starts(path: Path) -> bool:
    """Tell whether the program answers `--version`.

    Ubuntu's `chromium-browser` may be a script that only asks for a snap. On Windows Chrome would
    open a window instead of answering, so there the file is taken as it is.
    """
    if platform.system() == "Windows":
        return True
    try:
        answer = subprocess.run([path, "--version"], capture_output=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0


def _may_use_apt() -> bool:
    return (
        platform.system() == "Linux"
        and shutil.which("apt-get") is not None
        and hasattr(os, "geteuid")
        and os.geteuid() == 0
    )


def _install_with_apt() -> None:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update"], ["install", "-y", "chromium"]):
        command = ["apt-get", *arguments]
        print(f"== No Chromium was found: {' '.join(command)}", file=sys.stderr, flush=True)
        # stdout is kept for the path.
        done = subprocess.run(command, stdout=sys.stderr, env=environment, check=False)
        if done.returncode != 0:
            raise BrowserNotFoundError(
                f"`{' '.join(command)}` failed. Install Chromium or Google Chrome, or set the "
                f"variable {VARIABLE} to the path of its program."
            )


def main() -> int:
    """Print the path of the browser, or say on stderr what is missing. Return the exit status."""
    try:
        print(find_chromium())
    except BrowserNotFoundError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Find the Chromium that prints the handouts, among those that are installed."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from pathlib import Path

from ketalab.publish.project import PublishError

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

WHAT_TO_INSTALL = (
    "Install one (Debian: sudo apt-get install chromium; macOS: brew install --cask chromium; "
    "Windows or Ubuntu: https://www.google.com/chrome/), or set the variable "
    f"{VARIABLE} to the path of its program."
)


def find_chromium() -> Path:
    """Return the path of a Chromium or Chrome that starts.

    `KETALAB_CHROMIUM` comes first, then the usual commands and places. Nothing is installed.

    Raises:
        PublishError: none was found, or `KETALAB_CHROMIUM` names none.
    """
    found = chosen_chromium() or search_chromium()
    if found is None:
        raise PublishError(
            "PDFs are printed by Chromium or Google Chrome, and none that starts was found. "
            f"{WHAT_TO_INSTALL}"
        )
    return found


def chosen_chromium() -> Path | None:
    """Return what `KETALAB_CHROMIUM` names, None where it is not set.

    Raises:
        PublishError: it names no file, or a program that does not start.
    """
    chosen = os.environ.get(VARIABLE)
    if not chosen:
        return None
    path = Path(chosen)
    if not path.is_file():
        raise PublishError(f"{VARIABLE} is set to {path}, and there is no such file.")
    if not _starts(path):
        raise PublishError(f"{VARIABLE} is set to {path}, which does not start.")
    return path


def search_chromium() -> Path | None:
    """Return the first that starts of the usual commands and places, None if there is none."""
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

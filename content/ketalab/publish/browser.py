"""Find a browser among those that are installed, and the Chromium that prints the handouts."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from ketalab.publish.process_tree import run_to_end
from ketalab.publish.project import PublishError

_SECONDS = 30  # that a program may take to say its version


@dataclass(frozen=True)
class Browser:
    """A kind of browser: where it usually is, and the oldest version that will do.

    `variable` is the environment variable that names another program. `macos` and `windows` are
    paths below the folders for applications. `to_install` says how to get one.
    """

    name: str
    variable: str
    minimum: int
    commands: tuple[str, ...]
    macos: tuple[str, ...]
    windows: tuple[str, ...]
    to_install: str

    def find(self, purpose: str) -> Path:
        """Return what the variable names, or the first that will do in the usual places.

        Args:
            purpose: what it is needed for, to begin a message: "PDFs are printed by".

        Raises:
            PublishError: none will do; says what was looked at and what to do.
        """
        found = self.chosen() or self.search()
        if found is None:
            raise PublishError(self.missing(purpose))
        return found

    def chosen(self) -> Path | None:
        """Return what the variable names, None where it is not set.

        Raises:
            PublishError: it names no file, or a program that does not start or is too old.
        """
        named = os.environ.get(self.variable)
        if not named:
            return None
        path = Path(named)
        if not path.is_file():
            raise PublishError(f"{self.variable} is set to {path}, and there is no such file.")
        fault = self._fault(path)
        if fault:
            raise PublishError(f"{self.variable} is set to {path}, which {fault}.")
        return path

    def search(self) -> Path | None:
        """Return the first that will do of the usual commands and places, None if none does."""
        return next((path for path in self._candidates() if not self._fault(path)), None)

    def missing(self, purpose: str) -> str:
        """Say that none was found, what was looked at, and what to do."""
        seen = [f"{path} {self._fault(path)}" for path in self._candidates()]
        looked_at = f" Looked at: {'; '.join(seen)}." if seen else ""
        return (
            f"{purpose} {self.name}, version {self.minimum} or later, and none that starts was "
            f"found.{looked_at} {self.to_install} or set the variable {self.variable} to the path "
            "of its program."
        )

    def _candidates(self) -> list[Path]:
        """Existing files that may be one, best first."""
        paths = [Path(found) for command in self.commands if (found := shutil.which(command))]
        if platform.system() == "Darwin":
            folders = (Path("/Applications"), Path.home() / "Applications")
            paths += [folder / name for folder in folders for name in self.macos]
        elif platform.system() == "Windows":
            variables = ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")
            places = [Path(os.environ[name]) for name in variables if name in os.environ]
            paths += [folder / name for folder in places for name in self.windows]
        return [path for path in paths if path.is_file()]

    def _fault(self, path: Path) -> str | None:
        """Why a program will not do, None for one that answers `--version` with a good one.

        Ubuntu's commands may be scripts that only ask for a snap. On Windows browsers open a
        window instead of answering, so there the file is taken as it is.
        """
        if platform.system() == "Windows":
            return None
        try:
            answer = run_to_end([path, "--version"], _SECONDS)
        except (OSError, subprocess.TimeoutExpired):
            return "does not start"
        if answer.returncode != 0:
            return "does not start"
        version = re.search(rb"(\d+)\.\d", answer.stdout)
        if version is None:
            return "does not say which version it is"
        if int(version[1]) < self.minimum:
            return f"is version {int(version[1])}, and {self.minimum} or later is needed"
        return None


CHROMIUM = Browser(
    name="Chromium or Google Chrome",
    variable="KETALAB_CHROMIUM",
    # The first whose `--headless` is the whole browser, which gives a PDF both tags and bookmarks.
    minimum=132,
    commands=("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
    macos=(
        "Chromium.app/Contents/MacOS/Chromium",
        "Google Chrome.app/Contents/MacOS/Google Chrome",
    ),
    windows=("Chromium/Application/chrome.exe", "Google/Chrome/Application/chrome.exe"),
    to_install=(
        "Install one (Debian: sudo apt-get install chromium; macOS: brew install --cask chromium; "
        "Windows or Ubuntu: https://www.google.com/chrome/),"
    ),
)


def find_chromium() -> Path:
    """Return the path of a Chromium or Chrome that prints PDFs. Nothing is installed.

    `KETALAB_CHROMIUM` comes first, then the usual commands and places.

    Raises:
        PublishError: none was found, or `KETALAB_CHROMIUM` names none.
    """
    return CHROMIUM.find("PDFs are printed by")

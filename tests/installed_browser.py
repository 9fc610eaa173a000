"""Get the browser that tests drive: find it, or on Debian and Ubuntu install it as root."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from ketalab.publish.browser import Browser
from ketalab.publish.project import PublishError


class BrowserNotFoundError(RuntimeError):
    """No browser that will do; the message says what to install or to set."""


def installed(browser: Browser, package: str, purpose: str) -> Path:
    """Return the path of a browser that will do.

    On Debian and Ubuntu, and only as root, a missing one is installed with apt-get, whose progress
    goes to stderr.

    Args:
        package: its name for apt-get.
        purpose: what it is needed for, to begin a message: "The browser tests need".

    Raises:
        BrowserNotFoundError: none was found, or the browser's variable names none.
    """
    try:
        found = browser.chosen() or browser.search()
    except PublishError as error:
        raise BrowserNotFoundError(str(error)) from error
    if found is None and _may_use_apt():
        _install_with_apt(browser, package)
        found = browser.search()
    if found is None:
        raise BrowserNotFoundError(browser.missing(purpose))
    return found


def print_path(find: Callable[[], Path]) -> int:
    """Print what a finder finds, or say on stderr what is missing. Return the exit status."""
    try:
        print(find())
    except BrowserNotFoundError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _may_use_apt() -> bool:
    return (
        platform.system() == "Linux"
        and shutil.which("apt-get") is not None
        and hasattr(os, "geteuid")
        and os.geteuid() == 0
    )


def _install_with_apt(browser: Browser, package: str) -> None:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update"], ["install", "-y", package]):
        command = ["apt-get", *arguments]
        print(f"== {browser.name} was not found: {' '.join(command)}", file=sys.stderr, flush=True)
        # stdout is kept for the path.
        done = subprocess.run(command, stdout=sys.stderr, env=environment, check=False)
        if done.returncode != 0:
            raise BrowserNotFoundError(
                f"`{' '.join(command)}` failed. Install {browser.name}, or set the variable "
                f"{browser.variable} to the path of its program."
            )

"""Find the Chromium that the browser tests drive; on Debian and Ubuntu, install it if need be.

`python tests/browser/find_browser.py` prints its path. The finding itself is the course's own, as
the handouts are printed by the same browser.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from ketalab.publish.browser import VARIABLE, WHAT_TO_INSTALL, chosen_chromium, search_chromium
from ketalab.publish.project import PublishError


class BrowserNotFoundError(RuntimeError):
    """No Chromium that starts; the message says what to install or to set."""


def find_chromium() -> Path:
    """Return the path of a Chromium or Chrome that starts.

    `KETALAB_CHROMIUM` comes first, then the usual commands and places. On Debian and Ubuntu, and
    only as root, a missing Chromium is installed with apt-get, whose progress goes to stderr.

    Raises:
        BrowserNotFoundError: none was found, or `KETALAB_CHROMIUM` names none.
    """
    try:
        found = chosen_chromium() or search_chromium()
    except PublishError as error:
        raise BrowserNotFoundError(str(error)) from error
    if found is None and _may_use_apt():
        _install_with_apt()
        found = search_chromium()
    if found is None:
        raise BrowserNotFoundError(
            "The browser tests need Chromium or Google Chrome, and none that starts was found. "
            f"{WHAT_TO_INSTALL}"
        )
    return found


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

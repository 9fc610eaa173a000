"""Find the Chromium that the browser tests drive; on Debian and Ubuntu, install it if need be.

`python tests/browser/find_browser.py` prints its path. It is the one that prints the handouts.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # so that it runs as a script

from ketalab.publish.browser import CHROMIUM
from tests.installed_browser import installed, print_path


def find_chromium() -> Path:
    """Return the path of a Chromium or Chrome that will do, installed if need be.

    Raises:
        BrowserNotFoundError: none was found, or `KETALAB_CHROMIUM` names none.
    """
    return installed(CHROMIUM, "chromium", "The browser tests need")


if __name__ == "__main__":
    sys.exit(print_path(find_chromium))

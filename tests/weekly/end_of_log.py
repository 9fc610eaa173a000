"""The end of a run's log as Markdown, for the issue of the weekly run.

`python tests/weekly/end_of_log.py TITLE` prints it; the log is `build/run.log`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path

LOG = Path(__file__).resolve().parents[2] / "build" / "run.log"
LINES = 40

# Colours, and other codes for a terminal.
_CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def end_of_log(title: str, log: Path) -> str:
    """Return a heading and the log's last lines; a log that is missing or empty is said to be."""
    text = log.read_text(encoding="utf-8", errors="replace") if log.is_file() else ""
    lines = _CODES.sub("", text).splitlines()[-LINES:] or ["It did not start: there is no log."]
    # Indented, because no line of the log can end that, as it could end a fence.
    shown = "\n".join(f"    {line}" for line in lines)
    return f"## {title}\n\nThe end of the log:\n\n{shown}\n"


def main(arguments: Sequence[str]) -> int:
    """Print the end of the log under the title that `arguments` holds; 2 without one."""
    if len(arguments) != 1:
        print("end_of_log.py: say the title", file=sys.stderr)
        return 2
    print(end_of_log(arguments[0], LOG))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Plain text as Markdown that shows it as it stands: no markup, no HTML, no formula."""

from __future__ import annotations

import re

# Some mean something only where they stand: a low line at the edge of a word, an ampersand before a
# name, a bracket before an address, "less than" before the name of a tag.
_MARKS = re.compile(r"[\\`*$~|]|(?<!\w)_|_(?!\w)|&(?=#?\w+;)|\](?=[(\[:]|$)|<(?=[A-Za-z/!?])")
_START = re.compile(r"(?:#{1,6}|[-+=]+)(?=\s|$)|>|\d+(?=[.)](?:\s|$))")


def plain_markdown(text: str) -> str:
    """Return Markdown for a text of a record: one line, in which nothing is markup.

    >>> plain_markdown("P<0.05 *and* <b>"), plain_markdown("side_effects & more")
    ('P<0.05 \\\\*and\\\\* \\\\<b>', 'side_effects & more')
    """
    whole = " ".join(map(str.strip, text.split("\n"))) if "\n" in text else text
    line = _MARKS.sub(r"\\\g<0>", whole)
    start = _START.match(line)
    if start is None:
        return line
    at = start.end() if start[0][0].isdigit() else 0
    return f"{line[:at]}\\{line[at:]}"

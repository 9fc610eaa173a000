"""Whether the words that stand for a picture say what it shows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bs4 import BeautifulSoup

_MARKDOWN = re.compile(r"!\[(?P<alt>[^\[\]]*)\](?=[(\[])")
_HTML = re.compile(r"<img\b[^<>]*>", re.IGNORECASE)
# What tools put there, and what says no more than that there is a picture.
_PLACEHOLDER = re.compile(
    r"no description has been provided for this image"
    r"|(?:an? |the )?(?:image|picture|photo|figure|graphic|plot|chart|diagram|logo|alt(?: text)?"
    r"|todo|tbd|x+|\.+|-+)\s*\d*[.!]?",
    re.IGNORECASE,
)
_FILE = re.compile(r"\S+\.(?:png|jpe?g|gif|svg|webp|avif|bmp|tiff?)", re.IGNORECASE)


def alt_problem(alt: str | None) -> str | None:
    """Return what is wrong with a picture's alternative text; None when it may stand.

    >>> alt_problem("Two rows of a hundred figures each"), alt_problem("image.png")
    (None, "alternative text 'image.png' is the name of a file: say what the picture shows")
    """
    text = " ".join((alt or "").split())
    if not text:
        return "a picture without alternative text: say what it shows"
    if _FILE.fullmatch(text):
        return f"alternative text {text!r} is the name of a file: say what the picture shows"
    if _PLACEHOLDER.fullmatch(text):
        return f"alternative text {text!r} is a placeholder: say what the picture shows"
    return None


def alt_problems(markdown: str) -> Iterator[tuple[int, str]]:
    """Yield (offset, what is wrong) for each picture of a Markdown text that lacks its words."""
    for found in _MARKDOWN.finditer(markdown):
        if problem := alt_problem(found["alt"]):
            yield found.start(), problem
    for found in _HTML.finditer(markdown):
        image = BeautifulSoup(found[0], "html.parser").img
        alt = image.get("alt") if image else None
        if problem := alt_problem(str(alt) if alt is not None else None):
            yield found.start(), problem

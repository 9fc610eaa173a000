"""One HTML file that is ready to print: A4, self-contained, no script and no request."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import Literal

from ketalab.publish.pages.contents import Contents
from ketalab.publish.pages.prose import prose_html

COURSE = "Ketamine for Chronic Pain: an interactive course in reading the evidence"
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_STYLE = Path(__file__).with_name("sheet.css")
Orientation = Literal["portrait", "landscape"]


def sheet(title: str, body: str, footer: str, orientation: Orientation = "portrait") -> str:
    """Return the HTML of a document to print.

    Args:
        title: plain text, the title of the document; the body holds its own H1.
        body: HTML.
        footer: plain text, at the foot of every page beside the page's number.
        orientation: of the A4 pages.
    """
    # In a style sheet a string in quotes ends with them, and `<` could end the sheet itself.
    text = json.dumps(footer, ensure_ascii=False).replace("<", r"\3c ")
    # A wide table takes what it can get.
    margin = " margin: 9mm 11mm 12mm;" if orientation == "landscape" else ""
    page = (
        f"@page {{ size: A4 {orientation};{margin} @bottom-left {{ content: {text}; }}"
        ' @bottom-right { content: "Page " counter(page) " of " counter(pages); } }'
    )
    return (
        '<!DOCTYPE html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        f"<title>{escape(title)}</title>\n"
        f"<style>\n{_STYLE.read_text(encoding='utf-8')}{page}\n</style>\n"
        f'</head>\n<body class="{orientation}">\n{body}\n</body>\n</html>\n'
    )


def markdown(text: str) -> str:
    """Return Markdown of a lesson, its roles resolved, as HTML. Raises PublishError."""
    return prose_html(text, Contents())

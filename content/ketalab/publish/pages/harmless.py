"""What HTML may stand in the prose of a page: nothing that runs, loads or hides."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from ketalab.publish.project import PublishError

_TEXT = """
a abbr article aside b blockquote br caption cite code col colgroup dd del details dfn div dl dt em
figcaption figure h1 h2 h3 h4 h5 h6 header hr i img input ins kbd li mark nav ol p pre q s samp
section small span strong sub summary sup table tbody td tfoot th thead time tr u ul var wbr
"""
_FORMULAS = """
annotation math menclose merror mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts
mroot mrow ms mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover semantics
"""
_ELEMENTS = frozenset((_TEXT + _FORMULAS).split())
_LINKS = ("http://", "https://", "mailto:", "#")
_SCHEME = re.compile(r"[\s\x00-\x1f]*[a-zA-Z][a-zA-Z0-9+.\-\s\x00-\x1f]*:")
_LOADING = ("src", "srcset", "background", "poster", "data", "action", "formaction", "xlink:href")


class _Inspector(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)  # so that a < in a text is one that was written
        self.problems: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _ELEMENTS:
            self.problems.append(f"<{tag}> is not allowed")
        for name, given in attrs:
            value = given or ""
            if name.startswith("on"):
                self.problems.append(
                    f"the attribute {name} of <{tag}> is not allowed: it is a script"
                )
            elif name in _LOADING and not (tag == "img" and value.startswith("data:image/")):
                self.problems.append(
                    f"{name}={value!r} of <{tag}> is not allowed: a page loads nothing, so a "
                    "picture must be embedded as data:image/…"
                )
            elif name == "href" and _SCHEME.match(value) and not value.startswith(_LINKS):
                self.problems.append(f"a link to {value!r} is not allowed: http, https or mailto")
            elif name == "style" and re.search(
                r"url\(|expression|@import|\\", value, re.IGNORECASE
            ):
                self.problems.append(f"style={value!r} of <{tag}> is not allowed: it would load")
        if tag == "input" and dict(attrs).get("type") != "checkbox":
            self.problems.append("<input> is not allowed, but for the boxes of a task list")

    def handle_data(self, data: str) -> None:
        if "<" in data:
            excerpt = data[data.index("<") :][:40]
            self.problems.append(f"{excerpt!r} is not allowed: write &lt;, or close the tag")

    def handle_comment(self, data: str) -> None:
        self.problems.append(
            f"the comment {data.strip()[:40]!r} is not allowed: readers can see it"
        )

    def handle_decl(self, decl: str) -> None:
        self.problems.append(f"<!{decl[:40]}> is not allowed")

    def unknown_decl(self, data: str) -> None:
        self.problems.append(f"<![{data[:40]} is not allowed")

    def handle_pi(self, data: str) -> None:
        self.problems.append(f"<?{data[:40]}> is not allowed")


def refuse_harmful(html: str) -> None:
    """Raise PublishError if HTML holds what may not stand in prose.

    Allowed are elements of text, tables, formulas and embedded pictures. Refused are scripts,
    frames, forms and all other elements, attributes that run or load something, addresses other
    than web and mail, and comments.
    """
    inspector = _Inspector()
    inspector.feed(html)
    inspector.close()
    if inspector.problems:
        raise PublishError("; ".join(dict.fromkeys(inspector.problems)))

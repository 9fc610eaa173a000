"""The roles of prose: {fact} prints a number with its source, {cite} cites, {word} explains."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from difflib import get_close_matches
from html import escape
from types import MappingProxyType

from ketalab.evidence import fact
from ketalab.evidence.certainty import badge, grade
from ketalab.evidence.citable import citable, source_anchor
from ketalab.publish.glossary import Glossary, word_in_prose
from ketalab.publish.plain_markdown import plain_markdown
from ketalab.publish.project import PublishError

_NAMES = ("fact", "cite", "word")
# Code, in which nothing is a role; or a role, with or without its end.
_ROLE = re.compile(
    r"(?<!`)(?P<ticks>`+)(?!`)(?P<code>.+?)(?<!`)(?P=ticks)(?!`)"
    r"|\{(?P<name>[A-Za-z][\w-]*)\}`(?P<body>[^`]*)(?P<end>`?)",
    re.DOTALL,
)
_SWALLOWED = re.compile(r".*[^`]\{(?P<name>fact|cite|word)\}", re.DOTALL)
# Caveats that stand in the middle of a sentence must be brief; the explorer says them in full.
_BRIEF = (
    ("count computed", "computed from %"),
    ("same people in both arms", "crossover: approximate"),
    ("a count of", "no denominator"),
    ("counts ", ""),  # the text itself names the unit
)


@dataclass
class Citations:
    """Source keys in the order in which a lesson cites them first."""

    keys: list[str] = field(default_factory=list)

    def add(self, key: str) -> None:
        if key not in self.keys:
            self.keys.append(key)


def resolve(
    text: str,
    citations: Citations,
    place: Callable[[int], str],
    words: Glossary = MappingProxyType({}),
) -> str:
    """Markdown with its roles replaced by what they stand for.

    Args:
        text: the Markdown of one cell.
        citations: collects the sources that were cited.
        place: says where an offset of the text stands, as "file:line", for error messages.
        words: the glossary.

    Raises:
        PublishError: an unknown role, record or field, a role without its closing backtick; the
            message names file, line and key.
    """

    def replace(match: re.Match[str]) -> str:
        if match["code"]:
            if swallowed := _SWALLOWED.fullmatch(match["code"]):
                found = f"{{{swallowed['name']}}} stands at the end of code"
                raise PublishError(
                    f"{place(match.start())}: {found}; is a backtick before it left open?"
                )
            return match[0]
        name, body = match["name"], match["body"]
        if not match["end"]:
            if name not in _NAMES:
                return match[0]
            raise PublishError(f"{place(match.start())}: {{{name}}} has no closing backtick")
        if name in _NAMES and ("{" in body or "\n\n" in body):
            hint = "is the backtick missing that closes it?"
            raise PublishError(f"{place(match.start())}: {{{name}}} holds {body[:40]!r}; {hint}")
        try:
            if name == "fact":
                return _fact(body, citations)
            if name == "cite":
                return _cite(body, citations)
            if name == "word":
                return word_in_prose(body, words)
        except LookupError as error:
            raise PublishError(f"{place(match.start())}: {error.args[0]}") from None
        unknown = f"unknown role {{{name}}}; there are {', '.join(_NAMES)}"
        raise PublishError(f"{place(match.start())}: {unknown}")

    return _ROLE.sub(replace, text)


def _fact(key: str, citations: Citations) -> str:
    found = fact(key)
    for source in found.source_keys:
        citations.add(source)
    marks = "".join(_mark(source) for source in found.source_keys)
    certainty = found.certainty
    signs = [
        # Without a source that vouches for it there is no level of verification either.
        badge(found.verified) if found.verified is not None and marks else "",
        "" if certainty is None or certainty == "not graded" else grade(certainty),
        *map(_brief, found.caveats),
    ]
    said = escape("; ".join(filter(None, signs)))
    return f'{plain_markdown(found.text)}{marks}<span class="badge">{said}</span>'


def _brief(caveat: str) -> str:
    return next((short for start, short in _BRIEF if caveat.startswith(start)), caveat)


def _cite(key: str, citations: Citations) -> str:
    if key not in citable():
        near = get_close_matches(key, citable())
        hint = f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
        raise LookupError(f"cite: no source {key!r} in references.yaml{hint}")
    citations.add(key)
    return _mark(key)


def _mark(key: str) -> str:
    """A link to the entry in the lesson's list of sources."""
    source = citable()[key]
    return f" [\\[{plain_markdown(source.label)}\\]](#{source_anchor(source)})"


def source_list(citations: Citations) -> str:
    """The lesson's list of sources as Markdown, one entry for each key, with its links."""
    entries = []
    for key in citations.keys:
        source = citable()[key]
        links = " ".join(f"[{plain_markdown(text)}]({url})" for text, url in source.links)
        anchor = f'<a id="{source_anchor(source)}"></a>'
        label, citation = plain_markdown(source.label), plain_markdown(source.citation)
        entries.append(f"- {anchor}**{label}.** {citation} {links}")
    return "\n".join(entries)

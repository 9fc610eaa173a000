"""The glossary: one file of words beside the lessons, which lessons list and link to.

A word has one home, ``content/lessons/glossary.yaml``. A lesson lists its words in its front
matter, and the room Words is filled from there; the role ``{word}`` links to a word from prose.
In a notebook the definition is the word's title; on a page the word is a link to the glossary.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from html import escape
from pathlib import Path

from ketalab.evidence.tables import EvidenceError, Problem, Record, Text, Texts, load_table
from ketalab.publish.lint import Prose, typed_numbers
from ketalab.publish.plain_markdown import plain_markdown

FILE = "glossary.yaml"
PAGE = "glossary.html"

_MARKED = re.compile(r'<abbr class="word" data-word="([^"]*)"( title="[^"]*")?>([^<]*)</abbr>')
_WRITTEN_OTHERWISE = re.compile(r"(?P<shown>[^<>]*)<(?P<term>[^<>]+)>")


class Word(Record):
    """A term, what it means here, the terms to read beside it, and the lesson of its first use."""

    term: Text
    definition: Text
    see: Texts = ()
    lesson: Text

    @property
    def slug(self) -> str:
        """The term as part of an address: "number-needed-to-harm-nnh"."""
        return re.sub(r"[^a-z0-9]+", "-", self.term.lower()).strip("-")


Glossary = Mapping[str, Word]


def load_glossary(path: Path) -> Glossary:
    """Return the words of a file by term, in alphabetical order.

    Raises:
        EvidenceError: with every problem: a field that is missing or unknown, a term that stands
            twice, a definition that is no phrase with a full stop, a see-also without its word, a
            clinical number.
    """
    words = load_table(path, Word, key="words", id_field="term")
    problems = [
        Problem(path.name, word.term, *problem)
        for word in words.values()
        for problem in _problems(word, words)
    ]

    def place_of(term: str) -> Callable[[int], str]:
        return lambda _: f"{path.name}: record {term!r}"

    prose = [Prose(word.definition, place_of(word.term)) for word in words.values()]
    problems += [Problem(path.name, None, None, line) for line in typed_numbers(path.name, prose)]
    if problems:
        raise EvidenceError(problems)
    return dict(sorted(words.items(), key=lambda item: item[0].casefold()))


def _problems(word: Word, words: Glossary) -> Iterable[tuple[str, str]]:
    for other in word.see:
        if other not in words or other == word.term:
            yield (
                "see",
                f"expected another word of the glossary, got {other!r}{_near(other, words)}",
            )
    if not word.definition.endswith(".") or word.definition.casefold().startswith(
        word.term.casefold()
    ):
        yield "definition", "expected words that follow a colon and end with a full stop"
    if not word.slug:
        yield "term", "expected a letter from a to z or a digit, of which its address is made"
    twins = [w.term for w in words.values() if w.slug == word.slug and w.term != word.term]
    if twins:
        yield "term", f"expected one spelling, got {twins[0]!r} as well"


def glossary_beside(lesson: Path) -> Glossary:
    """Return the words that a lesson may use: those of the file beside it, if there is one."""
    path = lesson.with_name(FILE)
    return load_glossary(path) if path.exists() else {}


# In a lesson ----------------------------------------------------------------------------------


def find_word(term: str, words: Glossary) -> Word:
    """Return the word, whatever its capitals. Raises LookupError with what comes near."""
    known = {name.casefold(): word for name, word in words.items()}
    if term.casefold() not in known:
        raise LookupError(f"word: the glossary has no {term!r}{_near(term, words)}")
    return known[term.casefold()]


def _near(term: str, words: Glossary) -> str:
    near = get_close_matches(term, words)
    return f"; did you mean {' or '.join(map(repr, near))}?" if near else ""


def word_in_prose(body: str, words: Glossary) -> str:
    """Return what the role stands for: "Risk difference", or "differed by <Risk difference>"."""
    otherwise = _WRITTEN_OTHERWISE.fullmatch(body)
    shown, term = (otherwise["shown"].rstrip(), otherwise["term"]) if otherwise else (body, body)
    word = find_word(term, words)
    return _marked(word, shown, title=word.definition)


def _marked(word: Word, shown: str, title: str = "") -> str:
    # JupyterLab underlines an abbr with a title, and shows the title.
    # An attribute holds no Markdown but an end of line, and what looks like a formula.
    said = f' title="{escape(" ".join(title.split())).replace("$", "&#36;")}"' if title else ""
    return f'<abbr class="word" data-word="{word.slug}"{said}>{_inline(shown)}</abbr>'


def _inline(text: str) -> str:
    """Text between the tags of a word: neither Markdown nor HTML, and no part of a tag."""
    marks = {ord(mark): f"&#{ord(mark)};" for mark in "\\`*_[]$~|"}
    return escape(text, quote=False).translate(marks)


def word_list(terms: Iterable[str], words: Glossary) -> str:
    """Return the room Words of a lesson: its words in alphabetical order. Raises LookupError."""
    found = sorted((find_word(term, words) for term in terms), key=lambda w: w.term.casefold())
    return "\n".join(
        f"- **{_marked(word, word.term)}**: {plain_markdown(word.definition)}" for word in found
    )


def link_words(markdown: str, address: str = PAGE) -> str:
    """Turn the words of an exported page into links to the glossary, which lies at `address`."""
    return _MARKED.sub(
        lambda m: f'<a class="word" href="{address}#word-{m[1]}"{m[2] or ""}>{m[3]}</a>', markdown
    )

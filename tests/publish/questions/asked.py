"""A question as any of the files may tell it, and as the bank tells it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from html.parser import HTMLParser

from ketalab.activities.bank import Bank, Question, in_words


@dataclass(frozen=True)
class Asked:
    """Texts are plain. Options and rows are in the order of the bank, a set is in none."""

    id: str
    kind: str
    prompt: str
    difficulty: int
    objective: str
    lesson: str
    mirrors: str | None = None
    options: tuple[tuple[str, bool, str], ...] = ()
    rows: frozenset[tuple[str, str, str]] = frozenset()
    choices: frozenset[str] = frozenset()
    accepted: tuple[Decimal, Decimal, Decimal] | None = None
    unit: str | None = None
    said: tuple[str, str, str] | None = None


def flat(text: str) -> str:
    return re.sub("[ \t\r\n\f]+", " ", in_words(text)).strip(" ")


def of_bank(bank: Bank, question: Question) -> Asked:
    more = {}
    if question.options:
        more["options"] = tuple(
            (flat(o.text), o.correct, flat(o.feedback)) for o in question.options
        )
    if question.items:
        rows = [(item.text, place, item.feedback) for place, item in enumerate(question.items, 1)]
        more["rows"] = frozenset((flat(t), str(place), flat(f)) for t, place, f in rows)
        more["choices"] = frozenset(str(place) for _, place, _ in rows)
    if question.pairs:
        more["rows"] = frozenset(
            (flat(pair.left), flat(pair.right), flat(pair.feedback)) for pair in question.pairs
        )
        rights = [*(pair.right for pair in question.pairs), *question.distractors]
        more["choices"] = frozenset(map(flat, rights))
    if question.feedback:
        answer, slack = (Decimal(str(n)) for n in (question.answer.number(), question.tolerance))
        said = question.feedback
        more["accepted"] = (answer, answer - slack, answer + slack)
        more["unit"] = flat(question.unit)
        more["said"] = (flat(said.correct), flat(said.low), flat(said.high))
    return Asked(
        id=question.id,
        kind=question.kind,
        prompt=flat(question.prompt),
        difficulty=question.difficulty,
        objective=question.objective,
        lesson=bank.lesson,
        mirrors=question.mirrors,
        **more,
    )


class Html(HTMLParser):
    """The texts of each paragraph and item of a piece of HTML; any tag but these is an error."""

    KNOWN = frozenset({"p", "ul", "ol", "li", "strong", "a"})

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.paragraphs: list[str] = []
        self.items: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open, f"not closed: {self.open}"

    def handle_starttag(self, tag, attrs):
        assert tag in self.KNOWN, f"a tag that nobody meant: {tag}"
        assert [name for name, _ in attrs] == (["href"] if tag == "a" else [])
        self.open.append(tag)
        if tag == "p":
            self.paragraphs.append("")
        if tag == "li":
            self.items.append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        assert self.open, f"text outside of a paragraph: {data!r}"
        (self.items if "li" in self.open else self.paragraphs)[-1] += data

    def handle_comment(self, data):
        raise AssertionError(f"a comment that nobody meant: {data!r}")

    handle_decl = handle_pi = unknown_decl = handle_comment


def only_paragraph(text: str) -> str:
    html = Html(text)
    assert len(html.paragraphs) == 1
    assert not html.items
    return html.paragraphs[0]

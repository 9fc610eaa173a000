"""Reads Moodle XML as Moodle's own importer does, and marks a number as its question type does."""

from __future__ import annotations

from decimal import Decimal
from html import unescape

from lxml import etree

from tests.publish.questions.asked import Asked, Html, only_paragraph

_WHOLE = (100, 90, 80, 75, 70, 60, 50, 40, 30, 25, 20, 12.5, 10, 5, 0)
_PARTS = ("83.33333", "66.66667", "33.33333", "16.66667", "14.28571", "11.11111")
FRACTIONS = {*map(Decimal, (*_WHOLE, *_PARTS))}


def read(document: str) -> list[tuple[str, Asked, Html]]:
    """Each question with the path of its category and its general feedback."""
    root = etree.fromstring(document.encode())
    assert root.tag == "quiz"
    found, path = [], None
    for element in root:
        if element.get("type") == "category":
            path = element.findtext("category/text")
            continue
        found.append((path, _question(element), _html(element, "generalfeedback")))
    return found


def _html(element, tag: str) -> Html:
    (child,) = element.findall(tag)
    assert child.get("format") == "html"
    return Html(child.findtext("text") or "")


def _question(element) -> Asked:
    kind = element.get("type")
    tags = [tag.findtext("text").partition(" ") for tag in element.iterfind("tags/tag")]
    tags = {name: value for name, _, value in tags}
    prompt = _html(element, "questiontext")
    general = _html(element, "generalfeedback")
    assert element.findtext("name/text").strip()
    assert float(element.findtext("defaultgrade")) == 1
    assert 0 < float(element.findtext("penalty")) < 1
    more = _READERS[kind](element, general)
    if kind == "numerical":
        text, instruction = prompt.paragraphs
        assert instruction == f"Give a number: … {more['unit']}"
    else:
        (text,) = prompt.paragraphs
    return Asked(
        id=element.findtext("idnumber"),
        prompt=text,
        difficulty=int(tags["difficulty"]),
        objective=tags["objective"],
        lesson=tags["lesson"],
        mirrors=tags.get("mirrors"),
        **more,
    )


def _fraction(answer) -> Decimal:
    return Decimal(answer.get("fraction"))


def _multichoice(element, general):
    assert element.findtext("shuffleanswers") == "true"
    single = {"true": True, "false": False}[element.findtext("single")]
    answers = element.findall("answer")
    shares = [_fraction(answer) for answer in answers]
    assert {abs(share) for share in shares} <= FRACTIONS
    assert abs(sum(share for share in shares if share > 0) - 100) < Decimal("0.001")
    if single:
        assert sorted(shares) == [0] * (len(shares) - 1) + [100]
    else:
        assert abs(sum(shares)) < Decimal("0.001"), "choosing everything must not pay"
    return {
        "kind": "single" if single else "multiple",
        "options": tuple(
            (
                only_paragraph(answer.findtext("text")),
                share > 0,
                only_paragraph(answer.findtext("feedback/text")),
            )
            for answer, share in zip(answers, shares, strict=True)
        ),
    }


def mark(document: str, name: str, number: float) -> tuple[float, str]:
    """The share of the mark that a number gets, and what is said to it: the first that fits."""
    root = etree.fromstring(document.encode())
    (element,) = (q for q in root if q.findtext("idnumber") == name)
    for answer in element.findall("answer"):
        text = answer.findtext("text")
        tolerance = float(answer.findtext("tolerance") or 0)
        # Moodle widens what is nominal by a few units in the last place.
        if text != "*":
            tolerance += 2.3e-16 * max(abs(tolerance), abs(float(text)))
        if text == "*" or abs(number - float(text)) <= tolerance:
            return float(answer.get("fraction")), only_paragraph(answer.findtext("feedback/text"))
    raise AssertionError(f"nothing is said to {number}")


def _numerical(element, general):
    answers = element.findall("answer")
    assert answers[-1].findtext("text") == "*"
    (right,) = (answer for answer in answers if _fraction(answer) == 100)
    answer, slack = Decimal(right.findtext("text")), Decimal(right.findtext("tolerance"))
    (unit,) = element.findall("units/unit")
    assert unit.findtext("multiplier") == "1"
    said = [only_paragraph(a.findtext("feedback/text")) for a in answers]
    return {
        "kind": "numeric",
        "accepted": (answer, answer - slack, answer + slack),
        "unit": unit.findtext("unit_name"),
        "said": tuple(said),
    }


def _ordering(element, general):
    settings = [element.findtext(t) for t in ("layouttype", "selecttype", "gradingtype")]
    assert settings == ["VERTICAL", "ALL", "ABSOLUTE_POSITION"]
    answers = element.findall("answer")
    assert [_fraction(answer) for answer in answers] == list(range(1, len(answers) + 1))
    rows = []
    for place, answer in enumerate(answers, start=1):
        text = only_paragraph(answer.findtext("text"))
        said = only_paragraph(answer.findtext("feedback/text"))
        # Moodle forgets what stands with the item, so it must stand in the general feedback too.
        assert general.items[place - 1] == f"{text}: {said}"
        rows.append((text, str(place), said))
    return {
        "kind": "ordering",
        "rows": frozenset(rows),
        "choices": frozenset(place for _, place, _ in rows),
    }


def _match(element, general):
    assert element.findtext("shuffleanswers") == "true"
    rows, choices = [], []
    for part in element.findall("subquestion"):
        right = unescape(part.findtext("answer/text"))
        choices.append(right)
        if part.findtext("text"):
            left = only_paragraph(part.findtext("text"))
            said = general.items[len(rows)]
            start = f"{left} → {right}: "
            assert said.startswith(start)
            rows.append((left, right, said.removeprefix(start)))
    assert len(general.items) == len(rows)
    return {"kind": "matching", "rows": frozenset(rows), "choices": frozenset(choices)}


_READERS = {
    "multichoice": _multichoice,
    "numerical": _numerical,
    "ordering": _ordering,
    "match": _match,
}

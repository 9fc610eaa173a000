"""The bank as Moodle XML, which Moodle reads under Question bank, Import.

Moodle shows one general feedback for a question that is matched or put in order, and none for its
parts: what the bank says to each part stands there, part by part. The question type ``ordering``
is in Moodle itself since version 4.4; older ones need it as a plugin.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable
from decimal import Decimal
from xml.etree import ElementTree as ET

from markupsafe import Markup, escape

from ketalab.activities.bank import Bank, Question
from ketalab.publish.project import PublishError
from ketalab.publish.questions.evidence_notes import evidence_notes
from ketalab.publish.questions.selections import ABOUT, COURSE, Selection, selections
from ketalab.publish.questions.wording import accepted, exact, paragraph, words

_PENALTY = "0.3333333"  # Moodle's own default for another try
_SHARES = 10  # Moodle knows the share of a mark only down to a tenth
_UNIT_LENGTH = 50
_VERDICTS = {
    "correctfeedback": "Right.",
    "partiallycorrectfeedback": "Partly right.",
    "incorrectfeedback": "Not quite.",
}


def moodle_xml(bank: Bank) -> str:
    """All questions of one lesson as Moodle XML, in categories by lesson and objective.

    Raises:
        PublishError: a question that Moodle cannot hold; names file, question and field.
    """
    return course_moodle_xml([bank])


def course_moodle_xml(banks: Iterable[Bank]) -> str:
    """All questions of several lessons as one file; otherwise as `moodle_xml`."""
    quiz = ET.Element("quiz")
    for selection in selections(banks):
        for objective in dict.fromkeys(q.objective for q in selection.questions):
            asked = [q for q in selection.questions if q.objective == objective]
            _category(quiz, selection, selection.objective(asked[0]))
            for question in asked:
                _question(quiz, selection, question)
    ET.indent(quiz, " ")
    text = ET.tostring(quiz, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _category(quiz: ET.Element, selection: Selection, objective: str) -> None:
    # A slash parts the levels; two stand for one that is meant.
    levels = [words(name).replace("/", "//") for name in (COURSE, selection.title, objective)]
    question = ET.SubElement(quiz, "question", type="category")
    _text(question, "category", "/".join(["$course$", "top", *levels]))
    _html(question, "info", paragraph(ABOUT))


def _question(quiz: ET.Element, selection: Selection, question: Question) -> None:
    kind, fill = _KINDS[question.kind]
    element = ET.SubElement(quiz, "question", type=kind)
    name = f"{question.id}: {words(question.prompt)}"
    _text(element, "name", textwrap.shorten(name, 80, placeholder=" …"))
    prompt = paragraph(question.prompt)
    if question.kind == "numeric":
        prompt += Markup("<p>Give a number: … {}</p>").format(words(question.numeric.unit))
    _html(element, "questiontext", prompt)
    _html(element, "generalfeedback", _parts(question) + _sources(question))
    _leaf(element, "defaultgrade", "1")
    _leaf(element, "penalty", _PENALTY)
    _leaf(element, "hidden", "0")
    _leaf(element, "idnumber", words(question.id))
    fill(element, selection.bank, question)
    tags = ET.SubElement(element, "tags")
    for tag in _tags(selection, question):
        _text(tags, "tag", tag)


def _tags(selection: Selection, question: Question) -> list[str]:
    tags = [
        f"lesson {selection.bank.lesson}",
        f"objective {question.objective}",
        f"difficulty {question.difficulty}",
    ]
    if selection.name != selection.bank.lesson:
        tags.append(selection.name)
    if question.mirrors is not None:
        tags.append(f"mirrors {question.mirrors}")
    return tags


def _parts(question: Question) -> Markup:
    """What is said to the parts of a question whose type has no place for it."""
    if question.kind == "ordering":
        return _list("ol", "{}: {}", ((item.text, item.feedback) for item in question.items))
    pairs = ((pair.left, pair.right, pair.feedback) for pair in question.pairs)
    return _list("ul", "{} → {}: {}", pairs)


def _list(tag: str, form: str, entries: Iterable[tuple[str, ...]]) -> Markup:
    items = Markup().join(
        Markup(f"<li>{form}</li>").format(*map(words, entry)) for entry in entries
    )
    return Markup(f"<{tag}>{{}}</{tag}>").format(items) if items else Markup()


def _sources(question: Question) -> Markup:
    notes = [note.html() for note in evidence_notes(question)]
    return Markup().join(Markup("<p>Source: {}</p>").format(note) for note in notes)


# Each kind of question ---------------------------------------------------------------------------


def _choice(element: ET.Element, bank: Bank, question: Question) -> None:
    single = question.kind == "single"
    right = sum(option.correct for option in question.options)
    wrong = len(question.options) - right
    if not single and max(right, wrong) > _SHARES:
        raise PublishError(
            f"{bank.lesson}.yaml: {question.id!r}, field options: Moodle takes {_SHARES} right and "
            f"{_SHARES} wrong ones at most"
        )
    _leaf(element, "single", "true" if single else "false")
    _leaf(element, "shuffleanswers", "true")
    _leaf(element, "answernumbering", "ABCD")
    _leaf(element, "showstandardinstruction", "1")
    _verdicts(element)
    for option in question.options:
        if option.correct:
            fraction = _share(1 if single else right)
        else:
            fraction = "0" if single else f"-{_share(wrong)}"
        answer = _html(element, "answer", paragraph(option.text), fraction=fraction)
        _html(answer, "feedback", paragraph(option.feedback))


def _share(parts: int) -> str:
    """One of so many equal parts of a mark, in the digits that Moodle knows: "33.33333"."""
    return exact((Decimal(100) / parts).quantize(Decimal("0.00001")))


def _numeric(element: ET.Element, bank: Bank, question: Question) -> None:
    """Moodle takes the first answer that fits: the right one, any lower one, any other."""
    unit, said = words(question.numeric.unit), question.numeric.feedback
    if len(unit) > _UNIT_LENGTH:
        raise PublishError(
            f"{bank.lesson}.yaml: {question.id!r}, field unit: Moodle takes {_UNIT_LENGTH} "
            f"characters at most, got {len(unit)}"
        )
    right = accepted(bank, question)
    # Far beyond any answer, and near enough for a double to tell its end from the answer.
    reach = Decimal(10) ** (9 + max(0, right.answer.adjusted(), right.tolerance.adjusted()))
    for number, tolerance, fraction, feedback in (
        (exact(right.answer), exact(right.tolerance), "100", said.correct),
        (exact(right.answer - reach), exact(reach), "0", said.low),
        ("*", "0", "0", said.high),
    ):
        answer = ET.SubElement(element, "answer", fraction=fraction, format="plain_text")
        _leaf(answer, "text", number)
        _html(answer, "feedback", paragraph(feedback))
        _leaf(answer, "tolerance", tolerance)
    units = ET.SubElement(ET.SubElement(element, "units"), "unit")
    _leaf(units, "multiplier", "1")
    _leaf(units, "unit_name", unit)
    # The unit stands in the question; whoever types it as well is understood.
    _leaf(element, "unitgradingtype", "0")
    _leaf(element, "unitpenalty", "0")
    _leaf(element, "showunits", "0")
    _leaf(element, "unitsleft", "0")


def _ordering(element: ET.Element, bank: Bank, question: Question) -> None:
    _leaf(element, "layouttype", "VERTICAL")
    _leaf(element, "selecttype", "ALL")
    _leaf(element, "selectcount", "0")
    _leaf(element, "gradingtype", "ABSOLUTE_POSITION")  # a part of the mark for each right place
    _leaf(element, "showgrading", "SHOW")
    _leaf(element, "numberingstyle", "none")
    _verdicts(element)
    for place, item in enumerate(question.items, start=1):
        answer = _html(element, "answer", paragraph(item.text), fraction=str(place))
        _html(answer, "feedback", paragraph(item.feedback))


def _matching(element: ET.Element, bank: Bank, question: Question) -> None:
    _leaf(element, "shuffleanswers", "true")
    _verdicts(element)
    pairs = [(paragraph(pair.left), pair.right) for pair in question.pairs]
    for left, right in [*pairs, *((Markup(), text) for text in question.distractors)]:
        part = _html(element, "subquestion", left)
        # A menu prints these as they stand, so they are HTML too.
        _text(part, "answer", str(escape(words(right))))


_KINDS: dict[str, tuple[str, Callable[[ET.Element, Bank, Question], None]]] = {
    "single": ("multichoice", _choice),
    "multiple": ("multichoice", _choice),
    "numeric": ("numerical", _numeric),
    "ordering": ("ordering", _ordering),
    "matching": ("match", _matching),
}


def _verdicts(element: ET.Element) -> None:
    for tag, verdict in _VERDICTS.items():
        _html(element, tag, paragraph(verdict))
    _leaf(element, "shownumcorrect", "1")


def _leaf(parent: ET.Element, tag: str, text: str) -> None:
    ET.SubElement(parent, tag).text = text


def _text(parent: ET.Element, tag: str, text: str) -> None:
    _leaf(ET.SubElement(parent, tag), "text", text)


def _html(parent: ET.Element, tag: str, html: Markup, **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, tag, {"format": "html", **attributes})
    _leaf(element, "text", str(html))
    return element

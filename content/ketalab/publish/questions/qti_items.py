"""Items of QTI 1.2 that text2qti does not write: numbers with low and high, matching, ordering.

They follow what Canvas writes itself and what its importer reads. Three things are as they are
because of that importer: every range of numbers that it meets counts as a right answer, so what is
said to a low and to a high number is tied to a single bound, and stands once more in what it shows
to a wrong answer; the right side of a pair is plain text; and it knows no order, so that a question
to put in order asks for each item's place.
"""

from __future__ import annotations

from xml.etree import ElementTree as ET

from markupsafe import Markup

from ketalab.activities.bank import Bank, Question
from ketalab.activities.quiz import mixed
from ketalab.publish.questions.wording import HOW, accepted, exact, paragraph, words


def numeric_item(bank: Bank, question: Question, general: Markup) -> ET.Element:
    """A number with its tolerance; `general` is the HTML that is said to every answer.

    Raises:
        PublishError: the answer is not one number.
    """
    right, said = accepted(bank, question), question.numeric.feedback
    item = ET.Element("item")
    prompt = paragraph(question.prompt)
    prompt += Markup("<p>Give a number: … {}</p>").format(words(question.numeric.unit))
    presentation = _presentation(item, prompt)
    asked = ET.SubElement(presentation, "response_str", ident="response1", rcardinality="Single")
    blank = ET.SubElement(asked, "render_fib", fibtype="Decimal")
    ET.SubElement(blank, "response_label", ident="answer1")

    processing = _processing(item)
    either = ET.SubElement(_condition(processing, "No", "correct_fb", score="Set 100"), "or")
    _compare(either, "varequal", "response1", exact(right.answer))
    both = ET.SubElement(either, "and")
    _compare(both, "vargte", "response1", exact(right.low))
    _compare(both, "varlte", "response1", exact(right.high))
    _compare(_condition(processing, "Yes", "low_fb"), "varlt", "response1", exact(right.low))
    _compare(_condition(processing, "Yes", "high_fb"), "vargt", "response1", exact(right.high))
    ET.SubElement(_condition(processing, "Yes", "general_incorrect_fb"), "other")

    wrong = Markup("<p>If yours is lower: {}</p><p>If yours is higher: {}</p>")
    _feedback(item, "general_fb", general)
    _feedback(item, "correct_fb", paragraph(said.correct))
    _feedback(item, "low_fb", paragraph(said.low))
    _feedback(item, "high_fb", paragraph(said.high))
    _feedback(item, "general_incorrect_fb", wrong.format(words(said.low), words(said.high)))
    return item


def matching_item(bank: Bank, question: Question, general: Markup) -> ET.Element:
    """Left sides, each with a menu of all right sides; `general` as for `numeric_item`."""
    rows = [(pair.left, pair.right, pair.feedback) for pair in question.pairs]
    return _rows(
        paragraph(question.prompt), rows, mixed(list(question.choices()), question.id), general
    )


def ordering_item(bank: Bank, question: Question, general: Markup) -> ET.Element:
    """Items, each with a menu of all places; `general` as for `numeric_item`."""
    places = [f"Place {number}" for number in range(1, len(question.items) + 1)]
    rows = [
        (item.text, place, item.feedback)
        for item, place in zip(question.items, places, strict=True)
    ]
    prompt = paragraph(question.prompt) + paragraph(HOW["ordering"])
    return _rows(prompt, mixed(rows, question.id), places, general)


def _rows(
    prompt: Markup, rows: list[tuple[str, str, str]], choices: list[str], general: Markup
) -> ET.Element:
    item = ET.Element("item")
    presentation = _presentation(item, prompt)
    # Canvas tells the choices apart by the digits of their names, over all rows.
    names = {choice: str(1000 + place) for place, choice in enumerate(choices, start=1)}
    for number, (left, _, _) in enumerate(rows, start=1):
        row = ET.SubElement(
            presentation, "response_lid", ident=f"response_{number}", rcardinality="Single"
        )
        _material(row, words(left), "text/plain")
        menu = ET.SubElement(row, "render_choice")
        for choice, name in names.items():
            label = ET.SubElement(menu, "response_label", ident=name)
            _material(label, words(choice), "text/plain")

    processing = _processing(item)
    share = f"{100 / len(rows):.2f}"
    for number, (_, right, _) in enumerate(rows, start=1):
        respident, said = f"response_{number}", f"response_{number}_fb"
        condition = _condition(processing, "Yes", said, score=f"Add {share}")
        _compare(condition, "varequal", respident, names[right])
        wrong = ET.SubElement(_condition(processing, "Yes", said), "not")
        _compare(wrong, "varequal", respident, names[right])
    _feedback(item, "general_fb", general)
    for number, (_, _, said) in enumerate(rows, start=1):
        _feedback(item, f"response_{number}_fb", paragraph(said))
    return item


def _presentation(item: ET.Element, prompt: Markup) -> ET.Element:
    presentation = ET.SubElement(item, "presentation")
    _material(presentation, str(prompt), "text/html")
    return presentation


def _material(parent: ET.Element, text: str, kind: str) -> None:
    material = ET.SubElement(parent, "material")
    ET.SubElement(material, "mattext", texttype=kind).text = text


def _processing(item: ET.Element) -> ET.Element:
    processing = ET.SubElement(item, "resprocessing")
    outcomes = ET.SubElement(processing, "outcomes")
    score = {"maxvalue": "100", "minvalue": "0", "varname": "SCORE", "vartype": "Decimal"}
    ET.SubElement(outcomes, "decvar", score)
    ET.SubElement(_condition(processing, "Yes", "general_fb"), "other")
    return processing


def _condition(
    processing: ET.Element, go_on: str, feedback: str, score: str | None = None
) -> ET.Element:
    """The place for a condition under which feedback is shown and a score is set or added to."""
    response = ET.SubElement(processing, "respcondition", {"continue": go_on})
    condition = ET.SubElement(response, "conditionvar")
    if score is not None:
        action, points = score.split()
        ET.SubElement(response, "setvar", action=action, varname="SCORE").text = points
    ET.SubElement(response, "displayfeedback", feedbacktype="Response", linkrefid=feedback)
    return condition


def _compare(parent: ET.Element, tag: str, respident: str, value: str) -> None:
    ET.SubElement(parent, tag, respident=respident).text = value


def _feedback(item: ET.Element, ident: str, html: Markup) -> None:
    feedback = ET.SubElement(item, "itemfeedback", ident=ident)
    _material(ET.SubElement(feedback, "flow_mat"), str(html), "text/html")

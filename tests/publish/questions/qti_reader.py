"""Reads a QTI 1.2 package by answering it: what is right is what its own rules give marks for."""

from __future__ import annotations

import io
import re
import zipfile
from decimal import Decimal

from lxml import etree

from tests.publish.questions.asked import Asked, Html, only_paragraph

ASI = "{http://www.imsglobal.org/xsd/ims_qtiasiv1p2}"
CP = "{http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1}"
_NAME = re.compile(r"[A-Za-z_][\w.-]*")


def read(package: bytes) -> dict[str, list[tuple[Asked, Html]]]:
    """The questions of each quiz by its title, with their general feedback."""
    archive = zipfile.ZipFile(io.BytesIO(package))
    assert archive.testzip() is None
    manifest = etree.fromstring(archive.read("imsmanifest.xml"))
    resources = {r.get("identifier"): r for r in manifest.iter(f"{CP}resource")}
    listed = [file.get("href") for file in manifest.iter(f"{CP}file")]
    assert sorted([*listed, "imsmanifest.xml"]) == sorted(archive.namelist())
    assert all(_NAME.fullmatch(name) for name in resources)
    found = {}
    for name, resource in resources.items():
        if resource.get("type") != "imsqti_xmlv1p2":
            continue
        (needed,) = resource.findall(f"{CP}dependency")
        settings = resources[needed.get("identifierref")].get("href")
        quiz = etree.fromstring(archive.read(settings))
        assert quiz.get("identifier") == name
        root = etree.fromstring(archive.read(resource.find(f"{CP}file").get("href")))
        assert root.tag == f"{ASI}questestinterop"
        (assessment,) = root
        assert assessment.get("ident") == name
        items = [Item(element) for element in root.iter(f"{ASI}item")]
        assert len({item.element.get("ident") for item in items}) == len(items)
        assert float(quiz.findtext("{*}points_possible")) == len(items)
        found[assessment.get("title")] = [(item.asked(), item.general()) for item in items]
    return found


class Item:
    """One item of an assessment, which can be answered."""

    def __init__(self, element) -> None:
        self.element = element
        fields = element.iterfind(f".//{ASI}qtimetadatafield")
        self.metadata = {f[0].text: f[1].text for f in fields}
        self.feedback = {
            f.get("ident"): f.findtext(f".//{ASI}mattext")
            for f in element.iterfind(f"{ASI}itemfeedback")
        }
        refs = {ref.get("linkrefid") for ref in element.iter(f"{ASI}displayfeedback")}
        assert refs == set(self.feedback), "each feedback is shown to some answer"
        self.asked_for = {
            child.get("ident"): child
            for child in element.find(f"{ASI}presentation")
            if child.tag.startswith(f"{ASI}response_")
        }

    def labels(self, respident: str) -> dict[str, str]:
        choices = self.asked_for[respident].iter(f"{ASI}response_label")
        return {label.get("ident"): label.findtext(f".//{ASI}mattext") for label in choices}

    def answer(self, given: dict[str, list[str]]) -> tuple[Decimal, list[str]]:
        """The score of 100, and the names of what is said."""
        score, said, tested = Decimal(0), [], False
        for response in self.element.iter(f"{ASI}respcondition"):
            (condition,) = response.findall(f"{ASI}conditionvar")
            other = condition[0].tag == f"{ASI}other"
            holds = not tested if other else all(_holds(test, given) for test in condition)
            if not holds:
                continue
            tested = tested or not other
            for setvar in response.findall(f"{ASI}setvar"):
                points = Decimal(setvar.text)
                score = points if setvar.get("action") == "Set" else score + points
            said += [f.get("linkrefid") for f in response.iter(f"{ASI}displayfeedback")]
            if response.get("continue") == "No":
                break
        return score, said

    def says(self, given: dict[str, list[str]]) -> list[str]:
        """What is said besides the general feedback."""
        names = [name for name in self.answer(given)[1] if name != "general_fb"]
        return [self.feedback[name] for name in dict.fromkeys(names)]

    def general(self) -> Html:
        assert "general_fb" in self.answer({})[1]
        return Html(self.feedback["general_fb"])

    def prompt(self) -> list[str]:
        mattext = self.element.find(f"{ASI}presentation/{ASI}material/{ASI}mattext")
        assert mattext.get("texttype") == "text/html"
        return Html(mattext.text).paragraphs

    def asked(self) -> Asked:
        kind = self.metadata["kind"]
        reader = {"numeric": self._numeric, "matching": self._rows, "ordering": self._rows}
        return Asked(
            id=self.element.get("title"),
            kind=kind,
            prompt=self.prompt()[0],
            difficulty=int(self.metadata["difficulty"]),
            objective=self.metadata["objective"].partition(":")[0],
            lesson=self.metadata["lesson"],
            mirrors=self.metadata.get("mirrors"),
            **reader.get(kind, self._options)(),
        )

    def _options(self):
        (name,) = self.asked_for
        labels = self.labels(name)
        single = self.asked_for[name].get("rcardinality") == "Single"
        kinds = ("single", "multiple_choice_question"), ("multiple", "multiple_answers_question")
        assert (self.metadata["kind"], self.metadata["question_type"]) == kinds[not single]
        if single:
            right = {ident for ident in labels if self.answer({name: [ident]})[0] == 100}
        else:
            # The one set of options that gets the mark, told by what the rule forbids.
            wrong = {n[0].text for n in self.element.iter(f"{ASI}not")}
            right = set(labels) - wrong
            assert self.answer({name: sorted(right)})[0] == 100
            for ident in labels:
                assert self.answer({name: sorted(right ^ {ident})})[0] == 0
        return {
            "options": tuple(
                (
                    only_paragraph(text),
                    ident in right,
                    only_paragraph(self._said_to_option(name, ident)),
                )
                for ident, text in labels.items()
            )
        }

    def _said_to_option(self, name: str, ident: str) -> str:
        (said,) = self.says({name: [ident]})
        return said

    def _numeric(self):
        assert self.metadata["question_type"] == "numerical_question"
        (name,) = self.asked_for
        conditions = list(self.element.iter(f"{ASI}respcondition"))
        ranges = [c for c in conditions if c.find(f".//{ASI}and") is not None]
        ranges += [c for c in conditions if c.find(f".//{ASI}or") is not None and c not in ranges]
        assert len(ranges) == 1, "Canvas takes each range for a right answer"
        values = [
            Decimal(ranges[0].findtext(f".//{ASI}{t}")) for t in ("varequal", "vargte", "varlte")
        ]
        answer, low, high = values
        step = (abs(answer) + abs(high) + 1) * Decimal("1e-6")

        def said(number: Decimal, right: bool) -> str:
            given = {name: [str(number)]}
            assert self.answer(given)[0] == (100 if right else 0)
            (text,) = self.says(given)
            return only_paragraph(text)

        right = {said(number, True) for number in values}
        assert len(right) == 1
        below, above = said(low - step, False), said(high + step, False)
        both = Html(self.feedback["general_incorrect_fb"]).paragraphs
        assert both == [f"If yours is lower: {below}", f"If yours is higher: {above}"]
        instruction = self.prompt()[1]
        assert instruction.startswith("Give a number: … ")
        return {
            "accepted": (answer, low, high),
            "unit": instruction.removeprefix("Give a number: … "),
            "said": (right.pop(), below, above),
        }

    def _rows(self):
        assert self.metadata["question_type"] == "matching_question"
        ordering = self.metadata["kind"] == "ordering"
        rows, everything = [], {}
        for name, element in self.asked_for.items():
            labels = self.labels(name)
            assert all(ident.isdecimal() for ident in labels), "Canvas reads digits"
            scores = {ident: self.answer({name: [ident]}) for ident in labels}
            (right,) = (ident for ident, (score, _) in scores.items() if score > 0)
            everything[name] = [right]
            (said,) = {tuple(f for f in s if f == f"{name}_fb") for _, s in scores.values()}
            left = element.findtext(f"{ASI}material/{ASI}mattext")
            choice = labels[right].removeprefix("Place ") if ordering else labels[right]
            rows.append((left, choice, only_paragraph(self.feedback[said[0]])))
        assert abs(self.answer(everything)[0] - 100) < Decimal("0.1")
        choices = labels.values()
        if ordering:
            assert self.prompt()[1:] == ["Give each its place in the order."]
            assert [place for _, place, _ in rows] != sorted(place for _, place, _ in rows)
            choices = [choice.removeprefix("Place ") for choice in choices]
        return {"rows": frozenset(rows), "choices": frozenset(choices)}


def _holds(test, given: dict[str, list[str]]) -> bool:
    kind = test.tag.removeprefix(ASI)
    if kind == "and":
        return all(_holds(part, given) for part in test)
    if kind == "or":
        return any(_holds(part, given) for part in test)
    if kind == "not":
        return not any(_holds(part, given) for part in test)
    answers = given.get(test.get("respident"), [])
    if kind == "varequal":
        return test.text in answers
    bound = Decimal(test.text)
    compare = {
        "vargt": lambda number: number > bound,
        "vargte": lambda number: number >= bound,
        "varlt": lambda number: number < bound,
        "varlte": lambda number: number <= bound,
    }[kind]
    return any(compare(Decimal(answer)) for answer in answers)

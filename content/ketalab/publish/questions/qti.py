"""The bank as QTI 1.2 packages, which Canvas imports as "QTI .zip file".

text2qti writes the questions with options to choose from, with what is said to each, and the
settings of a quiz. `qti_items` writes the others. The names of items come from the bank, so that a
second import replaces a question and does not double it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from types import ModuleType, SimpleNamespace
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape as escape_xml

from markupsafe import Markup

from ketalab.activities.bank import Bank, Question
from ketalab.publish.packages.zip_of import zip_of
from ketalab.publish.project import PublishError
from ketalab.publish.questions.evidence_notes import evidence_notes
from ketalab.publish.questions.qti_items import matching_item, numeric_item, ordering_item
from ketalab.publish.questions.selections import ABOUT, COURSE, Selection, Test, select, selections
from ketalab.publish.questions.wording import paragraph

_ITEMS = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"
_PACKAGE = "http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1"
_METADATA = "http://www.imsglobal.org/xsd/imsmd_v1p2"
_OWN_ITEMS = {"numeric": numeric_item, "matching": matching_item, "ordering": ordering_item}
_TYPES = {
    "single": "multiple_choice_question",
    "multiple": "multiple_answers_question",
    "numeric": "numerical_question",
    "matching": "matching_question",
    "ordering": "matching_question",
}


def qti_package(bank: Bank, test: Test | None = None) -> bytes:
    """One quiz as a zip: the questions of a lesson that are in no test, or those of a test.

    Raises:
        PublishError: text2qti is not installed, there are no such questions, or one that the
            format cannot hold; names file, question and field.
    """
    return _package([select(bank, test)])


def course_qti_package(banks: Iterable[Bank]) -> bytes:
    """The whole bank as one zip with a quiz for each lesson and test; otherwise as above."""
    return _package(selections(banks))


def _package(quizzes: Sequence[Selection]) -> bytes:
    text2qti = _text2qti()
    files = {"imsmanifest.xml": _manifest(quizzes)}
    for quiz in quizzes:
        name = _name(quiz)
        title = escape_xml(f"{COURSE}. {quiz.title}")
        meta = text2qti.xml_assessment_meta.assessment_meta(
            assessment_identifier=name,
            assignment_group_identifier=f"{name}_group",
            assignment_identifier=f"{name}_assignment",
            title_xml=title,
            description_html_xml=escape_xml(str(paragraph(ABOUT))),
            points_possible=len(quiz.questions),
            shuffle_answers="true",
            show_correct_answers="true",
            one_question_at_a_time="false",
            cant_go_back="false",
        )
        files[f"{name}/assessment_meta.xml"] = meta.encode()
        files[f"{name}/{name}.xml"] = _assessment(quiz, text2qti)
    return zip_of(files)


def _text2qti() -> ModuleType:
    try:
        import text2qti
        import text2qti.quiz
        import text2qti.xml_assessment
        import text2qti.xml_assessment_meta
    except ModuleNotFoundError as error:
        raise PublishError(
            f"{error.name} is not installed: exports need the extra of pyproject.toml, `make "
            "exports` installs it"
        ) from error
    package: ModuleType = text2qti
    return package


def _name(quiz: Selection) -> str:
    """A name for files and identifiers: "ketalab_04-side-effects"."""
    return f"ketalab_{re.sub(r'[^A-Za-z0-9.-]', '_', quiz.name)}"


# The quiz ----------------------------------------------------------------------------------------


def _assessment(quiz: Selection, text2qti: ModuleType) -> bytes:
    chosen = _items_to_choose(quiz, text2qti)
    root = ET.Element("questestinterop", xmlns=_ITEMS)
    assessment = ET.SubElement(root, "assessment", ident=_name(quiz), title=quiz.title)
    attempts = ET.SubElement(assessment, "qtimetadata")
    _field(attempts, "cc_maxattempts", "1")
    section = ET.SubElement(assessment, "section", ident="root_section")
    for question in quiz.questions:
        if question.kind in _OWN_ITEMS:
            item = _OWN_ITEMS[question.kind](quiz.bank, question, _general(question))
        else:
            item = chosen[question.id]
            written = item.find("itemmetadata")
            assert written is not None  # text2qti gives every item some
            item.remove(written)
        item.attrib.update(ident=f"ketalab_{question.id}", title=question.id)
        item.insert(0, _item_metadata(quiz, question))
        section.append(item)
    return _xml(root)


def _item_metadata(quiz: Selection, question: Question) -> ET.Element:
    metadata = ET.Element("itemmetadata")
    fields = ET.SubElement(metadata, "qtimetadata")
    _field(fields, "question_type", _TYPES[question.kind])
    _field(fields, "points_possible", "1")
    _field(fields, "assessment_question_identifierref", f"ketalab_ref_{question.id}")
    # What follows is for people and other programs: Canvas has no place for it.
    _field(fields, "kind", question.kind)
    _field(fields, "lesson", quiz.bank.lesson)
    _field(fields, "objective", f"{question.objective}: {quiz.objective(question)}")
    _field(fields, "difficulty", str(question.difficulty))
    if question.mirrors is not None:
        _field(fields, "mirrors", question.mirrors)
    return metadata


def _field(metadata: ET.Element, label: str, entry: str) -> None:
    field = ET.SubElement(metadata, "qtimetadatafield")
    ET.SubElement(field, "fieldlabel").text = label
    ET.SubElement(field, "fieldentry").text = entry


def _general(question: Question) -> Markup:
    """What is said to every answer: the sources, and how sure they are."""
    notes = [note.html() for note in evidence_notes(question)]
    return Markup().join(Markup("<p>Source: {}</p>").format(note) for note in notes)


class _Plain:
    """Takes the place of text2qti's Markdown, since nothing in a text of the bank is markup."""

    def md_to_html_xml(self, text: str) -> str:
        html = text if isinstance(text, Markup) else paragraph(text)
        return escape_xml(str(html))  # Markup would escape what escapes it

    def xml_escape(self, text: str) -> str:
        return escape_xml(text)


def _items_to_choose(quiz: Selection, text2qti: ModuleType) -> dict[str, ET.Element]:
    """What text2qti writes for the questions with options, by their ids."""
    asked = [question for question in quiz.questions if question.kind not in _OWN_ITEMS]
    found = SimpleNamespace(feedback_is_solution=False, questions_and_delims=[])
    place = {"linenum_start": 0, "linenum_end": 0}
    for question in asked:
        written = text2qti.quiz.Question(
            question.prompt, quiz=found, title=None, points=None, md=_Plain(), **place
        )
        written.append_feedback(_general(question), **place)
        kind = "mctf" if question.kind == "single" else "multans"
        for option in question.options:
            right = "correct" if option.correct else "incorrect"
            try:
                getattr(written, f"append_{kind}_{right}_choice")(option.text, **place)
            except text2qti.err.Text2qtiError as error:
                raise PublishError(
                    f"{quiz.bank.lesson}.yaml: {question.id!r}, field options: {error}"
                ) from error
            written.append_feedback(option.feedback, **place)
        found.questions_and_delims.append(written)
    document = text2qti.xml_assessment.assessment(
        quiz=found, assessment_identifier="", title_xml=""
    )
    root = ET.fromstring(document)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        # White space between elements is set anew for the whole file.
        if len(element):
            element.text = None
        element.tail = None
    return dict(zip((q.id for q in asked), root.iter("item"), strict=True))


# The package -------------------------------------------------------------------------------------


def _manifest(quizzes: Sequence[Selection]) -> bytes:
    """The list of files that Canvas reads first: each quiz, and its settings that hang on it."""
    manifest = ET.Element(
        "manifest", {"identifier": "ketalab", "xmlns": _PACKAGE, "xmlns:imsmd": _METADATA}
    )
    metadata = ET.SubElement(manifest, "metadata")
    ET.SubElement(metadata, "schema").text = "IMS Content"
    ET.SubElement(metadata, "schemaversion").text = "1.1.3"
    lom = ET.SubElement(metadata, "imsmd:lom")
    title = ET.SubElement(ET.SubElement(lom, "imsmd:general"), "imsmd:title")
    _language_string(title, COURSE)
    rights = ET.SubElement(lom, "imsmd:rights")
    _language_string(ET.SubElement(rights, "imsmd:description"), ABOUT)
    ET.SubElement(manifest, "organizations")
    resources = ET.SubElement(manifest, "resources")
    for quiz in quizzes:
        name = _name(quiz)
        settings = f"{name}_settings"
        resource = ET.SubElement(resources, "resource", identifier=name, type="imsqti_xmlv1p2")
        ET.SubElement(resource, "file", href=f"{name}/{name}.xml")
        ET.SubElement(resource, "dependency", identifierref=settings)
        path = f"{name}/assessment_meta.xml"
        meta = ET.SubElement(
            *(resources, "resource"),
            identifier=settings,
            type="associatedcontent/imscc_xmlv1p1/learning-application-resource",
            href=path,
        )
        ET.SubElement(meta, "file", href=path)
    return _xml(manifest)


def _language_string(parent: ET.Element, text: str) -> None:
    ET.SubElement(parent, "imsmd:langstring", {"xml:lang": "en-GB"}).text = text


def _xml(root: ET.Element) -> bytes:
    ET.indent(root, " ")
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"

"""Hostile text in any field comes out as text: in page, deck, QTI, Moodle, paper and notebook.

Each output is made twice by the real makers, with harmless and with hostile text in every field.
The two must have the same elements, attributes and scripts, and the text must be there unchanged.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_args
from xml.etree import ElementTree as ET

import pytest
import yaml
from bs4 import BeautifulSoup

from ketalab.activities.bank import Bank, load_bank
from ketalab.activities.quiz import ask
from ketalab.evidence.citable import citable
from ketalab.evidence.citation import bibtex, csl_json
from ketalab.evidence.library import SOURCES, library
from ketalab.evidence.tables import Record
from ketalab.publish.built_notebooks import executed_path
from ketalab.publish.editions import student_edition
from ketalab.publish.glossary import load_glossary, word_in_prose, word_list
from ketalab.publish.handouts.handout import handout
from ketalab.publish.lessons import read_lesson, write_notebook
from ketalab.publish.pages.bibliography import entry_list
from ketalab.publish.pages.deck import DeckExporter
from ketalab.publish.pages.exporters import PageExporter
from ketalab.publish.pages.glossary_page import glossary_page
from ketalab.publish.pages.reference_pages import reference_page
from ketalab.publish.project import Project, PublishError
from ketalab.publish.questions.moodle import moodle_xml
from ketalab.publish.questions.paper import key, paper
from ketalab.publish.questions.qti import qti_package
from ketalab.publish.roles import Citations, resolve, source_list
from tests.activities.conftest import SMALL
from tests.bad_input.hostile import HARMLESS, HOSTILE, hostile_bank
from tests.browser.small_page import write_page
from tests.publish.conftest import FRONT, lesson_text


def shape(html: str) -> list[tuple[str, tuple[str, ...]]]:
    """Every element with the names of its attributes, and what each script that runs is."""
    soup = BeautifulSoup(html, "html.parser")
    found = []
    for element in soup.find_all(True):
        found.append((element.name, tuple(sorted(element.attrs))))
        if element.name == "script" and "json" not in element.get("type", ""):
            found.append(("text of a script", (element.string or "",)))
        if element.name == "meta" and element.get("http-equiv"):
            found.append(("policy", (element["content"],)))
    return found


def words(html: str) -> str:
    """What an HTML text shows and holds as data, with white space folded."""
    soup = BeautifulSoup(html, "html.parser")
    parts = [soup.get_text(" ")]
    for script in soup.find_all("script"):
        if "json" in script.get("type", "") and (script.string or "").strip():
            parts += texts_of(json.loads(script.string))
    parts += [str(value) for tag in soup.find_all(True) for value in tag.attrs.values()]
    return " ".join(" ".join(parts).split())


def texts_of(content: Any) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict | list):
        for part in content.values() if isinstance(content, dict) else content:
            yield from texts_of(part)


def assert_same(clean: str, poisoned: str) -> None:
    assert shape(clean) == shape(poisoned)
    assert HOSTILE in words(poisoned)


# --- Records, in prose ---------------------------------------------------------------------------


@pytest.fixture
def poison(monkeypatch):
    """Make a function that adds a text to every free text of one record, in the library itself."""

    def change(table: str, name: str, more: str) -> Record:
        records = library().table(table)
        record = poisoned(records[name], more)
        monkeypatch.setitem(library()._tables, table, MappingProxyType({**records, name: record}))
        citable.cache_clear()
        return record

    yield change
    monkeypatch.undo()
    citable.cache_clear()


# What another record or a table of permitted values is found by, and what is no prose.
LINKING = {"id", "key", "source", "source_key", "sources", "keys", "doi", "pmid", "overlap_group"}


def poisoned(record: Record, more: str) -> Record:
    """The record with `more` behind each text that may be any text."""
    update: dict[str, Any] = {}
    for name, field in type(record).model_fields.items():
        value = getattr(record, name)
        if isinstance(value, Record):
            update[name] = poisoned(value, more)
        elif isinstance(value, str) and name not in LINKING and is_free(field.annotation):
            update[name] = f"{value} {more}"
    return record.model_copy(update=update)


def is_free(annotation: Any) -> bool:
    return annotation is str or str in get_args(annotation)


def keys_of(table: str, name: str, record: Record, path: str = "") -> Iterator[str]:
    for field, value in record:
        if isinstance(value, Record):
            yield from keys_of(table, name, value, f"{path}{field}.")
        elif isinstance(value, str):
            yield f"{table}/{name}:{path}{field}"


def page_of(markdown: str) -> str:
    return reference_page("A page", "It is small.", markdown)


@pytest.mark.parametrize("table", [name for name in SOURCES if name != "references"])
def test_every_text_of_a_record(poison, table):
    name = next(iter(library().table(table)))
    pages = []
    for more in (HARMLESS, HOSTILE):
        record = poison(table, name, more)
        said = list(filter(None, (resolved(key) for key in keys_of(table, name, record))))
        pages.append(page_of("\n\n".join(said)))
    assert_same(*pages)


def resolved(key: str) -> str | None:
    try:
        return resolve(f"{{fact}}`{key}`", Citations(), str)
    except PublishError:  # marks of a record and what is withheld are no facts
        return None


def test_every_text_of_a_source(poison):
    pages, files = [], []
    for more in (HARMLESS, HOSTILE):
        poison("references", "sigtermans2009", more)
        citations = Citations()
        text = resolve("{cite}`sigtermans2009`", citations, str)
        page = page_of(f"{text}\n\n{source_list(citations)}\n\n{entry_list({})}")
        pages.append(page)
        files.append((bibtex(), csl_json()))
    assert_same(*pages)
    assert HOSTILE in json.dumps(files[1][1], ensure_ascii=False).replace('\\"', '"').replace(
        "\\\\", "\\"
    )
    assert files[1][0].count("\n@") == files[0][0].count("\n@")


# --- Lessons and words ---------------------------------------------------------------------------


def lesson(folder: Path, more: str) -> Path:
    folder.mkdir()
    quoted = json.dumps(f"A small lesson {more}", ensure_ascii=False)
    summary = json.dumps(f"It is small {more}", ensure_ascii=False)
    front = FRONT.replace("title: A small lesson", f"title: {quoted}")
    front = front.replace("summary: It is small.", f"summary: {summary}\n  words: [Arm]")
    path = folder / "09-small.md"
    path.write_text(lesson_text(front, explain="An {word}`Arm` is meant."), encoding="utf-8")
    entry = {"term": "Arm", "definition": f"a group {more}.", "lesson": "09-small"}
    (folder / "glossary.yaml").write_text(yaml.safe_dump({"words": [entry]}), encoding="utf-8")
    return path


@pytest.mark.parametrize("exporter", [PageExporter, DeckExporter])
def test_title_summary_and_words_of_a_lesson(tmp_path, exporter):
    pages = []
    for place, more in enumerate((HARMLESS, HOSTILE)):
        notebook = student_edition(read_lesson(lesson(tmp_path / str(place), more)))
        assert json.loads(write_notebook(notebook))["metadata"]["title"] == f"A small lesson {more}"
        pages.append(exporter().from_notebook_node(notebook)[0])
    assert_same(*pages)


def test_the_handout(tmp_path):
    pages = []
    for place, more in enumerate((HARMLESS, HOSTILE)):
        project = Project(tmp_path / str(place))
        project.lessons.parent.mkdir(parents=True)
        path = lesson(project.lessons, more)
        executed = executed_path(project, path)
        executed.parent.mkdir(parents=True)
        executed.write_text(write_notebook(student_edition(read_lesson(path))), encoding="utf-8")
        pages.append(handout(project, path))
    assert_same(*pages)


def test_the_glossary(tmp_path):
    pages = []
    for place, more in enumerate((HARMLESS, HOSTILE)):
        project = Project(tmp_path / str(place))
        project.lessons.parent.mkdir(parents=True)
        lesson(project.lessons, more)
        pages.append(glossary_page(project))
    assert_same(*pages)


def test_a_term(tmp_path):
    """A term is part of addresses, attributes and lists of words."""
    pages = []
    for more in (HARMLESS, HOSTILE):
        path = tmp_path / "glossary.yaml"
        entry = {"term": f"Arm {more}", "definition": "a group.", "lesson": "09-small"}
        path.write_text(yaml.safe_dump({"words": [entry]}), encoding="utf-8")
        known = load_glossary(path)
        pages.append(page_of(word_list([f"Arm {more}"], known)))
        with pytest.raises(LookupError):
            word_in_prose(f"Leg {more}", known)
    assert_same(*pages)


# --- Questions -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def banks(tmp_path_factory) -> tuple[Bank, Bank]:
    """The small bank with harmless and with hostile text in every field that may hold any text."""
    return tuple(
        hostile_bank(tmp_path_factory.mktemp("bank"), SMALL, more) for more in (HARMLESS, HOSTILE)
    )


@pytest.mark.parametrize("make", [paper, key])
def test_questions_on_paper(banks, make):
    assert_same(*map(make, banks))


@pytest.mark.parametrize("deck", [False, True])
def test_questions_on_a_page(banks, tmp_path, deck):
    pages = []
    for place, bank in enumerate(banks):
        widgets = [ask(question) for question in bank.questions]
        path = write_page(tmp_path / f"{place}.html", widgets, deck=deck)
        pages.append(path.read_text(encoding="utf-8"))
    assert_same(*pages)


def xml_shape(text: str | bytes) -> list[tuple[str, tuple[str, ...]]]:
    return [(e.tag, tuple(sorted(e.attrib))) for e in ET.fromstring(text).iter()]


def assert_same_xml(clean: str | bytes, hostile: str | bytes) -> None:
    """The same elements, and in each that holds HTML the same elements again."""
    assert xml_shape(clean) == xml_shape(hostile)
    seen = 0
    for ours, theirs in zip(*(ET.fromstring(t).iter() for t in (clean, hostile)), strict=True):
        if "<p>" in (ours.text or ""):
            assert shape(ours.text) == shape(theirs.text)
            seen += HOSTILE in words(theirs.text)
    assert seen > 0


def test_questions_for_moodle(banks):
    assert_same_xml(*map(moodle_xml, banks))


def test_questions_for_canvas(banks):
    clean, hostile = (zipfile.ZipFile(io.BytesIO(qti_package(bank))) for bank in banks)
    assert clean.namelist() == hostile.namelist()
    for name in clean.namelist():
        if name.endswith("ketalab_99-small.xml"):
            assert_same_xml(clean.read(name), hostile.read(name))
        else:
            assert xml_shape(clean.read(name)) == xml_shape(hostile.read(name))


def test_every_text_of_the_bank_was_poisoned(tmp_path):
    before, after = deepcopy(SMALL), hostile_bank(tmp_path, SMALL, HOSTILE)
    kept = set(texts_of(before)) & set(texts_of(json.loads(after.model_dump_json())))
    fields = {"id", "objective", "kind", "source", "fact", "lesson"}
    assert kept == set(linking(before, fields))
    assert load_bank(tmp_path / "99-small.yaml") == after


def linking(content: Any, fields: set[str], name: str = "") -> Iterator[str]:
    if isinstance(content, str):
        if name in fields:
            yield content
    elif isinstance(content, dict):
        for field, part in content.items():
            yield from linking(part, fields, field)
    elif isinstance(content, list):
        for part in content:
            yield from linking(part, fields, name)

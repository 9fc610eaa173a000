"""No solution and no remark reaches a student's file, in plain sight or in disguise."""

from __future__ import annotations

import base64
import copy
import gzip
import html
import io
import json
import sys
import zipfile
import zlib
from urllib.parse import quote

import nbformat
import pypdf
import pytest
from nbformat.v4 import new_output
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    StreamObject,
    TextStringObject,
)

from ketalab.publish.editions import hidden_from_students, instructor_edition, student_edition
from ketalab.publish.leaks import (
    leak_check,
    leaks,
    refuse_leaks,
    secrets_of,
    secrets_of_course,
)
from ketalab.publish.lessons import read_lesson, tagged, write_notebook
from ketalab.publish.notebooks import for_jupyter
from ketalab.publish.pages.deck import DeckExporter
from ketalab.publish.pages.exporters import PageExporter
from ketalab.publish.project import Project, PublishError
from tests.publish.conftest import GALLERY, code, lesson_text, remark


@pytest.fixture(scope="module")
def lessons():
    """Every lesson by the name of its file."""
    return {path.stem: read_lesson(path) for path in Project.find().lesson_files()}


@pytest.fixture(scope="module")
def secrets():
    """The secrets of the whole course."""
    return secrets_of_course(Project.find())


@pytest.fixture(scope="module")
def plain(students):
    """A student's notebook as it is written."""
    return write_notebook(for_jupyter(students)).encode()


@pytest.fixture(scope="module")
def short(plain):
    """The beginning of a student's notebook, which is searched in no time."""
    notebook = nbformat.reads(plain.decode(), as_version=4)
    shown = next(i for i, cell in enumerate(notebook.cells) if cell.get("outputs"))
    notebook.cells = notebook.cells[: shown + 1]
    return nbformat.writes(notebook).encode()


@pytest.fixture(scope="module")
def hidden(lesson_path):
    """The longest solution and the longest remark."""
    cells = hidden_from_students(read_lesson(lesson_path))
    return {
        tag: max((c.source for c in cells if tagged(c, tag)), key=len)
        for tag in ("solution", "instructor")
    }


# --- What there is ------------------------------------------------------------------------------


def test_every_notebook_of_this_checkout_holds_nothing(repository, secrets):
    notebooks = sorted((repository / "notebooks").glob("*.ipynb"))
    assert notebooks
    for path in notebooks:
        refuse_leaks(secrets, path.name, path.read_bytes())


def test_a_fresh_notebook_page_and_deck_hold_nothing(secrets, students, plain):
    refuse_leaks(secrets, "notebook", plain)
    for exporter in (PageExporter, DeckExporter):
        body, _ = exporter().from_notebook_node(students)
        refuse_leaks(secrets, exporter.__name__, body.encode())


def test_every_hidden_cell_has_a_secret_of_its_own(lessons, secrets):
    """In its lesson, and still when what stands open anywhere is no secret any more."""
    for lesson in lessons.values():
        own = secrets_of(lesson)
        named = {*own.windows.values(), *own.lines.values()}
        assert len(named) == len({cell.source for cell in hidden_from_students(lesson)})
        assert named <= {*secrets.windows.values(), *secrets.lines.values()}


def test_the_instructors_page_holds_every_secret(instructors, lesson_path):
    own = secrets_of(read_lesson(lesson_path))
    body, _ = PageExporter().from_notebook_node(instructors)
    assert set(leaks(own, body.encode())) == {*own.windows.values(), *own.lines.values()}


# --- Planted ------------------------------------------------------------------------------------


def zipped(data: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("notes.txt", data)
    return buffer.getvalue()


def wrapped(text: bytes) -> bytes:
    return base64.encodebytes(text)


DISGUISES = {
    "as it is": lambda text: text.encode(),
    "upper case": lambda text: text.upper().encode(),
    "JSON": lambda text: json.dumps(text).encode(),
    "JSON in JSON": lambda text: json.dumps(json.dumps({"x": text})).encode(),
    "JSON, every character": lambda text: "".join(f"\\u{ord(c):04x}" for c in text).encode(),
    "lines of a notebook": lambda text: json.dumps(text.splitlines(keepends=True)).encode(),
    "HTML entities": lambda text: html.escape(text).encode(),
    "HTML entities, every character": lambda text: "".join(f"&#{ord(c)};" for c in text).encode(),
    "highlighted": lambda text: " ".join(f"<span>{w}</span>" for w in text.split()).encode(),
    "URL": lambda text: quote(text).encode(),
    "URL, every character": lambda text: "".join(f"%{b:02x}" for b in text.encode()).encode(),
    "base64": lambda text: base64.b64encode(text.encode()),
    "base64 for addresses": lambda text: base64.urlsafe_b64encode(text.encode()),
    "base64 in lines": lambda text: wrapped(text.encode()),
    "base64 in lines of JSON": lambda text: json.dumps(wrapped(text.encode()).decode()).encode(),
    "base64 in a list": lambda text: json.dumps(
        wrapped(text.encode()).decode().splitlines(keepends=True), indent=1
    ).encode(),
    "base64 behind a word": lambda text: b"data/x" + base64.b64encode(text.encode()),
    "base64 of base64": lambda text: base64.b64encode(base64.b64encode(text.encode())),
    "base64 of JSON": lambda text: base64.b64encode(json.dumps({"a": text}).encode()),
    "hex": lambda text: text.encode().hex().encode(),
    "hex with half a byte behind it": lambda text: text.encode().hex().encode() + b"a",
    "gzip in base64": lambda text: base64.b64encode(gzip.compress(text.encode())),
    "zlib in base64": lambda text: base64.b64encode(zlib.compress(text.encode())),
    "zip in base64": lambda text: base64.b64encode(zipped(text.encode())),
    "gzip in base64, without padding, amid other words": lambda text: b" ".join(
        [b"x" * 30, base64.b64encode(gzip.compress(text.encode(), mtime=0)).rstrip(b"="), b"ab"]
    ),
}


@pytest.mark.parametrize("tag", ["solution", "instructor"])
@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_planted_secret_is_found(secrets, hidden, short, disguise, tag):
    planted = DISGUISES[disguise](hidden[tag])
    middle = short.index(b'"cell_type"')
    assert not set(leaks(secrets, short))
    found = set(leaks(secrets, short[:middle] + b" " + planted + b" " + short[middle:]))
    assert any(
        name.startswith("the solution" if tag == "solution" else "the rem") for name in found
    )


@pytest.mark.parametrize(
    "pack", [zipped, gzip.compress, zlib.compress], ids=["zip", "gzip", "zlib"]
)
def test_a_file_that_is_packed_is_opened(secrets, hidden, pack):
    assert set(leaks(secrets, pack(hidden["instructor"].encode())))
    assert not set(leaks(secrets, pack(b"Nothing to see here. " * 20)))


PLACES = {
    "a hidden cell": lambda nb, text: nb.cells.append(
        nbformat.v4.new_markdown_cell(text, metadata={"jupyter": {"source_hidden": True}})
    ),
    "a comment": lambda nb, text: nb.cells.append(
        nbformat.v4.new_markdown_cell(f"<!-- {text} -->")
    ),
    "metadata of the notebook": lambda nb, text: nb.metadata.update(ketalab={"remark": text}),
    "metadata of a cell": lambda nb, text: nb.cells[0].metadata.update(answer=text),
    "an attachment": lambda nb, text: nb.cells[0].update(
        attachments={"a.txt": {"text/plain": base64.b64encode(text.encode()).decode()}}
    ),
    "an output": lambda nb, text: next(c for c in nb.cells if c.cell_type == "code").outputs.append(
        new_output("stream", text=text)
    ),
    "metadata of an output": lambda nb, text: (
        next(c for c in nb.cells if c.get("outputs"))
        .outputs[0]
        .setdefault("metadata", {})
        .update(x=text)
    ),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_secret_anywhere_in_a_notebook_is_found(secrets, hidden, short, place):
    for text in hidden.values():
        notebook = nbformat.reads(short.decode(), as_version=4)
        PLACES[place](notebook, text)
        with pytest.raises(PublishError, match=r"^x\.ipynb: students would see what is for instr"):
            refuse_leaks(secrets, "x.ipynb", nbformat.writes(notebook).encode())


def test_one_line_of_a_solution_and_half_a_remark_are_found(secrets, hidden, short):
    line = max(hidden["solution"].splitlines(), key=len)
    words = hidden["instructor"].split()
    for part in (line, " ".join(words[: len(words) // 2])):
        assert set(leaks(secrets, short + part.encode()))


def test_the_tags_alone_hide_a_cell(secrets, instructors):
    """A student edition that forgot one of its two tags would be found out."""
    for tag in ("solution", "instructor"):
        notebook = copy.deepcopy(instructors)
        notebook.cells = [c for c in notebook.cells if not tagged(c, tag)]
        assert set(leaks(secrets, write_notebook(notebook).encode()))


def test_a_piece_is_found_wherever_it_stands(secrets):
    """As many letters as make a window, and not one more, at every place of a file."""
    window, name = next(iter(secrets.windows.items()))
    for place in range(20):
        assert set(leaks(secrets, b"-" * 100 + b"x" * place + window + b"yz")) == {name}
        assert not set(leaks(secrets, b"x" * place + window[1:] + b"-"))


# --- PDFs -----------------------------------------------------------------------------------------


def pdf(change=lambda writer: None, words: str = "Nothing to see here.") -> bytes:
    """A PDF of one page with some words, packed as a printer packs them, after a change."""
    writer = pypdf.PdfWriter()
    page = writer.add_blank_page(600, 800)
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    fonts = DictionaryObject({NameObject("/F"): writer._add_object(font)})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    drawn = StreamObject()
    # Two letters at a time, each put in its place: no two words stand together in the file.
    pairs = [words[at : at + 2] for at in range(0, len(words), 2)]
    drawn.set_data(
        b"BT /F 9 Tf 20 780 Td "
        + b" ".join(
            f"<{pair.encode('cp1252', 'replace').hex()}> Tj {8 * (place % 60 == 59)} 0 Td".encode()
            for place, pair in enumerate(pairs)
        )
        + b" ET"
    )
    page[NameObject("/Contents")] = writer._add_object(drawn.flate_encode())
    change(writer)
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


IN_A_PDF = {
    "words on a page": lambda text: pdf(words=" ".join(text.split())),
    "title": lambda text: pdf(lambda writer: writer.add_metadata({"/Title": text})),
    "attachment": lambda text: pdf(lambda writer: writer.add_attachment("a.txt", text.encode())),
    "alternative text": lambda text: pdf(
        lambda writer: writer._add_object(
            DictionaryObject({NameObject("/Alt"): TextStringObject(text)})
        )
    ),
    "deep in a list": lambda text: pdf(
        lambda writer: writer._add_object(
            ArrayObject(
                [ArrayObject([DictionaryObject({NameObject("/T"): TextStringObject(text)})])]
            )
        )
    ),
    "zipped": lambda text: zipped(pdf(words=" ".join(text.split()))),
}


@pytest.mark.parametrize("place", IN_A_PDF)
def test_a_secret_in_a_pdf_is_found(secrets, hidden, place):
    for text in hidden.values():
        assert set(leaks(secrets, IN_A_PDF[place](text)))
    assert not set(leaks(secrets, IN_A_PDF[place]("Nothing that anybody hides. " * 9)))


def test_a_letter_that_a_font_joined_hides_nothing(secrets):
    window, name = next((w, n) for w, n in secrets.windows.items() if b"fi" in w)
    joined = window.decode().replace("fi", "ﬁ")
    assert set(leaks(secrets, pdf(lambda writer: writer.add_metadata({"/Title": joined})))) == {
        name
    }


def test_a_pdf_that_cannot_be_read_is_refused(secrets):
    whole = pdf()
    with pytest.raises(PublishError, match=r"^x\.pdf: a PDF that cannot be searched"):
        refuse_leaks(secrets, "x.pdf", whole[:90])


def test_without_pypdf_the_error_says_what_to_install(secrets, monkeypatch):
    monkeypatch.setitem(sys.modules, "pypdf", None)
    with pytest.raises(
        PublishError, match=r"^x\.pdf: without pypdf .* pip install -r content/keta"
    ):
        refuse_leaks(secrets, "x.pdf", pdf())


# --- A course -------------------------------------------------------------------------------------


CALL = "share_of_people(with_effect=treated.events, of_all=treated.n)"


@pytest.fixture
def course(project):
    """A project of one lesson with a solution and a remark; its package has a module."""
    words = "The usual slip is to read the first arm that is printed. Ask for both of them."
    solution = code(f"answer = {CALL} - 1", "solution")
    text = lesson_text(GALLERY, exercises=f"{solution}\n{remark(words, 'instructor')}")
    project.lesson_files()[0].write_text(text, encoding="utf-8")
    return project


def test_the_check_names_every_file_that_leaks(course, tmp_path):
    good, bad, worse = (tmp_path / name for name in ("good.html", "bad.html", "worse.zip"))
    good.write_text("<p>Nothing.")
    leak_check(course, [good])
    bad.write_text(f"<p>answer = {CALL} - 1")
    worse.write_bytes(zipped(b"THE USUAL SLIP is to read the first arm that is printed."))
    with pytest.raises(PublishError) as caught:
        leak_check(course, [bad, good, worse])
    first, second = str(caught.value).splitlines()
    assert "bad.html: students would see" in first
    assert "the solution “answer = share_of" in first
    assert "worse.zip: notes.txt: students would see" in second
    assert "the remark “The usual slip" in second


def test_what_the_package_does_as_well_is_no_secret_but_a_bank_excuses_nothing(course):
    package = course.root / "content" / "ketalab"
    before = secrets_of_course(course)
    (package / "bank.yaml").write_text(CALL, encoding="utf-8")
    assert secrets_of_course(course) == before
    (package / "module.py").write_text(f"return {CALL}\n", encoding="utf-8")
    after = secrets_of_course(course)
    refuse_leaks(after, "x", CALL.encode())
    with pytest.raises(PublishError, match="the solution"):
        refuse_leaks(before, "x", CALL.encode())


# --- Lessons that give their secrets away ---------------------------------------------------------


def test_an_answer_in_a_hint_is_refused(write):
    solution = code("answer = 3 * 14 / row.control.n", "solution")
    text = lesson_text(GALLERY, exercises=f"Try `answer = 3*14 / row.control.n`.\n{solution}")
    with pytest.raises(PublishError, match=r"'answer = 3 \* 14 / row.control.n' stands in a stud"):
        secrets_of(read_lesson(write(text)))


def test_a_remark_that_students_read_as_well_is_refused(write):
    words = "The usual slip is to read the first arm that is printed. Ask for both of them."
    text = lesson_text(GALLERY, exercises=f"{words}\n{remark(words, 'instructor')}")
    with pytest.raises(PublishError, match=r"^A small lesson: the remark “The usual .* all of it"):
        secrets_of(read_lesson(write(text)))


def test_a_step_that_the_worked_example_has_too_is_no_secret(write):
    step = "treated, control = row.treatment, row.control"
    text = lesson_text(
        GALLERY,
        worked=code(step),
        exercises=code(f"{step}\nanswer = treated.events / treated.n - control.n", "solution"),
    )
    lesson = read_lesson(write(text))
    own = secrets_of(lesson)
    refuse_leaks(own, "x", write_notebook(student_edition(lesson)).encode())
    with pytest.raises(PublishError, match="the solution"):
        refuse_leaks(own, "x", write_notebook(instructor_edition(lesson)).encode())

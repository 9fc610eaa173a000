"""Who gets which cells: a student's copy holds no solution and no remark, anywhere."""

from __future__ import annotations

import json
import re

import nbformat
import pytest

from ketalab.publish.editions import (
    as_slides,
    hidden_from_students,
    instructor_edition,
    student_edition,
    without_speaker_notes,
)
from ketalab.publish.lessons import read_lesson, tagged
from ketalab.publish.notebooks import for_jupyter
from ketalab.publish.pages.deck import DeckExporter
from ketalab.publish.pages.exporters import PageExporter
from tests.publish.conftest import code, lesson_text, remark

HIDDEN = ("SOLUTION = 1", "REMARK")
SECRETS = {"solution": "SOLUTION = 1", "instructor": "REMARK", "notes": "SPEAK"}


@pytest.fixture
def lesson(write):
    exercises = code("answer = ...") + code(SECRETS["solution"], "solution")
    body = exercises + remark(SECRETS["instructor"], "instructor") + remark("SPEAK", "notes")
    slide = code("'shown'", "slide")
    return read_lesson(write(lesson_text(exercises=body, explore=slide)))


def test_a_lesson_holds_everything(lesson):
    assert all(secret in json.dumps(lesson) for secret in SECRETS.values())


def test_students_get_neither_solution_nor_remark(lesson):
    edition = student_edition(lesson)
    assert SECRETS["solution"] not in json.dumps(edition)
    assert SECRETS["instructor"] not in json.dumps(edition)
    assert "answer = ..." in json.dumps(edition)
    assert SECRETS["notes"] in json.dumps(edition)  # the deck needs them
    assert SECRETS["notes"] not in json.dumps(without_speaker_notes(edition))


def test_editions_leave_the_lesson_as_it_was(lesson):
    before = json.dumps(lesson)
    student_edition(lesson)
    without_speaker_notes(lesson)
    as_slides(lesson)
    assert json.dumps(lesson) == before


def test_the_deck_has_the_tagged_cells_alone(lesson):
    slides = as_slides(student_edition(lesson)).cells
    kinds = [cell.metadata["slideshow"]["slide_type"] for cell in slides]
    assert kinds == ["slide", "slide", "notes"]


def notes_of(lesson_path) -> list[str]:
    return [c.source for c in read_lesson(lesson_path).cells if tagged(c, "notes")]


def bare(text: str) -> str:
    """Letters and digits alone, so that highlighting and escapes cannot hide a leak."""
    return re.sub(r"\W", "", re.sub(r"<[^>]*>|&\w+;|&#\d+;|\\n|\\u\w{4}", "", text))


def test_the_committed_notebooks_hold_no_tagged_cell_and_no_note(repository, lesson_path):
    paths = sorted((repository / "notebooks").glob("*.ipynb"))
    assert paths
    for path in paths:
        text = path.read_text(encoding="utf-8")
        notebook = nbformat.reads(text, as_version=4)
        for cell in notebook.cells:
            assert not {"solution", "instructor", "notes"} & set(cell.metadata.get("tags", []))
        assert "widgets" not in notebook.metadata
        for note in notes_of(lesson_path):
            assert bare(note) not in bare(text)


def test_speaker_notes_stand_in_the_deck_alone(students, lesson_path):
    page, deck = (
        bare(kind().from_notebook_node(students)[0]) for kind in (PageExporter, DeckExporter)
    )
    for note in notes_of(lesson_path):
        assert bare(note)[:60] not in page
        assert bare(note)[:60] in deck


def test_the_instructor_edition_says_what_is_what(lesson):
    before = json.dumps(lesson)
    edition = instructor_edition(lesson)
    assert json.dumps(lesson) == before
    assert edition.metadata["title"] == "A small lesson · instructor edition"
    title, head, *rest = edition.cells
    assert title.source.startswith("# A small lesson")
    assert head.source.startswith("**Instructor edition.**")
    (solution,) = (cell.source for cell in rest if tagged(cell, "solution"))
    assert solution == "# Solution\nSOLUTION = 1"
    (words,) = (cell.source for cell in rest if tagged(cell, "instructor"))
    assert words == "**For the instructor**\n\nREMARK"
    nbformat.validate(edition)
    assert hidden_from_students(lesson) == [c for c in lesson.cells if c.source in HIDDEN]


def test_the_instructors_page_shows_solutions_open_and_remarks_apart(lesson):
    page, _ = PageExporter().from_notebook_node(instructor_edition(lesson))
    assert page.count('<details class="code" open="">\n<summary>Solution</summary>') == 1
    assert page.count('<div class="prose remark">') == 2
    page, _ = PageExporter().from_notebook_node(student_edition(lesson))
    assert "<summary>Solution</summary>" not in page
    assert '<div class="prose remark">' not in page


def test_no_cell_prints_to_the_error_stream(instructors):
    for cell in instructors.cells:
        for output in cell.get("outputs", []):
            assert output.output_type != "error"
            assert output.get("name") != "stderr", output


def test_committed_notebooks_are_in_step_with_their_lessons(repository):
    """Sources, ids and tags; the outputs are nbval's business."""

    def form(notebook):
        return [
            (cell["id"], cell.cell_type, cell.source, cell.metadata.get("tags", []))
            for cell in notebook.cells
        ]

    lessons = sorted((repository / "content" / "lessons").glob("[0-9][0-9]-*.md"))
    committed = sorted((repository / "notebooks").glob("*.ipynb"))
    assert [path.stem for path in committed] == [path.stem for path in lessons]
    for lesson, path in zip(lessons, committed, strict=True):
        fresh = for_jupyter(student_edition(read_lesson(lesson)))
        kept = nbformat.read(path, as_version=4)
        assert form(kept) == form(fresh), f"{path.name}: run `make notebooks`"
        assert kept.metadata["title"] == fresh.metadata["title"]
        assert kept.metadata["ketalab"] == fresh.metadata["ketalab"]


def test_committed_notebooks_were_executed_in_order(repository):
    for path in sorted((repository / "notebooks").glob("*.ipynb")):
        cells = nbformat.read(path, as_version=4).cells
        counts = [cell.execution_count for cell in cells if cell.cell_type == "code"]
        assert counts == list(range(1, len(counts) + 1))


def test_deck_names_sources_without_linking_to_the_room_that_it_lacks(students):
    deck = as_slides(students)
    text = "\n".join(cell.source for cell in deck.cells)
    assert "\\[SPRAVATO label 2021\\]" in text
    assert "#source-" not in text

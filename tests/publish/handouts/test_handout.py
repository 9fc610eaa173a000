"""The handouts of all lessons, read back as a screen reader and as a student would."""

from __future__ import annotations

import re

import pytest

from ketalab.publish.editions import student_edition
from ketalab.publish.handouts.handout import handout
from ketalab.publish.leaks import leaks, secrets_of
from ketalab.publish.lessons import tagged
from ketalab.publish.project import PublishError
from tests.publish.handouts.conftest import executed_here, plain, read

ROOMS = ["What you will be able to do", "Take away", "The claim", "Explore", "Explain", "Words"]


def cells_of(lesson, room):
    """The Markdown cells of a room as the students get them, without speaker notes."""
    cells, inside = [], False
    for cell in student_edition(read(lesson)).cells:
        if cell.cell_type == "markdown" and not tagged(cell, "notes"):
            if cell.source.startswith("## "):
                inside = cell.source.startswith(f"## {room}")
            if inside:
                cells.append(cell)
    return cells


def said(markdown):
    """The words of Markdown."""
    return plain(re.sub(r"<[^>]+>|[*`]", "", markdown))


def test_it_is_at_most_four_pages_of_a4(pdf):
    assert 1 <= pdf.pages <= 4
    for page in pdf.reader.pages:
        assert [round(float(side) / 72 * 25.4) for side in page.mediabox[2:]] == [210, 297]


def test_it_is_tagged_and_says_its_language_and_its_title(pdf, lesson):
    assert pdf.root["/MarkInfo"]["/Marked"] == True  # noqa: E712 - a PDF boolean
    assert pdf.root["/Lang"] == "en-GB"
    assert pdf.reader.metadata.title == f"{lesson.stem}: the title"
    assert pdf.root["/ViewerPreferences"]["/DisplayDocTitle"] == True  # noqa: E712


def test_headings_are_in_order_and_are_its_bookmarks(pdf, lesson):
    kinds = [element["/S"] for element in pdf.all("/H1", "/H2", "/H3", "/H4")]
    assert kinds[0] == "/H1"
    assert kinds.count("/H1") == 1
    assert kinds.count("/H2") == len(ROOMS) + 1
    assert "/H4" not in kinds
    assert len(pdf.bookmarks) == len(kinds)
    title = read(lesson).metadata["title"]
    levels = [b for b in pdf.bookmarks if b in ROOMS or b.startswith("Sources")]
    assert pdf.bookmarks[0] == title
    assert levels == [*ROOMS, "Sources of this handout"]


def test_every_picture_of_the_deck_is_there_with_its_words(pdf, html, lesson):
    figures = pdf.all("/Figure")
    alts = [str(figure.get("/Alt", "")) for figure in figures]
    assert len(figures) == html.count("<img ") > 0
    assert all(len(alt) > 40 for alt in alts), alts
    # The reading follows the heading, with how sure it is.
    for opening in re.findall(r'<p class="reading">(.*?)</p>', html):
        assert "Certainty (GRADE)" in opening
        assert "irect evidence" in opening or "for chronic pain" in opening, opening


def test_it_says_all_that_is_to_be_taken_away(pdf, lesson):
    taken = cells_of(lesson, "Take away")[0].source.splitlines()
    points = [line for line in taken if re.match(r"\d+\. ", line)]
    assert len(points) >= 5
    for point in points:
        assert said(point.partition(". ")[2]) in pdf.text


def test_every_number_keeps_its_marks(html, lesson):
    shown = [c for c in cells_of(lesson, "Explain") if tagged(c, "slide") or tagged(c, "on-slide")]
    marks = re.findall(r'<span class="badge">.*?</span>', "\n".join(cell.source for cell in shown))
    explain = re.split(r"<h2[^>]*>Explain</h2>", html)[1].partition('class="key"')[0]
    assert re.findall(r'<span class="badge">.*?</span>', explain) == marks


def test_every_source_that_is_cited_is_listed_and_every_link_says_what_it_is(pdf, html):
    cited = set(re.findall(r'href="#(source-[^"]+)"', html))
    assert cited <= set(re.findall(r'id="(source-[^"]+)"', html))
    assert pdf.links
    assert all(str(link.get("/Contents", "")).strip() for link in pdf.links)
    inside = [str(link["/Contents"]) for link in pdf.links if "/Dest" in link]
    assert all(text.startswith("[") for text in inside)


def test_it_holds_no_secret_and_no_speaker_notes(pdf, lesson):
    course = read(lesson)
    secrets = secrets_of(course)
    assert secrets.windows or secrets.lines or lesson.stem.startswith("00")
    assert sorted(set(leaks(secrets, pdf.text.encode()))) == []
    for cell in course.cells:
        if tagged(cell, "notes"):
            assert said(cell.source)[:60] not in pdf.text


def test_a_notebook_that_a_kernel_executed_gives_the_same(students, lesson_path, built):
    here = executed_here(lesson_path)
    kernel, process = built(lesson_path, students), built(lesson_path, here)
    assert handout(kernel, lesson_path) == handout(process, lesson_path)


def test_a_lesson_without_a_room_is_named(lesson_path, built):
    notebook = executed_here(lesson_path)
    notebook.cells = [c for c in notebook.cells if not c.source.startswith("## Take away")]
    with pytest.raises(PublishError, match=r"04-side-effects\.md: no room 'Take away'"):
        handout(built(lesson_path, notebook), lesson_path)

"""The glossary is sound, lessons list and link its words, and its page says where they begin."""

from __future__ import annotations

import pytest

from ketalab.evidence.tables import EvidenceError
from ketalab.publish.glossary import FILE, glossary_beside, link_words, load_glossary
from ketalab.publish.lessons import read_lesson
from ketalab.publish.pages.deck import DeckExporter
from ketalab.publish.pages.exporters import PageExporter
from ketalab.publish.pages.glossary_page import glossary_page
from ketalab.publish.project import Project, PublishError
from tests.publish.conftest import FRONT, lesson_text, remark

WORDS = """\
words:
- term: Risk difference
  definition: how many more of 100 people had the "effect" in one group than in the other.
  see: [Interval]
  lesson: 01-first
- term: Interval
  definition: the values that fit the data well.
  lesson: 01-first
"""


def front_with_words(*terms: str) -> str:
    return FRONT.replace("  minutes: 1\n", f"  minutes: 1\n  words: [{', '.join(terms)}]\n")


@pytest.fixture
def glossary(tmp_path):
    """Make a function that writes a glossary beside the lessons of `write`."""

    def make(text: str = WORDS):
        path = tmp_path / FILE
        path.write_text(text, encoding="utf-8")
        return path

    return make


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("see: [Interval]", "see: [Intervals]", "got 'Intervals'; did you mean 'Interval'?"),
        ("see: [Interval]", "see: [Risk difference]", "expected another word of the glossary"),
        ("see: [Interval]", "seen: [Interval]", "'seen'"),
        ("term: Interval", "term: Risk difference", "used once"),
        ("term: Interval", "term: Risk-difference", "expected one spelling"),
        ("fit the data well.", "fit the data well", "end with a full stop"),
        ("the values that", "Interval means the values that", "follow a colon"),
        ("the values that", "the values of 12 people that", "a count of people typed by hand"),
        ("  lesson: 01-first\n- term: I", "- term: I", "field 'lesson'"),
    ],
)
def test_a_glossary_that_is_not_sound(glossary, old, new, message):
    assert old in WORDS
    with pytest.raises(EvidenceError) as caught:
        load_glossary(glossary(WORDS.replace(old, new)))
    assert message in str(caught.value)
    assert FILE in str(caught.value)


def test_words_are_in_alphabetical_order(glossary):
    assert list(load_glossary(glossary())) == ["Interval", "Risk difference"]


def test_a_folder_without_a_glossary_has_no_words(tmp_path):
    assert glossary_beside(tmp_path / "09-small.md") == {}


def test_the_role_prints_the_term_with_its_definition_as_title(write, glossary):
    glossary()
    path = write(lesson_text(explain="A {word}`risk difference` and {word}`ends <Interval>`."))
    source = "".join(cell.source for cell in read_lesson(path).cells)
    assert (
        'A <abbr class="word" data-word="risk-difference" title="how many more of 100 people had '
        'the &quot;effect&quot; in one group than in the other.">risk difference</abbr> and'
    ) in source
    assert 'title="the values that fit the data well.">ends</abbr>.' in source


def test_a_word_that_the_glossary_lacks(write, glossary):
    glossary()
    with pytest.raises(
        PublishError, match=r"09-small\.md:\d+: word: the glossary has no 'Intervl'"
    ):
        read_lesson(write(lesson_text(explain="An {word}`Intervl`.")))


def test_the_room_words_is_filled_from_the_front_matter(write, glossary):
    glossary()
    front = front_with_words("Risk difference", "Interval")
    cells = read_lesson(write(lesson_text(front))).cells
    room = next(cell.source for cell in cells if cell.source.startswith("## Words"))
    assert room.index("Interval</abbr>**: the values") < room.index("Risk difference</abbr>**: how")


def test_a_listed_word_that_the_glossary_lacks(write, glossary):
    glossary()
    path = write(lesson_text(front_with_words("Intervals")))
    with pytest.raises(PublishError, match="words: word: the glossary has no 'Intervals'; did you"):
        read_lesson(path)


def test_a_page_links_to_the_glossary_and_a_deck_does_not(write, glossary):
    glossary()
    slide = remark("A slide with an {word}`Interval`.", "slide")
    notebook = read_lesson(write(lesson_text(explain=f"An {{word}}`interval`.\n{slide}")))
    page, _ = PageExporter().from_notebook_node(notebook)
    link = '<a class="word" href="glossary.html#word-interval" title="the values that fit'
    assert page.count(link) == 2
    elsewhere, _ = PageExporter(glossary_address="../html/glossary.html").from_notebook_node(
        notebook
    )
    assert 'href="../html/glossary.html#word-interval"' in elsewhere
    deck, _ = DeckExporter().from_notebook_node(notebook)
    assert "glossary.html" not in deck
    assert '<abbr class="word"' in deck


def test_only_words_become_links():
    assert link_words('<abbr title="x">CRPS</abbr>') == '<abbr title="x">CRPS</abbr>'


# The page of the whole glossary


def listing(project: Project, *terms: str, name: str = "01-first") -> None:
    text = lesson_text(front_with_words(*terms))
    (project.lessons / f"{name}.md").write_text(text, encoding="utf-8")


def test_the_page_says_what_to_read_beside_a_word_and_where_it_begins(project):
    (project.lessons / FILE).write_text(WORDS, encoding="utf-8")
    listing(project, "Risk difference", "Interval")
    page = glossary_page(project)
    assert 'id="word-interval"' in page
    assert 'See also <a href="#word-interval">Interval</a>' in page
    assert 'First in <a href="01-first.html">lesson 9</a>' in page


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (["Interval"], ["Risk difference"], "'Risk difference', field lesson: expected '02-sec"),
        (["Risk difference"], [], "'Interval', field lesson: expected 'a lesson that lists it'"),
    ],
)
def test_a_word_whose_lesson_is_not_the_first_that_lists_it(project, first, second, expected):
    (project.lessons / FILE).write_text(WORDS, encoding="utf-8")
    listing(project, *first)
    listing(project, *second, name="02-second")
    with pytest.raises(PublishError) as caught:
        glossary_page(project)
    assert expected in str(caught.value)


def test_a_course_without_words_has_a_page(project):
    assert "No lesson explains a word yet." in glossary_page(project)


def test_the_glossary_of_the_course_is_sound(repository):
    assert "First in" in glossary_page(Project(repository))

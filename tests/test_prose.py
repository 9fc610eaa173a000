"""British spelling, and the report on how hard the lessons are to read."""

from __future__ import annotations

import re

import pytest

from tests import reading_level, spelling


@pytest.fixture
def said(tmp_path, capfd):
    """Make a function that checks a text and gives back status and output."""

    def check(text):
        path = tmp_path / "lesson.md"
        path.write_text(text, encoding="utf-8")
        return spelling.main([str(path)]), capfd.readouterr().out

    return check


@pytest.mark.parametrize(
    ("american", "british"),
    [
        *[("behavior", "behaviour"), ("color", "colour"), ("center", "centre")],
        *[("randomized", "randomised"), ("anesthesia", "anaesthesia"), ("tumor", "tumour")],
        *[("summarize", "summarise"), ("labeled", "labelled"), ("pediatric", "paediatric")],
        *[("organization", "organisation"), ("fiber", "fibre"), ("gray", "grey")],
    ],
)
def test_american_spelling_is_found_and_british_is_not(said, american, british):
    status, output = said(f"One.\n\nThe {american} of it.\n")
    assert status != 0
    assert f"lesson.md:3: {american} ==> {british}" in output
    assert said(f"One.\n\nThe {british} of it.\n") == (0, "")


@pytest.mark.parametrize(
    "text",
    [
        "```python\nchart.color = 'gray'\n```\n",
        "Set `color` to `gray`.\n",
        "See {cite}`center2019`.\n",
        "Read [this](https://example.org/color/center).\n",
        "The American Society of Anesthesiologists said so.\n",
        "Practice makes perfect; a licensed program runs; the story of a meter.\n",
    ],
)
def test_what_is_no_american_prose_is_left_alone(said, text):
    assert said(text) == (0, "")


def test_the_course_is_spelt_the_british_way(capfd):
    assert spelling.main([]) == 0, capfd.readouterr().out


def test_prose_is_what_would_be_read_aloud():
    text = """\
## A heading with many words in it

It was {fact}`trials/x:y` and `code` **here**, as [they say](https://example.org) {cite}`x2019`.

- the first item of a list
- the second item of a list

| a | table of many words |

```python
x = "no prose at all in here"
```

<details><summary>Hint 1</summary>

Read it aloud once more.

</details>
"""
    assert reading_level.prose(text).splitlines() == [
        "It was this and this here, as they say.",
        "the first item of a list.",
        "the second item of a list.",
        "Read it aloud once more.",
    ]


def test_every_lesson_and_every_bank_has_a_grade(repository):
    lines = reading_level.report()
    for path in sorted((repository / "content" / "lessons").glob("[0-9][0-9]-*.md")):
        (line,) = (line for line in lines if line.startswith(path.stem))
        assert re.search(r" grade +\d+\.\d   +\d+\.\d words a sentence   +\d+ words$", line)
    banks = list((repository / "content/ketalab/activities/questions").glob("*.yaml"))
    assert sum(", questions" in line for line in lines) == len(banks)


def test_long_words_and_sentences_get_a_higher_grade():
    plain = "The cat sat on the mat. It did not move. " * 20
    hard = "Notwithstanding considerable heterogeneity, meta-analytical estimation proceeds. " * 20
    grades = [
        float(re.search(r"grade +(-?\d+\.\d)", reading_level.line("x", t))[1])
        for t in (plain, hard)
    ]
    assert grades[0] < 3 < 15 < grades[1]
    assert reading_level.line("x", "Too short.").endswith("too short to say")


@pytest.mark.parametrize(
    ("word", "count"),
    [
        *[("pain", 1), ("infusion", 3), ("people", 2), ("trials", 2), ("made", 1), ("asked", 1)],
        *[("ketamine", 3), ("interval", 3), ("evidence", 3), ("difference", 3), ("table", 2)],
    ],
)
def test_syllables(word, count):
    assert abs(reading_level.syllables(word) - count) <= (word == "trials")

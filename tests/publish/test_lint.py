"""Clinical numbers typed by hand are found, and nothing else is."""

from __future__ import annotations

from functools import partial

import pytest

from ketalab.activities.bank import bank_file
from ketalab.publish.lessons import read_lesson
from ketalab.publish.lint import Allowed, Prose, bank_prose, exceptions, typed_numbers
from ketalab.publish.project import Project, PublishError
from tests.publish.conftest import lesson_text, remark

BAD = [
    ("In all 41% felt detached.", "'41%' looks like a percentage"),
    ("In all **41** % felt it.", "a percentage"),
    ("About 41 per cent felt detached.", "a percentage"),
    ("Forty per cent felt it.", "a percentage"),
    ("The rate was 9.5%.", "a percentage"),
    ("It was 95% of them.", "a percentage"),
    ("It came to 142 of 346.", "'142 of 346' looks like n of N"),
    ("It came to **142** of **346**.", "n of N"),
    ("It came to 142 patients out of 346.", "n of N"),
    ("About 12 more of 100 had it.", "n of N"),
    ("It was 12 in 100.", "n of N"),
    ("It hit 8/12 after ketamine.", "n of N"),
    ("One in five has pain.", "n of N"),
    ("It helps 1 in 5 patients.", "n of N"),
    ("Three of six had liver injury.", "n of N"),
    ("Two thirds of them answered.", "a share"),
    ("A fifth of adults has pain.", "a share"),
    ("Half the patients stopped.", "a share"),
    ("They had 0.5 mg/kg.", "a dose"),
    ("They had 5 mg of midazolam.", "'5 mg' looks like a dose"),
    ("They had 60 micrograms of it.", "a dose"),
    ("A dose of 300 µg/kg/h.", "a dose"),
    ("The plasma held 150 ng/ml.", "a dose"),
    ("Pressure rose to 180 mmHg.", "a dose"),
    ("Pain fell by 2 points.", "a dose or measurement"),
    ("Pain fell by three points.", "a dose or measurement"),
    ("AUC rose 3-fold.", "a factor"),
    ("It rose x2.6.", "a factor"),
    ("It was three times as frequent.", "a factor"),
    ("The NNT is 4.", "an effect"),
    ("A number needed to harm of 6.", "an effect"),
    ("RR 3 was printed.", "an effect"),
    ("The 95% CI 3 to 5 is narrow.", "an effect"),
    ("The interval (5 to 25) is wide.", "an effect"),
    ("The result had P<0.05.", "a P value"),
    ("The result had p = .03.", "a P value"),
    ("The mean was 2.68 after a week.", "a decimal number"),
    ("A mean of −2.77 was found.", "a decimal number"),
    ("They read 1,034 charts.", "a count in thousands"),
    ("They asked 240 patients.", "a count of people"),
    ("They asked 12 healthy adult volunteers.", "a count of people"),
    ("Twelve people took part.", "a count of people"),
    ("There were 39 trials.", "a count of studies"),
    ("It pooled seven small trials.", "a count of studies"),
    ("They were seen for 12 weeks.", "a time"),
    ("A 10-day course.", "a time"),
    ("It lasted two hours.", "a time"),
    ("A 40-minute infusion.", "a time in minutes"),
]
GOOD = [
    "How many of 100 reported dissociation?",
    "Speak of 100 people in each group, or of 100 such patients.",
    "Its **95% interval** shows which differences fit. A 95% confidence interval is a range.",
    "1. Read a side effect.\n2. Use a risk difference.",
    "### Exercise 3: may a number needed to harm be given?",
    "The 2025 Cochrane review and the 2018 consensus guideline say so.",
    "Take question 4 to the picture. Step 2 has it.",
    "Ask: under 20? Between 20 and 40? Over 40?",
    "*Time needed: about 40 minutes.*",
    "One trial, two effects, two emergency-department trials.",
    "In all {fact}`side_effects/spravato_trd__01:treatment` and {cite}`winstock2012`.",
    "Write `(100 * low, 100 * high)` or `0.5`.",
    "```python\nx = 0.5\n```",
    "See [the page](https://example.org/12.5/8/12).",
    'An <img src="a-2.5.png" alt="x"> here.',
    "Six aims, and the same six come back.",
    "The two fields of 100 figures are two groups.",
]


def found(text: str, allowed: list[Allowed] | tuple = (), spoken: bool = False) -> list[str]:
    return typed_numbers("here.md", [Prose(text, "here.md:{}".format, spoken)], allowed)


@pytest.mark.parametrize(("text", "kind"), BAD)
def test_a_typed_number_is_found(text, kind):
    assert len(found(text)) == 1
    assert kind in found(text)[0]


@pytest.mark.parametrize("text", GOOD)
def test_other_numbers_pass(text):
    assert found(text) == []


def test_each_finding_says_where():
    assert found("Ten words.\nIn all 41% felt it, and 12 weeks went by.") == [
        "here.md:18: '41%' looks like a percentage typed by hand; use the {fact} role, or add it "
        "with a reason to lint_exceptions.yaml",
        "here.md:35: '12 weeks' looks like a time typed by hand; use the {fact} role, or add it "
        "with a reason to lint_exceptions.yaml",
    ]


def test_minutes_of_the_session_are_not_clinical():
    assert found("Give them 5 minutes.", spoken=True) == []
    assert found("Give them 5 minutes.") != []
    assert found("It was 41% after 5 minutes.", spoken=True) != []


def test_an_exception_excuses_its_own_words_and_no_others():
    allowed = [Allowed(file="here.md", text="a pain for six years", reason="Invented.")]
    assert found("She had a pain for\nsix years.", allowed) == []
    assert len(found("She had a pain for six years, and 41% of it.", allowed)) == 1
    assert len(found("He had it for six years; she had a pain for six years.", allowed)) == 1


def test_an_exception_that_excuses_nothing_is_an_error():
    allowed = [Allowed(file="here.md", text="a pain for six years", reason="Invented.")]
    idle = (
        "lint_exceptions.yaml: here.md: expected a typed number that needs 'a pain for six years', "
        "got none"
    )
    assert found("She had a pain.", allowed) == [idle]
    assert found("She had a pain for ages.", allowed) == [idle]
    elsewhere = [Allowed(file="there.md", text="six years", reason="Invented.")]
    assert len(found("It took six years.", elsewhere)) == 1


# --- In a build ----------------------------------------------------------------------------------


def refusal(path) -> str:
    with pytest.raises(PublishError) as caught:
        read_lesson(path)
    return str(caught.value)


def test_the_build_stops_and_names_every_line(write):
    text = lesson_text(explain="Well.\n\nIn all 41% felt it.", take="It took 12 weeks.")
    lines = [text[: text.index(words)].count("\n") + 1 for words in ("41%", "12 weeks")]
    said = refusal(write(text)).splitlines()
    assert [line.partition(" ")[0] for line in said] == [f"09-small.md:{n}:" for n in lines]


@pytest.mark.parametrize("tag", ["notes", "instructor"])
def test_notes_are_linted_too(write, tag):
    assert "'41%'" in refusal(write(lesson_text(explain=remark("Say 41% aloud.", tag))))


def test_the_summary_is_linted_too(write):
    text = lesson_text().replace("summary: It is small.", "summary: It helps 41% of them.")
    assert refusal(write(text)).startswith("09-small.md:1: '41%' looks like a percentage")


BANK = """lesson: 09-small
predictions:
- id: 09-of-7-trials
  prompt: >-
    Many words stand
    here, and 41% is one
    of them.
  minimum: 0
  fact: side_effects/spravato_trd__01:treatment.pct
questions:
- id: a
  options:
  - text: No number.
    correct: false
    feedback: It was 142 of 346.
exercises:
- feedback:
    mistakes:
    - value: 11.7
      says: You took 0.5 for it.
"""


def test_every_text_of_a_bank_is_linted(tmp_path):
    path = tmp_path / "09-small.yaml"
    path.write_text(BANK, encoding="utf-8")
    said = typed_numbers(path.name, bank_prose(path), ())
    assert [line.partition(" looks")[0] for line in said] == [
        "09-small.yaml:6: '41%'",
        "09-small.yaml:15: '142 of 346'",
        "09-small.yaml:20: '0.5'",
    ]


def test_a_lesson_and_its_bank_stop_the_build_together(write, monkeypatch, tmp_path):
    bank = tmp_path / "09-small.yaml"
    bank.write_text(BANK, encoding="utf-8")
    monkeypatch.setattr("ketalab.publish.lessons.bank_file", lambda lesson: bank)
    said = refusal(write(lesson_text(explain="It was 12 in 100."))).splitlines()
    assert [line.split(":")[0] for line in said] == ["09-small.md", *["09-small.yaml"] * 3]


def test_the_course_passes_and_its_exceptions_name_its_files():
    project = Project.find()
    lessons = project.lesson_files()
    for path in lessons:
        read_lesson(path)
    files = {path.name for path in lessons} | {bank_file(path.stem).name for path in lessons}
    assert {entry.file for entry in exceptions()} <= files


def test_a_number_smuggled_into_the_course_is_found():
    """The real prose with one number more: the lint does not pass because it reads nothing."""
    path = Project.find().lesson_files()[0]
    text = path.read_text(encoding="utf-8")
    piece = partial(Prose, place=str)
    assert len(typed_numbers("x", [piece(f"{text}\nIt was 41% there.")], ())) == 1 + len(
        typed_numbers("x", [piece(text)], ())
    )
    assert len(bank_prose(bank_file(path.stem))) > 100

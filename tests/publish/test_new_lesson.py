"""A lesson that has just begun has everything but its words."""

from __future__ import annotations

import pytest

from ketalab.activities import bank
from ketalab.publish import cli, course_checks, in_step
from ketalab.publish.course_checks import lesson_problems
from ketalab.publish.new_lesson import MARK, new_lesson, unwritten
from ketalab.publish.project import Project, PublishError

TITLE = 'Sleep: "better"?'


@pytest.fixture
def empty(tmp_path, monkeypatch):
    """A course with a glossary and no lesson."""
    project = Project(tmp_path / "a course")
    project.lessons.mkdir(parents=True)
    questions = project.root / "content" / "ketalab" / "activities" / "questions"
    questions.mkdir(parents=True)
    glossary = Project.find().lessons / "glossary.yaml"
    (project.lessons / glossary.name).write_bytes(glossary.read_bytes())
    # The bank is looked for beside the package that runs.
    monkeypatch.setattr(bank, "_FOLDER", questions)
    bank.banks.cache_clear()
    yield project
    bank.banks.cache_clear()


def test_it_passes_the_checks_of_a_lesson_but_for_what_is_to_be_written(empty):
    lesson, questions = new_lesson(empty, "06-sleep", TITLE)
    assert lesson_problems(lesson) == []
    with pytest.raises(PublishError) as caught:
        in_step.check_in_step(empty)
    lines = str(caught.value).splitlines()
    assert lines == unwritten(lesson) + unwritten(questions)
    assert lines[0] == f"06-sleep.md:8: still {MARK}"
    assert f"\n# {TITLE}\n" in lesson.read_text(encoding="utf-8")


def test_a_lesson_whose_words_are_written_is_checked_as_a_build_checks_it(empty):
    for path in new_lesson(empty, "06-sleep", TITLE):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(MARK, "Written"), encoding="utf-8")
    with pytest.raises(PublishError, match=r"^claims\.yaml: no lesson teaches claim 1 "):
        in_step.check_in_step(empty)


@pytest.mark.parametrize(
    ("name", "title", "message"),
    [
        ("sleep", TITLE, "'sleep' is not two digits"),
        ("06-Sleep", TITLE, "'06-Sleep' is not two digits"),
        ("06-sleep.md", TITLE, "is not two digits"),
        ("../06-sleep", TITLE, "is not two digits"),
        ("06-sleep", " ", "the title is one line of text"),
        ("06-sleep", "One\ntwo", "the title is one line of text"),
        ("05-sleep", TITLE, "there is a lesson 05 already: 05-there.md"),
        ("07-sleep", TITLE, "there is a question bank already: 07-sleep.yaml"),
    ],
)
def test_what_it_refuses_leaves_nothing_behind(empty, name, title, message):
    (empty.lessons / "05-there.md").touch()
    bank.bank_file("07-sleep").touch()
    before = sorted(empty.root.rglob("*"))
    with pytest.raises(PublishError, match=f"^new: .*{message}"):
        new_lesson(empty, name, title)
    assert sorted(empty.root.rglob("*")) == before


def test_the_command_says_where_the_words_are_missing(empty, monkeypatch, capsys):
    monkeypatch.setattr(cli.Project, "find", lambda: empty)
    assert cli.main(["new", "06-sleep", TITLE]) == 0
    said = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in said] == [
        "content/lessons/06-sleep.md",
        "content/ketalab/activities/questions/06-sleep.yaml",
    ]
    assert all(line.endswith(f" places say {MARK}") for line in said)
    assert cli.main(["new", "06-sleep", TITLE]) == 1
    assert capsys.readouterr().err.startswith("ketalab: new: there is a lesson 06 already")


def test_it_has_as_many_questions_and_exercises_as_a_lesson_needs(empty):
    _, path = new_lesson(empty, "06-sleep", TITLE)
    made = bank.load_bank(path)
    assert len(made.questions) == course_checks.QUESTIONS
    assert len(made.exercises) == course_checks.EXERCISES
    assert len(made.predictions) == course_checks.PREDICTIONS

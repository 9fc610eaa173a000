"""What a lesson or the course lacks is said before anything is built, in one line each."""

from __future__ import annotations

import json

import pytest
import yaml

from ketalab.activities import bank
from ketalab.evidence.library import library
from ketalab.publish import cli
from ketalab.publish.course_checks import (
    check_course,
    check_exercises,
    claim_problems,
    lesson_problems,
)
from ketalab.publish.lessons import read_lesson
from ketalab.publish.notebooks import build_notebooks, execute
from ketalab.publish.project import Project, PublishError
from tests.activities.conftest import SMALL
from tests.publish.conftest import FRONT, GALLERY, code, lesson_text

HINTS = "".join(f"<details><summary>Hint {n}</summary>\n\nThink.\n\n</details>\n\n" for n in (1, 2))
START = FRONT.replace("  number: 9\n", "  kind: start\n  number: 9\n")
PLACE = "09-small.md: "


class Course:
    """A sound lesson and its bank, to be broken; `problems` writes and checks both."""

    def __init__(self, project: Project, folder) -> None:
        self.path = project.lessons / "09-small.md"
        self.file = folder / "09-small.yaml"
        (project.lessons / "01-first.md").unlink()
        prediction, question, exercise = (
            SMALL[kind][0] for kind in ("predictions", "questions", "exercises")
        )
        names = [*(f"09-q{n}" for n in range(1, 8)), "09-vignette"]
        self.bank = json.loads(  # a copy in which no part is shared
            json.dumps(
                {
                    "lesson": "09-small",
                    "objectives": [{"id": "count", "text": "Count."}],
                    "predictions": [{**prediction, "id": f"09-p{n}"} for n in range(1, 4)],
                    "questions": [{**question, "id": name} for name in names],
                    "exercises": [{**exercise, "id": f"09-e{n}"} for n in range(1, 4)],
                }
            )
        )
        exercises = "Do them.\n"
        for n in range(1, 4):
            exercises += f"\n### Exercise {n}: count\n" + code(
                f'answer = ...\ncheck("09-e{n}", answer)'
            )
            exercises += HINTS + code(f'answer = 3\ncheck("09-e{n}", answer)', "solution")
        note = '\n+++ {"tags": ["notes"]}\n\nSay it.\n'
        slides = "".join(
            f'\n+++ {{"tags": ["slide"]}}\n\n### Slide {n}\n{note}' for n in range(2, 13)
        )
        self.text = lesson_text(
            what="1. Count.",
            predict="Guess.\n" + "".join(code(f'predict("09-p{n}")') for n in range(1, 4)),
            exercises=exercises,
            check="Ask.\n" + "".join(code(f'question("{name}")') for name in names),
            take="1. Count.",
            explain=f"So.{slides}\n+++\n",
            explore="Look.\n" + code("from ketalab.activities import check, predict, question"),
        ).replace("# A small lesson\n", f"# A small lesson\n{note}", 1)

    def problems(self) -> list[str]:
        self.path.write_text(self.text, encoding="utf-8")
        self.file.write_text(yaml.safe_dump(self.bank, sort_keys=False), encoding="utf-8")
        bank.banks.cache_clear()
        return lesson_problems(self.path)


@pytest.fixture
def course(project, tmp_path, monkeypatch):
    folder = tmp_path / "questions"
    folder.mkdir()
    monkeypatch.setattr(bank, "_FOLDER", folder)
    yield Course(project, folder)
    bank.banks.cache_clear()


def test_a_sound_lesson_has_no_problems(course):
    assert course.problems() == []


CHANGES = {
    "too few slides": (
        '\n+++ {"tags": ["slide"]}\n\n### Slide 2\n\n+++ {"tags": ["notes"]}\n\nSay it.\n',
        "",
        "11 slides; a lesson has 12 to 20",
    ),
    "too many slides": (
        "### Slide 2\n",
        "### Slide 2\n"
        + '\n+++ {"tags": ["slide"]}\n\nMore\n\n+++ {"tags": ["notes"]}\n\nSo.\n' * 9,
        "21 slides; a lesson has 12 to 20",
    ),
    "a slide without notes": ("Say it.", "", "the slide 'A small lesson' has no speaker notes"),
    "an objective that the bank lacks": (
        "1. Count.",
        "1. Count.\n2. Sing.",
        "the bank has no objective 'Sing.', which the first room lists",
    ),
    "an objective that is not listed": (
        "1. Count.",
        "Nothing.",
        "the first room does not list the bank's objective 'Count.'",
    ),
    "a question too few": (
        code('question("09-q3")'),
        "",
        "7 questions are asked; a lesson has at least 8",
    ),
    "a question twice": (
        code('question("09-q3")'),
        code('question("09-q3")') * 2,
        "the question '09-q3' is asked 2 times, not once",
    ),
    "a prediction that nobody makes": (
        code('predict("09-p3")'),
        "",
        "the prediction '09-p3' is asked 0 times, not once",
    ),
    "an exercise too few": (
        "### Exercise 3: count",
        "### Something else",
        "2 exercises; a lesson has at least 3, each with a check and "
        "below a heading ### Exercise …",
    ),
    "a hint too few": (
        "<details><summary>Hint 2</summary>\n\nThink.\n\n</details>\n",
        "",
        "Exercise 1: count: 1 hints; an exercise has at least 2",
    ),
    "no solution": (
        code('answer = 3\ncheck("09-e2", answer)', "solution"),
        "",
        "exercise '09-e2': 0 cells are its solution",
    ),
    "no stub": (
        code('answer = ...\ncheck("09-e2", answer)'),
        "",
        "exercise '09-e2': 0 cells are its stub",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_a_lesson_lacks(course, change):
    old, new, message = CHANGES[change]
    assert old in course.text
    course.text = course.text.replace(old, new, 1)
    assert f"{PLACE}{message}" in course.problems()


def test_take_aways_that_do_not_mirror_the_objectives(course):
    head, _, tail = course.text.partition("## Take away")
    tail = tail.replace("1. Count.", "1. Count.\n2. Sing.", 1)
    course.text = f"{head}## Take away{tail}"
    assert course.problems() == [
        f"{PLACE}2 take-aways for 1 objectives; they mirror one another",
    ]


def test_what_a_bank_lacks(course):
    course.bank["predictions"].pop()
    course.text = course.text.replace(code('predict("09-p3")'), "")
    course.bank["questions"][-1]["id"] = "09-q8"
    course.text = course.text.replace("09-vignette", "09-q8")
    assert course.problems() == [
        f"{PLACE}2 predictions; a lesson has at least 3",
        f"{PLACE}no clinical vignette: no question of the bank has vignette in its id",
    ]


def test_an_objective_without_a_question(course):
    course.bank["objectives"].append({"id": "sing", "text": "Sing."})
    with pytest.raises(bank.BankError, match=r"^09-small\.yaml: objective 'sing' has no question"):
        course.problems()


@pytest.mark.parametrize("feedback", [None, ""])
def test_an_option_without_feedback(course, feedback):
    option = course.bank["questions"][4]["options"][1]
    option["feedback"] = feedback
    if feedback is None:
        del option["feedback"]
    with pytest.raises(
        bank.BankError, match=r"^09-small\.yaml: questions '09-q5', field .*options\.1\.feedback: "
    ):
        course.problems()


def test_a_lesson_without_a_bank(course):
    course.problems()
    course.file.unlink()
    assert lesson_problems(course.path)[0].startswith(f"{PLACE}it has no question bank")


def test_the_start_needs_no_practice_and_a_gallery_nothing(course):
    course.bank["predictions"] = []
    course.bank["exercises"] = []
    course.bank["questions"][-1]["id"] = "09-q8"
    course.text = lesson_text(
        START,
        explain=course.text.partition("So.")[2].partition("+++\n\n## ")[0],
        what="1. Count.",
        take="1. Count.",
        check="Ask." + "".join(code(f'question("09-q{n}")') for n in range(1, 9)),
    ).replace("# A small lesson\n", '# A small\n\n+++ {"tags": ["notes"]}\n\nSay.\n', 1)
    assert course.problems() == []
    course.text = course.text.replace(code('question("09-q8")'), "")
    assert len(course.problems()) == 2
    course.text = lesson_text(GALLERY)
    assert course.problems() == []


# --- What only a run can tell -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "answer = 3\n",
            "answer = 300\n",
            "'09-e1': the check says of its own solution: ✗ Of one h",
        ),
        (
            "answer = ...\n",
            "answer = 3\n",
            "'09-e1': the check says of its untouched stub: ✓ Right",
        ),
        ("answer = ...\n", "answer = 4\n", "'09-e1': the check says of its untouched stub: ✗ No."),
    ],
)
def test_a_check_that_says_what_it_should_not(course, old, new, message):
    course.text = course.text.replace(old, new, 1)
    course.problems()
    lesson = read_lesson(course.path)
    for cell in lesson.cells:  # as a kernel would, without its time and without its own bank
        if "check(" in cell.source:
            space = {}
            exec("from ketalab.activities import check", space)
            *body, last = cell.source.splitlines()
            exec("\n".join(body), space)
            text = repr(eval(last, space))
            cell.outputs = [{"output_type": "execute_result", "data": {"text/plain": text}}]
    with pytest.raises(PublishError) as caught:
        check_exercises(lesson, course.path)
    assert str(caught.value).startswith(f"{PLACE}exercise {message}")
    assert str(caught.value).count("\n") == 0


def test_the_exercises_of_the_real_lesson_are_in_order(instructors, lesson_path):
    check_exercises(instructors, lesson_path)


def test_a_check_that_shows_nothing_is_told(write):
    text = lesson_text(exercises=code('check = print\ncheck("04-read-row");', "solution"))
    path = write(text)
    with pytest.raises(
        PublishError, match=r"'04-read-row': the check says of its own sol.*nothing"
    ):
        check_exercises(execute(read_lesson(path), path), path)


# --- The course ---------------------------------------------------------------------------------


def test_a_claim_that_no_lesson_teaches(course, project):
    course.problems()
    assert len(claim_problems(project)) == len(library().claims)
    course.text = course.text.replace("So.", "It is {fact}`claims/7:verdict`.")
    course.problems()
    said = claim_problems(project)
    assert len(said) == len(library().claims) - 1
    assert said[0].startswith("claims.yaml: no lesson teaches claim 1 (Chronic pain is a very ")
    assert not any("claim 7 " in line for line in said)


def test_a_course_of_galleries_is_asked_for_no_claim(project):
    assert claim_problems(project) == []
    check_course(project)


def test_problems_stop_the_build_all_at_once(course, project, monkeypatch, capsys):
    course.text = course.text.replace("Say it.", "")
    course.problems()
    with pytest.raises(PublishError) as caught:
        build_notebooks(project, print)
    assert len(str(caught.value).splitlines()) == 12 + len(library().claims)
    assert not project.notebooks.exists()
    monkeypatch.setattr(Project, "find", classmethod(lambda _: project))
    assert cli.main(["build"]) == 1
    assert capsys.readouterr().err.startswith(f"ketalab: {PLACE}the slide ")


def test_the_course_is_complete():
    check_course(Project.find())

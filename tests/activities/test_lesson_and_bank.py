"""The lesson and its bank belong together."""

from __future__ import annotations

import ast
import re
from collections import Counter

import jupytext
import pytest

from ketalab.activities.exercise import Feedback


@pytest.fixture(scope="module")
def cells(repository):
    path = repository / "content" / "lessons" / "04-side-effects.md"
    return jupytext.read(path, fmt="md:myst").cells


def named(cells, function):
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    return re.findall(rf'\b{function}\("([^"]+)"', code)


def test_the_objectives_are_those_of_the_first_room(bank, cells):
    (room,) = (c.source for c in cells if c.source.startswith("## What you will be able to do"))
    listed = re.findall(r"^\d+\. (.*)$", room, re.MULTILINE)
    assert listed == [objective.text for objective in bank.objectives]


def test_every_question_is_asked_once(bank, cells):
    asked = Counter(named(cells, "question"))
    assert asked == Counter(question.id for question in bank.questions)


def test_every_prediction_is_asked_once(bank, cells):
    asked = Counter(named(cells, "predict"))
    assert asked == Counter(prediction.id for prediction in bank.predictions)


def test_every_exercise_has_a_stub_and_a_solution(bank, cells):
    solutions = [c for c in cells if "solution" in c.metadata.get("tags", [])]
    stubs = [c for c in cells if c not in solutions]
    ids = Counter(exercise.id for exercise in bank.exercises)
    assert Counter(named(stubs, "check")) == ids
    assert Counter(named(solutions, "check")) == ids


def test_solutions_are_right_and_stubs_are_not_yet(bank, cells):
    """Runs the lesson's code as it stands, solutions included, in this process."""
    space, results = {}, []
    for cell in cells:
        if cell.cell_type != "code":
            continue
        *body, last = ast.parse(cell.source).body
        exec(compile(ast.Module(body, []), "cell", "exec"), space)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), "cell", "eval"), space)
            if isinstance(value, Feedback):
                results.append(("solution" in cell.metadata.get("tags", []), value))
        else:
            exec(compile(ast.Module([last], []), "cell", "exec"), space)
    assert len(results) == 2 * len(bank.exercises)
    for is_solution, feedback in results:
        assert feedback.right is (True if is_solution else None), feedback

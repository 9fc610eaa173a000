"""Checks tell right from wrong and name the typical mistake."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from ketalab.activities import check
from ketalab.activities.bank import banks, in_words
from ketalab.evidence import side_effects
from ketalab.models.risk import compare_proportions
from ketalab.simulation.interactions import exposure_changes

EXERCISES = {exercise.id: exercise for bank in banks() for exercise in bank.exercises}
every_exercise = pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)


def answer_of(exercise):
    return exercise.answer.number() if exercise.answer else None


def row_of(name):
    row = side_effects()[name]
    treated, control = row.treatment, row.control
    return row, compare_proportions(treated.events, treated.n, control.events, control.n)


@every_exercise
def test_the_right_answer_is_right(exercise):
    answer = answer_of(exercise)
    given = tuple(answer) if isinstance(answer, list) else answer
    assert repr(check(exercise.id, given)) == f"✓ {in_words(exercise.feedback.correct)}"


@every_exercise
def test_every_listed_mistake_is_wrong_with_its_own_words(exercise):
    said = []
    for mistake in exercise.feedback.mistakes:
        found = check(exercise.id, mistake.number())
        assert repr(found) == f"✗ {in_words(mistake.says)}"
        said.append(found.text)
    assert len(said) == len(set(said)) > 0


@every_exercise
def test_anything_else_is_wrong_in_general_words(exercise):
    given = (1234.5, 5432.1) if exercise.kind == "interval" else 1234.5
    assert repr(check(exercise.id, given)) == f"✗ {in_words(exercise.feedback.otherwise)}"


@every_exercise
def test_an_untouched_stub_is_not_yet_an_answer(exercise):
    found = check(exercise.id, ...)
    assert found.right is None
    assert repr(found) == "Not yet: replace ... with your answer and run the cell again."


@every_exercise
@pytest.mark.parametrize("sign", [1, -1])
def test_rounding_is_forgiven_and_no_more(exercise, sign):
    answer = answer_of(exercise)
    if answer is None:
        return
    # A count has no tolerance: one more is wrong.
    near, far = (sign * factor * exercise.tolerance for factor in (0.95, 1.05))
    far = far or sign
    if isinstance(answer, list):
        low, high = answer
        assert check(exercise.id, (low + near, high - near)).right
        assert not check(exercise.id, (low + far, high)).right
        assert not check(exercise.id, (low, high + far)).right
    else:
        assert check(exercise.id, answer + near).right
        assert not check(exercise.id, answer + far).right


@pytest.mark.parametrize(
    ("name", "result"),
    [("04-read-row", 0.4), ("04-risk-difference", 0.1), ("04-nnh-pain", 0.3)],
)
def test_a_small_number_is_not_taken_for_a_typical_mistake_that_it_is_not(name, result):
    assert check(name, result).text == in_words(EXERCISES[name].feedback.otherwise)


PAIR, NUMBER = (5.0, 20.0), 7.0
SHAPES = {"number": "a number", "none": "a number, or None"}


@every_exercise
@pytest.mark.parametrize(
    "result",
    ["8.6", "", math.nan, math.inf, True, {}, [1], (1, 2, 3), ("1", "2"), (1, math.nan), len],
    ids=repr,
)
def test_what_is_no_answer_at_all_is_told_what_is_expected(exercise, result):
    wanted = SHAPES.get(exercise.kind, "a pair of numbers, as (low, high)")
    assert repr(check(exercise.id, result)) == f"✗ The answer should be {wanted}."


@every_exercise
def test_a_wrong_shape_is_told_what_is_expected(exercise):
    wrong = NUMBER if exercise.kind == "interval" else PAIR
    assert check(exercise.id, wrong).text.startswith("The answer should be ")


@every_exercise
def test_none_is_right_only_where_none_is_the_answer(exercise):
    assert check(exercise.id, None).right is (exercise.answer is None)


@pytest.mark.parametrize("kind", [float, np.float64, np.float32, Fraction, round])
def test_every_kind_of_number_will_do(kind):
    row = side_effects()["spravato_trd__18"].control
    assert check("04-read-row", kind(100 * row.events / row.n)).right


def test_a_list_will_do_for_a_pair():
    _, compared = row_of("spravato_mdsi__01")
    ends = [100 * end for end in compared.risk_difference_interval]
    assert check("04-risk-difference-interval", ends).right
    assert check("04-risk-difference-interval", tuple(map(np.float64, ends))).right


def test_an_unknown_exercise_is_answered_with_the_known_ones():
    with pytest.raises(LookupError, match="has no '04-nnh'; it has: 04-read-row"):
        check("04-nnh", 1)


# --- The bare values of the bank -----------------------------------------------------------------


def slips() -> dict[str, list]:
    """What a student gets who makes each slip, computed from the rows as they are now."""
    nausea, _ = row_of("spravato_trd__18")
    mdsi, difference = row_of("spravato_mdsi__01")
    _, stopped = row_of("lumanauw__01")
    _, sedation = row_of("spravato_trd__03")
    rd, (low, high) = difference.risk_difference, difference.risk_difference_interval
    needed = sedation.number_needed.value
    changes = exposure_changes()
    vein = changes["rifampicin_intravenous_s_ketamine"].auc_ratio
    mouth = changes["rifampicin_oral_s_ketamine"].auc_ratio
    return {
        "04-read-row": [nausea.control.events / nausea.control.n],
        "04-risk-difference": [-100 * rd, rd, mdsi.treatment.events - mdsi.control.events],
        "04-risk-difference-interval": [
            (low, high),
            (100 * high, 100 * low),
            (-100 * high, -100 * low),
        ],
        "04-nnh-pain": [1 / stopped.risk_difference, 0],
        "04-nnh-sedation": [
            math.ceil(needed),
            math.floor(needed),
            1 / (100 * sedation.risk_difference),
            None,
        ],
        "04-rifampicin-vein": [-100 * (vein - 1), 100 * vein, vein - 1],
        "04-rifampicin-mouth": [
            100 * (mouth / vein - 1),  # what the way in alone would do
            -100 * (mouth - 1),
            100 * mouth,
            mouth - 1,
        ],
    }


# The other lessons have files of their own, test_derived_NN.py.
of_lesson_4 = pytest.mark.parametrize(
    "exercise", [e for e in EXERCISES.values() if e.id.startswith("04-")], ids=lambda e: e.id
)


def test_every_lesson_with_bare_values_is_held_to_its_records(repository):
    here = repository / "tests" / "activities"
    for name, exercise in EXERCISES.items():
        numbers = [exercise.answer, *exercise.feedback.mistakes]
        bare = any(getattr(number, "value", None) is not None for number in numbers)
        lesson = name.partition("-")[0]
        assert not bare or lesson == "04" or (here / f"test_derived_{lesson}.py").exists(), name


@of_lesson_4
def test_bare_values_are_what_the_slip_gives_today(exercise):
    """A count that changes turns this red until the bank follows."""
    bare = [mistake for mistake in exercise.feedback.mistakes if mistake.fact is None]
    assert len(bare) == len(slips()[exercise.id])
    for mistake, slip in zip(bare, slips()[exercise.id], strict=True):
        assert repr(check(exercise.id, slip)) == f"✗ {in_words(mistake.says)}", (mistake, slip)


@of_lesson_4
def test_bare_values_are_printed_to_the_last_place(exercise):
    """Near is not enough: the value is the slip, rounded to the places that the bank gives."""
    bare = [mistake.value for mistake in exercise.feedback.mistakes if mistake.fact is None]
    for value, slip in zip(bare, slips()[exercise.id], strict=True):
        ends = zip(value, slip, strict=True) if isinstance(value, list) else [(value, slip)]
        for printed, computed in ends:
            if printed is None:
                assert computed is None
                continue
            places = len(str(printed).partition(".")[2])
            assert printed == round(computed, places)


@of_lesson_4
def test_answers_are_facts_and_never_typed(exercise):
    given = exercise.answer
    if exercise.kind == "interval":
        assert given.low.fact
        assert given.high.fact
    elif exercise.kind == "number":
        assert given.fact
    else:
        assert given is None


def test_where_none_is_the_answer_the_interval_includes_zero():
    _, stopped = row_of("lumanauw__01")
    assert stopped.number_needed is None
    low, high = stopped.risk_difference_interval
    assert low <= 0 <= high

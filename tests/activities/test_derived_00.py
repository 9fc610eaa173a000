"""The bare values of the bank 00-start-here follow the records that they come from."""

from __future__ import annotations

import pytest

from ketalab.activities import check
from ketalab.activities.bank import bank_file, in_words, load_bank
from ketalab.evidence import record, table

LESSON = "00-start-here"
BANK = load_bank(bank_file(LESSON))
EXERCISES = {exercise.id: exercise for exercise in BANK.exercises}
every_exercise = pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)


def to_the_last_place(value, exact):
    """A printed number, or a pair of them, is the exact one, rounded to its places."""
    if isinstance(value, list):
        return all(map(to_the_last_place, value, exact)) and len(value) == len(exact)
    if value is None or exact is None:
        return value is exact
    return value == round(float(exact), len(str(value).partition(".")[2]))


def derived():
    """The answer of each exercise, then what each slip gives, as the records are now."""
    hardy = record("results", "hardy2012__responders")
    treated, control = hardy.treatment, hardy.control
    share, base = treated.events / treated.n, control.events / control.n
    responders = record("results", "haines1999__true_responders")
    run_in = record("results", "haines1999__run_in")
    return {
        "00-first-record": [
            record("trials", "hardy2012").n_randomised,
            treated.n,
            control.n,
            record("trials", "fallon2018").n_randomised,
        ],
        "00-of-hundred-people": [
            100 * responders.events / responders.n,
            responders.events / responders.n,
            responders.events,
            100 * responders.n / responders.events,
            100 * run_in.events / run_in.n,
        ],
        "00-two-groups": [
            100 * (share - base),
            100 * (base - share),
            share - base,
            100 * share,
            share / base,
        ],
    }


def test_every_exercise_is_derived():
    assert set(derived()) == set(EXERCISES)


@every_exercise
def test_bare_values_are_printed_to_the_last_place(exercise):
    """A record that changes turns this red until the bank follows."""
    given = [exercise.answer.number(), *(m.number() for m in exercise.feedback.mistakes)]
    for value, exact in zip(given, derived()[exercise.id], strict=True):
        assert to_the_last_place(value, exact), (value, exact)


@every_exercise
def test_what_a_slip_gives_is_answered_with_its_own_words(exercise):
    answer, *slips = derived()[exercise.id]
    assert check(exercise.id, answer).right
    for slip, mistake in zip(slips, exercise.feedback.mistakes, strict=True):
        assert check(exercise.id, slip).text == in_words(mistake.says)


def test_the_numeric_question_follows_its_row():
    (question,) = (q for q in BANK.questions if q.id == "00-of-hundred")
    control = record("results", "hardy2012__responders").control
    assert to_the_last_place(question.answer.number(), 100 * control.events / control.n)


def test_the_largest_trial_by_mouth_is_the_one_of_the_prediction():
    """Its answer names it, and the one trial of a cream that was larger."""
    trials = table("trials", columns=["n_randomised", "route"])
    by_mouth = trials[trials.route.str.contains("oral")]
    assert by_mouth.n_randomised.astype(float).idxmax() == "fallon2018"
    people = record("trials", "fallon2018").n_randomised
    assert list(trials.index[trials.n_randomised > people]) == ["gewandter2014"]

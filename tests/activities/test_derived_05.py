"""The bare values of the bank 05-conclusion follow the records and models that they come from."""

from __future__ import annotations

import pytest

from ketalab.activities import check
from ketalab.activities.bank import bank_file, in_words, load_bank
from ketalab.evidence import record, table
from ketalab.models.pooling import pool_effects
from ketalab.models.risk import compare_proportions

LESSON = "05-conclusion"
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


def compared(kind, name):
    """The two arms of a row."""
    row = record(kind, name)
    return compare_proportions(
        row.treatment.events, row.treatment.n, row.control.events, row.control.n
    )


def trials():
    """The two crossover trials of the third exercise."""
    names = ("kvarnstrom2003", "kvarnstrom2004")
    return [record("results", f"{name}__responders_v_placebo") for name in names]


def difference(row):
    """The difference of a trial and its standard error, as the lesson works them out."""
    p, q = row.treatment.events / row.treatment.n, row.control.events / row.control.n
    return p - q, (p * (1 - p) / row.treatment.n + q * (1 - q) / row.control.n) ** 0.5


def derived():
    """The answer of each exercise, then what each slip gives, as records and models are now."""
    verdicts = table("claims").verdict.value_counts()
    everybody = record("results", "lumanauw2019__responders_all_allocated")
    benefit = compared("results", "lumanauw2019__responders_all_allocated").risk_difference
    finished = compared("results", "lumanauw2019__responders_higher_dose").risk_difference
    low, high = compared("side_effects", "lumanauw__01").risk_difference_interval
    effects, errors = zip(*map(difference, trials()), strict=True)
    pool = pool_effects(effects, errors).random.effect
    first, second = effects
    return {
        "05-count-verdicts": [
            verdicts["overstated"],
            verdicts.sum(),
            verdicts["partly supported"],
            verdicts["supported"],
            verdicts["overstated"] + verdicts["misleading"],
        ],
        "05-benefit": [
            100 * benefit,
            -100 * benefit,
            benefit,
            100 * finished,
            everybody.treatment.events - everybody.control.events,
        ],
        "05-harm": [
            [100 * low, 100 * high],
            [low, high],
            [100 * high, 100 * low],
            [-100 * high, -100 * low],
        ],
        "05-pool": [100 * pool, pool, 50 * (first + second), 100 * first, 100 * second],
    }


def test_every_exercise_is_derived():
    assert set(derived()) == set(EXERCISES)


@every_exercise
def test_bare_values_are_printed_to_the_last_place(exercise):
    """A record or model that changes turns this red until the bank follows."""
    given = [exercise.answer.number(), *(m.number() for m in exercise.feedback.mistakes)]
    for value, exact in zip(given, derived()[exercise.id], strict=True):
        assert to_the_last_place(value, exact), (value, exact)


@every_exercise
def test_what_a_slip_gives_is_answered_with_its_own_words(exercise):
    answer, *slips = derived()[exercise.id]
    assert check(exercise.id, answer).right
    for slip, mistake in zip(slips, exercise.feedback.mistakes, strict=True):
        assert check(exercise.id, slip).text == in_words(mistake.says)


def test_the_counts_added_up_get_the_words_that_name_them():
    treated, control = ([getattr(row, arm) for row in trials()] for arm in ("treatment", "control"))
    share, base = (
        sum(arm.events for arm in arms) / sum(arm.n for arm in arms) for arms in (treated, control)
    )
    assert "counts added up" in check("05-pool", 100 * (share - base)).text


def test_the_most_frequent_verdict_is_overstated():
    verdicts = table("claims").verdict.value_counts()
    assert verdicts.idxmax() == "overstated"
    assert (verdicts == verdicts.max()).sum() == 1

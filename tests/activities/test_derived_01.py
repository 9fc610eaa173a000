"""The bare values of the bank 01-introduction follow the records and model that they come from."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

from ketalab.activities import check
from ketalab.activities.bank import bank_file, in_words, load_bank
from ketalab.evidence import record
from ketalab.models.pooling import power_of_two_proportions

LESSON = "01-introduction"
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


def set_in_lesson(name):
    """The number that a cell of the lesson gives to a name."""
    lessons = Path(__file__).parents[2] / "content" / "lessons"
    text = (lessons / f"{LESSON}.md").read_text(encoding="utf-8")
    (number,) = re.findall(rf"^{name} = ([\d.]+)", text, re.MULTILINE)
    return float(number)


def people_wanted(anyway, because):
    """The smallest number of people in each group that gives at least the power wanted."""
    people, wanted = 2, set_in_lesson("wanted")
    while power_of_two_proportions(anyway + because, anyway, people, people) < wanted:
        people += 1
    return people


def derived():
    """The answer of each exercise, then what each slip gives, as records and model are now."""
    chronic = record("results", "lucas2024__women_chronic_pain").pct
    high_impact = record("results", "lucas2024__women_high_impact").pct
    snri = record("results", "finnerup2015__nnt_snri")
    reached = record("results", "busse2018__minimally_important")
    vomited = record("results", "busse2018__vomiting")
    more_vomited = vomited.treatment.pct - vomited.control.pct
    arms = record("reviews", "michelet2018").arms
    groups = int(arms["ketamine"]), int(arms["placebo"])
    anyway = set_in_lesson("anyway")
    because = 1 / record("results", "finnerup2015__nnt_pregabalin").estimate
    power = power_of_two_proportions(anyway + because, anyway, *groups)
    wanted = people_wanted(anyway, because)
    return {
        "01-of-whom": [
            100 * high_impact / chronic,
            high_impact,
            chronic,
            chronic - high_impact,
            high_impact / chronic,
            100 * chronic / high_impact,
        ],
        "01-more-of-100": [
            100 / snri.estimate,
            snri.estimate,
            1 / snri.estimate,
            100 / snri.high,
            100 / snri.low,
            100 / record("results", "finnerup2015__nnt_tricyclics").estimate,
        ],
        "01-more-of-100-interval": [
            [100 / snri.high, 100 / snri.low],
            [100 / snri.low, 100 / snri.high],
            [snri.low, snri.high],
            [1 / snri.high, 1 / snri.low],
        ],
        "01-nnt-opioids": [
            100 / reached.estimate,
            None,
            reached.estimate,
            math.ceil(100 / reached.estimate),
            math.floor(100 / reached.estimate),
            1 / reached.estimate,
        ],
        "01-nnh-vomiting": [None, 100 / more_vomited, more_vomited, 0],
        "01-power-as-it-was": [
            power,
            100 * power,
            power_of_two_proportions(because, anyway, *groups),
            power_of_two_proportions(anyway, anyway, *groups),
        ],
        "01-power-wanted": [
            wanted,
            2 * wanted,
            people_wanted(anyway - 0.1, because),
            people_wanted(anyway + 0.1, because),
            set_in_lesson("wanted"),
        ],
    }


def test_every_exercise_is_derived():
    assert set(derived()) == set(EXERCISES)


@every_exercise
def test_bare_values_are_printed_to_the_last_place(exercise):
    """A record or model that changes turns this red until the bank follows."""
    answer = exercise.answer.number() if exercise.answer else None
    given = [answer, *(mistake.number() for mistake in exercise.feedback.mistakes)]
    for value, exact in zip(given, derived()[exercise.id], strict=True):
        assert to_the_last_place(value, exact), (value, exact)


@every_exercise
def test_what_a_slip_gives_is_answered_with_its_own_words(exercise):
    answer, *slips = derived()[exercise.id]
    assert check(exercise.id, answer).right
    for slip, mistake in zip(slips, exercise.feedback.mistakes, strict=True):
        assert check(exercise.id, slip).text == in_words(mistake.says)


def test_whether_a_number_needed_may_be_given_follows_the_rows():
    reached = record("results", "busse2018__minimally_important")
    vomited = record("results", "busse2018__vomiting")
    assert reached.low > 0
    assert vomited.treatment.n is vomited.control.n is None


def test_the_numeric_question_follows_its_rows():
    (question,) = (q for q in BANK.questions if q.id == "01-headcount")
    chronic, high_impact = (
        record("results", f"rikard2023__people_{name}").estimate
        for name in ("chronic_pain", "high_impact")
    )
    assert to_the_last_place(question.answer.number(), 100 * high_impact / chronic)


def test_the_verdicts_to_match_are_those_of_the_claims():
    (question,) = (q for q in BANK.questions if q.id == "01-verdicts")
    said = [pair.right for pair in question.pairs]
    assert said == [record("claims", claim).verdict for claim in (1, 2, 3)]


def test_the_verdicts_of_the_slides_are_those_of_the_claims(repository):
    text = (repository / "content" / "lessons" / f"{LESSON}.md").read_text(encoding="utf-8")
    (slide,) = re.findall(r"### The verdict\n(.*?)\n\+\+\+", text, re.DOTALL)
    (last,) = re.findall(r"^6\. (Common: .*)$", text, re.MULTILINE)
    verdicts = [record("claims", claim).verdict for claim in (1, 2, 3)]
    assert re.findall(r"^\d\. \*\*.*: ([a-z ]+)\.\*\*", slide, re.MULTILINE) == verdicts
    assert re.findall(r": ([a-z ]+)\.", last) == verdicts

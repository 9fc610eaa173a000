"""The bare values of the bank 02-mechanism follow the records and models that they come from."""

from __future__ import annotations

import re

import pytest

from ketalab.activities import check
from ketalab.activities.bank import bank_file, in_words, load_bank
from ketalab.evidence import record, table
from ketalab.explorers.trial_regimen import regimens
from ketalab.models.risk import compare_proportions
from ketalab.simulation.kinetics import kinetic_model
from ketalab.simulation.receptor import ketamine_by_ic50, magnesium_unblocked

LESSON = "02-mechanism"
BANK = load_bank(bank_file(LESSON))
EXERCISES = {exercise.id: exercise for exercise in BANK.exercises}
every_exercise = pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)


def responders(moment):
    found = record("results", f"noppers2011fm__{moment}")
    return found.treatment, found.control


def compared(moment):
    treated, control = responders(moment)
    return compare_proportions(treated.events, treated.n, control.events, control.n)


def ends(moment, factor=100):
    return [factor * end for end in compared(moment).risk_difference_interval]


def left(voltage):
    return float(ketamine_by_ic50().unblocked(1, voltage_mv=voltage).values)


def peak(model):
    regimen = regimens()["noppers2011fm"]
    found = kinetic_model(model).simulate(regimen.doses(70), [0.5], weight_kg=70)
    return float(found.concentrations["S-ketamine"][0][0])


def derived():
    """The answer of each exercise, then what each slip gives, as the tables and models are now."""
    people = table("trials", columns=["n_randomised"], direction="same-session effect").n_randomised
    treated, control = responders("min15")
    share, base = treated.events / treated.n, control.events / control.n
    difference = share - base
    low, high = ends("min180")
    arterial, venous, other = map(peak, ("simons2022", "perezruixo2021", "otto2021"))
    return {
        "02-same-session": [
            people.sum(),
            len(people),
            people.max(),
            table("trials", columns=["n_randomised"]).n_randomised.sum(),
        ],
        "02-early-difference": [
            100 * difference,
            -100 * difference,
            difference,
            treated.events - control.events,
            100 * share,
            100 * base,
            share / base,
        ],
        "02-late-interval": [
            [low, high],
            ends("min180", 1),
            [high, low],
            [-high, -low],
            ends("min15"),
            [-low, high],
        ],
        "02-block-at-minus-20": [
            100 * (1 - left(-20)),
            100 * left(-20),
            1 - left(-20),
            100 * (1 - left(-70)),
            100 * (1 - float(magnesium_unblocked(-20, 1).values)),
            left(-20),
            100 * (1 - left(0)),
        ],
        "02-two-models": [
            arterial / venous,
            venous / arterial,
            arterial / other,
            other / venous,
            arterial - venous,
        ],
    }


@every_exercise
def test_bare_values_are_printed_to_the_last_place(exercise):
    """A record or model that changes turns this red until the bank follows."""
    given = [exercise.answer.number(), *(m.number() for m in exercise.feedback.mistakes)]
    for printed, computed in zip(given, derived()[exercise.id], strict=True):
        pairs = zip(printed, computed, strict=True) if isinstance(printed, list) else None
        for value, exact in pairs or [(printed, computed)]:
            assert value == round(float(exact), len(str(value).partition(".")[2]))


@every_exercise
def test_what_a_slip_gives_is_answered_with_its_own_words(exercise):
    answer, *slips = derived()[exercise.id]
    assert check(exercise.id, answer).right
    for slip, mistake in zip(slips, exercise.feedback.mistakes, strict=True):
        assert check(exercise.id, slip).text == in_words(mistake.says)


CLAIMS = (4, 5, 6, 9)


def test_the_verdicts_of_the_slide_are_those_of_the_claims(repository):
    text = (repository / "content" / "lessons" / f"{LESSON}.md").read_text(encoding="utf-8")
    (slide,) = re.findall(r"### The verdicts\n(.*?)\n\+\+\+", text, re.DOTALL)
    said = re.findall(r"^\d\. \*\*.*: ([a-z ]+)\.\*\*", slide, re.MULTILINE)
    assert said == [record("claims", claim).verdict for claim in CLAIMS]


def test_the_verdicts_to_match_are_those_of_the_claims():
    (question,) = (q for q in BANK.questions if q.id == "02-match-verdicts")
    said = [pair.right for pair in question.pairs]
    assert said == [record("claims", claim).verdict for claim in CLAIMS]

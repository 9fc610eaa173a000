"""The bare values of the bank 03-benefits follow the records and the model that they come from."""

from __future__ import annotations

import numpy as np
import pytest

from ketalab.activities import check
from ketalab.activities.bank import bank_file, load_bank
from ketalab.evidence import record
from ketalab.models.pooling import Pooling, pool_effects
from ketalab.models.risk import RiskComparison, compare_proportions
from ketalab.simulation.kinetics import Dose, kinetic_model

BANK = load_bank(bank_file("03-benefits"))
EXERCISES = {exercise.id: exercise for exercise in BANK.exercises}
TWO = ("kvarnstrom2003__responders_v_placebo", "kvarnstrom2004__responders_v_placebo")
EVERYBODY, ANALYSED = (
    f"lumanauw2019__responders_{who}" for who in ("all_allocated", "higher_dose")
)


def compared(name: str) -> RiskComparison:
    """The two arms of a result."""
    row = record("results", name)
    return compare_proportions(
        row.treatment.events, row.treatment.n, row.control.events, row.control.n
    )


def ends(name: str, factor: float = 100) -> list[float]:
    """The interval of the difference."""
    return [factor * end for end in compared(name).risk_difference_interval]


def pooled(*names: str) -> Pooling:
    """The differences of 100 people, pooled by the formula of the worked example."""
    effects, errors = [], []
    for name in names:
        row = record("results", name)
        p = row.treatment.events / row.treatment.n
        q = row.control.events / row.control.n
        variance = p * (1 - p) / row.treatment.n + q * (1 - q) / row.control.n
        effects.append(100 * (p - q))
        errors.append(100 * variance**0.5)
    return pool_effects(effects, errors)


def blood(factor: float = 1) -> np.ndarray:
    """The infusion of the fibromyalgia trial, a value for every minute of four hours, mg/L."""
    found = kinetic_model("perezruixo2021").simulate(
        [Dose("intravenous", 35, over_h=0.5)], np.linspace(0, 4, 241), clearance_factor=factor
    )
    return np.asarray(found.concentrations["S-ketamine"][0])


def left(factor: float = 1, minute: int = 180) -> float:
    """What is left of the peak, percent."""
    curve = blood(factor)
    return float(100 * curve[minute] / curve.max())


def derived() -> dict[str, list]:
    """The answer of each exercise, then what each slip gives, as tables and model are now."""
    hardy = record("results", "hardy2012__responders")
    treated, control = hardy.treatment, hardy.control
    share, base = treated.events / treated.n, control.events / control.n
    everybody = record("results", EVERYBODY)
    difference = compared(EVERYBODY).risk_difference
    (low, high), three = ends(EVERYBODY), (*TWO, "noppers2011fm__min15")
    pool, next_ = pooled(*three), pooled(*three).prediction_interval
    assert next_ is not None
    plain = np.mean([100 * compared(name).risk_difference for name in three])
    return {
        "03-placebo-arm": [100 * base, 100 * share, control.events, base, 100 * (share - base)],
        "03-everybody": [
            100 * difference,
            -100 * difference,
            difference,
            100 * compared(ANALYSED).risk_difference,
            100 * everybody.treatment.events / everybody.treatment.n,
            everybody.treatment.events - everybody.control.events,
        ],
        "03-everybody-interval": [
            [low, high],
            ends(EVERYBODY, 1),
            [high, low],
            [-high, -low],
            ends(ANALYSED),
        ],
        "03-pool-three": [
            pool.random.effect,
            pool.random.effect / 100,
            pooled(*TWO).random.effect,
            plain,
            pooled(*TWO, "noppers2011fm__min180").random.effect,
        ],
        "03-predict-next": [
            list(next_),
            list(pool.random.interval),
            [end / 100 for end in next_],
            pooled(*TWO).prediction_interval,
        ],
        "03-left-in-blood": [
            left(),
            left() / 100,
            1000 * blood()[180],
            100 - left(),
            left(minute=210),
        ],
        "03-left-slower": [left(0.5), left(), 2 * left(), left(0.5) / 100, left(2)],
    }


def test_every_exercise_is_derived():
    assert set(derived()) == set(EXERCISES)


@pytest.mark.parametrize("name", EXERCISES)
def test_each_value_is_what_the_records_give(name):
    exercise = EXERCISES[name]
    values = [exercise.answer.number(), *(m.number() for m in exercise.feedback.mistakes)]
    assert len(values) == len(derived()[name])
    for said, wanted in zip(values, derived()[name], strict=True):
        if wanted is None:
            assert said is None
        else:
            assert said == pytest.approx(wanted, rel=0.002, abs=0.006)


@pytest.mark.parametrize("name", EXERCISES)
def test_the_right_result_is_right_and_each_slip_is_told_apart(name):
    right, *slips = derived()[name]
    assert check(name, right).right
    said = [check(name, slip) for slip in slips]
    assert not any(feedback.right for feedback in said)
    assert len({feedback.text for feedback in said}) == len(slips)
    assert EXERCISES[name].feedback.otherwise not in {feedback.text for feedback in said}


def test_the_numeric_question_follows_its_row():
    question = next(q for q in BANK.questions if q.id == "03-hardy-difference")
    difference = 100 * compared("hardy2012__responders").risk_difference
    assert question.answer.number() == pytest.approx(difference, abs=0.05)

"""Summaries of many patients: the same as of all at once, in memory that does not grow."""

from __future__ import annotations

import math
import tracemalloc
from collections.abc import Mapping
from itertools import count

import numpy as np
import pytest

from ketalab.models.kinetics import Infusion, Mammillary, concentration
from ketalab.models.log_histogram import RELATIVE_ERROR
from ketalab.models.patient_summary import summarise
from ketalab.models.patients import LogNormal, Population, draw

POPULATION = Population(
    {
        "CL": LogNormal(75.0, 0.09),
        "V1": LogNormal(20.0, 0.2),
        "V2": LogNormal(150.0, 0.09),
        "Q": LogNormal(90.0, 0.05),
    },
    {("CL", "V1"): 0.05},
)
TIMES = np.arange(0, 24.01, 0.1)


def simulate(drawn: Mapping[str, np.ndarray]) -> np.ndarray:
    model = Mammillary(drawn["CL"], [drawn["V1"], drawn["V2"]], [drawn["Q"]])
    return concentration(model, [Infusion(0, 2 / 3, 35.0)], TIMES)


def test_it_is_the_summary_of_all_patients_at_once() -> None:
    everyone = simulate(draw(POPULATION, 3001, seed=7))
    summary = summarise(
        simulate,
        POPULATION,
        3001,
        seed=7,
        probabilities=[0.05, 0.5, 0.95, 0.99],
        thresholds=[0.0, 0.1, 1e9],
        portion=700,
    )
    assert summary.patients == 3001
    assert summary.mean == pytest.approx(everyone.mean(axis=0), rel=1e-12)
    assert summary.sd == pytest.approx(everyone.std(axis=0, ddof=1), rel=1e-10)
    assert list(summary.quantiles) == [0.05, 0.5, 0.95, 0.99]
    for probability, got in summary.quantiles.items():
        wanted = np.quantile(everyone, probability, axis=0)
        assert (np.abs(got - wanted) <= RELATIVE_ERROR * wanted).all()
    for threshold, share in summary.shares_above.items():
        assert np.array_equal(share, (everyone > threshold).mean(axis=0))
    share = summary.shares_above[0.1]
    assert ((share > 0) & (share < 1)).any()


@pytest.mark.parametrize("portion", [1, 64, 1000, 5000])
def test_the_portion_changes_nothing(portion: int) -> None:
    patients = 300 if portion == 1 else 1500
    one = summarise(simulate, POPULATION, patients, 3, thresholds=[0.05], portion=portion)
    other = summarise(simulate, POPULATION, patients, 3, thresholds=[0.05], portion=77)
    assert one.mean == pytest.approx(other.mean, rel=1e-13)
    assert one.sd == pytest.approx(other.sd, rel=1e-12)
    for probability, got in one.quantiles.items():
        assert got == pytest.approx(other.quantiles[probability], rel=1e-13)
    assert np.array_equal(one.shares_above[0.05], other.shares_above[0.05])


def test_memory_stays_flat_for_ever_more_patients() -> None:
    def peak(patients: int) -> int:
        tracemalloc.start()
        try:
            summarise(simulate, POPULATION, patients, seed=1)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(10)  # what is imported and cached only once
    assert peak(40_000) <= 1.05 * peak(2_000)


def test_a_small_spread_far_from_zero_keeps_its_digits() -> None:
    population = Population({"x": LogNormal(1.0, 0.01)})
    summary = summarise(lambda drawn: 1e8 + drawn["x"][:, None], population, 4000, 1, portion=300)
    everyone = draw(population, 4000, seed=1)["x"]
    assert summary.sd[0] == pytest.approx(everyone.std(ddof=1), rel=1e-6)
    assert summary.mean[0] - 1e8 == pytest.approx(everyone.mean(), rel=1e-6)


def test_one_patient_has_no_spread_to_tell() -> None:
    summary = summarise(simulate, POPULATION, 1, seed=1)
    alone = simulate(draw(POPULATION, 1, seed=1))[0]
    assert np.isnan(summary.sd).all()
    assert np.array_equal(summary.mean, alone)
    assert np.array_equal(summary.quantiles[0.5], alone)


def test_equal_patients_have_a_spread_of_zero() -> None:
    population = Population({"x": LogNormal(0.1, 0.0)})
    summary = summarise(lambda drawn: drawn["x"][:, None], population, 1000, seed=1)
    assert summary.sd.tolist() == [0.0]


def test_the_least_and_the_greatest_patient_are_probabilities_too() -> None:
    everyone = simulate(draw(POPULATION, 200, seed=7))
    summary = summarise(simulate, POPULATION, 200, seed=7, probabilities=[0, 1])
    for probability, wanted in ((0, everyone.min(axis=0)), (1, everyone.max(axis=0))):
        got = summary.quantiles[probability]
        assert (np.abs(got - wanted) <= RELATIVE_ERROR * wanted).all()


def some(simulated=simulate, patients=10, seed=1, **options):
    return lambda: summarise(simulated, POPULATION, patients, seed, **options)


@pytest.mark.parametrize(
    ("name", "build"),
    [
        *(("patients", some(patients=bad)) for bad in (0, -1, 2.5, None, True)),
        *(("portion", some(portion=bad)) for bad in (0, -1, 2.5, None)),
        *(("seed", some(seed=bad)) for bad in (-1, 0.5, None)),
        *(("probabilities", some(probabilities=[bad])) for bad in (-0.1, 1.1, math.nan, "x")),
        *(("thresholds", some(thresholds=[bad])) for bad in (math.nan, math.inf, "x")),
        *(
            ("simulate", some(lambda drawn, bad=bad: np.full((len(drawn["CL"]), 3), bad)))
            for bad in (-1.0, math.nan, math.inf)
        ),
        ("simulate", some(lambda drawn: drawn["CL"])),
        ("simulate", some(lambda drawn: np.ones((1, 3)))),
        ("simulate", some(lambda drawn: np.ones((len(drawn["CL"]), 0)))),
        (
            "simulate",
            some(lambda drawn: np.ones((len(drawn["CL"]), len(drawn["CL"]))), portion=7),
        ),
    ],
    ids=count(),
)
def test_what_cannot_be_summarised_is_refused_by_name(name, build) -> None:
    with pytest.raises(ValueError, match=f"^{name} "):
        build()


@pytest.mark.parametrize("bad", [-0.1, 1.1])
def test_nothing_is_simulated_for_a_probability_that_there_is_not(bad) -> None:
    def simulate(drawn):
        pytest.fail("it was simulated")

    with pytest.raises(ValueError, match=r"^probabilities "):
        summarise(simulate, POPULATION, 10, 1, probabilities=[bad])

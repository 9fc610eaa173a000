"""Virtual patients: the distributions a source reports, and the same patient in any company."""

from __future__ import annotations

import math
from itertools import count

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.special import logit

from ketalab.models.patients import LogitNormal, LogNormal, Population, draw, omega2_of_cv

# Shapes of the course's models, without being any one of them.
POPULATION = Population(
    {
        "V": LogNormal(40.0, 0.09),
        "CL": LogNormal(75.0, 0.04),
        "F": LogitNormal(0.4, 0.7),
        "ka": LogNormal(2.0, 0.5),
    },
    {("V", "CL"): 0.03},
)
MANY = 200_000


def scores(drawn: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The standard normal deviates behind the parameters."""
    found = {}
    for name, parameter in POPULATION.parameters.items():
        scale = logit if isinstance(parameter, LogitNormal) else np.log
        found[name] = (scale(drawn[name]) - scale(parameter.typical)) / parameter.sd
    return found


def test_each_parameter_has_its_distribution() -> None:
    drawn = draw(POPULATION, MANY, seed=1)
    for name, parameter in POPULATION.parameters.items():
        assert drawn[name].shape == (MANY,)
        assert np.median(drawn[name]) == pytest.approx(parameter.typical, rel=0.01)
    for z in scores(drawn).values():
        assert stats.kstest(z, "norm").pvalue > 1e-4
    assert ((drawn["F"] > 0) & (drawn["F"] < 1)).all()


def test_what_is_reported_as_a_block_is_correlated_and_nothing_else() -> None:
    z = scores(draw(POPULATION, MANY, seed=2))
    wanted = np.eye(4)
    wanted[0, 1] = wanted[1, 0] = 0.03 / math.sqrt(0.09 * 0.04)
    assert np.corrcoef(list(z.values())) == pytest.approx(wanted, abs=4 / math.sqrt(MANY))


def test_a_block_of_variance_covariance_variance_is_drawn_as_such() -> None:
    drawn = draw(POPULATION, MANY, seed=3)
    found = np.cov(np.log([drawn["V"], drawn["CL"]]))
    assert found == pytest.approx(np.array([[0.09, 0.03], [0.03, 0.04]]), rel=0.02)


@given(
    seed=st.integers(0, 2**64),
    first=st.integers(0, 10**12),
    sizes=st.lists(st.integers(1, 40), min_size=1, max_size=6),
)
@settings(deadline=None, max_examples=60)
def test_portions_make_up_the_whole(seed: int, first: int, sizes: list[int]) -> None:
    whole = draw(POPULATION, sum(sizes), seed, first=first)
    starts = first + np.cumsum([0, *sizes[:-1]])
    portions = [
        draw(POPULATION, n, seed, first=int(start)) for start, n in zip(starts, sizes, strict=True)
    ]
    for name, values in whole.items():
        assert np.array_equal(values, np.concatenate([portion[name] for portion in portions]))
        assert np.isfinite(values).all()


def test_a_patient_does_not_depend_on_what_else_varies() -> None:
    alone = draw(Population({"ka": LogNormal(2.0, 0.5)}), 50, seed=4)
    among = draw(POPULATION, 50, seed=4)
    assert np.array_equal(alone["ka"], among["ka"])


def test_no_two_patients_parameters_or_seeds_are_alike() -> None:
    z = scores(draw(POPULATION, 1000, seed=5))
    other = scores(draw(POPULATION, 1000, seed=6))
    values = np.concatenate([*z.values(), *other.values()])
    assert np.unique(values).size == values.size
    assert abs(np.corrcoef(z["ka"], other["ka"])[0, 1]) < 0.15


def test_the_draw_of_today_is_the_draw_of_tomorrow() -> None:
    # Written down once: a lesson names patients by seed and number.
    drawn = draw(Population({"CL": LogNormal(1.0, 1.0)}), 3, seed=20, first=7)
    assert drawn["CL"] == pytest.approx(
        [1.574330671427217, 1.2374720132593653, 0.5136813760797916], rel=1e-12
    )


def test_without_variability_everyone_is_typical() -> None:
    population = Population({"V": LogNormal(40.0, 0.0), "F": LogitNormal(0.4, 0.0)})
    drawn = draw(population, 5, seed=1)
    assert drawn["V"].tolist() == [40.0] * 5
    assert drawn["F"] == pytest.approx(np.full(5, 0.4), rel=1e-15)


@given(cv=st.floats(0.01, 200))
@settings(max_examples=30, deadline=None)
def test_a_cv_of_the_parameter_is_that_of_the_log_normal(cv: float) -> None:
    omega2 = omega2_of_cv(cv, cv_is="cv of the parameter")
    there = stats.lognorm(s=math.sqrt(omega2))
    assert 100 * there.std() / there.mean() == pytest.approx(cv, rel=1e-6)
    assert 100 * math.sqrt(omega2_of_cv(cv, cv_is="sd of the log")) == pytest.approx(cv)


def test_the_two_readings_of_a_cv_part_where_the_docstring_says() -> None:
    for cv, larger in ((30, 0.04), (130, 0.71)):
        ratio = omega2_of_cv(cv, cv_is="sd of the log") / omega2_of_cv(
            cv, cv_is="cv of the parameter"
        )
        assert ratio - 1 == pytest.approx(larger, abs=0.005)


def test_a_population_cannot_be_changed_from_outside() -> None:
    parameters = {"V": LogNormal(40.0, 0.1)}
    population = Population(parameters)
    parameters["V"] = LogNormal(1.0, 0.1)
    assert population.parameters["V"].typical == 40
    with pytest.raises(TypeError):
        population.parameters["V"] = LogNormal(1.0, 0.1)


V, CL = LogNormal(40.0, 0.09), LogNormal(75.0, 0.04)


@pytest.mark.parametrize(
    ("name", "build"),
    [
        *(
            (name, lambda build=build, bad=bad: build(bad))
            for bad in (-1.0, math.nan, math.inf, "much", None)
            for name, build in (
                ("typical", lambda x: LogNormal(x, 0.1)),
                ("omega2", lambda x: LogNormal(1.0, x)),
                ("typical", lambda x: LogitNormal(x, 0.1)),
                ("sd", lambda x: LogitNormal(0.5, x)),
                ("cv_pct", lambda x: omega2_of_cv(x, cv_is="sd of the log")),
            )
        ),
        *(
            (name, lambda build=build, bad=bad: build(bad))
            for bad in (-1, 1.5, math.nan, "two", None, True)
            for name, build in (
                ("patients", lambda x: draw(POPULATION, x, 1)),
                ("seed", lambda x: draw(POPULATION, 1, x)),
                ("first", lambda x: draw(POPULATION, 1, 1, first=x)),
            )
        ),
        ("patients", lambda: draw(POPULATION, 0, 1)),
        ("typical", lambda: LogNormal(0.0, 0.1)),
        ("typical", lambda: LogitNormal(0.0, 0.1)),
        ("typical", lambda: LogitNormal(1.0, 0.1)),
        ("cv_is", lambda: omega2_of_cv(30, cv_is="cv")),
        ("parameters", lambda: Population({})),
        ("parameters", lambda: Population([V])),
        ("parameters", lambda: Population({"V": 40.0})),
        ("parameters", lambda: Population({1: V})),
        ("covariances", lambda: Population({"V": V}, [0.1])),
        ("covariances", lambda: Population({"V": V, "CL": CL}, {"V": 0.01})),
        ("covariances", lambda: Population({"V": V, "CL": CL}, {("V", "V"): 0.01})),
        ("covariances", lambda: Population({"V": V, "CL": CL}, {("V", "Q"): 0.01})),
        ("covariances", lambda: Population({"V": V, "CL": CL}, {("V", "CL"): math.nan})),
        ("covariances", lambda: Population({"V": V, "CL": CL}, {("V", "CL"): 0.0601})),
        (
            "covariances",
            lambda: Population({"V": V, "CL": CL}, {("V", "CL"): 0.01, ("CL", "V"): 0.01}),
        ),
        (
            "covariances",
            lambda: Population({"V": V, "CL": LogNormal(1.0, 0.0)}, {("V", "CL"): 0.01}),
        ),
    ],
    ids=count(),
)
def test_what_cannot_be_drawn_is_refused_by_name(name, build) -> None:
    with pytest.raises(ValueError, match=f"^{name} "):
        build()

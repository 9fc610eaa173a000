"""Quantiles in bounded memory, against NumPy's of all the values."""

from __future__ import annotations

import math
from itertools import count

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from ketalab.models.log_histogram import NEGLIGIBLE, RELATIVE_ERROR, LogHistogram

PROBABILITIES = [0.0, 0.001, 0.05, 0.31, 0.5, 0.95, 1.0]


def counted(values: np.ndarray, portion: int) -> LogHistogram:
    histogram = LogHistogram(values.shape[1])
    for begin in range(0, len(values), portion):
        histogram.add(values[begin : begin + portion])
    return histogram


def assert_close(got: np.ndarray, values: np.ndarray) -> None:
    wanted = np.quantile(values, PROBABILITIES, axis=0)
    allowed = np.maximum(RELATIVE_ERROR * wanted, NEGLIGIBLE * values.max(axis=0))
    assert (np.abs(got - wanted) <= allowed * (1 + 1e-12) + np.finfo(float).tiny).all()


@pytest.mark.parametrize("sigma", [0.001, 0.3, 2.0, 9.0])
def test_quantiles_of_log_normal_values(sigma: float) -> None:
    # 150 columns, so more than one block; 1e-9 to 1e6, so many factors of two.
    rng = np.random.default_rng(1)
    values = np.geomspace(1e-9, 1e6, 150) * np.exp(sigma * rng.standard_normal((3001, 150)))
    assert_close(counted(values, 500).quantile(PROBABILITIES), values)


values_of_any_size = arrays(
    float,
    array_shapes(min_dims=2, max_dims=2, max_side=12),
    elements=st.one_of(
        st.just(0.0), st.just(-0.0), st.floats(0, 1e300), st.floats(-300, 300).map(lambda e: 10**e)
    ),
)


@given(values=values_of_any_size, portion=st.integers(1, 12), order=st.randoms())
@settings(deadline=None, max_examples=300)
def test_any_values_in_any_portions_and_order(values, portion, order) -> None:
    got = counted(values, portion).quantile(PROBABILITIES)
    assert_close(got, values)
    rows = list(range(len(values)))
    order.shuffle(rows)
    assert np.array_equal(counted(values[rows], len(rows)).quantile(PROBABILITIES), got)


def test_a_later_portion_may_lie_far_above_or_below() -> None:
    rng = np.random.default_rng(2)
    middle = np.exp(rng.standard_normal((400, 3)))
    for far in ([1e-5, 1e5], [1e8, 1e-8], [1e300], [1e-300], [0.0, 1e12]):
        values = np.concatenate([middle, *(factor * middle for factor in far)])
        assert_close(counted(values, 400).quantile(PROBABILITIES), values)


def test_what_becomes_negligible_later_counts_as_if_it_had_been_so_at_once() -> None:
    tiny = NEGLIGIBLE * 2**-0.9
    values = np.array([[tiny], [1.05 * tiny], [1.0], [1.9]])
    at_once, later = counted(values, 4), counted(values, 3)
    assert np.array_equal(at_once.quantile([1 / 3]), later.quantile([1 / 3]))


def test_what_is_thirty_two_factors_of_two_below_the_greatest_is_negligible() -> None:
    for share, wanted in ((1 + 0.5 / 512, 0), (1 + 1.5 / 512, 2**-32 * (1 + 1.5 / 512))):
        values = np.array([[0.0], [2**-32 * share], [1.0], [1.0]])
        got = counted(values, 4).quantile([1 / 3])
        assert got.tolist() == [[pytest.approx(wanted, rel=RELATIVE_ERROR)]]


def test_what_all_share_and_the_extremes_are_exact() -> None:
    histogram = counted(np.array([[math.pi, 1.1], [math.pi, 2.7025], [math.pi, 1.9]]), 2)
    assert histogram.quantile([0, 0.3, 1])[:, 0].tolist() == [math.pi] * 3
    assert histogram.quantile([0, 1])[:, 1].tolist() == [1.1, 2.7025]


def test_memory_has_a_bound_for_values_as_far_apart_as_numbers_go() -> None:
    values = np.geomspace(1e-300, 1e300, 4096)[:, None]
    histogram = counted(values, 100)
    held = sum(part._counts.nbytes for part in histogram._parts)
    assert held <= 64 * 1024 * 1.05
    assert_close(histogram.quantile(PROBABILITIES), values)


def test_a_refused_portion_has_not_been_counted() -> None:
    histogram = counted(np.array([[1.0], [3.0]]), 2)
    with pytest.raises(ValueError, match=r"^values "):
        histogram.add(np.array([[9.0], [-1.0]]))
    assert histogram.quantile(0.5).tolist() == [[pytest.approx(2.0, rel=RELATIVE_ERROR)]]
    assert histogram.rows == 2


ONE = counted(np.ones((1, 2)), 1)


@pytest.mark.parametrize(
    ("name", "build"),
    [
        ("columns", lambda: LogHistogram(0)),
        ("values", lambda: ONE.add(np.ones(2))),
        ("values", lambda: ONE.add(np.ones((1, 3)))),
        *(
            ("values", lambda bad=bad: ONE.add(np.array([[1.0, bad]])))
            for bad in (-1e-300, -1.0, math.nan, -math.nan, math.inf, -math.inf)
        ),
        *(
            ("probabilities", lambda bad=bad: ONE.quantile(bad))
            for bad in (-0.1, 1.1, math.nan, [], [[0.5]])
        ),
        ("values", lambda: LogHistogram(1).quantile(0.5)),
    ],
    ids=count(),
)
def test_what_cannot_be_counted_is_refused_by_name(name, build) -> None:
    with pytest.raises(ValueError, match=f"^{name} "):
        build()


def test_a_portion_without_rows_counts_nothing() -> None:
    histogram = counted(np.array([[1.0], [3.0]]), 2)
    histogram.add(np.empty((0, 1)))
    assert histogram.rows == 2
    assert_close(histogram.quantile(PROBABILITIES), np.array([[1.0], [3.0]]))


def test_more_rows_than_a_count_can_hold_are_refused() -> None:
    histogram = counted(np.array([[1.0], [3.0]]), 2)
    histogram.rows = np.iinfo(np.int32).max
    with pytest.raises(ValueError, match="values must not be more than 2147483647 rows in all"):
        histogram.add(np.array([[2.0]]))

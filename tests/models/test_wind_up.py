"""Wind-up: a shape, with the limits that give it its meaning."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ketalab.models.wind_up import wind_up

# No subnormal numbers: their own rounding is not what is tested.
shares = st.just(0.0) | st.floats(1e-9, 1)


def test_each_response_rides_on_what_the_ones_before_left() -> None:
    slow, expected = 0.0, []
    for _ in range(12):
        expected.append(1 + slow)
        slow = (slow + 0.3 * 0.6) * math.exp(-1 / (2.0 * 4.0))
    found = wind_up(12, 2.0, 0.6, gain=0.3, decay_s=4.0).responses
    assert found == pytest.approx(np.array(expected), rel=1e-12)


@given(st.integers(2, 40), st.floats(0.05, 20), shares, shares)
def test_block_flattens_the_growth_and_leaves_the_first_response(n, rate, one, other) -> None:
    more, less = max(one, other), min(one, other)
    found = wind_up(n, rate, [more, less]).responses
    assert found.shape == (2, n)
    assert (found[:, 0] == 1).all()
    assert (np.diff(found) >= 0).all()
    assert (found[1] <= found[0]).all()


def test_a_receptor_wholly_blocked_gives_the_same_response_each_time() -> None:
    assert wind_up(15, 1.0, 0.0).responses.tolist() == [1.0] * 15


def test_it_needs_a_fast_enough_rate() -> None:
    growth = [wind_up(15, rate, 1.0).responses[-1] - 1 for rate in (0.01, 0.3, 1.0, 3.0)]
    assert growth == sorted(growth)
    assert growth[0] < 1e-6
    assert growth[2] > 0.5


def test_it_levels_off_where_the_docstring_says() -> None:
    found = wind_up(400, 1.0, 0.7, gain=0.2, decay_s=5.0).responses[-1]
    assert found == pytest.approx(1 + 0.2 * 0.7 / (math.exp(1 / 5) - 1))


def test_the_answer_says_that_it_is_qualitative() -> None:
    assert "Qualitative" in wind_up(3, 1.0, 1.0).label
    assert "not known" in wind_up(3, 1.0, 1.0).label


@pytest.mark.parametrize(
    ("argument", "values"),
    [
        ("stimuli", {"stimuli": 0}),
        ("stimuli", {"stimuli": 2.5}),
        ("stimuli", {"stimuli": True}),
        ("rate_hz", {"rate_hz": 0.0}),
        ("rate_hz", {"rate_hz": math.nan}),
        ("unblocked", {"unblocked": [0.5, 1.1]}),
        ("unblocked", {"unblocked": math.nan}),
        ("unblocked", {"unblocked": "all"}),
        ("gain", {"gain": -0.1}),
        ("decay_s", {"decay_s": 0.0}),
        ("decay_s", {"decay_s": "long"}),
    ],
)
def test_bad_values_are_refused_by_name(argument: str, values: dict) -> None:
    good = {"stimuli": 5, "rate_hz": 1.0, "unblocked": 0.5}
    with pytest.raises(ValueError, match=rf"^{argument} "):
        wind_up(**{**good, **values})

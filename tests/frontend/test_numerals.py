"""Numbers print alike in Python and in Vega."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ketalab.frontend.numerals import MINUS, fixed, fixed_expression


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (2.5, 0, "3"),
        (3.5, 0, "4"),
        (-2.5, 0, f"{MINUS}3"),
        (0.125, 2, "0.13"),
        (-0.004, 2, "0.00"),
        (1e21, 0, "1000000000000000000000"),
        (0.1 + 0.2, 1, "0.3"),
        (12, 1, "12.0"),
    ],
)
def test_halves_go_away_from_zero_and_zero_has_no_sign(value, decimals, text):
    assert fixed(value, decimals) == text


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_only_finite_numbers_print(value):
    with pytest.raises(ValueError, match="finite"):
        fixed(value)


@given(st.floats(-1e9, 1e9), st.integers(0, 6))
def test_the_text_is_the_nearest_number(value, decimals):
    back = float(fixed(value, decimals).replace(MINUS, "-"))
    assert abs(back - value) <= 0.5 * 10**-decimals * (1 + 1e-9)


def test_the_expression_formats_the_same_decimals():
    assert fixed_expression("dose * 2", 2) == "format(dose * 2, '.2f')"

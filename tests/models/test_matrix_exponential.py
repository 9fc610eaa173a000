"""The exponential against scipy's, and where digits would be lost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm

from ketalab.models.matrix_exponential import matrix_exponential

RATES = st.floats(0, 1e3)


@settings(deadline=None)  # scipy's own takes very long on a busy machine
@given(rates=st.lists(RATES, min_size=12, max_size=12), hours=st.floats(0, 20))
def test_as_scipy_finds_it(rates, hours):
    matrix = np.zeros((4, 4))
    matrix[~np.eye(4, dtype=bool)] = rates
    matrix -= np.diag(matrix.sum(axis=0))
    found = matrix_exponential(matrix[None] * hours)[0]
    # What neither of the two can know: each squaring doubles what rounding did.
    rounding = 1e-14 * max(1.0, np.abs(matrix).max() * hours)
    np.testing.assert_allclose(found, expm(matrix * hours), rtol=0, atol=rounding)
    np.testing.assert_allclose(found.sum(axis=0), 1, rtol=0, atol=rounding)


def test_any_stack_of_matrices():
    stack = np.arange(6.0).reshape(2, 3, 1, 1) * np.array([[-1.0, 2.0], [1.0, -2.0]])
    found = matrix_exponential(stack)
    assert found.shape == (2, 3, 2, 2)
    np.testing.assert_allclose(found, expm(stack), rtol=1e-13)
    np.testing.assert_allclose(found[0, 0], np.eye(2), atol=1e-14)


def test_a_small_entry_keeps_its_digits():
    """What reaches the third compartment within a moment is of second order in time."""
    step = 1e-8
    chain = np.array([[-1.0, 0, 0], [1.0, -1.0, 0], [0, 1.0, -1.0]])
    found = matrix_exponential(chain[None] * step)[0]
    assert found[2, 0] == pytest.approx(np.exp(-step) * step**2 / 2, rel=1e-14)

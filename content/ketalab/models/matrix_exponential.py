"""The exponential of matrices that carry something between states, for many small ones at once."""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]

# The first term left out of the series of a matrix of norm up to 3 is below 3**29/29! = 1e-17.
_SERIES_TERMS = 28


def matrix_exponential(matrices: Array) -> Array:
    """Return exp(M) of each matrix, shape (..., n, n); entries off the diagonal are zero or more.

    exp(M) = (exp(-q) exp(N))^n with N = M / n + q >= 0: a sum and products of what is not
    negative, so that no entry, however small, loses digits to another. `scipy.linalg.expm` solves
    a linear system for each matrix instead, and with threads in a busy machine takes up to a
    hundred times as long.
    Source: Moler C, Van Loan C. SIAM Rev 2003;45:3-49 (scaling and squaring).
    """
    lowest = -np.diagonal(matrices, axis1=-2, axis2=-1).min()
    squarings = max(0, math.ceil(math.log2(max(lowest, 1e-300))))
    q = lowest / 2**squarings  # 1 at most, and so is the norm of each later power but for the input
    identity = np.eye(matrices.shape[-1])
    shifted = matrices / 2**squarings + q * identity
    term = np.broadcast_to(identity, matrices.shape)
    result: Array = np.zeros(matrices.shape)
    for k in range(1, _SERIES_TERMS + 1):
        result = result + term
        term = term @ shifted / k
    result = np.exp(-q) * (result + term)
    for _ in range(squarings):
        result = result @ result
    return result

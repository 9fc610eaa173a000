"""Exponentials convolved with each other, without loss where their rates are close or equal."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]

# h_k <= k + 1 for nodes up to 1 apart: the first term left out is below 20/20! = 1e-17.
_SERIES_TERMS = 18


def convolved(*rates: Array | float, t: Array | float) -> Array:
    """Return exp(-a t) and, if given, exp(-b t) and exp(-c t), convolved with each other.

    This is, up to sign, the divided difference of exp(-x t) over the rates:
        a, b      (exp(-a t) - exp(-b t)) / (b - a), computed as exp(-a t) t phi((b - a) t)
                  for a <= b, phi(z) = (1 - exp(-z)) / z by expm1, phi(0) = 1
        a, b, c   (ab - bc) / (c - a) for a <= b <= c; where (c - a) t < 1, and the difference
                  would cancel, the series exp(-a t) t^2 sum_k (-1)^k h_k / (k + 2)!, with h_k
                  the complete homogeneous polynomial of (b - a) t and (c - a) t
    so that equal rates need no case of their own. Rates >= 0, t >= 0, shapes broadcast.
    Source: McCurdy A, Ng KC, Parlett BN. Math Comp 1984;43:501-528.
    """
    if len(rates) == 1:
        return np.exp(-rates[0] * t)
    if len(rates) == 2:
        return _pair(np.minimum(*rates), np.maximum(*rates), t)
    low, middle, high = np.sort(np.stack(np.broadcast_arrays(*rates)), axis=0)
    t = np.asarray(t)
    spread = (high - low) * t
    difference = _pair(low, middle, t) - _pair(middle, high, t)
    close = spread < 1
    result: Array = np.divide(difference, high - low, out=np.zeros_like(spread), where=~close)
    p, q = ((middle - low) * t)[close], spread[close]
    power, h, factor = np.ones_like(q), np.ones_like(q), 0.5
    series = factor * h
    for k in range(1, _SERIES_TERMS + 1):
        power = power * q
        h = p * h + power
        factor /= -(k + 2)
        series += factor * h
    result[close] = (np.exp(-low * t) * t**2)[close] * series
    return result


def _pair(low: Array, high: Array, t: Array | float) -> Array:
    # phi(z) rounds to 1 long before z is as small as tiny: no division of 0 by 0.
    minus_z = np.minimum((low - high) * t, -np.finfo(float).tiny)
    return np.expm1(minus_z) / minus_z * np.exp(-low * t) * t

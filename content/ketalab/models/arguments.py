"""Arguments of the models, checked: arrays over patients, and times.

Each function names the argument in the ValueError that it raises.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array: TypeAlias = NDArray[np.float64]


def numbers(
    name: str, value: ArrayLike, *, above_zero: bool = False, any_sign: bool = False
) -> Array:
    """Return ``value``, one number or numbers of any shape, as a read-only array.

    Raises ValueError for anything else, for none, and for a number that is not finite, negative
    (unless ``any_sign``), or, with ``above_zero``, zero.
    """
    try:
        array = np.array(value, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be a number or an array of numbers, got {value!r}") from None
    if not array.size:
        raise ValueError(f"{name} must not be empty")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite")
    if above_zero and (array <= 0).any():
        raise ValueError(f"{name} must be above zero, got {array.min()}")
    if not any_sign and (array < 0).any():
        raise ValueError(f"{name} must not be negative, got {array.min()}")
    array.flags.writeable = False
    return array


def one_number(
    name: str, value: ArrayLike, *, above_zero: bool = False, any_sign: bool = False
) -> float:
    """Return ``value`` as a float. Raises ValueError as `numbers` does, and for several numbers."""
    array = numbers(name, value, above_zero=above_zero, any_sign=any_sign)
    if array.ndim:
        raise ValueError(f"{name} must be one number, got shape {array.shape}")
    return float(array)


def per_patient(name: str, value: ArrayLike, *, above_zero: bool = False) -> Array:
    """Return ``value``, one number or shape (patients,), as a read-only array of shape (patients,).

    Raises ValueError as `numbers` does, and for any other shape.
    """
    array = np.atleast_1d(numbers(name, value, above_zero=above_zero))
    if array.ndim != 1:
        raise ValueError(f"{name} must be one number or have shape (patients,), got {array.shape}")
    return array


def patients_in_common(name: str, values: Array, patients: int) -> int:
    """Return how many patients ``values`` and the arrays before it, of ``patients``, are for.

    One value is for all. Raises ValueError when the numbers of patients do not match.
    """
    if values.size != 1 and patients not in (1, values.size):
        raise ValueError(f"{name} holds {values.size} patients where others hold {patients}")
    return max(values.size, patients)


def increasing_times(times_h: ArrayLike) -> Array:
    """Return times in h as an array of shape (times,).

    Raises ValueError when there are none, or they are not finite or not strictly increasing.
    """
    times = np.asarray(times_h, dtype=float)
    if times.ndim != 1 or not times.size:
        raise ValueError(f"times_h must have shape (times,) and not be empty, got {times.shape}")
    if not np.isfinite(times).all():
        raise ValueError("times_h must be finite")
    if (np.diff(times) <= 0).any():
        raise ValueError("times_h must be strictly increasing")
    return times

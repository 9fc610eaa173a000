"""Quantiles of ever more values in memory that does not grow with them: a logarithmic histogram.

The leading bits of a floating-point number, its exponent and the first bits of its fraction, number
bins that split each factor of two into 512 of equal width. So the number of a bin costs one shift
of bits, no logarithm, and its middle is within 1/1024, 0.1 %, of every value in it.
The idea is that of Tene G, HdrHistogram (High Dynamic Range).
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array: TypeAlias = NDArray[np.float64]

RELATIVE_ERROR = 2.0**-10
NEGLIGIBLE = 2.0**-31

# Of the 52 bits of a fraction, 9 tell bins apart.
_DROPPED_BITS = 52 - 9
_OCTAVE = 2**9
_SPAN = 32 * _OCTAVE
# Below the least normal number, bits no longer stand for a relative width.
_LEAST_BIN = _OCTAVE
_NO_BIN = np.iinfo(np.int64).max
# Columns counted together: their counts stay in the cache.
_BLOCK = 64
_MOST_ROWS = np.iinfo(np.int32).max


class LogHistogram:
    """The distribution of each column of a table that comes a few rows at a time.

    `add` takes values of shape (rows, columns), zero or more; `quantile` may be asked at any time.
    The order of the rows and the portions they come in change nothing.

    Memory: 4 bytes for each bin of a column between its least and its greatest value, and at most
    32 factors of two below the greatest: 64 KiB a column, commonly a fifth of that.
    """

    def __init__(self, columns: int) -> None:
        """columns: 1 or more. Raises ValueError, naming it, for anything else."""
        if columns < 1:
            raise ValueError(f"columns must be 1 or more, got {columns}")
        self.rows = 0
        self.columns = columns
        self._lowest = np.full(columns, np.inf)
        self._highest = np.zeros(columns)
        self._parts = [_Part(min(_BLOCK, columns - at)) for at in range(0, columns, _BLOCK)]

    def add(self, values: Array) -> None:
        """Count ``values``, shape (rows, columns), in the unit of all others.

        Raises ValueError, naming the argument, for another shape, and for a value that is
        negative or not finite; then nothing has been counted.
        """
        values = np.ascontiguousarray(values, dtype=np.float64)
        if values.ndim != 2 or values.shape[1] != self.columns:
            raise ValueError(f"values must have shape (rows, {self.columns}), got {values.shape}")
        if not len(values):
            return
        lowest, highest = values.min(axis=0), values.max(axis=0)
        if not (np.isfinite(highest).all() and (lowest >= 0).all()):
            raise ValueError("values must be finite and not negative")
        if self.rows + len(values) > _MOST_ROWS:
            raise ValueError(f"values must not be more than {_MOST_ROWS} rows in all")
        self.rows += len(values)
        self._lowest = np.minimum(self._lowest, lowest)
        self._highest = np.maximum(self._highest, highest)
        for number, part in enumerate(self._parts):
            columns = slice(number * _BLOCK, (number + 1) * _BLOCK)
            part.add(values[:, columns], lowest[columns], highest[columns])

    def quantile(self, probabilities: ArrayLike) -> Array:
        """Return the quantiles of each column, shape (probabilities, columns), in its unit.

        As ``numpy.quantile`` does by default: between the two nearest of the sorted values, in
        proportion. The error is at most `RELATIVE_ERROR` of the quantile or, where that is more,
        `NEGLIGIBLE` of the column's greatest value: what is smaller counts as zero, and so does
        what is below 2.2e-308. The least and the greatest value, and what all share, are exact.

        probabilities: from 0 to 1, one or more. Raises ValueError, naming the argument, for
        others, and if no rows have been added.
        """
        wanted = np.atleast_1d(np.asarray(probabilities, dtype=float))
        if wanted.ndim != 1 or not wanted.size or not ((wanted >= 0) & (wanted <= 1)).all():
            raise ValueError(f"probabilities must be from 0 to 1, got {probabilities!r}")
        if not self.rows:
            raise ValueError("values must be added before a quantile is asked for")
        places = wanted * (self.rows - 1)
        below = np.floor(places).astype(np.int64)
        ranks = np.stack([below, np.minimum(below + 1, self.rows - 1)])
        sorted_values = np.concatenate([part.at(ranks) for part in self._parts], axis=-1)
        sorted_values = np.clip(sorted_values, self._lowest, self._highest)
        sorted_values = np.where(ranks[..., None] == 0, self._lowest, sorted_values)
        last = ranks[..., None] == self.rows - 1
        lower, upper = np.where(last, self._highest, sorted_values)
        found: Array = lower + (places - below)[:, None] * (upper - lower)
        return found


class _Part:
    """The counts of some columns: of what is negligible, then of each bin from ``_low`` on."""

    def __init__(self, columns: int) -> None:
        self._low = np.full(columns, _LEAST_BIN)
        self._least = np.full(columns, _NO_BIN)
        self._top = np.zeros(columns, dtype=np.int64)
        self._counts = np.zeros((columns, 1), dtype=np.int32)

    def add(self, values: Array, lowest: Array, highest: Array) -> None:
        bins = _bin(values)
        self._top = np.maximum(self._top, _bin(highest))
        least = _bin(lowest)
        if (least < self._floor()).any():
            least = np.min(bins, axis=0, where=bins >= self._floor(), initial=_NO_BIN)
        self._least = np.minimum(self._least, least)
        if (self._least < self._low).any() or (self._top > self._last()).any():
            self._make_room()
        columns, width = self._counts.shape
        bins -= self._low - 1
        np.maximum(bins, 0, out=bins)
        bins += width * np.arange(columns)
        # Unlike bincount, this costs nothing for the bins that nothing falls in.
        np.add.at(self._counts.reshape(-1), bins.ravel(), np.int32(1))

    def at(self, ranks: NDArray[np.int64]) -> Array:
        """Return the values at ``ranks``, 0 for the least; shape (*ranks.shape, columns)."""
        places = [
            np.searchsorted(counts.cumsum(dtype=np.int64), ranks, side="right")
            for counts in self._counts
        ]
        bins = self._low - 1 + np.stack(places, axis=-1)
        middles = ((bins << _DROPPED_BITS) + (1 << (_DROPPED_BITS - 1))).view(np.float64)
        # What was kept before the greatest value came may have become negligible.
        return np.where(bins < np.maximum(self._low, self._floor()), 0.0, middles)

    def _floor(self) -> NDArray[np.int64]:
        return np.maximum(self._top - _SPAN + 1, _LEAST_BIN)

    def _last(self) -> NDArray[np.int64]:
        return self._low + self._counts.shape[1] - 2

    def _make_room(self) -> None:
        # To spare, at first: of log-normal values, a thousand reach 3.2 standard deviations from
        # the median, a million 4.9; and towards zero what has decayed for long reaches further.
        # Later, only what lies far outside comes here: half a factor of two.
        known = self._least < _NO_BIN
        spare = np.full(len(known), _OCTAVE // 2)
        if self._counts.shape[1] == 1:
            spare += (self._top - self._least) // 2
        low = np.where(known, np.maximum(self._least - spare, self._floor()), _LEAST_BIN)
        width = 2 + int((self._top + spare // 2 - low)[known].max())
        counts = np.zeros((len(low), width), dtype=np.int32)
        for new, old, up in zip(counts, self._counts, self._low - low, strict=True):
            kept = old[1 + max(-up, 0) :]
            begin = 1 + max(up, 0)
            new[begin : begin + kept.size] = kept[: width - begin]
            new[0] = old.sum() - new.sum()
        self._low, self._counts = low, counts


def _bin(values: Array) -> NDArray[np.int64]:
    return values.view(np.int64) >> _DROPPED_BITS

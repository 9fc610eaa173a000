"""How long calls take, when they take turns.

What is counted is the processor time of the process, which does all on one core: on an idle core
it is the time on the clock, and on a busy one the others' share is not in it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True)
class Timing:
    """Seconds of processor time of the repeats of one call."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle one, which one disturbance does not move."""
        return median(self.seconds)

    def scaled(self, factor: float) -> Timing:
        """The same as if there had been ``factor`` times as much to do."""
        return Timing(tuple(second * factor for second in self.seconds))

    def __add__(self, other: Timing) -> Timing:
        return Timing(self.seconds + other.seconds)


def take_turns(calls: Mapping[str, Callable[[], Any]], repeats: int) -> dict[str, Timing]:
    """Time each call ``repeats`` times, one after the other, so that a drift meets them all.

    Each is called once before, so that no first call counts.
    """
    for call in calls.values():
        call()
    seconds: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(repeats):
        for name, call in calls.items():
            start = time.process_time()
            call()
            seconds[name].append(time.process_time() - start)
    return {name: Timing(tuple(found)) for name, found in seconds.items()}


@contextmanager
def all_cores() -> Iterator[None]:
    """Let what runs beside each other at a reader's or a builder's do so here too.

    The other benchmarks keep to one core.
    """
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    kept = os.sched_getaffinity(0)
    os.sched_setaffinity(0, range(os.cpu_count() or 1))
    try:
        yield
    finally:
        os.sched_setaffinity(0, kept)

"""Whether memory stays flat when summaries of ever more virtual patients are asked for."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ketalab.models.kinetics import concentration
from ketalab.models.patient_summary import summarise
from ketalab.models.patients import LogNormal, Population
from tests.benchmarks.task import LOG_SD, SEED, task_of, typical

# The largest peak over the smallest that still counts as flat.
FLAT = 1.1


def bench(sizes: Sequence[int] = (1000, 10_000, 100_000)) -> list[int]:
    """Summarise the task for each number of patients; return the peaks of memory in bytes."""
    names = tuple(typical())
    population = Population(
        {name: LogNormal(value, LOG_SD**2) for name, value in typical().items()}
    )

    def simulate(drawn: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64]:
        task = task_of([drawn[name] for name in names])
        return concentration(task.model, task.regimen, task.times) * 1000

    summarise(simulate, population, 2, SEED)  # what a first call leaves behind is not counted
    print("\nMean, SD, median, 5 % and 95 % at each of the minutes of 24 hours")
    print(f"{'patients':>10}{'peak of memory':>18}{'a full result':>16}{'seconds':>10}")
    peaks = []
    for patients in sizes:
        tracemalloc.start()
        start = time.process_time()
        summary = summarise(simulate, population, patients, SEED)
        seconds = time.process_time() - start
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        full = patients * summary.mean.size * 8
        print(f"{patients:>10,}{_mb(peaks[-1]):>18}{_mb(full):>16}{seconds:>10.2f}", flush=True)
    growth = max(peaks) / min(peaks)
    said = "met" if growth <= FLAT else "NOT met"
    print(
        f"\ngoal {said}: memory is flat (the largest peak is {growth:.2f} times the smallest, "
        f"at most {FLAT})"
    )
    return peaks


def _mb(size: float) -> str:
    return f"{size / 1e6:,.1f} MB"

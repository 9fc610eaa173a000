"""What the scripts beside this one share: read the task, time a simulator, write what it said.

Such a script runs in its peer's own environment, so that it may import only numpy and the peer:

    python with_scipy.py TASK.npz RESULT_FOLDER REPEATS

It hands `run` one maker for each setting. A maker gets the task and returns a function that
simulates the first n patients and returns their concentrations, mg/L, shape (n, times). What the
maker does is not timed as simulation, but told.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace

import numpy as np

Simulate = Callable[[int], np.ndarray]

# Seconds for one repeat: a slow peer gets fewer patients, which the table marks as scaled.
PATIENCE = 1.5


def run(version: str, settings: Mapping[str, Callable[[SimpleNamespace], Simulate]]) -> None:
    """Time each setting, in processor time; write ``0.json``, ``0.npy``, ``1.json`` and so on.

    A simulator that does all patients in one compiled call has the attribute ``whole = True``.
    """
    task = _task(Path(sys.argv[1]))
    folder, repeats = Path(sys.argv[2]), int(sys.argv[3])
    for number, (setting, make) in enumerate(settings.items()):
        start = time.process_time()
        simulate = make(task)
        whole = getattr(simulate, "whole", False)
        simulate(task.patients if whole else 1)
        prepared = time.process_time() - start
        patients = task.patients if whole else _patients(simulate, task.patients)
        seconds = []
        for _ in range(repeats):
            start = time.process_time()
            concentrations = simulate(patients)
            seconds.append(time.process_time() - start)
        np.save(folder / f"{number}.npy", np.asarray(concentrations, dtype=float))
        told = {
            "version": version,
            "setting": setting,
            "python": f"{sys.version_info.major}.{sys.version_info.minor}",
            "seconds": seconds,
            "prepared": prepared,
        }
        (folder / f"{number}.json").write_text(json.dumps(told))


def _task(path: Path) -> SimpleNamespace:
    task = SimpleNamespace(**np.load(path))
    task.patients = task.clearance.size
    task.dose, task.infusion = float(task.dose), float(task.infusion)
    # What most simulators ask for: the rate of the infusion, and rate constants per hour.
    task.rate = task.dose / task.infusion
    task.k10 = task.clearance / task.volumes[0]
    task.k12, task.k13 = task.exchange / task.volumes[0]
    task.k21, task.k31 = task.exchange / task.volumes[1:]
    return task


def _patients(simulate: Simulate, most: int) -> int:
    start = time.process_time()
    simulate(1)
    one = time.process_time() - start
    return max(1, min(most, int(PATIENCE / one)))

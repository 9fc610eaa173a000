"""How long nbval takes over the notebooks, beside stock nbval in one process.

Both run on all cores, in turns, in the time on the clock. What each compares is counted in the same
run: to compare less would be no gain.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.benchmarks.timing import all_cores

FASTER = 1.5
_ROOT = Path(__file__).resolve().parents[2]
_PYTEST = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--color=no"]
_PYTEST += [f"--rootdir={_ROOT}", "--config-file=pyproject.toml"]
_PYTEST += ["-p", "tests.benchmarks.count_compared", "--nbval", "--nbval-kernel-name=python3"]
_RUNS = {
    "stock nbval, one process": [],
    "this course's": ["-p", "tests.notebooks.strict", "--numprocesses=2", "--dist=loadfile"],
}


@dataclass(frozen=True)
class Run:
    """Seconds on the clock of each repeat, and what was compared: cells, outputs, their parts."""

    seconds: tuple[float, ...]
    compared: tuple[int, int, int]

    @property
    def median(self) -> float:
        return median(self.seconds)


def bench(notebooks: Sequence[Path] = (_ROOT / "notebooks",), repeats: int = 2) -> dict[str, Run]:
    """Run both over the notebooks, and print times, what was compared, and whether it suffices.

    Raises:
        RuntimeError: a notebook is not as it was built, so that the times say nothing.
    """
    seconds: dict[str, list[float]] = {name: [] for name in _RUNS}
    compared: dict[str, tuple[int, int, int]] = {}
    with all_cores():
        for _ in range(repeats):
            for name, options in _RUNS.items():
                started = time.monotonic()
                compared[name] = _compared([*_PYTEST, *options, *map(str, notebooks)])
                seconds[name].append(time.monotonic() - started)
    found = {name: Run(tuple(seconds[name]), compared[name]) for name in _RUNS}
    print(f"{'':30}{'seconds':>10}{'cells':>8}{'outputs':>9}{'parts':>8}")
    for name, run in found.items():
        cells, outputs, parts = run.compared
        print(f"{name:30}{run.median:10.1f}{cells:8}{outputs:9}{parts:8}")
    stock, ours = found.values()
    for line in goals(stock, ours):
        print(line)
    return found


def goals(stock: Run, ours: Run) -> list[str]:
    """Whether ours is fast enough, and whether it compares as much."""
    ratio = stock.median / ours.median
    least = all(mine >= theirs for mine, theirs in zip(ours.compared, stock.compared, strict=True))
    return [
        f"goal {'met' if ratio >= FASTER else 'NOT met'}: {ratio:.1f} times as fast as stock "
        f"nbval (at least {FASTER})",
        f"goal {'met' if least else 'NOT met'}: nothing less is compared",
    ]


def _compared(command: Sequence[str]) -> tuple[int, int, int]:
    done = subprocess.run(
        command,
        cwd=_ROOT,
        env=os.environ | {"PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    counted = re.search(r"^counted: (\d+) cells, (\d+) outputs, (\d+) parts$", done.stdout, re.M)
    if done.returncode or counted is None:
        raise RuntimeError(f"{' '.join(command)}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    cells, outputs, parts = map(int, counted.groups())
    return cells, outputs, parts

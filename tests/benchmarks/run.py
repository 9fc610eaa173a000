"""Run the benchmarks on one core: `python tests/benchmarks/run.py` or with the names of some.

A goal that is not met is said and is no failure: other machines, and a busy one, take other times.
The exit status is 2 for a benchmark that does not exist, and otherwise 0.
"""

from __future__ import annotations

import importlib
import os
import platform
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Each has a function `bench()` that prints what it finds.
BENCHES = {
    "exports": "tests.benchmarks.exports",
    "explorers": "tests.benchmarks.explorers",
    "kinetics": "tests.benchmarks.kinetics",
    "memory": "tests.benchmarks.memory",
    "nbval": "tests.benchmarks.nbval",
}

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


def main(arguments: Sequence[str]) -> int:
    """Run the benchmarks named in ``arguments``, or all, and return the exit status."""
    unknown = [name for name in arguments if name not in BENCHES]
    if unknown:
        print(f"No such benchmark: {', '.join(unknown)}. There are: {', '.join(BENCHES)}.")
        return 2
    _one_core()
    _head()
    start = time.monotonic()
    for name in arguments or BENCHES:
        print(f"\n== {name}", flush=True)
        importlib.import_module(BENCHES[name]).bench()
    print(f"\nDone in {time.monotonic() - start:.0f} s.")
    return 0


def _one_core() -> None:
    """Keep this process, and all it starts, to one core. To be called before numpy is loaded."""
    os.environ |= dict.fromkeys(_THREADS, "1")
    # JAX brings its own threads.
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    else:
        print("This system cannot keep a process to one core; its threads are set to one.")


def _head() -> None:
    import numpy
    import scipy

    print(
        f"{_processor()}; {platform.system()}; Python {platform.python_version()}, "
        f"numpy {numpy.__version__}, scipy {scipy.__version__}; one core; "
        f"{time.strftime('%d %B %Y')}"
    )


def _processor() -> str:
    """Return the processor's name, and its widest vectors, on which the exponentials hang."""
    from numpy._core._multiarray_umath import __cpu_features__ as features

    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    name = names[0] if names else platform.processor() or platform.machine()
    wide = [label for label in ("AVX512F", "AVX2", "NEON") if features.get(label)]
    return f"{name} ({wide[0]})" if wide else name


if __name__ == "__main__":
    sys.path[0] = str(ROOT)  # the root instead of this folder, so that `tests.…` is found
    sys.exit(main(sys.argv[1:]))

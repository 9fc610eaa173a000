"""Run a function in a process of its own, with a limit on its processor time.

Where processes can be forked the child starts with all libraries that the parent has imported,
which saves seconds for each mutation. On macOS and Windows it starts anew: slower, the same result.
"""

from __future__ import annotations

import contextlib
import importlib
import multiprocessing
import os
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any

_FORKS = sys.platform.startswith("linux")
_CONTEXT: Any = multiprocessing.get_context("fork" if _FORKS else "spawn")

# Libraries of others that the tests use; none of the course's own modules: these are mutated.
_LIBRARIES = (
    "altair",
    "anywidget",
    "hypothesis",
    "jupytext",
    "nbclient",
    "nbconvert",
    "nbformat",
    "numpy",
    "pandas",
    "pydantic",
    "pytest",
    "scipy.integrate",
    "scipy.optimize",
    "scipy.stats",
    "statsmodels.api",
    "vl_convert",
    "yaml",
)

# A child that waits for something uses no processor time, but may not wait for ever.
_WALL_PER_CPU = 12
_TIME_TO_END = 10.0
_SIGXCPU = 24


@dataclass(frozen=True)
class Ended:
    """How a child ended.

    Attributes:
        value: what the function returned; None if it did not return.
        error: its traceback, or how it died; empty if it returned.
        out_of_time: whether it was stopped at its limit.
    """

    value: Any
    error: str = ""
    out_of_time: bool = False


def warm_up() -> None:
    """Import the libraries that children are to find ready. One thread for each process."""
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        os.environ[name] = "1"
    if _FORKS:
        for name in _LIBRARIES:
            importlib.import_module(name)


def run_apart(function: Callable[..., Any], *arguments: Any, seconds: float) -> Ended:
    """Call `function(*arguments)` in a child, and give back what it returned.

    Args:
        function: a function of a module, so that another process can import it.
        arguments: what can be pickled.
        seconds: processor time that the child may use. Waiting is allowed twelve times as long.
    """
    receiving, sending = _CONTEXT.Pipe(duplex=False)
    child = _CONTEXT.Process(target=_child, args=(sending, seconds, function, arguments))
    child.start()
    sending.close()
    value: Any = None
    error = "the process died"
    # Its end is waited for too: what it has started may hold its end of the pipe open.
    ready = wait([receiving, child.sentinel], seconds * _WALL_PER_CPU)
    if receiving.poll():
        with contextlib.suppress(EOFError):
            value, error = receiving.recv()
    else:
        _stop(child)
    child.join(_TIME_TO_END)
    _stop(child)  # with what it has left running
    child.join()
    receiving.close()
    return Ended(value, error, out_of_time=not ready or child.exitcode == -_SIGXCPU)


def _child(
    sending: Connection, seconds: float, function: Callable[..., Any], arguments: tuple[Any, ...]
) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if os.name == "posix":
        import resource

        os.setpgrp()  # so that what it starts is stopped with it
        used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
        limit = int(used + seconds) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 5))
    try:
        answer = (function(*arguments), "")
    except BaseException:
        answer = (None, traceback.format_exc())
    sending.send(answer)
    sending.close()


def _stop(child: Any) -> None:
    """Kill it with all that it has started; nothing is done if all have ended."""
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
    elif child.is_alive():
        child.kill()

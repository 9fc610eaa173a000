"""Run independent jobs beside each other, one a core, and tell of each as it ends."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any


@dataclass(frozen=True)
class Job:
    """A call to make: `function(*arguments)`, which other processes can import and be handed."""

    name: str
    function: Callable[..., Any]
    arguments: tuple[Any, ...] = ()

    def run(self) -> Any:
        """Make the call."""
        return self.function(*self.arguments)


def cores() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run_jobs(jobs: Iterable[Job], workers: int) -> Iterator[tuple[Job, Any]]:
    """Yield each job with what it returned, in the order in which they end.

    One worker, or one job, runs here; more run in processes of their own, started in the order of
    the jobs. The first error stops what has not begun and is raised.
    """
    waiting = list(jobs)
    if workers == 1 or len(waiting) < 2:
        for job in waiting:
            yield job, job.run()
        return
    with _pool(min(workers, len(waiting))) as pool:
        running: dict[Future[Any], Job] = {pool.submit(job.run): job for job in waiting}
        for done in as_completed(running):
            yield running[done], done.result()


@contextmanager
def _pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    # Spawned, not forked: kernels and threads of this process are nothing for a copy of it.
    pool = ProcessPoolExecutor(workers, get_context("spawn"), initializer=_leave_ctrl_c)
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _leave_ctrl_c() -> None:
    """Ctrl-C is for the one who started the build, which then ends its workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

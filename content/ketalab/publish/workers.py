"""Run independent jobs beside each other, one a core, and tell of each as it ends."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import connection
from typing import Any

from ketalab.publish.process_tree import end_children
from ketalab.publish.project import PublishError

# Seconds that a worker gets to close its kernel or browser before it is killed.
_GRACE = 10


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


def run_jobs(jobs: Iterable[Job], workers: int) -> Generator[tuple[Job, Any], None, None]:
    """Yield each job with what it returned, in the order in which they end.

    One worker, or one job, runs here; more run in processes of their own, started in the order of
    the jobs. The first error ends those that run, stops what has not begun, and is raised; so does
    closing the generator.

    Raises:
        PublishError: a worker was killed, as a system does that has no memory left.
    """
    waiting = list(jobs)
    if workers == 1 or len(waiting) < 2:
        for job in waiting:
            yield job, job.run()
        return
    with _pool(min(workers, len(waiting))) as pool:
        running: dict[Future[Any], Job] = {pool.submit(_work, job): job for job in waiting}
        left = dict.fromkeys(job.name for job in waiting)
        for done in as_completed(running):
            try:
                result = done.result()
            except BrokenProcessPool as error:
                raise PublishError(
                    "a process that this build had started was killed, perhaps because memory ran "
                    f"out. Not finished: {', '.join(left)}. Close other programs and run it again."
                ) from error
            del left[running[done].name]
            yield running[done], result


@contextmanager
def _pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    others = set(multiprocessing.active_children())
    # Spawned, not forked: kernels and threads of this process are nothing for a copy of it.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, context, initializer=_obey_parent)
    try:
        yield pool
    except BaseException:
        _end([child for child in multiprocessing.active_children() if child not in others])
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _end(processes: Iterable[multiprocessing.process.BaseProcess]) -> None:
    """Ask workers to close what they opened and end, and kill those that do not."""
    asked = list(processes)
    # On Windows there is no asking, and what a killed process had started would live on.
    if sys.platform != "win32":
        for process in asked:
            process.terminate()
        deadline = time.monotonic() + _GRACE
        for process in asked:
            process.join(max(0, deadline - time.monotonic()))
    for process in asked:
        if process.pid is not None and process.exitcode is None:
            end_children(process.pid)
            process.kill()


# In the worker ----------------------------------------------------------------------------------


_busy = threading.Event()


def _work(job: Job) -> Any:
    _busy.set()
    try:
        return job.run()
    except SystemExit:
        # The pool would take it for the outcome of the job, and begin the next one.
        os._exit(1)
    finally:
        _busy.clear()


def _obey_parent() -> None:
    """Leave Ctrl-C to the one who started the build, end when told to, and never outlive it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _stop)
    threading.Thread(target=_watch_parent, daemon=True).start()


def _stop(*_: object) -> None:
    if _busy.is_set():
        raise SystemExit(1)  # the job closes what it opened
    os._exit(1)


def _watch_parent() -> None:
    """End when the parent has: however it was killed, the system closes its end of the pipe."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    connection.wait([parent.sentinel])
    if sys.platform != "win32":
        main = threading.main_thread().ident
        assert main is not None
        signal.pthread_kill(main, signal.SIGTERM)
        time.sleep(_GRACE)
    end_children(os.getpid())
    os._exit(1)

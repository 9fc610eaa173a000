"""Jobs run beside each other, and the first error ends them."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from contextlib import closing

import pytest

from ketalab.publish import workers
from ketalab.publish.project import PublishError
from ketalab.publish.workers import Job, cores, run_jobs


def number(value: int) -> tuple[int, int]:
    return value, os.getpid()


def wait_for(path, there) -> str:
    """Two that wait for each other end only when they run at the same time."""
    there.touch()
    deadline = time.monotonic() + 60
    while not path.exists():
        if time.monotonic() > deadline:
            raise TimeoutError(path.name)
        time.sleep(0.01)
    return there.name


def fail(message: str) -> None:
    raise PublishError(message)


def end_at_once() -> None:
    os._exit(9)


def wait_for_ever() -> None:
    time.sleep(600)


def wait_deaf() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(600)


def fail_late(message: str) -> None:
    time.sleep(1)
    raise PublishError(message)


def leave_a_mark(path) -> None:
    path.touch()


@pytest.mark.parametrize(("workers", "count"), [(1, 3), (2, 1), (2, 0)])
def test_alone_they_run_here_and_in_order(workers, count):
    jobs = [Job(str(i), number, (i,)) for i in range(count)]
    found = list(run_jobs(jobs, workers))
    assert [(job.name, value) for job, (value, _) in found] == [(str(i), i) for i in range(count)]
    assert {process for _, (_, process) in found} <= {os.getpid()}


def test_two_run_at_the_same_time(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    jobs = [Job("a", wait_for, (one, two)), Job("b", wait_for, (two, one))]
    assert {job.name: found for job, found in run_jobs(jobs, 2)} == {"a": "two", "b": "one"}


@pytest.mark.parametrize("workers", [1, 2])
def test_the_first_error_is_raised_and_what_has_not_begun_does_not_begin(tmp_path, workers):
    marks = [tmp_path / str(i) for i in range(200)]
    jobs = [Job("bad", fail, ("04-x.md: a cell failed",))]
    jobs += [Job(mark.name, leave_a_mark, (mark,)) for mark in marks]
    with pytest.raises(PublishError, match=r"^04-x\.md: a cell failed$"):
        list(run_jobs(jobs, workers))
    assert not all(mark.exists() for mark in marks)


def test_a_worker_that_is_killed_is_one_message_that_names_what_is_not_finished():
    jobs = [Job("one", end_at_once), Job("two", wait_for_ever)]
    with pytest.raises(PublishError, match=r"was killed, .* Not finished: one, two\. Close other"):
        list(run_jobs(jobs, 2))


def test_one_that_does_not_end_when_told_to_is_killed(monkeypatch):
    monkeypatch.setattr(workers, "_GRACE", 0.5)
    with pytest.raises(PublishError, match="bad"):
        list(run_jobs([Job("deaf", wait_deaf), Job("bad", fail_late, ("bad",))], 2))
    assert multiprocessing.active_children() == []


def test_what_runs_is_ended_with_the_first_error_and_with_the_loop():
    started = time.monotonic()
    with pytest.raises(PublishError, match="bad"):
        list(run_jobs([Job("long", wait_for_ever), Job("bad", fail, ("bad",))], 2))
    with closing(run_jobs([Job("long", wait_for_ever), Job("short", number, (1,))], 2)) as ended:
        assert next(ended)[0].name == "short"
    assert time.monotonic() - started < 300
    assert multiprocessing.active_children() == []


def test_there_is_a_core():
    assert cores() >= 1

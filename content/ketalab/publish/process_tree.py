"""Run a program so that nothing of it stays behind, however it ends."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from os import PathLike

import psutil


def run_to_end(
    command: Sequence[str | PathLike[str]],
    seconds: float,
    environment: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """Run a command, in this environment or in another, and return its status and what it said.

    A program may be a script around others, as browsers are: when time is up, or an interrupt
    comes, all that it started is ended with it.

    Raises:
        subprocess.TimeoutExpired: it had not ended after `seconds`.
        OSError: it could not be started.
    """
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    )
    try:
        out, said = process.communicate(timeout=seconds)
    except BaseException:
        end_tree(process.pid)
        process.communicate()
        raise
    return subprocess.CompletedProcess(command, process.returncode, out, said)


def end_tree(pid: int) -> None:
    """Kill a process and all that it started. One that has ended is no error."""
    _end(pid, with_itself=True)


def end_children(pid: int) -> None:
    """Kill all that a process started, and not the process. One that has ended is no error."""
    _end(pid, with_itself=False)


def _end(pid: int, *, with_itself: bool) -> None:
    try:
        process = psutil.Process(pid)
        family = process.children(recursive=True)
    except psutil.NoSuchProcess:
        return
    if with_itself:
        family.insert(0, process)
    for member in family:
        try:
            member.kill()
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(family, timeout=5)

"""Start IPython kernels by forking a process that has imported the course's libraries once.

Reads lines of JSON from its input, `{"file": …, "cwd": …}`: a connection file, and the folder to
run in. Answers each with the process id of a kernel. Ends, and its kernels with it, when its input
ends. For Linux: elsewhere a fork without exec is not safe. See `warm_kernels.py`.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
from contextlib import suppress

# ipykernel reads it while it is imported: a kernel ends when this process does.
os.environ["JPY_PARENT_PID"] = str(os.getpid())

import ipykernel.kernelapp
import pandas  # noqa: F401

import ketalab.activities
import ketalab.explorers  # noqa: F401

_kernels: set[int] = set()


def serve() -> None:
    """Fork a kernel for each line of the input."""
    signal.signal(signal.SIGCHLD, _reap)
    gc.freeze()  # what all kernels share is not copied by looking for garbage
    for line in sys.stdin:
        wanted = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _become_kernel(wanted["file"], wanted["cwd"])
        _kernels.add(pid)
        print(pid, flush=True)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for pid in _kernels:
        with suppress(ProcessLookupError, ChildProcessError):
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def _reap(*_: object) -> None:
    """Take leave of kernels that ended, so that they are seen to be dead and their time counts."""
    with suppress(ChildProcessError):
        while (pid := os.waitpid(-1, os.WNOHANG)[0]) != 0:
            _kernels.discard(pid)


def _become_kernel(file: str, cwd: str) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()  # an interrupt of the tests is not for the kernel
    os.chdir(cwd)
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    sys.argv = ["ipykernel_launcher", "-f", file]
    try:
        ipykernel.kernelapp.launch_new_instance()
    finally:
        os._exit(0)


if __name__ == "__main__":
    serve()

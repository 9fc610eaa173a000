"""One at a time in a checkout."""

from __future__ import annotations

import errno
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from ketalab.publish.turn import turn


def test_it_is_taken_given_back_and_taken_again_inside(project):
    said = []
    lock = FileLock(project.build / "lock", timeout=0)
    for _ in range(2):
        with (
            turn(project, said.append),
            turn(project, said.append),
            pytest.raises(TimeoutError),
        ):
            lock.acquire()
        with lock:
            pass
    assert said == []


HOLD = """
import sys
from filelock import FileLock
with FileLock(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_whoever_finds_it_taken_says_so_and_waits(project):
    said = []
    project.build.mkdir()
    command = [sys.executable, "-c", HOLD, str(project.build / "lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout.readline().strip() == b"held"

        def say(line: str) -> None:
            said.append(line)
            holder.stdin.close()

        with turn(project, say):
            assert holder.wait() == 0
    assert said == ["waiting: another build or export is at work in this checkout"]


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES])
def test_where_nothing_can_be_written_there_is_nothing_to_take(project, monkeypatch, number):
    def refuse(*_, **__):
        raise OSError(number, "refused")

    monkeypatch.setattr(Path, "open", refuse)
    with turn(project, pytest.fail):
        pass


def test_another_error_is_raised(project, monkeypatch):
    def refuse(*_, **__):
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(OSError, match="full"), turn(project, pytest.fail):
        pass

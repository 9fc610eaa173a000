"""Stop a command at the n-th thing that it does to files, for every n: no stage is left out.

The command runs in a copy of this process, which an audit hook stops. So the stages are not chosen
by hand: a new one is found by itself.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ketalab.publish import cli
from ketalab.publish.project import Project

_CHANGES = {"os.mkdir", "os.remove", "os.rename", "os.rmdir", "shutil.copyfile", "subprocess.Popen"}


@dataclass(frozen=True)
class Ended:
    """How a command ended: its status as `Popen.returncode` tells it, and what it said."""

    status: int
    said: str
    stages: list[str]


def run_until(
    project: Project,
    arguments: list[str],
    folder: Path,
    stage: int | None = None,
    number: int = signal.SIGKILL,
) -> Ended:
    """Run `ketalab` until it is about to begin a stage; to its end without one.

    Args:
        folder: for what it says.
        stage: counted from 0. Each file opened for writing has two: before it is opened, and
            when half of something stands in it.
        number: the signal that the command sends itself there.
    """
    said, listed = folder / "said", folder / "stages"
    listed.write_text("")
    child = os.fork()
    if child == 0:
        status = 70
        try:
            out = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(out, 1)
            os.dup2(out, 2)
            sys.stdout = os.fdopen(1, "w", closefd=False)
            sys.stderr = os.fdopen(2, "w", closefd=False)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            Project.find = classmethod(lambda _: project)
            record = os.open(listed, os.O_WRONLY | os.O_APPEND)
            sys.addaudithook(_hook(project.root, stage, number, record))
            status = cli.main(arguments)
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(status)
    _, waited = os.waitpid(child, 0)
    stages = listed.read_text().splitlines()
    return Ended(os.waitstatus_to_exitcode(waited), said.read_text(encoding="utf-8"), stages)


def _hook(
    root: Path, stage: int | None, number: int, record: int
) -> Callable[[str, tuple[object, ...]], None]:
    begun = 0
    busy = False

    def reached(event: str, path: Path) -> bool:
        nonlocal begun
        os.write(record, f"{event} {path.relative_to(root)}\n".encode())
        begun += 1
        return stage == begun - 1

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal busy
        writes = event == "open" and bool(arguments[2] & (os.O_WRONLY | os.O_RDWR))
        if busy or not (writes or event in _CHANGES):
            return
        if not isinstance(arguments[0], str | os.PathLike):
            return
        path = Path(arguments[0])
        if not path.is_absolute() or not path.is_relative_to(root):
            return
        busy = True
        try:
            if reached(event, path):
                os.kill(os.getpid(), number)
            if writes and reached("half written", path):
                with path.open("ab" if arguments[2] & os.O_APPEND else "wb") as half:
                    half.write(b"{ha")
                os.kill(os.getpid(), number)
        finally:
            busy = False

    return hook

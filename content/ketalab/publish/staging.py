"""Replace finished files all at once, so that a build that stops leaves the last good output."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import psutil

_PREFIX = ".staging-"

_INTERRUPTS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)


@contextmanager
def staged(target: Path) -> Iterator[Path]:
    """A folder to write into; only if the block succeeds do its files move to `target`.

    The folder lies beside the target, so that each move is one atomic rename on the same disk. An
    interrupt waits until all have moved. After a kill between two of them each file is whole, the
    old one or the new, and the next build makes all of them anew. Files of the target that the
    block did not write stay as they are.
    """
    target.mkdir(parents=True, exist_ok=True)
    for stale in target.glob(f"{_PREFIX}*"):
        if not _is_in_use(stale):
            shutil.rmtree(stale, ignore_errors=True)
    stage = target / f"{_PREFIX}{os.getpid()}-{secrets.token_hex(4)}"
    try:
        stage.mkdir()
        yield stage
        with _uninterrupted():
            for path in sorted(stage.rglob("*")):
                if path.is_file():
                    final = target / path.relative_to(stage)
                    final.parent.mkdir(parents=True, exist_ok=True)
                    path.replace(final)
    finally:
        with _uninterrupted():
            shutil.rmtree(stage, ignore_errors=True)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Keep interrupts back until the block has ended. Only the main thread ever gets one."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    kept: list[int] = []

    def keep(number: int, _frame: FrameType | None) -> None:
        kept.append(number)

    handlers = {number: signal.signal(number, keep) for number in _INTERRUPTS}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        if kept:
            signal.raise_signal(kept[0])


def _is_in_use(stage: Path) -> bool:
    """Whether the build that made it still runs: it carries that process's number.

    A process that is younger than the folder was given the number of one that has ended.
    """
    number = stage.name.removeprefix(_PREFIX).partition("-")[0]
    if not number.isdecimal() or int(number) == os.getpid():
        return False
    try:
        return psutil.Process(int(number)).create_time() <= stage.stat().st_mtime
    except (psutil.Error, OSError):
        return False

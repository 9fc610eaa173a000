"""Copies of the project, one for each worker, in which files may be changed."""

from __future__ import annotations

import compileall
import multiprocessing
import py_compile
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path
from typing import Any

from tests.mutation.apart import Ended, run_apart, warm_up

_NOT_COPIED = (".git", ".venv*", "build", "exports", "__pycache__", ".*_cache", ".hypothesis")
_folder: Path


class Copies:
    """`count` copies and as many processes, each of which works in one of them.

    Used as a context: at its end what waits is cancelled, what runs is awaited, and the copies are
    gone.
    """

    def __init__(self, project: Path, count: int) -> None:
        self._place = tempfile.TemporaryDirectory(prefix="mutation-")
        parent = Path(self._place.name).resolve()
        self.folders = [parent / str(number) / "course" for number in range(count)]
        for folder in self.folders:
            _copy(project, folder)
        # A fork inherits the libraries; elsewhere each child imports them.
        kind = "fork" if sys.platform.startswith("linux") else "spawn"
        context: Any = multiprocessing.get_context(kind)
        waiting = context.Queue()
        for folder in self.folders:
            waiting.put(folder)
        warm_up()
        self._pool = ProcessPoolExecutor(count, context, _take, (waiting,))

    def call(self, function: Callable[..., Any], *arguments: Any, seconds: float) -> Future[Ended]:
        """Call `function(copy, *arguments)` in a child of its own as soon as a copy is free.

        `seconds` of processor time are its limit, as for `run_apart`.
        """
        return self._pool.submit(_call, function, arguments, seconds)

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Call `function(copy, *arguments)` in the process of the next copy that is free."""
        return self._pool.submit(_submit, function, arguments)

    def __enter__(self) -> Copies:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)
        self._place.cleanup()


def _copy(project: Path, folder: Path) -> None:
    shutil.copytree(project, folder, ignore=shutil.ignore_patterns(*_NOT_COPIED))
    # Compiled by content and not by time: a mutation may come and go within one second.
    compileall.compile_dir(
        folder / "content",
        quiet=1,
        invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH,
    )


def _take(waiting: Any) -> None:
    global _folder
    _folder = waiting.get()
    # Ctrl-C reaches every process; the first one cancels what waits and lets the others finish.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _call(function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float) -> Ended:
    return run_apart(function, _folder, *arguments, seconds=seconds)


def _submit(function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    return function(_folder, *arguments)

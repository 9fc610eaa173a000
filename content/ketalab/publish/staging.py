"""Replace finished files all at once, so that a build that stops leaves the last good output."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

_PREFIX = ".staging-"


@contextmanager
def staged(target: Path) -> Iterator[Path]:
    """A folder to write into; only if the block succeeds do its files move to `target`.

    The folder lies beside the target, so that each move is one atomic rename on the same disk.
    Files of the target that the block did not write stay as they are.
    """
    target.mkdir(parents=True, exist_ok=True)
    for stale in target.glob(f"{_PREFIX}*"):
        if not _is_in_use(stale):
            shutil.rmtree(stale, ignore_errors=True)
    stage = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=target))
    try:
        yield stage
        for path in sorted(stage.rglob("*")):
            if path.is_file():
                final = target / path.relative_to(stage)
                final.parent.mkdir(parents=True, exist_ok=True)
                path.replace(final)
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _is_in_use(stage: Path) -> bool:
    """Whether the build that made it still runs: it carries that process's number."""
    number = stage.name.removeprefix(_PREFIX).partition("-")[0]
    return number.isdecimal() and int(number) != os.getpid() and psutil.pid_exists(int(number))

"""Replace finished files all at once, so that a build that stops leaves the last good output."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PREFIX = ".staging-"


@contextmanager
def staged(target: Path) -> Iterator[Path]:
    """A folder to write into; only if the block succeeds do its files move to `target`.

    The folder lies beside the target, so that each move is one atomic rename on the same disk.
    Files of the target that the block did not write stay as they are.
    """
    target.mkdir(parents=True, exist_ok=True)
    for stale in target.glob(f"{_PREFIX}*"):  # of a build that was killed
        shutil.rmtree(stale, ignore_errors=True)
    stage = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=target))
    try:
        yield stage
        for path in sorted(stage.rglob("*")):
            if path.is_file():
                final = target / path.relative_to(stage)
                final.parent.mkdir(parents=True, exist_ok=True)
                path.replace(final)
    finally:
        shutil.rmtree(stage, ignore_errors=True)

"""One build or export of a checkout at a time: the second waits until the first has ended."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from ketalab.publish.project import Project

_READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}


@contextmanager
def turn(project: Project, say: Callable[[str], None]) -> Iterator[None]:
    """Hold the checkout for as long as the block runs; say so when another holds it, and wait.

    The system lets go of the lock when its holder ends, in whatever way. A process may take its
    turn again inside of its own. Where nothing may be written there is nothing to hold: whatever
    the block writes will fail by itself.
    """
    lock = _lock(project)
    if lock is None:
        yield
        return
    try:
        lock.acquire(timeout=0)
    except Timeout:
        say("waiting: another build or export is at work in this checkout")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _lock(project: Project) -> FileLock | None:
    path = project.build / "lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab"):
            pass
    except OSError as error:
        if error.errno in _READ_ONLY:
            return None
        raise
    # One object a path, which counts how often this process took it.
    return FileLock(path, is_singleton=True, thread_local=False)

"""Say in a sentence what the machine refused, and what the reader can do about it."""

from __future__ import annotations

import errno
import shutil
import tempfile
from pathlib import Path

_NO_ROOM = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
_NOT_ALLOWED = {errno.EROFS, errno.EACCES, errno.EPERM}
_TOO_LONG = {errno.ENAMETOOLONG}

# Bytes. A disk with less than this has no room for a build.
_FULL = 50_000_000


def explained(error: OSError, root: Path) -> str | None:
    """What went wrong in the checkout `root` and how to go on; None for what is no such matter."""
    what = error.strerror or str(error)
    where = f"{error.filename}: " if error.filename else ""
    if error.errno in _NO_ROOM:
        full = _full_disks(root)
        return (
            f"{where}{what}. {full}Make room, or set TMPDIR to a folder with room if it is the "
            "disk for temporary files that is full. The last finished output is untouched."
        )
    if error.errno in _NOT_ALLOWED:
        return (
            f"{where}{what}. This needs to write in {root}. If you may not, copy that folder to a "
            "place where you may write, such as your home folder, and run it there."
        )
    if error.errno in _TOO_LONG:
        return f"{where}{what}. Move {root} to a place with a shorter path, and run it there."
    if error.errno == errno.ENOENT and "temporary directory" in what:
        return f"{what}. Make room there, or set TMPDIR to a folder with room where you may write."
    return None


def _full_disks(root: Path) -> str:
    said = ""
    for folder in dict.fromkeys((root, *_temporary_folder())):
        try:
            free = shutil.disk_usage(folder).free
        except OSError:
            continue
        if free < _FULL:
            said += f"The disk of {folder} has {free / 1e6:.1f} MB left. "
    return said


def _temporary_folder() -> tuple[Path, ...]:
    try:
        return (Path(tempfile.gettempdir()),)
    except OSError:  # there is none that can be written to
        return ()

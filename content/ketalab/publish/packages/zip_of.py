"""Files -> a zip whose bytes depend on nothing but the files."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

_EARLIEST = (1980, 1, 1, 0, 0, 0)  # the first time that a zip can hold: no file has a date of today
_LEVEL = 9
_UNIX = 3
_PLAIN_FILE = 0o100644 << 16


def zip_of(files: Mapping[str, bytes]) -> bytes:
    """Pack files, given by their paths in the zip, with `/` between the folders.

    Raises:
        ValueError: a path that would leave the folder where the zip is unpacked.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(files):
            if name.startswith("/") or "\\" in name or ".." in name.split("/"):
                raise ValueError(f"{name!r} is not a path inside a zip")
            entry = zipfile.ZipInfo(name, _EARLIEST)
            entry.create_system = _UNIX  # the same on every system, and readable for everyone
            entry.external_attr = _PLAIN_FILE
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name], compresslevel=_LEVEL)
    return buffer.getvalue()

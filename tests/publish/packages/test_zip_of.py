"""A zip depends on nothing but the files in it."""

from __future__ import annotations

import io
import zipfile

import pytest

from ketalab.publish.packages.zip_of import zip_of


def test_the_files_come_back():
    files = {"b/ä.txt": "ü".encode(), "a.bin": bytes(range(256)) * 50, "empty": b""}
    with zipfile.ZipFile(io.BytesIO(zip_of(files))) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == files
        assert archive.namelist() == sorted(files)


def test_neither_order_nor_time_nor_system_matters(monkeypatch):
    files = {"b": b"2" * 99, "a": b"1"}
    packed = zip_of(files)
    monkeypatch.setattr("time.time", lambda: 4e9)
    monkeypatch.setattr("sys.platform", "win32")
    assert zip_of(dict(reversed(files.items()))) == packed
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        for entry in archive.infolist():
            assert entry.date_time == (1980, 1, 1, 0, 0, 0)
            assert (entry.create_system, entry.external_attr >> 16) == (3, 0o100644)


@pytest.mark.parametrize("name", ["/etc/x", "../x", "a/../../x", "a\\b"])
def test_a_path_that_leaves_the_zip_is_refused(name):
    with pytest.raises(ValueError, match="is not a path inside a zip"):
        zip_of({name: b""})

"""What the machine refuses is said in a sentence that helps."""

from __future__ import annotations

import errno
import os
import shutil
from types import SimpleNamespace

import pytest

from ketalab.publish import os_errors
from ketalab.publish.os_errors import explained


def error(number: int, *names: str) -> OSError:
    return OSError(number, os.strerror(number), *names)


@pytest.mark.parametrize("free", [1_000_000, 10**12])
def test_a_full_disk_is_named_where_one_is_found(tmp_path, monkeypatch, free):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    said = explained(error(errno.ENOSPC), tmp_path)
    assert said.startswith("No space left on device. ")
    assert (f"The disk of {tmp_path} has 1.0 MB left. " in said) == (free < 10**9)
    assert said.endswith("The last finished output is untouched.")


def test_a_disk_that_does_not_answer_is_not_named(tmp_path, monkeypatch):
    def refuse(*_):
        raise error(errno.EIO)

    monkeypatch.setattr(shutil, "disk_usage", refuse)
    monkeypatch.setattr(os_errors.tempfile, "gettempdir", refuse)
    assert "The disk of" not in explained(error(errno.ENOSPC, "a file"), tmp_path)


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.EPERM])
def test_what_may_not_be_written_says_where_to_write(tmp_path, number):
    said = explained(error(number, "a file"), tmp_path)
    assert said.startswith(f"a file: {os.strerror(number)}. This needs to write in {tmp_path}. ")
    assert "copy that folder to a place where you may write" in said


def test_a_path_that_is_too_long_says_what_to_move(tmp_path):
    said = explained(error(errno.ENAMETOOLONG, "x" * 300), tmp_path)
    assert f"Move {tmp_path} to a place with a shorter path" in said


def test_no_folder_for_temporary_files(tmp_path):
    missing = FileNotFoundError(errno.ENOENT, "No usable temporary directory found in ['/tmp']")
    assert "set TMPDIR to a folder with room" in explained(missing, tmp_path)


@pytest.mark.parametrize("number", [errno.ENOENT, errno.EEXIST, errno.ECONNREFUSED])
def test_of_all_else_the_traceback_tells_more(tmp_path, number):
    assert explained(error(number, "a file"), tmp_path) is None

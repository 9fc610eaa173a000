"""Finished files replace the old ones all at once, or not at all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from ketalab.publish.staging import staged


def tree(folder) -> dict[str, bytes]:
    """Every file below a folder, hidden ones too, by its path."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def target(tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "kept.txt").write_text("kept")
    (folder / "old.txt").write_text("old")
    return folder


def test_files_arrive_together_at_the_end(target):
    before = tree(target)
    with staged(target) as stage:
        (stage / "old.txt").write_text("new")
        (stage / "deep").mkdir()
        (stage / "deep" / "more.txt").write_text("more")
        assert {k: v for k, v in tree(target).items() if not k.startswith(".")} == before
    assert tree(target) == {"deep/more.txt": b"more", "kept.txt": b"kept", "old.txt": b"new"}
    assert sorted(path.name for path in target.iterdir()) == ["deep", "kept.txt", "old.txt"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_an_error_leaves_everything_as_it_was(target, error):
    before = tree(target)

    def build():
        with staged(target) as stage:
            (stage / "old.txt").write_text("new")
            raise error

    with pytest.raises(error):
        build()
    assert tree(target) == before
    assert sorted(path.name for path in target.iterdir()) == ["kept.txt", "old.txt"]


def test_a_target_that_does_not_exist_is_made(tmp_path):
    with staged(tmp_path / "a" / "b") as stage:
        (stage / "x").write_text("x")
    assert tree(tmp_path) == {"a/b/x": b"x"}


def test_what_another_build_is_writing_stays(target):
    theirs = target / f".staging-{os.getppid()}-x"  # whoever started the tests still runs
    theirs.mkdir()
    (theirs / "half.txt").write_text("ha")
    with staged(target) as stage:
        (stage / "old.txt").write_text("new")
    assert tree(target).keys() == {f"{theirs.name}/half.txt", "kept.txt", "old.txt"}


def test_what_a_killed_build_left_is_cleared_away_and_never_published(target):
    killed = subprocess.Popen([sys.executable, "-c", ""])
    killed.wait()
    left = target / f".staging-{killed.pid}-x"
    left.mkdir()
    (left / "half.txt").write_text("ha")
    with staged(target) as stage:
        (stage / "old.txt").write_text("new")
    assert tree(target) == {"kept.txt": b"kept", "old.txt": b"new"}
    assert not left.exists()


def test_an_interrupt_waits_until_all_have_moved(target, monkeypatch):
    really = Path.replace

    def interrupted(path, final):
        signal.raise_signal(signal.SIGINT)
        return really(path, final)

    def build():
        with staged(target) as stage:
            for name in ("old.txt", "other.txt"):
                (stage / name).write_text("new")
            monkeypatch.setattr(Path, "replace", interrupted)

    with pytest.raises(KeyboardInterrupt):
        build()
    assert tree(target) == {"kept.txt": b"kept", "old.txt": b"new", "other.txt": b"new"}
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_thread_may_write_too(target):
    def build():
        with staged(target) as stage:
            (stage / "old.txt").write_text("new")

    thread = threading.Thread(target=build)
    thread.start()
    thread.join()
    assert tree(target) == {"kept.txt": b"kept", "old.txt": b"new"}


def test_a_number_that_now_belongs_to_another_process(target):
    """The folder is older than the process that carries its number."""
    left = target / f".staging-{os.getppid()}-x"
    left.mkdir()
    os.utime(left, (0, 0))
    with staged(target) as stage:
        (stage / "old.txt").write_text("new")
    assert not left.exists()

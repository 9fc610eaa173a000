"""A disk that fills up under a build: a small one of its own, in memory."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.faults.namespace import needs_namespaces, on_full_folder, on_small_disk

WHAT = {"build": ["build"], "export": ["export", "--to", "slides"]}


@needs_namespaces
@pytest.mark.parametrize(("what", "room"), [("build", "1"), ("build", "12k"), ("export", "40k")])
def test_a_message_and_the_last_output_whole(course, what, room):
    course.change()
    if what == "export":
        assert course.run("build").returncode == 0
    before = course.outputs()
    root = course.project.root
    ended = course.run(*WHAT[what], before=on_small_disk(root, room))
    assert ended.returncode == 1
    assert re.fullmatch(
        rf"ketalab: (\S+: )?No space left on device\. The disk of {re.escape(str(root))} has "
        r"0\.\d MB left\. Make room, .* The last finished output is untouched\.\n",
        ended.stderr,
    )
    assert course.outputs() == before
    assert course.leftovers() == []
    again = course.run(*WHAT[what])
    assert (again.returncode, again.stderr) == (0, "")
    assert course.leftovers() == []


@needs_namespaces
def test_no_room_for_temporary_files(course, tmp_path, monkeypatch):
    before = course.outputs()
    course.change()
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    ended = course.run("build", before=on_full_folder(tmp_path / "temporary", "8k,nr_inodes=3"))
    assert ended.returncode == 1
    assert "No space left on device" in ended.stderr
    assert f"The disk of {tmp_path / 'temporary'} has 0.0 MB left. " in ended.stderr
    assert "set TMPDIR to a folder with room" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert course.outputs() == before


def test_what_is_said_goes_to_a_full_disk(course):
    before = course.outputs()
    course.change()
    with Path("/dev/full").open("w") as full:
        ended = course.run("build", stdout=full)
    assert ended.returncode == 1
    assert re.match(r"ketalab: No space left on device\. ", ended.stderr)
    assert "Traceback" not in ended.stderr
    assert course.outputs() == before


@needs_namespaces
@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_the_lock_files_survive(repository, tmp_path):
    """`make lock` with a stand-in for uv, which would ask the network."""
    root = tmp_path / "checkout"
    places = ["requirements.txt", "content/ketalab/publish/requirements.txt"]
    places += ["tests/requirements.txt", "pyproject.toml", "Makefile"]
    for place in places:
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(repository / place, root / place)
    uv = tmp_path / "bin" / "uv"
    uv.parent.mkdir()
    uv.write_text('#!/bin/sh\nwhile [ "$1" != -o ]; do shift; done; seq 90000 > "$2"\n')
    uv.chmod(0o755)
    before = {place: (root / place).read_bytes() for place in places}
    for room in ("12k", "600k"):
        ended = subprocess.run(
            [*on_small_disk(root, room), "env", f"PATH={uv.parent}:/usr/bin:/bin", "make", "lock"],
            cwd=root,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 2
        assert "No space left on device" in ended.stderr
        assert {place: (root / place).read_bytes() for place in places} == before

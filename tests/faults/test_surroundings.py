"""Machines as teachers have them: no home, no UTF-8, nobody who listens, other rights and clocks.

Whatever the surroundings, the outputs are the same bytes.
"""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.conftest import Course

posix = pytest.mark.skipif(sys.platform == "win32", reason="the surroundings are those of POSIX")


def renewed(course: Course, finished: Course, what: str = "build", **options) -> None:
    """Make everything anew, and see that it is what it was."""
    for name in ("notebooks.json", "exports.json"):
        (course.project.build / name).unlink()
    arguments = ["export", "--to", "slides"] if what == "export" else ["build"]
    done = course.run(*arguments, **options)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in (done.stderr or "")
    assert course.outputs() == finished.outputs()
    assert course.leftovers() == []


def surroundings(**changes: str | None) -> dict[str, str]:
    """The environment with some variables changed, and those that are None taken out."""
    kept = {name: value for name, value in os.environ.items() if name not in changes}
    return kept | {name: value for name, value in changes.items() if value is not None}


@posix
def test_no_home_no_tmpdir_and_nothing_to_read_from(course, finished):
    gone = dict.fromkeys(("HOME", "TMPDIR", "USER", "LOGNAME", "XDG_RUNTIME_DIR"))
    close = ("sh", "-c", 'exec "$@" <&-', "sh")
    renewed(course, finished, env=surroundings(**gone), before=close)


@posix
def test_a_home_that_cannot_be_written_and_another_clock(course, finished):
    """Not even root may make a folder in /proc."""
    env = surroundings(HOME="/proc/home", TZ="Pacific/Kiritimati", SOURCE_DATE_EPOCH="0")
    renewed(course, finished, "export", env=env)


@posix
@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_without_utf_8(course, finished, encoding):
    env = surroundings(
        LANG="C",
        LC_ALL="C",
        PYTHONUTF8="0",
        PYTHONCOERCECLOCALE="0",
        PYTHONIOENCODING=encoding,
    )
    renewed(course, finished, "export", env=env, encoding=encoding)


@posix
def test_what_goes_wrong_is_said_there_too(course):
    course.lesson("02-second", "raise ValueError('課程 ü')")
    env = surroundings(LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    ended = course.run("build", env=env)
    assert ended.returncode == 1
    assert ended.stderr.startswith("ketalab: 02-second.md: a cell failed\n")


@posix
@pytest.mark.parametrize("what", ["build", "export"])
def test_nowhere_to_say_anything(course, finished, what):
    close = ("sh", "-c", 'exec "$@" >&- 2>&-', "sh")
    renewed(course, finished, what, before=close)


@posix
def test_somebody_who_has_heard_enough(course):
    """`ketalab build | head -1`: it stops, says nothing more, and leaves all as it was."""
    before = course.outputs()
    course.change()
    command = subprocess.Popen(
        course.command("build"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        command.stdout.readline()
        command.stdout.close()
        said = command.stderr.read()
        assert (command.wait(timeout=60), said) == (141, "")
    finally:
        command.kill()
    assert course.outputs() == before
    assert course.leftovers() == []
    assert course.run("build").returncode == 0


@posix
@pytest.mark.parametrize(("umask", "mode"), [("077", 0o600), ("022", 0o644)])
def test_who_may_read_what_was_made(course, umask, mode):
    """The rights are those that the user asks for, also where an older file had others."""
    course.change()
    set_mask = ("sh", "-c", f'umask {umask}; exec "$@"', "sh")
    done = course.run("export", "--to", "slides", before=set_mask)
    assert done.returncode == 0, done.stderr
    made = [*course.project.notebooks.glob("*.ipynb"), *course.project.exports.glob("*/*.html")]
    assert len(made) == 4
    assert {stat.S_IMODE(path.stat().st_mode) for path in made} == {mode}


@posix
def test_evidence_to_somebody_who_has_heard_enough(repository: Path):
    command = f"'{sys.executable}' -m ketalab.publish.cli evidence | head -1"
    ended = subprocess.run(
        ["sh", "-c", command], cwd=repository, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in ended.stderr
    assert "BrokenPipe" not in ended.stderr

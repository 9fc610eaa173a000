"""A checkout that cannot be written to: on a stick, or a teacher's for the whole class."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys

import pytest

from tests.faults.conftest import wait_until
from tests.faults.namespace import needs_namespaces, read_only

pytestmark = needs_namespaces


@pytest.mark.parametrize("what", [["build"], ["export", "--to", "slides"]], ids=lambda w: w[0])
def test_it_says_what_is_wrong_and_where_to_write_instead(course, what):
    root = course.project.root
    course.change()
    before = course.outputs()
    ended = course.run(*what, before=read_only(root))
    assert ended.returncode == 1
    where = re.escape(str(root))
    assert re.fullmatch(
        rf"ketalab: {where}\S*: Read-only file system\. This needs to write in {where}\. If you "
        r"may not, copy that folder to a place where you may write, .*\n",
        ended.stderr,
    )
    assert course.outputs() == before
    assert course.run(*what).returncode == 0


@pytest.mark.parametrize("what", [["build"], ["export", "--to", "slides"]], ids=lambda w: w[0])
def test_what_has_nothing_to_do_does_well(course, what):
    before = course.outputs()
    ended = course.run(*what, before=read_only(course.project.root))
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "up to date" in ended.stdout
    assert course.outputs() == before


def test_the_lab_starts_and_warns(course, tmp_path, monkeypatch):
    """It ends with what started it, and its status is that of the signal."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("BROWSER", "true")
    root = course.project.root
    said = tmp_path / "said"
    with said.open("wb") as stream:
        command = [*read_only(root), *course.command("lab")]
        process = subprocess.Popen(command, stdout=stream, stderr=stream)
        try:
            wait_until(lambda: b"/lab/tree/01-first.ipynb" in said.read_bytes(), process, "it ran")
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=60) == 128 + signal.SIGTERM
        finally:
            process.kill()
    text = said.read_text()
    assert f"{root / 'notebooks'} is closed to writing: what you change there cannot be" in text
    assert f"copy {root} to a place where you may write" in text
    assert "Traceback" not in text


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_says_so_before_anything_else(repository, tmp_path):
    shutil.copyfile(repository / "Makefile", tmp_path / "Makefile")
    command = [*read_only(tmp_path), "make", "lab"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert f"{tmp_path} is closed to writing" in ended.stderr
    assert "copy the folder to a place where you may write" in ended.stderr
    assert "python3-venv" not in ended.stderr


def test_tests_run_there(repository):
    command = [*read_only(repository), sys.executable, "-m", "pytest", "-q"]
    command += ["tests/publish/test_staging.py", "tests/publish/test_os_errors.py"]
    ended = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout

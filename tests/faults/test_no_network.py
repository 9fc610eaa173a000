"""No network but the machine itself: what is installed works, what has to be fetched says so."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys

import pytest

from tests.faults.conftest import wait_until
from tests.faults.namespace import needs_namespaces, without_network

pytestmark = needs_namespaces


def test_there_is_none():
    """Else the other tests here would show nothing."""
    ask = "import socket\nsocket.create_connection(('192.0.2.1', 80), timeout=5)"
    command = [*without_network(), sys.executable, "-c", ask]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Network is unreachable" in ended.stderr


def test_build_and_export(course):
    course.change()
    for what in (["build"], ["export"]):
        done = course.run(*what, before=without_network())
        assert (done.returncode, done.stderr) == (0, "")
    made = course.outputs()
    assert b"first, changed" in made["notebooks/01-first.ipynb"]
    assert "exports/handouts/summary-of-findings.pdf" in made


def test_evidence(repository):
    command = [*without_network(), sys.executable, "-m", "ketalab.publish.cli", "evidence"]
    ended = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False)
    # What it finds in the evidence is for other tests to judge.
    assert "Traceback" not in ended.stderr
    assert ended.stdout or ended.stderr.startswith("ketalab: ")


def test_the_lab_starts(course, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("BROWSER", "true")
    said = tmp_path / "said"
    with said.open("wb") as stream:
        command = [*without_network(), *course.command("lab")]
        process = subprocess.Popen(command, stdout=stream, stderr=stream)
        try:
            wait_until(lambda: b"/lab/tree/01-first.ipynb" in said.read_bytes(), process, "it ran")
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=60) == 128 + signal.SIGTERM
        finally:
            process.kill()
    assert "Traceback" not in said.read_text()
    assert "closed to writing" not in said.read_text()


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_the_first_make_says_what_is_missing_and_leaves_nothing_half(repository, tmp_path):
    places = ["requirements.txt", "content/ketalab/publish/requirements.txt"]
    places += ["tests/requirements.txt", "pyproject.toml", "Makefile"]
    for place in places:
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(repository / place, tmp_path / place)
    once = {"PIP_RETRIES": "0", "PIP_NO_CACHE_DIR": "1"}
    making = "== Making the environment .venv"
    for _ in range(2):  # the second finds what the first left, and begins anew
        ended = subprocess.run(
            [*without_network(), "make", "lab", f"PYTHON={sys.executable}"],
            cwd=tmp_path,
            env=os.environ | once,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 2
        assert "They are fetched from the network: is there one?" in ended.stderr
        assert making in ended.stdout
        assert not (tmp_path / ".venv" / "installed-course").exists()

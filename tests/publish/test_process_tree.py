"""A program that is ended leaves nothing of itself behind."""

from __future__ import annotations

import os
import subprocess
import sys

import psutil
import pytest

from ketalab.publish.process_tree import end_tree, run_to_end

SLEEP = "import time; time.sleep(600)"
NESTED = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {SLEEP!r}])"


def below() -> list[psutil.Process]:
    return psutil.Process(os.getpid()).children(recursive=True)


def test_what_it_says_and_its_status_come_back():
    done = run_to_end([sys.executable, "-c", "print('out'); raise SystemExit('bad')"], 60)
    assert (done.returncode, done.stdout.strip(), done.stderr.strip()) == (1, b"out", b"bad")


def test_it_reads_nothing():
    assert run_to_end([sys.executable, "-c", "input()"], 60).returncode == 1


def test_time_is_up_for_all_that_it_started():
    before = below()
    with pytest.raises(subprocess.TimeoutExpired):
        run_to_end([sys.executable, "-c", NESTED], 1)
    assert below() == before


def test_what_does_not_start_is_an_error(tmp_path):
    with pytest.raises(OSError, match="nowhere"):
        run_to_end([tmp_path / "nowhere"], 1)


def test_one_that_has_ended_is_no_error():
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    end_tree(process.pid)

"""The suite runner, on small suites that are written for the test."""

from __future__ import annotations

import re
import subprocess
import sys
import time

import pytest

from tests import run


@pytest.fixture
def suite(monkeypatch, tmp_path):
    """Make a function that turns the text of a test file into the only suite there is."""

    def make(text):
        folder = tmp_path / "suite"
        folder.mkdir()
        (folder / "test_it.py").write_text(text)
        arguments = ["-q", "-p", "no:cacheprovider", "--rootdir", str(folder), str(folder)]
        # What the course's own suites plug in has no part in these, and takes time to load.
        monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        monkeypatch.setattr(run, "SUITES", {"it": lambda end: run._pytest(arguments, end)})
        monkeypatch.setattr(run, "BUDGETS", {"it": 60})

    return make


def test_all_passed(suite, capfd):
    suite("def test_a(): pass\ndef test_b(): pass\n")
    assert run.main([]) == 0
    said = capfd.readouterr().out
    assert said.splitlines()[-1] == "2 passed, 0 failed, nothing skipped"
    assert bool(re.search(r"\d\.\d s of CPU", said)) == (run.resource is not None)


def test_failures_errors_and_skips_are_told_apart(suite, capfd):
    suite(
        "import pytest\n"
        "def test_a(): pass\n"
        "def test_b(): assert False\n"
        "@pytest.fixture\ndef broken(): raise ValueError\n"
        "def test_c(broken): pass\n"
        "def test_d(): pytest.skip('no such thing here')\n"
    )
    assert run.main(["it"]) == 1
    said = capfd.readouterr().out
    assert said.splitlines()[-1] == "1 passed, 2 failed, 1 skipped"
    assert "test_d: no such thing here" in said.partition("== Summary")[2]


@pytest.mark.parametrize(
    "text", ["", "import pytest\ndef test_a(): pytest.skip('never')\n"], ids=["empty", "skipped"]
)
def test_a_suite_that_ran_no_test_has_failed(suite, capfd, text):
    suite(text)
    assert run.main([]) == 1
    said = capfd.readouterr().out
    assert "PROBLEM: no test ran" in said
    assert said.splitlines()[-1].startswith("0 passed, 1 failed")


def test_a_pytest_that_dies_has_failed(suite, capfd):
    suite("import os\ndef test_a(): os._exit(0)\n")
    assert run.main([]) == 1
    assert "PROBLEM: no test ran" in capfd.readouterr().out


def test_a_suite_over_its_budget_is_only_warned_of(suite, monkeypatch, capfd):
    suite("def test_a(): pass\n")
    monkeypatch.setattr(run, "BUDGETS", {"it": 0.001})
    assert run.main([]) == 0
    assert "OVER BUDGET" in capfd.readouterr().out


@pytest.mark.skipif(sys.platform == "win32", reason="stopped there without a chance to tidy up")
def test_the_limit_of_the_whole_stops_a_suite_and_fails(suite, monkeypatch, capfd, tmp_path):
    tidied = tmp_path / "tidied"
    suite(
        "import pathlib, time\n"
        "def test_a():\n"
        "    try: time.sleep(60)\n"
        f"    finally: pathlib.Path({str(tidied)!r}).touch()\n"
    )
    monkeypatch.setattr(run, "WHOLE_LIMIT", 3)
    start = time.monotonic()
    assert run.main([]) == 1
    assert time.monotonic() - start < 20
    assert tidied.exists()
    said = capfd.readouterr().out
    assert "stopped at the limit" in said
    assert said.splitlines()[-1] == "0 passed, 1 failed, nothing skipped"


def test_an_unknown_suite_is_refused(capsys):
    assert run.main(["units"]) == 2
    assert "No such suite: units" in capsys.readouterr().out


def test_every_suite_has_a_budget_and_together_they_fit_in_the_limit():
    assert run.BUDGETS.keys() == run.SUITES.keys()
    assert sum(run.BUDGETS.values()) <= run.WHOLE_BUDGET < run.WHOLE_LIMIT


def test_tests_of_one_module_run_in_one_process(tmp_path):
    """xdist groups by names of tests, which pytest has changed before: then nothing is shared."""
    module = "import os\nfrom pathlib import Path\n\nimport pytest\n\n\n"
    module += '@pytest.mark.parametrize("n", range(4))\ndef test_it(n):\n'
    module += '    Path(f"{Path(__file__).stem}-{os.getpid()}").touch()\n'
    for name in ("test_one.py", "test_other.py"):
        (tmp_path / name).write_text(module, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *run._TWO]
    subprocess.run([*command, "--rootdir=."], cwd=tmp_path, check=True, capture_output=True)
    assert len(list(tmp_path.glob("test_one-*"))) == 1
    assert len(list(tmp_path.glob("test_other-*"))) == 1

"""Killed, survived and out of time: a run on a toy course that knows what must come out."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.mutation.toy_run import PATH

MODULE = """
def add(one, other):
    return one + other


def lower(one):
    if one > 100:
        return one - 1
    return 0


def count_down(one):
    while one > 0:
        one -= 1
    return one
"""
TESTS = """
import pytest
from ketalab.models.sum import add, count_down, lower


@pytest.mark.parametrize("one", [0, 1, 2])
def test_add(one):
    assert add(one, 3) == one + 3


def test_lower_runs_a_part():
    assert lower(101) > 90


def test_count_down():
    assert count_down(3) == 0


def test_of_something_else():
    assert 1 + 1 == SUM
"""


def make(folder, total=2):
    (folder / PATH).parent.mkdir(parents=True)
    (folder / PATH).write_text(MODULE, encoding="utf-8")
    (folder / "content" / "ketalab" / "__init__.py").touch()
    (folder / "notebooks").mkdir()
    (folder / "tests" / "models").mkdir(parents=True)
    tests = TESTS.replace("SUM", str(total))
    (folder / "tests" / "models" / "test_sum.py").write_text(tests, encoding="utf-8")
    (folder / "pyproject.toml").write_text("[tool.pytest]\nstrict = true\n", encoding="utf-8")
    return folder


def run(folder, repository):
    command = [sys.executable, "-m", "tests.mutation.toy_run", str(folder)]
    done = subprocess.run(
        command, cwd=repository, capture_output=True, text=True, encoding="utf-8", timeout=300
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def found(tmp_path_factory, repository):
    return run(make(tmp_path_factory.mktemp("a toy course")), repository)


def test_a_test_that_knows_better_kills_and_is_named(found):
    verdict = found["verdicts"]["killed"]
    assert verdict["way"] == "content"
    assert verdict["check"] == "tests/models/test_sum.py::test_add[0]"
    assert "-3 == " in verdict["says"]


def test_what_no_test_looks_at_survives_although_its_line_runs(found):
    verdict = found["verdicts"]["not tested"]
    assert verdict["way"] == "survived"
    assert verdict["complete"]
    assert verdict["tests"] > 0


def test_an_endless_loop_is_killed_by_time(found):
    assert found["verdicts"]["endless"]["way"] == "time"


def test_the_test_that_ran_the_line_comes_first(found):
    assert found["verdicts"]["not tested"]["could"][0].endswith("::test_lower_runs_a_part")
    assert found["verdicts"]["endless"]["could"][0].endswith("::test_count_down")


def test_a_run_that_is_out_of_time_has_not_failed(found):
    assert found["late"] == {"failed": None, "says": "", "ran": 0, "complete": False}


def test_every_mutation_is_taken_out_again(found):
    assert found["whole"] is True


def test_a_suite_that_is_red_before_is_named(tmp_path, repository):
    says = run(make(tmp_path / "course", total=3), repository)["baseline"]
    assert "fails with nothing mutated" in says
    assert "tests/models/test_sum.py::test_of_something_else" in says

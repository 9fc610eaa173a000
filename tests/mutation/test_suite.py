"""What a run of the fast suite says when its time is over."""

from __future__ import annotations

from pathlib import Path

from tests.mutation.apart import run_apart
from tests.mutation.suite import run_tests


def test_a_run_that_is_out_of_time_has_not_failed(tmp_path: Path) -> None:
    (tmp_path / "test_small.py").write_text("def test_one():\n    pass\n", encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text("[tool.pytest]\n", encoding="utf-8")
    ended = run_apart(run_tests, tmp_path, ["test_small.py::test_one"], -1.0, seconds=60)
    assert ended.value == {"failed": None, "says": "", "ran": 0, "complete": False}

"""The end of a log, for the issue."""

from __future__ import annotations

from tests.weekly import end_of_log


def test_the_last_lines_are_shown_without_colours_and_cannot_leave_their_block(tmp_path):
    log = tmp_path / "run.log"
    lines = [f"line {number}" for number in range(100)]
    log.write_bytes("\n".join([*lines, "\x1b[31m1 failed\x1b[0m", "~~~", "```"]).encode() + b"\xff")
    said = end_of_log.end_of_log("Faults", log)
    assert said.startswith("## Faults\n\n")
    assert "    line 99\n    1 failed\n    ~~~\n    ```" in said
    assert "\n    line 62\n" not in said
    assert said.count("\n    ") == end_of_log.LINES


def test_without_a_log_it_says_so(tmp_path):
    assert "there is no log" in end_of_log.end_of_log("Faults", tmp_path / "run.log")
    (tmp_path / "run.log").touch()
    assert "there is no log" in end_of_log.end_of_log("Faults", tmp_path / "run.log")


def test_it_wants_one_title(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(end_of_log, "LOG", tmp_path / "run.log")
    assert end_of_log.main([]) == 2
    assert end_of_log.main(["Mutation run, SEED=7"]) == 0
    assert capsys.readouterr().out.startswith("## Mutation run, SEED=7\n")
